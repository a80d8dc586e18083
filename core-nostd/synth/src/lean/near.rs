//! The usual voice's way through its sample: linear, out of one short window.

use crate::SamplePool;
use crate::interpolate::{MAX_STEP, fraction, linear_word};
use crate::window::{Cursor, MARGIN, Raw, Window};

/// A mask of eight bits is cheaper than the long window's nine.
const FRAMES: usize = 256;

/// As many frames as [`Near`] can read.
pub type Stretch = [Raw; FRAMES + MARGIN];

/// A position in a short window, 32.32, and how far each frame moves it.
#[derive(Clone, Copy)]
pub struct Near {
    at: u64,
    step: u64,
    slope: i64,
}

impl Near {
    /// At a cursor, with the window that the next `frames` are read from; `None` where it takes another way.
    #[inline(always)]
    pub fn of<'a>(
        cursor: &mut Cursor,
        pool: SamplePool<'a>,
        window: &'a mut Window,
        frames: usize,
    ) -> Option<(Self, &'a Stretch)> {
        if !pool.low.is_empty() {
            return None;
        }
        cursor.wrap();
        // To the frame behind the last one, and that one's neighbour. The step is linear: the greater end bounds it.
        let last = cursor.step.wrapping_add_signed(cursor.step_slope * frames as i64);
        let fastest = cursor.step.max(last).min(MAX_STEP);
        let needed = ((fastest * frames as u64) >> 32) as usize + 3;
        if needed > FRAMES {
            return None;
        }
        let window = cursor.raw(pool, 0, needed, &mut window.raw).first_chunk()?;
        Some((Self { at: cursor.fraction(), step: cursor.step, slope: cursor.step_slope }, window))
    }

    /// True when the pitch stays.
    #[inline(always)]
    pub fn is_steady(&self) -> bool {
        self.slope == 0
    }

    /// The next frame, on the 16-bit scale; `STEADY` leaves the pitch where it is.
    #[inline(always)]
    pub fn next<const STEADY: bool>(&mut self, window: &Stretch) -> f32 {
        let x = fraction(self.at as u32);
        let i = (self.at >> 32) as usize % FRAMES;
        self.at = self.at.wrapping_add(self.step);
        if !STEADY {
            self.step = self.step.wrapping_add_signed(self.slope);
        }
        // One load: both neighbours lie in one word.
        let word = window.as_flattened()[2 * i..].first_chunk().map_or(0, |word| u32::from_le_bytes(*word));
        linear_word(word, x)
    }

    /// Moves the cursor to where the reading ended.
    #[inline(always)]
    pub fn settle(self, cursor: &mut Cursor) {
        cursor.settle(self.at, self.step);
    }
}
