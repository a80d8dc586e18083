//! Overlap-add: ours, streaming, beside sums of the whole recording, which is how it is usually done.

use crate::harness::Contest;
use crate::synth::thread_nanos;
use ripieno_chunk::{Output, OverlapAdd, Plan, PlanSettings, Window};
use ripieno_types::{SampleRate, WindowFrames};
use std::hint::black_box;

/// Demucs' window, at its rate.
const CHUNK: usize = 343_980;
const SECS: u64 = 300;
const ROUNDS: usize = 11;
/// No slower than the plain way.
const GOAL: f64 = 1.0;
/// Of the time of one core for a second of audio of 8 channels, at most: nothing beside any model.
const GOAL_LOAD: f64 = 0.001;

/// Prints what a sample that comes out takes, in time of one core.
pub fn run() {
    for (channels, overlap) in [(2, 0.25), (8, 0.25), (2, 0.75)] {
        let total = u64::from(SampleRate::CD.hz()) * SECS;
        let settings = PlanSettings::new(total, SampleRate::CD, WindowFrames::Fixed(CHUNK));
        let plan =
            Plan::new(&PlanSettings { model_overlap: Some(overlap), ..settings }).expect("the settings are legal");
        let stems = vec![0.25; channels * CHUNK];
        let samples = (total * channels as u64) as f64;

        let mut memory = vec![0.0; OverlapAdd::memory(channels, &plan)];
        let mut out = vec![0.0; channels * plan.chunk_frames()];
        let ours = || {
            let mut sum = OverlapAdd::new(&mut memory[..], channels, &plan, Window::Triangle { power: 1.0 })
                .expect("there is memory for it");
            for segment in plan.segments() {
                sum.add(&segment, Output::whole(&stems, channels)).expect("the output is whole");
                while sum.take(&mut out) > 0 {
                    black_box(&out);
                }
            }
        };
        let mut whole = vec![0.0; channels * total as usize];
        let mut weights = vec![0.0; total as usize];
        let plain = || plain(&plan, &stems, &mut whole, &mut weights);

        let title = format!("chunk: overlap-add, {channels} channels, {} % overlap", overlap * 100.0);
        let standings = Contest::new(title, "ns/sample")
            .entrant("ripieno", nanos(ours, samples))
            .entrant("whole recording at once", nanos(plain, samples))
            .goal(GOAL)
            .run(ROUNDS);
        let load = standings[0].median * 1e-9 * f64::from(SampleRate::CD.hz()) * 8.0;
        let verdict = if load <= GOAL_LOAD { "met" } else { "missed" };
        println!("\nload of 8 channels: {:.3} % of a core; goal ≤ {} %: {verdict}", load * 100.0, GOAL_LOAD * 100.0);
    }
}

fn nanos(mut work: impl FnMut(), samples: f64) -> impl FnMut() -> f64 {
    move || {
        let start = thread_nanos();
        work();
        (thread_nanos() - start) / samples
    }
}

/// Sums of everything, divided in the end.
fn plain(plan: &Plan, stems: &[f32], whole: &mut [f32], weights: &mut [f32]) {
    let half = CHUNK / 2;
    let shape: Vec<f32> = (0..CHUNK).map(|at| (at + 1).min(CHUNK - at) as f32 / half as f32).collect();
    let total = weights.len();
    whole.fill(0.0);
    weights.fill(0.0);
    for segment in plan.segments() {
        let start = segment.kept_start as usize;
        let shape = &shape[..segment.kept.len()];
        for (whole, stem) in whole.chunks_exact_mut(total).zip(stems.chunks_exact(CHUNK)) {
            for ((sum, sample), weight) in whole[start..].iter_mut().zip(&stem[segment.kept.start..]).zip(shape) {
                *sum += sample * weight;
            }
        }
        for (sum, weight) in weights[start..].iter_mut().zip(shape) {
            *sum += weight;
        }
    }
    for whole in whole.chunks_exact_mut(total) {
        for (sum, weight) in whole.iter_mut().zip(&*weights) {
            *sum /= weight;
        }
    }
    black_box(whole);
}
