//! Why windows cannot be added up.

use crate::WindowError;
use core::fmt;

/// An [`OverlapAdd`](crate::OverlapAdd) that cannot be made, saved or restored.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OverlapAddError {
    /// A parameter of the window.
    Window(WindowError),
    /// There must be at least one channel.
    Channels,
    /// Lend more memory.
    Memory {
        /// Samples it takes.
        needed: usize,
        /// Samples that were lent.
        given: usize,
    },
    /// With so many segments added, no such frame could be next. Begin anew.
    Position {
        /// Segments added.
        segments: u64,
        /// Frames taken.
        taken: u64,
    },
    /// What was saved has another length: it belongs to another plan or place. Begin anew.
    Saved {
        /// Samples it must have.
        needed: usize,
        /// Samples it has.
        given: usize,
    },
    /// What was saved are no sums of windows. Begin anew.
    Damaged,
}

impl fmt::Display for OverlapAddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window(error) => error.fmt(f),
            Self::Channels => f.write_str("there is no channel to add up: at least 1 is needed"),
            Self::Memory { needed, given } => write!(f, "{given} samples of memory were lent: {needed} are needed"),
            Self::Position { segments, taken } => {
                write!(f, "after {segments} segments, {taken} frames cannot have been taken: begin anew")
            }
            Self::Saved { needed, given } => {
                write!(f, "{given} samples were saved where {needed} belong: begin anew")
            }
            Self::Damaged => f.write_str("what was saved are no sums of windows: begin anew"),
        }
    }
}

impl core::error::Error for OverlapAddError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Window(error) => Some(error),
            _ => None,
        }
    }
}

/// An output that was not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddError {
    /// The separator produced too few frames; nothing is shifted to hide it.
    Short {
        /// Kept frames that are missing at the end of every channel.
        missing: usize,
    },
    /// The segment is not the plan's next one.
    Order {
        /// The index that was given.
        given: u64,
        /// The index that is next.
        expected: u64,
    },
    /// Finished frames still stand where the segment belongs: take them first.
    NotTaken {
        /// How many.
        ready: usize,
    },
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { missing } => write!(f, "the separator produced {missing} frames too few for its window"),
            Self::Order { given, expected } => {
                write!(f, "segment {given} is not the next of its plan, which is {expected}")
            }
            Self::NotTaken { ready } => write!(f, "{ready} finished frames must be taken before the next segment"),
        }
    }
}

impl core::error::Error for AddError {}
