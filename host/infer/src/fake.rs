//! Graphs written in Rust, for the tests of drivers.

use crate::{BoundGraph, ElementKind, Elements, Graph, GraphError, Slot, Tensor};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Tensors by name, as a graph got them.
pub(crate) type Seen = Arc<Mutex<Vec<BTreeMap<String, Tensor>>>>;

type Body = Box<dyn FnMut(&BTreeMap<String, Tensor>) -> Result<Vec<Tensor>, GraphError> + Send>;

/// A graph that does what a closure does, and keeps what it was given.
pub(crate) struct Fake {
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
    body: Body,
    seen: Seen,
}

impl Fake {
    /// Slots are written `name: f32[1, 2, ?]`.
    pub(crate) fn new(
        inputs: &[&str],
        outputs: &[&str],
        mut body: impl FnMut(&BTreeMap<String, Tensor>) -> Vec<Tensor> + Send + 'static,
    ) -> Self {
        Self::failing(inputs, outputs, move |given| Ok(body(given)))
    }

    /// One that may fail.
    pub(crate) fn failing(
        inputs: &[&str],
        outputs: &[&str],
        body: impl FnMut(&BTreeMap<String, Tensor>) -> Result<Vec<Tensor>, GraphError> + Send + 'static,
    ) -> Self {
        let slots = |all: &[&str]| all.iter().map(|text| slot(text)).collect();
        Self { inputs: slots(inputs), outputs: slots(outputs), body: Box::new(body), seen: Seen::default() }
    }

    /// What it will have been given.
    pub(crate) fn seen(&self) -> Seen {
        Arc::clone(&self.seen)
    }

    /// As a manifest would name it, without bindings.
    pub(crate) fn named(self, name: &str) -> BoundGraph {
        BoundGraph::new(name, Box::new(self))
    }
}

/// Reads `name: f32[1, 2, ?]`.
pub(crate) fn slot(text: &str) -> Slot {
    let (name, rest) = text.split_once(": ").expect("a name");
    let (kind, axes) = rest.trim_end_matches(']').split_once('[').expect("a shape");
    let kind = match kind {
        "f32" => ElementKind::F32,
        "f16" => ElementKind::F16,
        "i64" => ElementKind::I64,
        "bool" => ElementKind::Bool,
        _ => panic!("no kind {kind}"),
    };
    let axes = axes.split(", ").filter(|axis| !axis.is_empty());
    Slot { name: name.into(), kind, shape: axes.map(|axis| axis.parse().ok()).collect() }
}

impl Graph for Fake {
    fn inputs(&self) -> &[Slot] {
        &self.inputs
    }

    fn outputs(&self) -> &[Slot] {
        &self.outputs
    }

    /// Does what an engine would refuse otherwise: names, kinds and fixed axes are compared.
    fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
        assert_eq!(inputs.len(), self.inputs.len(), "inputs of a graph");
        let given: BTreeMap<String, Tensor> = inputs.into_iter().map(|(name, tensor)| (name.into(), tensor)).collect();
        for slot in &self.inputs {
            let tensor = &given[&slot.name];
            let kind = if slot.kind == ElementKind::F16 { ElementKind::F32 } else { slot.kind };
            assert_eq!(tensor.elements().kind(), kind, "'{}'", slot.name);
            let fits =
                slot.shape.iter().zip(tensor.shape()).all(|(axis, length)| axis.is_none_or(|axis| axis == *length));
            assert!(fits && slot.shape.len() == tensor.shape().len(), "{slot:?} got {:?}", tensor.shape());
        }
        let result = (self.body)(&given);
        self.seen.lock().expect("no panic").push(given);
        result
    }
}

/// A tensor with each float changed.
pub(crate) fn map(tensor: &Tensor, change: impl Fn(f32) -> f32) -> Tensor {
    Tensor::floats(tensor.shape(), floats(tensor).iter().map(|value| change(*value)).collect())
}

/// The floats of a tensor.
pub(crate) fn floats(tensor: &Tensor) -> &[f32] {
    tensor.as_floats().expect("floats")
}

/// The integers of a tensor.
pub(crate) fn integers(tensor: &Tensor) -> &[i64] {
    match tensor.elements() {
        Elements::I64(all) => all,
        other => panic!("{:?} are no integers", other.kind()),
    }
}

/// Full-scale noise, the same every time.
pub(crate) fn noise(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// The largest difference; infinite where there are numbers that are none.
pub(crate) fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let off = |(a, b): (&f32, &f32)| if (a - b).is_nan() { f32::INFINITY } else { (a - b).abs() };
    a.iter().zip(b).map(off).fold(0.0, f32::max)
}
