//! A graph whose tensors have got their roles: names are bound first, then ranks and fixed lengths are checked.

use crate::{ElementKind, Graph, GraphError, ModelError, Slot, Tensor};
use std::collections::BTreeMap;

/// A graph and which of its tensors are what. Drivers speak of roles (`mix`, `spec`, `velocity`); the manifest says how the
/// file calls them.
pub struct Bound {
    name: String,
    graph: Box<dyn Graph>,
    inputs: Vec<(String, usize)>,
    outputs: Vec<(String, usize)>,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bound").field("name", &self.name).field("inputs", &self.inputs).finish_non_exhaustive()
    }
}

impl Bound {
    /// Binds roles to tensors of a graph, by name. `inputs` and `outputs` are the manifest's `in` and `out`. Control.
    ///
    /// # Errors
    /// When a tensor of that name is not there, or an input of the graph has no role.
    pub fn new(
        name: &str,
        graph: Box<dyn Graph>,
        inputs: &BTreeMap<String, String>,
        outputs: &BTreeMap<String, String>,
    ) -> Result<Self, ModelError> {
        let bind = |side: &str, roles: &BTreeMap<String, String>, slots: &[Slot]| {
            (roles.iter())
                .map(|(role, tensor)| {
                    let found = slots.iter().position(|slot| slot.name == *tensor);
                    found.map(|index| (role.clone(), index)).ok_or_else(|| {
                        let there = slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>().join(", ");
                        ModelError::invalid(format!(
                            "graph.{name}.{side}.{role}: the graph has no tensor '{tensor}'; it has {there}"
                        ))
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let bound_inputs = bind("in", inputs, graph.inputs())?;
        let bound_outputs = bind("out", outputs, graph.outputs())?;
        let unbound =
            graph.inputs().iter().enumerate().find(|(at, _)| !bound_inputs.iter().any(|(_, index)| index == at));
        if let Some((_, slot)) = unbound {
            return Err(ModelError::invalid(format!(
                "graph.{name}.in: nothing is bound to the graph's input '{}' {}; bind a role to it",
                slot.name,
                shape_text(&slot.shape)
            )));
        }
        Ok(Self { name: name.to_owned(), graph, inputs: bound_inputs, outputs: bound_outputs })
    }

    /// What the manifest calls the graph. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The roles of its inputs. Any.
    pub fn input_roles(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().map(|(role, _)| role.as_str())
    }

    /// The roles of its outputs. Any.
    pub fn output_roles(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|(role, _)| role.as_str())
    }

    /// The input of a role. Any.
    pub fn input(&self, role: &str) -> Option<&Slot> {
        let index = self.inputs.iter().find(|(own, _)| own == role)?.1;
        self.graph.inputs().get(index)
    }

    /// The output of a role. Any.
    pub fn output(&self, role: &str) -> Option<&Slot> {
        let index = self.outputs.iter().find(|(own, _)| own == role)?.1;
        self.graph.outputs().get(index)
    }

    /// The input of a role, its lengths checked against `expected`: as many axes, and each fixed length equal where both
    /// sides have one. Control.
    ///
    /// # Errors
    /// When no tensor has the role or it has another shape or kind of elements.
    pub fn expect_input(&self, role: &str, kind: ElementKind, expected: &[Option<usize>]) -> Result<&Slot, ModelError> {
        self.expect(self.input(role), "in", role, kind, expected)
    }

    /// The output of a role, checked as [`expect_input`](Self::expect_input) does. Control.
    ///
    /// # Errors
    /// When no tensor has the role or it has another shape or kind of elements.
    pub fn expect_output(
        &self,
        role: &str,
        kind: ElementKind,
        expected: &[Option<usize>],
    ) -> Result<&Slot, ModelError> {
        self.expect(self.output(role), "out", role, kind, expected)
    }

    fn expect<'a>(
        &self,
        slot: Option<&'a Slot>,
        side: &str,
        role: &str,
        kind: ElementKind,
        expected: &[Option<usize>],
    ) -> Result<&'a Slot, ModelError> {
        let place = || format!("graph.{}.{side}.{role}", self.name);
        let Some(slot) = slot else {
            return Err(ModelError::invalid(format!("{}: nothing is bound to it", place())));
        };
        let float = |kind| matches!(kind, ElementKind::F32 | ElementKind::F16);
        if slot.kind != kind && !(float(slot.kind) && float(kind)) {
            return Err(ModelError::invalid(format!(
                "{}: tensor '{}' holds {:?}, expected {kind:?}",
                place(),
                slot.name,
                slot.kind
            )));
        }
        if !fits(&slot.shape, expected) {
            return Err(ModelError::invalid(format!(
                "{}: tensor '{}' is {}, expected {}",
                place(),
                slot.name,
                shape_text(&slot.shape),
                shape_text(expected)
            )));
        }
        Ok(slot)
    }

    /// Runs the graph with one tensor a role; gives one tensor a bound output, with its role. Worker.
    ///
    /// # Errors
    /// As [`Graph::run`], and when a tensor of an unknown role is given.
    pub fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<(&str, Tensor)>, GraphError> {
        let fault = |message| GraphError { kind: ripieno_ports::FaultKind::Failed, message };
        let slots = self.graph.inputs().to_vec();
        let named = (inputs.into_iter())
            .map(|(role, tensor)| {
                let index = self.inputs.iter().find(|(own, _)| own == role).map(|(_, index)| *index);
                let index = index.ok_or_else(|| fault(format!("graph '{}' has no input for {role}", self.name)))?;
                Ok((slots[index].name.as_str(), tensor))
            })
            .collect::<Result<Vec<_>, GraphError>>()?;
        let mut all: Vec<_> = self.graph.run(named)?.into_iter().map(Some).collect();
        (self.outputs.iter())
            .map(|(role, index)| {
                let tensor = all.get_mut(*index).and_then(Option::take);
                tensor
                    .map(|tensor| (role.as_str(), tensor))
                    .ok_or_else(|| fault(format!("graph '{}' did not give its output for {role}", self.name)))
            })
            .collect()
    }
}

/// Whether lengths can be equal: as many axes, and where both are known, the same.
pub(crate) fn fits(shape: &[Option<usize>], expected: &[Option<usize>]) -> bool {
    shape.len() == expected.len()
        && shape.iter().zip(expected).all(|(own, other)| own.is_none() || other.is_none() || own == other)
}

/// Lengths as text: `[1, 2, any]`.
pub(crate) fn shape_text(shape: &[Option<usize>]) -> String {
    let axes: Vec<_> = shape.iter().map(|axis| axis.map_or_else(|| "any".to_owned(), |n| n.to_string())).collect();
    format!("[{}]", axes.join(", "))
}
