//! Graphs in pure Rust, by tract: every set of lengths gets a plan of its own, which is several times faster than one for
//! lengths that are not known.

use super::{Engine, Setup, edge, first_line, panic_text};
use crate::onnx::{Element, OnnxFile};
use crate::{Elements, Graph, GraphError, ModelError, Provider, Slot, Tensor};
use half::f16;
use ripieno_ports::FaultKind;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::prelude as t;
use tract_onnx::prelude::{Framework as _, InferenceModelExt as _, IntoRunnable as _};

/// What it is called in reports.
const NAME: &str = "tract 0.23";

/// Plans that are kept: a job has one length of window, and seldom a shorter last one.
const MOST_PLANS: usize = 2;

type Plan = Arc<t::TypedSimplePlan>;

/// tract itself: there is nothing to it but its name.
pub(super) struct Tract;

impl Engine for Tract {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn on(&self, _: Provider) -> Option<Box<dyn Engine>> {
        None
    }

    fn load(&self, file: &OnnxFile, _: &Setup) -> Result<Box<dyn Graph>, ModelError> {
        Ok(Box::new(TractGraph::load(file)?))
    }
}

/// The lengths of all axes of all inputs.
type Lengths = Vec<Vec<usize>>;

/// A graph that tract runs.
struct TractGraph {
    shown: String,
    inputs: Vec<Slot>,
    outputs: Vec<Slot>,
    elements: Vec<Element>,
    /// What plans are made of; gone once the only possible one is made.
    model: Option<t::InferenceModel>,
    plans: VecDeque<(Lengths, Plan)>,
}

impl TractGraph {
    /// Reads a file's graph.
    fn load(file: &OnnxFile) -> Result<Self, ModelError> {
        let failed = |error: t::TractError| ModelError::from(complaint("", &error));
        let model = t::onnx().model_for_path(&file.path).map_err(failed)?;
        let unknown = model.nodes().iter().find_map(|node| {
            node.op().name().strip_prefix("Unimplemented(").map(|name| name.trim_end_matches(')').to_owned())
        });
        if let Some(operator) = unknown {
            return Err(ModelError::unavailable(format!(
                "tract lacks the operator {operator}; use ONNX Runtime (pip install onnxruntime)"
            )));
        }
        let names: Vec<_> =
            model.input_outlets().map_err(failed)?.iter().map(|at| model.node(at.node).name.clone()).collect();
        if names.len() != file.inputs.len() || names.iter().zip(&file.inputs).any(|(name, slot)| *name != slot.name) {
            return Err(ModelError::invalid("tract sees other inputs than the file lists"));
        }
        let mut graph = Self {
            shown: file.path.display().to_string(),
            inputs: file.inputs.clone(),
            outputs: file.outputs.clone(),
            elements: file.input_elements.clone(),
            model: Some(model),
            plans: VecDeque::new(),
        };
        let fixed: Option<Lengths> = graph.inputs.iter().map(|slot| slot.shape.iter().copied().collect()).collect();
        if let Some(lengths) = fixed {
            graph.plan(&lengths).map_err(ModelError::from)?;
            graph.model = None;
        }
        Ok(graph)
    }

    /// The plan for these lengths, made now unless there is one.
    fn plan(&mut self, lengths: &Lengths) -> Result<Plan, GraphError> {
        if let Some(at) = self.plans.iter().position(|(own, _)| own == lengths) {
            return Ok(self.plans[at].1.clone());
        }
        let Some(model) = &self.model else {
            return Err(edge::run_error(&self.shown, "the graph takes one set of lengths only"));
        };
        let build = || -> t::TractResult<Plan> {
            let mut model = model.clone();
            for (at, (shape, element)) in lengths.iter().zip(&self.elements).enumerate() {
                let kind =
                    datum(*element).ok_or_else(|| t::TractError::msg("unsupported: 16-bit floats of the kind bf16"))?;
                let shape: t::TVec<t::TDim> = shape.iter().map(t::ToDim::to_dim).collect();
                model.set_input_fact(at, t::InferenceFact::dt_shape(kind, shape))?;
            }
            model.into_optimized()?.into_runnable()
        };
        let plan = guarded(&self.shown, build)?;
        if self.plans.len() == MOST_PLANS {
            self.plans.pop_front();
        }
        self.plans.push_back((lengths.clone(), plan.clone()));
        Ok(plan)
    }
}

