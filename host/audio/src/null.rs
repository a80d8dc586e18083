//! A device that plays to nobody and hears nothing, in real time: the whole program runs on it where there is no card.

use crate::clock::now;
use crate::edge::{Inlet, Outlet};
use crate::health::{Tally, Watch, watch};
use crate::lease::{Hold, lease};
use crate::priority;
use crate::stream::LastError;
use crate::{AudioError, agree};
use ripieno_ports::{
    AudioIn, AudioOut, FaultKind, Format, FormatRequest, FrameSink, FrameSource, Health, Micros, Period, Refused,
    SampleEncoding, Stream,
};
use ripieno_types::SampleRate;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What it offers: any rate, any sane buffer, stereo.
const OFFER: agree::Offer = agree::Offer {
    channels: 2,
    rates_hz: (SampleRate::MIN_HZ, SampleRate::MAX_HZ),
    frames: Some((1, 96_000)),
    encoding: SampleEncoding::F32,
};

/// A wake-up later than this many periods is an underrun, as on a card with as many periods.
const LATE_PERIODS: u64 = 2;
/// ... and one within this time never is: a busy machine wakes its threads late, and nobody hears it here.
const LATE_MICROS: u64 = 20_000;

/// The null device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Null;

impl AudioOut for Null {
    type Error = AudioError;
    type Stream<S: FrameSource + Send + 'static> = NullStream<S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        agree::agree(&[OFFER], None, wanted)
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<NullStream<S>, Refused<Self, S, AudioError>> {
        let (lease, hold) = lease();
        let mut outlet = Outlet::new(lease);
        begin(format, source, hold, move |period| outlet.pull(period, |_, _, _| ()))
    }
}

impl AudioIn for Null {
    type Error = AudioError;
    type Stream<S: FrameSink + Send + 'static> = NullStream<S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        agree::agree(&[OFFER], None, wanted)
    }

    fn start<S: FrameSink + Send + 'static>(
        self,
        format: Format,
        sink: S,
    ) -> Result<NullStream<S>, Refused<Self, S, AudioError>> {
        let (lease, hold) = lease();
        let mut inlet = Inlet::new(lease);
        begin(format, sink, hold, move |period| {
            inlet.push(period.frames, |_, left, right| {
                left.fill(0.0);
                right.fill(0.0);
            });
        })
    }
}

/// Lends the client to a thread that takes turns.
fn begin<C: Send>(
    format: Format,
    client: C,
    mut hold: Hold<C>,
    turn: impl FnMut(Period) + Send + 'static,
) -> Result<NullStream<C>, Refused<Null, C, AudioError>> {
    let (reporter, watch) = watch();
    let is_over = Arc::new(AtomicBool::new(false));
    let pacer = Pacer { turn, format, tally: reporter.tally(), is_over: is_over.clone() };
    match std::thread::Builder::new().name("null audio".into()).spawn(move || pacer.run()) {
        Ok(thread) => {
            hold.lend(client);
            Ok(NullStream { format, hold, watch, ending: Ending { is_over, thread: Some(thread) } })
        }
        Err(error) => {
            let error = AudioError::new(FaultKind::Busy, format!("no thread for the null device: {error}"));
            Err(Refused { device: Null, client, error })
        }
    }
}

/// A running stream of [`Null`].
#[derive(Debug)]
pub struct NullStream<S: Send> {
    format: Format,
    hold: Hold<S>,
    watch: Watch,
    ending: Ending,
}

/// Ends the thread when dropped.
#[derive(Debug)]
struct Ending {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A client that panicked has said so itself, and cannot be asked again.
            let _ = thread.join();
        }
    }
}

impl<S: Send> Stream for NullStream<S> {
    type Device = Null;
    type Client = S;

    fn format(&self) -> Format {
        self.format
    }

    fn health(&self) -> Health {
        self.watch.health()
    }

    fn now(&self) -> Micros {
        now()
    }

    fn stop(self) -> (Null, S) {
        drop(self.ending);
        (Null, self.hold.recall())
    }
}

impl<S: Send> LastError for NullStream<S> {
    fn last_error(&self) -> Option<String> {
        self.watch.last_error()
    }
}

/// What its thread does.
struct Pacer<F> {
    turn: F,
    format: Format,
    tally: Tally,
    is_over: Arc<AtomicBool>,
}

impl<F: FnMut(Period)> Pacer<F> {
    fn run(mut self) {
        let (rate_hz, frames) = (u64::from(self.format.rate.hz()), u64::from(self.format.buffer));
        priority::ask(self.format.buffer, self.format.rate.hz(), &self.tally);
        let micros = |frames: u64| frames * 1_000_000 / rate_hz;
        let late = (LATE_PERIODS * micros(frames)).max(LATE_MICROS);
        // Every period is due at a whole number of frames after the start, so that no rounding adds up.
        let (mut start, mut played) = (now().0, 0);
        while !self.is_over.load(Ordering::Relaxed) {
            let due = start + micros(played);
            let time = now().0;
            if time < due {
                std::thread::park_timeout(Duration::from_micros(due - time));
                continue;
            }
            if time - due > late {
                // The frames of the meantime are lost. A whole period of rest keeps a client that is too slow for its
                // rate from taking the machine with it.
                self.tally.xrun();
                (start, played) = (time + micros(frames), 0);
                continue;
            }
            let latency = Micros(micros(frames));
            let period = Period { at: Micros(due), frames: self.format.buffer as usize, latency };
            (self.turn)(period);
            played += frames;
        }
    }
}
