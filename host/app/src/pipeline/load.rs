//! From a graph file and a command line to a graph, with every fault told at its place.

use crate::Failure;
use ripieno_pipeline::graph;
use ripieno_pipeline::{Diagnostics, Graph, Pipeline, Registry};
use std::path::Path;

/// Reads a graph file and gives parameters other values.
pub fn load(path: &Path, settings: &[String], registry: &Registry) -> Result<Graph, Failure> {
    let mut graph = Graph::load(path).map_err(faulty)?;
    for setting in settings {
        graph::set(graph.declaration_mut(), setting, registry)
            .map_err(|error| Failure::Usage(format!("--set {setting}: {error}")))?;
    }
    Ok(graph)
}

/// A graph that keeps all rules, as a pipeline. Warnings are given to `warn`.
pub fn checked(graph: &Graph, registry: Registry, warn: impl FnOnce(&Diagnostics)) -> Result<Pipeline, Failure> {
    let checked = graph.check(&registry).map_err(faulty)?;
    let warnings: Vec<_> = checked.warnings().cloned().collect();
    if !warnings.is_empty() {
        warn(&graph.diagnose(&warnings));
    }
    Ok(Pipeline::from_graph(graph, registry))
}

pub fn faulty(diagnostics: Diagnostics) -> Failure {
    Failure::Graph(Box::new(diagnostics))
}
