//! The codec of a conditioned model: waveform to latent frames, and back in blocks that overlap.

use super::settings::{CodecSettings, Order};
use crate::driver::{BoundGraph, DriverError, Role, names, shown_shape};
use crate::graph::GraphError;
use crate::tensor::Tensor;
use std::ops::Range;

/// An encoder, a decoder, and how to use them.
#[derive(Debug)]
pub(crate) struct Codec {
    encoder: BoundGraph,
    latents_out: usize,
    decoder: BoundGraph,
    wave_out: usize,
    settings: CodecSettings,
    latents: usize,
    /// Frames that the encoder takes, where it takes no other number.
    encoded: Option<usize>,
    /// Latent frames of a block, where it has a length of its own.
    block: Option<usize>,
}

/// A block of latent frames, and which of them are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub start: usize,
    pub kept: Range<usize>,
}

/// Cuts `total` frames into blocks that leave `context` frames at both ends to their neighbours. The last one is moved back
/// rather than cut short; where all is shorter than a block, that is the only one.
pub(crate) fn blocks(total: usize, block: usize, context: usize) -> impl Iterator<Item = Block> {
    let mut next = 0;
    std::iter::from_fn(move || {
        if next >= total {
            return None;
        }
        let start = if next == 0 { 0 } else { next - context }.min(total.saturating_sub(block));
        let end = if start + block >= total { total } else { start + block - context };
        let kept = next..end;
        next = end;
        Some(Block { start, kept })
    })
}

impl Codec {
    /// Binds both graphs. Control.
    pub(crate) fn new(settings: &CodecSettings, encoder: BoundGraph, decoder: BoundGraph) -> Result<Self, DriverError> {
        settings.check()?;
        let lone =
            |graph: &BoundGraph, role: &str, rank: usize, known: &[Option<usize>]| -> Result<usize, DriverError> {
                let inputs = graph.graph.inputs();
                let found = graph.input(&Role::new(role), |slot| slot.shape.len() == rank)?;
                let at = found.ok_or_else(|| {
                    graph.fault(format!("has no input of {rank} axes; it has {}: bind one as '{role}'", names(inputs)))
                })?;
                graph.all_fed(&[at])?;
                let shape = &inputs[at].shape;
                let fits =
                    shape.len() == rank && shape.iter().zip(known).all(|(a, b)| a.is_none() || b.is_none() || a == b);
                if fits {
                    return Ok(at);
                }
                let (takes, wanted) = (shown_shape(shape), shown_shape(known));
                Err(graph.fault(format!("takes '{}' as {takes}, where {wanted} is sent", inputs[at].name)))
            };
        let out = |graph: &BoundGraph, role: &str| -> Result<usize, DriverError> {
            let outputs = graph.graph.outputs();
            graph
                .output(&Role::new(role), |_| true)?
                .ok_or_else(|| graph.fault(format!("has no output for '{role}'; it has {}", names(outputs))))
        };
        let audio = lone(&encoder, "audio", 3, &[Some(1), Some(1), None])?;
        let encoded = encoder.graph.inputs()[audio].shape[2];
        if encoded.is_some_and(|samples| samples == 0 || samples % settings.hop != 0) {
            let takes = shown_shape(&encoder.graph.inputs()[audio].shape);
            return Err(encoder.fault(format!("takes {takes}, which is no multiple of [codec] hop = {}", settings.hop)));
        }
        let axes = |channels| match settings.order {
            Order::ChannelsFirst => [Some(1), channels, None],
            Order::ChannelsLast => [Some(1), None, channels],
        };
        let (channel_axis, frame_axis) = settings.order.axes();
        let given = lone(&decoder, "latents", 3, &axes(settings.latents))?;
        let latents_out = out(&encoder, "latents")?;
        let slots = [&decoder.graph.inputs()[given], &encoder.graph.outputs()[latents_out]];
        let known = slots.iter().find_map(|slot| slot.shape.get(channel_axis).copied().flatten());
        let latents =
            settings.latents.or(known).filter(|latents| (1..=1 << 16).contains(latents)).ok_or_else(|| {
                DriverError::setting("codec", "latents", "none", "must be said, as neither graph of the codec fixes it")
            })?;
        let fixed = slots[0].shape[frame_axis];
        let block = match (fixed, settings.block_frames) {
            (Some(fixed), Some(asked)) if fixed != asked => {
                let wanted = format!("the decoder takes {fixed} at a time");
                return Err(DriverError::setting("codec", "block_frames", asked, wanted));
            }
            (fixed, asked) => fixed.or(asked),
        };
        if let Some(block) = block.filter(|block| settings.decode_context >= block.div_ceil(2)) {
            let wanted = format!("twice of it must be less than the {block} frames of a block");
            return Err(DriverError::setting("codec", "decode_context", settings.decode_context, wanted));
        }
        let wave_out = out(&decoder, "audio")?;
        Ok(Self { encoder, latents_out, decoder, wave_out, settings: settings.clone(), latents, encoded, block })
    }

    /// Numbers of a latent frame.
    pub(crate) const fn latents(&self) -> usize {
        self.latents
    }

    /// Frames that the encoder takes, where it takes no other number.
    pub(crate) const fn window(&self) -> Option<usize> {
        self.encoded
    }

