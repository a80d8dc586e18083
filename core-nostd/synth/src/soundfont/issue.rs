//! What may be wrong with a part of a file, and what was done about it.

use core::fmt;

/// Something wrong with one record or chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The chunk's name.
    pub chunk: &'static str,
    /// The record's place in it, from 0; 0 for the chunk as a whole.
    pub index: u32,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.chunk, self.index, self.fault)
    }
}

/// What became of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It plays, with one setting left out or brought into range.
    Adjusted,
    /// It does not play.
    Quarantined,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The chunk states more bytes than the file holds; the rest is read.
    CutShort {
        /// Bytes its header states.
        stated: u32,
        /// Bytes that are there.
        found: u32,
    },
    /// A second chunk of this name is ignored.
    Duplicate,
    /// Bytes after the last whole record are ignored.
    BrokenRecord {
        /// How many.
        bytes: u32,
    },
    /// `sm24` does not fit `smpl`: played with 16 bits.
    LowBytesMismatch {
        /// Bytes that are there.
        found: u32,
        /// Frames in `smpl`.
        frames: u32,
    },
    /// The list of zones runs backwards or past the table.
    BadZones {
        /// First zone.
        first: u32,
        /// One past the last zone.
        end: u32,
        /// Zones in the table.
        count: u32,
    },
    /// The zone's generators run backwards or past the table.
    BadGenerators {
        /// First generator.
        first: u32,
        /// One past the last.
        end: u32,
        /// Generators in the table.
        count: u32,
    },
    /// The zone's modulators run backwards or past the table.
    BadModulators {
        /// First modulator.
        first: u32,
        /// One past the last.
        end: u32,
        /// Modulators in the table.
        count: u32,
    },
    /// More generators or modulators than one zone can use; the first are read.
    CrowdedZone {
        /// Records in the zone.
        records: u32,
        /// Records that are read.
        limit: u32,
    },
    /// Not the first zone, and without an instrument or sample.
    NoTerminal,
    /// The lowest key or velocity lies above the highest.
    EmptyRange {
        /// Lowest.
        low: u8,
        /// Highest.
        high: u8,
    },
    /// Names an instrument or sample that is not there.
    IndexPastEnd {
        /// The index.
        index: u32,
        /// How many there are.
        count: u32,
    },
    /// A generator that no zone, or no preset zone, may set; ignored.
    MisplacedGenerator {
        /// Its number.
        number: u16,
    },
    /// The sample lives in a sound card's ROM.
    RomSample,
    /// The sample is compressed (SF3).
    CompressedSample,
    /// The sample ends where it starts, or before.
    EmptySample {
        /// First frame.
        start: u32,
        /// One past the last.
        end: u32,
    },
    /// The sample ends past the pool.
    PastPool {
        /// One past its last frame.
        end: u32,
        /// Frames in the pool.
        frames: u32,
    },
    /// No such rate; 44.1 kHz is taken.
    BadRate {
        /// Hertz.
        hz: u32,
    },
    /// No such root key; 60 is taken.
    BadRootKey {
        /// The key.
        key: u8,
    },
    /// The other side of a stereo pair does not name this one; played as mono.
    OneSidedLink {
        /// The header it names.
        link: u32,
    },
    /// The address offsets leave nothing of the sample.
    OffsetsLeaveNothing {
        /// First frame.
        start: u32,
        /// One past the last.
        end: u32,
    },
    /// The address offsets lead out of the sample or into its loop.
    OffsetsTrimmed {
        /// First frame played.
        start: u32,
        /// One past the last frame played.
        end: u32,
    },
    /// The loop is shorter than [`MIN_LOOP_FRAMES`](super::MIN_LOOP_FRAMES) or inverted; played without one.
    LoopDropped {
        /// First frame.
        start: u32,
        /// One past the last.
        end: u32,
    },
    /// The loop leads out of the sample; its part within is played.
    LoopTrimmed {
        /// First frame played.
        start: u32,
        /// One past the last frame played.
        end: u32,
    },
    /// Modulators that feed modulators are not supported; ignored.
    LinkedModulator,
    /// No such controller or curve; the modulator is ignored.
    UnknownSource {
        /// As the file encodes it.
        source: u16,
    },
    /// Not a generator that a controller may move while a note sounds; the modulator is ignored.
    UnknownDestination {
        /// Its number.
        generator: u16,
    },
    /// Neither linear (0) nor absolute (2); the modulator is ignored.
    UnknownTransform {
        /// As the file encodes it.
        transform: u16,
    },
}

