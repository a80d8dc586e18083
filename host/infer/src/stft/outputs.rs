//! From what graphs give to the stems' spectra.

use super::layout::{Extent, Grid, Layout, fits, is_shape, stacked, tiled};
use super::settings::{SpectrumOutput, StftSettings};
use crate::driver::{BoundGraph, DriverError, Role, names, shown_shape};
use crate::graph::GraphError;
use crate::tensor::Tensor;
use realfft::num_complex::Complex32;
use ripieno_ports::FaultKind;
use std::borrow::Cow;

/// Keeps a share of nothing from becoming no number.
const SHARE_FLOOR: f32 = 1e-10;

/// An output of a graph, and how many stems it holds.
#[derive(Clone, Copy, Debug)]
struct Output {
    graph: usize,
    output: usize,
    stems: usize,
}

/// Where all stems' spectra, and their waveforms if there are any, come from.
#[derive(Debug)]
pub(crate) struct Outputs {
    kind: SpectrumOutput,
    specs: Vec<Output>,
    waves: Vec<Output>,
    scatter: Option<Scatter>,
    graphs: Vec<String>,
}

/// Rows of a spectrum that overlapping bands share.
#[derive(Debug)]
pub(crate) struct Scatter {
    rows: Vec<usize>,
    share: Vec<f32>,
}

impl Scatter {
    /// Rows of the packed axis, each below `all`.
    pub(crate) fn new(rows: Vec<usize>, all: usize) -> Self {
        let mut share = vec![0.0; all];
        rows.iter().for_each(|row| share[*row] += 1.0);
        share.iter_mut().filter(|count| **count > 0.0).for_each(|count| *count = 1.0 / *count);
        Self { rows, share }
    }

    /// The mean of all that stands for a row, silence for a row of no band.
    fn mean(&self, bands: &[f32]) -> Vec<f32> {
        let length = bands.len() / self.rows.len();
        let mut rows = vec![0.0; length * self.share.len()];
        for (from, row) in bands.chunks_exact(length.max(1)).zip(&self.rows) {
            for (to, value) in rows[row * length..(row + 1) * length].iter_mut().zip(from) {
                *to += value * self.share[*row];
            }
        }
        rows
    }
}

