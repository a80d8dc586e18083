//! `ripieno separate`: recordings into stems, one after the other, in a worker process or in this one.

mod bars;
mod dry;
mod plan;
mod report;
mod runner;
pub mod wanted;

pub use dry::dry_run;
pub use runner::Runner;

use crate::cli::SeparateOptions;
use crate::interrupt::Interrupt;
use crate::{Failure, exit, output};
use bars::Bars;
use report::{FileReport, Report};
use ripieno_separate::batch::{self, BatchJob};
use ripieno_separate::{Cancel, ErrorCode, Event, JobError};

/// Carries out the verb.
pub fn run(options: &SeparateOptions) -> Result<(), Failure> {
    let wanted = wanted::wanted(options)?;
    let recordings = batch::expand(&options.files).map_err(Failure::Job)?;
    let jobs = batch::jobs(&wanted, &recordings).map_err(Failure::Job)?;
    if options.dry_run {
        return plan::run(options, &jobs);
    }
    // From here on an interrupt is noticed rather than deadly.
    let cancel = Cancel::default();
    Interrupt::listen().cancels(&cancel);
    let mut runner = Runner::new(options.in_process)?;
    let bars = Bars::new(jobs.len(), !options.json);
    let mut report = Report::default();
    let mut end = None;
    for job in jobs {
        match end {
            None => {
                let file = one(&job, &mut runner, &bars, &cancel);
                if !options.json {
                    bars.suspend(|| file.show())?;
                }
                // What no other recording could get round either.
                end = file.code().filter(|code| [ErrorCode::Cancelled, ErrorCode::ModelUnavailable].contains(code));
                report.add(file);
            }
            Some(_) => report.add(FileReport::skipped(&job)),
        }
    }
    drop(bars);
    if options.json {
        output::json(&report)?
    } else {
        output::text(&report.summary())?
    }
    match (end, report.only()) {
        _ if report.failed == 0 => Ok(()),
        (Some(code), _) | (None, Some(code)) => Err(Failure::Told(exit::job_code(code))),
        (None, None) => Err(Failure::Told(exit::FAILED)),
    }
}

/// Does one job and keeps what there is to say about it.
fn one(job: &BatchJob, runner: &mut Runner, bars: &Bars, cancel: &Cancel) -> FileReport {
    let bar = bars.file(&job.settings.audio);
    let mut warnings = job.warnings.clone();
    let mut listen = |event: Event| match event {
        Event::Progress { percent, eta_secs, message, .. } => bar.reach(percent, eta_secs, message),
        Event::Warning(warning) => warnings.push(warning),
        _ => {}
    };
    let end: Result<_, JobError> = match &job.refused {
        Some(refused) => Err(refused.clone()),
        None => runner.run(&job.settings, &mut listen, cancel),
    };
    bar.finish();
    FileReport::of(job, end, &warnings)
}
