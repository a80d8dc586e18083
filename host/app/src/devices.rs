//! `ripieno devices`: what can play, record and send notes, and why what is missing is missing.

mod changes;
mod look;
mod report;

use crate::cli::DevicesOptions;
use crate::interrupt::Interrupt;
use crate::{Failure, output};
use changes::changes;
use look::Watch;
use report::Report;

/// Looks and reports, once or until interrupted.
pub fn run(options: &DevicesOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::listen();
    let mut watch = Watch::start();
    if !options.watch {
        let report = watch.look();
        return if options.json { output::json(&report) } else { output::text(&report.to_string()) };
    }
    // From nothing: whoever reads from the start knows what is there at any time.
    let mut known = Report::default();
    while !interrupt.is_raised() {
        let report = watch.look();
        for change in changes(&known, &report) {
            if options.json { output::json_line(&change)? } else { output::text(&change.to_string())? }
        }
        known = report;
        std::thread::sleep(look::INTERVAL);
    }
    Ok(())
}
