//! Adds windows up again: every frame at its absolute place, weighted, divided by the sum of the weights.
//!
//! ```text
//!   taken         next chunk's start      last chunk's end
//!     |-- ready --|-------- begun --------|                 in a ring of one chunk a channel
//! ```
//!
//! Lent memory holds a row a channel for the weighted sums, a row for the sums of weights, and a row for the weights of the
//! window that is added. Places in a row are absolute frames modulo the chunk, so the state is the same however it came about.

mod error;
mod run;

use crate::window::LEAST;
use crate::{Plan, Segment, Window};
use core::ops::Range;
pub use error::{AddError, OverlapAddError};
use run::{Run, add, finish};

/// What a separator made of one window, and where the window lies in it.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// The channels (of all stems) one after another, equally long.
    pub samples: &'a [f32],
    /// Frames before the window's first: what prompts take that go before it.
    pub chunk_at: usize,
    /// How many frames of each channel are there, from the channel's first.
    pub produced: usize,
}

impl<'a> Output<'a> {
    /// What was made of a window alone, all of its frames. `channels` is what the samples are divided into. Any.
    pub fn whole(samples: &'a [f32], channels: usize) -> Self {
        Self { samples, chunk_at: 0, produced: samples.len().checked_div(channels).unwrap_or(0) }
    }
}

/// Adds the windows of a plan up, in their order; what is finished leaves at once.
pub struct OverlapAdd<M> {
    memory: M,
    plan: Plan,
    window: Window,
    channels: usize,
    next: u64,
    taken: u64,
    repaired: u64,
    /// Whether the row of weights rises and falls, when it holds any: all windows between the first and the last share it.
    row: Option<(bool, bool)>,
}

impl<M> core::fmt::Debug for OverlapAdd<M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { window, channels, next, taken, repaired, .. } = self;
        f.debug_struct("OverlapAdd")
            .field("window", window)
            .field("channels", channels)
            .field("next", next)
            .field("taken", taken)
            .field("repaired", repaired)
            .finish_non_exhaustive()
    }
}

impl OverlapAdd<&mut [f32]> {
    /// How many samples of memory it takes for so many channels (of all stems); `usize::MAX` where that is more than
    /// can be counted. Any.
    pub fn memory(channels: usize, plan: &Plan) -> usize {
        channels.checked_add(2).and_then(|rows| rows.checked_mul(plan.chunk_frames())).unwrap_or(usize::MAX)
    }
}

impl<M: AsRef<[f32]> + AsMut<[f32]>> OverlapAdd<M> {
    /// Samples beyond this, some 600 dB above full scale, are taken for no number: sums of them would be infinite.
    pub const LOUDEST: f32 = run::LOUDEST;
    /// How many frames fade out before a hole that [`OverlapAdd::add_filled`] fills.
    pub const HOLE_FADE_FRAMES: usize = 256;

    /// Empty, in lent memory of at least [`OverlapAdd::memory`] samples, whatever they hold. Any.
    ///
    /// # Errors
    /// Too little memory, no channel, a window's parameter.
    pub fn new(memory: M, channels: usize, plan: &Plan, window: Window) -> Result<Self, OverlapAddError> {
        Self::restore(memory, channels, plan, window, 0, 0, &[])
    }

    /// As it was when [`OverlapAdd::save`] was called: after so many segments were added and so many frames taken. It goes on
    /// to the same bits. [`OverlapAdd::repaired`] counts anew. Any.
    ///
    /// # Errors
    /// As [`OverlapAdd::new`]; and when the numbers do not belong together, or `saved` holds what no sum can be.
    pub fn restore(
        memory: M,
        channels: usize,
        plan: &Plan,
        window: Window,
        segments: u64,
        taken: u64,
        saved: &[f32],
    ) -> Result<Self, OverlapAddError> {
        window.check().map_err(OverlapAddError::Window)?;
        if channels == 0 {
            return Err(OverlapAddError::Channels);
        }
        let (needed, given) = (OverlapAdd::memory(channels, plan), memory.as_ref().len());
        if given < needed {
            return Err(OverlapAddError::Memory { needed, given });
        }
        let mut restored =
            Self { memory, plan: *plan, window, channels, next: segments, taken, repaired: 0, row: None };
        let earliest = segments.checked_sub(1).map_or(0, |last| plan.finished_before(last));
        if segments > plan.chunks() || !(earliest..=plan.finished_before(segments)).contains(&taken) {
            return Err(OverlapAddError::Position { segments, taken });
        }
        let needed = restored.saved_len();
        if saved.len() != needed {
            return Err(OverlapAddError::Saved { needed, given: saved.len() });
        }
        // Every frame that has begun has a weight.
        let weights = &saved[saved.len() - restored.pending()..];
        if saved.iter().any(|sample| !sample.is_finite()) || weights.iter().any(|weight| *weight < LEAST) {
            return Err(OverlapAddError::Damaged);
        }
        let (first, second) = restored.pieces(taken, restored.pending());
        let chunk = plan.chunk_frames();
        if needed > 0 {
            let rows = restored.memory.as_mut().chunks_exact_mut(chunk);
            for (row, saved) in rows.zip(saved.chunks_exact(first.len() + second.len())) {
                let (front, back) = saved.split_at(first.len());
                row[first.clone()].copy_from_slice(front);
                row[second.clone()].copy_from_slice(back);
            }
        }
        Ok(restored)
    }

