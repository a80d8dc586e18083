//! SoundFont 2.04 files, read in place.
//!
//! A [`SoundFont`] holds the bytes it was given (a memory map, a `&'static [u8]` in flash) and remembers where the
//! chunks are; a note-on walks the tables as the file has them. No length in the file is trusted: every look goes
//! through a bounds check, a note reads at most [`RECORDS_PER_NOTE`] records, and a part that is wrong loses only itself.
//! [`SoundFont::validate`] says which parts those are.

mod info;
mod issue;
mod record;
mod resolve;
mod riff;
mod sample;
mod validate;
mod zone;

pub use info::{Preset, Recording, Text};
pub use issue::{Fault, Issue, Severity};
pub use resolve::{MAX_LAYERS, MAX_REGIONS, RECORDS_PER_NOTE, RECORDS_PER_PRESET};
pub use sample::{MIN_LOOP_FRAMES, RATES_HZ};
pub(crate) use zone::is_source;

use crate::{Bank, Coding, Modulators, PresetIndex, Region, SamplePool};
use core::fmt;
use record::Tables;
use resolve::{Any, Limits, Note};
use riff::{Part, Span};

/// An SF2 file and where its chunks are. `D` is whatever owns or borrows the bytes.
///
/// ```
/// use ripieno_synth::soundfont::{SoundFont, SoundFontError};
/// let refused = SoundFont::new(b"RIFF....WAVE").unwrap_err();
/// assert_eq!(refused.error, SoundFontError::NotSoundFont { found: *b"WAVE" });
/// assert_eq!(refused.data.len(), 12);
/// ```
#[derive(Clone)]
pub struct SoundFont<D> {
    data: D,
    parts: [Span; Part::COUNT],
    presets: u16,
    instruments: u16,
    samples: u16,
    /// What every region's modulators start from.
    defaults: &'static Modulators,
}

impl<D: AsRef<[u8]>> SoundFont<D> {
    /// Finds the chunks; reads nothing else. Control; does not block unless reading `data` does.
    ///
    /// # Errors
    /// Only when nothing could sound: the bytes are no SoundFont, or a chunk that every note needs is missing or
    /// empty. The data comes back inside.
    pub fn new(data: D) -> Result<Self, Refused<D>> {
        let bytes = data.as_ref();
        let parts = match riff::find_parts(bytes) {
            Ok(parts) => parts,
            Err(error) => return Err(Refused { error, data }),
        };
        let tables = Tables::new(bytes, &parts);
        let (presets, instruments, samples) = tables.counts();
        let empty = [(presets, Part::Presets), (instruments, Part::Instruments), (samples, Part::Samples)];
        if let Some((_, part)) = empty.into_iter().find(|(count, _)| *count == 0) {
            let error = SoundFontError::Empty { chunk: part.name(), offset: parts[part as usize].start };
            return Err(Refused { error, data });
        }
        let defaults = record::defaults(parts[Part::Version as usize].of(bytes));
        Ok(Self { data, parts, presets, instruments, samples, defaults })
    }

    /// The bytes it reads. Any.
    pub fn data(&self) -> &D {
        &self.data
    }

    /// The bytes it was made from. Any.
    pub fn into_inner(self) -> D {
        self.data
    }

    /// Calls `each` for every region of a preset in file order, with the first and last key and velocity (0..=127) that
    /// sound it: what [`Bank::regions`] chooses from. False when [`RECORDS_PER_PRESET`] or [`MAX_REGIONS`] ended it early,
    /// which only hostile files meet. Control.
    pub fn zones(&self, preset: PresetIndex, mut each: impl FnMut([u8; 2], [u8; 2], &Region)) -> bool {
        resolve::regions(&self.tables(), preset, Any, Limits::PRESET, |[outer, inner], region| {
            if let Some([keys, velocities]) = outer.narrowed(inner) {
                each(keys, velocities, region);
            }
        })
    }

    /// The bytes of one chunk, empty when the file has none.
    fn part(&self, part: Part) -> &[u8] {
        self.parts[part as usize].of(self.data.as_ref())
    }

    #[inline(always)]
    fn tables(&self) -> Tables<'_> {
        let counts = (self.presets, self.instruments, self.samples);
        Tables::new(self.data.as_ref(), &self.parts).with_counts(counts, self.defaults)
    }
}

impl<D: AsRef<[u8]>> Bank for SoundFont<D> {
    type Player<const VOICES: usize> = crate::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        let wanted = (bank, u16::from(program));
        let index = self.tables().presets.iter().position(|preset| record::preset_address(preset) == wanted)?;
        u16::try_from(index).ok().map(PresetIndex)
    }

    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        let (mut each, note) = (each, Note { key, velocity });
        resolve::regions(&self.tables(), preset, note, Limits::NOTE, |_, region| each(region));
    }

    fn pool(&self) -> SamplePool<'_> {
        let high = self.part(Part::Frames);
        let frames = high.len() / 2;
        SamplePool {
            high: high.get(..2 * frames).unwrap_or(&[]),
            low: self.part(Part::LowBytes).get(..frames).unwrap_or(&[]),
            coding: Coding::Pcm16,
        }
    }
}

impl<D> fmt::Debug for SoundFont<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoundFont")
            .field("presets", &self.presets)
            .field("instruments", &self.instruments)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

/// Why a file cannot sound at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SoundFontError {
    /// The file does not begin with a RIFF header.
    NotRiff {
        /// Bytes in the file; a header takes 12.
        bytes: usize,
    },
    /// A RIFF file of another kind.
    NotSoundFont {
        /// Its form type, `sfbk` in a SoundFont.
        found: [u8; 4],
    },
    /// A chunk that every note needs is not there.
    Missing {
        /// Its name.
        chunk: &'static str,
    },
    /// A chunk that every note needs has no record.
    Empty {
        /// Its name.
        chunk: &'static str,
        /// Where its body begins.
        offset: usize,
    },
}

impl fmt::Display for SoundFontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRiff { bytes } => write!(f, "not a SoundFont: no RIFF header in its {bytes} bytes"),
            Self::NotSoundFont { found } => {
                write!(f, "not a SoundFont: the RIFF form is '{}' instead of 'sfbk'", found.escape_ascii())
            }
            Self::Missing { chunk } => write!(f, "the SoundFont has no '{chunk}' chunk; is the file cut short?"),
            Self::Empty { chunk, offset } => {
                write!(f, "the SoundFont's '{chunk}' chunk at byte {offset} is empty; is the file damaged?")
            }
        }
    }
}

impl core::error::Error for SoundFontError {}

/// A refusal, with the data given back.
#[derive(Clone)]
pub struct Refused<D> {
    /// Why.
    pub error: SoundFontError,
    /// What [`SoundFont::new`] was given.
    pub data: D,
}

impl<D> fmt::Debug for Refused<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused").field("error", &self.error).finish_non_exhaustive()
    }
}

impl<D> fmt::Display for Refused<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<D> core::error::Error for Refused<D> {}
