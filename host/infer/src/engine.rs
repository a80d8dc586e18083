//! What runs graphs: tract, built in, and ONNX Runtime, found on the machine. An engine that this build or this machine does
//! not have is an error that says what to do.

use crate::manifest::Runtime;
use crate::onnx::OnnxFile;
use crate::{EngineChoice, Graph, ModelError, OpenOptions, Provider};
use std::panic::{AssertUnwindSafe, catch_unwind};

mod edge;
#[cfg(feature = "ort")]
mod library;
#[cfg(feature = "ort")]
mod ort;
#[cfg(feature = "tract")]
mod tract;

/// What runs all graphs of a model.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    #[cfg(feature = "tract")]
    Tract,
    #[cfg(feature = "ort")]
    Ort { runtime: ort::OnnxRuntime, provider: Option<Provider> },
}

/// How engines should run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// What the manifest says of memory.
    pub runtime: Runtime,
}

impl Engine {
    /// The engines to try, the most wanted first; and what kept one from being tried. Control.
    ///
    /// # Errors
    /// When there is none, or the one that was asked for is not there.
    pub fn candidates(options: &OpenOptions) -> Result<(Vec<Self>, Vec<String>), ModelError> {
        match options.engine {
            EngineChoice::Tract => Ok((vec![Self::tract()?], Vec::new())),
            EngineChoice::Ort => Ok((vec![Self::ort(options)?], Vec::new())),
            EngineChoice::Auto => {
                let mut engines = Vec::new();
                let mut warnings = Vec::new();
                match Self::ort(options) {
                    Ok(engine) => engines.push(engine),
                    // Who named a library, or hardware that only it can use, should hear why it is not used.
                    Err(error) if options.ort_lib.is_some() || !options.providers.is_empty() => {
                        warnings.push(error.to_string());
                    }
                    Err(_) => {}
                }
                match Self::tract() {
                    Ok(engine) => engines.push(engine),
                    Err(error) if engines.is_empty() => return Err(error),
                    Err(_) => {}
                }
                Ok((engines, warnings))
            }
        }
    }

    #[cfg(feature = "tract")]
    #[allow(clippy::unnecessary_wraps, reason = "without the feature it fails")]
    fn tract() -> Result<Self, ModelError> {
        Ok(Self::Tract)
    }

    #[cfg(not(feature = "tract"))]
    fn tract() -> Result<Self, ModelError> {
        Err(ModelError::unavailable(
            "this build has no tract; install ONNX Runtime (pip install onnxruntime), or build with the feature 'tract'",
        ))
    }

    #[cfg(feature = "ort")]
    fn ort(options: &OpenOptions) -> Result<Self, ModelError> {
        Ok(Self::Ort { runtime: ort::OnnxRuntime::find(options.ort_lib.as_deref())?, provider: None })
    }

    #[cfg(not(feature = "ort"))]
    fn ort(_: &OpenOptions) -> Result<Self, ModelError> {
        Err(ModelError::unavailable(
            "this build cannot use ONNX Runtime; choose the engine tract, or build with the feature 'ort'",
        ))
    }

    /// The same on other hardware, where the engine can. Any.
    pub fn on(&self, provider: Provider) -> Option<Self> {
        match self {
            #[cfg(feature = "tract")]
            Self::Tract => {
                let _ = provider;
                None
            }
            #[cfg(feature = "ort")]
            Self::Ort { runtime, .. } => Some(Self::Ort { runtime: runtime.clone(), provider: Some(provider) }),
            #[cfg(not(any(feature = "tract", feature = "ort")))]
            _ => {
                let _ = provider;
                None
            }
        }
    }

    /// What it is called in reports, with its version and hardware. Any.
    pub fn name(&self) -> String {
        match self {
            #[cfg(feature = "tract")]
            Self::Tract => tract::NAME.to_owned(),
            #[cfg(feature = "ort")]
            Self::Ort { runtime, provider } => {
                format!("{} ({})", runtime.name(), provider.map_or("CPU", Provider::word))
            }
            #[cfg(not(any(feature = "tract", feature = "ort")))]
            _ => String::new(),
        }
    }

    /// Makes a file's graph ready to run. Control; takes as long as loading the weights.
    ///
    /// # Errors
    /// When the file is damaged, when the engine lacks an operator, or when there is not enough memory.
    pub fn load(&self, file: &OnnxFile, setup: &Setup) -> Result<Box<dyn Graph>, ModelError> {
        let shown = file.path.display();
        // Both engines were seen to panic on damaged files; what they leave behind is dropped with them.
        let loaded = catch_unwind(AssertUnwindSafe(|| -> Result<Box<dyn Graph>, ModelError> {
            match self {
                #[cfg(feature = "tract")]
                Self::Tract => Ok(Box::new(tract::TractGraph::load(file, setup)?)),
                #[cfg(feature = "ort")]
                Self::Ort { runtime, provider } => Ok(Box::new(ort::OrtGraph::load(runtime, *provider, file, setup)?)),
                #[cfg(not(any(feature = "tract", feature = "ort")))]
                _ => {
                    let _ = setup;
                    Err(ModelError::unavailable("this build has no engine"))
                }
            }
        }));
        let loaded = loaded.unwrap_or_else(|panic| {
            let text = panic_text(&panic);
            Err(ModelError::invalid(format!("{} gave up on it: {text}", self.name())))
        });
        loaded.map_err(|error| error.at(shown))
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.map_or_else(|| "a panic without words".to_owned(), |text| first_line(&text))
}

/// The first line of a long complaint, cut to what fits a message.
fn first_line(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}
