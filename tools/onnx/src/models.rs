//! The tiny models that the tests run, each the smallest that shows one way of going in and out.

use crate::build::Axis::{Any, Is};
use crate::build::Kind::{Bool, F16, F32, I64};
use crate::build::{Builder, Parameter};
use std::f32::consts::PI;

/// A file's path below the folder of models, and what it holds.
pub type File = (&'static str, Vec<u8>);

/// Every file there is.
pub fn all() -> Vec<File> {
    vec![
        ("identity/model.onnx", identity()),
        ("gain/model.onnx", gain()),
        ("mid-side/model.onnx", mid_side()),
        ("bands/model.onnx", bands()),
        ("spectral/model.onnx", spectral()),
        ("packed/model.onnx", packed()),
        ("slow/model.onnx", slow()),
        ("unsupported/model.onnx", unsupported()),
        ("external/model.onnx", external()),
        ("prompted/text.onnx", text()),
        ("prompted/encoder.onnx", encoder()),
        ("prompted/decoder.onnx", decoder()),
        ("prompted/velocity.onnx", velocity()),
    ]
}

/// One stem, the mix; any length.
fn identity() -> Vec<u8> {
    let mut graph = Builder::new("identity");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Any("frames")]);
    let axis = graph.ints(&[1]);
    let stems = graph.node("Unsqueeze", &[&mix, &axis], &[]);
    graph.output("stems", &stems, F32, &[Is(1), Is(1), Is(2), Any("frames")]);
    graph.bytes()
}

/// Half of the mix; mono, 16-bit floats, 4096 frames and no other length.
fn gain() -> Vec<u8> {
    let mut graph = Builder::new("gain");
    let mix = graph.input("audio_in", F16, &[Is(1), Is(1), Is(4_096)]);
    let half = graph.halves(&[1], &[0.5]);
    let out = graph.node("Mul", &[&mix, &half], &[]);
    graph.output("audio_out", &out, F16, &[Is(1), Is(1), Is(4_096)]);
    graph.bytes()
}

/// Two stems, what both channels share and what they do not; they add up to the mix.
fn mid_side() -> Vec<u8> {
    let mut graph = Builder::new("mid_side");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Any("frames")]);
    let weights = graph.floats(&[4, 2, 1], &[0.5, 0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5]);
    let both = graph.node("Conv", &[&mix, &weights], &[("kernel_shape", Parameter::Ints(&[1]))]);
    let shape = graph.ints(&[1, 2, 2, -1]);
    let stems = graph.node("Reshape", &[&both, &shape], &[]);
    graph.output("stems", &stems, F32, &[Is(1), Is(2), Is(2), Any("frames")]);
    graph.bytes()
}

/// Taps of [`bands`]: as many frames at either end of a window hear what is not there.
const TAPS: usize = 101;

/// Two stems, below and above an eighth of the rate; 8192 frames and no other length.
fn bands() -> Vec<u8> {
    let middle = (TAPS / 2) as f32;
    let tap = |n: usize| {
        let x = n as f32 - middle;
        let sinc = if x == 0.0 { 0.25 } else { (PI * x / 4.0).sin() / (PI * x) };
        sinc * (0.5 + 0.5 * (PI * x / (middle + 1.0)).cos())
    };
    let taps: Vec<f32> = (0..TAPS).map(tap).collect();
    let sum: f32 = taps.iter().sum();
    let taps: Vec<f32> = taps.iter().map(|tap| tap / sum).collect();

    let mut graph = Builder::new("bands");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Is(8_192)]);
    let weights = graph.floats(&[2, 1, TAPS], &[taps.clone(), taps].concat());
    let pad = (TAPS / 2) as i64;
    let low = graph.node(
        "Conv",
        &[&mix, &weights],
        &[
            ("group", Parameter::Int(2)),
            ("kernel_shape", Parameter::Ints(&[TAPS as i64])),
            ("pads", Parameter::Ints(&[pad, pad])),
        ],
    );
    let high = graph.node("Sub", &[&mix, &low], &[]);
    graph.output("low", &low, F32, &[Is(1), Is(2), Is(8_192)]);
    graph.output("high", &high, F32, &[Is(1), Is(2), Is(8_192)]);
    graph.bytes()
}

/// A spectrum in and out, real and imaginary parts as channels: bins below the 64th pass.
fn spectral() -> Vec<u8> {
    let shape = [Is(1), Is(4), Is(513), Is(32)];
    let mut graph = Builder::new("spectral");
    let spectrum = graph.input("input", F32, &shape);
    let pass: Vec<f32> = (0..513).map(|bin| if bin < 64 { 1.0 } else { 0.0 }).collect();
    let mask = graph.floats(&[1, 1, 513, 1], &pass);
    let out = graph.node("Mul", &[&spectrum, &mask], &[]);
    graph.output("output", &out, F32, &shape);
    graph.bytes()
}