    /// Latent frames of a waveform, frame after frame. It is filled up with silence to a whole number of them.
    pub(crate) fn encode(&mut self, wave: &[f32]) -> Result<Vec<f32>, GraphError> {
        let Self { settings, encoder, .. } = self;
        let frames = wave.len().div_ceil(settings.hop);
        let mut padded = wave.to_vec();
        padded.resize(self.encoded.unwrap_or(frames * settings.hop), 0.0);
        let sent = padded.len() / settings.hop;
        let latents =
            encoder.run(vec![(0, Tensor::floats(&[1, 1, padded.len()], padded))])?.swap_remove(self.latents_out);
        let width = self.latents;
        let (shape, order) = (latents.shape().to_vec(), settings.order);
        let given = match (&shape[..], order) {
            ([1, channels, frames], Order::ChannelsFirst) | ([1, frames, channels], Order::ChannelsLast)
                if *channels == width =>
            {
                Some(*frames)
            }
            _ => None,
        };
        let (Some(given), Some(values)) = (given.filter(|given| *given >= frames), latents.as_floats()) else {
            let axes = if order == Order::ChannelsFirst { [1, width, sent] } else { [1, sent, width] };
            return Err(encoder.misfit(format!("gave a tensor of {shape:?} where floats of {axes:?} were expected")));
        };
        let mut rows = to_rows(values, width, given, order);
        rows.truncate(frames * width);
        if rows.iter().all(|value| value.is_finite()) {
            Ok(rows)
        } else {
            Err(encoder.misfit("gave what is no number"))
        }
    }

    /// The waveform of latent frames, frame after frame: as many samples as they stand for.
    pub(crate) fn decode(&mut self, latents: &[f32]) -> Result<Vec<f32>, GraphError> {
        let Self { settings, decoder, .. } = self;
        let (width, hop) = (self.latents, settings.hop);
        let total = latents.len() / width;
        let block = self.block.unwrap_or(total);
        let mut wave = Vec::with_capacity(total * hop);
        for Block { start, kept } in blocks(total, block, settings.decode_context) {
            let mut rows = latents[start * width..(start + block).min(total) * width].to_vec();
            // A block longer than all there is goes on as it ended, not with a step to nothing.
            while rows.len() < block * width {
                rows.extend_from_within(rows.len() - width..);
            }
            let shape = if settings.order == Order::ChannelsFirst { [1, width, block] } else { [1, block, width] };
            let rows = from_rows(&rows, width, block, settings.order);
            let given = decoder.run(vec![(0, Tensor::floats(&shape, rows))])?.swap_remove(self.wave_out);
            let samples = given
                .as_floats()
                .filter(|samples| samples.len() >= block * hop && given.shape().last() == Some(&samples.len()));
            let Some(samples) = samples else {
                let (shape, wanted) = (given.shape(), [1, 1, block * hop]);
                return Err(
                    decoder.misfit(format!("gave a tensor of {shape:?} where floats of {wanted:?} were expected"))
                );
            };
            wave.extend_from_slice(&samples[(kept.start - start) * hop..(kept.end - start) * hop]);
        }
        if wave.iter().all(|sample| sample.is_finite()) {
            Ok(wave)
        } else {
            Err(decoder.misfit("gave what is no number"))
        }
    }
}

/// Latent frames one after the other.
pub(crate) fn to_rows(values: &[f32], width: usize, frames: usize, order: Order) -> Vec<f32> {
    match order {
        Order::ChannelsLast => values.to_vec(),
        Order::ChannelsFirst => transposed(values, width, frames),
    }
}

/// The way back.
pub(crate) fn from_rows(rows: &[f32], width: usize, frames: usize, order: Order) -> Vec<f32> {
    match order {
        Order::ChannelsLast => rows.to_vec(),
        Order::ChannelsFirst => transposed(rows, frames, width),
    }
}

/// `rows` × `columns` with both exchanged.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for (row, line) in values.chunks_exact(columns.max(1)).enumerate() {
        for (column, value) in line.iter().enumerate() {
            out[column * rows + row] = *value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_are_as_they_should() {
        let check = |total, block, context, expected: &[(usize, usize, usize)]| {
            let found: Vec<_> = blocks(total, block, context).map(|b| (b.start, b.kept.start, b.kept.end)).collect();
            assert_eq!(found, expected, "{total} in {block} with {context}");
        };
        check(0, 25, 4, &[]);
        check(10, 25, 4, &[(0, 0, 10)]);
        check(25, 25, 4, &[(0, 0, 25)]);
        check(26, 25, 4, &[(0, 0, 21), (1, 21, 26)]);
        check(60, 25, 4, &[(0, 0, 21), (17, 21, 38), (34, 38, 55), (35, 55, 60)]);
        check(6, 3, 1, &[(0, 0, 2), (1, 2, 3), (2, 3, 4), (3, 4, 6)]);
        check(5, 2, 0, &[(0, 0, 2), (2, 2, 4), (3, 4, 5)]);
    }

    proptest! {
        #[test]
        fn blocks_keep_each_frame_once(total in 0usize..400, block in 1usize..60, context in 0usize..30) {
            prop_assume!(context < block.div_ceil(2));
            let mut next = 0;
            for Block { start, kept } in blocks(total, block, context) {
                prop_assert_eq!(kept.start, next);
                prop_assert!(kept.end > kept.start && kept.start >= start && kept.end <= start + block);
                prop_assert!(start == 0 || (start + block <= total && kept.start - start >= context));
                prop_assert!(kept.end == total || start + block - kept.end >= context);
                next = kept.end;
            }
            prop_assert_eq!(next, total);
        }

        #[test]
        fn orders_come_back(frames in 1usize..9, width in 1usize..9) {
            let values: Vec<f32> = (0..frames * width).map(|value| value as f32).collect();
            for order in [Order::ChannelsFirst, Order::ChannelsLast] {
                prop_assert_eq!(&from_rows(&to_rows(&values, width, frames, order), width, frames, order), &values);
            }
        }
    }
}
