//! What every [`AudioOut`] and [`AudioIn`] promises, run on every version of the ports, and the signal that shows each
//! lost frame.

use ripieno_ports::{
    AudioIn, AudioOut, BufferSize, Fault, FaultKind, Format, FormatRequest, FrameSink, FrameSource, Period, Stream,
};
use ripieno_types::Block;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long a device may take until it has asked for a few periods.
const PATIENCE: Duration = Duration::from_secs(20);

/// What frame `n` carries: `n % 32768 / 32768` on the left and its negative on the right. Exact in 16 bits and more.
pub fn signal(n: u64) -> [f32; 2] {
    let value = (n % 32_768) as f32 / 32_768.0;
    [value, -value]
}

/// Where a signal first goes on in another way than it should, after `first` frames of it.
pub fn first_break(frames: &[[f32; 2]], first: u64) -> Option<usize> {
    frames.iter().zip(first..).position(|(frame, n)| *frame != signal(n))
}

/// How far a [`Counting`] source has come, seen from outside.
#[derive(Debug, Default)]
pub struct Progress {
    frames: AtomicU64,
    is_home: AtomicBool,
}

impl Progress {
    /// Frames asked for so far.
    pub fn frames(&self) -> u64 {
        self.frames.load(SeqCst)
    }

    /// Waits until so many frames were asked for.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn wait(&self, frames: u64) {
        let start = Instant::now();
        while self.frames() < frames {
            assert!(start.elapsed() < PATIENCE, "only {} of {frames} frames were asked for", self.frames());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Plays [`signal`], silence after its end, and watches how it is asked.
#[derive(Debug)]
pub struct Counting {
    end: u64,
    count: u64,
    announced: usize,
    last: Option<Period>,
    fault: Option<String>,
    progress: Arc<Progress>,
}

impl Counting {
    /// A source of so many frames. Beyond them it takes its time, so that a device without a clock does not run away.
    pub fn new(end: u64) -> (Self, Arc<Progress>) {
        let progress = Arc::<Progress>::default();
        let source = Self { end, count: 0, announced: 0, last: None, fault: None, progress: progress.clone() };
        (source, progress)
    }

    /// Frames asked for so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The last period that was announced.
    pub fn last_period(&self) -> Option<Period> {
        self.last
    }

    fn blame(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }
}

impl FrameSource for Counting {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        if self.progress.is_home.load(SeqCst) {
            self.blame("asked after the stream was stopped".into());
        }
        match self.announced.checked_sub(block.frames()) {
            Some(left) => self.announced = left,
            None => self.blame(format!("{} frames were not announced", block.frames() - self.announced)),
        }
        if self.count >= self.end {
            std::thread::sleep(Duration::from_millis(1));
        }
        let real = self.end.saturating_sub(self.count).min(block.frames() as u64) as usize;
        let [left, right] = block.channels();
        for (n, (left, right)) in (self.count..).zip(left.iter_mut().zip(right)) {
            [*left, *right] = if n < self.end { signal(n) } else { [0.0; 2] };
        }
        self.count += block.frames() as u64;
        self.progress.frames.store(self.count, SeqCst);
        real
    }

    fn period(&mut self, period: Period) {
        if self.announced > 0 {
            let left = self.announced;
            self.blame(format!("{left} frames were announced and not asked for"));
        }
        if self.last.is_some_and(|last| period.at < last.at) {
            self.blame("a period began before the one that it follows".into());
        }
        if period.latency.0 > 10_000_000 {
            self.blame(format!("a latency of {} s", period.latency.0 / 1_000_000));
        }
        self.announced = period.frames;
        self.last = Some(period);
    }
}

/// What differs from device to device.
pub struct Case<'c> {
    /// What to ask for.
    pub wanted: FormatRequest,
    /// Frames to play, at least.
    pub frames: u64,
    /// Lets the device ask for so many frames; most do by themselves.
    pub pass: &'c dyn Fn(&Progress, u64),
    /// Makes the next start fail, by a format that does not fit or by other means; `None` if it cannot.
    pub spoil: Option<&'c dyn Fn(Format) -> Format>,
}

