//! A model that is ready to run: opened from a folder, a manifest or a lone ONNX file, or built in.

use crate::builtin::{self, Builtin};
use crate::description::{self, Offer};
use crate::manifest::{Edge, Shape};
use crate::policy::Driver;
use crate::reference::{self, Source};
use crate::{GraphError, ModelError, OpenOptions, Recording, open};
use ripieno_ports::{Conditions, Geometry, Separator};
use ripieno_types::SampleRate;

/// Memory that an engine and its runs take beside what can be told from sizes, in bytes.
const ENGINE_BYTES: u64 = 64 << 20;

/// About how much memory intermediate results of a network take, against its input.
const ACTIVATIONS: u64 = 100;

/// What a model says of itself and how it really runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// What it is called in reports and names of files.
    pub id: String,
    /// Names of its stems, in the order they come.
    pub stems: Vec<String>,
    /// The name of what is left when all stems are taken from the mix.
    pub complement: Option<String>,
    /// Whether it separates what a description says. Its stems are then that and, if it has two, the rest.
    pub conditioned: bool,
    /// Whether anchors tell it anything; otherwise they are left out.
    pub anchors: bool,
    /// SHA-256 of all that was loaded, in hexadecimal digits.
    pub hash: String,
    /// How far windows should overlap, as a share of a window.
    pub overlap: Option<f64>,
    /// How windows should fade into each other.
    pub window: Shape,
    /// What should lie beyond the recording's ends.
    pub edge: Edge,
    /// Under what licence its weights are.
    pub licence: Option<String>,
    /// Who made them.
    pub author: Option<String>,
    /// What really runs it: `tract 0.23.9`, `ONNX Runtime 1.31.1 (CPU)`, `built in`.
    pub engine: String,
    /// What a user should know: keys that were not understood, an engine that could not, numbers that were guessed.
    pub warnings: Vec<String>,
}

/// What a description means to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The stem of this index.
    Stem(usize),
    /// What is left when all stems are taken away.
    Complement,
    /// The model takes the words themselves.
    Prompted,
}

/// A description that is none of what a model offers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{description}' is nothing that this model separates; it offers {}{hint}", .offers.join(", "))]
pub struct NoMatch {
    /// What was wanted.
    pub description: String,
    /// What there is.
    pub offers: Vec<String>,
    /// Which other model could; empty where none is known.
    pub hint: String,
}

/// A model that is ready to run.
pub struct Model {
    info: ModelInfo,
    inner: Inner,
}

enum Inner {
    Builtin(Box<Builtin>),
    Graphs {
        driver: Driver,
        /// The length of all files, in bytes.
        bytes: u64,
    },
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Model {
    /// Opens a model: `builtin:hpss` and the like, a folder, a manifest, an ONNX file, or a name in the user's folder of
    /// models. Control; takes as long as loading the weights.
    ///
    /// # Errors
    /// [`ModelError`] by kind: no such model, a file that is not what it must be, nothing that can run it.
    pub fn open(reference: &str, options: &OpenOptions) -> Result<Self, ModelError> {
        let folder = reference::models_folder();
        match reference::find(reference, folder.as_deref())? {
            Source::Builtin(name) => {
                let usual = Recording { rate: SampleRate::CD, channels: 2 };
                let builtin = builtin::open(&name, options.recording.unwrap_or(usual))?;
                Ok(Self { info: builtin.info(), inner: Inner::Builtin(Box::new(builtin)) })
            }
            source => {
                let open::Opened { driver, info, bytes } = open::open(&source, options)?;
                Ok(Self { info, inner: Inner::Graphs { driver, bytes } })
            }
        }
    }

    /// What it says of itself and how it really runs. Any.
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// About how much memory a run takes with windows of so many frames, in bytes, weights included. Any.
    pub fn memory_bytes(&self, window_frames: usize) -> u64 {
        let Geometry { channels, stems, .. } = self.geometry();
        let input = (window_frames as u64).saturating_mul((channels * size_of::<f32>()) as u64);
        match &self.inner {
            Inner::Builtin(builtin) => builtin.memory_bytes(),
            Inner::Graphs { bytes, .. } => {
                // Weights lie in memory as the file has them and once more as the engine wants them.
                let fixed = ENGINE_BYTES.saturating_add(bytes.saturating_mul(2));
                fixed.saturating_add(input.saturating_mul(ACTIVATIONS + stems as u64))
            }
        }
    }

    /// What a description means to this model. Any.
    ///
    /// # Errors
    /// [`NoMatch`] lists what there is.
    pub fn choose(&self, description: &str) -> Result<Choice, NoMatch> {
        match &self.inner {
            Inner::Builtin(builtin) => builtin.choose(description),
            Inner::Graphs { .. } if self.info.conditioned => Ok(Choice::Prompted),
            Inner::Graphs { .. } => {
                let ModelInfo { stems, complement, .. } = &self.info;
                let offers: Vec<_> = stems.iter().chain(complement).map(|name| Offer::named(name)).collect();
                let index = description::choose(description, &offers)?;
                Ok(if index < stems.len() { Choice::Stem(index) } else { Choice::Complement })
            }
        }
    }
}

impl Separator for Model {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        match &self.inner {
            Inner::Builtin(builtin) => builtin.geometry(),
            Inner::Graphs { driver, .. } => driver.geometry(),
        }
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        match &mut self.inner {
            Inner::Builtin(builtin) => builtin.separate(mix, conditions, stems),
            Inner::Graphs { driver, .. } => driver.separate(mix, conditions, stems),
        }
    }
}
