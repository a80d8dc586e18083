//! The options of `ripieno model`.

use super::separate::words;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use clap::{Args, Subcommand};
use ripieno_separate::Engine;
use std::path::PathBuf;

/// What can be asked about models.
#[derive(Debug, Subcommand)]
pub enum ModelVerb {
    /// List the built-in models and those in the folder of models
    List(ModelListOptions),
    /// Show what a model separates, what runs it and what it is under
    Info(ModelOptions),
    /// Try a model: its files, shapes and hashes, and what comes out of it
    Check(ModelOptions),
}

pub const EXAMPLES: &str = "\
Examples:
  ripieno model list
  ripieno model check models/voice";

/// Options of `model list`.
#[derive(Debug, Args)]
#[command(after_help = LIST_EXAMPLES)]
pub struct ModelListOptions {
    /// The folder of models [default: RIPIENO_MODELS, or ripieno/models among the user's data]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const LIST_EXAMPLES: &str = "\
Examples:
  ripieno model list
  ripieno model list --json | jq -r '.built_in[].reference'";

/// Options of `model info` and `model check`.
#[derive(Debug, Args)]
#[command(after_help = ONE_EXAMPLES)]
pub struct ModelOptions {
    /// A model's name, folder, manifest or ONNX file, or a built-in one
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// What runs it
    #[arg(long, value_name = "ENGINE", default_value = Engine::Auto.word(), value_parser = words!(Engine))]
    pub engine: Engine,
    /// Threads of the model [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_024))]
    pub threads: Option<usize>,
    /// The library of ONNX Runtime [default: ORT_DYLIB_PATH, or what Python and the system have]
    #[arg(long, value_name = "FILE")]
    pub ort_lib: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const ONE_EXAMPLES: &str = "\
Examples:
  ripieno model info builtin:hpss
  ripieno model check models/voice --engine tract --json";
