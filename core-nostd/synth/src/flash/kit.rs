//! Banks for flash of another kind: a kit of parts, as an SFZ instrument or a pack of pads has it, and its pool of samples.
//!
//! The header is that of every image, with a version of its own; behind it lie the kit's own image and the samples.

use super::layout::{self, CRC_AT, HEADER, KIT_VERSION, NAME, put};
use super::{FlashError, Span, Table, check, image};
use crate::sampler::{Frames, Kit, Sampler, Wave, WaveKind, Waves};
use crate::soundfont::Text;
use crate::{Bank, Coding, PresetIndex, Region, SamplePool};
use core::fmt;

/// A checked image with a kit, and where its parts are. `D` is whatever owns or borrows the bytes.
///
/// ```
/// use ripieno_synth::flash::{FlashKit, KitImage};
/// use ripieno_synth::sampler::KitDraft;
/// use ripieno_synth::{Bank, Coding};
/// let mut kit = [0; 128];
/// let length = KitDraft::default().write(&mut kit)?;
/// let image = KitImage { name: [0; 20], kit: &kit[..length], frames: 0, coding: Coding::Pcm16, pool: &[] };
/// let mut bytes = [0; 256];
/// image.write(&mut bytes)?;
/// assert!(FlashKit::new(&bytes)?.kit().is_some());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct FlashKit<D> {
    data: D,
    kit: Span,
    pool: Span,
    coding: Coding,
}

impl<D: AsRef<[u8]>> FlashKit<D> {
    /// Checks the image once: its bytes by their checksum, and that every recording lies in the pool; `data` may be longer
    /// than it. Control: it reads every byte.
    ///
    /// # Errors
    /// Anything but a whole and sound image of this kind: see [`FlashError`].
    pub fn new(data: D) -> Result<Self, FlashError> {
        let bytes = data.as_ref();
        let (header, coding) = check::header(bytes, KIT_VERSION)?;
        let (kit_bytes, frames) = (layout::long(header, 20), layout::long(header, 40));
        let whole = check::whole(bytes, header, total(kit_bytes, frames, coding))?;
        let kit = Span { start: HEADER, end: HEADER + kit_bytes as usize };
        let pool = Span { start: kit.end.next_multiple_of(4), end: whole.len() };
        let tables = Kit::new(kit.of(whole)).map_err(FlashError::Kit)?;
        for (index, wave) in (0..).zip(tables.waves.iter()) {
            if !lies_within(&wave, frames) {
                return Err(FlashError::Record { table: Table::Waves, index });
            }
        }
        Ok(Self { data, kit, pool, coding })
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
}

impl<D: AsRef<[u8]>> Bank for FlashKit<D> {
    type Player<const VOICES: usize> = Sampler<VOICES>;

    fn find(&self, _: u16, _: u8) -> Option<PresetIndex> {
        Some(PresetIndex(0))
    }

    fn regions(&self, _: PresetIndex, _: u8, _: u8, _: impl FnMut(&Region)) {}

    fn pool(&self) -> SamplePool<'_> {
        SamplePool { high: self.pool.of(self.data.as_ref()), low: &[], coding: self.coding }
    }

    #[inline]
    fn kit(&self) -> Option<Kit<'_>> {
        Kit::new(self.kit.of(self.data.as_ref())).ok()
    }

    #[inline]
    fn waves(&self) -> impl Waves {
        PoolWaves { pool: self.pool(), kit: self.kit().unwrap_or_default() }
    }
}

impl<D> fmt::Debug for FlashKit<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlashKit").field("kit", &self.kit).field("coding", &self.coding).finish_non_exhaustive()
    }
}

/// Recordings that lie whole in a pool, at the places that the kit's waves name.
#[derive(Clone, Copy, Debug)]
struct PoolWaves<'a> {
    pool: SamplePool<'a>,
    kit: Kit<'a>,
}

impl Waves for PoolWaves<'_> {
    fn head(&self, wave: u32) -> Frames<'_> {
        self.kit.waves.at(wave).map_or(Frames::NONE, |wave| Frames::Pool(self.pool, [wave.left, wave.right]))
    }

    fn start(&self, _: u16, _: u32, _: u32) {}

    fn read(&self, _: u16, _: u32, _: [&mut [f32]; 2]) -> bool {
        false
    }

    fn stop(&self, _: u16) {}
}

/// A kit and its samples, to be written as an image.
#[derive(Clone, Copy, Debug)]
pub struct KitImage<'a> {
    /// The bank's name: UTF-8, filled up with zeros.
    pub name: [u8; NAME],
    /// As [`KitDraft::write`](crate::sampler::KitDraft::write) has written it; its waves name places in the pool.
    pub kit: &'a [u8],
    /// Frames in the pool.
    pub frames: u32,
    /// How the pool stores them.
    pub coding: Coding,
    /// Exactly [`Coding::bytes`] of `frames`.
    pub pool: &'a [u8],
}

impl KitImage<'_> {
    /// Bytes of the image. Any.
    pub fn bytes(&self) -> u64 {
        total(u32::try_from(self.kit.len()).unwrap_or(u32::MAX), self.frames, self.coding)
    }

    /// Writes the image to the start of `out` and opens it, so that what was written can be played. Returns its length, a
    /// multiple of 4. Control.
    ///
    /// # Errors
    /// [`FlashError::Cut`] when `out` is too short, [`FlashError::Lengths`] when the pool has not as many frames as it
    /// says, and whatever [`FlashKit::new`] has against it.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, FlashError> {
        let total = self.bytes();
        let fits = u32::try_from(total).ok().and_then(|total| out.get_mut(..total as usize));
        let Some(out) = fits else { return Err(FlashError::Cut { bytes: out.len() as u64, needed: total }) };
        if self.pool.len() as u64 != self.coding.bytes(self.frames) {
            return Err(FlashError::Lengths { stated: self.coding.bytes(self.frames), found: self.pool.len() as u64 });
        }
        out.fill(0);
        put(out, 0, layout::MAGIC);
        put(out, 8, KIT_VERSION.to_le_bytes());
        put(out, 10, [u8::from(self.coding == Coding::Block8), 0]);
        put(out, 16, (total as u32).to_le_bytes());
        put(out, 20, (self.kit.len() as u32).to_le_bytes());
        put(out, 40, self.frames.to_le_bytes());
        put(out, 44, self.name);
        let behind = HEADER + self.kit.len();
        out[HEADER..behind].copy_from_slice(self.kit);
        let pool = behind.next_multiple_of(4);
        out[pool..pool + self.pool.len()].copy_from_slice(self.pool);
        let crc = image::checksum(out);
        put(out, CRC_AT, crc.to_le_bytes());
        FlashKit::new(&*out)?;
        Ok(total as usize)
    }
}

/// Header, kit and samples, each filled up to whole words.
fn total(kit_bytes: u32, frames: u32, coding: Coding) -> u64 {
    HEADER as u64 + u64::from(kit_bytes).next_multiple_of(4) + coding.bytes(frames).next_multiple_of(4)
}

/// True if a recording lies in a pool of so many frames, as far as it needs one.
fn lies_within(wave: &Wave, frames: u32) -> bool {
    let fits = |start: u32| start.checked_add(wave.frames).is_some_and(|end| end <= frames);
    WaveKind::from_number(wave.kind) != WaveKind::Recording
        || wave.rate_hz > 0 && fits(wave.left) && (wave.channels < 2 || fits(wave.right))
}
