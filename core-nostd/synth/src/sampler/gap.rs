//! Frames that have not arrived in time are silence, without a click on either side of it.

use crate::lanes::CONTROL_FRAMES;

/// What of the sound before a gap is left after a frame.
const DECAY: f32 = 0.92;

/// Below this the rest is silence.
const SILENT: f32 = 1e-6;

/// Beyond this it was no sound.
const LOUDEST: f32 = 1e6;

/// How a voice goes into a gap and out of it.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// It was counted in this period.
    pub is_counted: bool,
    /// The frames before were late.
    is_open: bool,
    /// The last frame, left and right.
    last: [f32; 2],
    /// What is left of the frame before the gap.
    rest: [f32; 2],
    /// How far what arrives is there again, 0..=1.
    presence: f32,
}

impl Gap {
    /// Everything has arrived so far.
    pub const NONE: Self = Self { is_counted: false, is_open: false, last: [0.0; 2], rest: [0.0; 2], presence: 1.0 };

    /// Shapes the next frames of a voice, which have arrived or are silent. Returns true for the first late ones in the
    /// period.
    pub fn bridge(&mut self, has_arrived: bool, lines: [&mut [f32]; 2]) -> bool {
        if has_arrived && self.presence >= 1.0 && self.rest == [0.0; 2] {
            for (last, line) in self.last.iter_mut().zip(lines) {
                *last = line.last().copied().unwrap_or(*last);
            }
            return false;
        }
        if !has_arrived && !self.is_open {
            self.rest = self.last;
            self.presence = 0.0;
        }
        self.is_open = !has_arrived;
        let rise = if has_arrived { 1.0 / CONTROL_FRAMES as f32 } else { 0.0 };
        let mut presence = self.presence;
        for ((line, rest), last) in lines.into_iter().zip(&mut self.rest).zip(&mut self.last) {
            presence = self.presence;
            for frame in &mut *line {
                presence = (presence + rise).min(1.0);
                *rest *= DECAY;
                let heard = if has_arrived { *frame * presence } else { 0.0 };
                *frame = heard + *rest;
            }
            if !(SILENT..=LOUDEST).contains(&rest.abs()) {
                *rest = 0.0;
            }
            *last = line.last().copied().unwrap_or(*last);
        }
        self.presence = presence;
        !has_arrived && !core::mem::replace(&mut self.is_counted, true)
    }
}
