//! The options of `ripieno play`.

use super::SoundOptions;
use crate::live::{Change, Latency, OutOfRange, Settings};
use crate::offline::MAX_VOICES;
use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use ripieno_files::smf;
use ripieno_midi::Driver;
use std::path::PathBuf;

/// Options of `play`. Audio options that are not given are those of the studio file.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlayOptions {
    /// A MIDI file to play along
    #[arg(value_name = "SONG.mid")]
    pub song: Option<PathBuf>,
    /// A built-in instrument's name, or the path of a .sf2, .sfz or .bank file or of a folder with a pack.toml
    #[arg(short, long, value_name = "INSTRUMENT", default_value = crate::instrument::ALL)]
    pub instrument: PathBuf,

    /// Listen to this MIDI input alone, by name, part of it, or id; may be repeated [default: all that are plugged in]
    #[arg(long = "midi-in", value_name = "NAME", help_heading = "MIDI")]
    pub midi_in: Vec<String>,
    /// Where MIDI inputs are looked for
    #[arg(long = "midi", value_name = "SYSTEM", value_enum, default_value_t, help_heading = "MIDI")]
    pub midi: MidiSystem,

    /// The audio output, by id or name; see `ripieno devices` [default: the system's]
    #[arg(long, value_name = "NAME", help_heading = "Audio")]
    pub device: Option<String>,
    /// Play in real time without any sound card
    #[arg(long, conflicts_with = "device", help_heading = "Audio")]
    pub null_audio: bool,
    /// Sample rate [default: the device's]
    #[arg(long, value_name = "HZ", value_parser = super::rate_range(), help_heading = "Audio")]
    pub rate: Option<u32>,
    /// Frames a period [default: as --latency says]
    #[arg(long, value_name = "FRAMES", help_heading = "Audio")]
    pub buffer: Option<u32>,
    /// The device's channels for left and right, counted from 1 [default: 1,2]
    #[arg(long, value_name = "LEFT,RIGHT", value_parser = channels, help_heading = "Audio")]
    pub channels: Option<[u16; 2]>,
    /// How large the buffer is [default: low]
    #[arg(long, value_enum, conflicts_with = "buffer", help_heading = "Audio")]
    pub latency: Option<Latency>,
    /// Play in the device's own callback: the least latency [default]
    #[arg(long, conflicts_with = "buffered", help_heading = "Audio")]
    pub direct: bool,
    /// Render so many blocks ahead on a thread of its own, for heavy work on a weak machine
    #[arg(long, value_name = "BLOCKS", value_parser = RangedU64ValueParser::<u32>::new().range(1..=64), help_heading = "Audio")]
    pub buffered: Option<u32>,
    /// Keep the latency constant, so that timing has no jitter, instead of playing everything at once
    #[arg(long, help_heading = "Audio")]
    pub fixed_latency: bool,

    /// The most voices that sound at once [default: 256]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_VOICES as u64), help_heading = "Sound")]
    pub voices: Option<usize>,
    /// Record what is heard into a 32-bit float WAV file
    #[arg(long, value_name = "OUT.wav")]
    pub record: Option<PathBuf>,
    /// Replace the recording if it exists
    #[arg(long)]
    pub force: bool,
    /// End after so many seconds [default: when the song has died away; without a song, when told to]
    #[arg(long = "for", value_name = "SECONDS", value_parser = super::tail_secs)]
    pub seconds: Option<f64>,
    /// Play a damaged MIDI file up to where it is damaged
    #[arg(long)]
    pub lenient: bool,
    /// The longest song to accept: a tiny file can claim to last for years
    #[arg(long, value_name = "MINUTES", default_value_t = smf::Options::DEFAULT_MAX_MINUTES, value_parser = super::minutes)]
    pub max_minutes: f64,
    /// Show no view, even on a terminal
    #[arg(long)]
    pub no_view: bool,
    /// Print the session's status as one JSON object at the end
    #[arg(long)]
    pub json: bool,
    /// The studio file, whose [audio] table holds the audio settings [default: in the user's configuration folder]
    #[arg(long, value_name = "studio.toml")]
    pub studio: Option<PathBuf>,
    #[command(flatten)]
    pub sound: SoundOptions,
}

fn channels(text: &str) -> Result<[u16; 2], String> {
    let pair =
        text.split_once(',').and_then(|(left, right)| Some([left.trim().parse().ok()?, right.trim().parse().ok()?]));
    pair.ok_or_else(|| "two numbers of channels are wanted, such as 3,4".into())
}

impl PlayOptions {
    /// These options on top of settings that are kept.
    pub fn settings_on(&self, kept: Settings) -> Result<Settings, OutOfRange> {
        let change = Change {
            device: self.device.clone().map(Some),
            rate: self.rate.map(Some),
            // A mode that is asked for is worth more than a size that is kept.
            buffer: self.buffer.map(Some).or(self.latency.map(|_| None)),
            channels: self.channels.map(Some),
            latency: self.latency,
            buffered: self.buffered.or(self.direct.then_some(0)),
            fixed_latency: self.fixed_latency.then_some(true),
            voices: self.voices,
            master: None,
        };
        kept.with(&change)
    }
}

const EXAMPLES: &str = "\
Examples:
  ripieno play        plug a controller in, or type: a s d f are C D E F
  ripieno play song.mid -i piano.sf2 --record take.wav --set reverb.mix=0.3";

/// A system of MIDI inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum MidiSystem {
    /// JACK where a server runs, else the system's own
    #[default]
    Auto,
    /// The system's own: ALSA, CoreMIDI, WinMM
    System,
    /// JACK
    Jack,
    /// None: no MIDI input at all
    None,
}

impl MidiSystem {
    /// The driver of that system, if there is to be one.
    pub fn driver(self) -> Option<Driver> {
        match self {
            Self::Auto => Some(Driver::Auto),
            Self::System => Some(Driver::System),
            Self::Jack => Some(Driver::Jack),
            Self::None => None,
        }
    }
}
