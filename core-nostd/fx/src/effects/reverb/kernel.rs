//! The reverb's loops, one segment at a time, each for the lanes.

use super::super::{blend, fade_in};
use super::{Control, DIFFUSION, LINES, Network, REACH, SWINGING};
use ripieno_dsp::guard::{clean, flush};
use ripieno_dsp::interpolate::cubic_weights;
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
    let frames = places.len();
    // The full segment, nearly always: a constant length makes straight-line code.
    if frames == GRID {
        segment(memory, network, control, channels, send, places, GRID);
    } else {
        segment(memory, network, control, channels, send, places, frames);
    }
}

#[inline(always)]
fn segment(
    memory: &mut [f32],
    network: &mut Network,
    control: &Control,
    [left, right]: [&mut [f32]; 2],
    send: &[f32],
    places: &[f32],
    frames: usize,
) {
    let (left, right, places) = (&mut left[..frames], &mut right[..frames], &places[..frames]);
    let mut rest = memory;
    let mut take = |line: &Line| {
        let (front, back) = core::mem::take(&mut rest).split_at_mut(Line::memory(line.len()));
        rest = back;
        front
    };
    let lines_memory = network.lines.each_ref().map(&mut take);

    let mut inputs = [[0.0; GRID]; 2];
    for (side, (input, dry)) in inputs.iter_mut().zip([&mut *left, &mut *right]).enumerate() {
        let input = &mut input[..frames];
        for (input, dry) in input.iter_mut().zip(dry.iter_mut()) {
            *dry = clean(*dry);
            *input = *dry;
        }
        for (input, send) in input.iter_mut().zip(send) {
            *input += clean(*send);
        }
        fade_in(input, control.intake, places);
        for (line, delay) in network.diffusers[side].iter_mut().zip(network.diffuser_delays[side]) {
            all_pass(take(line), line, delay, input);
        }
    }

    let mut outputs = [[0.0; GRID]; LINES];
    for (i, output) in outputs.iter_mut().enumerate() {
        let output = &mut output[..frames];
        let history = &mut network.outputs[i];
        let (line, memory) = (&network.lines[i], &lines_memory[i]);
        let now = &mut history[2 * REACH..2 * REACH + frames];
        if let Some((whole, weights)) = control.swings.get(i) {
            swing(line.read(memory, whole + 2, frames + 3), weights, places, now);
        } else {
            now.copy_from_slice(line.read(memory, network.delays[i] - network.reach, frames));
        }
        lose(history, network.reach, control.loss[i], places, output);
        history.copy_within(frames..frames + 2 * REACH, 0);
    }

    let mut wet = [[0.0; GRID]; 2];
    for t in 0..frames {
        let o = outputs.each_ref().map(|output| output[t]);
        let level = control.level.at(places[t]);
        wet[0][t] = level * (((o[0] + o[1]) - (o[2] + o[3])) + ((o[4] + o[5]) - (o[6] + o[7])));
        wet[1][t] = level * (((o[0] - o[1]) - (o[2] - o[3])) - ((o[4] - o[5]) - (o[6] - o[7])));
        // Hadamard: eight times eight in 24 sums.
        let a =
            [o[0] + o[1], o[0] - o[1], o[2] + o[3], o[2] - o[3], o[4] + o[5], o[4] - o[5], o[6] + o[7], o[6] - o[7]];
        let b =
            [a[0] + a[2], a[1] + a[3], a[0] - a[2], a[1] - a[3], a[4] + a[6], a[5] + a[7], a[4] - a[6], a[5] - a[7]];
        let (l, r) = (inputs[0][t], inputs[1][t]);
        outputs[0][t] = flush((b[0] + b[4]) + l);
        outputs[1][t] = flush((b[1] + b[5]) + r);
        outputs[2][t] = flush((b[2] + b[6]) - l);
        outputs[3][t] = flush((b[3] + b[7]) - r);
        outputs[4][t] = flush((b[0] - b[4]) + l);
        outputs[5][t] = flush((b[1] - b[5]) - r);
        outputs[6][t] = flush((b[2] - b[6]) - l);
        outputs[7][t] = flush((b[3] - b[7]) + r);
    }
    for ((line, memory), input) in network.lines.iter_mut().zip(lines_memory).zip(&outputs) {
        line.write(memory, &input[..frames]);
    }
    blend(left, &wet[0][..frames], control.mix, places);
    blend(right, &wet[1][..frames], control.mix, places);
}

/// A Schroeder all-pass over a segment: no frame of it meets another one of it.
#[inline(always)]
fn all_pass(memory: &mut [f32], line: &mut Line, delay: usize, signal: &mut [f32]) {
    let mut stored = [0.0; GRID];
    let stored = &mut stored[..signal.len()];
    let past = line.read(memory, delay, signal.len());
    for ((stored, x), old) in stored.iter_mut().zip(signal.iter_mut()).zip(past) {
        *stored = flush(*x + DIFFUSION * old);
        *x = old - DIFFUSION * *stored;
    }
    line.write(memory, stored);
}

/// Reads between frames, with weights that move along.
#[inline(always)]
fn swing(frames: &[f32], [newest, newer, older, oldest]: &[Segment; 4], places: &[f32], out: &mut [f32]) {
    let count = out.len();
    let (d, c, b, a) = (&frames[..count], &frames[1..][..count], &frames[2..][..count], &frames[3..][..count]);
    for t in 0..count {
        let place = places[t];
        let near = newer.at(place) * b[t] + older.at(place) * c[t];
        let far = newest.at(place) * a[t] + oldest.at(place) * d[t];
        out[t] = near + far;
    }
}

/// The loss of one line: a symmetric FIR over what it gave, delayed by its reach.
#[inline(always)]
fn lose(history: &[f32], reach: usize, [centre, side]: [Segment; 2], places: &[f32], out: &mut [f32]) {
    let count = out.len();
    let newest = &history[2 * REACH..][..count];
    let middle = &history[2 * REACH - reach..][..count];
    let oldest = &history[2 * REACH - 2 * reach..][..count];
    if centre.is_flat() && side.is_flat() {
        for t in 0..count {
            out[t] = centre.start * middle[t] + side.start * (newest[t] + oldest[t]);
        }
    } else {
        for t in 0..count {
            out[t] = centre.at(places[t]) * middle[t] + side.at(places[t]) * (newest[t] + oldest[t]);
        }
    }
}
