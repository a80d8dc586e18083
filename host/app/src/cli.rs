//! The command tree: verbs, options, their limits and their examples.

mod controller;
mod devices;
#[cfg(feature = "nats")]
mod farm;
mod graph;
mod instrument;
mod model;
mod play;
mod run;
mod separate;
mod serve;
mod sound;
mod studio;

pub use controller::{
    ControllerVerb, IdentifyOptions, PortOptions, PullOptions, PushOptions, SlotOptions, WatchOptions,
};
pub use devices::DevicesOptions;
#[cfg(feature = "nats")]
pub use farm::{
    CREDENTIALS_VARIABLE, ChooseOptions, DEFAULT_URL, FarmVerb, FetchOptions, ServerOptions, StatusOptions,
    SubmitOptions, URL_VARIABLE, WorkOptions,
};
pub use graph::{
    BenchGraphOptions, BenchVerb, GraphCheckOptions, GraphExplainOptions, GraphFmtOptions, GraphKindsOptions,
    GraphNewOptions, GraphShowOptions, GraphVerb, Picture,
};
pub use instrument::{Bits, BuildOptions};
pub use model::{ModelListOptions, ModelOptions, ModelVerb};
pub use play::{MidiSystem, PlayOptions};
pub use run::{RunOptions, TopOptions};
pub use separate::{SeparateOptions, WorkerOptions};
pub use serve::ServeOptions;
pub use sound::{SoundOptions, SynthOptions};
pub use studio::{CheckOptions, ImportOptions, RestoreOptions, StudioVerb, VersionsOptions};

use crate::demo;
use crate::offline::{MAX_BLOCK, MAX_VOICES, Tail};
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ripieno_files::smf;
use ripieno_types::SampleRate;
use std::path::PathBuf;

/// The band behind the soloist: plays, separates, and runs graphs of signals.
#[derive(Debug, Parser)]
#[command(name = "ripieno", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  ripieno demo                                     a piece to hear, no files needed
  ripieno render song.mid -i organ -o song.wav     a MIDI file, played by a built-in instrument

Exit codes: 0 done, 1 failed, 2 usage, 3 bad input file, 4 device or model unavailable, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Play a built-in piece into demo.wav: no hardware, no files needed
    Demo(DemoOptions),
    /// Play a MIDI file into a WAV file
    Render(RenderOptions),
    /// Play live: controllers and songs in, sound out
    Play(Box<PlayOptions>),
    /// Separate recordings into stems, by model, description and anchors
    Separate(Box<SeparateOptions>),
    /// Separate for other programs: jobs and events as JSON lines
    Worker(WorkerOptions),
    /// Share separation among many machines, over a NATS server
    #[cfg(feature = "nats")]
    #[command(arg_required_else_help = true, after_help = farm::EXAMPLES)]
    Farm {
        #[command(subcommand)]
        verb: FarmVerb,
    },
    /// Look at models of separation
    #[command(arg_required_else_help = true, after_help = model::EXAMPLES)]
    Model {
        #[command(subcommand)]
        verb: ModelVerb,
    },
    /// Serve panels, presets and sound to a browser and to programs
    Serve(Box<ServeOptions>),
    /// Run a graph: streams, tasks and events, as a file declares them
    Run(Box<RunOptions>),
    /// Check, draw, format and begin graph files; look at kinds of task
    #[command(arg_required_else_help = true, after_help = graph::EXAMPLES)]
    Graph {
        #[command(subcommand)]
        verb: GraphVerb,
    },
    /// Watch running graphs: pressures, rates, latencies and taps
    Top(TopOptions),
    /// Measure how fast a graph goes
    #[command(arg_required_else_help = true, after_help = graph::BENCH_EXAMPLES)]
    Bench {
        #[command(subcommand)]
        verb: BenchVerb,
    },
    /// List audio and MIDI devices
    Devices(DevicesOptions),
    /// Find controllers that run Ripieno; read and store their set-ups
    #[command(arg_required_else_help = true, after_help = controller::EXAMPLES)]
    Controller {
        #[command(subcommand)]
        verb: ControllerVerb,
    },
    /// Check, import and restore studios: files of panels, presets and settings
    #[command(arg_required_else_help = true, after_help = studio::EXAMPLES)]
    Studio {
        #[command(subcommand)]
        verb: StudioVerb,
    },
    /// Look at instruments, build banks for flash
    #[command(arg_required_else_help = true, after_help = INSTRUMENT_EXAMPLES)]
    Instrument {
        #[command(subcommand)]
        verb: InstrumentVerb,
    },
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = MAN_EXAMPLES)]
    Man,
}

