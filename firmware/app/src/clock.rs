//! The audio half's time, shown to the low half: when the block that is being made began, and which frame follows it.

use core::sync::atomic::{AtomicU32, Ordering};
use ripieno_types::SampleRate;

/// Written by the audio half once a block, read by the low half. All calls are real-time.
///
/// An input that comes while a block is made is due as many frames after that block's end as the block's beginning lies
/// back: whatever the moment, it sounds one block later, so that blocks shift rhythms by nothing.
///
/// Invariant: one writer. `turn` is odd while it writes, and even and greater afterwards.
#[derive(Debug)]
pub struct Clock {
    turn: AtomicU32,
    /// Frame that follows the block, lower and upper half.
    next: [AtomicU32; 2],
    /// When the block began, in microseconds of the board's timer, lower and upper half.
    began: [AtomicU32; 2],
    frames: AtomicU32,
}

impl Clock {
    /// Frame 0, before the first block.
    pub const fn new() -> Self {
        const fn zeros<const N: usize>() -> [AtomicU32; N] {
            [const { AtomicU32::new(0) }; N]
        }
        Self { turn: AtomicU32::new(0), next: zeros(), began: zeros(), frames: AtomicU32::new(0) }
    }

    /// A block of so many frames began to be made at `now` (microseconds), and `next` is the frame that follows it. Only
    /// the audio half calls this.
    pub fn tell(&self, now: u64, next: u64, frames: u32) {
        let turn = self.turn.load(Ordering::Relaxed);
        // Both as release or stronger, so that a reader that sees a new half sees the odd turn too.
        self.turn.store(turn.wrapping_add(1), Ordering::SeqCst);
        for (cells, value) in [(&self.next, next), (&self.began, now)] {
            let [lower, upper] = cells;
            lower.store(value as u32, Ordering::SeqCst);
            upper.store((value >> 32) as u32, Ordering::SeqCst);
        }
        self.frames.store(frames, Ordering::SeqCst);
        self.turn.store(turn.wrapping_add(2), Ordering::SeqCst);
    }

    /// The frame at which what happened at `now` (microseconds) is due.
    pub fn due(&self, now: u64, rate: SampleRate) -> u64 {
        loop {
            let before = self.turn.load(Ordering::SeqCst);
            let [next, began] = [&self.next, &self.began].map(|[lower, upper]| {
                u64::from(lower.load(Ordering::SeqCst)) | u64::from(upper.load(Ordering::SeqCst)) << 32
            });
            let frames = self.frames.load(Ordering::SeqCst);
            // The audio half interrupts this one and ends soon: the next try is the last.
            if before & 1 == 0 && self.turn.load(Ordering::SeqCst) == before {
                let passed = now.saturating_sub(began).min(1_000_000) * u64::from(rate.hz()) / 1_000_000;
                return next + passed.min(u64::from(frames.saturating_sub(1)));
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_sounds_one_block_later() {
        let (clock, rate) = (Clock::new(), SampleRate::STUDIO);
        assert_eq!(clock.due(12_345, rate), 0);
        let check = |now, expected| assert_eq!(clock.due(now, rate), expected, "{now}");
        // The block of frames 0..48 is made from 5 ms on.
        clock.tell(5_000, 48, 48);
        check(5_000, 48);
        check(5_500, 48 + 24);
        check(5_999, 48 + 47);
        // The next block is late: what waits for it stays within it.
        check(9_000, 48 + 47);
        check(4_000, 48);
        clock.tell(u64::from(u32::MAX) + 7, u64::from(u32::MAX) + 9, 48);
        check(u64::from(u32::MAX) + 7 + 500, u64::from(u32::MAX) + 9 + 24);
    }

    #[test]
    fn a_reader_beside_the_writer_sees_whole_tellings() {
        extern crate std;
        let clock = Clock::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 1..20_000_u64 {
                    let value = turn | turn << 32;
                    clock.tell(value, value, 1);
                }
            });
            let mut last = 0;
            while last < 19_999 {
                let due = clock.due(0, SampleRate::STUDIO);
                assert_eq!(due as u32, (due >> 32) as u32);
                assert!(due as u32 >= last);
                last = due as u32;
            }
        });
    }
}
