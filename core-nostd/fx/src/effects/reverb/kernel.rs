//! The reverb's loops, one segment at a time, each for the lanes.

use super::super::{blend, fade_in};
use super::{Control, DIFFUSED, DIFFUSION, Network, SWINGING};
use ripieno_dsp::guard::clean;
use ripieno_dsp::interpolate::cubic_weights;
use ripieno_dsp::line::copy;
use ripieno_dsp::maths::{round, sin_turns};
use ripieno_dsp::{GRID, Line, Segment};

/// Swings the lines on by a segment: eight of each number side by side, for the lanes.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
pub fn advance(network: &mut Network, swings: &mut [(usize, [Segment; 4]); SWINGING]) {
    let starts = network.swung;
    let (mut wholes, mut first, mut step) = ([0.0f32; SWINGING], [[0.0f32; SWINGING]; 4], [[0.0f32; SWINGING]; 4]);
    let mut turns = [0.0f32; SWINGING];
    for (turns, (phase, advance)) in turns.iter_mut().zip(network.swings.iter_mut().zip(network.advances)) {
        *phase = phase.plus(advance);
        *turns = phase.turns();
    }
    let mut ends = [0.0f32; SWINGING];
    for i in 0..SWINGING {
        ends[i] = (network.delays[i] as i32 - network.reach as i32) as f32 + network.swing * sin_turns(turns[i]);
    }
    network.swung = ends;
    for i in 0..SWINGING {
        wholes[i] = round(starts[i] - 0.5);
        let (start, end) = (cubic_weights(starts[i] - wholes[i]), cubic_weights(ends[i] - wholes[i]));
        for tap in 0..4 {
            (first[tap][i], step[tap][i]) = (start[tap], (end[tap] - start[tap]) / GRID as f32);
        }
    }
    for (i, (whole, weights)) in swings.iter_mut().enumerate() {
        *whole = wholes[i] as usize;
        for (tap, weight) in weights.iter_mut().enumerate() {
            *weight = Segment { start: first[tap][i], step: step[tap][i] };
        }
    }
}

/// What enters the network is never quite silent: this little, −360 dBFS, keeps every value in the loop from decaying into
/// denormals, at one addition a frame where looking after each line would take forty.
const BREATH: f32 = 1e-18;

/// At most one segment.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
pub fn run(
    memory: &mut [f32],
    network: &mut Network,
    control: &Control,
    channels: [&mut [f32]; 2],
    send: &[f32],
    places: &[f32],
) {
    let frames = places.len().min(GRID);
    // The full segment in peace, nearly always: constants make straight-line code.
    if control.is_flat && frames == GRID && network.reach == 1 {
        segment::<true>(memory, network, control, channels, send, places, GRID, 1);
    } else {
        segment::<false>(memory, network, control, channels, send, places, frames, network.reach);
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "two of them are constants in one of the two builds of this loop")]
fn segment<const FLAT: bool>(
    memory: &mut [f32],
    network: &mut Network,
    control: &Control,
    [left, right]: [&mut [f32]; 2],
    send: &[f32],
    places: &[f32],
    frames: usize,
    reach: usize,
) {
    let (Some(left), Some(right), Some(places)) =
        (left.get_mut(..frames), right.get_mut(..frames), places.get(..frames))
    else {
        return;
    };
    let mut rest = memory;
    let mut take = |line: &Line| {
        let room = Line::memory(line.len());
        let (front, back) = core::mem::take(&mut rest).split_at_mut_checked(room).unwrap_or_default();
        rest = back;
        front
    };
    let Network { lines, diffusers, diffuser_delays, inputs, outputs, .. } = network;
    let lines_memory = lines.each_ref().map(&mut take);

    let sides = diffusers.iter_mut().zip(diffuser_delays);
    for ((input, dry), (diffusers, delays)) in inputs.iter_mut().zip([&*left, &*right]).zip(sides) {
        let input = &mut input[..frames];
        copy(input, dry);
        for (input, send) in input.iter_mut().zip(send) {
            *input += clean(*send);
        }
        fade_in(input, control.intake, places);
        let memory = diffusers.each_ref().map(&mut take);
        diffuse(memory, diffusers, *delays, input);
    }

    for (i, output) in outputs.iter_mut().enumerate() {
        let (whole, weights) = &control.swings[i];
        let past = lines[i].read(lines_memory[i], whole + 2 + 2 * reach, frames + 3 + 2 * reach);
        let Some(past) = past else { return };
        swing::<FLAT>(past, reach, control.loss[i], weights, places, &mut output[..frames]);
    }

    for t in 0..frames {
        let o = outputs.each_ref().map(|output| output[t]);
        // Hadamard: eight times eight in 24 sums.
        let a =
            [o[0] + o[1], o[0] - o[1], o[2] + o[3], o[2] - o[3], o[4] + o[5], o[4] - o[5], o[6] + o[7], o[6] - o[7]];
        let b =
            [a[0] + a[2], a[1] + a[3], a[0] - a[2], a[1] - a[3], a[4] + a[6], a[5] + a[7], a[4] - a[6], a[5] - a[7]];
        let (level, share) = (control.level.along::<FLAT>(places[t]), control.mix.along::<FLAT>(places[t]));
        left[t] = blend(left[t], level * (b[2] + b[6]), share);
        right[t] = blend(right[t], level * (b[3] - b[7]), share);
        let (l, r) = (inputs[0][t], inputs[1][t]);
        outputs[0][t] = (b[0] + b[4]) + l;
        outputs[1][t] = (b[1] + b[5]) + r;
        outputs[2][t] = (b[2] + b[6]) - l;
        outputs[3][t] = (b[3] + b[7]) - r;
        outputs[4][t] = (b[0] - b[4]) + l;
        outputs[5][t] = (b[1] - b[5]) - r;
        outputs[6][t] = (b[2] - b[6]) - l;
        outputs[7][t] = (b[3] - b[7]) + r;
    }
    for ((line, memory), input) in lines.iter_mut().zip(lines_memory).zip(&*outputs) {
        line.write(memory, &input[..frames]);
    }
}

