//! Zones: what a bag groups. The same shape serves presets and instruments; only the terminal generator differs.

use super::issue::Fault;
use super::record::{BAG, GENERATOR, MODULATOR, word};
use crate::generator::Amounts;
use crate::{Generator, Modulator, Modulators};
use core::ops::Range;

/// Generators read from one zone; the standard has no more than 59 different ones.
pub(super) const MAX_GENERATORS: usize = 128;
/// Modulators read from one zone.
pub(super) const MAX_MODULATORS: usize = Modulators::CAPACITY;

/// The bag, generator and modulator tables of presets or of instruments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<'a> {
    pub(super) bags: &'a [[u8; BAG]],
    pub(super) generators: &'a [[u8; GENERATOR]],
    pub(super) modulators: &'a [[u8; MODULATOR]],
    /// What ends a zone that is not global.
    pub(super) terminal: Generator,
}

impl<'a> Level<'a> {
    /// The bags of a header, within the table whatever the header said; none if they run backwards.
    pub(super) fn bag_range(&self, (first, end): (usize, Option<usize>)) -> Range<usize> {
        // Without a next header the last bag is the table's terminal.
        let end = end.unwrap_or(self.bags.len().saturating_sub(1)).min(self.bags.len());
        first..end
    }

    /// Where a bag's generators and modulators begin and end, unchecked.
    pub(super) fn limits(&self, bag: usize) -> [(usize, usize); 2] {
        let pair = |bag: usize| self.bags.get(bag).map(|bag| (usize::from(word(bag, 0)), usize::from(word(bag, 2))));
        let (generators, modulators) = pair(bag).unwrap_or((usize::MAX, usize::MAX));
        let (generators_end, modulators_end) = pair(bag + 1).unwrap_or((self.generators.len(), self.modulators.len()));
        [(generators, generators_end), (modulators, modulators_end)]
    }

    /// The zone of a bag; what lies outside the tables is left out.
    #[inline]
    pub(super) fn zone(&self, bag: usize) -> Zone<'a> {
        let [generators, modulators] = self.limits(bag);
        Zone {
            generators: within(self.generators, generators, MAX_GENERATORS),
            modulators: within(self.modulators, modulators, MAX_MODULATORS),
        }
    }

    /// False if a bag opens with a key range, as the standard wants it to, that leaves `key` out: one look instead of a
    /// whole zone.
    #[inline]
    pub(super) fn may_sound(&self, bag: usize, key: u8) -> bool {
        let first = self.bags.get(bag).and_then(|bag| self.generators.get(usize::from(word(bag, 0))));
        match first {
            Some(&[a, b, low, high]) if u16::from_le_bytes([a, b]) == KEY_RANGE => low <= key && key <= high,
            _ => true,
        }
    }

    /// The global zone if the first of `bags` is one, and the bags of the others.
    pub(super) fn split_global(&self, bags: Range<usize>) -> (Zone<'a>, Range<usize>) {
        if bags.is_empty() {
            return (Zone::EMPTY, bags);
        }
        let first = self.zone(bags.start);
        match first.terminal(self.terminal) {
            Some(_) => (Zone::EMPTY, bags),
            None => (first, bags.start + 1..bags.end),
        }
    }
}

#[inline]
fn within<T>(table: &[T], (start, end): (usize, usize), limit: usize) -> &[T] {
    let end = end.min(table.len()).min(start.saturating_add(limit));
    table.get(start..end).unwrap_or(&[])
}

/// The records of one zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Zone<'a> {
    pub(super) generators: &'a [[u8; GENERATOR]],
    pub(super) modulators: &'a [[u8; MODULATOR]],
}

/// Keys and velocities of a zone, where it limits them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    pub(super) keys: Option<[u8; 2]>,
    pub(super) velocities: Option<[u8; 2]>,
}

impl Ranges {
    /// This zone's limits, the global zone's where it has none.
    pub(super) fn or(self, global: Self) -> Self {
        Self { keys: self.keys.or(global.keys), velocities: self.velocities.or(global.velocities) }
    }

    #[inline]
    pub(super) fn contain(self, key: u8, velocity: u8) -> bool {
        contains(self.keys, key) && contains(self.velocities, velocity)
    }

    /// First and last key and velocity, 0..=127, that lie within both; `None` if there are none.
    pub(super) fn narrowed(self, other: Self) -> Option<[[u8; 2]; 2]> {
        let both = |[one, other]: [Option<[u8; 2]>; 2]| {
            let ([low, high], [other_low, other_high]) = (one.unwrap_or([0, 127]), other.unwrap_or([0, 127]));
            let (low, high) = (low.max(other_low), high.min(other_high).min(127));
            (low <= high).then_some([low, high])
        };
        Some([both([self.keys, other.keys])?, both([self.velocities, other.velocities])?])
    }
}

#[inline]
fn contains(range: Option<[u8; 2]>, value: u8) -> bool {
    range.is_none_or(|[low, high]| (low..=high).contains(&value))
}

const KEY_RANGE: u16 = Generator::KeyRange as u16;
const VELOCITY_RANGE: u16 = Generator::VelocityRange as u16;

impl<'a> Zone<'a> {
    pub(super) const EMPTY: Self = Self { generators: &[], modulators: &[] };

    /// Number and bytes of each generator up to the terminal, which the standard puts last.
    pub(super) fn amounts(self, terminal: Generator) -> impl Iterator<Item = (u16, [u8; 2])> {
        self.generators
            .iter()
            .map(|&[a, b, low, high]| (u16::from_le_bytes([a, b]), [low, high]))
            .take_while(move |(number, _)| *number != terminal as u16)
    }

