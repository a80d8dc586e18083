//! The pdta tables as arrays of fixed-size records, still in the file's bytes.

use super::riff::{Part, Span};
use super::zone::Level;
use crate::{Generator, Modulators};

/// Bytes a record.
pub(super) const PRESET: usize = 38;
pub(super) const INSTRUMENT: usize = 22;
pub(super) const SAMPLE: usize = 46;
pub(super) const BAG: usize = 4;
pub(super) const GENERATOR: usize = 4;
pub(super) const MODULATOR: usize = 10;

static DEFAULTS: Modulators = Modulators::standard();
static DEFAULTS_2_01: Modulators = Modulators::standard_2_01();

/// Major and minor version of the `ifil` chunk.
pub(super) fn version(chunk: &[u8]) -> Option<(u16, u16)> {
    let [fields, ..] = chunk.as_chunks::<4>().0 else { return None };
    Some((word(fields, 0), word(fields, 2)))
}

/// What the regions of a file start from, by the body of its `ifil` chunk.
pub(super) fn defaults(chunk: &[u8]) -> &'static Modulators {
    match version(chunk) {
        Some((2, 0..4)) => &DEFAULTS_2_01,
        _ => &DEFAULTS,
    }
}

/// Views of every table. Terminal records are cut off the header tables once their counts are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables<'a> {
    pub(super) presets: &'a [[u8; PRESET]],
    pub(super) preset_level: Level<'a>,
    pub(super) instruments: &'a [[u8; INSTRUMENT]],
    pub(super) instrument_level: Level<'a>,
    pub(super) samples: &'a [[u8; SAMPLE]],
    /// Frames in the pool.
    pub(super) frames: u32,
    /// What every region's modulators start from; the newest version's unless told otherwise.
    pub(super) defaults: &'static Modulators,
}

impl<'a> Tables<'a> {
    #[inline]
    pub(super) fn new(data: &'a [u8], parts: &[Span; Part::COUNT]) -> Self {
        let part = |part: Part| parts[part as usize].of(data);
        Self {
            presets: records(part(Part::Presets)),
            preset_level: Level {
                bags: records(part(Part::PresetBags)),
                generators: records(part(Part::PresetGenerators)),
                modulators: records(part(Part::PresetModulators)),
                terminal: Generator::Instrument,
            },
            instruments: records(part(Part::Instruments)),
            instrument_level: Level {
                bags: records(part(Part::InstrumentBags)),
                generators: records(part(Part::InstrumentGenerators)),
                modulators: records(part(Part::InstrumentModulators)),
                terminal: Generator::SampleId,
            },
            samples: records(part(Part::Samples)),
            frames: u32::try_from(part(Part::Frames).len() / 2).unwrap_or(u32::MAX),
            defaults: &DEFAULTS,
        }
    }

    /// Presets, instruments and samples without their terminal records. A last record that has content is not one:
    /// writers have forgotten the terminal before.
    pub(super) fn counts(&self) -> (u16, u16, u16) {
        let has_zones = |first: u16, level: &Level<'_>| usize::from(first) + 1 < level.bags.len();
        let preset = self
            .presets
            .last()
            .is_some_and(|last| !last.starts_with(b"EOP") && has_zones(word(last, 24), &self.preset_level));
        let instrument = self
            .instruments
            .last()
            .is_some_and(|last| !last.starts_with(b"EOI") && has_zones(word(last, 20), &self.instrument_level));
        let sample =
            self.samples.last().is_some_and(|last| !last.starts_with(b"EOS") && long(last, 24) > long(last, 20));
        let count = |records: usize, last_counts: bool| {
            u16::try_from(records.saturating_sub(usize::from(!last_counts))).unwrap_or(u16::MAX)
        };
        (
            count(self.presets.len(), preset),
            count(self.instruments.len(), instrument),
            count(self.samples.len(), sample),
        )
    }

    /// Cuts the terminal records off, and starts from a version's own modulators.
    #[inline]
    pub(super) fn with_counts(
        self,
        (presets, instruments, samples): (u16, u16, u16),
        defaults: &'static Modulators,
    ) -> Self {
        Self {
            defaults,
            presets: self.presets.get(..usize::from(presets)).unwrap_or(&[]),
            instruments: self.instruments.get(..usize::from(instruments)).unwrap_or(&[]),
            samples: self.samples.get(..usize::from(samples)).unwrap_or(&[]),
            ..self
        }
    }

    /// First bag of a preset, and one past its last as the next header says.
    pub(super) fn preset_bags(&self, preset: u16) -> Option<(usize, Option<usize>)> {
        bags(self.presets, preset, 24)
    }

    /// First bag of an instrument, and one past its last as the next header says.
    pub(super) fn instrument_bags(&self, instrument: u16) -> Option<(usize, Option<usize>)> {
        bags(self.instruments, instrument, 20)
    }
}

fn bags<const N: usize>(headers: &[[u8; N]], index: u16, field: usize) -> Option<(usize, Option<usize>)> {
    let first = usize::from(word(headers.get(usize::from(index))?, field));
    Some((first, headers.get(usize::from(index) + 1).map(|next| usize::from(word(next, field)))))
}

/// MIDI bank and program of a preset.
pub(super) fn preset_address(preset: &[u8; PRESET]) -> (u16, u16) {
    (word(preset, 22), word(preset, 20))
}

/// A 16-bit field. `at` lies within every record it is used on.
#[inline(always)]
pub(super) fn word<const N: usize>(record: &[u8; N], at: usize) -> u16 {
    match (record.get(at), record.get(at + 1)) {
        (Some(&low), Some(&high)) => u16::from_le_bytes([low, high]),
        _ => 0,
    }
}

/// A 32-bit field.
#[inline(always)]
pub(super) fn long<const N: usize>(record: &[u8; N], at: usize) -> u32 {
    u32::from(word(record, at)) | u32::from(word(record, at + 2)) << 16
}

#[inline]
fn records<const N: usize>(bytes: &[u8]) -> &[[u8; N]] {
    bytes.as_chunks().0
}
