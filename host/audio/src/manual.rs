//! The fake driver for tests: a device that is stepped by hand, keeps what it plays, and fails when it is told to.

use crate::stream::LastError;
use crate::{AudioError, agree};
use ripieno_ports::{
    AudioOut, FaultKind, Format, FormatRequest, FrameSource, Health, Micros, Period, Refused, SampleEncoding, Stream,
};
use ripieno_types::Block;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The longest callback that [`Manual`] makes.
pub const LONGEST_CALLBACK: usize = 4096;

/// What the device offers.
const OFFER: agree::Offer = agree::Offer {
    channels: 2,
    rates_hz: (8_000, 192_000),
    frames: Some((16, LONGEST_CALLBACK as u32)),
    encoding: SampleEncoding::F32,
};

/// Time that has passed before the first period: nobody should rely on a clock that starts at 0.
const START_MICROS: u64 = 1_000_000;

/// Fills a block as the running source does, after hearing of a period.
type Fill = Box<dyn FnMut(Option<Period>, Block<'_>) -> usize + Send>;

#[derive(Default)]
struct State {
    running: Option<(Format, Fill)>,
    health: Health,
    absent: bool,
    refuse_next: Option<FaultKind>,
    vanish_after: Option<usize>,
    /// Frames that have passed at a rate, and the time when the counting began.
    frames: u64,
    rate_hz: u64,
    start: u64,
    played: Vec<[f32; 2]>,
    starts: u64,
}

/// The device. It is not real-time safe: it locks and allocates, as it is for tests.
#[derive(Debug)]
pub struct Manual {
    driver: ManualDriver,
}

/// What moves a [`Manual`] device, whoever holds that: every clone drives the same one.
#[derive(Clone)]
pub struct ManualDriver {
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for ManualDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("ManualDriver").field("is_running", &state.running.is_some()).finish_non_exhaustive()
    }
}

