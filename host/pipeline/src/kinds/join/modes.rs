//! Which frames belong together.

use super::layout::Layout;
use crate::ports::{Ports, Task, TaskError};
use crate::stream::AnyReader;

fn readers(ports: &mut Ports, names: &[String]) -> Result<Vec<AnyReader>, TaskError> {
    names.iter().map(|name| ports.any_reader(name)).collect()
}

/// One frame of each input, in turn or by sequence number. Ends when one of them does.
pub(super) struct InLockstep {
    pub(super) layout: Layout,
    pub(super) names: Vec<String>,
    pub(super) by_sequence: bool,
}

impl Task for InLockstep {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut readers = readers(ports, &self.names)?;
        let mut writer = ports.any_writer("out")?;
        let [dropped, joined] = ["dropped", "joined"].map(|name| ports.gauge(name));
        let (mut drops, mut joins) = (0_u64, 0_u64);
        // Which sequence number lies in the place of an input, and when it came.
        let mut placed: Vec<Option<(u64, u64)>> = vec![None; readers.len()];
        loop {
            let mut output = writer.look()?;
            placed.fill(None);
            let mut newest = 0;
            // An input that is behind is read again: what it had in its place is dropped.
            while let Some(late) = placed.iter().position(|place| place.is_none_or(|(sequence, _)| sequence < newest)) {
                let Some(input) = readers[late].look()? else { return Ok(()) };
                self.layout.place(late, &input, &mut output);
                let stamp = input.stamp();
                input.increment();
                drops += u64::from(placed[late].is_some());
                placed[late] = Some((stamp.sequence, stamp.nanos));
                if self.by_sequence {
                    newest = newest.max(stamp.sequence);
                }
            }
            let oldest = placed.iter().flatten().map(|(_, nanos)| *nanos).min();
            output.set_nanos(oldest.unwrap_or_default());
            output.increment();
            joins += 1;
            dropped.set(drops as f64);
            joined.set(joins as f64);
        }
    }
}

/// For every frame of the reference, the nearest of each other within a tolerance, or the latest. Ends when the reference does.
pub(super) struct ByTime {
    layout: Layout,
    names: Vec<String>,
    reference: usize,
    tolerance_nanos: Option<u64>,
    /// One an input; that of the reference is not used.
    held: Vec<Held>,
}

/// What an input came to.
#[derive(Debug)]
struct Held {
    /// The frame to join, and when it was born.
    frame: Vec<u8>,
    nanos: Option<u64>,
    /// Whether it was joined at least once.
    joined: bool,
    /// The one after it, if it has come.
    next: Vec<u8>,
    next_nanos: Option<u64>,
}

impl Held {
    /// The next one takes its place. Returns whether the old one was never joined.
    fn advance(&mut self) -> bool {
        let dropped = self.nanos.is_some() && !self.joined;
        std::mem::swap(&mut self.frame, &mut self.next);
        (self.nanos, self.next_nanos, self.joined) = (self.next_nanos, None, false);
        dropped
    }

    /// Goes on to the frame nearest to `nanos`. Returns how many were dropped.
    fn nearest(&mut self, reader: &mut AnyReader, nanos: u64) -> Result<u64, TaskError> {
        let mut dropped = 0;
        loop {
            if self.next_nanos.is_none() {
                self.next_nanos = reader.read_into(&mut self.next)?.map(|stamp| stamp.nanos);
            }
            let Some(next) = self.next_nanos else { return Ok(dropped) };
            if self.nanos.is_some_and(|own| own.abs_diff(nanos) < next.abs_diff(nanos)) {
                return Ok(dropped);
            }
            dropped += u64::from(self.advance());
        }
    }

    /// Goes on to the newest frame there is; waits for the first. Returns how many were dropped.
    fn latest(&mut self, reader: &mut AnyReader) -> Result<u64, TaskError> {
        let mut dropped = 0;
        loop {
            let came = if self.nanos.is_none() {
                reader.read_into(&mut self.next)?
            } else {
                reader.try_read_into(&mut self.next)?
            };
            let Some(stamp) = came else { return Ok(dropped) };
            self.next_nanos = Some(stamp.nanos);
            dropped += u64::from(self.advance());
        }
    }
}

impl ByTime {
    pub(super) fn new(
        layout: Layout,
        names: Vec<String>,
        bytes: &[usize],
        reference: usize,
        tolerance: Option<u64>,
    ) -> Self {
        let empty = |bytes: &usize| Held {
            frame: vec![0; *bytes],
            nanos: None,
            joined: false,
            next: vec![0; *bytes],
            next_nanos: None,
        };
        Self { layout, names, reference, tolerance_nanos: tolerance, held: bytes.iter().map(empty).collect() }
    }
}

impl Task for ByTime {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut readers = readers(ports, &self.names)?;
        let mut writer = ports.any_writer("out")?;
        let [dropped, joined] = ["dropped", "joined"].map(|name| ports.gauge(name));
        let (mut drops, mut joins) = (0_u64, 0_u64);
        loop {
            let mut output = writer.look()?;
            let Some(leader) = readers[self.reference].look()? else { return Ok(()) };
            let nanos = leader.stamp().nanos;
            self.layout.place(self.reference, &leader, &mut output);
            leader.increment();
            let mut complete = true;
            for (index, (reader, held)) in readers.iter_mut().zip(&mut self.held).enumerate() {
                if index == self.reference {
                    continue;
                }
                drops += match self.tolerance_nanos {
                    Some(_) => held.nearest(reader, nanos)?,
                    None => held.latest(reader)?,
                };
                let near = |own: u64| self.tolerance_nanos.is_none_or(|tolerance| own.abs_diff(nanos) <= tolerance);
                complete &= held.nanos.is_some_and(near);
            }
            if complete {
                for (index, held) in self.held.iter_mut().enumerate().filter(|(index, _)| *index != self.reference) {
                    self.layout.place(index, &held.frame, &mut output);
                    held.joined = true;
                }
                output.set_nanos(nanos);
                output.increment();
                joins += 1;
            } else {
                drops += 1;
            }
            dropped.set(drops as f64);
            joined.set(joins as f64);
        }
    }
}
