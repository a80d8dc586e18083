//! The options of `ripieno separate` and `ripieno worker`.

use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use clap::{ArgAction, Args};
use ripieno_separate::{AnchorMode, Compat, Container, Depth, Engine, JobSettings, OutputRate, Residual, WindowShape};
use std::path::PathBuf;

/// A parser of a closed set of words.
macro_rules! words {
    ($name:ident) => {
        PossibleValuesParser::new($name::ALL.iter().map(|one| one.word())).try_map(|word| $name::from_word(&word))
    };
}

pub(super) use words;

/// Options of `separate`.
#[derive(Debug, Args)]
#[command(after_help = SEPARATE_EXAMPLES)]
pub struct SeparateOptions {
    /// Recordings, folders of them, and patterns such as "live/*.flac"
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// A model's name, folder, manifest or ONNX file, or a built-in one [default: the built-in one that fits the
    /// description]
    #[arg(short, long, value_name = "MODEL")]
    pub model: Option<String>,
    /// What to separate, such as "drums" or "vocals" [default: all that the model can]
    #[arg(short, long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub description: String,

    /// Where it is heard (+) or not heard (-), from and to in seconds; may be repeated
    #[arg(long = "anchor", value_names = ["SIGN", "START", "END"], num_args = 3, action = ArgAction::Append, allow_hyphen_values = true, help_heading = "Anchors")]
    pub anchor: Vec<String>,
    /// Anchors from a file [default: <recording>.anchors.json, if there is one]
    #[arg(long, value_name = "FILE.json", help_heading = "Anchors")]
    pub anchors: Option<PathBuf>,
    /// How anchors reach the windows
    #[arg(long, value_name = "MODE", default_value = AnchorMode::Strict.word(), value_parser = words!(AnchorMode), help_heading = "Anchors")]
    pub anchor_mode: AnchorMode,
    /// The most sections sent along by a mode that takes the nearest [default: the mode's own]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..), help_heading = "Anchors")]
    pub anchor_count: Option<usize>,
    /// Silence between such a section and the window
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = seconds, help_heading = "Anchors")]
    pub anchor_gap_s: f64,

    /// The longest window that the model gets at once [default: the model's own]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Windows")]
    pub max_len_s: Option<f64>,
    /// How far windows overlap [default: the model's own, or 2 with --max-len-s]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Windows")]
    pub overlap_s: Option<f64>,
    /// How windows fade into each other [default: the model's own]
    #[arg(long, value_name = "SHAPE", value_parser = words!(WindowShape), help_heading = "Windows")]
    pub window: Option<WindowShape>,
    /// Do as another program does where it does otherwise
    #[arg(long, value_name = "PROGRAM", default_value = Compat::None.word(), value_parser = words!(Compat), help_heading = "Windows")]
    pub compat: Compat,

    /// The stems wanted, with commas [default: what is described and the rest, or all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Output")]
    pub stems: Vec<String>,
    /// What the residual is: what the target leaves of the recording, or what the model says
    #[arg(long, value_name = "KIND", default_value = Residual::MixMinusTarget.word(), value_parser = words!(Residual), help_heading = "Output")]
    pub residual: Residual,
    /// The folder for the stems [default: that of the recording]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out_dir: Option<PathBuf>,
    /// Names of the stems' files: {stem} is the recording's name; {part}, {model} and {ext} are known too
    #[arg(long, value_name = "TEMPLATE", default_value = JobSettings::DEFAULT_NAME, help_heading = "Output")]
    pub name: String,
    /// The file for what is described
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out_target: Option<PathBuf>,
    /// The file for the rest
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out_residual: Option<PathBuf>,
    /// The kind of files
    #[arg(long, value_name = "FORMAT", default_value = Container::Wav.word(), value_parser = words!(Container), help_heading = "Output")]
    pub format: Container,
    /// How samples are stored [default: f32 in WAV, i24 in FLAC]
    #[arg(long, value_name = "DEPTH", value_parser = words!(Depth), help_heading = "Output")]
    pub depth: Option<Depth>,
    /// The sample rate: the recording's, or the model's
    #[arg(long, value_name = "RATE", default_value = OutputRate::Native.word(), value_parser = words!(OutputRate), help_heading = "Output")]
    pub rate: OutputRate,
    /// Replace stems that are there
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// What runs the model
    #[arg(long, value_name = "ENGINE", default_value = Engine::Auto.word(), value_parser = words!(Engine), help_heading = "Running")]
    pub engine: Engine,
    /// Threads of the model [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_024), help_heading = "Running")]
    pub threads: Option<usize>,
    /// The library of ONNX Runtime [default: ORT_DYLIB_PATH, or what Python and the system have]
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    pub ort_lib: Option<PathBuf>,
    /// What noise is drawn from, in models that need some
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Running")]
    pub seed: u64,
    /// Go on with what an interrupted run left
    #[arg(long, help_heading = "Running")]
    pub resume: bool,
    /// Run the model in this process rather than in a worker of its own
    #[arg(long, help_heading = "Running")]
    pub in_process: bool,
    /// Say what would be done and what it takes; write nothing
    #[arg(long, help_heading = "Running")]
    pub dry_run: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const SEPARATE_EXAMPLES: &str = "\
Examples:
  ripieno separate song.flac -d drums
  ripieno separate live -m models/voice -d speech --anchor + 12.3 14.1 --out-dir stems --json";

/// Options of `worker`.
#[derive(Debug, Args)]
#[command(after_help = WORKER_EXAMPLES)]
pub struct WorkerOptions {
    /// A job as a JSON file, or - for jobs on stdin, one a line
    #[arg(long, value_name = "run.json")]
    pub config: PathBuf,
    /// Stop at once when stdin ends: whoever holds its other end is gone
    #[arg(long, hide = true)]
    pub lifeline: bool,
}

const WORKER_EXAMPLES: &str = "\
Examples:
  ripieno worker --config run.json
  ripieno worker --config - < jobs.jsonl > events.jsonl";

fn seconds(text: &str) -> Result<f64, String> {
    super::number(text, 0.0, super::MAX_SECS, "seconds")
}
