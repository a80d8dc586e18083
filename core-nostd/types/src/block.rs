//! Planar stereo audio, `[channel][frame]`: two mutable slices of one length.

/// A stereo block of frames, lent for one call. Samples are linear, full scale is ±1.0.
#[derive(Debug)]
pub struct Block<'a> {
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl<'a> Block<'a> {
    /// Borrows two channels as one block.
    ///
    /// # Panics
    /// When the channels differ in length: that is a bug of the caller, caught at the door.
    #[inline]
    pub fn new(left: &'a mut [f32], right: &'a mut [f32]) -> Self {
        assert_eq!(left.len(), right.len(), "channels of one block must have one length");
        Self { left, right }
    }

    /// Frames in the block. Real-time.
    #[inline]
    pub fn frames(&self) -> usize {
        self.left.len()
    }

    /// True when the block holds no frame.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The left channel.
    #[inline]
    pub fn left(&mut self) -> &mut [f32] {
        self.left
    }

    /// The right channel.
    #[inline]
    pub fn right(&mut self) -> &mut [f32] {
        self.right
    }

    /// Both channels at once, `[left, right]`.
    #[inline]
    pub fn channels(&mut self) -> [&mut [f32]; 2] {
        [self.left, self.right]
    }

    /// The same frames for a shorter time, so that a block can be handed on and used again.
    #[inline]
    pub fn reborrow(&mut self) -> Block<'_> {
        Block { left: self.left, right: self.right }
    }

    /// Takes the first `frames` frames off the front; `self` keeps the rest. At most [`frames`](Self::frames) are taken.
    #[inline]
    pub fn split_front(&mut self, frames: usize) -> Block<'a> {
        let at = frames.min(self.frames());
        // There are as many; said so that an audio interrupt has no panic to reach.
        let (left, left_rest) = core::mem::take(&mut self.left).split_at_mut_checked(at).unwrap_or_default();
        let (right, right_rest) = core::mem::take(&mut self.right).split_at_mut_checked(at).unwrap_or_default();
        (self.left, self.right) = (left_rest, right_rest);
        Block { left, right }
    }

    /// Writes silence.
    #[inline]
    pub fn clear(&mut self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_front_takes_what_is_there() {
        let (mut left, mut right) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]);
        let mut block = Block::new(&mut left, &mut right);
        let mut front = block.split_front(2);
        assert_eq!(front.channels(), [&[1.0, 2.0], &[4.0, 5.0]]);
        assert_eq!(block.frames(), 1);
        assert_eq!(block.split_front(9).frames(), 1);
        assert!(block.is_empty());
    }

    #[test]
    #[should_panic(expected = "one length")]
    fn unequal_channels_are_refused() {
        Block::new(&mut [0.0; 2], &mut [0.0; 3]);
    }
}
