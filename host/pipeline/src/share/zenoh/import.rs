//! The task that fills a stream from another host.

use super::clock::Offset;
use super::session::{failed, key, session};
use super::wire::{self, Note, Packet};
use super::{HEARTBEAT, SILENCE, WINDOW};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::origin::monotonic_nanos;
use crate::ports::{GaugeHandle, Ports, Task, TaskError};
use crate::share::import::{OUT, PARAMS, declared};
use crate::stream::{AnyWriter, StreamError};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use zenoh::bytes::ZBytes;
use zenoh::{Session, Wait};

/// The kind's name.
pub(in crate::share) const NAME: &str = "import-zenoh";

/// Between two questions for the clock.
const CLOCK_EVERY: Duration = Duration::from_secs(2);

/// Between two of the first questions, before the first answer.
const CLOCK_AT_FIRST: Duration = Duration::from_millis(200);

/// Frames that come while the stream is full, at most: a writer that waits for us is never that far ahead.
const QUEUE: usize = 2 * WINDOW as usize;

/// The kind of these tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import;

impl Kind for Import {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "fills a stream from another host"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn outputs(&self) -> &'static [Port] {
        OUT
    }

    fn gauges(&self) -> &'static [&'static str] {
        &["connected", "missed", "reconnects", "clock_ahead_ms", "round_trip_us"]
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        declared(wiring)
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Ok(Box::new(Receiving { name: wiring.params.text("name").into(), lossless: wiring.params.bool("lossless") }))
    }
}

struct Receiving {
    name: String,
    lossless: bool,
}

/// Where we are in the writer's stream.
#[derive(Debug, Default)]
struct Place {
    /// The writer's run; 0 before the first frame.
    run: u64,
    next: u64,
    missed: u64,
    runs: u32,
}

impl Place {
    /// A frame came: whether it is one that we do not have yet.
    fn come(&mut self, run: u64, sequence: u64) -> bool {
        if run != self.run {
            // Of a run that began before we listened nothing was missed.
            (self.run, self.next) = (run, sequence);
            self.runs += 1;
        }
        if sequence < self.next {
            return false;
        }
        self.missed += sequence - self.next;
        self.next = sequence + 1;
        true
    }
}

struct Gauges {
    connected: GaugeHandle,
    missed: GaugeHandle,
    reconnects: GaugeHandle,
    ahead: GaugeHandle,
    round_trip: GaugeHandle,
}

/// The link to the writer.
struct Link {
    session: Arc<Session>,
    key: String,
    /// Our number among the readers.
    reader: u64,
    offset: Arc<Mutex<Offset>>,
    lossless: bool,
    place: Place,
    noted: Instant,
    asked: Option<Instant>,
    heard: Option<Instant>,
}

impl Task for Receiving {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut writer = ports.any_writer("out")?;
        writer.set_timeout(Some(HEARTBEAT));
        let gauge = |name| ports.gauge(name);
        let gauges = Gauges {
            connected: gauge("connected"),
            missed: gauge("missed"),
            reconnects: gauge("reconnects"),
            ahead: gauge("clock_ahead_ms"),
            round_trip: gauge("round_trip_us"),
        };
        let (session, key) = (session()?, key(&self.name).to_owned());
        let (sender, frames) = sync_channel(QUEUE);
        let _subscriber = session
            .declare_subscriber(key.clone())
            .callback(move |sample| {
                // What has no room shows in the sequence.
                let _ = sender.try_send(sample.payload().clone());
            })
            .wait()
            .map_err(|error| failed("listen to a stream", &error))?;
        let mut link = Link {
            session,
            key,
            reader: u64::from(std::process::id()) << 32 ^ monotonic_nanos(),
            offset: Arc::default(),
            lossless: self.lossless,
            place: Place::default(),
            noted: Instant::now(),
            asked: None,
            heard: None,
        };
        link.note(false);
        let result = link.carry(ports, &frames, &mut writer, &gauges);
        link.note(true);
        result
    }
}

