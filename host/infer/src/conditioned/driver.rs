//! The `conditioned` driver: words and anchors guide a network from noise to the stems' latent frames.

use super::anchors::AnchorTable;
use super::bind::{Axis, Bindings, Source};
use super::codec::{Codec, from_rows, to_rows};
use super::noise::Noise;
use super::sampler::integrate;
use super::settings::{AnchorSettings, CodecSettings, Order, SamplerSettings, TextSettings};
use super::text::{Encoded, TextEncoder, truths};
use crate::driver::{BoundGraph, DriverError, DriverShape, ReadFile, Role, WindowRoom};
use crate::driver::{names, shown_shape, take_graph, window_frames};
use crate::graph::{GraphError, Slot};
use crate::tensor::{ElementKind, Elements, Tensor};
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::WindowFrames;
use std::collections::BTreeMap;

/// Seconds of a window where neither the manifest nor a graph says how long it is.
const USUAL_WINDOW_SECS: usize = 15;

/// The tables of a manifest that this driver reads.
#[derive(Clone, Debug)]
pub struct ConditionedSettings {
    /// `[text]`; none where the network is told nothing in words.
    pub text: Option<TextSettings>,
    /// `[codec]`.
    pub codec: CodecSettings,
    /// `[sampler]`.
    pub sampler: SamplerSettings,
    /// `[anchors]`.
    pub anchors: AnchorSettings,
    /// `[bind]`: the network's inputs by name.
    pub bind: BTreeMap<String, Source>,
}

/// A network with its codec and text encoder, as a separator.
#[derive(Debug)]
pub struct ConditionedDriver {
    geometry: Geometry,
    text: Option<TextEncoder>,
    codec: Codec,
    network: BoundGraph,
    velocity: usize,
    bindings: Bindings,
    sampler: SamplerSettings,
    anchors: AnchorSettings,
    latents: usize,
    hop: usize,
    /// Latent frames that the network takes, where it takes no other number.
    fixed: Option<usize>,
}

impl ConditionedDriver {
    /// Binds graphs to the tables of a manifest. Control.
    ///
    /// # Errors
    /// [`DriverError`] for settings out of range, and for graphs that do not fit them.
    pub fn new(
        shape: &DriverShape,
        settings: &ConditionedSettings,
        mut graphs: Vec<BoundGraph>,
        read: ReadFile<'_>,
    ) -> Result<Self, DriverError> {
        shape.check()?;
        settings.sampler.check()?;
        if shape.channels != 1 {
            return Err(DriverError::setting("", "channels", shape.channels, "a conditioned model hears one channel"));
        }
        let text = match &settings.text {
            Some(text) => Some(TextEncoder::new(text, take_graph(&mut graphs, &text.graph, "text")?, read)?),
            None => None,
        };
        let encoder = take_graph(&mut graphs, &settings.codec.encoder, "codec")?;
        let decoder = take_graph(&mut graphs, &settings.codec.decoder, "codec")?;
        let codec = Codec::new(&settings.codec, encoder, decoder)?;
        let network = take_graph(&mut graphs, &settings.sampler.graph, "sampler")?;
        if let Some(unused) = graphs.first() {
            return Err(unused.fault("is used by none of [text], [codec] and [sampler]"));
        }
        let bindings = Bindings::new(&network, &settings.bind)?;
        let worded = |source| bindings.slot(&source).map(|slot| slot.name.clone());
        if let Some(name) = worded(Source::Text).or(worded(Source::TextMask)).filter(|_| text.is_none()) {
            return Err(network.fault(format!("takes the text as '{name}', but there is no table [text]")));
        }
        let velocity = network.output(&Role::new("velocity"), |slot| matches!(slot.shape.len(), 0 | 3))?;
        let outputs = names(network.graph.outputs());
        let velocity = velocity
            .ok_or_else(|| network.fault(format!("has no output of 3 axes for 'velocity'; it has {outputs}")))?;
        let latents = codec.latents();
        let fixed = fixed_frames(&network, &bindings, settings.sampler.order, latents * shape.stems.len())?;
        let window = window(shape, &settings.codec, &codec, fixed)?;
        let context = shape.context.unwrap_or(0);
        let longest = match window {
            WindowFrames::Fixed(frames) | WindowFrames::Flexible { most: frames, .. } => frames,
        };
        if context.saturating_mul(2) >= longest {
            return Err(DriverError::setting(
                "chunk",
                "context",
                context,
                format!("leaves nothing of {longest} frames"),
            ));
        }
        let stems = shape.stems.len();
        Ok(Self {
            geometry: Geometry { rate: shape.rate, channels: 1, stems, window, context, wants_statistics: false },
            text,
            codec,
            network,
            velocity,
            bindings,
            sampler: settings.sampler.clone(),
            anchors: settings.anchors,
            latents,
            hop: settings.codec.hop,
            fixed,
        })
    }

