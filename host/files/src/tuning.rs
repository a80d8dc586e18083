//! Scala's tunings: a scale (`.scl`), a keyboard map (`.kbm`) or both, as the places of the 128 keys that a synth's tuning
//! table takes.
//!
//! The formats are those of <https://www.huygens-fokker.org/scala/scl_format.html> and `help.htm#mappings` beside it. Work and
//! memory are bounded by the bytes present, never by a count that a file claims.

mod map;
mod scale;
mod text;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub use map::KeyMap;
pub use scale::Scale;

use ripieno_types::Command;
use ripieno_types::midi::SysExPart;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Frequency of key 0 in equal temperament with a concert pitch of 440 Hz, from which absolute cents count.
const KEY_0_HZ: f64 = 8.175_798_915_643_707;

/// Parts of a semitone in a key's place, as the MIDI Tuning Standard has them.
const PARTS: f64 = 16_384.0;

/// The highest place that a key can be sent to: one below the value that means "no change".
const HIGHEST: f64 = 2_097_150.0;

/// Why a tuning could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TuningError {
    /// Reading failed.
    #[error("{}: cannot be read: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// Longer than any such file.
    #[error("{}: is longer than {} bytes, which no scale or keyboard map is", path.display(), Tuning::MAX_BYTES)]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Neither a scale nor a keyboard map by its name.
    #[error("{}: is neither a scale (.scl) nor a keyboard map (.kbm)", path.display())]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// A second scale or a second keyboard map.
    #[error("{}: there is a {} already; a tuning has one scale and one keyboard map at most", path.display(), kind(path))]
    Twice {
        /// The file.
        path: PathBuf,
    },
    /// Its text makes no sense.
    #[error("{}: {error}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What and where.
        #[source]
        error: TextError,
    },
    /// The key whose frequency the map gives has no place in the scale.
    #[error("the keyboard map gives the frequency of key {0}, which it maps to nothing; give that of a mapped key")]
    Reference(u8),
}

fn kind(path: &Path) -> &'static str {
    match Kind::of(path) {
        Some(Kind::Map) => "keyboard map",
        _ => "scale",
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TextError {
    /// From 1; the line after the last if something is missing.
    pub line: usize,
    /// What, and how it should be.
    pub problem: String,
}

/// What a file is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Scale,
    Map,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        if extension.eq_ignore_ascii_case("scl") {
            Some(Self::Scale)
        } else {
            extension.eq_ignore_ascii_case("kbm").then_some(Self::Map)
        }
    }
}

/// Where each key sounds.
///
/// ```
/// use ripieno_files::tuning::{KeyMap, Scale, Tuning};
/// let just = Scale::parse(b"A triad and its octave\n 3\n 5/4\n 3/2\n 2/1\n")?;
/// let tuning = Tuning::new(&just, &KeyMap::default()).expect("every key is mapped");
/// assert_eq!(tuning.cents(60).map(f64::round), Some(6000.0));
/// assert_eq!(tuning.cents(62).map(f64::round), Some(6702.0));
/// assert_eq!(tuning.commands().count(), 59);
/// # Ok::<(), ripieno_files::tuning::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    name: String,
    /// Absolute cents above key 0 of equal temperament; `None` for keys that are not mapped.
    cents: [Option<f64>; 128],
}

impl Tuning {
    /// The longest file that is read, in bytes.
    pub const MAX_BYTES: u64 = 1 << 20;

    /// Reads a scale, a keyboard map, or one of each, in any order: which is which says the extension. Without a scale keys
    /// are semitones; without a map key 60 is the scale's first note, at 261.6256 Hz. Control; blocks.
    ///
    /// # Errors
    /// [`TuningError`]; none is worth a retry with the same files but for [`TuningError::Read`].
    pub fn open(paths: &[impl AsRef<Path>]) -> Result<Self, TuningError> {
        let (mut scale, mut map) = (None, None);
        for path in paths.iter().map(AsRef::as_ref) {
            let path_buf = || path.to_path_buf();
            let in_text = |error| TuningError::Text { path: path_buf(), error };
            let is_twice = match Kind::of(path).ok_or_else(|| TuningError::Kind { path: path_buf() })? {
                Kind::Scale => scale.replace(Scale::parse(&read(path)?).map_err(in_text)?).is_some(),
                Kind::Map => map.replace(KeyMap::parse(&read(path)?).map_err(in_text)?).is_some(),
            };
            if is_twice {
                return Err(TuningError::Twice { path: path_buf() });
            }
        }
        Self::new(&scale.unwrap_or_else(Scale::semitones), &map.unwrap_or_default())
    }

    /// A scale on the keys that a map says. Control.
    ///
    /// # Errors
    /// [`TuningError::Reference`].
    pub fn new(scale: &Scale, map: &KeyMap) -> Result<Self, TuningError> {
        let (reference, frequency_hz) = map.reference();
        let anchor = map.cents(reference, scale).ok_or(TuningError::Reference(reference))?;
        let offset = 1_200.0 * (frequency_hz / KEY_0_HZ).log2() - anchor;
        let cents = core::array::from_fn(|key| {
            let key = key as u8;
            map.retunes(key).then(|| map.cents(key, scale)).flatten().map(|cents| cents + offset)
        });
        Ok(Self { name: scale.name().to_owned(), cents })
    }

    /// What the scale calls itself; empty without a name. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where a key (0..=127) sounds, in cents above 8.1758 Hz, which is key 0 of equal temperament. `None` for a key that is
    /// not mapped: it stays where equal temperament has it. Any.
    pub fn cents(&self, key: u8) -> Option<f64> {
        self.cents.get(usize::from(key)).copied().flatten()
    }

    /// The tuning as a bulk dump of the MIDI Tuning Standard, from its F0 to its F7, for a bank and a program (0..=127 each).
    /// Its steps are 0.0061 cents wide; keys below key 0 or above key 127 of equal temperament sound there. Control.
    pub fn dump(&self, bank: u8, program: u8) -> Vec<u8> {
        let mut bytes = vec![0xF0, 0x7E, 0x7F, 0x08, 0x04, bank & 0x7F, program & 0x7F];
        let name = self.name.chars().map(|letter| if matches!(letter, ' '..='~') { letter as u8 } else { b'?' });
        bytes.extend(name.chain(std::iter::repeat(b' ')).take(16));
        for (key, cents) in self.cents.iter().enumerate() {
            let cents = cents.unwrap_or(key as f64 * 100.0);
            let place = (cents * (PARTS / 100.0)).round().clamp(0.0, HIGHEST) as u32;
            bytes.extend([place >> 14, place >> 7 & 0x7F, place & 0x7F].map(|byte| byte as u8));
        }
        let sum = bytes.iter().skip(1).fold(0, |sum, byte| sum ^ byte);
        bytes.extend([sum & 0x7F, 0xF7]);
        bytes
    }

    /// What tells a rig to play by this tuning: on every channel that selects no other tuning program, from the next note on.
    /// Control.
    pub fn commands(&self) -> impl Iterator<Item = Command> {
        SysExPart::cut(self.dump(0, 0)).map(Command::SysEx)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TuningError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(Tuning::MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| TuningError::Read { path: path.into(), error })?;
    if bytes.len() as u64 > Tuning::MAX_BYTES {
        return Err(TuningError::TooLong { path: path.into() });
    }
    Ok(bytes)
}
