//! What a job tells while it runs, and what it leaves.

use crate::words::words;
use ripieno_types::Anchor;
use std::path::PathBuf;

words! {
    /// Where a job stands.
    Phase {
        /// The recording is opened and measured.
        Reading = "reading",
        /// The model is loaded.
        Loading = "loading",
        /// Windows are separated.
        Separating = "separating",
        /// The outputs are completed and get their names.
        Writing = "writing",
    }
}

/// Something that the user of a job wants to know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The plan is made; once, before any window.
    Plan(PlanReport),
    /// Work was done. Percent never falls, and is 100 once, at the end.
    Progress {
        /// What is being done.
        phase: Phase,
        /// 0 to 100, of the work that is done.
        percent: f64,
        /// Windows done.
        done: u64,
        /// Windows in all.
        chunks: u64,
        /// Seconds to go; `None` while nothing is known.
        eta_secs: Option<f64>,
        /// The same for people.
        message: String,
    },
    /// Something is not as asked, and the job goes on.
    Warning(Warning),
}

/// What is not as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// For programs.
    pub code: WarningCode,
    /// For people.
    pub message: String,
}

words! {
    /// Kinds of warnings.
    WarningCode {
        /// An anchor reached over the recording's ends and was clipped.
        AnchorClipped = "anchor_clipped",
        /// An anchor lies outside the recording, or is shorter than the model can see.
        AnchorDropped = "anchor_dropped",
        /// The model takes no anchors.
        AnchorsIgnored = "anchors_ignored",
        /// A prompt did not fit beside the window and was shortened or left out.
        PromptTrimmed = "prompt_trimmed",
        /// The model gave too little, or what is no number; the place is filled.
        OutputRepaired = "output_repaired",
        /// An output has samples beyond full scale, which its format clips.
        OutputClipped = "output_clipped",
        /// Memory was short: smaller windows are used.
        WindowsHalved = "windows_halved",
        /// Another engine or provider runs than was hoped for.
        EngineFallback = "engine_fallback",
        /// An unfinished run could not be continued and starts anew.
        ResumeImpossible = "resume_impossible",
        /// The recording is damaged; what could be read is used.
        InputDamaged = "input_damaged",
        /// Anything else.
        Other = "other",
    }
}

/// What will be done; also all that a dry run gives.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanReport {
    /// Frames of a window, at the model's rate.
    pub chunk_frames: u64,
    /// Frames that neighbouring windows share.
    pub overlap_frames: u64,
    /// Frames from a window to the next.
    pub step_frames: u64,
    /// Windows.
    pub chunks: u64,
    /// Every window, in order; the first [`MOST_SEGMENTS`](Self::MOST_SEGMENTS) of more.
    pub segments: Vec<SegmentReport>,
    /// The most memory that buffers and the model are expected to take.
    pub memory_bytes: u64,
    /// How long it is expected to take; `None` where nothing was measured.
    pub estimate_secs: Option<f64>,
    /// What is not as asked.
    pub warnings: Vec<Warning>,
}

impl PlanReport {
    /// The most windows that a report lists, so that its size does not grow with the recording.
    pub const MOST_SEGMENTS: usize = 50_000;
}

/// One window of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentReport {
    /// From 0.
    pub index: u64,
    /// Its first frame in the recording, at the model's rate.
    pub start_frame: u64,
    /// The frame after its last.
    pub end_frame: u64,
    /// Frames that the model gets, prompts included.
    pub sent_frames: u64,
    /// In seconds from the first frame sent.
    pub anchors: Vec<Anchor>,
}

/// What a job left.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The files, target first and residual last.
    pub stems: Vec<Stem>,
    /// What really ran the model, such as `ort 1.31.1 (CPU)`.
    pub engine: String,
    /// Frames of each file.
    pub frames: u64,
    /// From start to end, in seconds.
    pub seconds: f64,
    /// Windows taken over from an earlier run.
    pub resumed: u64,
}

/// One file of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Stem {
    /// `target`, `residual` or the stem's name.
    pub part: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its highest absolute sample.
    pub peak: f32,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Listens to a job, on the job's thread.
pub trait Observer {
    /// Called for each event, in order; must not take long.
    fn event(&mut self, event: Event);
}

impl<F: FnMut(Event)> Observer for F {
    fn event(&mut self, event: Event) {
        self(event);
    }
}
