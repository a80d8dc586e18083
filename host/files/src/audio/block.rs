//! Decoded frames with their place, and what gives them.

use super::{AudioError, AudioSpec};
use crate::Tags;

/// What a format makes of a file.
pub(super) struct Opened {
    pub(super) source: Box<dyn Source>,
    pub(super) spec: AudioSpec,
    pub(super) tags: Tags,
    /// What was seen to be wrong on opening.
    pub(super) damage: Option<String>,
}

/// A stream of decoded blocks in the order of time.
pub(super) trait Source: Send {
    /// Decodes on into `block`, which has the recording's channels and no frames; false at the end. A block may come out empty, and blocks may overlap
    /// or leave holes: the reader sets them in place.
    ///
    /// # Errors
    /// What the system says. What cannot be decoded is a hole, not an error.
    fn next(&mut self, block: &mut Block) -> Result<bool, AudioError>;

    /// Goes to where decoding must begin for `frame` and all that follow to come out as they would have anyway.
    ///
    /// # Errors
    /// What the system says, or that the file is no longer what it was.
    fn seek(&mut self, frame: u64) -> Result<(), AudioError>;
}

/// Frames that were decoded together.
#[derive(Default)]
pub(super) struct Block {
    /// The place of its first frame in the recording; negative for what an encoder added before it.
    pub(super) at: i64,
    /// A vector a channel, all of one length.
    pub(super) planes: Vec<Vec<f32>>,
    /// What was wrong with the bytes it comes from.
    pub(super) damage: Option<String>,
}

impl Block {
    pub(super) fn clear(&mut self) {
        self.planes.iter_mut().for_each(Vec::clear);
        self.damage = None;
    }

    pub(super) fn frames(&self) -> usize {
        self.planes.first().map_or(0, Vec::len)
    }

    /// Adds silence to every one of so many channels.
    pub(super) fn extend_silence(&mut self, channels: usize, frames: usize) {
        self.planes.resize_with(channels, Vec::new);
        self.planes.iter_mut().for_each(|plane| plane.resize(plane.len() + frames, 0.0));
    }

    /// Cuts frames off the end, so that `frames` are left.
    pub(super) fn truncate(&mut self, frames: usize) {
        self.planes.iter_mut().for_each(|plane| plane.truncate(frames));
    }

    /// Where in the block a frame of the recording lies.
    pub(super) fn covers(&self, position: u64) -> Option<usize> {
        let offset = i128::from(position) - i128::from(self.at);
        usize::try_from(offset).ok().filter(|offset| *offset < self.frames())
    }

    /// Where the block begins, at `position` at the earliest; `None` when it is wholly behind or empty.
    pub(super) fn ahead_of(&self, position: u64) -> Option<u64> {
        let end = i128::from(self.at) + self.frames() as i128;
        (self.frames() > 0 && end > i128::from(position))
            .then(|| u64::try_from(self.at).map_or(position, |at| at.max(position)))
    }

    /// Copies up to `room` frames from `offset` on into every channel at `filled`; returns how many.
    pub(super) fn copy(&self, offset: usize, room: usize, out: &mut [&mut [f32]], filled: usize) -> usize {
        let frames = room.min(self.frames() - offset);
        for (out, plane) in out.iter_mut().zip(&self.planes) {
            out[filled..filled + frames].copy_from_slice(&plane[offset..offset + frames]);
        }
        frames
    }
}
