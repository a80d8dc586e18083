//! A kit: the parts of an SFZ instrument or of a pack of pads, as tables over one image of bytes.
//!
//! The image is the same on the desk, where a parser has just made it, and in a board's flash; so is what plays it.

use super::link::Link;
use super::parameter::Value;
use super::part::Part;
use super::record::{Record, Run, Table};
use super::shapes::{ControlRange, ControlStart, Crossfade, FlexEnvelope, FlexLfo, LfoPart, Point, Wave};
use core::fmt;

/// Points of a curve.
pub const CURVE_POINTS: usize = 128;

/// Declares the tables once: the kit that reads them and the draft that writes them.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $record:ty,)*) => {
        /// The tables of an image. A copy is a handful of slices.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Kit<'a> { $($(#[$doc])* pub $name: Table<'a, $record>,)* }

        /// What an image is written from.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct KitDraft<'a> { $($(#[$doc])* pub $name: &'a [$record],)* }

        /// How many tables there are.
        const TABLES: usize = [$(stringify!($name)),*].len();

        impl<'a> Kit<'a> {
            fn from_tables(bytes: [&'a [u8]; TABLES]) -> Self {
                let [$($name),*] = bytes;
                Self { $($name: Table::new($name),)* }
            }
        }

        impl KitDraft<'_> {
            fn bytes(&self) -> [usize; TABLES] {
                [$(self.$name.len() * <$record as Record>::BYTES),*]
            }

            fn each(&self, mut put: impl FnMut(usize, &dyn Fn(&mut [u8]))) {
                $(for record in self.$name {
                    put(<$record as Record>::BYTES, &|out| record.write(out));
                })*
            }
        }
    };
}

tables! {
    /// The parts, in file order.
    parts: Part,
    /// For each key 0..=127 a run of [`Kit::by_key`]: 128 of them.
    keys: Run,
    /// Parts (by number, in file order) that a key's note-on or note-off may start.
    by_key: u32,
    /// Parts that a controller may start.
    by_control: u32,
    /// What parts set.
    values: Value,
    /// What moves what.
    links: Link,
    /// Conditions and starters.
    ranges: ControlRange,
    /// Crossfades.
    fades: Crossfade,
    /// Flex envelopes.
    envelopes: FlexEnvelope,
    /// Their points.
    points: Point,
    /// Flex LFOs.
    lfos: FlexLfo,
    /// Their waves.
    lfo_parts: LfoPart,
    /// Their steps.
    steps: f32,
    /// Curves by number: SFZ's own 0..=6 first, then the file's; each maps 0..=127 to a factor.
    curves: [f32; CURVE_POINTS],
    /// Recordings and generators.
    waves: Wave,
    /// How controllers begin.
    controls: ControlStart,
    /// Keys that choose parts ([`Part::switch_last`] of any part), each once.
    switches: u8,
}

/// Why an image is no kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitError {
    /// It does not begin as one.
    NoKit,
    /// It is of another version.
    Version,
    /// It ends before its tables do.
    Short,
}

impl fmt::Display for KitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKit => "no kit of parts",
            Self::Version => "a kit of parts of another version",
            Self::Short => "a kit of parts that is cut off",
        })
    }
}

impl core::error::Error for KitError {}

const MAGIC: [u8; 4] = *b"RKit";
const VERSION: u32 = 2;
/// Magic, version, and each table's length in bytes.
const HEADER: usize = 8 + 4 * TABLES;

impl<'a> Kit<'a> {
    /// Counters of round robin.
    pub const MAX_SEQUENCES: u16 = 1024;
    /// Flex envelopes of a part that move, and flex LFOs; further ones stay where they begin.
    pub const MOST_FLEX: usize = 8;

    /// Finds the tables of an image; numbers in them that lead nowhere are harmless. `bytes` may be longer. Any.
    ///
    /// # Errors
    /// [`KitError`] for what is no image of this version, or a part of one.
    pub fn new(bytes: &'a [u8]) -> Result<Self, KitError> {
        let (magic, rest) = bytes.split_first_chunk().ok_or(KitError::NoKit)?;
        if *magic != MAGIC {
            return Err(KitError::NoKit);
        }
        if rest.len() < 4 || u32::read(rest) != VERSION {
            return Err(KitError::Version);
        }
        let lengths = bytes.get(8..HEADER).ok_or(KitError::Short)?;
        let mut rest = bytes.get(HEADER..).ok_or(KitError::Short)?;
        let mut tables = [&bytes[..0]; TABLES];
        for (table, length) in tables.iter_mut().zip(Table::<u32>::new(lengths).iter()) {
            (*table, rest) = rest.split_at_checked(length as usize).ok_or(KitError::Short)?;
        }
        Ok(Self::from_tables(tables))
    }

    /// The parts that a key may start, with their numbers, in file order. Real-time.
    pub fn parts_of_key(self, key: u8) -> impl Iterator<Item = (u32, Part)> + Clone + 'a {
        let run = self.keys.at(u32::from(key & 0x7F)).unwrap_or(Run::EMPTY);
        self.by_key.run(run).filter_map(move |number| Some((number, self.parts.at(number)?)))
    }

    /// The parts that controllers may start, with their numbers, in file order. Real-time.
    pub fn parts_of_controls(self) -> impl Iterator<Item = (u32, Part)> + Clone + 'a {
        self.by_control.iter().filter_map(move |number| Some((number, self.parts.at(number)?)))
    }
}

impl KitDraft<'_> {
    /// Bytes of the image. Any.
    pub fn len(&self) -> usize {
        HEADER + self.bytes().iter().sum::<usize>()
    }

    /// True without parts. Any.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Writes the image to the front of `out`; returns how many bytes it has. Control.
    ///
    /// # Errors
    /// [`KitError::Short`] if `out` is shorter than [`KitDraft::len`].
    pub fn write(&self, out: &mut [u8]) -> Result<usize, KitError> {
        let length = self.len();
        let (header, mut rest) = out.get_mut(..length).ok_or(KitError::Short)?.split_at_mut(HEADER);
        header[..4].copy_from_slice(&MAGIC);
        VERSION.write(&mut header[4..]);
        for (n, bytes) in self.bytes().into_iter().enumerate() {
            (bytes as u32).write(&mut header[8 + 4 * n..]);
        }
        self.each(|bytes, write| {
            let (now, behind) = core::mem::take(&mut rest).split_at_mut(bytes);
            write(now);
            rest = behind;
        });
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;
    use std::vec;

    #[test]
    fn an_image_gives_back_what_was_written() {
        let parts = [Part { wave: 3, keys: [60, 61], ..Part::WHOLE }, Part::WHOLE];
        let mut keys = [Run::EMPTY; 128];
        keys[60] = Run { start: 0, count: 2 };
        let values = [Value { parameter: 4, unused: 0, value: 0.5 }];
        let draft = KitDraft { parts: &parts, keys: &keys, by_key: &[0, 1], values: &values, ..KitDraft::default() };
        let mut bytes = vec![0; draft.len()];
        assert_eq!(draft.write(&mut bytes), Ok(bytes.len()));
        let kit = Kit::new(&bytes).unwrap();
        assert!(kit.parts.iter().eq(parts) && kit.values.iter().eq(values));
        assert!(kit.parts_of_key(60).map(|(number, part)| (number, part.wave)).eq([(0, 3), (1, 0)]));
        assert_eq!(kit.parts_of_key(61).count() + kit.parts_of_controls().count(), 0);
        for length in 0..bytes.len() {
            assert!(Kit::new(&bytes[..length]).is_err(), "{length}");
        }
        assert!(draft.write(&mut bytes[1..]).is_err());
    }
}
