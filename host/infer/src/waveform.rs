//! Models that take samples and give samples: `[1, C, T]` in; `[1, S, C, T]`, `[1, S*C, T]` or `[S, C, T]` out, or an output
//! for each stem. All of these lie in memory alike: stems, then channels, then frames.

use crate::driver::{BoundGraph, DriverError, DriverShape, Role, shown_shape, window_frames};
use crate::policy::Drives;
use crate::{ElementKind, GraphError, Slot, Tensor};
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::WindowFrames;

/// The length of a window where neither the graph nor the manifest says one, in seconds.
const USUAL_WINDOW_SECS: usize = 10;

/// One graph for samples.
#[derive(Debug)]
pub(crate) struct Waveform {
    graph: BoundGraph,
    geometry: Geometry,
    /// Which input takes the mix.
    input: usize,
    /// The shape of the input, its last axis left out.
    front: Vec<usize>,
    /// The window that the graph fixes.
    fixed: Option<usize>,
    /// The outputs in the order of the stems; a single one holds them all.
    outputs: Vec<usize>,
}

impl Waveform {
    /// Checks a graph against what a manifest says of it. Control.
    ///
    /// # Errors
    /// When its tensors have other shapes than the manifest says.
    pub fn new(shape: &DriverShape, graph: BoundGraph) -> Result<Self, DriverError> {
        shape.check()?;
        let channels = shape.channels;
        let input = graph.input(&Role::new("mix"), |slot| (1..=3).contains(&slot.shape.len()))?;
        let input = input.ok_or_else(|| graph.fault("has no input for samples: bind one, in = { mix = \"...\" }"))?;
        graph.all_fed(&[input])?;
        let slot = &graph.graph.inputs()[input];
        let front = match slot.shape.len() {
            1 if channels == 1 => vec![],
            2 => vec![channels],
            _ => vec![1, channels],
        };
        let fits = |(axis, wanted): (&Option<usize>, &usize)| axis.is_none_or(|axis| axis == *wanted);
        if slot.shape.len() != front.len() + 1 || !slot.shape.iter().zip(&front).all(fits) || !is_float(slot) {
            let wanted: Vec<_> = front.iter().copied().map(Some).chain([None]).collect();
            return Err(graph.fault(format!(
                "takes '{}' as {:?} {}, where the manifest makes it floats {}",
                slot.name,
                slot.kind,
                shown_shape(&slot.shape),
                shown_shape(&wanted)
            )));
        }
        let fixed = slot.shape.last().copied().flatten();
        let outputs = outputs(shape, &graph)?;
        let rows = if outputs.len() == 1 { shape.stems.len() * channels } else { channels };
        for output in &outputs {
            check_output(&graph, &graph.graph.outputs()[*output], rows)?;
        }
        let context = shape.context.unwrap_or(0);
        let window = window(shape, fixed, context)?;
        let stems = shape.stems.len();
        let geometry = Geometry { rate: shape.rate, channels, stems, window, context, wants_statistics: false };
        Ok(Self { graph, geometry, input, front, fixed, outputs })
    }
}

fn is_float(slot: &Slot) -> bool {
    matches!(slot.kind, ElementKind::F32 | ElementKind::F16)
}

/// Which outputs hold the stems: one for all, or one of each name.
fn outputs(shape: &DriverShape, graph: &BoundGraph) -> Result<Vec<usize>, DriverError> {
    let each: Result<Vec<_>, _> =
        shape.stems.iter().map(|stem| graph.output(&Role::new(stem.trim()), |_| false)).collect();
    if let Some(all) = each?.into_iter().collect::<Option<Vec<usize>>>()
        && !graph.outputs.contains_key("stems")
    {
        return Ok(all);
    }
    let all = graph.output(&Role::new("stems"), |slot| (1..=4).contains(&slot.shape.len()))?;
    all.map(|all| vec![all]).ok_or_else(|| {
        graph.fault(
            "has no output for the stems: bind one for all of them, out = { stems = \"...\" }, or one for each by its name",
        )
    })
}

