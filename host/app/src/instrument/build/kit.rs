//! A flash bank of an SFZ instrument or a pack: all of it, 16 bits a frame.

use crate::cli::BuildOptions;
use crate::{Failure, report};
use ripieno_files::KitFile;
use ripieno_files::kit::{KitFlash, KitFlashError};
use serde::Serialize;
use std::fmt;

/// What `--json` prints; keys are only ever added.
#[derive(Debug, Serialize)]
pub(super) struct KitReport {
    path: String,
    bytes: u64,
    sample_bits: u8,
    regions: usize,
    frames: u32,
    /// Bytes of what is not samples.
    kit_bytes: u64,
    /// Recordings that had more than 16 bits, and periods of oscillators.
    reduced: usize,
    /// Recordings that are silent in the bank, wholly or from some frame on, and why.
    troubles: Vec<String>,
}

/// Makes the bank.
pub(super) fn make(options: &BuildOptions) -> Result<(KitFlash, KitReport), Failure> {
    let refused = |name: &str| {
        let why = "which only SoundFonts are built with; leave it out, or give a SoundFont";
        Failure::Usage(format!("{} is built with {name}, {why}", options.file.display()))
    };
    let asked = [
        ("--presets", options.presets.is_some()),
        ("--rate", options.rate.is_some()),
        ("--mono", options.mono),
        ("--bits", options.bits.is_some()),
    ];
    if let Some((name, _)) = asked.into_iter().find(|(_, is_asked)| *is_asked) {
        return Err(refused(name));
    }
    let unfit = |error: String| Failure::Instrument { path: options.file.clone(), error };
    let file = KitFile::read(&options.file).map_err(|error| unfit(error.to_string()))?;
    let made = file.flash(options.max_bytes.unwrap_or(u32::MAX.into())).map_err(|error| match error {
        KitFlashError::TooLarge { .. } => Failure::Usage(format!("{} {error}", options.file.display())),
        error @ KitFlashError::Unsound(_) => unfit(error.to_string()),
    })?;
    let report = KitReport {
        path: options.out.display().to_string(),
        bytes: made.image.len() as u64,
        sample_bits: 16,
        regions: file.tables.parts.len(),
        frames: made.frames,
        kit_bytes: made.kit_bytes,
        reduced: made.reduced,
        troubles: made.troubles.iter().map(|trouble| trouble.what.clone()).collect(),
    };
    Ok((made, report))
}

impl fmt::Display for KitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {}", "wrote", self.path)?;
        writeln!(
            f,
            "{:<10} {} ({} bytes), {} of it tables",
            "size",
            report::bytes(self.bytes),
            self.bytes,
            report::bytes(self.kit_bytes)
        )?;
        writeln!(f, "{:<10} {} regions, {} frames of samples", "contents", self.regions, self.frames)?;
        match self.reduced {
            0 if self.troubles.is_empty() => {
                writeln!(f, "{:<10} nothing: it sounds as the instrument does, bit for bit", "reduced")?;
            }
            0 => {}
            1 => writeln!(
                f,
                "{:<10} one recording sounds less fine: it had more than 16 bits, or is an oscillator's period",
                "reduced"
            )?,
            n => writeln!(
                f,
                "{:<10} {n} recordings sound less fine: they had more than 16 bits, or are oscillators' periods",
                "reduced"
            )?,
        }
        self.troubles.iter().try_for_each(|trouble| writeln!(f, "{:<10} {trouble}", "silent"))
    }
}
