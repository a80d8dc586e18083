//! What is written down about the frames that a reader has read.

use super::histogram::Histogram;
use super::layout::seat;
use super::ring::Ring;
use super::wait::Took;
use crate::Stamp;
use crate::origin::{Origin, monotonic_nanos};
use std::sync::atomic::Ordering;

/// Of the frames that a reader need not wait for, the latency of one in so many is taken, at random: the clock costs as much as
/// copying a small frame. It counts for all since the one before.
const SAMPLING: u32 = 64;

/// What is written down about the frames read.
#[derive(Debug)]
pub struct Book {
    pub seat: usize,
    /// Bytes of a frame.
    pub bytes: usize,
    pub origin: Origin,
    pub missed: u64,
    reads: u64,
    waited_nanos: u64,
    /// When the wait for the next frame ended, if there was one and it was timed.
    pub came: Option<u64>,
    /// The sequence of the next frame that was never looked at.
    fresh: u64,
    /// Frames until the next sample, of so many in all; and the state of the generator that says how many.
    countdown: u32,
    step: u32,
    random: u32,
}

impl Book {
    pub fn new(ring: &Ring, seat: usize, origin: Origin) -> Self {
        let word = |index: usize| ring.seat(seat)[index].load(Ordering::Relaxed);
        Self {
            seat,
            bytes: ring.layout.spec.bytes(),
            origin,
            missed: word(seat::MISSED),
            reads: word(seat::READS),
            waited_nanos: word(seat::WAITING),
            came: None,
            fresh: 0,
            countdown: 1,
            step: 1,
            random: 0x9e37_79b9,
        }
    }

    /// So many frames of the ring and of the stash were missed.
    #[cold]
    pub fn lost(&mut self, ring: &Ring, frames: usize, stashed: usize) {
        self.missed = self.missed.wrapping_add(frames as u64).wrapping_add(stashed as u64);
        ring.seat(self.seat)[seat::MISSED].store(self.missed, Ordering::Relaxed);
    }

    /// So many frames were read.
    #[inline]
    pub fn passed(&mut self, ring: &Ring, frames: usize) {
        self.reads = self.reads.wrapping_add(frames as u64);
        ring.seat(self.seat)[seat::READS].store(self.reads, Ordering::Relaxed);
    }

    /// A wait has just ended.
    pub fn waited(&mut self, ring: &Ring, took: Took) {
        self.came = took.end;
        if took.nanos > 0 {
            self.waited_nanos = self.waited_nanos.wrapping_add(took.nanos);
            ring.seat(self.seat)[seat::WAITING].store(self.waited_nanos, Ordering::Relaxed);
        }
    }

    /// The frame of this stamp is there.
    #[inline]
    pub fn came(&mut self, ring: &Ring, stamp: Stamp) {
        self.origin.set(stamp.nanos);
        if stamp.sequence < self.fresh || stamp.nanos == 0 {
            return;
        }
        self.fresh = stamp.sequence.wrapping_add(1);
        self.countdown -= 1;
        if self.came.is_some() || self.countdown == 0 {
            self.sample(ring, stamp);
        }
    }

    #[cold]
    fn sample(&mut self, ring: &Ring, stamp: Stamp) {
        // Every frame whose wait was timed counts for itself; the others are counted by those that the countdown picks.
        let (now, weight) = match self.came.take() {
            Some(now) => {
                self.countdown += 1;
                (now, 1)
            }
            None => {
                let weight = self.step;
                // Marsaglia's xorshift. Uneven steps, so that no rhythm of the stream is always or never met.
                self.random ^= self.random << 13;
                self.random ^= self.random >> 17;
                self.random ^= self.random << 5;
                self.step = 1 + self.random % (2 * SAMPLING - 1);
                self.countdown = self.step;
                (monotonic_nanos(), weight)
            }
        };
        let latency = Histogram::over(&ring.seat(self.seat)[seat::LATENCY]);
        latency.record(now.saturating_sub(stamp.nanos), weight.into());
    }
}
