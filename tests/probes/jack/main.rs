//! A JACK client for tests. It joins the server that `JACK_DEFAULT_SERVER` names, reports as JSON lines on stdout and
//! fails with a reason on stderr.

mod churn;
mod count;
mod graph;
mod listen;
mod notes;
mod outbox;
mod record;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Joins a JACK server and reports what it sees as JSON lines.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print the names of all ports.
    Ports,
    /// Record output ports as 32-bit float WAV, one channel a port, until the time is up or a line comes on stdin.
    ///
    /// Sample n of the file is what the ports carried at frame `first_frame` + n of the server; frames that the probe
    /// missed are silent and counted as gaps.
    Record {
        /// Output ports, connected as soon as they exist.
        #[arg(long, value_delimiter = ',')]
        ports: Vec<String>,
        /// At most so long.
        #[arg(long)]
        seconds: f64,
        /// The file.
        #[arg(long)]
        out: PathBuf,
    },
    /// Send the messages on stdin, each a line `FRAME HEXBYTES`: frames of the server, or `+FRAMES` after the start.
    Notes {
        /// The input port, awaited until it exists.
        #[arg(long)]
        to: String,
        /// Seconds between being connected and the start.
        #[arg(long, default_value_t = 0.1)]
        lead: f64,
        /// Stay connected for so many seconds after the last message.
        #[arg(long, default_value_t = 0.0)]
        linger: f64,
    },
    /// Print the messages that arrive, until the time is up or a line comes on stdin.
    Listen {
        /// An output port to connect as soon as it exists; without it, somebody else connects.
        #[arg(long)]
        from: Option<String>,
        /// At most so long.
        #[arg(long)]
        seconds: f64,
    },
    /// Play samples that tell their own frame, `frame % 32768 / 32768` on the left and its negative on the right, until
    /// the time is up or a line comes on stdin.
    Count {
        /// At most so long.
        #[arg(long)]
        seconds: f64,
    },
    /// Come, play and go again and again, in four ways, three of which leave notes held.
    Churn {
        /// The input port, awaited until it exists.
        #[arg(long)]
        to: String,
        /// How often.
        #[arg(long)]
        cycles: u32,
    },
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    jack::set_logger(jack::LoggerType::None);
    let run = match Options::parse().verb {
        Verb::Ports => graph::ports(),
        Verb::Record { ports, seconds, out } => record::run(&ports, seconds, &out),
        Verb::Notes { to, lead, linger } => notes::run(&to, lead, linger),
        Verb::Listen { from, seconds } => listen::run(from.as_deref(), seconds),
        Verb::Count { seconds } => count::run(seconds),
        Verb::Churn { to, cycles } => churn::run(&to, cycles),
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jack-probe: {error}");
            ExitCode::FAILURE
        }
    }
}
