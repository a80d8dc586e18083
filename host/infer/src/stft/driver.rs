//! The `stft` driver: transforms a window, has graphs look at the spectrum, and makes stems of what they give.

use super::binding::{Place, lengths, window};
use super::layout::{Extent, Grid, Layout};
use super::outputs::{Outputs, Restore, Scatter};
use super::settings::StftSettings;
use super::transform::Transform;
use crate::conditioned::TextEncoder;
use crate::driver::{BoundGraph, DriverError, DriverShape, ReadFile, window_frames};
use crate::graph::GraphError;
use crate::probe;
use crate::tensor::Tensor;
use realfft::num_complex::Complex32;
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::WindowFrames;
use std::iter::repeat_with;

/// Graphs that look at spectra, as a separator.
#[derive(Debug)]
pub struct StftDriver {
    geometry: Geometry,
    layout: Layout,
    low: usize,
    kept: usize,
    frames: Option<usize>,
    patch: usize,
    gather: Option<Vec<usize>>,
    transform: Transform,
    graphs: Vec<(BoundGraph, Place)>,
    outputs: Outputs,
    text: Option<TextEncoder>,
    spectrum: Vec<Complex32>,
    restored: Vec<Complex32>,
}

impl StftDriver {
    /// Binds graphs to a transform: one for all stems, or one for each, named like it. `text` encodes the description for
    /// graphs that ask for one (role `query`). Control.
    ///
    /// # Errors
    /// [`DriverError`] for a setting out of its range, and for graphs that do not fit the settings.
    pub fn new(
        shape: &DriverShape,
        settings: &StftSettings,
        graphs: Vec<BoundGraph>,
        text: Option<TextEncoder>,
        read: ReadFile<'_>,
    ) -> Result<Self, DriverError> {
        shape.check()?;
        settings.check()?;
        let transform = Transform::new(settings.transform())?;
        let (layout, kept, channels) = (settings.layout, settings.kept_bins(), shape.channels);
        let rows = settings.rows(kept * channels, read)?;
        let first =
            graphs.first().ok_or_else(|| DriverError::setting("graph", "main", "none", "an stft model has a graph"))?;
        let (frames, patch) = lengths(settings, first)?;
        let window = window(shape, transform.settings(), (channels, kept), frames, patch)?;
        let extent = Extent { channels, bins: kept, frames, patch };
        let gather = rows.clone().filter(|_| settings.gather);
        let mut bound = Vec::new();
        for graph in graphs {
            let place = Place::find(&graph, layout, &extent, gather.as_deref(), text.is_some())?;
            bound.push((graph, place));
        }
        let scatter = rows.map(|rows| Scatter::new(rows, kept * channels));
        let outputs = Outputs::bind(bound.iter().map(|(graph, _)| graph), &shape.stems, settings, &extent, scatter)?;
        // Edge frames see a window's padding: where that costs little, they are taken from the neighbours.
        let (half, frayed) = (transform.settings().n_fft / 2, transform.settings().frayed());
        let usual = |longest: usize| if half <= longest / 8 { half.max(frayed) } else { frayed };
        let context = shape.context_of(window, usual)?;
        let stems = shape.stems.len();
        Ok(Self {
            geometry: Geometry { rate: shape.rate, channels, stems, window, context, wants_statistics: false },
            layout,
            low: settings.zero_low_bins,
            kept,
            frames,
            patch,
            gather,
            transform,
            graphs: bound,
            outputs,
            text,
            spectrum: Vec::new(),
            restored: Vec::new(),
        })
    }