impl Outputs {
    /// Finds the outputs of one graph for all stems, or of one for each, and checks what is known of their shapes.
    pub(crate) fn bind<'a>(
        graphs: impl Iterator<Item = &'a BoundGraph>,
        stems: &[String],
        settings: &StftSettings,
        extent: &Extent,
        scatter: Option<Scatter>,
    ) -> Result<Self, DriverError> {
        let graphs: Vec<&BoundGraph> = graphs.collect();
        let names = graphs.iter().map(|graph| graph.name.clone()).collect();
        let mut outputs = Self { kind: settings.output, specs: vec![], waves: vec![], scatter, graphs: names };
        let (one, batch) = outputs.one(settings.layout, extent);
        let spec = |count: usize| stacked(count, &one, batch);
        let wave = |count: usize| stacked(count, &[Some(1), Some(extent.channels), None], 1);
        let mut bind = |graph: usize, role: &str, wave_role: &str, count: usize| -> Result<(), DriverError> {
            outputs.specs.push(find(&graphs, graph, role, count, &spec(count))?);
            if outputs.kind == SpectrumOutput::DualBranch {
                outputs.waves.push(find(&graphs, graph, wave_role, count, &wave(count))?);
            }
            Ok(())
        };
        let [only] = &graphs[..] else {
            for stem in stems {
                let at = graphs.iter().position(|graph| graph.name == *stem);
                let there = graphs.iter().map(|graph| graph.name.as_str()).collect::<Vec<_>>().join(", ");
                let wanted = "there must be one graph for all stems, or one for each, named like it";
                let at = at.filter(|_| graphs.len() == stems.len());
                bind(at.ok_or_else(|| DriverError::setting("", "graph", there, wanted))?, "spec", "wave", 1)?;
            }
            return Ok(outputs);
        };
        let named = |stem: &String| {
            only.outputs.contains_key(stem) || only.graph.outputs().iter().any(|slot| slot.name == *stem)
        };
        if stems.iter().all(named) {
            for stem in stems {
                bind(0, stem, &format!("{stem}_wave"), 1)?;
            }
        } else {
            bind(0, "spec", "wave", stems.len())?;
        }
        Ok(outputs)
    }

    /// The shape of one stem's numbers, and the axes before its own.
    fn one(&self, layout: Layout, extent: &Extent) -> (Vec<Option<usize>>, usize) {
        let mut one = layout.shape(extent, self.kind.parts());
        if let Some(scatter) = &self.scatter {
            one[1] = Some(scatter.rows.len());
        }
        (one, usize::from(layout != Layout::MagPatches))
    }

    /// Takes the stems out of what the graphs gave, once the shapes are found right.
    pub(crate) fn read<'a>(
        &'a self,
        results: &'a [Vec<Tensor>],
        restore: &Restore,
        samples: usize,
    ) -> Result<Given<'a>, GraphError> {
        let Restore { grid, layout, kept, frames, patch } = *restore;
        let (channels, parts) = (grid.channels, self.kind.parts());
        let extent = Extent { channels, bins: kept, frames: Some(frames), patch };
        let (one, batch) = self.one(layout, &extent);
        let rows = self.scatter.as_ref().map_or(channels * kept, |scatter| scatter.rows.len());
        let mut specs = Vec::new();
        for output in &self.specs {
            let values = self.values(results, output, &stacked(output.stems, &one, batch))?;
            specs.extend(values.chunks_exact(rows * frames * parts).map(|stem| match &self.scatter {
                Some(scatter) => Cow::Owned(scatter.mean(stem)),
                None => Cow::Borrowed(stem),
            }));
        }
        let mut waves = Vec::new();
        for output in &self.waves {
            let shape = stacked(output.stems, &[Some(1), Some(channels), Some(samples)], 1);
            waves.extend(self.values(results, output, &shape)?.chunks_exact(channels * samples));
        }
        Ok(Given { kind: self.kind, specs, waves })
    }

    fn values<'a>(
        &self,
        results: &'a [Vec<Tensor>],
        output: &Output,
        shapes: &[Vec<Option<usize>>],
    ) -> Result<&'a [f32], GraphError> {
        let tensor = &results[output.graph][output.output];
        let graph = &self.graphs[output.graph];
        let fault = |message: String| GraphError { kind: FaultKind::Failed, message };
        let values = tensor.as_floats().ok_or_else(|| fault(format!("graph '{graph}' gave no floats")))?;
        if is_shape(tensor.shape(), shapes) {
            return Ok(values);
        }
        let (got, wanted) = (tensor.shape(), shown_shape(&shapes[0]));
        Err(fault(format!("graph '{graph}' gave a tensor of {got:?} where {wanted} was expected")))
    }
}

fn find(
    graphs: &[&BoundGraph],
    graph: usize,
    role: &str,
    stems: usize,
    shapes: &[Vec<Option<usize>>],
) -> Result<Output, DriverError> {
    let bound = graphs[graph];
    // A shape that is not known at all is checked when it comes.
    let found = bound.output(&Role::new(role), |slot| slot.shape.is_empty() || fits(&slot.shape, shapes))?;
    let outputs = bound.graph.outputs();
    let wanted = shown_shape(&shapes[0]);
    let Some(output) = found else {
        let there: Vec<String> =
            outputs.iter().map(|slot| format!("'{}' {}", slot.name, shown_shape(&slot.shape))).collect();
        let there = if there.is_empty() { names(outputs) } else { there.join(", ") };
        return Err(bound.fault(format!("has no output of {wanted} for '{role}'; it has {there}")));
    };
    let slot = &outputs[output];
    if !slot.shape.is_empty() && !fits(&slot.shape, shapes) {
        let gives = shown_shape(&slot.shape);
        return Err(bound.fault(format!("gives '{}' as {gives}, but the settings ask for {wanted}", slot.name)));
    }
    Ok(Output { graph, output, stems })
}

