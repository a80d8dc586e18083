//! The heart of a job: windows of a recording go through a separator and come back as outputs, in constant memory.
//!
//! Three threads: one reads ahead, the caller's separates and adds windows up, one brings what is finished to the sinks.
//! Between them stand short queues, so that memory is a few windows whatever the recording's length. The recording is read a
//! second time where outputs are what is left of it: that is cheaper than keeping it.

mod delivery;
mod exact;
mod feed;
mod gather;
mod parts;
mod raw;
mod recording;
mod state;

#[cfg(test)]
mod tests;

pub use delivery::Sink;
pub use parts::Part;
pub use raw::Raw;
pub use recording::{Reader, Recording};
pub use state::{Due, Keeper, LaneState, State};

use crate::{Cancel, ErrorCode, JobError};
use delivery::Delivery;
use feed::Feed;
use gather::Gather;
use parts::Mixer;
use ripieno_chunk::{
    AddError, Arrangement, Edge, Output, OverlapAdd, Plan, Prompt, PromptSettings, Segment, Window, arrange,
};
use ripieno_files::Resampler;
use ripieno_ports::{Conditions, Fault, FaultKind, Separator, Statistics};
use ripieno_types::{Anchor, SampleRate, Sign};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

/// How often the caller hears of the writing thread once nothing is left to separate.
const TAIL_POLL: Duration = Duration::from_millis(20);

/// Frames that the reading thread may be ahead.
pub(crate) const AHEAD_FRAMES: usize = gather::AHEAD * gather::BLOCK;

/// What is to be done with a recording.
#[derive(Debug)]
pub struct Stream<'a, R> {
    /// What is separated.
    pub recording: &'a R,
    /// The windows, at the separator's rate.
    pub plan: Plan,
    /// How they fade into each other.
    pub window: Window,
    /// What lies beyond the recording's ends.
    pub edge: Edge,
    /// Within the recording, in the user's order.
    pub anchors: &'a [Anchor],
    /// How anchors reach windows.
    pub prompts: PromptSettings,
    /// Handed on to the separator.
    pub description: &'a str,
    /// Handed on to the separator.
    pub seed: u64,
    /// Handed on to the separator.
    pub statistics: Option<Statistics>,
    /// What each sink gets.
    pub parts: &'a [Part],
    /// The rate of the outputs: the recording's or the separator's.
    pub rate: SampleRate,
    /// Whether outputs hold integers of 24 bits, and should add up exactly there too.
    pub integers: bool,
    /// Asks to stop.
    pub cancel: &'a Cancel,
}

/// What a stream tells while it runs, on the caller's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// So many windows are done: separated, added up, and what they finish is written.
    Done(u64),
    /// The output of a window was too short or held what is no number; the place is filled.
    Repaired {
        /// The window.
        window: u64,
        /// Frames that were missing.
        missing: usize,
        /// Samples that were no number.
        samples: u64,
    },
    /// Prompts of a window did not fit.
    Trimmed {
        /// The window.
        window: u64,
        /// How many were shortened.
        shortened: usize,
        /// How many were left out.
        left_out: usize,
    },
}

/// What windows go through, one after the other.
struct Bench<'a, R: Recording> {
    gather: Gather<'a, R>,
    /// What goes into the separator and comes out.
    mix: Vec<f32>,
    stems: Vec<f32>,
}

/// The stems that outputs need, and what of each is added up.
struct Sums {
    used: Vec<usize>,
    sums: Vec<OverlapAdd<Vec<f32>>>,
}

/// Of what a separator made of a window: where the window lies in it, and the frames that were written.
struct Made {
    chunk_at: usize,
    produced: usize,
}

/// What a window finished, and the state after it.
struct Piece {
    frames: usize,
    /// Of each stem that is used, the channels one after the other.
    stems: Vec<Vec<f32>>,
    windows: u64,
    taken: u64,
    sums: Vec<Vec<f32>>,
}

