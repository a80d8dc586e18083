//! Where a kit's recordings come from: memory, flash, or a disk that others read ahead of the voice.

use crate::SamplePool;

/// What of a wave lies in memory.
#[derive(Clone, Copy, Debug)]
pub enum Frames<'a> {
    /// Numbers on the scale of −1..=1, left and right; right is empty for one channel. They begin at frame 0 and may
    /// end before the wave does.
    Float([&'a [f32]; 2]),
    /// 16-bit numbers, in the same way.
    Short([&'a [i16]; 2]),
    /// A pool, with the place of frame 0 of each channel ([`Wave::left`](super::Wave::left)). The wave lies in it whole.
    Pool(SamplePool<'a>, [u32; 2]),
}

impl Frames<'_> {
    /// None at all.
    pub const NONE: Self = Self::Float([&[], &[]]);
}

/// A store of waves. Every method is real-time: it neither blocks nor allocates nor makes a system call.
pub trait Waves {
    /// What of a wave is in memory: all of it, or its head. Of a period that an oscillator plays it should be the
    /// [`table`](super::oscillator_table), which is longer than the period.
    fn head(&self, wave: u32) -> Frames<'_>;

    /// A voice in place `reader` begins at frame `at`, jumps there (a loop's turn), or is about to need frames from there on,
    /// which lie beyond the head. What it read before is forgotten. A store has the frames where its kit's parts begin and
    /// loops turn at once. `reader` is below twice the synth's voices: voices first, then those that fade.
    fn start(&self, reader: u16, wave: u32, at: u32);

    /// Fills both channels with frames `at..`, as much as they hold; the right one may be empty. Beyond the wave is silence. False
    /// if they have not arrived (yet): then nothing is written. `at` never falls by more than [`HISTORY`](Self::HISTORY) below the furthest frame asked for
    /// since [`Waves::start`].
    fn read(&self, reader: u16, at: u32, out: [&mut [f32]; 2]) -> bool;

    /// The voice needs no more.
    fn stop(&self, reader: u16);

    /// Frames that stay readable behind the furthest one.
    const HISTORY: usize = 64;
}

/// A store in which every wave lies whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStream;

impl Waves for NoStream {
    fn head(&self, _wave: u32) -> Frames<'_> {
        Frames::NONE
    }

    fn start(&self, _reader: u16, _wave: u32, _at: u32) {}

    fn read(&self, _reader: u16, _at: u32, _out: [&mut [f32]; 2]) -> bool {
        false
    }

    fn stop(&self, _reader: u16) {}
}
