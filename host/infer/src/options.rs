//! How a model is to be opened: what runs it, on what, and for which recording.

use ripieno_types::SampleRate;
use std::path::PathBuf;

/// What runs a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EngineChoice {
    /// ONNX Runtime where this machine has one, tract where it has none or where ONNX Runtime cannot.
    #[default]
    Auto,
    /// tract, in pure Rust.
    Tract,
    /// ONNX Runtime.
    Ort,
}

/// Hardware that ONNX Runtime may use, where its build and the machine have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provider {
    /// NVIDIA, by CUDA.
    Cuda,
    /// NVIDIA, by TensorRT.
    TensorRt,
    /// AMD, by MIGraphX.
    MiGraphX,
    /// Apple.
    CoreMl,
    /// Any graphics card, on Windows.
    DirectMl,
    /// Intel's graphics and neural processors.
    OpenVino,
    /// Faster kernels for some processors.
    Xnnpack,
    /// Any graphics card, by WebGPU.
    WebGpu,
}

impl Provider {
    /// All of them, in the order of their definition.
    pub const ALL: &'static [Self] = &[
        Self::Cuda,
        Self::TensorRt,
        Self::MiGraphX,
        Self::CoreMl,
        Self::DirectMl,
        Self::OpenVino,
        Self::Xnnpack,
        Self::WebGpu,
    ];

    /// Its word: `cuda` and so on. Any.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::MiGraphX => "migraphx",
            Self::CoreMl => "coreml",
            Self::DirectMl => "directml",
            Self::OpenVino => "openvino",
            Self::Xnnpack => "xnnpack",
            Self::WebGpu => "webgpu",
        }
    }

    /// The one of this word. Any.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }
}

/// What a model will be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Its rate. Built-in models take it as it is; all others have their own and want it resampled.
    pub rate: SampleRate,
    /// Its channels, at least 1. A model of one channel, or one of two for a recording of one, is run so that it takes and
    /// gives these.
    pub channels: usize,
}

/// How a model is to be opened.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OpenOptions {
    /// What runs its graphs.
    pub engine: EngineChoice,
    /// Threads of one inference, at least 1; `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// The library of ONNX Runtime; `None`: looked for.
    pub ort_lib: Option<PathBuf>,
    /// Hardware to try, the most wanted first. What does not work, or gives other numbers than the processor, is left
    /// out with a warning.
    pub providers: Vec<Provider>,
    /// What it will be given; `None`: whatever the model takes, 44.1 kHz stereo for the built-in ones.
    pub recording: Option<Recording>,
}