impl<R: Recording> Stream<'_, R> {
    /// Frames of each output. Any.
    pub fn frames(&self) -> u64 {
        Resampler::frames(self.recording.rate(), self.rate, self.recording.frames())
    }

    /// Does it all, from the start or from a state that a [`Keeper`] kept. The sinks must be as they were then. When it ends
    /// well, each sink got [`frames`](Self::frames) frames in all. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code; what the keeper kept last is good.
    pub fn run<M: Separator, S: Sink>(
        &self,
        model: &mut M,
        sinks: &mut [S],
        keeper: Option<&mut dyn Keeper>,
        from: Option<State>,
        tell: &mut dyn FnMut(Told),
    ) -> Result<(), JobError> {
        let geometry = model.geometry();
        let channels = self.recording.channels();
        if geometry.channels != channels {
            let message = format!("the model takes {} channels and the recording has {channels}", geometry.channels);
            return Err(JobError::new(ErrorCode::BadInput, message));
        }
        let mixer = Mixer::new(self.parts, self.integers);
        let used = mixer.used().to_vec();
        let from = from.unwrap_or_else(|| self.beginning(used.len(), channels));
        let mut sums = Vec::new();
        for saved in &from.sums {
            sums.push(self.overlap_add(channels, from.windows, from.taken, saved)?);
        }
        let mut feed = Feed::open(self.recording, geometry.rate, self.cancel)?;
        let start = self.plan.segment(from.windows).map_or(self.plan.total(), |segment| segment.start);
        feed.seek(start)?;
        let recording = match mixer.wants_mix() {
            true => Some(Feed::open(self.recording, self.rate, self.cancel)?),
            false => None,
        };
        let mut delivery = Delivery::new(mixer, recording, sinks, channels, (geometry.rate, self.rate), self.frames());
        delivery.restore(from.delivered, from.lanes)?;

        let done = AtomicU64::new(from.windows);
        thread::scope(|scope| {
            let (blocks, incoming) = sync_channel(gather::AHEAD);
            // None waits: one window is written while the next is separated, so a death costs no more than these two.
            let (pieces, finished) = sync_channel(0);
            let done = &done;
            let reader = scope.spawn(move || gather::read_ahead(feed, channels, &blocks));
            let writer = scope.spawn(move || self.write(delivery, keeper, &finished, done));
            let gather = Gather::new(incoming, channels, start, self.edge);
            let mut bench = Bench { gather, mix: Vec::new(), stems: Vec::new() };
            let mut sums = Sums { used, sums };
            let mut separated = Ok(());
            for segment in self.plan.segments().skip(usize::try_from(from.windows).unwrap_or(usize::MAX)) {
                let piece = self.separate(model, &segment, &mut bench, &mut sums, tell);
                // Where another thread ended early, it knows why.
                separated = piece
                    .and_then(|piece| piece.and_then(|piece| pieces.send(piece).ok()).ok_or_else(JobError::cancelled));
                if separated.is_err() {
                    break;
                }
                tell(Told::Done(done.load(Ordering::Acquire)));
            }
            drop((bench, pieces));
            while !writer.is_finished() {
                tell(Told::Done(done.load(Ordering::Acquire)));
                thread::sleep(TAIL_POLL);
            }
            // A thread that ended early is the cause, whatever the others say.
            let read = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
            let written = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
            let ends: Vec<JobError> = [written, read, separated].into_iter().filter_map(Result::err).collect();
            let cause = ends.iter().find(|error| error.code != ErrorCode::Cancelled).or(ends.first());
            if let Some(cause) = cause {
                return Err(cause.clone());
            }
            tell(Told::Done(done.load(Ordering::Acquire)));
            Ok(())
        })
    }

    fn beginning(&self, stems: usize, channels: usize) -> State {
        State {
            sums: vec![Vec::new(); stems],
            lanes: vec![LaneState { history: vec![Vec::new(); channels] }; stems],
            ..State::default()
        }
    }

    fn overlap_add(
        &self,
        channels: usize,
        windows: u64,
        taken: u64,
        saved: &[f32],
    ) -> Result<OverlapAdd<Vec<f32>>, JobError> {
        let memory = vec![0.0; OverlapAdd::memory(channels, &self.plan)];
        OverlapAdd::restore(memory, channels, &self.plan, self.window, windows, taken, saved)
            .map_err(|error| JobError::new(ErrorCode::Failed, format!("windows cannot be added up: {error}")))
    }

    /// One window through the model and added up. `None`: the reading thread ended early and knows why.
    fn separate<'s, M: Separator>(
        &'s self,
        model: &mut M,
        segment: &Segment,
        bench: &mut Bench<'s, R>,
        Sums { used, sums }: &mut Sums,
        tell: &mut dyn FnMut(Told),
    ) -> Result<Option<Piece>, JobError> {
        let Some(made) = self.infer(model, segment, bench, tell)? else { return Ok(None) };
        let (mut missing, mut repaired) = (0, 0);
        let mut piece = Piece { frames: 0, stems: Vec::new(), windows: segment.index + 1, taken: 0, sums: Vec::new() };
        for (stem, sum) in used.iter().zip(sums) {
            let samples = &bench.stems[stem * bench.mix.len()..(stem + 1) * bench.mix.len()];
            let output = Output { samples, chunk_at: made.chunk_at, produced: made.produced };
            let before = sum.repaired();
            missing = missing.max(add(sum, segment, output)?);
            repaired += sum.repaired() - before;
            piece.frames = sum.ready();
            let mut finished = vec![0.0; piece.frames * self.recording.channels()];
            sum.take(&mut finished);
            piece.stems.push(finished);
            let mut saved = vec![0.0; sum.saved_len()];
            sum.save(&mut saved).map_err(|error| JobError::new(ErrorCode::Failed, error.to_string()))?;
            piece.sums.push(saved);
            piece.taken = sum.position();
        }
        if missing > 0 || repaired > 0 {
            tell(Told::Repaired { window: segment.index, missing, samples: repaired });
        }
        Ok(Some(piece))
    }

    /// One window through the model; the bench holds what it made. `None`: the reading thread ended early and knows why.
    fn infer<'s, M: Separator>(
        &'s self,
        model: &mut M,
        segment: &Segment,
        Bench { gather, mix, stems }: &mut Bench<'s, R>,
        tell: &mut dyn FnMut(Told),
    ) -> Result<Option<Made>, JobError> {
        if self.cancel.is_requested() {
            return Err(JobError::cancelled());
        }
        let geometry = model.geometry();
        let sent = self.arranged(segment)?;
        let Arrangement { sent: frames, trimmed, left_out, chunk_at, .. } = sent.arrangement;
        if trimmed + left_out > 0 {
            tell(Told::Trimmed { window: segment.index, shortened: trimmed, left_out });
        }
        mix.resize(geometry.channels * frames, 0.0);
        if gather.window(segment, &sent.arrangement, mix).is_none() {
            return Ok(None);
        }
        let next = self.plan.segment(segment.index + 1).map_or(self.plan.total(), |next| next.start);
        gather.forget_before(next);
        let open = || Feed::open(self.recording, geometry.rate, self.cancel);
        gather.add_prompts(&sent.prompts, frames, mix, open, self.cancel)?;

        stems.resize(geometry.stems * mix.len(), 0.0);
        let conditions = Conditions {
            description: self.description,
            anchors: &sent.anchors,
            start_frame: segment.start as i64 - (segment.before + chunk_at) as i64,
            seed: self.seed,
            statistics: self.statistics,
        };
        let produced = model.separate(mix, &conditions, stems).map_err(|fault| refused(segment.index, &fault))?;
        if self.cancel.is_requested() {
            return Err(JobError::cancelled());
        }
        Ok(Some(Made { chunk_at, produced }))
    }

    /// What is sent for a window. Any; allocates.
    ///
    /// # Errors
    /// Never, with anchors within the recording.
    pub(crate) fn arranged(&self, segment: &Segment) -> Result<Sent, JobError> {
        arranged(&self.plan, segment, self.anchors, &self.prompts)
    }

    /// The writing thread.
    fn write<S: Sink>(
        &self,
        mut delivery: Delivery<'_, R, S>,
        mut keeper: Option<&mut dyn Keeper>,
        finished: &Receiver<Piece>,
        done: &AtomicU64,
    ) -> Result<(), JobError> {
        let mut windows = done.load(Ordering::Acquire);
        for piece in finished {
            delivery.accept(&piece.stems, piece.frames)?;
            windows = piece.windows;
            let lanes = delivery.lanes();
            let due = keeper.as_mut().map_or(Due::No, |keeper| keeper.due());
            if let Some(keeper) = keeper.as_mut().filter(|_| due != Due::No) {
                let (delivered, sinks) = (delivery.delivered(), delivery.sinks(due == Due::Machine)?);
                keeper.keep(&State { windows, taken: piece.taken, delivered, sums: piece.sums, lanes, sinks }, due)?;
            }
            done.store(windows, Ordering::Release);
        }
        if windows < self.plan.chunks() { Err(JobError::cancelled()) } else { delivery.finish() }
    }
}

