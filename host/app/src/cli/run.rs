//! The options of `ripieno run` and `ripieno top`.

use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Options of `run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunOptions {
    /// The graph file
    #[arg(value_name = "GRAPH.toml")]
    pub graph: PathBuf,
    /// Another value of a task's parameter; may be repeated
    #[arg(long = "set", value_name = "TASK.PARAM=VALUE")]
    pub settings: Vec<String>,
    /// Stop in order after so long [default: when every source has ended, or on Ctrl-C]
    #[arg(long, value_name = "SECONDS", value_parser = super::duration_secs)]
    pub duration: Option<f64>,
    /// Take over changes of the file while it runs; what is wrong is told and changes nothing
    #[arg(long)]
    pub watch: bool,

    /// Show the graph in a browser while it runs
    #[arg(long)]
    pub serve: bool,
    /// Where to serve; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8741", requires = "serve")]
    pub addr: SocketAddr,
    /// What clients have to show [default: a new one at each start]
    #[arg(long, value_name = "TOKEN", value_parser = super::serve::token, requires = "serve")]
    pub token: Option<String>,

    /// Print what happens as JSON objects, one a line; the last is the summary
    #[arg(long)]
    pub json: bool,
}

const RUN_EXAMPLES: &str = "\
Examples:
  ripieno run stems.toml --set in.file=song.flac
  ripieno run live.toml --watch --serve --duration 60";

/// Options of `top`.
#[derive(Debug, Args)]
#[command(after_help = TOP_EXAMPLES)]
pub struct TopOptions {
    /// Which running pipeline: a process id, the pipeline's name, or its graph file [default: the only one]
    #[arg(value_name = "GRAPH|PID")]
    pub pipeline: Option<String>,
    /// Print how it is once, and end
    #[arg(long)]
    pub once: bool,
    /// Print JSON: with --once one object, else one a line and second
    #[arg(long)]
    pub json: bool,
}

const TOP_EXAMPLES: &str = "\
Examples:
  ripieno top
  ripieno top 4711 --once --json | jq .tasks";
