//! `ripieno farm submit`: recordings into line.

use super::server;
use crate::cli::SubmitOptions;
use crate::interrupt::Interrupt;
use crate::progress::Activity;
use crate::separate::wanted;
use crate::{Failure, exit, output};
use ripieno_farm::jetstream::{JetStream, Layout};
use ripieno_farm::{FarmError, FarmErrorKind, Manner, Submitted, Submitter};
use ripieno_separate::Cancel;
use ripieno_separate::batch::{self, BatchJob};
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Default, Serialize)]
struct Report {
    /// Jobs that are in line now, or were known.
    jobs: Vec<Job>,
    /// Recordings that gave none.
    failed: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Job {
    id: String,
    file: String,
    /// Whether its work was put in line now.
    new: bool,
    /// How it stood before.
    standing: &'static str,
    spans: u64,
}

#[derive(Debug, Serialize)]
struct Refused {
    file: String,
    error: String,
}

/// Carries out the verb.
pub(super) fn run(options: &SubmitOptions) -> Result<(), Failure> {
    let like = &options.separate;
    refuse_local(options)?;
    let wanted = wanted::wanted(like)?;
    let recordings = batch::expand(&like.files).map_err(Failure::Job)?;
    let jobs = batch::jobs(&wanted, &recordings).map_err(Failure::Job)?;
    let cancel = Cancel::default();
    Interrupt::listen().cancels(&cancel);
    let mut layout = Layout::new(&options.server.bucket);
    layout.ack_wait = options.ack_wait.map(Duration::from_secs);
    layout.most_pending = options.max_pending.map(i64::from);
    layout.room = options.bucket_mib.map(|mib| i64::from(mib) << 20);
    let farm = JetStream::open(&server(&options.server), &layout).map_err(Failure::Farm)?;
    let mut submitter = Submitter::new(farm.clone(), farm);
    let manner = Manner { by_path: options.by_path, span: options.split, tries: options.tries };

    let line = Activity::new(!like.json);
    let mut report = Report::default();
    let mut code = None;
    for (number, job) in jobs.iter().enumerate() {
        let file = job.settings.audio.display().to_string();
        line.say(format!("{} of {}  {file}", number + 1, jobs.len()));
        match one(&mut submitter, job, manner, &cancel) {
            Ok(Submitted { id, new, standing, spans, .. }) => {
                let job = Job { id, file, new, standing: standing.word(), spans };
                if !like.json {
                    line.aside(|| output::text(&told(&job)))?;
                }
                report.jobs.push(job);
            }
            // A recording's own fault leaves the others alone.
            Err(error) if error.kind == FarmErrorKind::Job => {
                line.aside(|| eprintln!("error: {file}: {error}"));
                code = Some(Failure::Farm(error.clone()).code());
                report.failed.push(Refused { file, error: error.message });
            }
            Err(error) => {
                if like.json {
                    output::json(&report)?;
                }
                return Err(Failure::Farm(error));
            }
        }
    }
    drop(line);
    if like.json {
        output::json(&report)?;
    }
    match code {
        None => Ok(()),
        Some(code) if jobs.len() == 1 => Err(Failure::Told(code)),
        Some(_) => Err(Failure::Told(exit::FAILED)),
    }
}

fn one(
    submitter: &mut Submitter<JetStream, JetStream>,
    job: &BatchJob,
    manner: Manner,
    cancel: &Cancel,
) -> Result<Submitted, FarmError> {
    job.warnings.iter().for_each(|warning| output::warn(&warning.message));
    if let Some(refused) = &job.refused {
        return Err(refused.clone().into());
    }
    submitter.submit(&job.settings, manner, cancel)
}

fn told(job: &Job) -> String {
    let spans = if job.spans > 1 { format!(" in {} spans", job.spans) } else { String::new() };
    let how = match (job.new, job.standing) {
        (true, "queued") => format!("in line{spans}"),
        (true, _) => format!("in line again{spans}"),
        (false, standing) => format!("known, {standing}"),
    };
    format!("{}  {}  {how}\n", job.id, job.file)
}

/// Options of `separate` that mean nothing where others do the work.
fn refuse_local(options: &SubmitOptions) -> Result<(), Failure> {
    let like = &options.separate;
    let named = [
        ("--out-target", like.out_target.is_some()),
        ("--out-residual", like.out_residual.is_some()),
        ("--resume", like.resume),
        ("--in-process", like.in_process),
        ("--dry-run", like.dry_run),
        ("--force", like.force),
        ("--threads", like.threads.is_some()),
        ("--ort-lib", like.ort_lib.is_some()),
    ];
    match named.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => {
            let hint = match name {
                "--force" => "`ripieno farm fetch --force` replaces stems that are there",
                "--threads" | "--ort-lib" => "`ripieno farm worker` takes it",
                "--dry-run" => "`ripieno separate --dry-run` says what a job takes",
                _ => "it goes with `ripieno separate`",
            };
            Err(Failure::Usage(format!("{name} cannot be used with farm submit: {hint}")))
        }
    }
}
