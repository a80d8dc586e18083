//! What a job is to do: one record for the command line, the worker's protocol and the library.

mod check;

use crate::words::{WordError, words};
use ripieno_types::Anchor;
use std::path::PathBuf;

/// One recording, one model, what is wanted of them and where it goes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobSettings {
    /// A model's folder, manifest or ONNX file, or `builtin:hpss` and the like.
    pub model: String,
    /// The recording.
    pub audio: PathBuf,
    /// What to separate, in words. Empty: all stems that the model has.
    pub description: String,
    /// In seconds of the recording, in the user's order.
    pub anchors: Vec<Anchor>,
    /// How anchors reach the windows.
    pub anchor_mode: AnchorMode,
    /// The most prompts that a mode which picks the nearest sends; `None`: the mode's own number.
    pub anchor_count: Option<usize>,
    /// Silence between a prompt and what it is joined to, in seconds, at least 0.
    pub anchor_gap_secs: f64,
    /// The longest window, in seconds, more than 0. `None`: the model's own.
    pub max_len_secs: Option<f64>,
    /// How far windows overlap, in seconds, at least 0. `None`: the model's own, or 2 s where `max_len_secs` is given.
    pub overlap_secs: Option<f64>,
    /// How windows fade into each other. `None`: the model's own.
    pub window: Option<WindowShape>,
    /// Names of the stems wanted. Empty: all of them, or the described one and the residual.
    pub stems: Vec<String>,
    /// What the residual is.
    pub residual: Residual,
    /// The folder of the outputs. `None`: that of the recording.
    pub out_dir: Option<PathBuf>,
    /// Names of the outputs, with `{stem}` (the recording's name), `{part}`, `{model}` and `{ext}`.
    pub name: String,
    /// Where the described stem goes, whatever `out_dir` and `name` say.
    pub out_target: Option<PathBuf>,
    /// Where the residual goes, whatever `out_dir` and `name` say.
    pub out_residual: Option<PathBuf>,
    /// The kind of the outputs.
    pub container: Container,
    /// How a sample is stored. `None`: 32-bit float in WAV, 24 bits in FLAC.
    pub depth: Option<Depth>,
    /// At what rate the outputs come.
    pub rate: OutputRate,
    /// What runs the model.
    pub engine: Engine,
    /// Threads of one inference; `None`: the machine's cores.
    pub threads: Option<usize>,
    /// The ONNX Runtime to load; `None`: looked for.
    pub ort_lib: Option<PathBuf>,
    /// What noise is drawn from.
    pub seed: u64,
    /// Go on with what an earlier run left unfinished.
    pub resume: bool,
    /// Replace outputs that are there.
    pub force: bool,
    /// Do as another program does where it does otherwise.
    pub compat: Compat,
}

impl JobSettings {
    /// The usual name of an output.
    pub const DEFAULT_NAME: &'static str = "{stem}_{part}.{ext}";

    /// A model on a recording, all else as it usually is. Any.
    pub fn new(model: impl Into<String>, audio: impl Into<PathBuf>) -> Self {
        Self {
            model: model.into(),
            audio: audio.into(),
            description: String::new(),
            anchors: Vec::new(),
            anchor_mode: AnchorMode::Strict,
            anchor_count: None,
            anchor_gap_secs: 0.0,
            max_len_secs: None,
            overlap_secs: None,
            window: None,
            stems: Vec::new(),
            residual: Residual::MixMinusTarget,
            out_dir: None,
            name: Self::DEFAULT_NAME.to_owned(),
            out_target: None,
            out_residual: None,
            container: Container::Wav,
            depth: None,
            rate: OutputRate::Native,
            engine: Engine::Auto,
            threads: None,
            ort_lib: None,
            seed: 0,
            resume: false,
            force: false,
            compat: Compat::None,
        }
    }
}

words! {
    /// How anchors reach the windows; sections of the recording are sent along as prompts by all but `strict`.
    AnchorMode {
        /// Each window gets the anchors within it.
        Strict = "strict",
        /// All anchored sections follow each window.
        Append = "append",
        /// Only windows without an anchor get all sections.
        StrictOrAppend = "strict_or_append",
        /// The nearest sections follow each window.
        AppendNearest = "append_nearest",
        /// The latest section before follows each window.
        AppendPrevious = "append_previous",
        /// The nearest sections precede each window.
        PrependNearest = "prepend_nearest",
    }
}

words! {
    /// How windows fade into each other.
    WindowShape {
        /// Straight ramps over the overlap.
        Linear = "linear",
        /// A triangle over the whole window.
        Triangle = "triangle",
        /// Hann over the whole window.
        Hann = "hann",
        /// Flat with short straight ramps.
        Trapezoid = "trapezoid",
        /// Flat with raised cosines over the overlap.
        RaisedCosine = "raised_cosine",
    }
}

words! {
    /// What the residual is.
    Residual {
        /// What is left of the recording: both add up to it.
        MixMinusTarget = "mix-minus-target",
        /// What the model says it is.
        Model = "model",
    }
}

words! {
    /// The kind of the outputs.
    Container {
        /// WAV, RF64 beyond 4 GiB.
        Wav = "wav",
        /// FLAC.
        Flac = "flac",
    }
}

words! {
    /// How a sample is stored.
    Depth {
        /// 32-bit float; WAV only.
        F32 = "f32",
        /// 24-bit integer.
        I24 = "i24",
        /// 16-bit integer, dithered.
        I16 = "i16",
    }
}

words! {
    /// At what rate the outputs come.
    OutputRate {
        /// The recording's.
        Native = "native",
        /// The model's.
        Model = "model",
    }
}

words! {
    /// What runs a model.
    Engine {
        /// The first that can.
        Auto = "auto",
        /// Pure Rust, always there.
        Tract = "tract",
        /// ONNX Runtime, where this machine has one.
        Ort = "ort",
    }
}

words! {
    /// Another program's ways.
    Compat {
        /// Ours.
        None = "none",
        /// Sends what PATCHBAY sends: the last window short, prompts unfaded and unbudgeted.
        Patchbay = "patchbay",
    }
}

/// Why settings make no job. Each names the field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A word that is none of the field's.
    #[error("{field}: {error}")]
    Word {
        /// The field, as JSON calls it.
        field: &'static str,
        /// What was given and what could be.
        error: WordError,
    },
    /// A value out of its range, a missing field, two that do not go together.
    #[error("{field}: {problem}")]
    Field {
        /// The field, as JSON calls it.
        field: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

impl SettingsError {
    pub(crate) fn field(field: &str, problem: impl Into<String>) -> Self {
        Self::Field { field: field.to_owned(), problem: problem.into() }
    }
}