/// Schroeder all-passes one after the other over a segment: no frame of it meets another one of it.
#[inline(always)]
fn diffuse(
    mut memory: [&mut [f32]; DIFFUSED],
    lines: &mut [Line; DIFFUSED],
    delays: [usize; DIFFUSED],
    signal: &mut [f32],
) {
    let count = signal.len();
    let [a, b, c] = &mut memory;
    let Some((old_a, new_a)) = lines[0].exchange(a, delays[0], count) else { return };
    let Some((old_b, new_b)) = lines[1].exchange(b, delays[1], count) else { return };
    let Some((old_c, new_c)) = lines[2].exchange(c, delays[2], count) else { return };
    let pass = |x: f32, old: f32, new: &mut f32| {
        *new = x + DIFFUSION * old;
        old - DIFFUSION * *new
    };
    for t in 0..count {
        let x = pass(signal[t] + BREATH, old_a[t], &mut new_a[t]);
        let x = pass(x, old_b[t], &mut new_b[t]);
        signal[t] = pass(x, old_c[t], &mut new_c[t]);
    }
    for (line, memory) in lines.iter_mut().zip(memory) {
        line.commit(memory, count);
    }
}

/// One line's output: its loss, a symmetric FIR whose taps lie `reach` apart, and then a read between frames, with weights
/// that move along.
#[inline(always)]
fn swing<const FLAT: bool>(
    past: &[f32],
    reach: usize,
    [centre, side]: [Segment; 2],
    weights: &[Segment; 4],
    places: &[f32],
    out: &mut [f32],
) {
    const STEP: usize = 4;
    let count = out.len();
    let spans = [0, reach, 2 * reach].map(|from| past.get(from..).and_then(|rest| rest.get(..count + 3)));
    let ([Some(oldest), Some(middle), Some(newest)], Some(place)) = (spans, places.first()) else { return };
    let spans = [oldest, middle, newest];
    let lose = |[oldest, middle, newest]: [f32; 3], place: f32| {
        centre.along::<FLAT>(place) * middle + side.along::<FLAT>(place) * (newest + oldest)
    };
    let weights = [weights[3], weights[2], weights[1], weights[0]];
    let read = |taps: [f32; 4], place: f32| {
        let sum = |share: fn(&Segment) -> f32| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| share(&weights[i]) * taps[i]);
            a + b + c + d
        };
        sum(|weight| weight.start) + place * sum(|weight| weight.step)
    };
    let mut taps = [0, 1, 2].map(|t| lose(spans.map(|span| span[t]), place + (t as f32 - 3.0)));
    let [oldest, middle, newest] = spans.map(|span| span[3..].as_chunks::<STEP>());
    let (chunks, rest) = out.as_chunks_mut::<STEP>();
    let (place_chunks, place_rest) = places.as_chunks::<STEP>();
    // Four at a time, so that what neighbours share stays in registers.
    for ((((out, places), oldest), middle), newest) in
        chunks.iter_mut().zip(place_chunks).zip(oldest.0).zip(middle.0).zip(newest.0)
    {
        let next = [0, 1, 2, 3].map(|k| lose([oldest[k], middle[k], newest[k]], places[k]));
        let [a, b, c] = taps;
        let [d, e, f, g] = next;
        *out = [
            read([a, b, c, d], places[0]),
            read([b, c, d, e], places[1]),
            read([c, d, e, f], places[2]),
            read([d, e, f, g], places[3]),
        ];
        taps = [e, f, g];
    }
    for ((((out, place), oldest), middle), newest) in
        rest.iter_mut().zip(place_rest).zip(oldest.1).zip(middle.1).zip(newest.1)
    {
        let next = lose([*oldest, *middle, *newest], *place);
        *out = read([taps[0], taps[1], taps[2], next], *place);
        taps = [taps[1], taps[2], next];
    }
}
