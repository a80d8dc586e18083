//! What lengths of windows a model takes.

use crate::PlanError;
use ripieno_types::WindowFrames;

/// Windows are no longer than this, whatever the model says: sums of a few lengths never overflow.
pub(crate) const LONGEST_WINDOW: usize = usize::MAX / 8;

/// What lengths a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    align: usize,
    /// The longest.
    pub most: usize,
    fixed: bool,
}

impl Lengths {
    /// Checks what a model says.
    pub fn new(window: WindowFrames) -> Result<Self, PlanError> {
        match window {
            WindowFrames::Fixed(frames) if (1..=LONGEST_WINDOW).contains(&frames) => {
                Ok(Self { align: 1, most: frames, fixed: true })
            }
            WindowFrames::Fixed(frames) => Err(PlanError::Fixed { frames }),
            WindowFrames::Flexible { align, most, preferred } => {
                if !(1..=LONGEST_WINDOW).contains(&align) {
                    return Err(PlanError::Align { align });
                }
                let limit = LONGEST_WINDOW / align * align;
                let refused = |field, frames, most| Err(PlanError::Flexible { field, frames, align, most });
                if most != usize::MAX && (most == 0 || most % align != 0) {
                    return refused("most", most, limit);
                }
                let most = most.min(limit);
                match preferred {
                    Some(frames) if frames == 0 || frames % align != 0 || frames > most => {
                        refused("preferred", frames, most)
                    }
                    _ => Ok(Self { align, most, fixed: false }),
                }
            }
        }
    }

    /// The shortest length of at least `frames`, which are no more than `most`.
    pub fn at_least(&self, frames: usize) -> usize {
        if self.fixed { self.most } else { frames.max(1).next_multiple_of(self.align) }
    }

    /// The same for what is no more than `most - reserve`, when `reserve` frames of it must stay free.
    pub fn window(&self, frames: usize, reserve: usize) -> usize {
        if self.fixed { self.most - reserve } else { self.at_least(frames) }
    }

    /// The longest that leaves `reserve` frames of `frames`, itself a length that the model takes.
    pub fn beside(&self, frames: usize, reserve: usize) -> usize {
        frames.saturating_sub(reserve) / self.align * self.align
    }

    /// What a reserve must be less than, so that more than `margin` of `frames` is left beside it.
    pub fn reserve_below(&self, frames: usize, margin: usize) -> usize {
        frames - (margin + 1).next_multiple_of(self.align) + 1
    }

    /// Whether the model, not memory, sets the longest.
    pub fn is_limited(&self) -> bool {
        self.fixed || self.most < LONGEST_WINDOW / self.align * self.align
    }
}
