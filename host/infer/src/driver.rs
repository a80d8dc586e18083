//! What every driver is built from: graphs with names bound to them, the model's outer shape, and why one cannot be built.

use crate::graph::{Graph, GraphError, Slot};
use crate::tensor::Tensor;
use ripieno_ports::{FaultKind, Geometry};
use ripieno_types::{SampleRate, WindowFrames};
use std::collections::BTreeMap;
use std::fmt;

/// What a manifest says of a model around its driver.
#[derive(Clone, Debug, PartialEq)]
pub struct DriverShape {
    /// The rate of what goes in and comes out.
    pub rate: SampleRate,
    /// Channels in and, for each stem, out; at least 1.
    pub channels: usize,
    /// Names of the stems, in their order; at least one.
    pub stems: Vec<String>,
    /// How long a window should be.
    pub window: WindowWish,
    /// Frames at either end of a window that only serve as context; `None` leaves it to the driver.
    pub context: Option<usize>,
}

/// What a manifest says of the length of windows; what it leaves open, the driver finds to suit its graphs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowWish {
    /// The length in frames, at least 1.
    pub samples: Option<usize>,
    /// Whether it must be just that; unless said, whether the graphs fix it.
    pub fixed: Option<bool>,
    /// What it must be a multiple of where it is not fixed, in frames, at least 1.
    pub align: Option<usize>,
}

/// What a driver's graphs can do with windows.
pub(crate) struct WindowRoom {
    /// Frames of a step of the graphs: what windows are a multiple of, unless said.
    pub hop: usize,
    /// The longest window that is a multiple of it, at least one.
    pub longest: usize,
    /// Whether the graphs take one length alone.
    pub fixed: bool,
    /// The length where nothing is said.
    pub usual: usize,
}

impl WindowWish {
    /// The windows that suit wish and graphs; `fits` tells whether one is short enough.
    pub(crate) fn settle(self, room: &WindowRoom, fits: impl Fn(usize) -> bool) -> Result<WindowFrames, DriverError> {
        let Self { samples, fixed, align } = self;
        let WindowRoom { hop, longest, .. } = *room;
        if let Some(samples) = samples.filter(|samples| !fits(*samples)) {
            let wanted = format!("is longer than the graphs or the memory allow; {longest} would do");
            return Err(DriverError::setting("chunk", "samples", samples, wanted));
        }
        if fixed.unwrap_or(room.fixed) {
            let known = samples.or(room.fixed.then_some(longest));
            let wanted = "needs samples, as the graphs take any length";
            return known.map(WindowFrames::Fixed).ok_or_else(|| DriverError::setting("chunk", "fixed", true, wanted));
        }
        let align = align.unwrap_or(hop);
        let most = longest / align * align;
        if most == 0 {
            return Err(DriverError::setting("chunk", "align", align, format!("must be at most {longest}")));
        }
        let preferred = samples.unwrap_or(room.usual).next_multiple_of(align).min(most);
        Ok(WindowFrames::Flexible { align, most, preferred: Some(preferred) })
    }
}

/// More stems or channels than any model has.
const MOST_STEMS: usize = 256;

/// The longest window, in seconds: it keeps memory within bounds.
const LONGEST_WINDOW_SECS: u64 = 1800;

impl DriverShape {
    /// Checks what all drivers rely on. Any.
    pub(crate) fn check(&self) -> Result<(), DriverError> {
        let rule = |field, value: usize, most: usize| {
            let wanted = format!("must be 1 to {most}");
            if (1..=most).contains(&value) { Ok(()) } else { Err(DriverError::setting("", field, value, wanted)) }
        };
        rule("channels", self.channels, MOST_STEMS)?;
        rule("stems", self.stems.len(), MOST_STEMS)?;
        let seen = |(at, stem): &(usize, &String)| stem.is_empty() || self.stems[..*at].contains(stem);
        if let Some((_, twice)) = self.stems.iter().enumerate().find(seen) {
            return Err(DriverError::setting("", "stems", twice, "each stem has a name of its own"));
        }
        let WindowWish { samples, align, .. } = self.window;
        if samples == Some(0) || align == Some(0) {
            let field = if samples == Some(0) { "samples" } else { "align" };
            return Err(DriverError::setting("chunk", field, 0, "must be at least 1"));
        }
        Ok(())
    }

