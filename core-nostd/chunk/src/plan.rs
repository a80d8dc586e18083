//! Where windows lie: the reference's numbers (`chunk`, `overlap`, `step = chunk - overlap`,
//! `chunks = 1 + ceil((total - chunk) / step)`), bent to what a model takes.
//!
//! A window is the *chunk* that is kept, the model's context at both ends, and what lengthens both to a length that the
//! model takes. Context and lengthening are real neighbours; padding stands only where the recording ends.

use crate::lengths::Lengths;
use crate::{PlanError, Segment, Segments, to_frames, to_secs};
use ripieno_types::{SampleRate, WindowFrames};

/// What becomes of the last window, which seldom ends where the recording does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tail {
    /// It is moved back over real audio, and as long as all others.
    Context,
    /// It is as short as what is left, lengthened only to what the model takes: as PATCHBAY does it.
    Short,
}

/// What a plan is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanSettings {
    /// Frames of the recording, at `rate`.
    pub total: u64,
    /// The model's rate.
    pub rate: SampleRate,
    /// What windows the model takes.
    pub window: WindowFrames,
    /// Frames at either end of a window that are not kept.
    pub context: usize,
    /// The longest window in seconds, more than 0. `None`: the model's own.
    pub max_len_secs: Option<f64>,
    /// How far chunks overlap, in seconds, from 0 to [`Plan::MOST_OVERLAP`] of a chunk. `None`:
    /// [`Plan::DEFAULT_OVERLAP_SECS`] or half a chunk if that is less where `max_len_secs` is given, otherwise `model_overlap`.
    pub overlap_secs: Option<f64>,
    /// The model's own overlap, a fraction of a chunk from 0 to [`Plan::MOST_OVERLAP`]. `None`:
    /// [`Plan::DEFAULT_MODEL_OVERLAP`].
    pub model_overlap: Option<f64>,
    /// What becomes of the last window.
    pub tail: Tail,
    /// Frames of the longest window that are left free for prompts; see [`reserve`](crate::reserve).
    pub reserve: usize,
}

impl PlanSettings {
    /// A recording and a model, all else as it usually is. Any.
    pub const fn new(total: u64, rate: SampleRate, window: WindowFrames) -> Self {
        Self {
            total,
            rate,
            window,
            context: 0,
            max_len_secs: None,
            overlap_secs: None,
            model_overlap: None,
            tail: Tail::Context,
            reserve: 0,
        }
    }
}

/// Where the windows of a recording lie. Made once, never fails afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    total: u64,
    chunks: u64,
    rate: SampleRate,
    tail: Tail,
    lengths: Lengths,
    context: usize,
    reserve: usize,
    chunk: usize,
    overlap: usize,
    /// The longest that is sent with prompts: the user's longest window, or the model's.
    sent_most: usize,
}

impl Plan {
    /// The overlap where the user asks for windows of a length, but for no overlap, in seconds.
    pub const DEFAULT_OVERLAP_SECS: f64 = 2.0;
    /// The overlap where neither user nor model ask for one, as a fraction of a chunk.
    pub const DEFAULT_MODEL_OVERLAP: f64 = 0.25;
    /// The longest overlap, as a fraction of a chunk.
    pub const MOST_OVERLAP: f64 = 0.95;

    /// Makes a plan. Any.
    ///
    /// # Errors
    /// [`PlanError`] names the setting and its legal range.
    pub fn new(settings: &PlanSettings) -> Result<Self, PlanError> {
        let &PlanSettings { total, rate, context, reserve, tail, .. } = settings;
        let lengths = Lengths::new(settings.window)?;
        if context >= lengths.most.div_ceil(2) {
            return Err(PlanError::Context { context, window: lengths.most });
        }
        let longest = match (settings.max_len_secs, settings.window) {
            (Some(secs), _) => max_len(secs, rate, 2 * context, &lengths)?,
            (None, WindowFrames::Flexible { preferred: Some(preferred), .. }) => preferred,
            (None, _) => lengths.most,
        };
        if 2 * context >= longest {
            return Err(PlanError::Context { context, window: longest });
        }
        let sent_most = lengths.at_least(longest);
        let widest = lengths.beside(sent_most, reserve).min(longest);
        if widest <= 2 * context {
            return Err(PlanError::Reserve { reserve, below: lengths.reserve_below(sent_most, 2 * context) });
        }
        let chunk = widest - 2 * context;
        let overlap = overlap(settings, chunk)?;
        // What fits one window is one chunk, and has nobody to overlap with.
        let (chunk, overlap) = usize::try_from(total).map_or((chunk, overlap), |total| match total <= chunk {
            true => (total, 0),
            false => (chunk, overlap),
        });
        let chunks = match total {
            0 => 0,
            _ => 1 + (total - chunk as u64).div_ceil((chunk - overlap) as u64),
        };
        Ok(Self { total, chunks, rate, tail, lengths, context, reserve, chunk, overlap, sent_most })
    }