impl std::fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("wanted", &self.wanted).field("frames", &self.frames).finish_non_exhaustive()
    }
}

/// Starts, watches, refuses and restarts; the device comes back.
///
/// # Panics
/// When a promise is broken.
pub fn conforms<D: AudioOut>(name: &str, device: D, case: &Case<'_>) -> D {
    let mut huge = FormatRequest::default();
    huge.buffer = BufferSize::Frames(4_000_000_000);
    let error = device.format(&huge).expect_err("a buffer of a day");
    assert_eq!(error.kind(), FaultKind::Unsupported, "{name}: {error}");
    let format = device.format(&case.wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(format.buffer > 0 && format.map.iter().all(|channel| *channel < format.channels), "{name}: {format:?}");

    let (mut device, mut source) = (device, Counting::new(case.frames * 2).0);
    if let Some(spoil) = case.spoil {
        let refused = device.start(spoil(format), source).err().unwrap_or_else(|| panic!("{name}: started"));
        assert!(!refused.error.to_string().is_empty(), "{name}: no reason");
        assert_eq!(refused.client.count(), 0, "{name}: asked by a stream that did not start");
        (device, source) = (refused.device, refused.client);
    }
    for round in 0..2 {
        let (before, progress) = (source.count(), source.progress.clone());
        progress.is_home.store(false, SeqCst);
        let stream = device.start(format, source).unwrap_or_else(|refused| panic!("{name}: {}", refused.error));
        (case.pass)(&progress, before + case.frames);
        assert_eq!(stream.health().lost, None, "{name}: lost");
        assert_eq!((stream.format().rate, stream.format().map), (format.rate, format.map), "{name}");
        let now = stream.now();
        (device, source) = stream.stop();
        progress.is_home.store(true, SeqCst);
        let after = progress.frames();
        assert_eq!(source.fault, None, "{name}, round {round}");
        assert!(source.count() >= before + case.frames, "{name}: too few frames");
        let last = source.last_period().unwrap_or_else(|| panic!("{name}: no period was announced"));
        let away = now.0.abs_diff(last.at.0);
        assert!(away < 5_000_000, "{name}: the stream's clock is {away} µs away from its periods");
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(progress.frames(), after, "{name}: asked after the stop");
    }
    device
}

/// Counts what it hears.
#[derive(Debug, Default)]
struct Hearing {
    count: u64,
    fault: Option<&'static str>,
    progress: Arc<Progress>,
}

impl FrameSink for Hearing {
    fn take(&mut self, mut block: Block<'_>) {
        if self.progress.is_home.load(SeqCst) {
            self.fault = Some("heard something after the stream was stopped");
        }
        if block.channels().iter().any(|channel| channel.iter().any(|sample| !sample.is_finite())) {
            self.fault = Some("heard what is not a number");
        }
        // It may use the block as its own.
        block.clear();
        self.count += block.frames() as u64;
        self.progress.frames.store(self.count, SeqCst);
    }
}

/// Starts and restarts an input in the format that `wanted` leads to, for so many frames each; the device comes back.
///
/// # Panics
/// When a promise is broken.
pub fn hears<D: AudioIn>(name: &str, mut device: D, wanted: &FormatRequest, frames: u64) -> D {
    let mut huge = FormatRequest::default();
    huge.buffer = BufferSize::Frames(4_000_000_000);
    assert_eq!(device.format(&huge).err().map(|error| error.kind()), Some(FaultKind::Unsupported), "{name}");
    let format = device.format(wanted).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut sink = Hearing::default();
    for _ in 0..2 {
        let (before, progress) = (sink.count, sink.progress.clone());
        progress.is_home.store(false, SeqCst);
        let stream = device.start(format, sink).unwrap_or_else(|refused| panic!("{name}: {}", refused.error));
        progress.wait(before + frames);
        assert_eq!(stream.health().lost, None, "{name}: lost");
        (device, sink) = stream.stop();
        progress.is_home.store(true, SeqCst);
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!((sink.fault, progress.frames()), (None, sink.count), "{name}");
    }
    device
}
