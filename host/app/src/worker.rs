//! `ripieno worker`: separation for other programs, as JSON lines.

use crate::Failure;
use crate::cli::WorkerOptions;
use crate::exit;
use crate::interrupt::Interrupt;
use ripieno_separate::worker::{Serving, die_with_parent, private_stdout, serve};
use ripieno_separate::{Cancel, Session};
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// Serves jobs until there are no more. Every failure of a job is told on its own line, so nothing is said here.
pub fn run(options: &WorkerOptions) -> Result<(), Failure> {
    // First of all: from here on nothing but the protocol reaches stdout.
    let channel = private_stdout().map_err(Failure::Stdout)?;
    if options.lifeline {
        // Where the system refuses, the end of stdin remains.
        let _ = die_with_parent();
    }
    let interrupt = Interrupt::listen();
    let stop = Cancel::default();
    interrupt.cancels(&stop);
    let config = (options.config != Path::new("-")).then(|| options.config.clone());
    // To read from a terminal without need stops a program in the background.
    let is_deaf = config.is_some() && !options.lifeline && io::stdin().is_terminal();
    let input: Box<dyn Read + Send> = if is_deaf { Box::new(io::empty()) } else { Box::new(io::stdin()) };
    let serving =
        Serving { config, lifeline: options.lifeline, stop, version: env!("CARGO_PKG_VERSION"), end_process: end };
    match serve(serving, input, channel, Session::new) {
        _ if interrupt.is_raised() => Err(Failure::Told(exit::INTERRUPTED)),
        true => Ok(()),
        false => Err(Failure::Told(exit::FAILED)),
    }
}

/// Ends the process, also when a library does not let go.
fn end(code: u8) {
    std::thread::spawn(|| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        std::process::abort();
    });
    std::process::exit(code.into());
}
