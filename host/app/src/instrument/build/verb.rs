//! `ripieno instrument build`: an instrument in, a flash bank out, and a report of what became of it.

use super::{BuildError, Built, Choice, Recipe, build, kit};
use crate::cli::{Bits, BuildOptions};
use crate::instrument::open_soundfont;
use crate::interrupt::Interrupt;
use crate::render::guard_inputs;
use crate::{Failure, output, report};
use ripieno_files::KitFile;
use ripieno_files::atomic::{AtomicError, AtomicFile, Existing};
use ripieno_synth::Coding;
use serde::Serialize;
use std::fmt;
use std::io::Write;

/// What `--json` prints; keys are only ever added.
#[derive(Debug, Serialize)]
struct Report {
    path: String,
    bytes: u64,
    sample_bits: u8,
    presets: u32,
    regions: u32,
    waves: u32,
    samples: usize,
    frames: u32,
    /// Frames that the same samples have in the SoundFont.
    source_frames: u64,
    parts: Parts,
    /// What became less than it was; empty if the bank sounds as the SoundFont, bit for bit.
    reduced: Vec<String>,
    /// Presets left out because an earlier one has their bank and program.
    unreachable: usize,
    error: Option<ErrorReport>,
}

#[derive(Debug, Serialize)]
struct Parts {
    header: u64,
    presets: u64,
    regions: u64,
    waves: u64,
    generators: u64,
    modulators: u64,
    samples: u64,
}

/// Of the samples that changed: how far signal and error are apart.
#[derive(Debug, Serialize)]
struct ErrorReport {
    samples: usize,
    worst_db: f64,
    worst_sample: String,
    mean_db: f64,
    /// The greatest error of tuning.
    detune_cents: f64,
}

/// Carries out the verb.
pub(crate) fn run(options: &BuildOptions) -> Result<(), Failure> {
    let presets = options.presets.as_deref().map(Choice::parse).transpose().map_err(Failure::Usage)?;
    guard_inputs(&options.out, [&options.file])?;
    let interrupt = Interrupt::listen();
    let failed = |error| Failure::Output { path: options.out.clone(), error };
    let existing = if options.force { Existing::Replace } else { Existing::Refuse };
    // A place that cannot be written is known before the work is done.
    let open = || AtomicFile::create(&options.out, existing).map_err(failed);
    let finish = |mut file: AtomicFile, image: &[u8]| {
        file.write_all(image).map_err(|error| failed(AtomicError::Write(error)))?;
        if interrupt.is_raised() { Err(Failure::Interrupted) } else { file.commit().map_err(failed) }
    };
    if KitFile::is_meant(&options.file) {
        let file = open()?;
        let (made, report) = kit::make(options)?;
        finish(file, &made.image)?;
        return if options.json { output::json(&report) } else { output::text(&report.to_string()) };
    }
    let font = open_soundfont(&options.file)?;
    let file = open()?;
    let recipe = Recipe {
        presets,
        max_bytes: options.max_bytes,
        rate_hz: options.rate,
        mono: options.mono,
        coding: options.bits.map(Coding::from),
    };
    let built = build(&font, &recipe, || interrupt.is_raised()).map_err(|error| match error {
        BuildError::Interrupted => Failure::Interrupted,
        // What was asked for is not to be had of this font.
        BuildError::NoPreset(_) | BuildError::TooLarge { .. } => {
            Failure::Usage(format!("{} {error}", options.file.display()))
        }
        error => Failure::Instrument { path: options.file.clone(), error: error.to_string() },
    })?;
    finish(file, &built.image)?;
    let report = Report::new(options, built);
    if options.json { output::json(&report) } else { output::text(&report.to_string()) }
}

impl From<Bits> for Coding {
    fn from(bits: Bits) -> Self {
        match bits {
            Bits::Eight => Self::Block8,
            Bits::Sixteen => Self::Pcm16,
        }
    }
}

impl Report {
    fn new(options: &BuildOptions, built: Built) -> Self {
        let (counts, parts, losses) = (built.counts, built.parts, built.losses);
        let error = losses.mean_db().zip(losses.worst).map(|(mean_db, (worst_db, worst_sample))| ErrorReport {
            samples: losses.changed,
            worst_db,
            worst_sample,
            mean_db,
            detune_cents: losses.detune_cents,
        });
        Self {
            path: options.out.display().to_string(),
            bytes: parts.total(),
            sample_bits: if built.coding == Coding::Block8 { 8 } else { 16 },
            presets: counts.presets,
            regions: counts.regions,
            waves: counts.waves,
            samples: built.samples,
            frames: counts.frames,
            source_frames: built.source_frames,
            parts: Parts {
                header: parts.header,
                presets: parts.presets,
                regions: parts.regions,
                waves: parts.waves,
                generators: parts.generators,
                modulators: parts.modulators,
                samples: parts.samples,
            },
            reduced: built.reduced,
            unreachable: built.unreachable,
            error,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.parts;
        let tables = self.bytes - parts.samples;
        writeln!(f, "{:<10} {}", "wrote", self.path)?;
        writeln!(
            f,
            "{:<10} {} ({} bytes): {} of samples with {} bits, {} of tables",
            "size",
            report::bytes(self.bytes),
            self.bytes,
            report::bytes(parts.samples),
            self.sample_bits,
            report::bytes(tables)
        )?;
        writeln!(
            f,
            "{:<10} presets {}, regions {}, waves {}, generators {}, modulators {} bytes",
            "tables", parts.presets, parts.regions, parts.waves, parts.generators, parts.modulators
        )?;
        writeln!(f, "{:<10} {} presets, {} regions, {} samples", "contents", self.presets, self.regions, self.samples)?;
        if self.reduced.is_empty() {
            writeln!(f, "{:<10} nothing: it sounds as the SoundFont does, bit for bit", "reduced")?;
        }
        for (n, line) in self.reduced.iter().enumerate() {
            writeln!(f, "{:<10} {line}", if n == 0 { "reduced" } else { "" })?;
        }
        if let Some(error) = &self.error {
            writeln!(
                f,
                "{:<10} signal to error of {} samples: {:.1} dB mean, {:.1} dB at the worst ({})",
                "error", error.samples, error.mean_db, error.worst_db, error.worst_sample
            )?;
            if error.detune_cents > 0.0 {
                writeln!(f, "{:<10} at most {:.3} cents out of tune", "", error.detune_cents)?;
            }
        }
        if self.unreachable > 0 {
            writeln!(f, "{:<10} {} presets that no program change could reach", "left out", self.unreachable)?;
        }
        Ok(())
    }
}
