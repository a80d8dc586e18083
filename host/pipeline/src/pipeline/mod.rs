//! Declaring a pipeline: names, bindings and functions, each checked for what can be told at once.

mod compiled;
mod error;

pub use compiled::Compiled;
pub(crate) use error::Kept;
pub use error::{CompileError, DeclareError};

use crate::declare::{Control, Declaration, EventDecl, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl};
use crate::frame::{DType, FrameSpec};
use crate::graph::Graph;
use crate::kind::{Registry, Value};
use crate::ports::Task;
use crate::run::{RunError, Summary};
use std::collections::BTreeMap;
use std::fmt;

/// The functions of a pipeline's tasks, by task.
pub(crate) type Functions = BTreeMap<String, Box<dyn Task>>;

/// A pipeline that is being declared: streams, events, and tasks that are bound to them.
///
/// ```
/// use ripieno_pipeline::{DType, Pipeline, Ports};
///
/// let mut pipeline = Pipeline::new("count");
/// pipeline.add_stream("numbers", &[], DType::I32, 8)?;
/// pipeline.add_task("source", &[], &[("out", "numbers")], &[], |ports: &mut Ports| {
///     let mut out = ports.writer::<i32>("out")?;
///     (0..100).try_for_each(|number| Ok(out.write(&[number])?))
/// })?;
/// pipeline.add_task("sink", &[("in", "numbers")], &[], &[], |ports: &mut Ports| {
///     let mut numbers = ports.reader::<i32>("in")?;
///     while let Some((stamp, number)) = numbers.read()? {
///         assert_eq!(stamp.sequence, number[0] as u64);
///     }
///     Ok(())
/// })?;
/// let summary = pipeline.run()?;
/// assert_eq!(summary.stream("numbers").map(|stream| stream.published), Some(100));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Pipeline {
    declaration: Declaration,
    registry: Registry,
    functions: Functions,
}

impl Pipeline {
    /// A pipeline of nothing. Any.
    pub fn new(name: impl Into<String>) -> Self {
        Self { declaration: Declaration { name: name.into(), ..Declaration::default() }, ..Self::default() }
    }

    /// A pipeline as a graph file declares it, of kinds that `registry` knows. Any.
    pub fn from_graph(graph: &Graph, registry: Registry) -> Self {
        Self::from_declaration(graph.declaration().clone(), registry)
    }

    /// A pipeline of kinds that `registry` knows. Any.
    pub fn from_declaration(declaration: Declaration, registry: Registry) -> Self {
        Self { declaration, registry, functions: Functions::new() }
    }

    /// The same, with the kinds that [`add_kind`](Self::add_kind) may name. Any.
    pub fn with_registry(self, registry: Registry) -> Self {
        Self { registry, ..self }
    }

    /// What has been declared. Any.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// To change what has been declared. Functions stay with the names of their tasks. Any.
    pub fn declaration_mut(&mut self) -> &mut Declaration {
        &mut self.declaration
    }

    /// The kinds it knows. Any.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The longest time in milliseconds that any source's data may take to any sink. Any.
    pub fn set_max_latency_ms(&mut self, max_latency_ms: f64) -> &mut Self {
        self.declaration.max_latency_ms = Some(max_latency_ms);
        self
    }

    /// Adds a stream of frames of `dims` elements (none: one element), in a ring of `frames`, and gives it back for finer
    /// settings. Any.
    ///
    /// # Errors
    /// There is a stream of this name, no such frame can be, or the ring would hold no frame.
    pub fn add_stream(
        &mut self,
        name: impl Into<String>,
        dims: &[usize],
        dtype: DType,
        frames: usize,
    ) -> Result<&mut StreamDecl, DeclareError> {
        let name = name.into();
        if self.declaration.streams.iter().any(|stream| stream.name == name) {
            return Err(DeclareError::Twice { what: "stream", name });
        }
        let spec = match FrameSpec::new(dtype, dims) {
            Ok(spec) => spec,
            Err(source) => return Err(DeclareError::Frame { stream: name, source }),
        };
        if frames == 0 {
            return Err(DeclareError::NoFrames { stream: name });
        }
        let streams = &mut self.declaration.streams;
        streams.push(StreamDecl { spec: Some(spec), frames, ..StreamDecl::new(name) });
        Ok(streams.last_mut().expect("a stream was just added"))
    }

    /// Adds an event with so many signals pending at the start. Any.
    ///
    /// # Errors
    /// There is an event of this name.
    pub fn add_event(&mut self, name: impl Into<String>, initial: u32) -> Result<&mut EventDecl, DeclareError> {
        let name = name.into();
        let events = &mut self.declaration.events;
        if events.iter().any(|event| event.name == name) {
            return Err(DeclareError::Twice { what: "event", name });
        }
        events.push(EventDecl { name, initial, description: None });
        Ok(events.last_mut().expect("an event was just added"))
    }