const INSTRUMENT_EXAMPLES: &str = "\
Examples:
  ripieno instrument list
  ripieno instrument info /usr/share/sounds/sf2/TimGM6mb.sf2";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  ripieno completions bash > ~/.local/share/bash-completion/completions/ripieno
  ripieno completions fish > ~/.config/fish/completions/ripieno.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  ripieno man > ripieno.1 && man ./ripieno.1
  ripieno man | sudo tee /usr/local/share/man/man1/ripieno.1 > /dev/null";

#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub struct DemoOptions {
    /// The folder for demo.wav
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace another file of that name (the demo's own file is simply left as it is)
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const DEMO_EXAMPLES: &str = "\
Examples:
  ripieno demo
  ripieno demo --out /tmp --force";

#[derive(Debug, Args)]
#[command(after_help = RENDER_EXAMPLES)]
pub struct RenderOptions {
    /// The MIDI file
    #[arg(value_name = "SONG.mid")]
    pub song: PathBuf,
    /// A built-in instrument's name, or the path of a .sf2, .sfz or .bank file or of a folder with a pack.toml
    #[arg(short, long, value_name = "INSTRUMENT")]
    pub instrument: PathBuf,
    /// The WAV file to write
    #[arg(short, long, value_name = "OUT.wav")]
    pub out: PathBuf,
    /// Sample rate
    #[arg(long, value_name = "HZ", default_value_t = SampleRate::STUDIO.hz(), value_parser = rate_range())]
    pub rate: u32,
    /// The most voices that sound at once
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_VOICES as u64))]
    pub voices: usize,
    /// Frames rendered at a time; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = RangedU64ValueParser::<usize>::new().range(1..=MAX_BLOCK as u64))]
    pub block: usize,
    /// How samples are stored
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// What to add after the song's end [default: until silence, at most 10 seconds]
    #[arg(long, value_name = "SECONDS", value_parser = tail_secs)]
    pub tail: Option<f64>,
    /// Play a damaged MIDI file up to where it is damaged
    #[arg(long)]
    pub lenient: bool,
    /// The longest song to accept: a tiny file can claim to last for years
    #[arg(long, value_name = "MINUTES", default_value_t = smf::Options::DEFAULT_MAX_MINUTES, value_parser = minutes)]
    pub max_minutes: f64,
    /// Replace the output if it exists
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub sound: SoundOptions,
}

const RENDER_EXAMPLES: &str = "\
Examples:
  ripieno render song.mid -i electric-piano -o song.wav --set reverb.mix=0.3
  ripieno render song.mid -i /usr/share/sounds/sf2/TimGM6mb.sf2 -o song.wav --format i16 --json";

#[derive(Debug, Subcommand)]
pub enum InstrumentVerb {
    /// Build a bank for flash of a SoundFont: presets chosen, regions resolved, samples trimmed and packed
    Build(BuildOptions),
    /// Show what is in a SoundFont, a bank, an SFZ instrument or a pack, and what of it does not sound
    Info(InfoOptions),
    /// List the built-in instruments and the SoundFonts in the usual folders
    List(ListOptions),
}

#[derive(Debug, Args)]
#[command(after_help = INFO_EXAMPLES)]
pub struct InfoOptions {
    /// A .sf2, .sfz or .bank file, or a folder with a pack.toml
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const INFO_EXAMPLES: &str = "\
Examples:
  ripieno instrument info piano/piano.sfz
  ripieno instrument info piano.sf2 --json | jq .presets";

#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub struct ListOptions {
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const LIST_EXAMPLES: &str = "\
Examples:
  ripieno instrument list
  ripieno instrument list --json | jq -r '.soundfonts[].path'";

/// Storage of a sample.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Format {
    /// 32-bit float
    #[default]
    F32,
    /// 24-bit integer, rounded
    I24,
    /// 16-bit integer, dithered
    I16,
}

