//! What is in a flash bank. One that opens is sound as a whole.

use super::PresetInfo;
use crate::cli::InfoOptions;
use crate::{Failure, output, report};
use ripieno_synth::flash::FlashKit;
use ripieno_synth::{Bank, Coding, FlashBank, SamplePool};
use serde::Serialize;
use std::fmt::{self, Display};

#[derive(Debug, Serialize)]
struct BankInfo {
    path: String,
    name: String,
    format_version: u16,
    bytes: u64,
    sample_bytes: u64,
    sample_bits: u8,
    frames: u32,
    regions: u32,
    waves: u32,
    presets: Vec<PresetInfo>,
}

pub(super) fn run(options: &InfoOptions, bank: &FlashBank<impl AsRef<[u8]>>) -> Result<(), Failure> {
    let (counts, parts) = (bank.counts(), bank.part_bytes());
    let presets = bank.presets();
    let info = BankInfo {
        path: options.file.display().to_string(),
        name: bank.name().to_string(),
        format_version: ripieno_synth::flash::VERSION,
        bytes: parts.total(),
        sample_bytes: parts.samples,
        sample_bits: bits(bank.pool()),
        frames: counts.frames,
        regions: counts.regions,
        waves: counts.waves,
        presets: presets
            .map(|preset| PresetInfo { bank: preset.bank, program: preset.program, name: preset.name.to_string() })
            .collect(),
    };
    if options.json { output::json(&info) } else { output::text(&info.to_string()) }
}

#[derive(Debug, Serialize)]
struct KitBankInfo {
    path: String,
    name: String,
    format_version: u16,
    bytes: usize,
    sample_bytes: usize,
    sample_bits: u8,
    /// Regions of the instrument.
    parts: usize,
    waves: usize,
}

/// The same for a bank that was made of an SFZ instrument or a pack.
pub(super) fn run_kit(options: &InfoOptions, bank: &FlashKit<impl AsRef<[u8]>>) -> Result<(), Failure> {
    let (kit, pool) = (bank.kit().unwrap_or_default(), bank.pool());
    let info = KitBankInfo {
        path: options.file.display().to_string(),
        name: bank.name().to_string(),
        format_version: ripieno_synth::flash::KIT_VERSION,
        bytes: bank.data().as_ref().len(),
        sample_bytes: pool.high.len(),
        sample_bits: bits(pool),
        parts: kit.parts.len(),
        waves: kit.waves.len(),
    };
    if options.json { output::json(&info) } else { output::text(&info.to_string()) }
}

fn bits(pool: SamplePool<'_>) -> u8 {
    if pool.coding == Coding::Block8 { 8 } else { 16 }
}

impl Display for KitBankInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            writeln!(f, "{:<10} {}", "name", self.name)?;
        }
        writeln!(
            f,
            "{:<10} SFZ instrument or pack as a bank for flash, format version {}",
            "kind", self.format_version
        )?;
        writeln!(
            f,
            "{:<10} {} ({} bytes), {} of them samples of {} bits",
            "memory",
            report::bytes(self.bytes as u64),
            self.bytes,
            report::bytes(self.sample_bytes as u64),
            self.sample_bits
        )?;
        writeln!(f, "{:<10} {} regions, {} waves", "contents", self.parts, self.waves)
    }
}

impl Display for BankInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.name.is_empty() {
            writeln!(f, "{:<10} {}", "name", self.name)?;
        }
        writeln!(f, "{:<10} bank for flash, format version {}", "kind", self.format_version)?;
        writeln!(
            f,
            "{:<10} {} ({} bytes), {} of them samples of {} bits",
            "memory",
            report::bytes(self.bytes),
            self.bytes,
            report::bytes(self.sample_bytes),
            self.sample_bits
        )?;
        writeln!(
            f,
            "{:<10} {} presets, {} regions, {} waves, {} frames",
            "contents",
            self.presets.len(),
            self.regions,
            self.waves,
            self.frames
        )?;
        writeln!(f, "presets    bank:program")?;
        self.presets
            .iter()
            .try_for_each(|preset| writeln!(f, "{:>7}:{:<3} {}", preset.bank, preset.program, preset.name))
    }
}