    /// Frames that are kept of each window but the last, which may keep fewer: [`Plan::step_frames`] and
    /// [`Plan::overlap_frames`] together. Any.
    pub const fn chunk_frames(&self) -> usize {
        self.chunk
    }

    /// Frames that neighbouring chunks share; 0 with a single one. Any.
    pub const fn overlap_frames(&self) -> usize {
        self.overlap
    }

    /// Frames from one chunk's start to the next one's. Any.
    pub const fn step_frames(&self) -> usize {
        self.chunk - self.overlap
    }

    /// Frames of the longest window: chunk, context and what makes it a length that the model takes, but no prompts. Any.
    pub fn window_frames(&self) -> usize {
        self.lengths.window(self.chunk + 2 * self.context, self.reserve)
    }

    /// How many windows; 0 for an empty recording. Any.
    pub const fn chunks(&self) -> u64 {
        self.chunks
    }

    /// Frames of the recording. Any.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The rate of all frames. Any.
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// The window of this number, from 0; `None` past the last. Any.
    pub fn segment(&self, index: u64) -> Option<Segment> {
        if index >= self.chunks {
            return None;
        }
        let context = self.context as u64;
        let kept_start = index * self.step_frames() as u64;
        let kept = self.chunk.min(usize::try_from(self.total - kept_start).unwrap_or(usize::MAX));
        // Places are counted from `context` frames before the recording, where the first window begins.
        let (window, real, first) = match self.tail {
            Tail::Short => {
                let real = kept + 2 * self.context;
                (self.lengths.window(real, self.reserve), real, kept_start)
            }
            Tail::Context => {
                let window = self.window_frames();
                let centred = kept_start.saturating_sub((window - self.chunk - 2 * self.context) as u64 / 2);
                let last = self.total.saturating_sub((window - 2 * self.context) as u64);
                (window, window, centred.min(last))
            }
        };
        let start = first.saturating_sub(context);
        let before = context.saturating_sub(first) as usize;
        let frames = (real - before).min(usize::try_from(self.total - start).unwrap_or(usize::MAX));
        // Never more than the window: what is kept lies within it.
        let kept_at = (kept_start - first) as usize + self.context;
        Some(Segment {
            index,
            start,
            frames,
            before,
            after: window - before - frames,
            kept: kept_at..kept_at + kept,
            kept_start,
        })
    }

    /// All windows, in order. Any.
    pub fn segments(&self) -> Segments {
        Segments::new(*self)
    }

    /// The first frame that windows from `index` on touch: those before it are finished once all earlier windows are.
    pub(crate) fn finished_before(&self, index: u64) -> u64 {
        if index >= self.chunks { self.total } else { index * self.step_frames() as u64 }
    }

    /// The most frames that may be sent: `budgeted`, the user's longest window, otherwise the model's.
    pub(crate) fn sent_most(&self, budgeted: bool) -> usize {
        if budgeted { self.sent_most } else { self.lengths.most }
    }

    /// What is really sent to carry `frames`: a length that the model takes.
    pub(crate) fn sent(&self, frames: usize) -> usize {
        self.lengths.at_least(frames)
    }
}

/// The user's longest window in frames, of which `margin` are not kept.
fn max_len(secs: f64, rate: SampleRate, margin: usize, lengths: &Lengths) -> Result<usize, PlanError> {
    let frames = to_frames(secs, rate).and_then(|frames| usize::try_from(frames).ok());
    frames.filter(|frames| (margin + 1..=lengths.most).contains(frames)).ok_or_else(|| PlanError::MaxLen {
        secs,
        above_secs: to_secs(margin as u64, rate),
        most_secs: if lengths.is_limited() { to_secs(lengths.most as u64, rate) } else { f64::INFINITY },
    })
}

/// How many frames chunks share, were there more than one.
fn overlap(settings: &PlanSettings, chunk: usize) -> Result<usize, PlanError> {
    let fraction = settings.model_overlap.unwrap_or(Plan::DEFAULT_MODEL_OVERLAP);
    if !(0.0..=Plan::MOST_OVERLAP).contains(&fraction) {
        return Err(PlanError::ModelOverlap { fraction });
    }
    let part = |fraction: f64| libm::rint(fraction * chunk as f64) as usize;
    // Rounding may not make a whole of it: a chunk of 1 frame has no overlap.
    let most = chunk / 20 * 19 + chunk % 20 * 19 / 20;
    match (settings.overlap_secs, settings.max_len_secs) {
        (Some(secs), _) => {
            let frames = to_frames(secs, settings.rate).and_then(|frames| usize::try_from(frames).ok());
            let most_secs = to_secs(most as u64, settings.rate);
            frames.filter(|frames| secs >= 0.0 && *frames <= most).ok_or(PlanError::Overlap { secs, most_secs })
        }
        (None, Some(_)) => {
            let usual = to_frames(Plan::DEFAULT_OVERLAP_SECS, settings.rate).unwrap_or(0);
            Ok(usize::try_from(usual).unwrap_or(usize::MAX).min(chunk / 2))
        }
        (None, None) => Ok(part(fraction).min(most)),
    }
}
