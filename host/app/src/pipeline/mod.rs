//! Pipelines for people: the musical kinds of task, the verbs that check, run, watch and measure graphs, and their page.
//!
//! What moves frames and checks graphs is the crate `ripieno-pipeline`; here it meets sound, a terminal and a browser.

pub mod bench;
mod figures;
pub mod graph;
pub mod hosted;
mod kinds;
mod load;
mod page;
mod report;
pub mod run;
mod signals;
pub mod top;

pub use kinds::registry;
pub(crate) use load::is_task;
pub(crate) use report::tell;

use crate::Failure;
use std::path::Path;

/// Runs the task of a graph that this process was started for, and does not come back. Control.
pub(crate) fn run_task(graph: &Path) -> Result<(), Failure> {
    let registry = registry();
    let graph = load::load(graph, &[], &registry)?;
    run::task(&graph, registry)
}
