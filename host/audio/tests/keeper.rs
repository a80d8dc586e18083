//! The keeper against the fake driver, with time stepped by hand: lost devices, returns, refusals, a default that moves.

use ripieno_audio::{AudioError, Keeper, Kept, Manual, ManualDriver, Opener, STABLE_MICROS};
use ripieno_ports::{BufferSize, Fault, FaultKind, FormatRequest, FrameSource, Micros, Stream};
use ripieno_types::{Block, SampleRate};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Opens one of several drivers.
#[derive(Debug)]
struct Several {
    drivers: Vec<ManualDriver>,
    wanted: Arc<AtomicUsize>,
}

impl Opener for Several {
    type Device = Manual;

    fn open(&mut self) -> Result<Manual, AudioError> {
        self.drivers[self.wanted()].open()
    }

    fn current(&mut self) -> Option<String> {
        Some(format!("device {}", self.wanted()))
    }
}

impl Several {
    fn wanted(&self) -> usize {
        self.wanted.load(Relaxed)
    }
}

/// Plays the number of each frame, and so shows any that is lost or played twice.
#[derive(Debug, Default)]
struct Counting {
    frames: usize,
}

impl FrameSource for Counting {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        for (channel, sign) in block.channels().into_iter().zip([1.0, -1.0]) {
            channel.iter_mut().zip(self.frames..).for_each(|(sample, n)| *sample = sign * n as f32);
        }
        self.frames += block.frames();
        block.frames()
    }
}

struct Bench {
    drivers: Vec<ManualDriver>,
    wanted: Arc<AtomicUsize>,
    keeper: Keeper<Several, Counting>,
    now: u64,
}

impl Bench {
    fn new() -> Self {
        let drivers = vec![ManualDriver::new(), ManualDriver::new()];
        let wanted = Arc::default();
        let opener = Several { drivers: drivers.clone(), wanted: Arc::clone(&wanted) };
        let now = 5_000_000;
        let mut request = FormatRequest::default();
        request.rate = Some(SampleRate::CD);
        let keeper = Keeper::start(opener, &request, Counting::default(), Micros(now)).expect("a device is there");
        Self { drivers, wanted, keeper, now }
    }

    /// Polls every 20 ms; what happened, and how many milliseconds in.
    fn pass(&mut self, millis: u64) -> Vec<(u64, Kept)> {
        let mut kept = Vec::new();
        for step in (20..=millis).step_by(20) {
            self.now += 20_000;
            kept.extend(self.keeper.poll(Micros(self.now)).map(|event| (step, event)));
        }
        kept
    }

    /// Everything that both drivers played is the count, without a gap.
    fn check_count(&self) -> usize {
        let played: Vec<_> = self.drivers.iter().flat_map(|driver| driver.played()).collect();
        for (n, frame) in played.iter().enumerate() {
            assert_eq!(*frame, [n as f32, -(n as f32)], "frame {n}");
        }
        played.len()
    }
}

#[test]
fn a_device_that_returns_plays_on_in_the_same_format() {
    let mut bench = Bench::new();
    let format = bench.keeper.format();
    bench.drivers[0].pull(1_000);
    assert_eq!(bench.pass(1_000), []);
    // It goes in the middle of a block: the rest is not asked for.
    bench.drivers[0].vanish_after(300);
    assert_eq!(bench.drivers[0].pull(512).len(), 300);
    assert_eq!(bench.pass(5_000), [(20, Kept::Lost(FaultKind::Gone))]);
    assert!(bench.keeper.stream().is_none() && !bench.drivers[0].is_running());
    assert!(bench.keeper.last_error().is_some());
    bench.drivers[0].come_back();
    let kept = bench.pass(3_000);
    assert!(matches!(kept[..], [(after, Kept::Restarted)] if after > 250), "{kept:?}");
    let stream = bench.keeper.stream().expect("it plays");
    assert_eq!((stream.format(), stream.health().lost), (format, None));
    assert!(bench.keeper.last_error().is_none());
    bench.drivers[0].pull_varied(10_000, 3);
    assert_eq!(bench.check_count(), 11_300);
    let (_, source) = bench.keeper.stop();
    assert_eq!(source.frames, 11_300);
}

#[test]
fn a_device_that_flickers_is_left_alone_until_it_stays() {
    let mut bench = Bench::new();
    bench.drivers[0].vanish();
    assert_eq!(bench.pass(100), [(20, Kept::Lost(FaultKind::Gone))]);
    for _ in 0..20 {
        bench.drivers[0].come_back();
        assert_eq!(bench.pass(STABLE_MICROS / 1_000 - 50), []);
        bench.drivers[0].vanish();
        // Long enough that a look falls in between, whatever the pause.
        assert_eq!(bench.pass(2_100), []);
    }
    assert_eq!(bench.drivers[0].starts(), 1, "it never started in between");
    bench.drivers[0].come_back();
    assert_eq!(bench.pass(3_000).len(), 1);
}

#[test]
fn a_refusal_leaves_the_source_waiting() {
    let mut bench = Bench::new();
    bench.drivers[0].vanish();
    bench.pass(100);
    bench.drivers[0].come_back();
    for kind in [FaultKind::Busy, FaultKind::Denied, FaultKind::Failed] {
        bench.drivers[0].refuse_next(kind);
        let starts = bench.drivers[0].starts();
        while bench.keeper.last_error().is_none_or(|error| error.kind() != kind) {
            assert_eq!(bench.pass(20), []);
        }
        assert_eq!(bench.drivers[0].starts(), starts);
    }
    assert_eq!(bench.pass(6_000).len(), 1);
    bench.drivers[0].pull(100);
    assert_eq!(bench.check_count(), 100);
}

#[test]
fn the_default_is_followed_once_it_has_settled() {
    let mut bench = Bench::new();
    let want = |bench: &Bench, device| bench.wanted.store(device, Relaxed);
    bench.drivers[0].pull(100);
    // A short excursion is none.
    want(&bench, 1);
    bench.pass(1_100);
    want(&bench, 0);
    assert_eq!(bench.pass(3_000), []);
    want(&bench, 1);
    let kept = bench.pass(3_000);
    assert!(matches!(kept[..], [(_, Kept::Moved)]), "{kept:?}");
    assert!(!bench.drivers[0].is_running() && bench.drivers[1].is_running());
    bench.drivers[1].pull(100);
    assert_eq!(bench.check_count(), 200);
    // One that is not there is not moved to.
    bench.drivers[0].vanish();
    want(&bench, 0);
    assert_eq!(bench.pass(5_000), []);
    assert!(bench.drivers[1].is_running());
}

#[test]
fn a_first_start_that_fails_gives_everything_back() {
    let driver = ManualDriver::new();
    driver.refuse_next(FaultKind::Busy);
    let opener = Several { drivers: vec![driver], wanted: Arc::default() };
    let refused =
        Keeper::start(opener, &FormatRequest::default(), Counting { frames: 7 }, Micros(0)).expect_err("refused");
    assert_eq!((refused.source.frames, refused.error.kind()), (7, FaultKind::Busy));
    let mut wanted = FormatRequest::default();
    wanted.buffer = BufferSize::Frames(3);
    let refused = Keeper::start(refused.opener, &wanted, refused.source, Micros(0)).expect_err("refused");
    assert_eq!(refused.error.kind(), FaultKind::Unsupported);
    let keeper =
        Keeper::start(refused.opener, &FormatRequest::default(), refused.source, Micros(0)).expect("it starts");
    assert_eq!(keeper.stop().1.frames, 7);
}
