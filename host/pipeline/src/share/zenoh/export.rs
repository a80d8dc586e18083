//! The task that carries a stream to other hosts.

use super::session::{failed, key, session};
use super::wire::{self, Note};
use super::{SILENCE, WINDOW};
use crate::frame::{DType, FrameSpec, Stamp};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::origin::monotonic_nanos;
use crate::ports::{Ports, Task, TaskError};
use crate::share::import::PARAMS;
use crate::stream::StreamError;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zenoh::Wait;
use zenoh::qos::CongestionControl;

/// The kind's name.
pub(in crate::share) const NAME: &str = "export-zenoh";

/// Most readers that are heard at once: what a hostile host could have us remember.
const MAX_READERS: usize = 1024;

/// Between two looks whether the pipeline stops.
const PATIENCE: Duration = Duration::from_millis(100);

/// The kind of these tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Export;

impl Kind for Export {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "carries a stream to other hosts"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        const { &[Port { name: "in", dtypes: &DType::ALL, optional: false, many: false, summary: "the frames that go" }] }
    }

    fn gauges(&self) -> &'static [&'static str] {
        &["readers"]
    }

    fn produces(&self, _wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        Ok(BTreeMap::new())
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Ok(Box::new(Sender { name: wiring.params.text("name").into(), lossless: wiring.params.bool("lossless") }))
    }
}

struct Sender {
    name: String,
    lossless: bool,
}

/// The readers that are heard.
#[derive(Default)]
struct Readers {
    heard: Mutex<HashMap<u64, Heard>>,
    news: Condvar,
}

#[derive(Clone, Copy)]
struct Heard {
    next: u64,
    at: Instant,
}

impl Readers {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A reader says how far it is in this `run`. One that does not know of the run has nothing to wait for.
    fn hear(&self, note: Note, run: u64, sent: u64) {
        let mut heard = self.lock();
        if note.leaves {
            heard.remove(&note.reader);
        } else if heard.len() < MAX_READERS || heard.contains_key(&note.reader) {
            let next = if note.run == run { note.next } else { sent };
            heard.insert(note.reader, Heard { next, at: Instant::now() });
        }
        drop(heard);
        self.news.notify_all();
    }

    /// Waits until all that are heard are less than a window behind `sequence`; false once `is_stopping`.
    fn wait(&self, sequence: u64, is_stopping: impl Fn() -> bool) -> bool {
        let mut heard = self.lock();
        loop {
            heard.retain(|_, reader| reader.at.elapsed() < SILENCE);
            if heard.values().all(|reader| sequence.saturating_sub(reader.next) < WINDOW) {
                return true;
            }
            if is_stopping() {
                return false;
            }
            heard = self.news.wait_timeout(heard, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Task for Sender {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut reader = ports.any_reader("in")?;
        let spec = reader.spec();
        let (session, key) = (session()?, key(&self.name).to_owned());
        // When it started tells one run from another.
        let run = monotonic_nanos() | 1;
        let sent = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let readers = Arc::new(Readers::default());
        let (hears, heard_sent) = (Arc::clone(&readers), Arc::clone(&sent));
        let _notes = session
            .declare_subscriber(format!("{key}/@notes"))
            .callback(move |sample| {
                if let Some(note) = Note::parse(&sample.payload().to_bytes()) {
                    hears.hear(note, run, heard_sent.load(std::sync::atomic::Ordering::Relaxed));
                }
            })
            .wait()
            .map_err(|error| failed("listen to readers", &error))?;
        let _clock = session
            .declare_queryable(format!("{key}/@clock"))
            .callback(move |query| {
                let answer = [monotonic_nanos(), run].map(u64::to_le_bytes).concat();
                // Who asked is gone, or asks again.
                let _ = query.reply(query.key_expr().clone(), answer).wait();
            })
            .wait()
            .map_err(|error| failed("answer for the clock", &error))?;
        let congestion = if self.lossless { CongestionControl::Block } else { CongestionControl::Drop };
        let publisher = session
            .declare_publisher(key)
            .congestion_control(congestion)
            .express(true)
            .wait()
            .map_err(|error| failed("publish", &error))?;
        let gauge = ports.gauge("readers");
        reader.set_timeout(Some(PATIENCE));
        let mut sequence = 0;
        let is_stopping = || ports.is_stopping();
        loop {
            let frame = match reader.look() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(StreamError::TimedOut { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            if self.lossless && !readers.wait(sequence, is_stopping) {
                break;
            }
            let stamp = Stamp { sequence, nanos: frame.stamp().nanos };
            let packet = wire::packet(run, &spec, stamp, Some(&frame));
            frame.increment();
            publisher.put(packet).wait().map_err(|error| failed("send a frame", &error))?;
            sequence += 1;
            sent.store(sequence, std::sync::atomic::Ordering::Relaxed);
            gauge.set(readers.lock().len() as f64);
        }
        let end = wire::packet(run, &spec, Stamp { sequence, nanos: 0 }, None);
        publisher.put(end).wait().map_err(|error| failed("send the end", &error))
    }
}