/// Complex masks for bins and channels packed into one axis: a quarter and three quarters of everything.
fn packed() -> Vec<u8> {
    let mut graph = Builder::new("packed");
    let spectrum = graph.input("stft_repr", F32, &[Is(1), Is(1_026), Any("frames"), Is(2)]);
    let zero = graph.floats(&[1], &[0.0]);
    let silent = graph.node("Mul", &[&spectrum, &zero], &[]);
    let quarter = graph.floats(&[1, 1, 1, 2], &[0.25, 0.0]);
    let rest = graph.floats(&[1, 1, 1, 2], &[0.75, 0.0]);
    let axis = graph.ints(&[1]);
    let stem = |graph: &mut Builder, mask: &str| {
        let mask = graph.node("Add", &[&silent, mask], &[]);
        graph.node("Unsqueeze", &[&mask, &axis], &[])
    };
    let (one, two) = (stem(&mut graph, &quarter), stem(&mut graph, &rest));
    let masks = graph.node("Concat", &[&one, &two], &[("axis", Parameter::Int(1))]);
    graph.output("masks", &masks, F32, &[Is(1), Is(2), Is(1_026), Any("frames"), Is(2)]);
    graph.bytes()
}

/// The mix again after much work: some tens of seconds for ten of sound, so that one can interrupt it.
fn slow() -> Vec<u8> {
    const CHANNELS: usize = 64;
    const KERNEL: usize = 7;
    let mut graph = Builder::new("slow");
    let mix = graph.input("mix", F32, &[Is(1), Is(1), Any("frames")]);
    let spread = graph.floats(&[CHANNELS, 1, 1], &[1.0; CHANNELS]);
    let weights: Vec<f32> = (0..CHANNELS * CHANNELS * KERNEL).map(|n| ((n * 37 % 101) as f32 - 50.0) * 1e-4).collect();
    let weights = graph.floats(&[CHANNELS, CHANNELS, KERNEL], &weights);
    let pad = (KERNEL / 2) as i64;
    let parameters = [("kernel_shape", Parameter::Ints(&[KERNEL as i64])), ("pads", Parameter::Ints(&[pad, pad]))];
    let mut now = graph.node("Conv", &[&mix, &spread], &[("kernel_shape", Parameter::Ints(&[1]))]);
    for _ in 0..60 {
        let next = graph.node("Conv", &[&now, &weights], &parameters);
        now = graph.node("Tanh", &[&next], &[]);
    }
    let gather = graph.floats(&[1, CHANNELS, 1], &[0.0; CHANNELS]);
    let nothing = graph.node("Conv", &[&now, &gather], &[("kernel_shape", Parameter::Ints(&[1]))]);
    let out = graph.node("Add", &[&mix, &nothing], &[]);
    graph.output("out", &out, F32, &[Is(1), Is(1), Any("frames")]);
    graph.bytes()
}

/// An operator that nobody knows.
fn unsupported() -> Vec<u8> {
    let mut graph = Builder::new("unsupported");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Is(1_024)]);
    let out = graph.node("NoSuchOperator", &[&mix], &[]);
    graph.output("out", &out, F32, &[Is(1), Is(2), Is(1_024)]);
    graph.bytes()
}

/// Weights in a file outside the model's folder.
fn external() -> Vec<u8> {
    let mut graph = Builder::new("external");
    let mix = graph.input("mix", F32, &[Is(1), Is(2), Is(1_024)]);
    let weights = graph.elsewhere(&[1], "../gain/model.onnx");
    let out = graph.node("Mul", &[&mix, &weights], &[]);
    graph.output("out", &out, F32, &[Is(1), Is(2), Is(1_024)]);
    graph.bytes()
}

/// Width of the text features, and words of the vocabulary in `prompted/tokenizer.json`.
const TEXT: (usize, usize) = (8, 5);
/// Frames of sound in one of the codec's, which are its channels too: nothing is lost.
const HOP: usize = 16;

/// Words to features: the first is 1 for drums, a half for a word that is unknown, else 0.
fn text() -> Vec<u8> {
    let (width, words) = TEXT;
    let mut table = vec![0.0; width * words];
    table[width] = 0.5;
    table[2 * width] = 1.0;
    let mut graph = Builder::new("text");
    let ids = graph.input("input_ids", I64, &[Is(1), Any("tokens")]);
    let mask = graph.input("attention_mask", I64, &[Is(1), Any("tokens")]);
    let table = graph.floats(&[words, width], &table);
    let rows = graph.node("Gather", &[&table, &ids], &[("axis", Parameter::Int(0))]);
    let mask = graph.node("Cast", &[&mask], &[("to", Parameter::Int(F32 as i64))]);
    let axis = graph.ints(&[2]);
    let mask = graph.node("Unsqueeze", &[&mask, &axis], &[]);
    let features = graph.node("Mul", &[&rows, &mask], &[]);
    graph.output("hidden_states", &features, F32, &[Is(1), Any("tokens"), Is(width)]);
    graph.bytes()
}