    /// Adds what became of the next segment. [`OverlapAdd::take`] what is ready first. Worker.
    ///
    /// Samples that are no number, or beyond [`OverlapAdd::LOUDEST`], count as 0 and are [counted](OverlapAdd::repaired).
    ///
    /// # Errors
    /// [`AddError`]; nothing was added then. [`AddError::Short`] can be helped by [`OverlapAdd::add_filled`].
    pub fn add(&mut self, segment: &Segment, output: Output<'_>) -> Result<(), AddError> {
        match self.missing(segment, &output)? {
            0 => self.accept(segment, &output, segment.kept.len()),
            missing => return Err(AddError::Short { missing }),
        }
        Ok(())
    }

    /// The same, but an output that is too short leaves a hole, and the number of frames that are missing is returned.
    /// What is there fades out before the hole, over [`OverlapAdd::HOLE_FADE_FRAMES`]; the hole is silence, into which
    /// neighbouring windows fade as ever. Nothing moves. Worker.
    ///
    /// # Errors
    /// As [`OverlapAdd::add`], but for [`AddError::Short`].
    pub fn add_filled(&mut self, segment: &Segment, output: Output<'_>) -> Result<usize, AddError> {
        let missing = self.missing(segment, &output)?;
        self.accept(segment, &output, segment.kept.len() - missing);
        Ok(missing)
    }

    /// Frames that are finished and can be taken. Any.
    pub fn ready(&self) -> usize {
        (self.plan.finished_before(self.next) - self.taken) as usize
    }

    /// Takes finished frames, in order, as many as there are or `out` has room for, and returns how many. `out` holds the
    /// channels one after another, each of `out.len() / channels` frames. Worker.
    pub fn take(&mut self, out: &mut [f32]) -> usize {
        let room = out.len() / self.channels;
        let frames = self.ready().min(room);
        if frames == 0 {
            return 0;
        }
        let (first, second) = self.pieces(self.taken, frames);
        let chunk = self.plan.chunk_frames();
        let (sums, rest) = self.memory.as_ref().split_at(self.channels * chunk);
        for (out, sums) in out.chunks_exact_mut(room).zip(sums.chunks_exact(chunk)) {
            let (front, back) = out[..frames].split_at_mut(first.len());
            finish(front, &sums[first.clone()], &rest[first.clone()]);
            finish(back, &sums[second.clone()], &rest[second.clone()]);
        }
        self.taken += frames as u64;
        frames
    }

    /// The absolute frame that is taken next: how many were taken. Any.
    pub fn position(&self) -> u64 {
        self.taken
    }

    /// How many segments were added; the index of the next one. Any.
    pub fn segments(&self) -> u64 {
        self.next
    }

    /// Whether every segment was added and every frame taken. Any.
    pub fn is_complete(&self) -> bool {
        self.next == self.plan.chunks() && self.taken == self.plan.total()
    }

    /// Samples that were no number and became 0. Any.
    pub fn repaired(&self) -> u64 {
        self.repaired
    }

    /// How many samples [`OverlapAdd::save`] writes now: least right after everything ready was taken. Any.
    pub fn saved_len(&self) -> usize {
        (self.channels + 1) * self.pending()
    }

    /// Writes what has begun and was not taken to the start of `out`, for [`OverlapAdd::restore`]. Any.
    ///
    /// # Errors
    /// `out` is shorter than [`OverlapAdd::saved_len`].
    pub fn save(&self, out: &mut [f32]) -> Result<(), OverlapAddError> {
        let needed = self.saved_len();
        let given = out.len();
        let out = out.get_mut(..needed).ok_or(OverlapAddError::Memory { needed, given })?;
        if needed > 0 {
            let (first, second) = self.pieces(self.taken, self.pending());
            let rows = self.memory.as_ref().chunks_exact(self.plan.chunk_frames());
            for (out, row) in out.chunks_exact_mut(first.len() + second.len()).zip(rows) {
                let (front, back) = out.split_at_mut(first.len());
                front.copy_from_slice(&row[first.clone()]);
                back.copy_from_slice(&row[second.clone()]);
            }
        }
        Ok(())
    }

