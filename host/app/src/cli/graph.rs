//! The options of `ripieno graph`.

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What can be done with graph files without running them.
#[derive(Debug, Subcommand)]
pub enum GraphVerb {
    /// Check graph files against every rule, without starting anything
    Check(GraphCheckOptions),
    /// Draw a graph, as Mermaid, DOT or SVG
    Show(GraphShowOptions),
    /// Bring graph files into one form; comments stay
    Fmt(GraphFmtOptions),
    /// Print a graph to begin with
    New(GraphNewOptions),
    /// List the kinds of task, or show one with its ports and parameters
    Kinds(GraphKindsOptions),
    /// Explain a rule by its code
    Explain(GraphExplainOptions),
    /// Print the JSON schema of graph files
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
}

pub const EXAMPLES: &str = "\
Examples:
  ripieno graph new > tone.toml
  ripieno graph check tone.toml";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  ripieno graph schema > graph.schema.json
  ripieno graph schema | jq .properties";

/// Options of `graph check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct GraphCheckOptions {
    /// The graph files
    #[arg(value_name = "GRAPH.toml", required = true)]
    pub graphs: Vec<PathBuf>,
    /// Check it with another value of a task's parameter; may be repeated
    #[arg(long = "set", value_name = "TASK.PARAM=VALUE")]
    pub settings: Vec<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  ripieno graph check tone.toml stems.toml
  ripieno graph check tone.toml --json | jq '.graphs[].faults[].code'";

/// Options of `graph show`.
#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub struct GraphShowOptions {
    /// The graph file
    #[arg(value_name = "GRAPH.toml")]
    pub graph: PathBuf,
    /// The language of the picture
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Picture,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  ripieno graph show tone.toml
  ripieno graph show tone.toml --format svg > tone.svg";

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Picture {
    /// Mermaid, for Markdown
    #[default]
    Mermaid,
    /// DOT, for Graphviz
    Dot,
    /// SVG, for browsers
    Svg,
}

/// Options of `graph fmt`.
#[derive(Debug, Args)]
#[command(after_help = FMT_EXAMPLES)]
pub struct GraphFmtOptions {
    /// The graph files
    #[arg(value_name = "GRAPH.toml", required = true)]
    pub graphs: Vec<PathBuf>,
    /// Change nothing; print which files would change, and fail if there are any
    #[arg(long)]
    pub check: bool,
}

const FMT_EXAMPLES: &str = "\
Examples:
  ripieno graph fmt tone.toml
  ripieno graph fmt --check tone.toml stems.toml";

/// Options of `graph new`.
#[derive(Debug, Args)]
#[command(after_help = NEW_EXAMPLES)]
pub struct GraphNewOptions {
    /// Which one; --list tells them [default: tone]
    #[arg(value_name = "TEMPLATE")]
    pub template: Option<String>,
    /// List the templates
    #[arg(long, conflicts_with = "template")]
    pub list: bool,
    /// Print one JSON object instead of text
    #[arg(long, requires = "list")]
    pub json: bool,
}

const NEW_EXAMPLES: &str = "\
Examples:
  ripieno graph new --list
  ripieno graph new stems > stems.toml";

/// Options of `graph kinds`.
#[derive(Debug, Args)]
#[command(after_help = KINDS_EXAMPLES)]
pub struct GraphKindsOptions {
    /// The kind to show
    #[arg(value_name = "KIND")]
    pub kind: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const KINDS_EXAMPLES: &str = "\
Examples:
  ripieno graph kinds
  ripieno graph kinds wav-sink";

/// Options of `graph explain`.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub struct GraphExplainOptions {
    /// The rule's code, as `graph check` names it
    #[arg(value_name = "CODE")]
    pub code: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  ripieno graph explain P030
  ripieno graph explain p030 --json";

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum BenchVerb {
    /// Run a graph as fast as it goes, and tell what held it up
    Graph(BenchGraphOptions),
}

pub const BENCH_EXAMPLES: &str = "\
Examples:
  ripieno bench graph fft.toml
  ripieno bench graph fft.toml --seconds 10 --json";

/// Options of `bench graph`.
#[derive(Debug, Args)]
#[command(after_help = BENCH_EXAMPLES)]
pub struct BenchGraphOptions {
    /// The graph file
    #[arg(value_name = "GRAPH.toml")]
    pub graph: PathBuf,
    /// Another value of a task's parameter; may be repeated
    #[arg(long = "set", value_name = "TASK.PARAM=VALUE")]
    pub settings: Vec<String>,
    /// How long it runs, unless its sources end before
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = RangedU64ValueParser::<u64>::new().range(1..=86_400))]
    pub seconds: u64,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}