    /// The context of windows: what is said, else what is usual for the driver.
    pub(crate) fn context_of(
        &self,
        window: WindowFrames,
        usual: impl Fn(usize) -> usize,
    ) -> Result<usize, DriverError> {
        let (WindowFrames::Fixed(longest) | WindowFrames::Flexible { most: longest, .. }) = window;
        let context = self.context.unwrap_or_else(|| usual(longest));
        if context.saturating_mul(2) < longest {
            return Ok(context);
        }
        Err(DriverError::setting("chunk", "context", context, format!("leaves nothing of {longest} frames")))
    }

    /// The longest window that a driver agrees to, in frames.
    pub(crate) fn longest_window(&self) -> usize {
        usize::try_from(u64::from(self.rate.hz()) * LONGEST_WINDOW_SECS).unwrap_or(usize::MAX)
    }
}

/// The frames of a window that a separator is asked for, if the lengths are right and all samples are numbers.
pub(crate) fn window_frames(geometry: &Geometry, mix: &[f32], stems: &[f32]) -> Result<usize, GraphError> {
    let refuse = |message: String| Err(GraphError { kind: FaultKind::Unsupported, message });
    let (channels, count) = (geometry.channels, geometry.stems);
    if !mix.len().is_multiple_of(channels) || mix.len().checked_mul(count) != Some(stems.len()) {
        return refuse(format!(
            "{} samples in {channels} channels do not become {} in {count} stems",
            mix.len(),
            stems.len()
        ));
    }
    if mix.iter().any(|sample| !sample.is_finite()) {
        return refuse("the mix holds samples that are no numbers".into());
    }
    Ok(mix.len() / channels)
}

/// A graph and what its inputs and outputs are to the driver.
pub struct BoundGraph {
    /// What the manifest calls it: `main` for `[graph.main]`.
    pub name: String,
    /// What runs.
    pub graph: Box<dyn Graph>,
    /// Role to input: `spec` to `x` for `in = { spec = "x" }`. A role may be missing where only one input can be meant.
    pub inputs: BTreeMap<String, String>,
    /// Role to output, in the same way.
    pub outputs: BTreeMap<String, String>,
}

impl fmt::Debug for BoundGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, graph: _, inputs, outputs } = self;
        f.debug_struct("BoundGraph").field("name", name).field("inputs", inputs).field("outputs", outputs).finish()
    }
}

/// Which of a graph's slots has a role.
pub(crate) struct Role<'a> {
    /// What manifests call it.
    pub name: &'a str,
    /// What slots of this role are often named.
    pub aliases: &'a [&'a str],
}

impl<'a> Role<'a> {
    /// A role that slots carry by its own name at most.
    pub(crate) const fn new(name: &'a str) -> Self {
        Self { name, aliases: &[] }
    }
}

impl BoundGraph {
    /// A graph whose roles need no names. Any.
    pub fn new(name: impl Into<String>, graph: Box<dyn Graph>) -> Self {
        Self { name: name.into(), graph, inputs: BTreeMap::new(), outputs: BTreeMap::new() }
    }

    /// The input of a role: as bound, else named like the role, else the only one that `fits` among those that no other
    /// role is bound to. `None` where there is no such input and none was bound.
    pub(crate) fn input(&self, role: &Role<'_>, fits: impl Fn(&Slot) -> bool) -> Result<Option<usize>, DriverError> {
        self.find("input", self.graph.inputs(), &self.inputs, role, fits)
    }

    /// The output of a role, in the same way.
    pub(crate) fn output(&self, role: &Role<'_>, fits: impl Fn(&Slot) -> bool) -> Result<Option<usize>, DriverError> {
        self.find("output", self.graph.outputs(), &self.outputs, role, fits)
    }