/// What is sent for a window.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) arrangement: Arrangement,
    pub(crate) prompts: Vec<Prompt>,
    /// In seconds from the first frame that is sent.
    pub(crate) anchors: Vec<Anchor>,
}

/// Arranges what is sent for a window.
pub(crate) fn arranged(
    plan: &Plan,
    segment: &Segment,
    anchors: &[Anchor],
    settings: &PromptSettings,
) -> Result<Sent, JobError> {
    let failed = |error: String| JobError::new(ErrorCode::Failed, error);
    let place = Anchor::new(Sign::Present, 0.0, 1.0).map_err(|error| failed(error.to_string()))?;
    let mut prompts = vec![Prompt::EMPTY; anchors.len()];
    let mut local = vec![place; 2 * anchors.len()];
    let arrangement = arrange(plan, segment, anchors, settings, &mut prompts, &mut local)
        .map_err(|error| failed(error.to_string()))?;
    prompts.truncate(arrangement.prompts);
    local.truncate(arrangement.anchors);
    Ok(Sent { arrangement, prompts, anchors: local })
}

/// Adds a window; a hole is filled. Gives the frames that were missing.
fn add(sum: &mut OverlapAdd<Vec<f32>>, segment: &Segment, output: Output<'_>) -> Result<usize, JobError> {
    let added = match sum.add(segment, output) {
        Err(AddError::Short { .. }) => sum.add_filled(segment, output),
        added => added.map(|()| 0),
    };
    added.map_err(|error| JobError::new(ErrorCode::Failed, format!("windows cannot be added up: {error}")))
}

/// A separator's refusal, as a job's end.
fn refused(window: u64, fault: &dyn Fault) -> JobError {
    let code = match fault.kind() {
        FaultKind::OutOfMemory => ErrorCode::OutOfMemory,
        FaultKind::Gone | FaultKind::Unsupported => ErrorCode::ModelUnavailable,
        _ => ErrorCode::Failed,
    };
    JobError::new(code, format!("the model failed at window {}: {fault}", window + 1))
}
