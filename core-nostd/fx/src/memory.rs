//! Memory for the delay lines, lent by the caller and budgeted at compile time.

use crate::effects::{Chorus, Delay, Pitch, Reverb};
use ripieno_types::SampleRate;

/// Samples that a whole chain needs for its full delay time at `rate_hz`. Usable for a static array. Any.
pub const fn arena_frames(rate_hz: u32) -> usize {
    fixed(rate_hz) + Delay::<&mut [f32]>::memory(rate_hz)
}

const fn fixed(rate_hz: u32) -> usize {
    Pitch::<&mut [f32]>::memory(rate_hz) + Chorus::<&mut [f32]>::memory(rate_hz) + Reverb::<&mut [f32]>::memory(rate_hz)
}

/// One piece of memory for each effect that has delay lines, in samples. What is in it does not matter.
#[derive(Clone, Debug)]
pub struct ChainMemory<M> {
    /// For [`Pitch`].
    pub pitch: M,
    /// For [`Chorus`].
    pub chorus: M,
    /// For [`Delay`]; sets the longest delay.
    pub delay: M,
    /// For [`Reverb`].
    pub reverb: M,
}

impl<M> ChainMemory<M> {
    /// Full-size memory from an allocator of the caller's, such as `|len| vec![0.0; len].into_boxed_slice()`. Control.
    pub fn with(rate: SampleRate, mut allocate: impl FnMut(usize) -> M) -> Self {
        let hz = rate.hz();
        Self {
            pitch: allocate(Pitch::<M>::memory(hz)),
            chorus: allocate(Chorus::<M>::memory(hz)),
            delay: allocate(Delay::<M>::memory(hz)),
            reverb: allocate(Reverb::<M>::memory(hz)),
        }
    }
}

impl<'a> ChainMemory<&'a mut [f32]> {
    /// Divides one arena. Smaller than [`arena_frames`], it shortens the longest delay and nothing else, down to no delay
    /// at all; only below that do reverb, chorus and pitch shrink too, and pass the signal by when nothing is left. Control.
    pub fn from_arena(arena: &'a mut [f32], rate: SampleRate) -> Self {
        let hz = rate.hz();
        let mut rest = arena;
        let mut take = |frames: usize| {
            let all = core::mem::take(&mut rest);
            let fits = frames.min(all.len());
            let (front, back) = all.split_at_mut(fits);
            rest = back;
            front
        };
        let pitch = take(Pitch::<&mut [f32]>::memory(hz));
        let chorus = take(Chorus::<&mut [f32]>::memory(hz));
        let reverb = take(Reverb::<&mut [f32]>::memory(hz));
        let delay = rest;
        Self { pitch, chorus, delay, reverb }
    }
}
