//! Banks for flash: one checked image, played where it lies.
//!
//! A SoundFont leaves to its reader what can be known beforehand: which zones of which instruments a preset sounds, what
//! their levels add up to, where a recording's used part ends. A flash bank is the answer, written down: presets sorted by
//! address, each with its regions one behind the other; settings that many regions share stored once; one pool of
//! samples. The bytes are laid out in `FLASH.md`. [`Image`] writes them, [`FlashBank`] plays them from a borrowed slice.

mod check;
mod crc;
mod image;
mod kit;
mod layout;

pub use image::Image;
pub use kit::{FlashKit, KitImage};
pub use layout::{Counts, KIT_VERSION, NAME, PartBytes, PresetEntry, RegionEntry, VERSION};

use crate::soundfont::{MAX_LAYERS, Text};
use crate::{Bank, Coding, Generators, PresetIndex, Region, SamplePool, Wave};
use core::fmt;
use layout::{GENERATOR, HEADER, MAGIC, MODULATOR, PRESET, REGION, WAVE};

/// An image and where its tables are. `D` is whatever owns or borrows the bytes.
///
/// ```
/// use ripieno_synth::flash::{FlashBank, FlashError};
/// assert_eq!(FlashBank::new([0xFF; 4096]).unwrap_err(), FlashError::NotBank);
/// ```
#[derive(Clone)]
pub struct FlashBank<D> {
    data: D,
    spans: Spans,
    counts: Counts,
    coding: Coding,
}

/// Where a table lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    #[inline(always)]
    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or(&[])
    }

    #[inline(always)]
    fn records<const N: usize>(self, bytes: &[u8]) -> &[[u8; N]] {
        self.of(bytes).as_chunks().0
    }
}

/// Where the tables lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans {
    presets: Span,
    regions: Span,
    waves: Span,
    generators: Span,
    modulators: Span,
    pool: Span,
}

impl Spans {
    /// One behind the other. Their sum fits `usize`.
    fn new(parts: &PartBytes, pool_bytes: u64) -> Self {
        let mut at = HEADER;
        let mut next = |bytes: u64| {
            let start = at;
            at += bytes as usize;
            Span { start, end: at }
        };
        Self {
            presets: next(parts.presets),
            regions: next(parts.regions),
            waves: next(parts.waves),
            generators: next(parts.generators),
            modulators: next(parts.modulators),
            pool: next(pool_bytes),
        }
    }
}

impl<D: AsRef<[u8]>> FlashBank<D> {
    /// Checks the image once, its samples by their checksum and its tables record by record; `data` may be longer than it.
    /// Control: it reads every byte.
    ///
    /// # Errors
    /// Anything but a whole and sound image of this version: see [`FlashError`].
    pub fn new(data: D) -> Result<Self, FlashError> {
        let bytes = data.as_ref();
        let (header, coding) = check::header(bytes, VERSION)?;
        let mut counts = [0; 24];
        counts.copy_from_slice(&header[20..44]);
        let counts = Counts::from_bytes(&counts);
        let parts = counts.bytes(coding);
        let image = check::whole(bytes, header, parts.total())?;
        let spans = Spans::new(&parts, coding.bytes(counts.frames));
        check::check(image, &spans, &counts)?;
        Ok(Self { data, spans, counts, coding })
    }

    /// The bytes it reads. Any.
    pub fn data(&self) -> &D {
        &self.data
    }

    /// The bytes it was made from. Any.
    pub fn into_inner(self) -> D {
        self.data
    }

    /// The bank's name. Any.
    pub fn name(&self) -> Text<'_> {
        Text::new(self.data.as_ref().get(HEADER - NAME..HEADER).unwrap_or(&[]))
    }

    /// How much of each it has. Any.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How much each part takes. Any.
    pub fn part_bytes(&self) -> PartBytes {
        self.counts.bytes(self.coding)
    }

    /// The presets, sorted by bank and program. Control.
    pub fn presets(&self) -> impl ExactSizeIterator<Item = FlashPreset<'_>> {
        self.presets_raw().iter().enumerate().map(|(n, record)| {
            let entry = layout::PresetEntry::from_bytes(record);
            let name = Text::new(record.last_chunk::<NAME>().map_or(&[][..], |name| name));
            let (bank, program, regions) = (entry.bank, entry.program, entry.regions);
            FlashPreset { index: PresetIndex(n as u16), name, bank, program, regions }
        })
    }

    fn presets_raw(&self) -> &[[u8; PRESET]] {
        self.spans.presets.records(self.data.as_ref())
    }
}

