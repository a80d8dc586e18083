//! Options of `ripieno instrument build`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Options of `instrument build`.
#[derive(Debug, Args)]
#[command(after_help = BUILD_EXAMPLES)]
pub struct BuildOptions {
    /// The SoundFont, SFZ instrument or pack
    #[arg(value_name = "INSTRUMENT")]
    pub file: PathBuf,
    /// The bank to write
    #[arg(short, long, value_name = "OUT.bank")]
    pub out: PathBuf,
    /// Presets of a SoundFont to keep: programs (of bank 0), ranges, bank:program, names; all if nothing is said
    #[arg(long, value_name = "LIST")]
    pub presets: Option<String>,
    /// The most that the bank may take: of a SoundFont it gets 8-bit samples, then ever lower rates, until it fits
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<u64>,
    /// Bring samples above this rate down to it, in hertz
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(4_000..=384_000))]
    pub rate: Option<u32>,
    /// Make one sample of each stereo pair
    #[arg(long)]
    pub mono: bool,
    /// Bits of a sample; 8 halves the bank
    #[arg(long, value_name = "BITS")]
    pub bits: Option<Bits>,
    /// Replace another file of that name
    #[arg(long)]
    pub force: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

/// Bits of a stored sample.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Bits {
    /// As SoundFonts have them
    #[value(name = "16")]
    Sixteen,
    /// Blocks of 32 frames with a common shift
    #[value(name = "8")]
    Eight,
}

const BUILD_EXAMPLES: &str = "\
Examples:
  ripieno instrument build font.sf2 -o small.bank --presets 0,4-7,128:0 --max-bytes 1048576
  ripieno instrument build kit/pack.toml -o kit.bank";
