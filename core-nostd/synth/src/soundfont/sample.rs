//! Sample headers: what of a recording a region may play.

use super::issue::Fault;
use super::record::{SAMPLE, long, word};
use crate::generator::Amounts;
use crate::{Generator, LoopMode, Sample, Side};

/// A shorter loop is not played as one: it is above any pitch that a recording holds.
pub const MIN_LOOP_FRAMES: u32 = 2;

/// Legal recording rates; a header outside is read as `FALLBACK_HZ`, because its frames are most likely whole.
pub const RATES_HZ: core::ops::RangeInclusive<u32> = 100..=384_000;
const FALLBACK_HZ: u32 = 44_100;

/// The root key of a recording without pitch (255) or with an impossible one.
const FALLBACK_ROOT: u8 = 60;

const RIGHT: u16 = 2;
const LEFT: u16 = 4;
const COMPRESSED: u16 = 0x10;
const ROM: u16 = 0x8000;

/// A header that holds: `start < end`, both within the pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    record: &'a [u8; SAMPLE],
    pub(super) start: u32,
    pub(super) end: u32,
}

impl<'a> Header<'a> {
    /// The header at `index`, or why it cannot be played.
    pub(super) fn check(samples: &'a [[u8; SAMPLE]], index: u16, frames: u32) -> Result<Self, Fault> {
        let count = samples.len() as u32;
        let record = samples.get(usize::from(index)).ok_or(Fault::IndexPastEnd { index: index.into(), count })?;
        let (start, end, kind) = (long(record, 20), long(record, 24), word(record, 44));
        if kind & ROM != 0 {
            Err(Fault::RomSample)
        } else if kind & COMPRESSED != 0 {
            Err(Fault::CompressedSample)
        } else if start >= end {
            Err(Fault::EmptySample { start, end })
        } else if end > frames {
            Err(Fault::PastPool { end, frames })
        } else {
            Ok(Self { record, start, end })
        }
    }

    pub(super) fn loop_range(&self) -> (u32, u32) {
        (long(self.record, 28), long(self.record, 32))
    }

    pub(super) fn stated_rate_hz(&self) -> u32 {
        long(self.record, 36)
    }

    pub(super) fn rate_hz(&self) -> u32 {
        let stated = self.stated_rate_hz();
        if RATES_HZ.contains(&stated) { stated } else { FALLBACK_HZ }
    }

    pub(super) fn stated_root(&self) -> u8 {
        word(self.record, 40) as u8
    }

    pub(super) fn root_key(&self) -> u8 {
        if self.stated_root() < 128 { self.stated_root() } else { FALLBACK_ROOT }
    }

    pub(super) fn correction_cents(&self) -> i8 {
        (word(self.record, 40) >> 8) as i8
    }

    pub(super) fn stated_link(&self) -> u16 {
        word(self.record, 42)
    }

    /// Which side this is, and the other side's index. Both headers must name each other.
    pub(super) fn pair(&self, samples: &[[u8; SAMPLE]], index: u16) -> (Side, u16) {
        let (side, other) = match word(self.record, 44) {
            RIGHT => (Side::Right, LEFT),
            LEFT => (Side::Left, RIGHT),
            _ => return (Side::Mono, index),
        };
        let link = self.stated_link();
        let partner = samples.get(usize::from(link));
        let is_mutual = partner.is_some_and(|partner| word(partner, 44) == other && word(partner, 42) == index);
        if is_mutual && link != index { (side, link) } else { (Side::Mono, index) }
    }

    /// True if the header claims a partner.
    pub(super) fn claims_pair(&self) -> bool {
        matches!(word(self.record, 44), RIGHT | LEFT)
    }

    /// What a zone with these amounts plays. `trouble` hears what had to be adjusted; an error loses the region.
    pub(super) fn resolve(
        &self,
        samples: &[[u8; SAMPLE]],
        index: u16,
        amounts: &Amounts,
        mut trouble: impl FnMut(Fault),
    ) -> Result<Sample, Fault> {
        let (first, last) = (i64::from(self.start), i64::from(self.end));
        // Moved by offsets and kept within the recording, so that a region never plays its neighbour.
        let place = |header: u32, fine: Generator, coarse: Generator| {
            let offset = i64::from(amounts.amount(fine)) + 32_768 * i64::from(amounts.amount(coarse));
            let wanted = i64::from(header) + offset;
            let kept = wanted.max(first).min(last);
            (kept as u32, kept != wanted)
        };
        let (mut start, start_moved) = place(self.start, Generator::StartOffset, Generator::StartCoarseOffset);
        let (mut end, end_moved) = place(self.end, Generator::EndOffset, Generator::EndCoarseOffset);
        if start >= end {
            return Err(Fault::OffsetsLeaveNothing { start, end });
        }
        let mut mode = match amounts.amount(Generator::SampleModes) & 3 {
            1 => LoopMode::Continuous,
            3 => LoopMode::UntilRelease,
            _ => LoopMode::None,
        };
        let (mut loop_start, mut loop_end) = (start, end);
        let mut is_trimmed = start_moved || end_moved;
        if mode != LoopMode::None {
            let (first, past_last) = self.loop_range();
            let (first, first_moved) = place(first, Generator::LoopStartOffset, Generator::LoopStartCoarseOffset);
            let (past_last, last_moved) = place(past_last, Generator::LoopEndOffset, Generator::LoopEndCoarseOffset);
            if past_last < first.saturating_add(MIN_LOOP_FRAMES) {
                trouble(Fault::LoopDropped { start: first, end: past_last });
                mode = LoopMode::None;
            } else {
                if first_moved || last_moved {
                    trouble(Fault::LoopTrimmed { start: first, end: past_last });
                }
                (loop_start, loop_end) = (first, past_last);
                is_trimmed |= start > loop_start || end < loop_end;
                (start, end) = (start.min(loop_start), end.max(loop_end));
            }
        }
        if is_trimmed {
            trouble(Fault::OffsetsTrimmed { start, end });
        }
        let (side, link) = self.pair(samples, index);
        let root_key = match amounts.amount(Generator::OverridingRootKey) {
            key @ 0..=127 => key as u8,
            _ => self.root_key(),
        };
        Ok(Sample {
            index,
            start,
            end,
            loop_start,
            loop_end,
            mode,
            rate_hz: self.rate_hz(),
            root_key,
            correction_cents: self.correction_cents(),
            side,
            link,
        })
    }
}
