//! A pipeline that has been checked: all that is left is to start it.

use super::{CompileError, Functions, Pipeline};
use crate::declare::Declaration;
use crate::frame::FrameSpec;
use crate::kind::Registry;
use crate::rules::{self, Fault};
use crate::run::{Running, StartError};
use crate::share;
use std::collections::BTreeMap;
use std::fmt;

/// A pipeline without a fault.
pub struct Compiled {
    pub(crate) declaration: Declaration,
    pub(crate) registry: Registry,
    pub(crate) functions: Functions,
    pub(crate) specs: BTreeMap<String, FrameSpec>,
    pub(crate) order: Vec<String>,
    warnings: Vec<Fault>,
}

impl Compiled {
    pub(super) fn new(pipeline: Pipeline) -> Result<Self, CompileError> {
        let checked = rules::check(&pipeline.declaration, &pipeline.registry);
        if !checked.is_ok() {
            return Err(CompileError::new(checked.faults, pipeline));
        }
        let Pipeline { mut declaration, mut registry, functions } = pipeline;
        let (specs, mut order, warnings) = (checked.specs, checked.order, checked.faults);
        share::register(&mut registry);
        share::expand(&mut declaration, &mut order);
        Ok(Self { declaration, registry, functions, specs, order, warnings })
    }

    /// What was declared, and the tasks that imports and exports take. Any.
    pub fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// What the frames of each stream are. Any.
    pub fn specs(&self) -> &BTreeMap<String, FrameSpec> {
        &self.specs
    }

    /// The tasks, sources first. Any.
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// What is odd about it, but possible. Any.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// Makes all streams, then starts all tasks, sinks first: no task runs before every stream has all its readers. Control.
    ///
    /// In a process that was started to be one task of this pipeline it runs that task, and ends the process.
    ///
    /// # Errors
    /// Memory, a thread, a process, or what a kind needs cannot be had. Nothing is left running, and the pipeline comes back.
    pub fn start(self) -> Result<Running, StartError> {
        Running::start(self)
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Compiled");
        f.field("declaration", &self.declaration).field("specs", &self.specs).finish_non_exhaustive()
    }
}
