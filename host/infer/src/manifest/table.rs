//! The tables of a manifest and what each key may hold.

use crate::conditioned::{AnchorSettings, CodecSettings, SamplerSettings, Source, TextSettings};
use crate::stft::StftSettings;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A whole manifest. Every key has the meaning that `MANIFEST.md` gives it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The version of the schema.
    pub schema: u32,
    /// What the model is called in reports and names of files.
    pub id: String,
    /// Which driver runs it.
    pub kind: Kind,
    /// The rate of its audio, in hertz.
    pub sample_rate: u32,
    /// Channels of its audio, at least 1.
    #[serde(default = "two")]
    pub channels: usize,
    /// How a model of one channel takes a recording of more.
    #[serde(default)]
    pub channel_policy: Policy,
    /// Names of the stems, in the order of the graph's output.
    pub stems: Vec<String>,
    /// The name of what is left of the mix when all stems are taken away.
    pub complement: Option<String>,
    /// Under what licence the weights are.
    #[serde(alias = "license")]
    pub licence: Option<String>,
    /// Who made the weights.
    pub author: Option<String>,
    /// What the stems are multiplied with.
    #[serde(default = "one")]
    pub gain: f32,
    /// The graphs by the names that drivers give them.
    pub graph: BTreeMap<String, GraphFile>,
    /// How a recording is cut into windows.
    #[serde(default)]
    pub chunk: Chunk,
    /// Runs of one window whose mean is taken.
    #[serde(default)]
    pub tta: Tta,
    /// How engines run the graphs.
    #[serde(default)]
    pub runtime: Runtime,
    /// How a spectrum is made for a model of kind `stft`.
    pub stft: Option<StftSettings>,
    /// How a description becomes what a graph understands.
    pub text: Option<TextSettings>,
    /// How a model of kind `conditioned` sees waveforms.
    pub codec: Option<CodecSettings>,
    /// How it goes from noise to stems.
    #[serde(default)]
    pub sampler: SamplerSettings,
    /// How anchors are told to it.
    #[serde(default)]
    pub anchors: AnchorSettings,
    /// What the inputs of its network are fed with.
    #[serde(default)]
    pub bind: BTreeMap<String, Source>,
}

impl Manifest {
    /// Whether the model must be told in words what to separate. Any.
    pub fn is_conditioned(&self) -> bool {
        self.kind == Kind::Conditioned || self.text.is_some()
    }
}

/// Which driver runs a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Samples in, samples out.
    Waveform,
    /// A spectrum in, a spectrum or a mask out.
    Stft,
    /// Several graphs: text, codec and a sampler.
    Conditioned,
}

/// How a model of one channel takes a recording of more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// One channel after the other: as many runs as the recording has channels.
    #[default]
    PerChannel,
    /// The mean of all channels; each channel of a stem is the share that the stem has in it.
    Downmix,
    /// The halved sum and the halved difference of two channels, one after the other.
    MidSide,
}

/// One graph.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GraphFile {
    /// The file, relative to the manifest's folder.
    pub file: String,
    /// Its SHA-256 in hexadecimal digits, checked when given.
    pub sha256: Option<String>,
    /// Roles of its inputs and the names that the file gives them.
    #[serde(default, rename = "in")]
    pub inputs: BTreeMap<String, String>,
    /// Roles of its outputs and the names that the file gives them.
    #[serde(default, rename = "out")]
    pub outputs: BTreeMap<String, String>,
}

/// How a recording is cut into windows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Chunk {
    /// The window's length in frames, at least 1. `None`: what the graph fixes, else a length that fits most models.
    pub samples: Option<usize>,
    /// Whether a window must have just that length. `None`: whether the graph fixes it.
    pub fixed: Option<bool>,
    /// What the length must be a multiple of, in frames, at least 1.
    pub align: Option<usize>,
    /// Frames at either end of a window that only serve as context.
    pub context: usize,
    /// How far windows overlap, `0..=0.95` of a window.
    pub overlap: Option<f64>,
    /// How windows fade into each other.
    pub window: WindowName,
    /// The power that a triangle is raised to, `0.1..=16`.
    pub power: Option<f32>,
    /// How long a trapezoid's ramps are, `0.001..=0.5` of a window.
    pub fade: Option<f32>,
    /// What lies beyond the recording's ends.
    pub edge: Edge,
    /// How samples are scaled on their way in.
    pub normalize: Normalize,
}

/// How windows fade into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowName {
    /// Straight ramps over the overlap.
    #[default]
    Linear,
    /// A triangle over the whole window, raised to a power.
    Triangle,
    /// Hann over the whole window.
    Hann,
    /// Flat with short straight ramps.
    Trapezoid,
    /// Flat with raised cosines over the overlap.
    RaisedCosine,
}

/// What lies beyond a recording's ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// Silence.
    #[default]
    Zero,
    /// The recording backwards.
    Reflect,
}

/// How samples are scaled on their way in, and back on their way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// Not at all.
    #[default]
    None,
    /// By mean and deviation of the whole recording, of the mean of its channels.
    MeanStdMono,
}

/// Runs of one window whose mean is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Tta {
    /// A second run with all samples negated.
    pub polarity: bool,
}

/// How engines run the graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Runtime {
    /// Threads of one inference, at least 1; the user's number goes before. `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// ONNX Runtime keeps memory it once needed for the next run. Faster, and more memory.
    pub arena: bool,
    /// ONNX Runtime plans one block of memory for all intermediate results. Somewhat faster, and much more memory with
    /// some models.
    pub memory_pattern: bool,
    /// ONNX Runtime computes what does not depend on inputs once, at load.
    pub constant_folding: bool,
}

impl Default for Runtime {
    fn default() -> Self {
        Self { threads: None, arena: true, memory_pattern: false, constant_folding: true }
    }
}

/// How windows fade into each other, with what the shape needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Its name.
    pub name: WindowName,
    /// The power that a triangle is raised to.
    pub power: f32,
    /// How long a trapezoid's ramps are, in windows.
    pub fade: f32,
}

impl Chunk {
    /// How windows fade into each other, with usual numbers for what is not given. Any.
    pub fn shape(&self) -> Shape {
        Shape { name: self.window, power: self.power.unwrap_or(1.0), fade: self.fade.unwrap_or(0.1) }
    }
}

fn two() -> usize {
    2
}

fn one() -> f32 {
    1.0
}
