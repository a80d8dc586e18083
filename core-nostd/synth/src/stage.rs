//! What a stretch of a control period is summed from: the sounds in their order, and what they read.

use crate::lanes;
use crate::voice::{Sound, Voice};
use crate::{Interpolation, SamplePool};

/// Everything that sounds.
#[derive(Debug)]
pub struct Players<'a> {
    pub voices: &'a mut [Option<Voice>],
    /// Slots of the voices in the order they began.
    pub order: &'a [u16],
    /// Stolen voices, fading; they come last. Empty when none fades.
    pub ghosts: &'a mut [Option<Sound>],
}

impl Players<'_> {
    /// How many places there are; some are empty.
    pub fn places(&self) -> usize {
        self.order.len() + self.ghosts.len()
    }

    /// Who has a place.
    #[inline(always)]
    pub fn member(&self, place: usize) -> u16 {
        match self.order.get(place) {
            Some(slot) => slot << 1,
            None => ((place - self.order.len()) as u16) << 1 | 1,
        }
    }

    /// A member's sound.
    #[inline(always)]
    pub fn sound(&mut self, member: u16) -> Option<&mut Sound> {
        let slot = usize::from(member >> 1);
        if member & 1 == 1 {
            self.ghosts.get_mut(slot)?.as_mut()
        } else {
            Some(&mut self.voices.get_mut(slot)?.as_mut()?.sound)
        }
    }
}

/// Frames `from..from + count` of a control period, and how they are made.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// Samples of the present bank, and of the one before.
    pub pools: [SamplePool<'a>; 2],
    pub interpolation: Interpolation,
    /// How long a fade takes.
    pub fade_frames: f32,
    pub from: usize,
    pub count: usize,
    /// Chorus and reverb are wanted too.
    pub with_sends: bool,
}

impl Span<'_> {
    /// Where a sound's sample lies.
    #[inline(always)]
    pub fn pool(&self, sound: &Sound) -> SamplePool<'_> {
        self.pools[usize::from(sound.is_of_old_bank)]
    }

    /// True when the period ends with it.
    pub fn ends_period(&self) -> bool {
        self.from + self.count == lanes::CONTROL_FRAMES
    }

    /// Attack and fade.
    #[inline(always)]
    pub fn shape(&self, sound: &Sound, line: &mut [f32]) {
        if let Some(onset) = sound.onset {
            lanes::attack(onset, self.from, line);
        }
        if let Some(left) = sound.fade {
            lanes::fade(left, self.fade_frames, self.from, line);
        }
    }
}
