//! `ripieno farm cancel` and `retry`: what is done with jobs by their ids.

use super::{named, open};
use crate::cli::ChooseOptions;
use crate::{Failure, output};
use ripieno_farm::jetstream::JetStream;
use ripieno_farm::record::{Record, Standing};
use ripieno_farm::{FarmError, ledger};
use serde::Serialize;

#[derive(Debug, Default, Serialize)]
struct Report {
    /// Jobs with which it was done.
    jobs: Vec<String>,
    /// Jobs with which it could not be done, as they stand otherwise.
    left: Vec<String>,
}

/// Takes jobs out of line.
pub(super) fn cancel(options: &ChooseOptions) -> Result<(), Failure> {
    carry_out(options, "cancelled", |record| !record.standing.is_end(), ledger::cancel)
}

/// Puts jobs in line again.
pub(super) fn retry(options: &ChooseOptions) -> Result<(), Failure> {
    let ended = |record: &Record| matches!(record.standing, Standing::Failed | Standing::Cancelled);
    carry_out(options, "in line again", ended, ledger::retry)
}

fn carry_out(
    options: &ChooseOptions,
    done: &str,
    fits: impl Fn(&Record) -> bool,
    act: impl Fn(&JetStream, &str) -> Result<bool, FarmError>,
) -> Result<(), Failure> {
    let farm = open(&options.server)?;
    let ids = if options.all {
        let mut ids = Vec::new();
        ledger::each(&farm, |record| ids.extend(fits(&record).then_some(record.id))).map_err(Failure::Farm)?;
        ids
    } else {
        named(&farm, &options.jobs).map_err(Failure::Farm)?
    };
    let mut report = Report::default();
    for id in ids {
        let list = if act(&farm, &id).map_err(Failure::Farm)? { &mut report.jobs } else { &mut report.left };
        list.push(id);
    }
    if options.json {
        return output::json(&report);
    }
    let mut text: String = report.jobs.iter().map(|id| format!("{id}  {done}\n")).collect();
    text.extend(report.left.iter().map(|id| format!("{id}  left as it is\n")));
    if text.is_empty() {
        text = "there is no such job\n".to_owned();
    }
    output::text(&text)
}