    /// The index that the terminal generator holds; `None` in a global zone.
    #[inline]
    pub(super) fn terminal(self, terminal: Generator) -> Option<u16> {
        self.generators
            .iter()
            .find(|&&[a, b, ..]| u16::from_le_bytes([a, b]) == terminal as u16)
            .map(|&[_, _, low, high]| u16::from_le_bytes([low, high]))
    }

    /// The ranges. An opening key range decides; elsewhere the last one of a kind does.
    pub(super) fn ranges(self, terminal: Generator) -> Ranges {
        self.scan(terminal).0
    }

    /// The ranges and the terminal's index, in one pass.
    #[inline]
    pub(super) fn scan(self, terminal: Generator) -> (Ranges, Option<u16>) {
        let mut ranges = Ranges::default();
        let mut opens = false;
        for (n, &[a, b, low, high]) in self.generators.iter().enumerate() {
            match u16::from_le_bytes([a, b]) {
                number if number == terminal as u16 => return (ranges, Some(u16::from_le_bytes([low, high]))),
                KEY_RANGE if !opens => (ranges.keys, opens) = (Some([low, high]), n == 0),
                VELOCITY_RANGE => ranges.velocities = Some([low, high]),
                _ => {}
            }
        }
        (ranges, None)
    }

    /// Writes the zone's amounts over `amounts`; later ones win, what the level may not set is left out.
    pub(super) fn apply(self, terminal: Generator, amounts: &mut Amounts) {
        for (number, bytes) in self.amounts(terminal) {
            if is_settable(number, terminal) {
                amounts.set(number, i16::from_le_bytes(bytes));
            }
        }
    }

    /// The modulators that make sense, in file order.
    pub(super) fn modulators(self) -> impl Iterator<Item = Modulator> + Clone {
        self.modulators.iter().filter_map(|record| modulator(record).ok())
    }
}

/// True if a zone of the level with this terminal may set the generator. Ranges and terminals are not amounts, and
/// what describes a sample rather than a sound belongs to instruments alone (SF 2.04 section 8.5).
pub(super) const fn is_settable(number: u16, terminal: Generator) -> bool {
    const fn mask(generators: &[Generator]) -> u64 {
        let (mut mask, mut n) = (0, 0);
        while n < generators.len() {
            mask |= 1 << generators[n] as u16;
            n += 1;
        }
        mask
    }
    use Generator as G;
    const STRUCTURE: u64 = mask(&[G::Instrument, G::SampleId, G::KeyRange, G::VelocityRange]);
    const INSTRUMENT: u64 = mask(Generator::ALL) & !STRUCTURE;
    const PRESET: u64 = INSTRUMENT & !SAMPLE_ONLY;
    const SAMPLE_ONLY: u64 = mask(&[
        G::StartOffset,
        G::EndOffset,
        G::LoopStartOffset,
        G::LoopEndOffset,
        G::StartCoarseOffset,
        G::EndCoarseOffset,
        G::LoopStartCoarseOffset,
        G::LoopEndCoarseOffset,
        G::Keynum,
        G::Velocity,
        G::SampleModes,
        G::ExclusiveClass,
        G::OverridingRootKey,
    ]);
    let settable = if matches!(terminal, G::Instrument) { PRESET } else { INSTRUMENT };
    number < 64 && settable >> number & 1 == 1
}

/// Reads a modulator record, or says why it is ignored.
#[inline]
pub(super) fn modulator(record: &[u8; MODULATOR]) -> Result<Modulator, Fault> {
    const LINKED: u16 = 0x8000;
    let (source, destination, amount_source) = (word(record, 0), word(record, 2), word(record, 6));
    let is_linked = |source: u16| source & 0xFF == 127;
    if destination & LINKED != 0 || is_linked(source) || is_linked(amount_source) {
        return Err(Fault::LinkedModulator);
    }
    if let Some(&source) = [source, amount_source].iter().find(|&&source| !is_source(source)) {
        return Err(Fault::UnknownSource { source });
    }
    let destination = match Generator::from_number(destination) {
        Some(generator) if is_settable(destination, Generator::Instrument) => generator,
        _ => return Err(Fault::UnknownDestination { generator: destination }),
    };
    let absolute = match word(record, 8) {
        0 => false,
        2 => true,
        transform => return Err(Fault::UnknownTransform { transform }),
    };
    Ok(Modulator { source, destination, amount: word(record, 4) as i16, amount_source, absolute })
}

/// True for the sources of SF 2.04 section 8.2.1: its general controllers, the MIDI controllers that carry a value of
/// their own (not the second halves, 33 to 63), and four curve types.
#[inline]
pub(crate) fn is_source(source: u16) -> bool {
    /// One bit an index, sixty-four a word: two words of general controllers, two of MIDI controllers.
    const DEFINED: [u64; 4] = {
        let mut words = [0; 4];
        let mut n = 0;
        while n < 256 {
            let is_defined = match n {
                0 | 2 | 3 | 10 | 13 | 14 | 16 => true,
                0x80 | 0x86 | 0xA0..=0xBF | 0xE2..=0xE5 | 0xF8.. => false,
                _ => n >= 0x80,
            };
            words[n >> 6] |= (is_defined as u64) << (n & 63);
            n += 1;
        }
        words
    };
    let has_curve = source >> 10 <= 3;
    has_curve && DEFINED[usize::from(source >> 6 & 3)] >> (source & 63) & 1 == 1
}
