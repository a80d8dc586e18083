//! The options of `ripieno devices`.

use clap::Args;

/// Options of `devices`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DevicesOptions {
    /// Print one JSON object instead of text, with --watch one a line
    #[arg(long)]
    pub json: bool,
    /// Print what is there, then what comes and goes, a line each, until interrupted
    #[arg(long)]
    pub watch: bool,
}

const EXAMPLES: &str = "\
Examples:
  ripieno devices
  ripieno devices --watch --json | jq -r 'select(.kind == \"midi-in\").name'";