    /// Encodes a waveform and decodes it again, as the stems are: how much the codec alone loses. Worker.
    ///
    /// # Errors
    /// [`GraphError`] of either graph.
    pub fn loopback(&mut self, wave: &[f32]) -> Result<Vec<f32>, GraphError> {
        let latents = self.codec.encode(wave)?;
        let mut back = self.codec.decode(&latents)?;
        back.truncate(wave.len());
        Ok(back)
    }

    /// What all looks at a window share, by the network's inputs; the state and the time are left open.
    fn constants(&mut self, mix: &[f32], conditions: &Conditions<'_>) -> Result<Inputs, GraphError> {
        let width = self.latents * self.geometry.stems;
        let latents = self.codec.encode(mix)?;
        let frames = latents.len() / self.latents;
        let held = self.fixed.unwrap_or(frames);
        if frames > held {
            let message = format!("a window of {} frames is longer than the model takes", mix.len());
            return Err(GraphError { kind: FaultKind::Unsupported, message });
        }
        let encoded = match &mut self.text {
            Some(text) => Some(text.encode(conditions.description)?),
            None => None,
        };
        let settings = &self.anchors;
        let table = AnchorTable::new(
            conditions.anchors,
            &settings.tokens,
            settings.frame_round,
            (self.geometry.rate.hz(), self.hop),
            (frames, held - frames),
        );
        let mut features = vec![0.0; held * width];
        for (to, from) in features.chunks_exact_mut(width).zip(latents.chunks_exact(self.latents)) {
            to.chunks_exact_mut(self.latents).for_each(|stem| stem.copy_from_slice(from));
        }
        let mut tensors = Vec::new();
        for (source, slot) in &self.bindings.sources {
            let tensor = constant(source, slot, self.sampler.order, &features, frames, held, encoded, &table)?;
            tensors.push(tensor);
        }
        let mut state = vec![0.0; held * width];
        let noise = Noise::new(conditions.seed);
        // Windows should begin on latent frames. One that does not is nearest to this one.
        let first = conditions.start_frame.saturating_add(self.hop as i64 / 2).div_euclid(self.hop as i64);
        for (frame, values) in state.chunks_exact_mut(width).take(frames).enumerate() {
            noise.fill(first.wrapping_add(frame as i64) as u64, values);
        }
        Ok(Inputs { tensors, state, frames, held })
    }
}

/// What a window is separated with.
struct Inputs {
    /// By input; `None` for the state and the time.
    tensors: Vec<Option<Tensor>>,
    state: Vec<f32>,
    frames: usize,
    held: usize,
}

#[expect(clippy::too_many_arguments, reason = "all that an input may be fed with")]
fn constant(
    source: &Source,
    slot: &Slot,
    order: Order,
    features: &[f32],
    frames: usize,
    held: usize,
    text: Option<&Encoded>,
    table: &AnchorTable,
) -> Result<Option<Tensor>, GraphError> {
    let refuse = |message: String| Err(GraphError { kind: FaultKind::Unsupported, message });
    let width = features.len() / held;
    Ok(Some(match (source, text) {
        (Source::AudioFeatures, _) => latent_tensor(features, width, held, order),
        (Source::Text, Some(text)) => text.features.clone(),
        (Source::TextMask, Some(text)) => truths(slot.kind, &[1, text.mask.len()], &text.mask),
        (Source::AnchorIds, _) => {
            let mut ids = table.ids.clone();
            if let Some(room) = slot.shape[1] {
                if ids.len() > room {
                    return refuse(format!("the model takes at most {} anchors at once", room.saturating_sub(2)));
                }
                ids.resize(room, table.ids[1]);
            }
            Tensor::new(&[1, ids.len()], Elements::I64(ids))
        }
        (Source::AnchorAlign, _) => Tensor::new(&[1, held], Elements::I64(table.alignment.clone())),
        (Source::PadMask, _) => {
            let mask: Vec<bool> = (0..held).map(|frame| frame < frames).collect();
            truths(slot.kind, &[1, held], &mask)
        }
        (Source::Zeros(Some(shape)), _) => {
            let shape: Vec<usize> =
                shape.iter().map(|axis| if let Axis::Is(length) = axis { *length } else { held }).collect();
            zeros(slot.kind, &shape)
        }
        _ => return Ok(None),
    }))
}

