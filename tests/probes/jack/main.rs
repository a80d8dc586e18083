//! A JACK client for tests. It joins the server that `JACK_DEFAULT_SERVER` names, reports as JSON lines on stdout and
//! fails with a reason on stderr.

use clap::{Parser, Subcommand};
use jack::{Client, ClientOptions, PortFlags};
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
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    jack::set_logger(jack::LoggerType::None);
    let run = match Options::parse().verb {
        Verb::Ports => ports(),
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jack-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open(name: &str) -> Result<Client> {
    Ok(Client::new(name, ClientOptions::NO_START_SERVER)?.0)
}

fn ports() -> Result<()> {
    let client = open("probe-ports")?;
    println!("{}", serde_json::json!(client.ports(None, None, PortFlags::empty())));
    Ok(())
}
