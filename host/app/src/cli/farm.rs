//! The options of `ripieno farm`.

use super::SeparateOptions;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Where the farm is asked for when nobody says.
pub const DEFAULT_URL: &str = "nats://127.0.0.1:4222";

/// The variables that say where the farm is, and what lets us in.
pub const URL_VARIABLE: &str = "NATS_URL";
/// See [`URL_VARIABLE`].
pub const CREDENTIALS_VARIABLE: &str = "NATS_CREDS";

/// What can be done with a farm.
#[derive(Debug, Subcommand)]
pub enum FarmVerb {
    /// Put recordings in line, to be separated by whoever works
    #[command(after_help = SUBMIT_EXAMPLES)]
    Submit(Box<SubmitOptions>),
    /// Work: take jobs and do them, until Ctrl-C
    #[command(after_help = WORK_EXAMPLES)]
    Worker(WorkOptions),
    /// Show what is in line, at work, done and given up, and who works
    #[command(after_help = STATUS_EXAMPLES)]
    Status(StatusOptions),
    /// Bring finished stems to this machine
    #[command(after_help = FETCH_EXAMPLES)]
    Fetch(FetchOptions),
    /// Take jobs out of line
    #[command(after_help = CANCEL_EXAMPLES)]
    Cancel(ChooseOptions),
    /// Put jobs that were given up or taken out in line again
    #[command(after_help = RETRY_EXAMPLES)]
    Retry(ChooseOptions),
}

pub const EXAMPLES: &str = "\
Examples:
  ripieno farm submit archive/*.flac -d speech --nats nats://studio:4222
  ripieno farm worker --nats nats://studio:4222 --jobs 2";

/// Where the farm is.
#[derive(Debug, Args)]
pub struct ServerOptions {
    /// The NATS server, with JetStream [default: NATS_URL, or nats://127.0.0.1:4222]
    #[arg(long = "nats", value_name = "URL", help_heading = "Server")]
    pub url: Option<String>,
    /// The name of the queue and its bucket of files
    #[arg(long, value_name = "NAME", default_value = "ripieno", help_heading = "Server")]
    pub bucket: String,
    /// A credentials file, as `nsc` writes it [default: NATS_CREDS]
    #[arg(long, value_name = "FILE.creds", help_heading = "Server")]
    pub creds: Option<PathBuf>,
    /// The certificate of the authority that signed the server's
    #[arg(long, value_name = "FILE.pem", help_heading = "Server")]
    pub tls_ca: Option<PathBuf>,
    /// A certificate of our own
    #[arg(long, value_name = "FILE.pem", requires = "tls_key", help_heading = "Server")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate
    #[arg(long, value_name = "FILE.pem", requires = "tls_cert", help_heading = "Server")]
    pub tls_key: Option<PathBuf>,
}

/// Options of `farm submit`.
#[derive(Debug, Args)]
pub struct SubmitOptions {
    #[command(flatten)]
    pub separate: SeparateOptions,
    #[command(flatten)]
    pub server: ServerOptions,
    /// Leave recordings where they are: every worker finds them by the same path
    #[arg(long, help_heading = "Farm")]
    pub by_path: bool,
    /// Divide each recording into spans of so many windows, which all workers share
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..), help_heading = "Farm")]
    pub split: Option<u64>,
    /// How often a job is tried before it is given up
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = RangedU64ValueParser::<u32>::new().range(1..=1_000), help_heading = "Farm")]
    pub tries: u32,
    /// How long a worker may be silent before its job goes to another [default: as it is, or 30]
    #[arg(long, value_name = "SECONDS", value_parser = RangedU64ValueParser::<u64>::new().range(1..=3_600), help_heading = "Farm")]
    pub ack_wait: Option<u64>,
    /// How many tasks may be at work at once [default: as it is, or 1000]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u32>::new().range(1..=65_536), help_heading = "Farm")]
    pub max_pending: Option<u32>,
    /// How large the bucket may grow [default: as it is, or as the server lets it]
    #[arg(long, value_name = "MIB", value_parser = RangedU64ValueParser::<u32>::new().range(1..), help_heading = "Farm")]
    pub bucket_mib: Option<u32>,
}

const SUBMIT_EXAMPLES: &str = "\
Examples:
  ripieno farm submit archive -m models/voice -d speech --out-dir stems
  ripieno farm submit concert-24h.flac -d applause --split 20 --by-path";

/// Options of `farm worker`.
#[derive(Debug, Args)]
pub struct WorkOptions {
    #[command(flatten)]
    pub server: ServerOptions,
    /// Jobs at once, each in a process of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    pub jobs: usize,
    /// The folder for models that are fetched [default: ripieno/farm/models in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// The folder for recordings and stems on their way [default: ripieno/farm/scratch in the user's cache]
    #[arg(long, value_name = "DIR")]
    pub scratch_dir: Option<PathBuf>,
    /// What this worker is called [default: the machine's name and a number]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Threads of a model [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_024))]
    pub threads: Option<usize>,
    /// The library of ONNX Runtime [default: ORT_DYLIB_PATH, or what Python and the system have]
    #[arg(long, value_name = "FILE")]
    pub ort_lib: Option<PathBuf>,
    /// Stop when nothing is in line
    #[arg(long)]
    pub until_empty: bool,
    /// Stop when stdin ends: whoever started this process is gone
    #[arg(long, hide = true)]
    pub lifeline: bool,
    /// Print events as JSON lines
    #[arg(long)]
    pub json: bool,
}

const WORK_EXAMPLES: &str = "\
Examples:
  ripieno farm worker
  ripieno farm worker --nats tls://studio:4222 --creds worker.creds --jobs 4";

/// Options of `farm status`.
#[derive(Debug, Args)]
pub struct StatusOptions {
    #[command(flatten)]
    pub server: ServerOptions,
    /// Look again every second, until nothing is left to do
    #[arg(long)]
    pub watch: bool,
    /// Print one JSON object instead of text; with --watch one a line
    #[arg(long)]
    pub json: bool,
}

const STATUS_EXAMPLES: &str = "\
Examples:
  ripieno farm status --watch
  ripieno farm status --json | jq .percent";

/// Options of `farm fetch`.
#[derive(Debug, Args)]
pub struct FetchOptions {
    /// The jobs, or the first digits of each [default: all that are done]
    #[arg(value_name = "JOB")]
    pub jobs: Vec<String>,
    #[command(flatten)]
    pub server: ServerOptions,
    /// The folder for the stems [default: as it was submitted]
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// Replace stems that are there and differ
    #[arg(long)]
    pub force: bool,
    /// Forget each job once its stems are here: makes room in the bucket
    #[arg(long)]
    pub remove: bool,
    /// Wait for what is in line or at work, and bring it as it is done
    #[arg(long)]
    pub watch: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const FETCH_EXAMPLES: &str = "\
Examples:
  ripieno farm fetch --watch --remove
  ripieno farm fetch 3f2a --out-dir stems";

/// Options of `farm cancel` and `farm retry`.
#[derive(Debug, Args)]
pub struct ChooseOptions {
    /// The jobs, or the first digits of each
    #[arg(value_name = "JOB", required_unless_present = "all", conflicts_with = "all")]
    pub jobs: Vec<String>,
    /// All jobs that it can be done with
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub server: ServerOptions,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const CANCEL_EXAMPLES: &str = "\
Examples:
  ripieno farm cancel 3f2a
  ripieno farm cancel --all --nats nats://studio:4222";

const RETRY_EXAMPLES: &str = "\
Examples:
  ripieno farm retry 3f2a
  ripieno farm retry --all";
