//! The records of an image and their bytes, both ways. `FLASH.md` has the same as a table.

use crate::{Coding, Generator, LoopMode, Modulator, Sample, Side};

/// The first bytes of every image.
pub(super) const MAGIC: [u8; 8] = *b"RIPIBANK";
/// The version of a bank with presets and regions.
pub const VERSION: u16 = 1;
/// The version of a bank with a kit of parts.
pub const KIT_VERSION: u16 = 2;

/// Bytes a record.
pub(super) const HEADER: usize = 64;
pub(super) const PRESET: usize = 32;
pub(super) const REGION: usize = 16;
pub(super) const WAVE: usize = 28;
pub(super) const GENERATOR: usize = 4;
pub(super) const MODULATOR: usize = 8;

/// Where the header keeps the CRC, which leaves itself out.
pub(super) const CRC_AT: usize = 12;

/// Bytes of a name.
pub const NAME: usize = 20;

/// How much of each there is, in the order in which it lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Presets.
    pub presets: u32,
    /// Regions of all presets.
    pub regions: u32,
    /// Different waves that regions play.
    pub waves: u32,
    /// Generator records, which lists share.
    pub generators: u32,
    /// Modulator records, which lists share.
    pub modulators: u32,
    /// Frames in the pool.
    pub frames: u32,
}

/// Bytes of each part of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartBytes {
    /// The header.
    pub header: u64,
    /// The presets.
    pub presets: u64,
    /// The regions.
    pub regions: u64,
    /// The waves.
    pub waves: u64,
    /// The generators.
    pub generators: u64,
    /// The modulators.
    pub modulators: u64,
    /// The samples, filled up to whole words.
    pub samples: u64,
}

impl PartBytes {
    /// The whole image. Any.
    pub fn total(&self) -> u64 {
        self.header + self.presets + self.regions + self.waves + self.generators + self.modulators + self.samples
    }
}

impl Counts {
    /// What they take. Any.
    pub fn bytes(&self, coding: Coding) -> PartBytes {
        let table = |count: u32, bytes: usize| u64::from(count) * bytes as u64;
        PartBytes {
            header: HEADER as u64,
            presets: table(self.presets, PRESET),
            regions: table(self.regions, REGION),
            waves: table(self.waves, WAVE),
            generators: table(self.generators, GENERATOR),
            modulators: table(self.modulators, MODULATOR),
            samples: coding.bytes(self.frames).next_multiple_of(4),
        }
    }

    pub(super) fn from_bytes(bytes: &[u8; 24]) -> Self {
        let [presets, regions, waves, generators, modulators, frames] = [0, 4, 8, 12, 16, 20].map(|at| long(bytes, at));
        Self { presets, regions, waves, generators, modulators, frames }
    }

    pub(super) fn to_bytes(self) -> [u8; 24] {
        let mut bytes = [0; 24];
        let counts = [self.presets, self.regions, self.waves, self.generators, self.modulators, self.frames];
        for (field, count) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(counts) {
            *field = count.to_le_bytes();
        }
        bytes
    }
}

/// A preset: its address and where its regions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetEntry {
    /// MIDI bank, 128 for percussion.
    pub bank: u16,
    /// MIDI program.
    pub program: u16,
    /// The first of its regions.
    pub first: u32,
    /// How many it has.
    pub regions: u16,
    /// UTF-8, filled up with zeros.
    pub name: [u8; NAME],
}

impl PresetEntry {
    pub(super) fn from_bytes(bytes: &[u8; PRESET]) -> Self {
        let mut name = [0; NAME];
        name.copy_from_slice(&bytes[12..]);
        Self { bank: word(bytes, 0), program: word(bytes, 2), first: long(bytes, 4), regions: word(bytes, 8), name }
    }

    pub(super) fn to_bytes(self) -> [u8; PRESET] {
        let mut bytes = [0; PRESET];
        put(&mut bytes, 0, self.bank.to_le_bytes());
        put(&mut bytes, 2, self.program.to_le_bytes());
        put(&mut bytes, 4, self.first.to_le_bytes());
        put(&mut bytes, 8, self.regions.to_le_bytes());
        put(&mut bytes, 12, self.name);
        bytes
    }
}

/// A region: when it sounds, what, and with which settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionEntry {
    /// First and last key.
    pub keys: [u8; 2],
    /// First and last velocity.
    pub velocities: [u8; 2],
    /// The wave that it plays.
    pub wave: u16,
    /// How many generators it sets; all others have their defaults.
    pub generators: u8,
    /// How many modulators it has, at most [`Modulators::CAPACITY`](crate::Modulators::CAPACITY).
    pub modulators: u8,
    /// The first of its generators.
    pub first_generator: u32,
    /// The first of its modulators.
    pub first_modulator: u32,
}