/// Makes sure that an output can hold so many rows of frames.
fn check_output(graph: &BoundGraph, slot: &Slot, rows: usize) -> Result<(), DriverError> {
    let front = slot.shape.split_last().map(|(_, front)| front).unwrap_or_default();
    let known = front.iter().copied().try_fold(1usize, |all, axis| all.checked_mul(axis?));
    let divides = front.iter().flatten().all(|axis| *axis > 0 && rows.is_multiple_of(*axis));
    if is_float(slot) && (1..=4).contains(&slot.shape.len()) && divides && known.is_none_or(|known| known == rows) {
        return Ok(());
    }
    Err(graph.fault(format!(
        "gives '{}' as {:?} {}, which does not hold {rows} rows of samples: stems and channels must agree",
        slot.name,
        slot.kind,
        shown_shape(&slot.shape)
    )))
}

/// Which windows it takes.
fn window(shape: &DriverShape, fixed: Option<usize>, context: usize) -> Result<WindowFrames, DriverError> {
    let wish = shape.window;
    if let Some(frames) = fixed {
        if let Some(samples) = wish.samples.filter(|samples| *samples != frames) {
            let wanted = format!("the graph takes {frames} and nothing else; leave the key out");
            return Err(DriverError::setting("chunk", "samples", samples, wanted));
        }
        if context * 2 >= frames {
            let wanted = format!("leaves nothing of the graph's {frames} frames");
            return Err(DriverError::setting("chunk", "context", context, wanted));
        }
        return Ok(WindowFrames::Fixed(frames));
    }
    if let (Some(true), Some(samples)) = (wish.fixed, wish.samples) {
        return Ok(WindowFrames::Fixed(samples));
    }
    let align = wish.align.unwrap_or(1);
    let usual = (USUAL_WINDOW_SECS * shape.rate.hz() as usize).max(4 * context).next_multiple_of(align);
    let most = shape.longest_window() / align * align;
    let preferred = wish.samples.unwrap_or(usual);
    if preferred > most {
        let wanted = format!("at {} Hz a window has at most {most} frames", shape.rate.hz());
        return Err(DriverError::setting("chunk", "samples", preferred, wanted));
    }
    Ok(WindowFrames::Flexible { align, most, preferred: Some(preferred) })
}

impl Drives for Waveform {}

impl Separator for Waveform {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let Geometry { channels, stems: count, .. } = self.geometry;
        let frames = window_frames(&self.geometry, mix, stems)?;
        if frames == 0 {
            return Ok(0);
        }
        let window = self.fixed.unwrap_or(frames);
        if frames > window {
            let message = format!("a window of {frames} frames is longer than the graph's {window}");
            return Err(GraphError { kind: FaultKind::Unsupported, message });
        }
        let mut input = vec![0.0; channels * window];
        for (row, channel) in input.chunks_exact_mut(window).zip(mix.chunks_exact(frames)) {
            row[..frames].copy_from_slice(channel);
        }
        let shape: Vec<usize> = self.front.iter().copied().chain([window]).collect();
        let given = self.graph.run(vec![(self.input, Tensor::floats(&shape, input))])?;

        let rows = if self.outputs.len() == 1 { count * channels } else { channels };
        let mut produced = frames;
        for (output, target) in self.outputs.iter().zip(stems.chunks_exact_mut(rows * frames)) {
            let tensor = &given[*output];
            let length = tensor.shape().last().copied().unwrap_or(0);
            let samples = tensor.as_floats().filter(|all| length > 0 && all.len() == rows * length);
            let samples = samples.ok_or_else(|| {
                let name = &self.graph.graph.outputs()[*output].name;
                self.graph.misfit(format!("gave '{name}' as {:?}, which is not {rows} rows of samples", tensor.shape()))
            })?;
            let usable = length.min(frames);
            produced = produced.min(usable);
            for (into, row) in target.chunks_exact_mut(frames).zip(samples.chunks_exact(length)) {
                into[..usable].copy_from_slice(&row[..usable]);
            }
        }
        Ok(produced)
    }
}