    fn find(
        &self,
        side: &str,
        slots: &[Slot],
        bound: &BTreeMap<String, String>,
        role: &Role<'_>,
        fits: impl Fn(&Slot) -> bool,
    ) -> Result<Option<usize>, DriverError> {
        let named = |name: &str| slots.iter().position(|slot| slot.name == name);
        if let Some(name) = bound.get(role.name) {
            let found = named(name);
            let missing =
                || self.fault(format!("has no {side} '{name}', bound as '{}'; it has {}", role.name, names(slots)));
            return found.map(Some).ok_or_else(missing);
        }
        let alike = || role.aliases.iter().find_map(|alias| named(alias));
        if let Some(found) = named(role.name).or_else(alike) {
            return Ok(Some(found));
        }
        let free = |slot: &Slot| !bound.values().any(|taken| *taken == slot.name);
        let mut fitting = slots.iter().enumerate().filter(|(_, slot)| free(slot) && fits(slot)).map(|(at, _)| at);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(Some(only)),
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(self.fault(format!(
                "may mean several {side}s by '{}': bind one of {} in [graph.{}]",
                role.name,
                names(slots),
                self.name
            ))),
        }
    }

    /// Runs it with tensors for the inputs at these places, and makes sure that all outputs came.
    pub(crate) fn run(&mut self, inputs: Vec<(usize, Tensor)>) -> Result<Vec<Tensor>, GraphError> {
        let names: Vec<String> = inputs.iter().map(|(at, _)| self.graph.inputs()[*at].name.clone()).collect();
        let named = names.iter().map(String::as_str).zip(inputs.into_iter().map(|(_, tensor)| tensor)).collect();
        let outputs = self.graph.run(named)?;
        let wanted = self.graph.outputs().len();
        if outputs.len() == wanted {
            return Ok(outputs);
        }
        Err(self.misfit(format!("gave {} outputs where its file names {wanted}", outputs.len())))
    }

    /// Fails where an input gets nothing.
    pub(crate) fn all_fed(&self, fed: &[usize]) -> Result<(), DriverError> {
        match self.graph.inputs().iter().enumerate().find(|(at, _)| !fed.contains(at)) {
            Some((_, slot)) => Err(self.fault(format!("has an input '{}' that nothing is bound to", slot.name))),
            None => Ok(()),
        }
    }

    /// What is wrong with the graph as it was loaded.
    pub(crate) fn fault(&self, message: impl Into<String>) -> DriverError {
        DriverError::Graph { graph: self.name.clone(), message: message.into() }
    }

    /// What was wrong with what it gave.
    pub(crate) fn misfit(&self, message: impl fmt::Display) -> GraphError {
        GraphError { kind: FaultKind::Failed, message: format!("graph '{}' {message}", self.name) }
    }
}

/// Names of slots, for messages.
pub(crate) fn names(slots: &[Slot]) -> String {
    let quoted: Vec<String> = slots.iter().map(|slot| format!("'{}'", slot.name)).collect();
    if quoted.is_empty() { "none".into() } else { quoted.join(", ") }
}

/// Takes the graph of a name out of those that there are.
pub(crate) fn take_graph(graphs: &mut Vec<BoundGraph>, name: &str, table: &str) -> Result<BoundGraph, DriverError> {
    let at = graphs.iter().position(|graph| graph.name == name);
    let missing = || DriverError::setting(table, "graph", name, format!("there must be a table [graph.{name}]"));
    Ok(graphs.remove(at.ok_or_else(missing)?))
}

/// Why a driver cannot be built: the manifest or a graph must change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// A setting of the manifest is out of its range or does not go with another.
    #[error("{}{field} = {value}: {wanted}", shown(table))]
    Setting {
        /// The table of the manifest; empty for its top level.
        table: String,
        /// The key in it.
        field: String,
        /// What it is.
        value: String,
        /// What it must be.
        wanted: String,
    },
    /// A graph is not as the manifest says.
    #[error("graph '{graph}' {message}")]
    Graph {
        /// What the manifest calls it.
        graph: String,
        /// What does not fit, and what would.
        message: String,
    },
    /// A file that belongs to the model cannot be used.
    #[error("{file}: {message}")]
    File {
        /// As the manifest names it.
        file: String,
        /// Why not.
        message: String,
    },
}

fn shown(table: &str) -> String {
    if table.is_empty() { String::new() } else { format!("[{table}] ") }
}

/// A shape as messages show it: an axis that may have any length is `?`.
pub(crate) fn shown_shape(shape: &[Option<usize>]) -> String {
    let axes: Vec<String> = shape.iter().map(|axis| axis.map_or("?".into(), |axis| axis.to_string())).collect();
    format!("[{}]", axes.join(", "))
}

impl DriverError {
    /// A setting and what it must be. Any.
    pub(crate) fn setting(table: &str, field: &str, value: impl fmt::Display, wanted: impl Into<String>) -> Self {
        Self::Setting { table: table.into(), field: field.into(), value: value.to_string(), wanted: wanted.into() }
    }
}

/// Reads a file that belongs to a model, as the manifest names it. It is the reader's part that the file lies inside the
/// model's folder and is of a sane size.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, DriverError>;