/// How the numbers of a tensor lie over a spectrum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restore {
    pub grid: Grid,
    pub layout: Layout,
    pub kept: usize,
    /// Frames of the tensor.
    pub frames: usize,
    pub patch: usize,
}

impl Restore {
    /// Makes each bin that the graph saw of the mix's bin and the place of its numbers; the others fall silent. `value` gets
    /// the distance between its numbers as well.
    fn each(
        &self,
        parts: usize,
        mix: &[Complex32],
        out: &mut [Complex32],
        value: impl Fn(Complex32, usize, usize) -> Complex32,
    ) {
        let from = self.layout.strides(self.grid.channels, self.kept, self.frames, parts);
        out.fill(Complex32::default());
        for channel in 0..self.grid.channels {
            tiled(self.kept, self.grid.frames, |frame, bin| {
                let here = self.grid.at(channel, frame, bin);
                let at = channel * from.channel + frame * from.frame + bin * from.bin;
                out[here] = value(mix[here], at, from.part);
            });
        }
    }

    /// Puts what was packed back over the bins it came from.
    pub(crate) fn loopback(&self, packed: &[f32], spectrum: &mut [Complex32]) {
        let mix = spectrum.to_vec();
        let complex = self.layout.is_complex();
        self.each(if complex { 2 } else { 1 }, &mix, spectrum, |mix, at, part| {
            if complex { Complex32::new(packed[at], packed[at + part]) } else { direction(mix) * packed[at] }
        });
        for (index, value) in spectrum.iter_mut().enumerate().filter(|(index, _)| index % self.grid.bins >= self.kept) {
            *value = mix[index];
        }
    }
}

/// A number of the same direction and length 1.
fn direction(value: Complex32) -> Complex32 {
    let length = value.norm();
    if length > 0.0 { value / length } else { Complex32::new(1.0, 0.0) }
}

/// All that the graphs gave for a window.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    kind: SpectrumOutput,
    specs: Vec<Cow<'a, [f32]>>,
    waves: Vec<&'a [f32]>,
}

impl Given<'_> {
    /// The spectrum of a stem.
    pub(crate) fn restore(&self, stem: usize, restore: &Restore, mix: &[Complex32], out: &mut [Complex32]) {
        let own = &self.specs[stem][..];
        let parts = self.kind.parts();
        match self.kind {
            SpectrumOutput::Spectrum | SpectrumOutput::DualBranch => {
                restore.each(parts, mix, out, |_, at, part| Complex32::new(own[at], own[at + part]));
            }
            SpectrumOutput::MaskComplex => {
                restore.each(parts, mix, out, |mix, at, part| mix * Complex32::new(own[at], own[at + part]));
            }
            SpectrumOutput::MaskMag => restore.each(parts, mix, out, |mix, at, _| mix * own[at]),
            SpectrumOutput::RatioMag => {
                let floor = SHARE_FLOOR / self.specs.len() as f32;
                restore.each(parts, mix, out, |mix, at, _| {
                    let all: f32 = self.specs.iter().map(|stem| stem[at] * stem[at]).sum();
                    mix * ((own[at] * own[at] + floor) / (all + SHARE_FLOOR))
                });
            }
            SpectrumOutput::MaskPhase => restore.each(parts, mix, out, |mix, at, part| {
                let scale = 1.0 / (1.0 + (-own[at]).exp());
                mix * direction(Complex32::new(own[at + part].tanh(), own[at + 2 * part].tanh())) * scale
            }),
        }
    }

    /// Adds a stem's waveform if there is one.
    pub(crate) fn finish(&self, stem: usize, signal: &mut [f32]) -> Result<(), GraphError> {
        if let Some(wave) = self.waves.get(stem) {
            signal.iter_mut().zip(*wave).for_each(|(sample, add)| *sample += add);
        }
        if signal.iter().all(|sample| sample.is_finite()) {
            return Ok(());
        }
        Err(GraphError { kind: FaultKind::Failed, message: "the model gave samples that are no numbers".into() })
    }
}
