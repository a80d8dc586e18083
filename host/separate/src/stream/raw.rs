//! What a model makes of windows, before anything is added up: the work that can be done anywhere, in any order.

use super::feed::Feed;
use super::gather::{self, Gather};
use super::parts::Mixer;
use super::{Bench, Made, Recording, Stream, Told};
use crate::{ErrorCode, JobError};
use ripieno_ports::Separator;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

/// The output of a model for one window.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    /// The window.
    pub window: u64,
    /// Frames that the model was sent, prompts included; each channel of each stem has so many.
    pub sent: usize,
    /// Frames of them that it wrote.
    pub produced: usize,
    /// The stems that outputs need, by the model's indices.
    pub used: &'a [usize],
    /// All stems of the model one after the other, each with its channels one after the other.
    pub stems: &'a [f32],
}

impl<R: Recording> Stream<'_, R> {
    /// Does a span of windows and gives what the model made of each, in order. The recording is read from the span's start
    /// on. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code, also that of `each`.
    pub fn raw<M: Separator>(
        &self,
        model: &mut M,
        windows: Range<u64>,
        each: &mut dyn FnMut(Raw<'_>) -> Result<(), JobError>,
        tell: &mut dyn FnMut(Told),
    ) -> Result<(), JobError> {
        let geometry = model.geometry();
        let channels = self.recording.channels();
        let mixer = Mixer::new(self.parts, self.integers);
        let first = self.plan.segment(windows.start).map(|segment| segment.start);
        let Some(start) = first.filter(|_| windows.end <= self.plan.chunks()) else {
            let message = format!("windows {windows:?} are not all of the {} there are", self.plan.chunks());
            return Err(JobError::new(ErrorCode::Failed, message));
        };
        let mut feed = Feed::open(self.recording, geometry.rate, self.cancel)?;
        feed.seek(start)?;
        thread::scope(|scope| {
            let (blocks, incoming) = sync_channel(gather::AHEAD);
            let reader = scope.spawn(move || gather::read_ahead(feed, channels, &blocks));
            let gather = Gather::new(incoming, channels, start, self.edge);
            let mut bench = Bench { gather, mix: Vec::new(), stems: Vec::new() };
            let done = || -> Result<(), JobError> {
                for window in windows {
                    let Some(segment) = self.plan.segment(window) else { return Err(JobError::cancelled()) };
                    let made = self.infer(model, &segment, &mut bench, tell)?;
                    let Some(Made { produced, .. }) = made else { return Err(JobError::cancelled()) };
                    let sent = bench.mix.len() / channels;
                    each(Raw { window, sent, produced, used: mixer.used(), stems: &bench.stems })?;
                    tell(Told::Done(window + 1));
                }
                Ok(())
            };
            let done = done();
            drop(bench);
            // A reader that ended early is the cause, whatever the windows say.
            let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
            let of_reader = read.err().filter(|error| error.code != ErrorCode::Cancelled);
            of_reader.map_or(done, Err)
        })
    }
}