    /// Frames that have begun and were not taken; at most a chunk.
    fn pending(&self) -> usize {
        let last = self.next.checked_sub(1).and_then(|last| self.plan.segment(last));
        last.map_or(0, |last| (last.kept_span().end - self.taken) as usize)
    }

    /// Refuses what is not the next segment, or has no room; otherwise how many kept frames are missing at its end.
    fn missing(&self, segment: &Segment, output: &Output<'_>) -> Result<usize, AddError> {
        if self.plan.segment(self.next).as_ref() != Some(segment) {
            return Err(AddError::Order { given: segment.index, expected: self.next });
        }
        match self.ready() {
            0 => {
                let there = output.produced.min(output.samples.len() / self.channels);
                let there = there.saturating_sub(output.chunk_at.saturating_add(segment.kept.start));
                Ok(segment.kept.len().saturating_sub(there))
            }
            ready => Err(AddError::NotTaken { ready }),
        }
    }

    /// Adds the first `there` of the kept frames, and the weights of all.
    fn accept(&mut self, segment: &Segment, output: &Output<'_>, there: usize) {
        let kept = segment.kept.len();
        let chunk = self.plan.chunk_frames();
        let runs = self.runs(segment);
        let (sums, rest) = self.memory.as_mut().split_at_mut(self.channels * chunk);
        let (all_weights, row) = rest.split_at_mut(chunk);
        let row = &mut row[..kept];
        let (rises, falls) = (segment.index > 0, segment.index + 1 < self.plan.chunks());
        if self.row.replace((rises, falls)) != Some((rises, falls)) {
            self.window.weights(&self.plan, rises, falls, row);
        }
        // What is there fades out before a hole.
        let fade = if there < kept { there.min(Self::HOLE_FADE_FRAMES) } else { 0 };
        let stride = output.samples.len() / self.channels;
        for (channel, sums) in sums.chunks_exact_mut(chunk).enumerate() {
            let at = channel * stride + output.chunk_at + segment.kept.start;
            let samples = if there > 0 { &output.samples[at..at + there] } else { &[] };
            for run in &runs {
                let Range { start, end } = run.frames;
                let (full, fading) = ((there - fade).clamp(start, end), there.clamp(start, end));
                let sums = &mut sums[run.place..][..end - start];
                self.repaired +=
                    run.lay(&mut sums[..full - start], &samples[start.min(there)..full.min(there)], &row[start..full]);
                for nth in full..fading {
                    let faded = samples[nth] * (there - nth) as f32 / (fade + 1) as f32;
                    self.repaired += run.lay(&mut sums[nth - start..=nth - start], &[faded], &row[nth..=nth]);
                }
                if run.begins {
                    sums[fading - start..].fill(0.0);
                }
            }
        }
        for run in &runs {
            let sums = &mut all_weights[run.place..][..run.frames.len()];
            if run.begins {
                sums.copy_from_slice(&row[run.frames.clone()]);
            } else {
                add(sums, &row[run.frames.clone()]);
            }
        }
        self.next += 1;
    }

    /// The kept frames of a segment, cut where a row of the ring ends and where the previous segment did.
    fn runs(&self, segment: &Segment) -> [Run; 3] {
        let kept = segment.kept.len();
        let (first, _) = self.pieces(segment.kept_start, kept);
        let begun = if segment.index > 0 { self.plan.overlap_frames() } else { 0 };
        let cuts = [0, begun.min(first.len()), begun.max(first.len()), kept];
        let run = |from: usize, to: usize| Run {
            place: if from < first.len() { first.start + from } else { from - first.len() },
            begins: from >= begun,
            frames: from..to,
        };
        [run(cuts[0], cuts[1]), run(cuts[1], cuts[2]), run(cuts[2], cuts[3])]
    }

    /// Where in a row the `frames` from an absolute frame on stand: up to the row's end, and on from its start.
    fn pieces(&self, from: u64, frames: usize) -> (Range<usize>, Range<usize>) {
        let chunk = self.plan.chunk_frames();
        let start = (from % (chunk.max(1) as u64)) as usize;
        let first = frames.min(chunk - start);
        (start..start + first, 0..frames - first)
    }
}
