//! Writing an image: tables in, bytes out, into a buffer that the caller lends.

use super::crc::crc32;
use super::layout::{self, CRC_AT, Counts, MAGIC, NAME, PartBytes, PresetEntry, RegionEntry, VERSION, put};
use super::{FlashBank, FlashError};
use crate::{Coding, Generator, Modulator, Sample};

/// The tables of an image. What two regions have in common a builder stores once.
///
/// ```
/// use ripieno_synth::flash::{FlashBank, Image};
/// use ripieno_synth::Bank;
/// let image = Image::default();
/// let mut bytes = [0; 64];
/// image.write(&mut bytes)?;
/// assert_eq!(FlashBank::new(&bytes)?.find(0, 0), None);
/// # Ok::<(), ripieno_synth::flash::FlashError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Image<'a> {
    /// The bank's name: UTF-8, filled up with zeros.
    pub name: [u8; NAME],
    /// Sorted by bank, then program; no address twice.
    pub presets: &'a [PresetEntry],
    /// Each preset's in the order in which they sound.
    pub regions: &'a [RegionEntry],
    /// What regions play; places are frames of the pool.
    pub waves: &'a [Sample],
    /// Lists of generators, one behind the other.
    pub generators: &'a [(Generator, i16)],
    /// Lists of modulators, one behind the other.
    pub modulators: &'a [Modulator],
    /// Frames in the pool.
    pub frames: u32,
    /// How the pool stores them.
    pub coding: Coding,
    /// Exactly [`Coding::bytes`] of `frames`.
    pub pool: &'a [u8],
}

impl Image<'_> {
    /// What each part takes. Any.
    pub fn part_bytes(&self) -> PartBytes {
        self.counts().bytes(self.coding)
    }

    /// Writes the image to the start of `out` and opens it, so that what was written can be played. Returns its length, a
    /// multiple of 4. Control.
    ///
    /// # Errors
    /// [`FlashError::Cut`] when `out` is too short, [`FlashError::Lengths`] when the pool has not as many frames as it
    /// says, [`FlashError::Record`] for a record that could not be played.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, FlashError> {
        let (counts, parts) = (self.counts(), self.part_bytes());
        let total = parts.total();
        let fits = u32::try_from(total).ok().and_then(|total| out.get_mut(..total as usize));
        let Some(out) = fits else { return Err(FlashError::Cut { bytes: out.len() as u64, needed: total }) };
        if self.pool.len() as u64 != self.coding.bytes(self.frames) {
            return Err(FlashError::Lengths { stated: self.coding.bytes(self.frames), found: self.pool.len() as u64 });
        }
        out.fill(0);
        put(out, 0, MAGIC);
        put(out, 8, VERSION.to_le_bytes());
        put(out, 10, [u8::from(self.coding == Coding::Block8), 0]);
        put(out, 16, (total as u32).to_le_bytes());
        put(out, 20, counts.to_bytes());
        put(out, 44, self.name);
        let mut rest = out.get_mut(layout::HEADER..).unwrap_or(&mut []);
        rest = table(rest, self.presets, |preset| preset.to_bytes());
        rest = table(rest, self.regions, |region| region.to_bytes());
        rest = table(rest, self.waves, layout::wave_bytes);
        rest = table(rest, self.generators, |generator| layout::generator_bytes(*generator));
        rest = table(rest, self.modulators, layout::modulator_bytes);
        rest[..self.pool.len()].copy_from_slice(self.pool);
        let crc = checksum(out);
        put(out, CRC_AT, crc.to_le_bytes());
        FlashBank::new(&*out)?;
        Ok(total as usize)
    }

    /// How much of each there is. Any.
    pub fn counts(&self) -> Counts {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Counts {
            presets: count(self.presets.len()),
            regions: count(self.regions.len()),
            waves: count(self.waves.len()),
            generators: count(self.generators.len()),
            modulators: count(self.modulators.len()),
            frames: self.frames,
        }
    }
}

/// Of everything but the field that holds it.
pub(super) fn checksum(image: &[u8]) -> u32 {
    let (before, behind) = image.split_at(CRC_AT.min(image.len()));
    crc32(crc32(0, before), behind.get(4..).unwrap_or(&[]))
}

fn table<'o, T, const N: usize>(out: &'o mut [u8], rows: &[T], bytes: impl Fn(&T) -> [u8; N]) -> &'o mut [u8] {
    let (own, rest) = out.split_at_mut(rows.len() * N);
    for (place, row) in own.as_chunks_mut::<N>().0.iter_mut().zip(rows) {
        *place = bytes(row);
    }
    rest
}
