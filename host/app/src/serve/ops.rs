//! Long operations: what there are of them, and how each is. The work itself is done by [`pool`](super::pool).

use crate::interrupt::Interrupt;
use ripieno_web::Refusal;
use ripieno_web::shape::{Operation, OperationStatus};
use serde_json::Value;

/// Operations that are over and still known.
const REMEMBERED: usize = 100;
/// Operations that may be under way or wait at the same time.
const AT_ONCE: usize = 64;

/// Whether an operation should end early. It looks there itself.
#[derive(Clone, Debug, Default)]
pub struct Cancel(ripieno_separate::Cancel);

impl Cancel {
    /// True once somebody wants it to end.
    pub fn is_wanted(&self) -> bool {
        self.0.is_requested()
    }

    /// The same for jobs of separation.
    pub fn of_job(&self) -> &ripieno_separate::Cancel {
        &self.0
    }

    /// The same for work that looks for an interrupt.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt::by(self.0.flag())
    }

    fn want(&self) {
        self.0.request();
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A worker has it.
    Begun,
    /// So much is done, 0 to 1.
    Progress(f32),
    /// So much is done, what it is at, and the seconds to go if they are known.
    Told(f32, String, Option<f64>),
    /// It is over.
    Over(Result<Value, String>),
}

/// All operations, the oldest first.
#[derive(Debug, Default)]
pub struct Operations {
    list: Vec<(Operation, Cancel)>,
}

impl Operations {
    /// Adds one under `id`, unless the same is under way: then that one, and no way to end it is returned.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when too many wait.
    pub fn add(
        &mut self,
        id: String,
        op_type: &str,
        params: &Value,
        now: f64,
    ) -> Result<(Operation, Option<Cancel>), Refusal> {
        let mut running = self.list.iter().filter(|(op, _)| !is_over(op));
        if let Some((same, _)) = running.clone().find(|(op, _)| op.op_type == op_type && op.params == *params) {
            return Ok((same.clone(), None));
        }
        if running.nth(AT_ONCE - 1).is_some() {
            return Err(Refusal::Unavailable(format!("{AT_ONCE} operations wait already; let one end first")));
        }
        let op = Operation {
            id,
            op_type: op_type.into(),
            params: params.clone(),
            created_at: now,
            updated_at: now,
            ..Operation::default()
        };
        let cancel = Cancel::default();
        self.list.push((op.clone(), cancel.clone()));
        Ok((op, Some(cancel)))
    }

    /// Takes note of a step; the operation as it is then, if that changed it. Steps of one that is over or forgotten
    /// change nothing.
    pub fn step(&mut self, id: &str, step: Step, now: f64) -> Option<Operation> {
        let (op, cancel) = self.list.iter_mut().find(|(op, _)| op.id == id && !is_over(op))?;
        match step {
            Step::Begun => op.status = OperationStatus::Running,
            Step::Progress(share) => {
                // NaN is no progress.
                let share = if share > op.progress { share.min(1.0) } else { return None };
                op.progress = share;
            }
            Step::Told(share, message, eta_secs) => {
                // NaN is no progress.
                let share = if share > op.progress { share.min(1.0) } else { op.progress };
                let eta_secs = eta_secs.filter(|secs| secs.is_finite());
                let told = (share, Some(message), eta_secs);
                if told == (op.progress, op.message.clone(), op.eta_secs) {
                    return None;
                }
                (op.progress, op.message, op.eta_secs) = told;
            }
            Step::Over(Ok(result)) => {
                // What was done in spite of a wish to end it is done.
                (op.status, op.progress, op.result) = (OperationStatus::Done, 1.0, Some(result));
            }
            Step::Over(Err(_)) if cancel.is_wanted() => op.status = OperationStatus::Cancelled,
            Step::Over(Err(error)) => (op.status, op.error) = (OperationStatus::Error, Some(error)),
        }
        if is_over(op) {
            (op.message, op.eta_secs) = (None, None);
        }
        op.updated_at = now;
        let op = op.clone();
        self.forget();
        Some(op)
    }

    /// Asks one to end.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], and [`Refusal::Conflict`] when it is over.
    pub fn cancel(&self, id: &str) -> Result<Operation, Refusal> {
        let (op, cancel) = self.entry(id)?;
        if is_over(op) {
            return Err(Refusal::Conflict("the operation is over already".into()));
        }
        cancel.want();
        Ok(op.clone())
    }

