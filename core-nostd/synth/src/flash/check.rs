//! What an image must hold before it is played: looked at once, table by table. Afterwards nothing in it can lead outside.

use super::layout::{self, CRC_AT, Counts, GENERATOR, HEADER, MODULATOR, PRESET, REGION, RegionEntry, WAVE};
use super::{FlashError, Spans, Table, image, is_image};
use crate::soundfont::{MIN_LOOP_FRAMES, RATES_HZ, is_source};
use crate::{Coding, Generator, LoopMode, Modulators, Sample};

/// The header of an image of this version, and how its samples are stored.
///
/// # Errors
/// Anything but such a header.
pub(super) fn header(bytes: &[u8], version: u16) -> Result<(&[u8; HEADER], Coding), FlashError> {
    let Some(header) = bytes.first_chunk::<HEADER>() else {
        // Erased flash and other files are no banks, however short.
        let cut = FlashError::Cut { bytes: bytes.len() as u64, needed: HEADER as u64 };
        return Err(if is_image(bytes) { cut } else { FlashError::NotBank });
    };
    if !is_image(header) {
        return Err(FlashError::NotBank);
    }
    let found = layout::word(header, 8);
    if found != version {
        return Err(FlashError::Version { found });
    }
    match [header[10], header[11]] {
        [0, 0] => Ok((header, Coding::Pcm16)),
        [1, 0] => Ok((header, Coding::Block8)),
        [found, _] => Err(FlashError::Coding { found }),
    }
}

/// The image of `total` bytes behind its header, if that says the same and its checksum holds.
///
/// # Errors
/// [`FlashError::Lengths`], [`FlashError::Cut`], [`FlashError::Checksum`].
pub(super) fn whole<'a>(bytes: &'a [u8], header: &[u8; HEADER], total: u64) -> Result<&'a [u8], FlashError> {
    let stated = u64::from(layout::long(header, 16));
    if stated != total {
        return Err(FlashError::Lengths { stated, found: total });
    }
    let whole = usize::try_from(total).ok().and_then(|total| bytes.get(..total));
    let whole = whole.ok_or(FlashError::Cut { bytes: bytes.len() as u64, needed: total })?;
    let (stated, found) = (layout::long(header, CRC_AT), image::checksum(whole));
    if stated == found { Ok(whole) } else { Err(FlashError::Checksum { stated, found }) }
}

/// Looks at every record.
///
/// # Errors
/// [`FlashError::Record`] for the first that is unsound.
pub(super) fn check(bytes: &[u8], spans: &Spans, counts: &Counts) -> Result<(), FlashError> {
    let mut before = None;
    if counts.presets > u16::MAX.into() {
        return Err(FlashError::Record { table: Table::Presets, index: u16::MAX.into() });
    }
    all(Table::Presets, spans.presets.records::<PRESET>(bytes), |record| {
        let preset = layout::PresetEntry::from_bytes(record);
        let address = Some((preset.bank, preset.program));
        let is_sorted = before < address;
        before = address;
        is_sorted && is_within(preset.first, preset.regions.into(), counts.regions) && layout::word(record, 10) == 0
    })?;
    all(Table::Regions, spans.regions.records::<REGION>(bytes), |record| {
        let region = RegionEntry::from_bytes(record);
        u32::from(region.wave) < counts.waves
            && usize::from(region.modulators) <= Modulators::CAPACITY
            && is_within(region.first_generator, region.generators.into(), counts.generators)
            && is_within(region.first_modulator, region.modulators.into(), counts.modulators)
    })?;
    all(Table::Waves, spans.waves.records::<WAVE>(bytes), |record| {
        layout::wave(record).is_some_and(|wave| is_sound(&wave, counts.frames))
    })?;
    all(Table::Generators, spans.generators.records::<GENERATOR>(bytes), |record| {
        let (number, amount) = layout::generator(record);
        Generator::from_number(number.into()).is_some_and(|generator| {
            let (min, max) = generator.range();
            !generator.is_fixed() || (min..=max).contains(&amount)
        })
    })?;
    all(Table::Modulators, spans.modulators.records::<MODULATOR>(bytes), |record| {
        layout::modulator(record).is_some_and(|m| is_source(m.source) && is_source(m.amount_source))
    })
}

fn all<const N: usize>(
    table: Table,
    records: &[[u8; N]],
    mut is_sound: impl FnMut(&[u8; N]) -> bool,
) -> Result<(), FlashError> {
    match records.iter().position(|record| !is_sound(record)) {
        Some(index) => Err(FlashError::Record { table, index: index as u32 }),
        None => Ok(()),
    }
}

fn is_within(first: u32, count: u32, all: u32) -> bool {
    first.checked_add(count).is_some_and(|end| end <= all)
}

/// What [`Sample`] promises.
fn is_sound(wave: &Sample, frames: u32) -> bool {
    let loops = wave.start <= wave.loop_start
        && wave.loop_start.checked_add(MIN_LOOP_FRAMES).is_some_and(|least| least <= wave.loop_end)
        && wave.loop_end <= wave.end;
    wave.start < wave.end
        // Voices count frames with a sign.
        && wave.end <= frames.min(i32::MAX as u32)
        && (wave.mode == LoopMode::None || loops)
        && RATES_HZ.contains(&wave.rate_hz)
        && wave.root_key < 128
}
