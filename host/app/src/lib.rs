#![doc = include_str!("../README.md")]

mod cli;
pub mod clock;
mod completions;
mod controller;
mod demo;
mod devices;
pub mod exit;
#[cfg(feature = "nats")]
mod farm;
pub mod instrument;
mod interrupt;
pub mod live;
mod model;
pub mod offline;
mod output;
pub mod panels;
pub mod pipeline;
pub mod play;
mod progress;
mod quiet;
mod render;
mod report;
mod roomy;
mod separate;
pub mod serve;
mod settings;
pub mod studio;
mod worker;

pub use exit::Failure;
pub use instrument::Instrument;
pub use report::RenderReport;

use clap::Parser;
use cli::{BenchVerb, Cli, InstrumentVerb, Verb};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line `arguments`, the program's own name first, and says how the process should end.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // A process that was started for one task of a graph does that and nothing else.
    ripieno_pipeline::serve_task(&pipeline::registry());
    match Cli::try_parse_from(arguments) {
        Ok(cli) => exit::conclude(run(cli)),
        // Help and version are asked for and go to stdout; mistakes go to stderr and end in exit code 2.
        Err(answer) => {
            let code = if answer.use_stderr() { exit::USAGE } else { exit::OK };
            // A closed pipe is no reason to complain.
            let _ = answer.print();
            code.into()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.verb {
        Verb::Demo(options) => demo::run(&options),
        Verb::Render(options) => render::run(&options),
        Verb::Play(options) => play::run(&options),
        Verb::Separate(options) => separate::run(&options),
        Verb::Worker(options) => worker::run(&options),
        #[cfg(feature = "nats")]
        Verb::Farm { verb } => farm::run(&verb),
        Verb::Model { verb } => model::run(&verb),
        Verb::Serve(options) => serve::run(&options),
        Verb::Run(options) => pipeline::run::run(&options),
        Verb::Graph { verb } => pipeline::graph::run(&verb),
        Verb::Top(options) => pipeline::top::run(&options),
        Verb::Bench { verb: BenchVerb::Graph(options) } => pipeline::bench::run(&options),
        Verb::Devices(options) => devices::run(&options),
        Verb::Controller { verb } => controller::run(&verb),
        Verb::Studio { verb } => studio::verb::run(&verb),
        Verb::Instrument { verb: InstrumentVerb::Build(options) } => instrument::build::verb::run(&options),
        Verb::Instrument { verb: InstrumentVerb::Info(options) } => instrument::info::run(&options),
        Verb::Instrument { verb: InstrumentVerb::List(options) } => instrument::list::run(&options),
        Verb::Completions { shell } => completions::completions(shell),
        Verb::Man => completions::man(),
    }
}