    /// Asks all to end.
    pub fn cancel_all(&self) {
        self.list.iter().for_each(|(_, cancel)| cancel.want());
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn one(&self, id: &str) -> Result<Operation, Refusal> {
        self.entry(id).map(|(op, _)| op.clone())
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Operation> {
        self.list.iter().map(|(op, _)| op)
    }

    fn entry(&self, id: &str) -> Result<&(Operation, Cancel), Refusal> {
        let unknown = || Refusal::Unknown(format!("there is no operation `{id}`"));
        self.list.iter().find(|(op, _)| op.id == id).ok_or_else(unknown)
    }

    fn forget(&mut self) {
        let over = self.list.iter().filter(|(op, _)| is_over(op)).count();
        let mut spare = over.saturating_sub(REMEMBERED);
        self.list.retain(|(op, _)| {
            let goes = is_over(op) && spare > 0;
            spare -= usize::from(goes);
            !goes
        });
    }
}

fn is_over(op: &Operation) -> bool {
    !matches!(op.status, OperationStatus::Pending | OperationStatus::Running)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_same_is_done_once_at_a_time() {
        let mut ops = Operations::default();
        let first = ops.add("1".into(), "look", &json!({"a": 1, "b": 2}), 1.0).unwrap();
        assert!(first.1.is_some());
        let (again, cancel) = ops.add("2".into(), "look", &json!({"b": 2, "a": 1}), 2.0).unwrap();
        assert_eq!((again.id.as_str(), cancel.is_none()), ("1", true));
        assert_eq!(ops.add("3".into(), "look", &json!({}), 2.0).unwrap().0.id, "3");
        ops.step("1", Step::Over(Ok(json!(null))), 3.0).unwrap();
        assert_eq!(ops.add("4".into(), "look", &json!({"a": 1, "b": 2}), 4.0).unwrap().0.id, "4");
    }

    #[test]
    fn progress_only_grows_and_ends_at_one() {
        let mut ops = Operations::default();
        ops.add("1".into(), "look", &json!({}), 0.0).unwrap();
        ops.step("1", Step::Begun, 0.5).unwrap();
        let told = [0.5, 0.2, f32::NAN, -1.0, 7.0].map(|share| ops.step("1", Step::Progress(share), 1.0));
        assert_eq!(told.map(|op| op.map(|op| op.progress)), [Some(0.5), None, None, None, Some(1.0)]);
        let over = ops.step("1", Step::Over(Err("broken".into())), 2.0).unwrap();
        assert_eq!((over.status, over.error.as_deref()), (OperationStatus::Error, Some("broken")));
        assert_eq!(ops.step("1", Step::Begun, 3.0), None, "what is over stays over");
    }

    #[test]
    fn what_it_is_at_is_told_until_it_is_over() {
        let mut ops = Operations::default();
        ops.add("1".into(), "separate", &json!({}), 0.0).unwrap();
        let mut tell = |share, message: &str, eta| ops.step("1", Step::Told(share, message.into(), eta), 1.0);
        let told = tell(0.5, "1 of 2", Some(3.0)).unwrap();
        assert_eq!((told.progress, told.message.as_deref(), told.eta_secs), (0.5, Some("1 of 2"), Some(3.0)));
        assert_eq!(tell(0.5, "1 of 2", Some(3.0)), None, "nothing new");
        let back = tell(0.1, "2 of 2", Some(f64::INFINITY)).unwrap();
        assert_eq!((back.progress, back.message.as_deref(), back.eta_secs), (0.5, Some("2 of 2"), None));
        let over = ops.step("1", Step::Over(Ok(json!(1))), 2.0).unwrap();
        assert_eq!((over.progress, over.message, over.eta_secs), (1.0, None, None));
    }

    #[test]
    fn an_end_is_asked_for_and_obeyed_by_the_work() {
        let mut ops = Operations::default();
        let (_, cancel) = ops.add("1".into(), "look", &json!({}), 0.0).unwrap();
        assert_eq!(ops.cancel("1").unwrap().status, OperationStatus::Pending);
        assert!(cancel.unwrap().is_wanted());
        assert_eq!(ops.step("1", Step::Over(Err("ended".into())), 1.0).unwrap().status, OperationStatus::Cancelled);
        assert!(matches!(ops.cancel("1"), Err(Refusal::Conflict(_))));
        assert!(matches!(ops.cancel("2"), Err(Refusal::Unknown(_))));
    }

    #[test]
    fn those_that_are_over_are_forgotten_in_time_and_others_are_not() {
        let mut ops = Operations::default();
        ops.add("alive".into(), "wait", &json!({}), 0.0).unwrap();
        for n in 0..300 {
            ops.add(n.to_string(), "look", &json!(n), 0.0).unwrap();
            ops.step(&n.to_string(), Step::Over(Ok(json!(n))), 1.0).unwrap();
        }
        assert_eq!(ops.all().count(), REMEMBERED + 1);
        assert!(ops.one("alive").is_ok() && ops.one("299").is_ok() && ops.one("3").is_err());
        let refused = (0..100).map(|n| ops.add(format!("w{n}"), "wait", &json!(n), 0.0).is_err());
        assert_eq!(refused.filter(|refused| *refused).count(), 100 - (AT_ONCE - 1));
    }
}