    /// How far noise of half scale, one window long, comes back from transform, tensors and transform, when a graph would
    /// change nothing: the largest difference, linear. Frames that the settings leave away at the ends do not count, nor
    /// do bins that the graph does not see. Control.
    pub fn loopback(&mut self) -> f32 {
        let frames = match self.geometry.window {
            WindowFrames::Fixed(frames) => frames,
            WindowFrames::Flexible { most, preferred, .. } => preferred.unwrap_or(most),
        };
        let mix: Vec<f32> = repeat_with(probe::noise()).take(frames * self.geometry.channels).collect();
        let grid = self.analyse(&mix);
        let held = self.held(grid.frames);
        let packed = grid.pack(&self.spectrum, self.layout, 0, self.kept, held);
        let restore = Restore { grid, layout: self.layout, kept: self.kept, frames: held, patch: self.patch };
        restore.loopback(&packed, &mut self.spectrum);
        let mut back = vec![0.0; mix.len()];
        synthesise(&mut self.transform, &grid, &self.spectrum, &mut back);
        let frayed = self.transform.settings().frayed().min(frames / 2);
        let inner = |channel: &[f32]| channel[frayed..frames - frayed].to_vec();
        let compared = mix.chunks_exact(frames).zip(back.chunks_exact(frames));
        compared.flat_map(|(a, b)| inner(a).into_iter().zip(inner(b))).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    /// Transforms all channels into the spectrum.
    fn analyse(&mut self, mix: &[f32]) -> Grid {
        let samples = mix.len() / self.geometry.channels;
        let settings = self.transform.settings();
        let grid = Grid { channels: self.geometry.channels, frames: settings.frames(samples), bins: settings.bins() };
        self.spectrum.resize(grid.len(), Complex32::default());
        self.restored.resize(grid.len(), Complex32::default());
        for (channel, signal) in mix.chunks_exact(samples).enumerate() {
            self.transform.forward(signal, &mut self.spectrum[grid.channel(channel)]);
        }
        grid
    }

    /// Frames of the graph's tensors for a spectrum of so many.
    fn held(&self, frames: usize) -> usize {
        match self.frames {
            Some(fixed) => fixed,
            None => frames.max(1).next_multiple_of(self.patch),
        }
    }

    /// What the graphs see of the mix.
    fn packed(&self, grid: &Grid, held: usize) -> Vec<f32> {
        let packed = grid.pack(&self.spectrum, self.layout, self.low, self.kept, held);
        let Some(rows) = &self.gather else { return packed };
        let row = held * 2;
        let mut gathered = Vec::with_capacity(rows.len() * row);
        for from in rows {
            gathered.extend_from_slice(&packed[from * row..(from + 1) * row]);
        }
        gathered
    }

    fn run(
        &mut self,
        mix: &[f32],
        description: &str,
        grid: &Grid,
        held: usize,
    ) -> Result<Vec<Vec<Tensor>>, GraphError> {
        let samples = mix.len() / grid.channels;
        let query = match &mut self.text {
            Some(text) => Some(text.encode(description)?.features.clone()),
            None => None,
        };
        let packed = self.packed(grid, held);
        let parts = if self.layout.is_complex() { 2 } else { 1 };
        let extent = Extent { channels: grid.channels, bins: self.kept, frames: Some(held), patch: self.patch };
        let mut shape: Vec<usize> = self.layout.shape(&extent, parts).into_iter().flatten().collect();
        if let Some(rows) = &self.gather {
            shape[1] = rows.len();
        }
        let spec = Tensor::floats(&shape, packed);
        let mut results = Vec::with_capacity(self.graphs.len());
        for (graph, place) in &mut self.graphs {
            let mut inputs = vec![(place.spec, spec.clone())];
            if let Some(at) = place.wave {
                inputs.push((at, Tensor::floats(&[1, grid.channels, samples], mix.to_vec())));
            }
            if let (Some(at), Some(query)) = (place.query, &query) {
                inputs.push((at, query.clone()));
            }
            results.push(graph.run(inputs)?);
        }
        Ok(results)
    }
}

/// Brings the spectra of all channels back.
fn synthesise(transform: &mut Transform, grid: &Grid, spectrum: &[Complex32], signal: &mut [f32]) {
    let samples = signal.len() / grid.channels;
    for (channel, signal) in signal.chunks_exact_mut(samples).enumerate() {
        transform.inverse(&spectrum[grid.channel(channel)], signal);
    }
}

impl Separator for StftDriver {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let samples = window_frames(&self.geometry, mix, stems)?;
        if samples == 0 {
            return Ok(0);
        }
        let grid = self.analyse(mix);
        let held = self.held(grid.frames);
        if grid.frames > held {
            let kind = FaultKind::Unsupported;
            let message = format!("a window of {samples} frames is longer than the model takes");
            return Err(GraphError { kind, message });
        }
        let results = self.run(mix, conditions.description, &grid, held)?;
        let restore = Restore { grid, layout: self.layout, kept: self.kept, frames: held, patch: self.patch };
        let given = self.outputs.read(&results, &restore, samples)?;
        for (number, stem) in stems.chunks_exact_mut(mix.len()).enumerate() {
            given.restore(number, &restore, &self.spectrum, &mut self.restored);
            synthesise(&mut self.transform, &grid, &self.restored, stem);
            given.finish(number, stem)?;
        }
        Ok(samples)
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
