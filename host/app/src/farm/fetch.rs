//! `ripieno farm fetch`: finished stems to this machine.

use super::{named, open};
use crate::cli::FetchOptions;
use crate::interrupt::Interrupt;
use crate::{Failure, exit, output};
use ripieno_farm::jetstream::JetStream;
use ripieno_farm::record::{Record, Standing};
use ripieno_farm::{FarmError, FarmErrorKind, ledger};
use ripieno_separate::Cancel;
use serde::Serialize;
use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

/// How often finished jobs are looked for.
const EVERY: Duration = Duration::from_secs(1);

/// How long a signal may stay unnoticed meanwhile.
const TICK: Duration = Duration::from_millis(50);

#[derive(Debug, Default, Serialize)]
struct Report {
    /// Jobs whose stems are here.
    jobs: Vec<Fetched>,
    /// Jobs that left none.
    failed: Vec<Lost>,
}

#[derive(Debug, Serialize)]
struct Fetched {
    id: String,
    files: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Lost {
    id: String,
    error: String,
}

/// Carries out the verb.
pub(super) fn run(options: &FetchOptions) -> Result<(), Failure> {
    let farm = open(&options.server)?;
    let wanted = named(&farm, &options.jobs).map_err(Failure::Farm)?;
    let cancel = Cancel::default();
    Interrupt::listen().cancels(&cancel);
    let mut report = Report::default();
    let mut seen = BTreeSet::new();
    let mut code = None;
    loop {
        // Ids alone: records may be many.
        let (mut ended, mut open) = (Vec::new(), 0_u64);
        ledger::each(&farm, |record| {
            let is_wanted = if options.jobs.is_empty() { true } else { wanted.contains(&record.id) };
            if !is_wanted || seen.contains(&record.id) {
                return;
            }
            match record.standing {
                Standing::Done => ended.push(record.id),
                // Asked for by name, it is worth a word; else the status has it.
                Standing::Failed | Standing::Cancelled if !options.jobs.is_empty() || options.watch => {
                    ended.push(record.id)
                }
                Standing::Failed | Standing::Cancelled => {}
                Standing::Queued | Standing::Running => open += 1,
            }
        })
        .map_err(Failure::Farm)?;
        for id in ended {
            let record = ledger::get(&farm, &id).map_err(Failure::Farm)?;
            match one(&farm, &record, options, &cancel) {
                Ok(fetched) => {
                    if !options.json {
                        output::text(&fetched.files.iter().map(|file| format!("{id}  {file}\n")).collect::<String>())?;
                    }
                    report.jobs.push(fetched);
                }
                Err(error) if matches!(error.kind, FarmErrorKind::Interrupted | FarmErrorKind::Unreachable) => {
                    return Err(Failure::Farm(error));
                }
                Err(error) => {
                    eprintln!("error: {}: {error}", record.input.name);
                    let this = Failure::Farm(error.clone()).code();
                    code = Some(code.map_or(this, |code| if code == this { code } else { exit::FAILED }));
                    report.failed.push(Lost { id: id.clone(), error: error.message });
                }
            }
            seen.insert(id);
        }
        if open == 0 || !options.watch {
            break;
        }
        let next = Instant::now() + EVERY;
        while Instant::now() < next && !cancel.is_requested() {
            thread::sleep(TICK);
        }
        if cancel.is_requested() {
            return Err(Failure::Stopped);
        }
    }
    if options.json {
        output::json(&report)?;
    } else if report.jobs.is_empty() && code.is_none() {
        output::text("nothing is done that was not fetched: `ripieno farm status` says how it stands\n")?;
    }
    code.map_or(Ok(()), |code| Err(Failure::Told(code)))
}

fn one(farm: &JetStream, record: &Record, options: &FetchOptions, cancel: &Cancel) -> Result<Fetched, FarmError> {
    if let (Standing::Failed, Some(error)) = (record.standing, &record.error) {
        return Err(FarmError::new(FarmErrorKind::Failed, format!("it was given up: {error}")));
    }
    let files = ripieno_farm::fetch(farm, record, options.out_dir.as_deref(), options.force, cancel)?;
    if options.remove {
        ledger::remove(farm, farm, &record.id)?;
    }
    let files = files.iter().map(|path| path.display().to_string()).collect();
    Ok(Fetched { id: record.id.clone(), files })
}