/// Sound to latent frames.
fn encoder() -> Vec<u8> {
    let mut graph = Builder::new("encoder");
    let audio = graph.input("audio", F32, &[Is(1), Is(1), Any("samples")]);
    let shape = graph.ints(&[1, -1, HOP as i64]);
    let frames = graph.node("Reshape", &[&audio, &shape], &[]);
    let latent = graph.node("Transpose", &[&frames], &[("perm", Parameter::Ints(&[0, 2, 1]))]);
    graph.output("latent_features", &latent, F32, &[Is(1), Is(HOP), Any("frames")]);
    graph.bytes()
}

/// Latent frames to sound, 25 at a time.
fn decoder() -> Vec<u8> {
    const BLOCK: usize = 25;
    let mut graph = Builder::new("decoder");
    let latent = graph.input("latent_features", F32, &[Is(1), Is(HOP), Is(BLOCK)]);
    let frames = graph.node("Transpose", &[&latent], &[("perm", Parameter::Ints(&[0, 2, 1]))]);
    let shape = graph.ints(&[1, 1, (HOP * BLOCK) as i64]);
    let audio = graph.node("Reshape", &[&frames, &shape], &[]);
    graph.output("waveform", &audio, F32, &[Is(1), Is(1), Is(HOP * BLOCK)]);
    graph.bytes()
}

/// Leads noise straight to the wanted share of the mix and the rest of it. The share is what the text says, 1 where an
/// anchor says present and 0 where one says absent.
fn velocity() -> Vec<u8> {
    let (width, _) = TEXT;
    let mut graph = Builder::new("velocity");
    let frames = Any("frames");
    let noisy = graph.input("noisy_audio", F32, &[Is(1), frames, Is(2 * HOP)]);
    let time = graph.input("time", F32, &[Is(1)]);
    let audio = graph.input("audio_features", F32, &[Is(1), frames, Is(2 * HOP)]);
    let text = graph.input("text_features", F32, &[Is(1), Any("tokens"), Is(width)]);
    let text_mask = graph.input("text_mask", Bool, &[Is(1), Any("tokens")]);
    let video = graph.input("masked_video_features", F32, &[Is(1), Is(4), frames]);
    let ids = graph.input("anchor_ids", I64, &[Is(1), Any("anchors")]);
    let alignment = graph.input("anchor_alignment", I64, &[Is(1), frames]);
    let pad_mask = graph.input("audio_pad_mask", Bool, &[Is(1), frames]);

    let to_float = [("to", Parameter::Int(F32 as i64))];
    let last = graph.ints(&[2]);
    let text_mask = graph.node("Cast", &[&text_mask], &to_float);
    let text_mask = graph.node("Unsqueeze", &[&text_mask, &last], &[]);
    let pad_mask = graph.node("Cast", &[&pad_mask], &to_float);
    let pad_mask = graph.node("Unsqueeze", &[&pad_mask, &last], &[]);

    // What the text says, [1, 1, 1].
    let (zero, one) = (graph.ints(&[0]), graph.ints(&[1]));
    let word = graph.node("Slice", &[&text, &zero, &one, &last], &[]);
    let word = graph.node("Mul", &[&word, &text_mask], &[]);
    let said = graph.node("ReduceMax", &[&word], &[("axes", Parameter::Ints(&[1])), ("keepdims", Parameter::Int(1))]);

    // What the anchors say, [1, frames, 1]: nothing, present, absent, nothing.
    let ids = graph.node("GatherElements", &[&ids, &alignment], &[("axis", Parameter::Int(1))]);
    let table = graph.floats(&[4], &[0.0, 1.0, -1.0, 0.0]);
    let heard = graph.node("Gather", &[&table, &ids], &[("axis", Parameter::Int(0))]);
    let heard = graph.node("Unsqueeze", &[&heard, &last], &[]);

    let sum = graph.node("Add", &[&said, &heard], &[]);
    let (least, most) = (graph.floats(&[], &[0.0]), graph.floats(&[], &[1.0]));
    let share = graph.node("Clip", &[&sum, &least, &most], &[]);
    let unit = graph.floats(&[1], &[1.0]);
    let rest = graph.node("Sub", &[&unit, &share], &[]);

    // Shares of both halves, [1, frames, 2 * HOP].
    let ones = graph.floats(&[1, 1, HOP], &[1.0; HOP]);
    let share = graph.node("Mul", &[&share, &ones], &[]);
    let rest = graph.node("Mul", &[&rest, &ones], &[]);
    let shares = graph.node("Concat", &[&share, &rest], &[("axis", Parameter::Int(2))]);

    // The rest of a straight way, over the rest of its time.
    let end = graph.node("Mul", &[&audio, &shares], &[]);
    let way = graph.node("Sub", &[&end, &noisy], &[]);
    let left = graph.node("Sub", &[&unit, &time], &[]);
    let speed = graph.node("Div", &[&way, &left], &[]);
    let speed = graph.node("Mul", &[&speed, &pad_mask], &[]);
    let picture = graph.node("ReduceMean", &[&video], &[("keepdims", Parameter::Int(1))]);
    let speed = graph.node("Add", &[&speed, &picture], &[]);
    graph.output("velocity", &speed, F32, &[Is(1), frames, Is(2 * HOP)]);
    graph.bytes()
}
