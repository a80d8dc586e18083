//! The far end of a render thread: frames that wait in a ring.

use crate::FrameSource;
use ripieno_ring::spsc::Consumer;
use ripieno_types::Block;

/// Plays frames `[left, right]` from a ring; what the ring cannot give in time is silence.
#[derive(Debug)]
pub struct RingSource<'a> {
    frames: Consumer<'a, [f32; 2]>,
}

impl<'a> RingSource<'a> {
    /// A source that takes from this end of a ring. Any.
    pub fn new(frames: Consumer<'a, [f32; 2]>) -> Self {
        Self { frames }
    }

    /// True once the render thread has let go of its end: what is left in the ring is all there will be. Real-time.
    pub fn is_abandoned(&self) -> bool {
        self.frames.is_abandoned()
    }
}

impl FrameSource for RingSource<'_> {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        let grant = self.frames.grant(block.frames());
        let real = grant.len();
        let (first, second) = grant.parts();
        for part in [first, second] {
            let mut piece = block.split_front(part.len());
            let [left, right] = piece.channels();
            for ((left, right), frame) in left.iter_mut().zip(right).zip(part) {
                [*left, *right] = *frame;
            }
        }
        grant.commit(real);
        block.clear();
        real
    }
}
