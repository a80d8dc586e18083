//! The options of `ripieno controller`.

use super::MidiSystem;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with controllers.
#[derive(Debug, Subcommand)]
pub enum ControllerVerb {
    /// List the controllers that answer, and what they hold
    Identify(IdentifyOptions),
    /// Read set-ups from a controller into files
    Pull(PullOptions),
    /// Store a set-up, or a folder of them, in a controller
    Push(PushOptions),
    /// Play a slot, now and when switched on
    Activate(SlotOptions),
    /// Empty a slot
    Delete(SlotOptions),
    /// Show what a controller sends; push a studio whenever it is saved
    Watch(WatchOptions),
}

pub const EXAMPLES: &str = "\
Examples:
  ripieno controller identify
  ripieno controller push studio.toml --slot 2 --activate";

/// Which controller.
#[derive(Debug, Args)]
pub struct PortOptions {
    /// The MIDI port, by name or a part of it; see `ripieno devices` [default: the device that answers]
    #[arg(long, value_name = "NAME")]
    pub port: Option<String>,
    /// Where MIDI ports are looked for
    #[arg(long = "midi", value_name = "SYSTEM", value_enum, default_value_t)]
    pub midi: MidiSystem,
}

/// Options of `controller identify`.
#[derive(Debug, Args)]
#[command(after_help = IDENTIFY_EXAMPLES)]
pub struct IdentifyOptions {
    #[command(flatten)]
    pub port: PortOptions,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const IDENTIFY_EXAMPLES: &str = "\
Examples:
  ripieno controller identify
  ripieno controller identify --json | jq '.controllers[].slots'";

/// Options of `controller pull`.
#[derive(Debug, Args)]
#[command(after_help = PULL_EXAMPLES)]
pub struct PullOptions {
    #[command(flatten)]
    pub port: PortOptions,
    /// The slot [default: all of them]
    #[arg(long, value_name = "N")]
    pub slot: Option<u8>,
    /// The folder for slot-0.preset, slot-1.preset and so on
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const PULL_EXAMPLES: &str = "\
Examples:
  ripieno controller pull --out backup
  ripieno controller pull --slot 2 --force --json";

/// Options of `controller push`.
#[derive(Debug, Args)]
#[command(after_help = PUSH_EXAMPLES)]
pub struct PushOptions {
    /// A studio, a .preset file, or a folder of slot-N.preset files as `pull` writes it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub port: PortOptions,
    /// The slot; those of a folder say it by their names [default: 0]
    #[arg(long, value_name = "N")]
    pub slot: Option<u8>,
    /// Play it, now and when switched on
    #[arg(long)]
    pub activate: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const PUSH_EXAMPLES: &str = "\
Examples:
  ripieno controller push studio.toml --activate
  ripieno controller push backup";

/// Options of `controller activate` and `controller delete`.
#[derive(Debug, Args)]
#[command(after_help = SLOT_EXAMPLES)]
pub struct SlotOptions {
    /// The slot
    #[arg(value_name = "N")]
    pub slot: u8,
    #[command(flatten)]
    pub port: PortOptions,
}

const SLOT_EXAMPLES: &str = "\
Examples:
  ripieno controller activate 2
  ripieno controller delete 2 --port Pico";

/// Options of `controller watch`.
#[derive(Debug, Args)]
#[command(after_help = WATCH_EXAMPLES)]
pub struct WatchOptions {
    #[command(flatten)]
    pub port: PortOptions,
    /// Push this studio now and whenever it is saved, and play it
    #[arg(long, value_name = "studio.toml")]
    pub studio: Option<PathBuf>,
    /// The slot for the studio
    #[arg(long, value_name = "N", default_value_t = 0, requires = "studio")]
    pub slot: u8,
    /// Print one JSON object a line instead of text
    #[arg(long)]
    pub json: bool,
}

const WATCH_EXAMPLES: &str = "\
Examples:
  ripieno controller watch
  ripieno controller watch --studio studio.toml --slot 1";