fn latent_tensor(rows: &[f32], width: usize, frames: usize, order: Order) -> Tensor {
    let shape = if order == Order::ChannelsFirst { [1, width, frames] } else { [1, frames, width] };
    Tensor::floats(&shape, from_rows(rows, width, frames, order))
}

fn zeros(kind: ElementKind, shape: &[usize]) -> Tensor {
    let count = shape.iter().product();
    let elements = match kind {
        ElementKind::F32 | ElementKind::F16 => Elements::F32(vec![0.0; count]),
        ElementKind::I64 => Elements::I64(vec![0; count]),
        ElementKind::Bool => Elements::Bool(vec![false; count]),
    };
    Tensor::new(shape, elements)
}

/// Latent frames that the network takes, if it takes no other number, once the state's shape is found right.
fn fixed_frames(
    network: &BoundGraph,
    bindings: &Bindings,
    order: Order,
    width: usize,
) -> Result<Option<usize>, DriverError> {
    let mut fixed = None;
    for source in [Source::Noise, Source::AudioFeatures] {
        let Some(slot) = bindings.slot(&source) else { continue };
        let (channels, frames) = order.axes();
        let batch = slot.shape[0].is_none_or(|batch| batch == 1);
        if !batch || slot.shape[channels].is_some_and(|length| length != width) || slot.shape[frames] == Some(0) {
            let takes = shown_shape(&slot.shape);
            let wanted = "latents times the stems";
            return Err(
                network.fault(format!("takes '{}' as {takes}, where {wanted} make {width} channels", slot.name))
            );
        }
        fixed = fixed.or(slot.shape[frames]);
    }
    Ok(fixed)
}

/// How long windows are: what the manifest says, if the graphs allow it, else what these make.
fn window(
    shape: &DriverShape,
    settings: &CodecSettings,
    codec: &Codec,
    fixed: Option<usize>,
) -> Result<WindowFrames, DriverError> {
    let hop = settings.hop;
    let network = fixed.map(|frames| frames.saturating_mul(hop));
    let most = [codec.window(), network, Some(shape.longest_window() / hop * hop)];
    let longest = most.into_iter().flatten().min().unwrap_or(0);
    if longest == 0 {
        return Err(DriverError::setting("codec", "hop", hop, "is longer than any window"));
    }
    // Windows begin on latent frames only if they are whole numbers of them apart.
    if let Some(align) = shape.window.align.filter(|align| align % hop != 0) {
        return Err(DriverError::setting(
            "chunk",
            "align",
            align,
            format!("must be a multiple of [codec] hop = {hop}"),
        ));
    }
    let fixed = codec.window().is_some() || network.is_some();
    let room = WindowRoom { hop, longest, fixed, usual: shape.rate.hz() as usize * USUAL_WINDOW_SECS };
    shape.window.settle(&room, |samples| samples <= longest)
}

impl Separator for ConditionedDriver {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let samples = window_frames(&self.geometry, mix, stems)?;
        if samples == 0 {
            return Ok(0);
        }
        let Inputs { tensors, mut state, frames, held } = self.constants(mix, conditions)?;
        let Self { network, bindings, sampler, velocity, latents, codec, .. } = self;
        let width = *latents * self.geometry.stems;
        integrate(sampler.method, sampler.steps, &mut state, |time, state| {
            let inputs = tensors.iter().zip(&bindings.sources).enumerate().map(|(at, (constant, (source, slot)))| {
                let tensor = match (constant, source) {
                    (Some(constant), _) => constant.clone(),
                    (None, Source::Time) => Tensor::floats(&vec![1; slot.shape.len()], vec![time]),
                    (None, _) => latent_tensor(state, width, held, sampler.order),
                };
                (at, tensor)
            });
            let given = network.run(inputs.collect())?.swap_remove(*velocity);
            let expected = if sampler.order == Order::ChannelsFirst { [1, width, held] } else { [1, held, width] };
            match given.as_floats() {
                Some(values) if given.shape() == expected => Ok(to_rows(values, width, held, sampler.order)),
                _ => {
                    let shape = given.shape();
                    Err(network
                        .misfit(format!("gave a tensor of {shape:?} where floats of {expected:?} were expected")))
                }
            }
        })?;
        if !state.iter().all(|value| value.is_finite()) {
            return Err(network.misfit("led to what is no number"));
        }
        for (number, stem) in stems.chunks_exact_mut(samples).enumerate() {
            let rows = state.chunks_exact(width).take(frames);
            let own: Vec<f32> =
                rows.flat_map(|row| &row[number * *latents..(number + 1) * *latents]).copied().collect();
            stem.copy_from_slice(&codec.decode(&own)?[..samples]);
        }
        Ok(samples)
    }
}

#[cfg(test)]
#[path = "driver_tests.rs"]
mod tests;
