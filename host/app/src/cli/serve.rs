//! The options of `ripieno serve`.

use super::{MidiSystem, SynthOptions};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8741")]
    pub addr: SocketAddr,
    /// What clients have to show [default: a new one at each start]
    #[arg(long, value_name = "TOKEN", value_parser = token)]
    pub token: Option<String>,
    /// Let in whoever asks from this computer; other computers never reach such a server
    #[arg(long, conflicts_with = "token")]
    pub no_token: bool,
    /// Also answer to this name, as behind a proxy or in a network; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,

    /// Play in real time without any sound card
    #[arg(long)]
    pub null_audio: bool,
    /// Where MIDI inputs are looked for
    #[arg(long = "midi", value_name = "SYSTEM", value_enum, default_value_t)]
    pub midi: MidiSystem,
    /// Use no MIDI at all
    #[arg(long, conflicts_with = "midi")]
    pub no_midi: bool,
    /// Listen to this MIDI input alone, by name, part of it, or id; may be repeated [default: all that are plugged in]
    #[arg(long = "midi-in", value_name = "NAME")]
    pub midi_in: Vec<String>,

    /// The studio file: all that is edited is kept there [default: in the user's configuration folder]
    #[arg(long, value_name = "studio.toml")]
    pub studio: Option<PathBuf>,
    /// Run this graph beside: pads and knobs reach its tasks, and the page shows it
    #[arg(long, value_name = "GRAPH.toml")]
    pub graph: Option<PathBuf>,
    /// Print where it serves as one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub synth: SynthOptions,
}

/// Characters of a token at least: fewer are guessed.
const SHORTEST_TOKEN: usize = 16;

pub(super) fn token(text: &str) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    if is_plain && text.len() >= SHORTEST_TOKEN {
        return Ok(text.into());
    }
    Err(format!("{SHORTEST_TOKEN} or more letters, digits or any of - _ . ~ are wanted"))
}

const EXAMPLES: &str = "\
Examples:
  ripieno serve --open        panels, presets and sound in the browser
  ripieno serve --studio stage.toml --addr 0.0.0.0:8741 --host studio.local";