impl Graph for TractGraph {
    fn inputs(&self) -> &[Slot] {
        &self.inputs
    }

    fn outputs(&self) -> &[Slot] {
        &self.outputs
    }

    fn run(&mut self, inputs: Vec<(&str, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
        let inputs = edge::arrange(&self.shown, &self.inputs, inputs)?;
        let lengths: Lengths = inputs.iter().map(|tensor| tensor.shape().to_vec()).collect();
        let plan = self.plan(&lengths)?;
        let run = || -> t::TractResult<Vec<Tensor>> {
            let mut values = t::TVec::new();
            for (tensor, element) in inputs.into_iter().zip(&self.elements) {
                values.push(t::TValue::from(into_tract(tensor, *element)?));
            }
            plan.run(values)?.iter().map(|value| from_tract(value)).collect()
        };
        guarded(&self.shown, run)
    }
}

/// Does what may fail in tract, and takes its panics for failures too.
fn guarded<T>(shown: &str, work: impl FnOnce() -> t::TractResult<T>) -> Result<T, GraphError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(complaint(shown, &error)),
        Err(panic) => Err(GraphError {
            kind: FaultKind::Failed,
            message: format!("{shown}: tract gave up: {}", panic_text(&*panic)),
        }),
    }
}

/// The outermost cause names the node, the innermost says what is wrong.
fn complaint(shown: &str, error: &t::TractError) -> GraphError {
    let causes: Vec<_> = error.chain().map(|cause| first_line(&cause.to_string())).collect();
    let text = match causes.as_slice() {
        [only] => only.clone(),
        [first, .., last] => format!("{first}: {last}"),
        [] => String::new(),
    };
    let mut found = edge::run_error(shown, &text);
    found.message = found.message.trim_start_matches(": ").to_owned();
    found
}

/// tract's name for a kind of elements, where it has one.
fn datum(element: Element) -> Option<t::DatumType> {
    Some(match element {
        Element::F32 => t::DatumType::F32,
        Element::F16 => t::DatumType::F16,
        Element::I64 => t::DatumType::I64,
        Element::I32 => t::DatumType::I32,
        Element::U8 => t::DatumType::U8,
        Element::Bool => t::DatumType::Bool,
        Element::Bf16 => return None,
    })
}

fn into_tract(tensor: Tensor, element: Element) -> t::TractResult<t::Tensor> {
    let shape = tensor.shape().to_vec();
    match (tensor.into_elements(), element) {
        (Elements::F32(all), Element::F16) => {
            t::Tensor::from_shape(&shape, &all.into_iter().map(f16::from_f32).collect::<Vec<_>>())
        }
        (Elements::F32(all), _) => t::Tensor::from_shape(&shape, &all),
        (Elements::I64(all), Element::I32) => {
            let narrow = all.into_iter().map(i32::try_from).collect::<Result<Vec<_>, _>>()?;
            t::Tensor::from_shape(&shape, &narrow)
        }
        (Elements::I64(all), _) => t::Tensor::from_shape(&shape, &all),
        (Elements::Bool(all), Element::U8) => {
            t::Tensor::from_shape(&shape, &all.into_iter().map(u8::from).collect::<Vec<_>>())
        }
        (Elements::Bool(all), _) => t::Tensor::from_shape(&shape, &all),
    }
}

fn from_tract(tensor: &t::Tensor) -> t::TractResult<Tensor> {
    let plain = tensor.try_as_plain_ram()?;
    let elements = match tensor.datum_type() {
        t::DatumType::F32 => Elements::F32(plain.as_slice::<f32>()?.to_vec()),
        t::DatumType::F16 => Elements::F32(plain.as_slice::<f16>()?.iter().map(|one| one.to_f32()).collect()),
        t::DatumType::I64 => Elements::I64(plain.as_slice::<i64>()?.to_vec()),
        t::DatumType::I32 => Elements::I64(plain.as_slice::<i32>()?.iter().map(|one| i64::from(*one)).collect()),
        t::DatumType::U8 => Elements::Bool(plain.as_slice::<u8>()?.iter().map(|one| *one != 0).collect()),
        t::DatumType::Bool => Elements::Bool(plain.as_slice::<bool>()?.to_vec()),
        other => return Err(t::TractError::msg(format!("unsupported: an output of {other:?}"))),
    };
    Ok(Tensor::new(tensor.shape(), elements))
}