impl Default for ManualDriver {
    fn default() -> Self {
        let state = State { start: START_MICROS, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl ManualDriver {
    /// A driver with its device in place. Any.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The device. Control.
    ///
    /// # Errors
    /// [`FaultKind::Gone`] while it has [vanished](Self::vanish).
    pub fn open(&self) -> Result<Manual, AudioError> {
        if self.state().absent { Err(gone()) } else { Ok(Manual { driver: self.clone() }) }
    }

    /// One period of so many frames, at most [`LONGEST_CALLBACK`] at once; returns what was played, which is less if
    /// the device vanishes meanwhile and nothing if no stream runs. Control.
    pub fn pull(&self, frames: usize) -> Vec<[f32; 2]> {
        let mut state = self.state();
        let mut played = Vec::with_capacity(frames);
        if state.health.lost.is_some() {
            return played;
        }
        let Some((format, mut fill)) = state.running.take() else { return played };
        let mut left = state.vanish_after.unwrap_or(usize::MAX);
        let latency = Micros(u64::from(format.buffer) * 1_000_000 / u64::from(format.rate.hz()));
        let mut period = Some(Period { at: state.now(), frames, latency });
        let mut rest = frames;
        while rest > 0 && left > 0 {
            let size = rest.min(LONGEST_CALLBACK).min(left);
            let (mut l, mut r) = (vec![f32::NAN; size], vec![f32::NAN; size]);
            fill(period.take(), Block::new(&mut l, &mut r));
            played.extend(l.iter().zip(&r).map(|(l, r)| [*l, *r]));
            rest -= size;
            left = left.saturating_sub(size);
        }
        state.frames += played.len() as u64;
        state.played.extend_from_slice(&played);
        state.running = Some((format, fill));
        if let Some(after) = &mut state.vanish_after {
            *after = left;
            if left == 0 {
                state.lose();
            }
        }
        played
    }

    /// So many frames in periods of 1 to [`LONGEST_CALLBACK`] frames, in an order that `seed` gives. Control.
    pub fn pull_varied(&self, frames: usize, mut seed: u64) -> Vec<[f32; 2]> {
        let mut played = Vec::with_capacity(frames);
        while played.len() < frames {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Short periods as often as long ones.
            let longest = 1_usize << (seed >> 60).min(12);
            let size = 1 + (seed >> 33) as usize % longest.min(LONGEST_CALLBACK);
            let part = self.pull(size.min(frames - played.len()));
            if part.is_empty() {
                break;
            }
            played.extend(part);
        }
        played
    }

    /// Everything played since the driver was made. Control.
    pub fn played(&self) -> Vec<[f32; 2]> {
        self.state().played.clone()
    }

    /// True while a stream runs, lost or not. Control.
    pub fn is_running(&self) -> bool {
        self.state().running.is_some()
    }

    /// Streams started so far. Control.
    pub fn starts(&self) -> u64 {
        self.state().starts
    }

    /// Refuses the next start. Control.
    pub fn refuse_next(&self, kind: FaultKind) {
        self.state().refuse_next = Some(kind);
    }

    /// Takes the device away at once. Control.
    pub fn vanish(&self) {
        self.state().lose();
    }

    /// Takes the device away once so many frames more were played, be it in the middle of a block: what is left of
    /// it is never asked for. Control.
    pub fn vanish_after(&self, frames: usize) {
        self.state().vanish_after = Some(frames);
    }

    /// Puts the device back. A stream that was lost stays lost. Control.
    pub fn come_back(&self) {
        self.state().absent = false;
    }

    /// Reports an underrun of the driver. Control.
    pub fn xrun(&self) {
        self.state().health.xruns += 1;
    }

    /// Lets time pass without a period. Control.
    pub fn wait(&self, micros: u64) {
        self.state().start += micros;
    }
}

impl State {
    fn lose(&mut self) {
        self.absent = true;
        self.vanish_after = None;
        if self.running.is_some() {
            self.health.lost.get_or_insert(FaultKind::Gone);
        }
    }

    fn now(&self) -> Micros {
        Micros(self.start + self.frames * 1_000_000 / self.rate_hz.max(1))
    }
}

fn gone() -> AudioError {
    AudioError::new(FaultKind::Gone, "the device was taken away")
}

impl AudioOut for Manual {
    type Error = AudioError;
    type Stream<S: FrameSource + Send + 'static> = ManualStream<S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        if self.driver.state().absent { Err(gone()) } else { agree::agree(&[OFFER], None, wanted) }
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<ManualStream<S>, Refused<Self, S, AudioError>> {
        let mut state = self.driver.state();
        let refusal = state.refuse_next.take().map(|kind| AudioError::new(kind, "refused, as the test asked for"));
        let busy = || AudioError::new(FaultKind::Busy, "a stream runs already");
        let error = refusal.or_else(|| state.absent.then(gone)).or_else(|| state.running.is_some().then(busy));
        if let Some(error) = error {
            drop(state);
            return Err(Refused { device: self, client: source, error });
        }
        let source = Arc::new(Mutex::new(Some(source)));
        let lent = source.clone();
        let fill = move |period: Option<Period>, mut block: Block<'_>| {
            let mut source = lent.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(source) = source.as_mut() else {
                block.clear();
                return 0;
            };
            if let Some(period) = period {
                source.period(period);
            }
            source.fill(block)
        };
        state.running = Some((format, Box::new(fill)));
        state.health = Health::default();
        (state.start, state.frames) = (state.now().0, 0);
        state.rate_hz = u64::from(format.rate.hz());
        state.starts += 1;
        drop(state);
        Ok(ManualStream { device: self, format, source })
    }
}

/// A running stream of [`Manual`].
#[derive(Debug)]
pub struct ManualStream<S> {
    device: Manual,
    format: Format,
    source: Arc<Mutex<Option<S>>>,
}

impl<S> Stream for ManualStream<S> {
    type Device = Manual;
    type Client = S;

    fn format(&self) -> Format {
        self.format
    }

    fn health(&self) -> Health {
        self.device.driver.state().health
    }

    fn now(&self) -> Micros {
        self.device.driver.state().now()
    }

    fn stop(self) -> (Manual, S) {
        self.device.driver.state().running = None;
        let source = self.source.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody else takes it, and this takes the stream itself.
        (Manual { driver: self.device.driver.clone() }, source.expect("a stream has its source until it is stopped"))
    }
}

impl<S> LastError for ManualStream<S> {
    fn last_error(&self) -> Option<String> {
        self.health().lost.map(|_| gone().to_string())
    }
}

impl<S> Drop for ManualStream<S> {
    fn drop(&mut self) {
        self.device.driver.state().running = None;
    }
}
