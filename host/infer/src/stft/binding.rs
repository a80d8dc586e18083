//! Where in a graph the driver's tensors go, and how long they and the windows are.

use super::layout::{Extent, Layout, fits};
use super::settings::StftSettings;
use super::transform::TransformSettings;
use crate::driver::{BoundGraph, DriverError, DriverShape, Role, WindowRoom, names, shown_shape};
use crate::tensor::ElementKind;
use ripieno_types::WindowFrames;

/// Seconds of a window where neither the manifest nor a graph says how long it is.
const USUAL_WINDOW_SECS: usize = 8;

/// Values of a spectrum, 8 bytes each: a window of more is a mistake, and would exhaust the memory.
const MOST_VALUES: usize = 1 << 29;

/// Inputs of a graph, by number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub spec: usize,
    pub wave: Option<usize>,
    pub query: Option<usize>,
}

fn spec_input(graph: &BoundGraph, layout: Layout) -> Result<usize, DriverError> {
    let rank = layout.frame_axis().max(3) + 1 + usize::from(layout == Layout::Trailing);
    let found = graph.input(&Role::new("spec"), |slot| slot.shape.len() == rank)?;
    found.ok_or_else(|| {
        let inputs = names(graph.graph.inputs());
        graph.fault(format!("has no input of {rank} axes for the spectrum; it has {inputs}: bind one as 'spec'"))
    })
}

impl Place {
    /// Finds the inputs and checks what is known of them: the spectrum's shape, that nothing goes without.
    pub(crate) fn find(
        graph: &BoundGraph,
        layout: Layout,
        extent: &Extent,
        gather: Option<&[usize]>,
        text: bool,
    ) -> Result<Self, DriverError> {
        let spec = spec_input(graph, layout)?;
        let wave = graph.input(&Role::new("wave"), |slot| slot.shape.len() == 3)?;
        let query = if text { graph.input(&Role::new("query"), |slot| slot.shape.len() == 2)? } else { None };
        let slot = &graph.graph.inputs()[spec];
        let mut shape = layout.shape(extent, if layout.is_complex() { 2 } else { 1 });
        if let Some(rows) = gather {
            shape[1] = Some(rows.len());
        }
        if !matches!(slot.kind, ElementKind::F32 | ElementKind::F16) {
            return Err(graph.fault(format!("takes '{}' as {:?}, where spectra are floats", slot.name, slot.kind)));
        }
        if !fits(&slot.shape, &[shape.clone()]) {
            let (takes, made) = (shown_shape(&slot.shape), shown_shape(&shape));
            let hint = "layout, channels, bins and frames must agree";
            return Err(graph.fault(format!("takes '{}' as {takes}, but the settings make {made}: {hint}", slot.name)));
        }
        if let Some(slot) = wave.map(|at| &graph.graph.inputs()[at]) {
            let wanted = vec![Some(1), Some(extent.channels), None];
            if !fits(&slot.shape, &[wanted]) {
                let takes = shown_shape(&slot.shape);
                let channels = extent.channels;
                return Err(
                    graph.fault(format!("takes '{}' as {takes}, but a waveform is [1, {channels}, ?]", slot.name))
                );
            }
        }
        let fed: Vec<usize> = [Some(spec), wave, query].into_iter().flatten().collect();
        graph.all_fed(&fed)?;
        Ok(Self { spec, wave, query })
    }
}

/// Frames of the tensors, where the settings or the graph fix them, and frames of a patch.
pub(crate) fn lengths(settings: &StftSettings, graph: &BoundGraph) -> Result<(Option<usize>, usize), DriverError> {
    let slot = &graph.graph.inputs()[spec_input(graph, settings.layout)?];
    let axis = |at: usize| slot.shape.get(at).copied().flatten();
    let frames = settings.frames.or(axis(settings.layout.frame_axis()));
    if frames == Some(0) {
        return Err(graph.fault(format!("takes no frames: '{}' is {}", slot.name, shown_shape(&slot.shape))));
    }
    if settings.layout != Layout::MagPatches {
        return Ok((frames, 1));
    }
    let missing = || DriverError::setting("stft", "frames", "none", "patches have a number of frames");
    let patch = frames.ok_or_else(missing)?;
    Ok((axis(1).map(|patches| patches.saturating_mul(patch)), patch))
}

/// How long windows are: what the manifest says, if the graph's frames allow it, else what these make.
pub(crate) fn window(
    shape: &DriverShape,
    transform: &TransformSettings,
    (channels, kept): (usize, usize),
    frames: Option<usize>,
    patch: usize,
) -> Result<WindowFrames, DriverError> {
    let hop = transform.hop;
    let room = MOST_VALUES / (channels * transform.bins().max(kept));
    if let Some(frames) = frames.filter(|frames| *frames > room) {
        return Err(DriverError::setting("stft", "frames", frames, format!("with so many bins {room} are the most")));
    }
    let limit = shape.longest_window().min(room * hop);
    let longest = frames.map_or(limit / hop * hop, |frames| transform.longest(frames).min(limit));
    if longest == 0 {
        let shown = frames.map_or("none".into(), |frames| frames.to_string());
        return Err(DriverError::setting("stft", "frames", shown, "hold not a single hop with this n_fft and border"));
    }
    let usual = if patch > 1 { transform.longest(patch) } else { shape.rate.hz() as usize * USUAL_WINDOW_SECS };
    let room = WindowRoom { hop, longest, fixed: frames.is_some(), usual: usual.max(1) };
    shape
        .window
        .settle(&room, |samples| samples <= limit && frames.is_none_or(|frames| transform.frames(samples) <= frames))
}
