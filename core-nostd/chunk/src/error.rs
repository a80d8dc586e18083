//! Why no plan can be made: each error names the setting and what would be legal.

use crate::Plan;
use crate::lengths::LONGEST_WINDOW;
use core::fmt;

/// A setting that makes no plan.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PlanError {
    /// The longest window asked for is none, too short or too long. Ask for one within the range.
    MaxLen {
        /// What was asked for, in seconds.
        secs: f64,
        /// It must be longer than this: context and reserve take so much of a window.
        above_secs: f64,
        /// The model takes no longer window, in seconds; infinite where nothing limits it.
        most_secs: f64,
    },
    /// The overlap is none or too long. Ask for one within the range.
    Overlap {
        /// What was asked for, in seconds.
        secs: f64,
        /// The longest, in seconds: [`Plan::MOST_OVERLAP`] of what a window keeps.
        most_secs: f64,
    },
    /// The model's own overlap is no fraction from 0 to [`Plan::MOST_OVERLAP`].
    ModelOverlap {
        /// What the model says.
        fraction: f64,
    },
    /// The model's window is fixed at no frames at all, or at more than memory can hold.
    Fixed {
        /// Frames, as the model has it.
        frames: usize,
    },
    /// The model's windows must be a multiple of nothing, or of more than memory can hold.
    Align {
        /// Frames, as the model has it.
        align: usize,
    },
    /// The model's longest or preferred window is 0, no multiple of its alignment, or too long.
    Flexible {
        /// `most` or `preferred`.
        field: &'static str,
        /// Its value in frames.
        frames: usize,
        /// What it must be a multiple of.
        align: usize,
        /// What it must not exceed.
        most: usize,
    },
    /// The context at both ends leaves nothing of a window.
    Context {
        /// Frames of context at either end.
        context: usize,
        /// Frames of the longest window.
        window: usize,
    },
    /// What is reserved for prompts leaves nothing of a window.
    Reserve {
        /// Frames asked to be left free.
        reserve: usize,
        /// The reserve must be less than this.
        below: usize,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MaxLen { secs, above_secs, most_secs } => {
                write!(f, "max_len_s is {secs}: it must be more than {above_secs} s")?;
                if most_secs.is_finite() {
                    write!(f, " and at most {most_secs} s, the model's longest window")?;
                }
                Ok(())
            }
            Self::Overlap { secs, most_secs } => {
                write!(f, "overlap_s is {secs}: it must be from 0 to {most_secs} s, ")?;
                write!(f, "{} % of what a window keeps", Plan::MOST_OVERLAP * 100.0)
            }
            Self::ModelOverlap { fraction } => {
                let most = Plan::MOST_OVERLAP;
                write!(f, "the model's overlap is {fraction}: it must be a fraction from 0 to {most} of a window")
            }
            Self::Fixed { frames } => {
                write!(f, "the model's window is {frames} frames: it must be from 1 to {LONGEST_WINDOW}")
            }
            Self::Align { align } => {
                write!(f, "the model's window.align is {align} frames: it must be from 1 to {LONGEST_WINDOW}")
            }
            Self::Flexible { field, frames, align, most } => {
                write!(
                    f,
                    "the model's window.{field} is {frames} frames: it must be a multiple of its alignment, {align}"
                )?;
                write!(f, ", from {align} to {most}")
            }
            Self::Context { context, window } => {
                write!(
                    f,
                    "the model's context of {context} frames at either end leaves nothing of a window of {window}: "
                )?;
                write!(f, "it must be less than half of it")
            }
            Self::Reserve { reserve, below } => {
                write!(f, "prompts reserve {reserve} frames of a window: it must be less than {below}")
            }
        }
    }
}

impl core::error::Error for PlanError {}
