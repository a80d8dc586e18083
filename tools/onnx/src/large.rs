//! A model of the size that people use, with weights that mean nothing: for measuring, not for listening.

use crate::build::Axis::Is;
use crate::build::Kind::F32;
use crate::build::{Builder, Parameter};

/// Channels within.
const WIDTH: usize = 256;
/// Taps of a layer within.
const KERNEL: usize = 15;
/// Frames that become one within.
const STRIDE: usize = 16;
/// Layers within, each of about a million weights.
const LAYERS: usize = 5;

/// Five million weights in dilated convolutions at a sixteenth of the rate: `[1, 2, frames]` to `[1, 2, frames]`. The
/// number of frames is a multiple of 16.
pub fn convolutions(frames: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut weights = |count: usize, scale: f32| -> Vec<f32> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next() * scale).collect()
    };
    let mut graph = Builder::new("convolutions");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Is(frames)]);
    let strides = [STRIDE as i64];
    let outer = [("kernel_shape", Parameter::Ints(&strides)), ("strides", Parameter::Ints(&strides))];
    let first = graph.floats(&[WIDTH, 2, STRIDE], &weights(WIDTH * 2 * STRIDE, 0.2));
    let mut now = graph.node("Conv", &[&mix, &first], &outer);
    for layer in 0..LAYERS {
        let dilation = 1i64 << layer;
        let pad = dilation * (KERNEL / 2) as i64;
        let kernel = graph.floats(&[WIDTH, WIDTH, KERNEL], &weights(WIDTH * WIDTH * KERNEL, 0.03));
        let parameters = [
            ("kernel_shape", Parameter::Ints(&[KERNEL as i64])),
            ("dilations", Parameter::Ints(&[dilation])),
            ("pads", Parameter::Ints(&[pad, pad])),
        ];
        let next = graph.node("Conv", &[&now, &kernel], &parameters);
        now = graph.node("Tanh", &[&next], &[]);
    }
    let last = graph.floats(&[WIDTH, 2, STRIDE], &weights(WIDTH * 2 * STRIDE, 0.05));
    let out = graph.node("ConvTranspose", &[&now, &last], &outer);
    graph.output("out", &out, F32, &[Is(1), Is(2), Is(frames)]);
    graph.bytes()
}
