//! A render thread behind the device: the engine works ahead by some blocks, so that a block may now and then take longer
//! than its time. The device's callback takes frames from a ring and wakes the thread; the thread sleeps while the ring is
//! full.

use super::Engine;
use super::shared::Shared;
use ripieno_ports::{FrameSource, Micros, MidiIn, Period, RingSource};
use ripieno_ring::spsc::{self, Consumer, Producer};
use ripieno_types::{Block, SampleRate};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, Thread};

/// Periods whose times may wait for the render thread. More are dropped: only the newest counts.
const MARKS: usize = 64;

/// Frames that the ring has room for at least: the longest period that a driver was ever seen to ask for fits.
const LONGEST: usize = 1 << 17;

/// When the device was at a frame.
#[derive(Clone, Copy, Debug)]
struct Mark {
    period: Period,
    /// Frames that the device had taken by then.
    taken: u64,
}

/// The device's side: a source that only takes what is ready.
#[derive(Debug)]
pub struct Near {
    frames: RingSource<'static>,
    marks: Producer<'static, Mark>,
    taken: u64,
    shared: Arc<Shared>,
    renderer: Thread,
}

impl FrameSource for Near {
    fn period(&mut self, period: Period) {
        // A full ring only means that the thread has not looked for a while.
        let _ = self.marks.push(Mark { period, taken: self.taken });
    }

    fn fill(&mut self, block: Block<'_>) -> usize {
        let wanted = block.frames();
        let real = self.frames.fill(block);
        self.taken += real as u64;
        if real < wanted {
            self.shared.missed.fetch_add(1, Ordering::Relaxed);
        }
        // The one system call of a buffered callback: a futex wake, and only while the thread sleeps.
        self.renderer.unpark();
        real
    }
}

/// The engine's side: the thread, until it is stopped.
#[derive(Debug)]
pub struct RenderThread<M> {
    thread: JoinHandle<Box<Engine<M>>>,
    ends: Arc<AtomicBool>,
}

impl<M: MidiIn + Send + 'static> RenderThread<M> {
    /// Starts to render `blocks` blocks of `frames` ahead. Control: allocates and starts a thread.
    ///
    /// `promote` asks for real-time priority on the new thread.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn start(
        engine: Box<Engine<M>>,
        blocks: u32,
        frames: u32,
        rate: SampleRate,
        shared: Arc<Shared>,
        promote: impl FnOnce() + Send + 'static,
    ) -> (Self, Near) {
        let (frames, blocks) = (frames.max(1) as usize, blocks.max(1) as usize);
        let ahead = frames * blocks;
        let (out, near) = spsc::channel(ahead.max(LONGEST));
        let (marks, seen) = spsc::channel(MARKS);
        let ends = Arc::new(AtomicBool::new(false));
        let worker = Worker { engine, out, marks: seen, newest: None, made: 0, frames, blocks, ahead, rate };
        let is_over = ends.clone();
        let thread = thread::spawn(move || {
            promote();
            worker.run(&is_over)
        });
        let renderer = thread.thread().clone();
        (Self { thread, ends }, Near { frames: RingSource::new(near), marks, taken: 0, shared, renderer })
    }

    /// Stops the thread and takes the engine back. Control; waits for a block that is being rendered.
    ///
    /// # Panics
    /// If the thread panicked: it goes on here.
    pub fn stop(self) -> Box<Engine<M>> {
        self.ends.store(true, Ordering::Release);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

struct Worker<M> {
    engine: Box<Engine<M>>,
    out: Producer<'static, [f32; 2]>,
    marks: Consumer<'static, Mark>,
    newest: Option<Mark>,
    /// Frames rendered.
    made: u64,
    frames: usize,
    blocks: usize,
    /// Frames that should wait in the ring, up to a block more. It grows with the device's periods: one that asks for more
    /// than was agreed on must find it.
    ahead: usize,
    rate: SampleRate,
}

impl<M: MidiIn> Worker<M> {
    fn run(mut self, is_over: &AtomicBool) -> Box<Engine<M>> {
        let (mut left, mut right) = (vec![0.0; self.frames], vec![0.0; self.frames]);
        while !is_over.load(Ordering::Acquire) {
            self.look();
            let free = self.out.free();
            let waiting = self.out.capacity() - free;
            if waiting >= self.ahead || free < self.frames {
                thread::park();
                continue;
            }
            let period = self.period();
            self.engine.period(period);
            let mut block = Block::new(&mut left, &mut right);
            self.engine.fill(block.reborrow());
            let [left, right] = block.channels();
            self.out.push_from(left.iter().zip(right.iter()).map(|(left, right)| [*left, *right]));
            self.made += self.frames as u64;
        }
        self.engine
    }

    /// Hears of the device's periods: before it sleeps too, as one may have asked for more than there is.
    fn look(&mut self) {
        while let Some(mark) = self.marks.pop() {
            self.ahead = self.ahead.max(mark.period.frames.saturating_mul(self.blocks));
            self.newest = Some(mark);
        }
    }

    /// The period that is rendered now, at the time when the device will begin to take it.
    fn period(&self) -> Period {
        let Some(Mark { period, taken }) = self.newest else {
            return Period { frames: self.frames, ..Period::default() };
        };
        let ahead = self.made.saturating_sub(taken) as f64 / f64::from(self.rate.hz());
        Period { at: Micros(period.at.0 + (ahead * 1e6).round() as u64), frames: self.frames, ..period }
    }
}
