//! A device whose callback runs on one strict thread for as long as the program lives, however often streams are started
//! and stopped, with blocks of changing size. It vanishes and returns when told to.

use assert_no_alloc::assert_no_alloc;
use ripieno::live::{Devices, Opening};
use ripieno_ports::{
    AudioOut, BufferSize, Fault, FaultKind, Format, FormatRequest, FrameSource, Health, Micros, Period, Refused,
    SampleEncoding, Stream,
};
use ripieno_ring::spsc::{Consumer, Producer, channel};
use ripieno_tests::realtime::{Grant, Strict};
use ripieno_types::{Block, SampleRate};
use std::any::Any;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The longest period.
const LONGEST: usize = 4096;

/// Frames of the periods, in turn; `None` is what was agreed on.
const PERIODS: [Option<usize>; 7] = [None, None, None, Some(1), None, Some(LONGEST), Some(333)];

/// Each period is asked for in blocks of so many frames at most, in turn.
const BLOCKS: [usize; 5] = [LONGEST, 64, 1, 1000, 17];

/// A device that keeps time plays so many times faster than it should.
const HASTE: u32 = 4;

/// What the strict thread plays: a source that comes back as what it was.
trait Client: FrameSource + Send + Any {}
impl<S: FrameSource + Send + 'static> Client for S {}

/// What a test sees and turns.
#[derive(Debug, Default)]
pub struct Panel {
    /// Device time in microseconds: it advances with the frames.
    pub now: AtomicU64,
    /// Frames asked for.
    pub frames: AtomicU64,
    /// Streams started.
    pub starts: AtomicU64,
    /// The next start is refused.
    pub refuses: AtomicBool,
    /// The device goes away, in the middle of a block.
    pub vanishes: AtomicBool,
    /// Bits of the loudest sample.
    peak: AtomicU32,
    /// The running stream should stop.
    stops: AtomicBool,
    rate_hz: AtomicU32,
    buffer: AtomicU32,
}

impl Panel {
    /// The loudest sample since the last look.
    pub fn take_peak(&self) -> f32 {
        f32::from_bits(self.peak.swap(0, Ordering::Relaxed))
    }
}

/// Sources on their way to the strict thread and back.
struct Hatch {
    there: Producer<'static, Box<dyn Client>>,
    back: Consumer<'static, Box<dyn Client>>,
}

/// Where sessions of this program find their device.
#[derive(Clone)]
pub struct Only {
    pub panel: Arc<Panel>,
    hatch: Arc<Mutex<Hatch>>,
    _thread: Arc<Strict>,
}

impl Only {
    /// `keeps_time` paces the callback by the clock, which the strict thread then reads.
    pub fn new(grant: Grant, keeps_time: bool) -> Self {
        let (there, incoming) = channel(1);
        let (outgoing, back) = channel(1);
        let panel = Arc::new(Panel::default());
        let mut callback = Callback {
            panel: panel.clone(),
            incoming,
            outgoing,
            client: None,
            left: [0.0; LONGEST],
            right: [0.0; LONGEST],
            round: 0,
            has_vanished: false,
            due: keeps_time.then(Instant::now),
        };
        let thread = Strict::spawn(grant, move || {
            assert_no_alloc(|| callback.run());
            true
        });
        Self { panel, hatch: Arc::new(Mutex::new(Hatch { there, back })), _thread: Arc::new(thread) }
    }
}

impl Devices for Only {
    type Out = Device;

    fn open(&mut self, choice: Option<&str>) -> Result<(Device, String), Opening> {
        match choice {
            Some(other) => Err(Opening { kind: FaultKind::Gone, message: format!("no device '{other}'") }),
            None => Ok((Device(self.clone()), "strict".into())),
        }
    }

    fn is_there(&mut self, choice: Option<&str>) -> bool {
        choice.is_none() && !self.panel.vanishes.load(Ordering::Relaxed)
    }

    fn default_id(&mut self) -> Option<String> {
        None
    }

    fn promote(_: Format) -> bool {
        true
    }
}

/// The device, bound.
pub struct Device(Only);

/// A refusal.
#[derive(Debug, thiserror::Error)]
#[error("the strict device refuses")]
pub struct Refusal(FaultKind);

impl Fault for Refusal {
    fn kind(&self) -> FaultKind {
        self.0
    }
}