impl RenderOptions {
    pub fn tail(&self) -> Tail {
        self.tail.map_or(Tail::Silence { at_most_secs: demo::TAIL_SECS }, |secs| Tail::Exactly { secs })
    }
}

fn rate_range() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(u64::from(SampleRate::MIN_HZ)..=u64::from(SampleRate::MAX_HZ))
}

/// The greatest gain either way, in decibels.
const MAX_GAIN_DB: f64 = 96.0;
/// The longest tail and the longest song that may be asked for: a week, in seconds.
const MAX_SECS: f64 = 7.0 * 24.0 * 3600.0;

fn gain_db(text: &str) -> Result<f32, String> {
    number(text, -MAX_GAIN_DB, MAX_GAIN_DB, "decibels").map(|db| db as f32)
}

fn tail_secs(text: &str) -> Result<f64, String> {
    number(text, 0.0, MAX_SECS, "seconds")
}

fn duration_secs(text: &str) -> Result<f64, String> {
    number(text, 0.0, MAX_SECS, "seconds")
}

fn minutes(text: &str) -> Result<f64, String> {
    number(text, 0.0, MAX_SECS / 60.0, "minutes")
}

fn number(text: &str, min: f64, max: f64, unit: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (min..=max).contains(&value) => Ok(value),
        _ => Err(format!("a number of {unit} from {min} to {max} is wanted")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_shows_two_examples() {
        fn check(command: &mut clap::Command) {
            let help = command.render_help().to_string();
            let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1);
            let count = examples.take_while(|line| line.starts_with("  ripieno ")).count();
            assert_eq!(count, 2, "{help}");
            for verb in command.get_subcommands_mut().filter(|verb| verb.get_name() != "help") {
                check(verb);
            }
        }
        check(&mut Cli::command());
    }

    /// The words of every example line, up to what only a shell would understand.
    fn examples(command: &clap::Command) -> Vec<Vec<String>> {
        let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let mut all: Vec<Vec<String>> = own
            .lines()
            .filter(|line| line.starts_with("  ripieno "))
            .map(|line| line.split("     ").next().unwrap_or_default())
            .map(|line| line.split_whitespace().take_while(|word| !["|", "<", ">", "&&"].contains(word)))
            .map(|words| words.map(String::from).collect())
            .collect();
        all.extend(command.get_subcommands().flat_map(examples));
        all
    }

    #[test]
    fn every_example_parses() {
        let examples = examples(&Cli::command());
        assert!(examples.len() >= 16, "{}", examples.len());
        for example in examples {
            assert!(Cli::try_parse_from(&example).is_ok(), "{example:?}");
        }
    }

    #[test]
    fn options_are_checked_at_the_door() {
        let check = |option: &str, value: &str, legal: bool| {
            let words = ["ripieno", "render", "a.mid", "-i", "organ", "-o", "a.wav", option, value];
            assert_eq!(Cli::try_parse_from(words).is_ok(), legal, "{option} {value}");
        };
        for (option, value, legal) in [
            ("--rate", "44100", true),
            ("--rate", "7999", false),
            ("--rate", "384001", false),
            ("--voices", "0", false),
            ("--voices", "1", true),
            ("--block", "0", false),
            ("--block", "1", true),
            ("--gain-db", "-6", true),
            ("--gain-db", "nan", false),
            ("--gain-db", "97", false),
            ("--tail", "2.5", true),
            ("--tail", "-1", false),
            ("--tail", "inf", false),
            ("--max-minutes", "600", true),
            ("--interp", "hq", true),
            ("--interp", "best", false),
            ("--format", "i24", true),
            ("--format", "mp3", false),
        ] {
            check(option, value, legal);
        }
    }
}
