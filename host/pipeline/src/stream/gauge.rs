//! What a stream tells about itself while it runs: plain loads, which disturb nobody.

use super::handle::Stream;
use super::histogram::{Histogram, Latency};
use super::holder::pid_of;
use super::layout::{at, seat};
use super::ring::Place;
use std::sync::atomic::Ordering;

/// A stream's figures at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct StreamGauge {
    pub published: u64,
    pub capacity: usize,
    pub dropped: u64,
    pub writer_waiting_nanos: u64,
    /// Process of the writer; 0 if none.
    pub writer_pid: u32,
    /// The writer is gone for good: what is left is all.
    pub ended: bool,
    pub stopped: bool,
    /// The seats that are taken or expect a reader, declared ones first.
    pub readers: Vec<SeatGauge>,
}

/// One reader's figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeatGauge {
    pub seat: usize,
    /// Process of the reader that has the seat now; 0 if none.
    pub pid: u32,
    /// Whether it holds the writer back.
    pub lossless: bool,
    /// Frames published that it has not passed.
    pub behind: u64,
    pub missed: u64,
    /// Frames that it has read and passed.
    pub reads: u64,
    pub waiting_nanos: u64,
    pub latency: Latency,
}

impl Stream {
    /// The figures of now. Any.
    pub fn gauge(&self) -> StreamGauge {
        let ring = self.ring();
        let word = |index: usize| ring.word(index).load(Ordering::Relaxed);
        let published = ring.region().published() as u64;
        StreamGauge {
            published,
            capacity: ring.layout.capacity,
            dropped: word(at::DROPPED),
            writer_waiting_nanos: word(at::WRITER_WAITING),
            writer_pid: pid_of(ring.holder(Place::Writer).load(Ordering::Relaxed)),
            ended: ring.region().is_abandoned(),
            stopped: ring.is_stopped(),
            readers: (0..ring.layout.seats)
                .filter(|seat| ring.region().position(*seat).is_some())
                .map(|seat| self.seat_gauge(seat))
                .collect(),
        }
    }

    /// The figures of a seat that exists, also after its reader has left. Any.
    pub fn seat_gauge(&self, index: usize) -> SeatGauge {
        let ring = self.ring();
        let words = ring.seat(index);
        let word = |index: usize| words[index].load(Ordering::Relaxed);
        let published = ring.region().published() as u64;
        let position = ring.region().position(index).map_or(published, |position| position as u64);
        SeatGauge {
            seat: index,
            pid: pid_of(word(seat::HOLDER)),
            lossless: ring.region().is_lossless(index),
            behind: published.wrapping_sub(position).cast_signed().max(0).cast_unsigned(),
            missed: word(seat::MISSED),
            reads: word(seat::READS),
            waiting_nanos: word(seat::WAITING),
            latency: Histogram::over(&words[seat::LATENCY]).latency(),
        }
    }
}