impl AudioOut for Device {
    type Error = Refusal;
    type Stream<S: FrameSource + Send + 'static> = Playing<S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, Refusal> {
        let buffer = match wanted.buffer {
            BufferSize::Smallest => 16,
            BufferSize::Device => 256,
            BufferSize::Near(frames) | BufferSize::Frames(frames) => frames,
        };
        if buffer as usize > LONGEST {
            return Err(Refusal(FaultKind::Unsupported));
        }
        let rate = wanted.rate.unwrap_or(SampleRate::STUDIO);
        Ok(Format { rate, buffer, channels: 2, map: [0, 1], encoding: SampleEncoding::F32 })
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<Playing<S>, Refused<Self, S, Refusal>> {
        let panel = self.0.panel.clone();
        if panel.refuses.swap(false, Ordering::Relaxed) || panel.vanishes.load(Ordering::Relaxed) {
            return Err(Refused { device: self, client: source, error: Refusal(FaultKind::Busy) });
        }
        panel.rate_hz.store(format.rate.hz(), Ordering::Relaxed);
        panel.buffer.store(format.buffer, Ordering::Relaxed);
        panel.starts.fetch_add(1, Ordering::Relaxed);
        let sent = self.0.hatch.lock().expect("nobody panicked").there.push(Box::new(source));
        assert!(sent.is_ok(), "one stream at a time");
        Ok(Playing { device: self, format, client: PhantomData })
    }
}

/// A stream.
pub struct Playing<S> {
    device: Device,
    format: Format,
    client: PhantomData<fn() -> S>,
}

impl<S: FrameSource + Send + 'static> Stream for Playing<S> {
    type Device = Device;
    type Client = S;

    fn format(&self) -> Format {
        self.format
    }

    fn health(&self) -> Health {
        let mut health = Health::default();
        health.lost = self.device.0.panel.vanishes.load(Ordering::Relaxed).then_some(FaultKind::Gone);
        health
    }

    fn now(&self) -> Micros {
        Micros(self.device.0.panel.now.load(Ordering::Relaxed))
    }

    fn stop(self) -> (Device, S) {
        self.device.0.panel.stops.store(true, Ordering::Release);
        let client: Box<dyn Any> = loop {
            if let Some(client) = self.device.0.hatch.lock().expect("nobody panicked").back.pop() {
                break client;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let client = client.downcast::<S>().unwrap_or_else(|_| unreachable!("what went in comes out"));
        (self.device, *client)
    }
}

/// The strict thread's own state.
struct Callback {
    panel: Arc<Panel>,
    incoming: Consumer<'static, Box<dyn Client>>,
    outgoing: Producer<'static, Box<dyn Client>>,
    client: Option<Box<dyn Client>>,
    left: [f32; LONGEST],
    right: [f32; LONGEST],
    round: usize,
    has_vanished: bool,
    /// When the next period is; `None` plays on and on.
    due: Option<Instant>,
}

impl Callback {
    /// Takes over a source, gives one back, or plays one period.
    fn run(&mut self) {
        let panel = &*self.panel;
        if let Some(client) = self.incoming.pop() {
            (self.client, self.has_vanished) = (Some(client), false);
        }
        if panel.stops.load(Ordering::Acquire)
            && let Some(client) = self.client.take()
        {
            panel.stops.store(false, Ordering::Relaxed);
            let _ = self.outgoing.push(client);
        }
        let is_due = self.due.is_none_or(|due| Instant::now() >= due);
        let Some(client) = self.client.as_mut().filter(|_| is_due && !self.has_vanished) else {
            std::hint::spin_loop();
            return;
        };
        self.round += 1;
        let buffer = panel.buffer.load(Ordering::Relaxed) as usize;
        let period = PERIODS[self.round % PERIODS.len()].unwrap_or(buffer);
        let at = Micros(panel.now.load(Ordering::Relaxed));
        client.period(Period { at, frames: period, latency: Micros(1_000) });
        let mut left = period;
        while left > 0 {
            self.round += 1;
            let size = BLOCKS[self.round % BLOCKS.len()].min(left);
            client.fill(Block::new(&mut self.left[..size], &mut self.right[..size]));
            let loudest = self.left[..size].iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
            panel.peak.fetch_max(loudest.to_bits(), Ordering::Relaxed);
            left -= size;
            if panel.vanishes.load(Ordering::Relaxed) {
                // What is left of the period is never asked for.
                self.has_vanished = true;
                break;
            }
        }
        let micros = period as u64 * 1_000_000 / u64::from(panel.rate_hz.load(Ordering::Relaxed));
        panel.frames.fetch_add((period - left) as u64, Ordering::Relaxed);
        panel.now.fetch_add(micros, Ordering::Relaxed);
        if let Some(due) = &mut self.due {
            *due += Duration::from_micros(micros) / HASTE;
        }
    }
}