    /// Adds a task that runs once: it is bound under local names to the streams that it reads and writes and to its events, each
    /// given as `(local, name)`. Gives it back for finer settings. Any.
    ///
    /// # Errors
    /// There is a task of this name, or a local name is used twice.
    pub fn add_task(
        &mut self,
        name: impl Into<String>,
        reads: &[(&str, &str)],
        writes: &[(&str, &str)],
        events: &[(&str, &str)],
        task: impl Task + 'static,
    ) -> Result<&mut TaskDecl, DeclareError> {
        self.add(name.into(), Control::Plain, [reads, writes, events], Some(Box::new(task)))
    }

    /// Adds a task that runs again and again while the event of the local name `activate_on` is open. Any.
    ///
    /// # Errors
    /// As for [`add_task`](Self::add_task), or no event is bound to `activate_on`.
    pub fn add_switchable(
        &mut self,
        name: impl Into<String>,
        activate_on: &str,
        reads: &[(&str, &str)],
        writes: &[(&str, &str)],
        events: &[(&str, &str)],
        task: impl Task + 'static,
    ) -> Result<&mut TaskDecl, DeclareError> {
        let control = Control::Switchable(activate_on.into());
        self.add(name.into(), control, [reads, writes, events], Some(Box::new(task)))
    }

    /// Adds a task that runs once a signal of the event of the local name `activate_on`. What it keeps, it keeps between runs. Any.
    ///
    /// # Errors
    /// As for [`add_task`](Self::add_task), or no event is bound to `activate_on`.
    pub fn add_toggleable(
        &mut self,
        name: impl Into<String>,
        activate_on: &str,
        reads: &[(&str, &str)],
        writes: &[(&str, &str)],
        events: &[(&str, &str)],
        task: impl Task + 'static,
    ) -> Result<&mut TaskDecl, DeclareError> {
        let control = Control::Toggleable(activate_on.into());
        self.add(name.into(), control, [reads, writes, events], Some(Box::new(task)))
    }

    /// Adds a task that never runs: its streams have a reader that holds nobody back. Any.
    ///
    /// # Errors
    /// There is a task of this name, or it reads nothing.
    pub fn add_terminator(
        &mut self,
        name: impl Into<String>,
        reads: &[(&str, &str)],
    ) -> Result<&mut TaskDecl, DeclareError> {
        let name = name.into();
        if reads.is_empty() {
            return Err(DeclareError::NoReads { task: name });
        }
        self.add(name, Control::Terminator, [reads, &[], &[]], None)
    }

    /// Adds a task of a kind that the registry knows. Any.
    ///
    /// # Errors
    /// As for [`add_task`](Self::add_task). Kind, parameters and ports are checked by [`compile`](Self::compile).
    pub fn add_kind<'p>(
        &mut self,
        name: impl Into<String>,
        kind: &str,
        params: impl IntoIterator<Item = (&'p str, Value)>,
        reads: &[(&str, &str)],
        writes: &[(&str, &str)],
        events: &[(&str, &str)],
    ) -> Result<&mut TaskDecl, DeclareError> {
        let task = self.add(name.into(), Control::Plain, [reads, writes, events], None)?;
        task.kind = Some(kind.into());
        task.params = params.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Ok(task)
    }

    fn add(
        &mut self,
        name: String,
        control: Control,
        [reads, writes, events]: [&[(&str, &str)]; 3],
        function: Option<Box<dyn Task>>,
    ) -> Result<&mut TaskDecl, DeclareError> {
        if self.declaration.tasks.iter().any(|task| task.name == name) {
            return Err(DeclareError::Twice { what: "task", name });
        }
        let mut locals: Vec<&str> = [reads, writes, events].concat().iter().map(|(local, _)| *local).collect();
        locals.sort_unstable();
        if let Some(twice) = locals.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(DeclareError::LocalTwice { task: name, local: twice[0].into() });
        }
        if let Control::Switchable(local) | Control::Toggleable(local) = &control
            && !events.iter().any(|(event, _)| event == local)
        {
            return Err(DeclareError::NoControl { task: name, local: local.clone() });
        }
        let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|&(local, name)| (local.into(), name.into())).collect();
        let read = |&(local, stream): &(&str, &str)| {
            (local.into(), ReadDecl { stream: stream.into(), policy: ReaderPolicy::Lossless })
        };
        if let Some(function) = function {
            self.functions.insert(name.clone(), function);
        }
        let tasks = &mut self.declaration.tasks;
        tasks.push(TaskDecl {
            reads: reads.iter().map(read).collect(),
            writes: owned(writes),
            events: owned(events),
            control,
            ..TaskDecl::new(name)
        });
        Ok(tasks.last_mut().expect("a task was just added"))
    }

    /// Checks everything that can be checked before a start. Any.
    ///
    /// # Errors
    /// All that is wrong, the most basic first; the pipeline comes back with it.
    pub fn compile(self) -> Result<Compiled, CompileError> {
        Compiled::new(self)
    }

    /// Compiles, starts and waits for the end. Control.
    ///
    /// # Errors
    /// What is wrong with it, why it did not start, or which task failed and why.
    pub fn run(self) -> Result<Summary, RunError> {
        self.compile()?.start()?.wait()
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Pipeline");
        f.field("declaration", &self.declaration).field("functions", &self.functions.keys()).finish_non_exhaustive()
    }
}
