//! Tasks of the pipeline that runs beside the studio, as pads and knobs reach them.

use super::Owner;
use crate::pipeline::hosted::{Deed, Hosted};
use ripieno_actions::Phase;
use ripieno_pipeline::Value;
use ripieno_web::Refusal;
use ripieno_web::shape::Action;
use serde_json::Value as Json;

impl Owner {
    /// The pipeline that runs beside.
    pub(super) fn pipeline(&self) -> Result<&Hosted, Refusal> {
        let none =
            || Refusal::Unknown("no pipeline runs here; `ripieno serve --graph GRAPH.toml` runs one beside".into());
        self.pipeline.as_ref().ok_or_else(none)
    }

    /// Does what a pad or knob wants of a task.
    pub(super) fn task(&mut self, action: &Action, phase: Phase, value: u16, who: &str) {
        let task = action.fields.get("task").and_then(Json::as_str).unwrap_or_default();
        let done = match deed(action, phase, value) {
            Ok(None) => return,
            Ok(Some(deed)) => self.pipeline().map_err(|refusal| refusal.to_string()).and_then(|it| it.act(task, &deed)),
            Err(problem) => Err(problem),
        };
        match done {
            // A knob that is turned would fill the log.
            Ok(_) if phase == Phase::Set => {}
            Ok(done) => self.info("actions", format!("{who}: {done}")),
            Err(problem) => self.warn("actions", format!("{who}: {problem}")),
        }
    }
}

/// What is wanted; nothing where a pad is let go.
fn deed(action: &Action, phase: Phase, value: u16) -> Result<Option<Deed>, String> {
    let text = |field: &str| action.fields.get(field).and_then(Json::as_str);
    let number = |field: &str, usual: f64| action.fields.get(field).and_then(Json::as_f64).unwrap_or(usual);
    let param = || text("param").map(str::to_owned).ok_or("task: `param` must name what is set");
    if phase == Phase::Set {
        let (min, max) = (number("min", 0.0), number("max", 1.0));
        let share = f64::from(value) / f64::from(u16::MAX);
        return Ok(Some(Deed::Set(param()?, Value::Number(min + (max - min) * share))));
    }
    if phase != Phase::On {
        return Ok(None);
    }
    Ok(Some(match text("do").unwrap_or("start") {
        "stop" => Deed::Stop,
        "toggle" => Deed::Toggle,
        "event" => Deed::Event(text("event").ok_or("task: `event` must name the event that is signalled")?.into()),
        "set" => {
            let value = action.fields.get("value").ok_or("task: `value` must say what it is set to")?;
            let value = serde_json::from_value(value.clone())
                .map_err(|_| format!("task: {value} is no value of a parameter"))?;
            Deed::Set(param()?, value)
        }
        _ => Deed::Start,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn actions_become_deeds() {
        let check = |fields: Json, phase: Phase, value: u16, expected: Result<Option<Deed>, &str>| {
            let action = serde_json::from_value(fields.clone()).unwrap();
            match (deed(&action, phase, value), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{fields}"),
                (Err(problem), Err(part)) => assert!(problem.contains(part), "{fields}: {problem}"),
                (found, _) => panic!("{fields}: {found:?}"),
            }
        };
        let set = |value| Ok(Some(Deed::Set("gain".into(), value)));
        check(json!({"type": "task", "task": "a"}), Phase::On, 127, Ok(Some(Deed::Start)));
        check(json!({"type": "task", "task": "a"}), Phase::Off, 0, Ok(None));
        check(json!({"type": "task", "task": "a", "do": "stop"}), Phase::On, 1, Ok(Some(Deed::Stop)));
        check(json!({"type": "task", "task": "a", "do": "toggle"}), Phase::On, 1, Ok(Some(Deed::Toggle)));
        check(json!({"type": "task", "task": "a", "do": "event"}), Phase::On, 1, Err("`event`"));
        check(
            json!({"type": "task", "task": "a", "do": "event", "event": "go"}),
            Phase::On,
            1,
            Ok(Some(Deed::Event("go".into()))),
        );
        check(json!({"type": "task", "task": "a", "do": "set"}), Phase::On, 1, Err("`value`"));
        check(json!({"type": "task", "task": "a", "do": "set", "value": 2}), Phase::On, 1, Err("`param`"));
        let value = json!({"type": "task", "task": "a", "do": "set", "param": "gain", "value": 2});
        check(value, Phase::On, 1, set(Value::Integer(2)));
        let knob = json!({"type": "task", "task": "a", "param": "gain", "min": -1, "max": 3});
        check(knob.clone(), Phase::Set, u16::MAX, set(Value::Number(3.0)));
        check(knob, Phase::Set, 0, set(Value::Number(-1.0)));
        check(json!({"type": "task", "task": "a"}), Phase::Set, 0, Err("`param`"));
    }
}
