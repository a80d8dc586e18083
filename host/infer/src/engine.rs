//! What runs graphs: tract, built in, and ONNX Runtime, found on the machine. An engine that this build or this machine does
//! not have is an error that says what to do.

use crate::manifest::Runtime;
use crate::onnx::OnnxFile;
use crate::{EngineChoice, Graph, ModelError, OpenOptions, Provider};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[cfg(any(feature = "ort", feature = "tract"))]
mod edge;
#[cfg(feature = "ort")]
mod library;
#[cfg(feature = "ort")]
mod ort;
#[cfg(feature = "tract")]
mod tract;

/// What runs all graphs of a model.
pub(crate) trait Engine {
    /// What it is called in reports, with its version and hardware. Any.
    fn name(&self) -> String;

    /// The same on other hardware, where the engine can. Any.
    fn on(&self, provider: Provider) -> Option<Box<dyn Engine>>;

    /// Makes a file's graph ready to run. Control; takes as long as loading the weights.
    ///
    /// # Errors
    /// When the file is damaged, when the engine lacks an operator, or when there is not enough memory.
    fn load(&self, file: &OnnxFile, setup: &Setup) -> Result<Box<dyn Graph>, ModelError>;
}

/// How engines should run.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "ort"), expect(dead_code, reason = "ONNX Runtime alone can be told"))]
pub(crate) struct Setup {
    /// `None`: as many as the machine has cores.
    pub threads: Option<usize>,
    /// What the manifest says of memory.
    pub runtime: Runtime,
}

/// The engines to try, the most wanted first; what kept one from being tried becomes a warning. Control.
///
/// # Errors
/// When there is none, or the one that was asked for is not there.
pub(crate) fn candidates(
    options: &OpenOptions,
    warnings: &mut Vec<String>,
) -> Result<Vec<Box<dyn Engine>>, ModelError> {
    match options.engine {
        EngineChoice::Tract => Ok(vec![tract()?]),
        EngineChoice::Ort => Ok(vec![ort(options)?]),
        EngineChoice::Auto => {
            let mut engines = Vec::new();
            match ort(options) {
                Ok(engine) => engines.push(engine),
                // Who named a library, or hardware that only it can use, should hear why it is not used.
                Err(error) if options.ort_lib.is_some() || !options.providers.is_empty() => {
                    warnings.push(error.to_string());
                }
                Err(_) => {}
            }
            match tract() {
                Ok(engine) => engines.push(engine),
                Err(error) if engines.is_empty() => return Err(error),
                Err(_) => {}
            }
            Ok(engines)
        }
    }
}

fn tract() -> Result<Box<dyn Engine>, ModelError> {
    #[cfg(feature = "tract")]
    return Ok(Box::new(tract::Tract));
    #[cfg(not(feature = "tract"))]
    Err(ModelError::unavailable(
        "this build has no tract; install ONNX Runtime (pip install onnxruntime), or build with the feature 'tract'",
    ))
}

fn ort(options: &OpenOptions) -> Result<Box<dyn Engine>, ModelError> {
    #[cfg(feature = "ort")]
    return Ok(Box::new(ort::OnnxRuntime::find(options.ort_lib.as_deref())?));
    #[cfg(not(feature = "ort"))]
    {
        let _ = options;
        Err(ModelError::unavailable(
            "this build cannot use ONNX Runtime; choose the engine tract, or build with the feature 'ort'",
        ))
    }
}

/// Makes a file's graph ready to run, and takes an engine's panics for errors: tract was seen to have some on
/// damaged files. What they leave behind is dropped with them. Control.
///
/// # Errors
/// As [`Engine::load`], with the file's name in front.
pub(crate) fn load(engine: &dyn Engine, file: &OnnxFile, setup: &Setup) -> Result<Box<dyn Graph>, ModelError> {
    let loaded = catch_unwind(AssertUnwindSafe(|| engine.load(file, setup)));
    let loaded = loaded.unwrap_or_else(|panic| {
        Err(ModelError::invalid(format!("{} gave up on it: {}", engine.name(), panic_text(&*panic))))
    });
    loaded.map_err(|error| error.at(file.path.display()))
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
