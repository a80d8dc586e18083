//! The options of `ripieno studio`.

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with a studio file.
#[derive(Debug, Subcommand)]
pub enum StudioVerb {
    /// Tell what is wrong with a studio, and where
    Check(CheckOptions),
    /// Make a studio of midi-macropad's configuration and settings
    Import(ImportOptions),
    /// List the older versions of a studio
    Versions(VersionsOptions),
    /// Put an older version of a studio in place
    Restore(RestoreOptions),
}

pub const EXAMPLES: &str = "\
Examples:
  ripieno studio check studio.toml
  ripieno studio import config.toml --settings settings.json";

/// Options of `studio check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct CheckOptions {
    /// The studio file
    #[arg(value_name = "studio.toml")]
    pub file: PathBuf,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  ripieno studio check studio.toml
  ripieno studio check studio.toml --json | jq .errors";

/// Options of `studio import`.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct ImportOptions {
    /// The configuration: config.toml
    #[arg(value_name = "config.toml")]
    pub config: PathBuf,
    /// Its settings, or one of its profiles
    #[arg(long, value_name = "settings.json")]
    pub settings: Option<PathBuf>,
    /// The studio file to write
    #[arg(long, value_name = "studio.toml", default_value = "studio.toml")]
    pub out: PathBuf,
    /// Replace the studio file if it exists
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  ripieno studio import config.toml --settings settings.json
  ripieno studio import config.toml --settings profiles/stage.json --out stage.toml";

/// Options of `studio versions`.
#[derive(Debug, Args)]
#[command(after_help = VERSIONS_EXAMPLES)]
pub struct VersionsOptions {
    /// The studio file [default: in the user's configuration folder]
    #[arg(value_name = "studio.toml")]
    pub file: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

const VERSIONS_EXAMPLES: &str = "\
Examples:
  ripieno studio versions
  ripieno studio versions studio.toml --json";

/// Options of `studio restore`.
#[derive(Debug, Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub struct RestoreOptions {
    /// The version, 1 being the newest [default: the newest that is good]
    #[arg(value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(1..=u64::from(crate::studio::VERSIONS)))]
    pub number: Option<u8>,
    /// The studio file [default: in the user's configuration folder]
    #[arg(long, value_name = "studio.toml")]
    pub studio: Option<PathBuf>,
}

const RESTORE_EXAMPLES: &str = "\
Examples:
  ripieno studio restore
  ripieno studio restore 2 --studio studio.toml";