impl<D: AsRef<[u8]>> Bank for FlashBank<D> {
    type Player<const VOICES: usize> = crate::sampler::NoSampler;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        let wanted = (bank, u16::from(program));
        let address = |record: &[u8; PRESET]| (layout::word(record, 0), layout::word(record, 2));
        let found = self.presets_raw().binary_search_by_key(&wanted, address).ok()?;
        u16::try_from(found).ok().map(PresetIndex)
    }

    fn regions(&self, PresetIndex(preset): PresetIndex, key: u8, velocity: u8, mut each: impl FnMut(&Region)) {
        let bytes = self.data.as_ref();
        let Some(record) = self.presets_raw().get(usize::from(preset)) else { return };
        let preset = layout::PresetEntry::from_bytes(record);
        let records = some(self.spans.regions.records::<REGION>(bytes), preset.first, preset.regions.into());
        let mut meant = records
            .iter()
            .filter(|[low, high, soft, loud, ..]| (low..=high).contains(&&key) && (soft..=loud).contains(&&velocity));
        let Some(first) = meant.next() else { return };
        let mut region = Region::EMPTY;
        // The same list again, which is what most layers of a note have, need not be read again.
        let mut known = None;
        for record in core::iter::once(first).chain(meant).take(MAX_LAYERS) {
            let entry = layout::RegionEntry::from_bytes(record);
            let waves = self.spans.waves.records::<WAVE>(bytes);
            let Some(wave) = waves.get(usize::from(entry.wave)).and_then(layout::wave) else { continue };
            region.wave = Wave::Sample(wave);
            region.generators.clone_from(&Generators::DEFAULT);
            let generators = self.spans.generators.records::<GENERATOR>(bytes);
            for record in some(generators, entry.first_generator, entry.generators.into()) {
                let (number, amount) = layout::generator(record);
                region.generators.set_raw(number, amount);
            }
            let list = (entry.first_modulator, entry.modulators);
            if known != Some(list) {
                known = Some(list);
                region.modulators.clear();
                let modulators = self.spans.modulators.records::<MODULATOR>(bytes);
                let modulators = some(modulators, entry.first_modulator, entry.modulators.into());
                modulators.iter().filter_map(layout::modulator).for_each(|modulator| region.modulators.push(modulator));
            }
            each(&region);
        }
    }

    fn pool(&self) -> SamplePool<'_> {
        SamplePool { high: self.spans.pool.of(self.data.as_ref()), low: &[], coding: self.coding }
    }
}

/// True if bytes begin as an image does, whole or not. Any.
pub fn is_image(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// True if bytes begin as an image with a kit does: [`FlashKit`] plays it, and nothing else does. Any.
pub fn is_kit(bytes: &[u8]) -> bool {
    is_image(bytes) && bytes.get(8..10) == Some(&layout::KIT_VERSION.to_le_bytes())
}

/// `count` records from `first` on.
#[inline(always)]
fn some<T>(records: &[T], first: u32, count: u32) -> &[T] {
    let first = first as usize;
    records.get(first..first.saturating_add(count as usize)).unwrap_or(&[])
}

impl<D> fmt::Debug for FlashBank<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlashBank").field("counts", &self.counts).field("coding", &self.coding).finish_non_exhaustive()
    }
}

/// A preset of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashPreset<'a> {
    /// For [`Bank::regions`].
    pub index: PresetIndex,
    /// As the builder has it.
    pub name: Text<'a>,
    /// MIDI bank, 128 for percussion.
    pub bank: u16,
    /// MIDI program.
    pub program: u16,
    /// How many regions it has.
    pub regions: u16,
}

/// A table of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Presets.
    Presets,
    /// Regions.
    Regions,
    /// Waves.
    Waves,
    /// Generators.
    Generators,
    /// Modulators.
    Modulators,
}

/// Why bytes cannot be played as a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlashError {
    /// They do not begin as a bank does: nothing was flashed there, or something else.
    NotBank,
    /// A bank of another version of the format.
    Version {
        /// Which.
        found: u16,
    },
    /// Samples stored in a way that is not known.
    Coding {
        /// Its number.
        found: u8,
    },
    /// The bank's length is not that of its parts.
    Lengths {
        /// The length that it states.
        stated: u64,
        /// The sum of its parts.
        found: u64,
    },
    /// There are fewer bytes than the bank has.
    Cut {
        /// How many there are.
        bytes: u64,
        /// How many the bank has.
        needed: u64,
    },
    /// A byte has changed since the bank was built.
    Checksum {
        /// The checksum that it states.
        stated: u32,
        /// The one that its bytes have.
        found: u32,
    },
    /// A record that a voice could not trust, though the checksum is right.
    Record {
        /// Where it lies.
        table: Table,
        /// Which it is.
        index: u32,
    },
    /// The kit in it is none.
    Kit(crate::sampler::KitError),
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBank => write!(f, "not a bank: it does not begin with '{}'", MAGIC.escape_ascii()),
            Self::Version { found } => {
                write!(f, "a bank of format version {found}, which cannot be played here; build it anew")
            }
            Self::Coding { found } => {
                write!(f, "a bank whose samples are coded in way {found}, which is not known; build it anew")
            }
            Self::Lengths { stated, found } => {
                write!(f, "a damaged bank: it states {stated} bytes and its parts have {found}; build it anew")
            }
            Self::Cut { bytes, needed } => {
                write!(f, "a bank cut short: {bytes} of {needed} bytes are there; copy or flash it again, whole")
            }
            Self::Checksum { stated, found } => {
                write!(f, "a damaged bank: its checksum is {found:08x} instead of {stated:08x}; copy or flash it again")
            }
            Self::Record { table, index } => {
                write!(f, "a damaged bank: record {index} of its {table:?} cannot be played; build it anew")
            }
            Self::Kit(error) => write!(f, "a damaged bank: its parts are {error}; build it anew"),
        }
    }
}

impl core::error::Error for FlashError {}
