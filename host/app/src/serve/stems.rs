//! Separation for clients: what there is to separate with, what it would take, and the operation itself. One is under way at
//! a time, in a worker process; the others wait.

mod job;
mod set;

use super::Owner;
use super::recordings::{looked, stems_folder};
use super::work::{self, Course, Work};
use crate::separate::{self, Runner};
use ripieno_infer::{builtin, list, models_folder};
use ripieno_separate::Event;
use ripieno_web::shape::*;
use ripieno_web::{Refusal, Reply};
use serde_json::{Value, json};
use set::Set;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What does the jobs; whoever has it has it alone.
pub type Bench = Arc<Mutex<Runner>>;

impl Owner {
    /// What there is to separate with.
    pub(super) fn list_models(&self, reply: Reply<Models>) {
        self.pool.run(move || _ = reply.send(Ok(models())));
    }

    /// What a separation would do.
    pub(super) fn plan_separation(&self, wish: Separation, reply: Reply<SeparationPlan>) {
        let name = match self.recording(&wish.recording) {
            Ok(recording) => recording.name.clone(),
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let (folder, program, ending) = (self.recordings_folder(), self.program.clone(), self.ending.clone());
        self.planner.run(move || {
            // Whoever has changed the wish since does not wait for this one any more.
            if reply.is_closed() {
                return;
            }
            let plan = || {
                let audio = folder.join(&name);
                let settings = job::settings(&wish, &audio)?;
                let plan = separate::dry_run(program.as_deref(), &settings, &ending)?;
                let mut plan: SeparationPlan = serde_json::from_value(plan).map_err(|error| error.to_string())?;
                plan.warnings.iter_mut().for_each(|warning| warning.message = job::told(&warning.message, &folder));
                Ok(plan)
            };
            let _ = reply.send(plan().map_err(|why: String| Refusal::Invalid(job::told(&why, &folder))));
        });
    }

    /// A separation as an operation.
    pub(super) fn separation(&self, params: &Value) -> Result<Work, Refusal> {
        let wish: Separation = work::read("separate", params)?;
        let name = self.recording(&wish.recording)?.name.clone();
        job::check(&wish).map_err(|error| Refusal::Invalid(format!("separate: {error}")))?;
        let (folder, bench) = (self.recordings_folder(), self.bench.clone());
        Ok(Box::new(move |course| {
            separate(&wish, &folder, &name, &bench, course).map_err(|why| job::told(&why, &folder))
        }))
    }
}

fn separate(wish: &Separation, folder: &Path, name: &str, bench: &Bench, course: &Course<'_>) -> Result<Value, String> {
    let audio = folder.join(name);
    let mut settings = job::settings(wish, &audio)?;
    let set = Set::of(&stems_folder(folder, name), wish)?;
    set.place(&mut settings);
    settings.resume = true;
    let mut warnings = Vec::new();
    let mut listen = |event: Event| match event {
        // It is over when its files are told of, not before.
        Event::Progress { percent, eta_secs, message, .. } if percent < 100.0 => {
            course.tell(percent / 100.0, message, eta_secs);
        }
        Event::Warning(warning) => warnings.push(job::told(&warning.message, folder)),
        _ => {}
    };
    let ended = {
        let mut runner = bench.lock().unwrap_or_else(PoisonError::into_inner);
        runner.run(&settings, &mut listen, course.cancel().of_job())
    };
    let outcome = ended.map_err(|error| {
        set.forget_if_bare();
        error.to_string()
    })?;
    looked(course.post());
    let stems: Vec<_> = outcome.stems.iter().filter_map(|stem| stem.path.file_stem()?.to_str()).collect();
    Ok(json!({
        "recording": wish.recording, "stems": stems, "engine": outcome.engine, "seconds": outcome.seconds,
        "resumed": outcome.resumed, "warnings": warnings,
    }))
}

/// As `ripieno model list` has them, without places on the disk.
fn models() -> Models {
    let built_in = builtin::KINDS.iter().map(|kind| BuiltInModel {
        reference: kind.reference.into(),
        about: kind.about.into(),
        stems: kind.stems().map(Into::into).collect(),
        settings: kind
            .settings()
            .map(|(name, default, least, greatest)| ModelSetting { name: name.into(), default, least, greatest })
            .collect(),
    });
    let folder = models_folder();
    let found = folder.as_deref().map(list).unwrap_or_default().into_iter().map(|it| FoundModel {
        reference: it.reference,
        id: it.id,
        stems: it.stems,
        complement: it.complement,
        described: it.conditioned,
        problem: it.problem.map(|problem| job::told(&problem, Path::new(""))),
    });
    Models { built_in: built_in.collect(), models: found.collect() }
}
