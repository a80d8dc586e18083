//! A running pipeline as others see it who live in the same process: a page that shows it, a pad that starts its tasks.

use super::declared::declared;
use super::load::load;
use super::run::{DRAIN, start};
use super::source::Source;
use super::tap::tap;
use super::{registry, report};
use crate::Failure;
use ripieno_pipeline::graph::show;
use ripieno_pipeline::{Control, FrameSpec, RunError, Running, SpecStatus, Value};
use ripieno_web::Refusal;
use ripieno_web::shape::{PipelineReloaded, PipelineSource, PipelineState, StreamFrame, TaskShape};
use std::path::Path;
use std::sync::Arc;

/// A pipeline that runs.
#[derive(Clone, Debug)]
pub struct Hosted {
    running: Arc<Running>,
    /// Its file, where that may be read again.
    source: Option<Source>,
}

/// What is wanted of a task.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Its control event is signalled: a toggleable task runs once, a switchable one until it is stopped.
    Start,
    /// Its control event is closed.
    Stop,
    /// One or the other.
    Toggle,
    /// An event of the pipeline is signalled.
    Event(String),
    /// A live parameter is set.
    Set(String, Value),
}

impl Hosted {
    /// Shows a pipeline that runs already.
    pub fn of(running: Arc<Running>) -> Self {
        Self { running, source: None }
    }

    /// Starts the pipeline of a graph file. Control.
    ///
    /// # Errors
    /// [`Failure::Graph`] and [`Failure::Session`].
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let registry = registry();
        let graph = load(path, &[], &registry)?;
        let running = start(&graph, registry, report::tell)?;
        Ok(Self { running: Arc::new(running), source: Some(Source::new(path)) })
    }

    /// Its figures. Control.
    pub fn status(&self) -> serde_json::Value {
        serde_json::to_value(self.running.status()).unwrap_or_default()
    }

    /// Its name and what it is doing. Control.
    pub fn state(&self) -> PipelineState {
        let status = self.running.status();
        let state = serde_json::to_value(status.state).unwrap_or_default();
        PipelineState { name: status.name, state: state.as_str().unwrap_or_default().into() }
    }

    /// Its tasks as its graph declares them. Control.
    pub fn tasks(&self) -> Vec<TaskShape> {
        declared(&self.running.declaration(), &registry())
    }

    /// The next frame of a stream, so many rows of it at most. Control; blocks for a moment.
    ///
    /// # Errors
    /// There is no such stream, or nothing comes.
    pub fn tap(&self, stream: &str, rows: usize) -> Result<StreamFrame, Refusal> {
        tap(&self.running, stream, rows)
    }

    /// Its file. Control; blocks.
    ///
    /// # Errors
    /// It has none, or that cannot be read.
    pub fn source(&self) -> Result<PipelineSource, Refusal> {
        self.file()?.read().map_err(Refusal::Failed)
    }

    /// Makes it what its file says now. Control; blocks.
    ///
    /// # Errors
    /// It has no file. What is wrong in the file is no error here.
    pub fn reload(&self) -> Result<PipelineReloaded, Refusal> {
        Ok(self.file()?.reload(&self.running))
    }

    fn file(&self) -> Result<&Source, Refusal> {
        self.source.as_ref().ok_or_else(|| Refusal::Unknown("this pipeline has no file here".into()))
    }

    /// Whether it has a task of this name. Control.
    pub fn has_task(&self, task: &str) -> bool {
        self.running.declaration().tasks.iter().any(|known| known.name == task)
    }

    /// Whether it has an event of this name. Any.
    pub fn has_event(&self, event: &str) -> bool {
        self.running.event(event).is_some()
    }

    /// Its graph as SVG. Control.
    pub fn picture(&self) -> String {
        let spec = |of: &SpecStatus| {
            let spec = FrameSpec::new(of.dtype, of.shape.dims())?;
            of.rate_hz.map_or(Ok(spec), |rate| spec.with_rate(rate))
        };
        let streams = self.running.status().streams;
        let specs = streams.iter().filter_map(|stream| Some((stream.name.clone(), spec(&stream.spec).ok()?))).collect();
        show::svg(&self.running.declaration(), &specs)
    }

    /// Does what is wanted of a task, and says what was done. Any.
    ///
    /// # Errors
    /// Why it cannot be, for people.
    pub fn act(&self, task: &str, deed: &Deed) -> Result<String, String> {
        match deed {
            Deed::Set(param, value) => {
                self.running.set(task, param, value).map_err(|error| error.to_string())?;
                return Ok(format!("{task}.{param} is {value}"));
            }
            Deed::Event(event) => {
                let found = self.running.event(event).ok_or_else(|| format!("there is no event '{event}'"))?;
                found.signal();
                return Ok(format!("{event} signalled"));
            }
            Deed::Start | Deed::Stop | Deed::Toggle => {}
        }
        let declaration = self.running.declaration();
        let found = declaration.tasks.iter().find(|known| known.name == task);
        let found = found.ok_or_else(|| format!("there is no task '{task}'"))?;
        let (Control::Switchable(local) | Control::Toggleable(local)) = &found.control else {
            return Err(format!("task '{task}' runs always; give it `control` and an event to start and stop it by"));
        };
        let event = found.events.get(local).and_then(|event| self.running.event(event));
        let event = event.ok_or_else(|| format!("task '{task}' has no event '{local}'"))?;
        let starts = *deed == Deed::Start || *deed == Deed::Toggle && !event.is_open();
        if starts {
            event.signal();
        } else {
            while event.reset() {}
        }
        Ok(format!("{task} {}", if starts { "started" } else { "stopped" }))
    }

    /// Whether all its tasks have ended. Any.
    pub fn is_finished(&self) -> bool {
        self.running.is_finished()
    }

    /// Stops it, sources first, and waits for its end. Control; blocks.
    ///
    /// # Errors
    /// Which tasks failed, and why.
    pub fn close(&self) -> Result<(), RunError> {
        self.running.stop_within(DRAIN);
        self.running.wait().map(drop)
    }
}
