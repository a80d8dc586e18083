//! What a job needs to know of a model, so that any separator can do its work.

use crate::{ErrorCode, JobError, JobSettings, WindowShape};
use ripieno_chunk::{Edge, Window};
use ripieno_infer::manifest::{Edge as ModelEdge, Shape, WindowName};
use ripieno_infer::{Choice, EngineChoice, Model, ModelError, ModelErrorKind, OpenOptions};
use ripieno_ports::Separator;

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// What it is called in reports and names of files.
    pub id: String,
    /// Names of its stems, as many as it gives.
    pub stems: Vec<String>,
    /// The name of what is left when all stems are taken from the mix.
    pub complement: Option<String>,
    /// Whether it separates what a description says.
    pub conditioned: bool,
    /// Whether anchors tell it anything.
    pub anchors: bool,
    /// What tells it from others: the same hash, the same outputs.
    pub hash: String,
    /// What runs it.
    pub engine: String,
    /// How far windows should overlap, as a share of a window.
    pub overlap: Option<f64>,
    /// How windows should fade into each other.
    pub window: Window,
    /// What should lie beyond the recording's ends.
    pub edge: Edge,
    /// What a user should know.
    pub warnings: Vec<String>,
}

/// A separator with what a job needs to know of it.
pub trait JobModel: Separator {
    /// What it says of itself. Any.
    fn about(&self) -> About;

    /// What a description means to it; `Err` says what it offers. Any.
    ///
    /// # Errors
    /// Text for people.
    fn choose(&self, description: &str) -> Result<Choice, String>;

    /// About how much memory it takes for windows of so many frames, in bytes. Any.
    fn memory_bytes(&self, window_frames: usize) -> u64;
}

impl JobModel for Model {
    fn about(&self) -> About {
        let info = self.info();
        About {
            id: info.id.clone(),
            stems: info.stems.clone(),
            complement: info.complement.clone(),
            conditioned: info.conditioned,
            anchors: info.anchors,
            hash: info.hash.clone(),
            engine: info.engine.clone(),
            overlap: info.overlap,
            window: window(info.window),
            edge: match info.edge {
                ModelEdge::Zero => Edge::Zero,
                ModelEdge::Reflect => Edge::Reflect,
            },
            warnings: info.warnings.clone(),
        }
    }

    fn choose(&self, description: &str) -> Result<Choice, String> {
        self.choose(description).map_err(|error| error.to_string())
    }

    fn memory_bytes(&self, window_frames: usize) -> u64 {
        self.memory_bytes(window_frames)
    }
}

fn window(shape: Shape) -> Window {
    match shape.name {
        WindowName::Linear => Window::Linear,
        WindowName::Triangle => Window::Triangle { power: shape.power },
        WindowName::Hann => Window::Hann,
        WindowName::Trapezoid => Window::Trapezoid { fade: shape.fade },
        WindowName::RaisedCosine => Window::RaisedCosine,
    }
}

/// The shape that a job asks for; its numbers are the model's where the model has that shape, else the usual ones.
pub(crate) fn asked_window(asked: Option<WindowShape>, own: Window) -> Window {
    match (asked, own) {
        (None, own) => own,
        (Some(WindowShape::Linear), _) => Window::Linear,
        (Some(WindowShape::Triangle), own @ Window::Triangle { .. }) => own,
        (Some(WindowShape::Triangle), _) => Window::Triangle { power: 1.0 },
        (Some(WindowShape::Hann), _) => Window::Hann,
        (Some(WindowShape::Trapezoid), own @ Window::Trapezoid { .. }) => own,
        (Some(WindowShape::Trapezoid), _) => Window::Trapezoid { fade: 0.1 },
        (Some(WindowShape::RaisedCosine), _) => Window::RaisedCosine,
    }
}

/// How a job wants its model opened.
pub(crate) fn options(job: &JobSettings, recording: ripieno_infer::Recording) -> OpenOptions {
    let mut options = OpenOptions::default();
    options.engine = match job.engine {
        crate::Engine::Auto => EngineChoice::Auto,
        crate::Engine::Tract => EngineChoice::Tract,
        crate::Engine::Ort => EngineChoice::Ort,
    };
    options.threads = job.threads;
    options.ort_lib.clone_from(&job.ort_lib);
    options.recording = Some(recording);
    options
}

impl From<ModelError> for JobError {
    fn from(error: ModelError) -> Self {
        let code = match error.kind() {
            ModelErrorKind::Invalid => ErrorCode::BadInput,
            ModelErrorKind::OutOfMemory => ErrorCode::OutOfMemory,
            _ => ErrorCode::ModelUnavailable,
        };
        Self::new(code, error.to_string())
    }
}