impl Link {
    fn carry(
        &mut self,
        ports: &Ports,
        frames: &Receiver<ZBytes>,
        writer: &mut AnyWriter,
        gauges: &Gauges,
    ) -> Result<(), TaskError> {
        let spec = writer.spec();
        while !ports.is_stopping() {
            self.keep_in_touch(gauges);
            let payload = match frames.recv_timeout(HEARTBEAT) {
                Ok(payload) => payload,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return Err(TaskError::failed("the session was closed")),
            };
            let bytes = payload.to_bytes();
            self.heard = Some(Instant::now());
            match wire::parse(&bytes) {
                Some(Packet::Frame { spec: found, .. }) if !found.fits(&spec) => {
                    let name = &self.key;
                    return Err(TaskError::failed(format!("'{name}' has frames of {found}, and {spec} were expected")));
                }
                Some(Packet::Frame { run, stamp, elements, .. }) => {
                    if run != self.place.run {
                        self.offset().forget();
                        self.asked = None;
                        self.keep_in_touch(gauges);
                    }
                    if self.place.come(run, stamp.sequence) {
                        let nanos = self.offset().ours(stamp.nanos, monotonic_nanos());
                        self.write(ports, writer, nanos, elements, gauges)?;
                    }
                    gauges.missed.set(self.place.missed as f64);
                    gauges.reconnects.set(f64::from(self.place.runs.saturating_sub(1)));
                }
                Some(Packet::End { run, sequence }) if run == self.place.run => {
                    self.place.missed += sequence.saturating_sub(self.place.next);
                    gauges.missed.set(self.place.missed as f64);
                    return Ok(());
                }
                // An end that we know no beginning of, or nothing of ours.
                Some(Packet::End { .. }) | None => {}
            }
        }
        Ok(())
    }

    /// Writes a frame however long the stream is full, and says so to the writer over there meanwhile.
    fn write(
        &mut self,
        ports: &Ports,
        writer: &mut AnyWriter,
        nanos: u64,
        elements: &[u8],
        gauges: &Gauges,
    ) -> Result<(), TaskError> {
        loop {
            match writer.write_at(nanos, elements) {
                Ok(()) => {
                    if self.lossless && self.place.next % (WINDOW / 4) == 0 {
                        self.note(false);
                    }
                    return Ok(());
                }
                Err(StreamError::TimedOut { .. }) if !ports.is_stopping() => self.keep_in_touch(gauges),
                Err(StreamError::TimedOut { .. }) => return Err(TaskError::Stopped),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Sends a note and asks for the clock, where it is time.
    fn keep_in_touch(&mut self, gauges: &Gauges) {
        if self.noted.elapsed() >= HEARTBEAT {
            self.note(false);
        }
        let known = self.offset().ahead();
        let pause = if known.is_some() { CLOCK_EVERY } else { CLOCK_AT_FIRST };
        if self.asked.is_none_or(|asked| asked.elapsed() >= pause) {
            self.asked = Some(Instant::now());
            self.ask_for_clock();
        }
        if let Some((ahead, round_trip)) = known {
            gauges.ahead.set(ahead as f64 * 1e-6);
            gauges.round_trip.set(round_trip as f64 * 1e-3);
        }
        gauges.connected.set(f64::from(u8::from(self.heard.is_some_and(|heard| heard.elapsed() < SILENCE))));
    }

    fn note(&mut self, leaves: bool) {
        self.noted = Instant::now();
        let note = Note { reader: self.reader, run: self.place.run, next: self.place.next, leaves };
        // A note that does not go out is followed by the next.
        let _ = self.session.put(format!("{}/@notes", self.key), note.bytes().to_vec()).express(true).wait();
    }

    fn ask_for_clock(&self) {
        let (offset, asked) = (Arc::clone(&self.offset), monotonic_nanos());
        let answered = move |reply: zenoh::query::Reply| {
            let Ok(sample) = reply.result() else { return };
            if let Some([theirs, _run]) = wire::words(&sample.payload().to_bytes()) {
                let mut offset = offset.lock().unwrap_or_else(PoisonError::into_inner);
                offset.learn(asked, theirs, monotonic_nanos());
            }
        };
        // Who is not there does not answer, and is asked again.
        let _ = self.session.get(format!("{}/@clock", self.key)).timeout(CLOCK_EVERY).callback(answered).wait();
    }

    fn offset(&self) -> std::sync::MutexGuard<'_, Offset> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_counted_and_runs_told_apart() {
        let mut place = Place::default();
        let mut check = |run, sequence, is_new, missed| {
            assert_eq!((place.come(run, sequence), place.missed), (is_new, missed), "{run} {sequence}");
        };
        check(1, 10, true, 0);
        check(1, 11, true, 0);
        check(1, 11, false, 0);
        check(1, 14, true, 2);
        check(2, 3, true, 2);
        check(2, 5, true, 3);
        assert_eq!(place.runs, 2);
    }
}
