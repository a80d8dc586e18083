//! From a manifest and its graphs to the driver of its kind.

use crate::conditioned::{ConditionedDriver, ConditionedSettings, TextEncoder};
use crate::driver::{BoundGraph, DriverError, DriverShape, WindowWish, take_graph};
use crate::manifest::{Chunk, Manifest, Normalize, is_inside};
use crate::policy::{Driver, Drives, Loopback};
use crate::probe;
use crate::scaled::Scaled;
use crate::stft::{Indices, StftDriver};
use crate::waveform::Waveform;
use crate::{GraphError, ModelError};
use ripieno_ports::Separator as _;
use ripieno_types::SampleRate;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The longest file beside the graphs, in bytes: tokenizers have some megabytes.
const MOST_BYTES: u64 = 1 << 26;

impl From<DriverError> for ModelError {
    fn from(error: DriverError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// A model of kind `waveform`. Control.
///
/// # Errors
/// When manifest and graph do not fit each other.
pub(crate) fn waveform(manifest: &Manifest, mut graphs: Vec<BoundGraph>) -> Result<Driver, ModelError> {
    let main = take_graph(&mut graphs, "main", "")?;
    if let Some(other) = graphs.first() {
        let problem = format!("graph.{}: a model of kind 'waveform' has one graph, main", other.name);
        return Err(ModelError::invalid(problem));
    }
    let driver = Waveform::new(&shape(manifest)?, main)?;
    Ok(scaled(manifest, Box::new(driver)))
}

/// A model of kind `stft`. Control.
///
/// # Errors
/// When manifest and graphs do not fit each other.
pub(crate) fn stft(manifest: &Manifest, mut graphs: Vec<BoundGraph>, folder: &Path) -> Result<Driver, ModelError> {
    let missing = || ModelError::invalid("the table [stft] is missing; a model of kind 'stft' needs it");
    let settings = manifest.stft.as_ref().ok_or_else(missing)?;
    let read = |name: &str| read_beside(folder, name);
    let text = match &manifest.text {
        Some(text) => Some(TextEncoder::new(text, take_graph(&mut graphs, &text.graph, "text")?, &read)?),
        None => None,
    };
    let driver = StftDriver::new(&shape(manifest)?, settings, graphs, text, &read)?;
    Ok(scaled(manifest, Box::new(driver)))
}

/// A model of kind `conditioned`. Control.
///
/// # Errors
/// When manifest and graphs do not fit each other.
pub(crate) fn conditioned(manifest: &Manifest, graphs: Vec<BoundGraph>, folder: &Path) -> Result<Driver, ModelError> {
    let missing = || ModelError::invalid("the table [codec] is missing; a model of kind 'conditioned' needs it");
    let settings = ConditionedSettings {
        text: manifest.text.clone(),
        codec: manifest.codec.clone().ok_or_else(missing)?,
        sampler: manifest.sampler.clone(),
        anchors: manifest.anchors,
        bind: manifest.bind.clone(),
    };
    let driver = ConditionedDriver::new(&shape(manifest)?, &settings, graphs, &|name| read_beside(folder, name))?;
    Ok(scaled(manifest, Box::new(driver)))
}

impl Drives for StftDriver {
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        Ok(Loopback::Exact(StftDriver::loopback(self)))
    }
}

impl Drives for ConditionedDriver {
    fn loopback(&mut self) -> Result<Loopback, GraphError> {
        let frames = probe::window(&self.geometry());
        let wave: Vec<f32> = std::iter::repeat_with(probe::noise()).take(frames).collect();
        let back = ConditionedDriver::loopback(self, &wave)?;
        let energy = |all: &mut dyn Iterator<Item = f32>| all.map(|sample| f64::from(sample).powi(2)).sum::<f64>();
        let lost = energy(&mut wave.iter().zip(&back).map(|(wave, back)| wave - back));
        Ok(Loopback::Lossy((lost / energy(&mut wave.iter().copied()).max(f64::MIN_POSITIVE)).sqrt() as f32))
    }
}

/// The files that a manifest names beside its graphs. Any.
pub(crate) fn files_beside(manifest: &Manifest) -> Vec<&str> {
    let tokenizer = manifest.text.as_ref().map(|text| text.tokenizer.as_str());
    let indices = manifest.stft.as_ref().and_then(|stft| match &stft.freq_indices {
        Some(Indices::File(file)) => Some(file.as_str()),
        _ => None,
    });
    tokenizer.into_iter().chain(indices).collect()
}

/// Where a file lies that a manifest names, once it is sure that it is in the folder, whatever links lead to it. Control.
///
/// # Errors
/// When it is not there or outside.
pub(crate) fn path_beside(folder: &Path, name: &str) -> Result<PathBuf, DriverError> {
    let fault = |message: String| DriverError::File { file: name.escape_default().to_string(), message };
    if !is_inside(name) {
        return Err(fault("must be a path within the model's folder, without '..'".into()));
    }
    let missing = |error| fault(format!("cannot be read: {error}; is the model complete?"));
    let folder = folder.canonicalize().map_err(missing)?;
    let path = folder.join(name).canonicalize().map_err(missing)?;
    if path.starts_with(&folder) && path.is_file() {
        return Ok(path);
    }
    Err(fault("is no file in the model's folder; copy it there".into()))
}

fn read_beside(folder: &Path, name: &str) -> Result<Vec<u8>, DriverError> {
    let fault = |message: String| DriverError::File { file: name.into(), message };
    let mut bytes = Vec::new();
    std::fs::File::open(path_beside(folder, name)?)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| fault(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(fault(format!("has more than {} MiB, which no such file needs", MOST_BYTES >> 20)));
    }
    Ok(bytes)
}

fn scaled(manifest: &Manifest, driver: Driver) -> Driver {
    Scaled::around(driver, manifest.chunk.normalize == Normalize::MeanStdMono, manifest.gain)
}

fn shape(manifest: &Manifest) -> Result<DriverShape, ModelError> {
    let rate = SampleRate::new(manifest.sample_rate).map_err(|error| ModelError::invalid(error.to_string()))?;
    let Chunk { samples, fixed, align, context, .. } = manifest.chunk;
    let window = WindowWish { samples, fixed, align };
    let context = (context > 0).then_some(context);
    let stems = manifest.stems.clone();
    Ok(DriverShape { rate, channels: manifest.channels, stems, window, context })
}
