//! Between a driver's callback and a source or sink: periods of any length become blocks that fit a fixed scratch.

use crate::lease::Lease;
use ripieno_ports::{FrameSink, FrameSource, Period};
use ripieno_types::Block;

/// Frames of the scratch. What a driver asks for at once is one block up to here, and several beyond.
pub(crate) const PIECE: usize = 4096;

#[derive(Debug)]
struct Scratch {
    left: Box<[f32]>,
    right: Box<[f32]>,
}

impl Scratch {
    fn new() -> Self {
        Self { left: vec![0.0; PIECE].into(), right: vec![0.0; PIECE].into() }
    }

    /// The first frames, at most all of them.
    fn front(&mut self, frames: usize) -> (&mut [f32], &mut [f32]) {
        let frames = frames.min(PIECE);
        (&mut self.left[..frames], &mut self.right[..frames])
    }
}

/// A source on lease to a driver.
#[derive(Debug)]
pub(crate) struct Outlet<S: Send> {
    lease: Lease<S>,
    scratch: Scratch,
}

impl<S: FrameSource + Send> Outlet<S> {
    /// Control: allocates the scratch.
    pub(crate) fn new(lease: Lease<S>) -> Self {
        Self { lease, scratch: Scratch::new() }
    }

    /// Asks for one period and passes it on in pieces, with the frame that each begins at. Silence until there is a
    /// source. Real-time.
    pub(crate) fn pull(&mut self, period: Period, mut put: impl FnMut(usize, &[f32], &[f32])) {
        let mut source = self.lease.client();
        if let Some(source) = &mut source {
            source.period(period);
        }
        let mut done = 0;
        while done < period.frames {
            let (left, right) = self.scratch.front(period.frames - done);
            let mut block = Block::new(left, right);
            let frames = block.frames();
            match &mut source {
                Some(source) => {
                    source.fill(block);
                }
                None => block.clear(),
            }
            put(done, left, right);
            done += frames;
        }
    }
}

/// A sink on lease to a driver.
#[derive(Debug)]
pub(crate) struct Inlet<S: Send> {
    lease: Lease<S>,
    scratch: Scratch,
}

impl<S: FrameSink + Send> Inlet<S> {
    /// Control: allocates the scratch.
    pub(crate) fn new(lease: Lease<S>) -> Self {
        Self { lease, scratch: Scratch::new() }
    }

    /// Lets the sink take so many frames in pieces; `read` writes each, given the frame it begins at. Real-time.
    pub(crate) fn push(&mut self, frames: usize, mut read: impl FnMut(usize, &mut [f32], &mut [f32])) {
        let Some(sink) = self.lease.client() else { return };
        let mut done = 0;
        while done < frames {
            let (left, right) = self.scratch.front(frames - done);
            read(done, left, right);
            done += left.len();
            sink.take(Block::new(left, right));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lease::lease;
    use ripieno_ports::Micros;

    /// Counts frames on the left, and what it was told.
    #[derive(Default)]
    struct Counting {
        frames: usize,
        announced: usize,
        longest: usize,
    }

    impl FrameSource for Counting {
        fn fill(&mut self, mut block: Block<'_>) -> usize {
            self.longest = self.longest.max(block.frames());
            for (n, sample) in block.left().iter_mut().enumerate() {
                *sample = (self.frames + n) as f32;
            }
            block.right().fill(0.0);
            self.frames += block.frames();
            block.frames()
        }

        fn period(&mut self, period: Period) {
            self.announced += period.frames;
        }
    }

    impl FrameSink for Counting {
        fn take(&mut self, mut block: Block<'_>) {
            self.longest = self.longest.max(block.frames());
            for (n, sample) in block.left().iter().enumerate() {
                assert_eq!(*sample, (self.frames + n) as f32);
            }
            self.frames += block.frames();
        }
    }

    const SIZES: [usize; 8] = [1, 0, 64, 4096, 4097, 96_000, 7, 8192];

    #[test]
    fn a_period_of_any_length_arrives_whole_and_announced() {
        let (lease, mut hold) = lease();
        let mut outlet = Outlet::new(lease);
        let period = |frames| Period { at: Micros(0), frames, latency: Micros(0) };
        outlet.pull(period(10), |_, left, right| assert!(left == [0.0; 10] && right == [0.0; 10]));
        hold.lend(Counting::default());
        let mut total = 0;
        for frames in SIZES {
            let mut got = 0;
            outlet.pull(period(frames), |at, left, _| {
                assert_eq!(at, got);
                assert!(left.iter().enumerate().all(|(n, sample)| *sample == (total + got + n) as f32));
                got += left.len();
            });
            assert_eq!(got, frames);
            total += frames;
        }
        drop(outlet);
        let source = hold.recall();
        assert_eq!((source.frames, source.announced, source.longest), (total, total, PIECE));
    }

    #[test]
    fn a_callback_neither_allocates_nor_frees() {
        use crate::dll::Dll;
        use crate::health::watch;
        use crate::sample::Layout;
        use assert_no_alloc::{assert_no_alloc, violation_count};

        let (lease, mut hold) = lease();
        let mut outlet = Outlet::new(lease);
        hold.lend(Counting::default());
        let (mut reporter, watch) = watch();
        let (tally, layout, mut dll) = (reporter.tally(), Layout::new(6, [4, 5]), Dll::new(48_000));
        let mut frames = vec![0_i16; 6 * 96_000];
        let before = violation_count();
        assert_no_alloc(|| {
            for size in SIZES {
                let data = &mut frames[..6 * size];
                let at = dll.period(crate::now(), layout.frames(data.len()));
                let period = Period { at, frames: size, latency: Micros(0) };
                outlet.pull(period, |at, left, right| layout.interleave(layout.rest_mut(data, at), left, right));
                reporter.cpal(cpal::ErrorKind::Xrun.into());
                reporter.cpal(cpal::ErrorKind::BackendError.into());
                tally.xrun();
            }
            reporter.lose(ripieno_ports::FaultKind::Gone);
        });
        assert_eq!(violation_count(), before);
        assert_eq!((watch.health().xruns, watch.errors()), (2 * SIZES.len() as u64, SIZES.len() as u64));
    }

    #[test]
    fn a_sink_gets_every_frame_in_order() {
        let (lease, mut hold) = lease();
        let mut inlet = Inlet::new(lease);
        inlet.push(99, |_, _, _| panic!("there is no sink yet"));
        hold.lend(Counting::default());
        let mut total = 0;
        for frames in SIZES {
            inlet.push(frames, |at, left, _| {
                left.iter_mut().enumerate().for_each(|(n, sample)| *sample = (total + at + n) as f32);
            });
            total += frames;
        }
        drop(inlet);
        let sink = hold.recall();
        assert_eq!((sink.frames, sink.longest), (total, PIECE));
    }
}
