//! `ripieno devices`: what can play, record and send notes, and why what is missing is missing.

mod changes;
mod look;
mod report;

use crate::cli::DevicesOptions;
use crate::interrupt::Interrupt;
use crate::{Failure, output};
use changes::changes;
use look::Lookout;
use report::Report;
use std::time::Instant;

/// Looks and reports, once or until interrupted.
pub fn run(options: &DevicesOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::listen();
    let start = Instant::now();
    let mut lookout = Lookout::default();
    if !options.watch {
        let report = lookout.look(start.elapsed());
        return if options.json { output::json(&report) } else { output::text(&report.to_string()) };
    }
    // From nothing on: whoever reads from the start knows what is there at any time.
    let mut known = Report::default();
    while !interrupt.is_raised() {
        let report = lookout.look(start.elapsed());
        for change in changes(&known, &report) {
            if options.json { output::json_line(&change)? } else { output::text(&change.to_string())? }
        }
        known = report;
        std::thread::sleep(look::INTERVAL);
    }
    // To be interrupted is how watching ends.
    Ok(())
}