impl RegionEntry {
    #[inline]
    pub(super) fn from_bytes(bytes: &[u8; REGION]) -> Self {
        Self {
            keys: [bytes[0], bytes[1]],
            velocities: [bytes[2], bytes[3]],
            wave: word(bytes, 4),
            generators: bytes[6],
            modulators: bytes[7],
            first_generator: long(bytes, 8),
            first_modulator: long(bytes, 12),
        }
    }

    pub(super) fn to_bytes(self) -> [u8; REGION] {
        let mut bytes = [0; REGION];
        put(&mut bytes, 0, self.keys);
        put(&mut bytes, 2, self.velocities);
        put(&mut bytes, 4, self.wave.to_le_bytes());
        put(&mut bytes, 6, [self.generators, self.modulators]);
        put(&mut bytes, 8, self.first_generator.to_le_bytes());
        put(&mut bytes, 12, self.first_modulator.to_le_bytes());
        bytes
    }
}

/// A wave. `None` where its loop mode or its side is none that there is.
#[inline]
pub(super) fn wave(bytes: &[u8; WAVE]) -> Option<Sample> {
    Some(Sample {
        start: long(bytes, 0),
        end: long(bytes, 4),
        loop_start: long(bytes, 8),
        loop_end: long(bytes, 12),
        rate_hz: long(bytes, 16),
        index: word(bytes, 20),
        link: word(bytes, 22),
        root_key: bytes[24],
        correction_cents: bytes[25].cast_signed(),
        mode: match bytes[26] {
            0 => LoopMode::None,
            1 => LoopMode::Continuous,
            2 => LoopMode::UntilRelease,
            _ => return None,
        },
        side: match bytes[27] {
            0 => Side::Mono,
            1 => Side::Left,
            2 => Side::Right,
            _ => return None,
        },
    })
}

pub(super) fn wave_bytes(wave: &Sample) -> [u8; WAVE] {
    let mut bytes = [0; WAVE];
    let places = [wave.start, wave.end, wave.loop_start, wave.loop_end, wave.rate_hz];
    for (n, value) in places.into_iter().enumerate() {
        put(&mut bytes, 4 * n, value.to_le_bytes());
    }
    put(&mut bytes, 20, wave.index.to_le_bytes());
    put(&mut bytes, 22, wave.link.to_le_bytes());
    let mode = match wave.mode {
        LoopMode::None => 0,
        LoopMode::Continuous => 1,
        LoopMode::UntilRelease => 2,
    };
    let side = match wave.side {
        Side::Mono => 0,
        Side::Left => 1,
        Side::Right => 2,
    };
    put(&mut bytes, 24, [wave.root_key, wave.correction_cents.cast_unsigned(), mode, side]);
    bytes
}

/// Number and amount of a generator.
#[inline]
pub(super) fn generator(bytes: &[u8; GENERATOR]) -> (u8, i16) {
    (bytes[0], word(bytes, 2).cast_signed())
}

pub(super) fn generator_bytes((generator, amount): (Generator, i16)) -> [u8; GENERATOR] {
    let [low, high] = amount.to_le_bytes();
    [generator as u8, 0, low, high]
}

/// A modulator. `None` where its destination or its transform is none that there is.
#[inline]
pub(super) fn modulator(bytes: &[u8; MODULATOR]) -> Option<Modulator> {
    Some(Modulator {
        source: word(bytes, 0),
        amount_source: word(bytes, 2),
        amount: word(bytes, 4).cast_signed(),
        destination: Generator::from_number(bytes[6].into())?,
        absolute: match bytes[7] {
            0 => false,
            1 => true,
            _ => return None,
        },
    })
}

pub(super) fn modulator_bytes(modulator: &Modulator) -> [u8; MODULATOR] {
    let mut bytes = [0; MODULATOR];
    put(&mut bytes, 0, modulator.source.to_le_bytes());
    put(&mut bytes, 2, modulator.amount_source.to_le_bytes());
    put(&mut bytes, 4, modulator.amount.to_le_bytes());
    put(&mut bytes, 6, [modulator.destination as u8, modulator.absolute.into()]);
    bytes
}

/// A 16-bit field. `at` is a constant within every record it is used on.
#[inline(always)]
pub(super) fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// A 32-bit field.
#[inline(always)]
pub(super) fn long<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[inline]
pub(super) fn put<const N: usize>(bytes: &mut [u8], at: usize, field: [u8; N]) {
    bytes[at..at + N].copy_from_slice(&field);
}
