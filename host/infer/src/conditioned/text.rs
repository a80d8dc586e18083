//! From a description to what a network is conditioned on: words, tokens, features. Encoded once a description.

use super::settings::TextSettings;
use crate::driver::{BoundGraph, DriverError, ReadFile, Role, names, shown_shape};
use crate::graph::{GraphError, Slot};
use crate::tensor::{ElementKind, Elements, Tensor};
use ripieno_ports::FaultKind;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokenizers::Tokenizer;

/// A description as a network sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// What the text graph gave, usually `[1, tokens, width]`.
    pub features: Tensor,
    /// Which tokens are part of the description; the others fill up.
    pub mask: Vec<bool>,
}

/// A tokenizer and the graph behind it.
pub struct TextEncoder {
    tokenizer: Tokenizer,
    graph: BoundGraph,
    ids: usize,
    mask: Option<usize>,
    hidden: usize,
    settings: TextSettings,
    /// Tokens that the graph always takes.
    fixed: Option<usize>,
    last: Option<(String, Encoded)>,
}

impl fmt::Debug for TextEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextEncoder")
            .field("graph", &self.graph)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

const IDS: Role<'static> = Role { name: "ids", aliases: &["input_ids"] };
const MASK: Role<'static> = Role { name: "mask", aliases: &["attention_mask"] };
const HIDDEN: Role<'static> = Role { name: "hidden", aliases: &["hidden_states", "last_hidden_state"] };

impl TextEncoder {
    /// Reads the tokenizer and binds the graph. Control.
    ///
    /// # Errors
    /// [`DriverError`] for settings out of range, a tokenizer that is none, and a graph that takes other than tokens.
    pub fn new(settings: &TextSettings, graph: BoundGraph, read: ReadFile<'_>) -> Result<Self, DriverError> {
        settings.check()?;
        let file = |message: String| DriverError::File { file: settings.tokenizer.clone(), message };
        let bytes = read(&settings.tokenizer)?;
        let mut tokenizer =
            guarded(|| Tokenizer::from_bytes(bytes)).map_err(|cause| file(format!("is no tokenizer: {cause}")))?;
        // Lengths are the settings' affair: what a file says of them is for training.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|cause| file(cause.to_string()))?;
        let inputs = graph.graph.inputs();
        let tokens = |slot: &Slot| slot.shape.len() == 2;
        let ids = match inputs {
            [_] => Some(0),
            _ => graph.input(&IDS, tokens)?,
        };
        let ids =
            ids.ok_or_else(|| graph.fault(format!("has no input for tokens: bind one of {} as 'ids'", names(inputs))))?;
        let mask = graph.input(&MASK, |slot| tokens(slot) && slot.name != inputs[ids].name)?.filter(|at| *at != ids);
        let hidden = graph.output(&HIDDEN, |_| true)?;
        let outputs = names(graph.graph.outputs());
        let hidden = hidden.ok_or_else(|| graph.fault(format!("has no output to condition on; it has {outputs}")))?;
        graph.all_fed(&[Some(ids), mask].into_iter().flatten().collect::<Vec<_>>())?;
        let slot = &inputs[ids];
        if slot.kind != ElementKind::I64 || slot.shape.len() != 2 || !matches!(slot.shape[0], None | Some(1)) {
            let (shape, kind) = (shown_shape(&slot.shape), slot.kind);
            return Err(graph.fault(format!("takes '{}' as {kind:?} {shape}, where tokens are I64 [1, ?]", slot.name)));
        }
        let fixed = slot.shape[1];
        if fixed.is_some_and(|count| count == 0 || count > 1 << 16) {
            return Err(graph.fault(format!(
                "takes '{}' as {}, which holds no description",
                slot.name,
                shown_shape(&slot.shape)
            )));
        }
        let settings =
            TextSettings { max_tokens: settings.max_tokens.min(fixed.unwrap_or(usize::MAX)), ..settings.clone() };
        Ok(Self { tokenizer, ids, mask, hidden, settings, fixed, last: None, graph })
    }

    /// Encodes a description, or finds it as it was encoded the last time. Worker; blocks while the graph runs.
    ///
    /// # Errors
    /// [`GraphError`] of the graph, and where the tokenizer refuses the description.
    pub fn encode(&mut self, description: &str) -> Result<&Encoded, GraphError> {
        if self.last.as_ref().is_none_or(|(text, _)| text != description) {
            self.last = None;
            let encoded = self.encode_anew(description)?;
            self.last = Some((description.into(), encoded));
        }
        match &self.last {
            Some((_, encoded)) => Ok(encoded),
            None => Err(self.graph.misfit("was not run")),
        }
    }

    /// The tokens of a description, ended and cut as the settings say. Worker.
    ///
    /// # Errors
    /// [`GraphError`] where the tokenizer refuses the description.
    pub fn tokens(&self, description: &str) -> Result<Vec<i64>, GraphError> {
        let refuse = |message: String| GraphError { kind: FaultKind::Unsupported, message };
        let encoding = guarded(|| self.tokenizer.encode_fast(description, true));
        let encoding = encoding.map_err(|cause| refuse(format!("the tokenizer refuses the description: {cause}")))?;
        let mut ids: Vec<u32> = encoding.get_ids().to_vec();
        let most = self.settings.max_tokens;
        match self.settings.eos {
            Some(eos) => {
                if ids.last() == Some(&eos) {
                    ids.pop();
                }
                ids.truncate(most - 1);
                ids.push(eos);
            }
            None => ids.truncate(most),
        }
        if ids.is_empty() {
            return Err(refuse("the description has no tokens: say what to separate".into()));
        }
        Ok(ids.into_iter().map(i64::from).collect())
    }

    fn encode_anew(&mut self, description: &str) -> Result<Encoded, GraphError> {
        let mut ids = self.tokens(description)?;
        let mut mask = vec![true; ids.len()];
        if let Some(fixed) = self.fixed {
            ids.resize(fixed, i64::from(self.settings.pad));
            mask.resize(fixed, false);
        }
        let mut inputs = vec![(self.ids, Tensor::new(&[1, ids.len()], Elements::I64(ids)))];
        if let Some(at) = self.mask {
            inputs.push((at, truths(self.graph.graph.inputs()[at].kind, &[1, mask.len()], &mask)));
        }
        let features = self.graph.run(inputs)?.swap_remove(self.hidden);
        let finite =
            features.as_floats().is_some_and(|all| !all.is_empty() && all.iter().all(|value| value.is_finite()));
        if !finite {
            return Err(self.graph.misfit("gave no numbers for the description"));
        }
        // Features for each token go with the mask; one vector for the whole description has none.
        if features.shape().len() == 3 && features.shape()[1] != mask.len() {
            return Err(self.graph.misfit(format!("gave {:?} for {} tokens", features.shape(), mask.len())));
        }
        Ok(Encoded { features, mask })
    }
}

/// Does what may fail in a tokenizer, and takes its panics for failures too: a file may name what it does not define.
fn guarded<T>(work: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|cause| cause.to_string()),
        Err(_) => Err("its file contradicts itself".into()),
    }
}

/// Truth values of the kind that a slot takes.
pub(crate) fn truths(kind: ElementKind, shape: &[usize], values: &[bool]) -> Tensor {
    let elements = match kind {
        ElementKind::Bool => Elements::Bool(values.to_vec()),
        ElementKind::I64 => Elements::I64(values.iter().map(|value| i64::from(*value)).collect()),
        ElementKind::F32 | ElementKind::F16 => {
            Elements::F32(values.iter().map(|value| f32::from(u8::from(*value))).collect())
        }
    };
    Tensor::new(shape, elements)
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
