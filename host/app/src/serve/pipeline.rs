//! The pipeline that runs beside, as the page reaches it: its tasks, events, streams and file. What takes its time is done by
//! those who only look.

use super::Owner;
use super::served::Section;
use crate::pipeline::hosted::{Deed, Hosted};
use ripieno_pipeline::control::Client;
use ripieno_web::shape::{FoundPipeline, PipelineReloaded, TaskChange, TaskDeed};
use ripieno_web::{Event, Refusal, Reply};

impl Owner {
    /// Has something done with the pipeline that takes its time, and answered from there.
    pub(super) fn with_pipeline<T: Send + 'static>(
        &self,
        reply: Reply<T>,
        work: impl FnOnce(&Hosted) -> Result<T, Refusal> + Send + 'static,
    ) {
        match self.pipeline().cloned() {
            Ok(hosted) => self.looks.run(move || drop(reply.send(work(&hosted)))),
            Err(refusal) => drop(reply.send(Err(refusal))),
        }
    }

    /// Does what the page wants of a task, and says what was done.
    pub(super) fn change_task(&mut self, task: &str, change: TaskChange) -> Result<String, Refusal> {
        let hosted = self.running_pipeline()?;
        if !hosted.has_task(task) {
            return Err(Refusal::Unknown(format!("there is no task '{task}'")));
        }
        let is_set = change.deed == TaskDeed::Set;
        let done = hosted.act(task, &deed(change)?).map_err(Refusal::Invalid)?;
        // A knob that is turned would fill the log.
        if !is_set {
            self.info("pipeline", done.clone());
        }
        Ok(done)
    }

    /// Signals an event, and says so.
    pub(super) fn signal_event(&mut self, event: &str) -> Result<String, Refusal> {
        let hosted = self.running_pipeline()?;
        if !hosted.has_event(event) {
            return Err(Refusal::Unknown(format!("there is no event '{event}'")));
        }
        let done = hosted.act("", &Deed::Event(event.into())).map_err(Refusal::Invalid)?;
        self.info("pipeline", done.clone());
        Ok(done)
    }

    fn running_pipeline(&self) -> Result<&Hosted, Refusal> {
        let hosted = self.pipeline()?;
        let over = || Refusal::Conflict("the pipeline has ended; start `ripieno serve --graph` again".into());
        if hosted.is_finished() { Err(over()) } else { Ok(hosted) }
    }

    /// Reads the graph file again, and tells everybody what became of it.
    pub(super) fn reload_pipeline(&mut self, reply: Reply<PipelineReloaded>) {
        let hosted = match self.running_pipeline() {
            Ok(hosted) => hosted.clone(),
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let post = self.post.clone();
        self.looks.run(move || {
            let reloaded = hosted.reload();
            post.then(move |owner| {
                match &reloaded {
                    Ok(PipelineReloaded { error: Some(error), .. }) => owner.warn("pipeline", error.clone()),
                    Ok(_) => owner.info("pipeline", "the graph was read again".into()),
                    Err(_) => {}
                }
                owner.look_at_pipeline();
                let _ = reply.send(reloaded);
            });
        });
    }

    /// Looks for all running pipelines of this user, then answers.
    pub(super) fn look_for_pipelines(&self, reply: Reply<Vec<FoundPipeline>>) {
        self.looks.run(move || {
            let own = std::process::id();
            let found = Client::find().into_iter();
            let found = found.map(|found| FoundPipeline { own: found.pid == own, name: found.name, pid: found.pid });
            let _ = reply.send(Ok(found.collect()));
        });
    }

    /// Tells everybody when the pipeline has another name, or runs no more.
    pub(super) fn look_at_pipeline(&mut self) {
        let now = self.pipeline.as_ref().map(Hosted::state);
        if now != self.pipeline_state
            && let Some(pipeline) = now
        {
            self.pipeline_state = Some(pipeline.clone());
            self.publish(&Event::PipelineChanged { pipeline }, &[Section::Pipeline]);
        }
    }
}

/// What a request means.
fn deed(change: TaskChange) -> Result<Deed, Refusal> {
    let TaskChange { deed, param, value } = change;
    Ok(match deed {
        TaskDeed::Start => Deed::Start,
        TaskDeed::Stop => Deed::Stop,
        TaskDeed::Toggle => Deed::Toggle,
        TaskDeed::Set => {
            let param = param.ok_or_else(|| Refusal::Invalid("`param` must name what is set".into()))?;
            let value = value.ok_or_else(|| Refusal::Invalid("`value` must say what it is set to".into()))?;
            let wrong = |_| Refusal::Invalid(format!("{value} is no value of a parameter"));
            Deed::Set(param, serde_json::from_value(value.clone()).map_err(wrong)?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_pipeline::Value;
    use serde_json::json;

    #[test]
    fn what_is_asked_of_a_task_is_understood_or_refused() {
        let check = |asked: serde_json::Value, expected: Result<Deed, &str>| {
            let change: TaskChange = serde_json::from_value(asked.clone()).unwrap();
            match (deed(change), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{asked}"),
                (Err(refusal), Err(part)) => assert!(refusal.to_string().contains(part), "{asked}: {refusal}"),
                (found, _) => panic!("{asked}: {found:?}"),
            }
        };
        check(json!({"do": "start"}), Ok(Deed::Start));
        check(json!({"do": "stop", "value": 3}), Ok(Deed::Stop));
        check(json!({"do": "toggle"}), Ok(Deed::Toggle));
        let set = |value| Ok(Deed::Set("db".into(), value));
        check(json!({"do": "set", "param": "db", "value": -6.5}), set(Value::Number(-6.5)));
        check(json!({"do": "set", "param": "db", "value": 2}), set(Value::Integer(2)));
        check(json!({"do": "set", "param": "db"}), Err("`value`"));
        check(json!({"do": "set", "value": 2}), Err("`param`"));
        check(json!({"do": "set", "param": "db", "value": {"a": 1}}), Err("no value"));
        assert!(serde_json::from_value::<TaskChange>(json!({"do": "dance"})).is_err());
    }
}