impl Fault {
    /// Whether the part still plays. Any.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::BadZones { .. }
            | Self::BadGenerators { .. }
            | Self::NoTerminal
            | Self::EmptyRange { .. }
            | Self::IndexPastEnd { .. }
            | Self::RomSample
            | Self::CompressedSample
            | Self::EmptySample { .. }
            | Self::PastPool { .. }
            | Self::OffsetsLeaveNothing { .. } => Severity::Quarantined,
            _ => Severity::Adjusted,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { stated, found } => write!(f, "states {stated} bytes, the file holds {found}"),
            Self::Duplicate => write!(f, "a second chunk of this name is ignored"),
            Self::BrokenRecord { bytes } => write!(f, "{bytes} bytes after the last whole record are ignored"),
            Self::LowBytesMismatch { found, frames } => {
                write!(f, "{found} bytes do not fit {frames} frames; played with 16 bits")
            }
            Self::BadZones { first, end, count } => write!(f, "zones {first}..{end} do not lie within 0..{count}"),
            Self::BadGenerators { first, end, count } => {
                write!(f, "generators {first}..{end} do not lie within 0..{count}")
            }
            Self::BadModulators { first, end, count } => {
                write!(f, "modulators {first}..{end} do not lie within 0..{count}")
            }
            Self::CrowdedZone { records, limit } => write!(f, "{records} records in one zone; {limit} are read"),
            Self::NoTerminal => write!(f, "names no instrument or sample and is not the first zone"),
            Self::EmptyRange { low, high } => write!(f, "the range {low}..={high} is empty"),
            Self::IndexPastEnd { index, count } => write!(f, "names number {index} of {count}"),
            Self::MisplacedGenerator { number } => write!(f, "generator {number} has no place here and is ignored"),
            Self::RomSample => write!(f, "its sound is in a sound card's ROM"),
            Self::CompressedSample => write!(f, "its sound is compressed, which is not supported"),
            Self::EmptySample { start, end } => write!(f, "frames {start}..{end} hold no sound"),
            Self::PastPool { end, frames } => write!(f, "ends at frame {end} of {frames}"),
            Self::BadRate { hz } => write!(f, "no recording has {hz} Hz; 44100 Hz is taken"),
            Self::BadRootKey { key } => write!(f, "root key {key} is no key; 60 is taken"),
            Self::OneSidedLink { link } => write!(f, "header {link} does not name it in turn; played as mono"),
            Self::OffsetsLeaveNothing { start, end } => write!(f, "offsets leave frames {start}..{end} of it"),
            Self::OffsetsTrimmed { start, end } => write!(f, "offsets are cut back to frames {start}..{end}"),
            Self::LoopDropped { start, end } => write!(f, "the loop {start}..{end} is no loop; played without"),
            Self::LoopTrimmed { start, end } => write!(f, "the loop is cut back to {start}..{end}"),
            Self::LinkedModulator => write!(f, "linked modulators are not supported; ignored"),
            Self::UnknownSource { source } => write!(f, "modulator source {source:#06x} is unknown; ignored"),
            Self::UnknownDestination { generator } => {
                write!(f, "generator {generator} cannot be modulated; the modulator is ignored")
            }
            Self::UnknownTransform { transform } => write!(f, "modulator transform {transform} is unknown; ignored"),
        }
    }
}
