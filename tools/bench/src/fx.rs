//! Effects beside fundsp, the freeverb crate, oxisynth's chorus and reverb, and C++ that Faust generates on the spot.
//!
//! Nanoseconds of thread CPU time per stereo frame, blocks of 64, 44.1 kHz, noise in. oxisynth's effects take one channel.

mod faust;
mod ours;
mod rivals;

use crate::harness::Contest;
use cpu_time::ThreadTime;
use faust::Faust;

pub const BLOCK: usize = 64;
/// One second and a bit.
pub const FRAMES: usize = 700 * BLOCK;
const ROUNDS: usize = 9;

/// Noise for a whole sample, both channels.
pub fn noise() -> [Vec<f32>; 2] {
    [1u32, 2].map(|seed| {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as i32 as f32 / 4_294_967_296.0
        };
        (0..FRAMES).map(|_| next()).collect()
    })
}

/// A measurement: each block of the noise is copied to a buffer and handed to `process`.
pub fn sample(mut process: impl FnMut(&mut [f32; BLOCK], &mut [f32; BLOCK])) -> impl FnMut() -> f64 {
    let [left, right] = noise();
    move || {
        let start = ThreadTime::now();
        for (l, r) in left.chunks_exact(BLOCK).zip(right.chunks_exact(BLOCK)) {
            let (mut a, mut b) = ([0.0; BLOCK], [0.0; BLOCK]);
            a.copy_from_slice(l);
            b.copy_from_slice(r);
            process(&mut a, &mut b);
            std::hint::black_box((&a, &b));
        }
        start.elapsed().as_nanos() as f64 / FRAMES as f64
    }
}

/// Runs all contests.
pub fn run() {
    let faust = Faust::new();
    let contest = |title: &str| Contest::new(format!("fx: {title}"), "ns/frame");
    let beside_faust = |contest: Contest<'static>, name: &'static str, goal: f64| match faust.program(name) {
        Some(program) => contest.entrant("Faust", move || program.sample()).goal(goal),
        None => contest,
    };

    let volume = contest("volume").entrant("ours", ours::effect("volume"));
    beside_faust(volume.entrant("fundsp mul", rivals::fundsp_gain()).goal(1.0), "volume", 1.0).run(ROUNDS);
    beside_faust(contest("pan").entrant("ours", ours::effect("pan")), "pan", 1.0).run(ROUNDS);
    let filter = contest("filter").entrant("ours", ours::effect("filter"));
    beside_faust(filter.entrant("fundsp svf", rivals::fundsp_filter()).goal(1.0), "filter", 1.0).run(ROUNDS);
    beside_faust(contest("pitch").entrant("ours", ours::effect("pitch")), "pitch", 1.0).run(ROUNDS);
    let chorus = contest("chorus").entrant("ours", ours::effect("chorus"));
    let chorus = chorus.entrant("fundsp, 5 voices", rivals::fundsp_chorus()).goal(1.0);
    let chorus = chorus.entrant("oxisynth, mono in, 3 voices", rivals::oxisynth_chorus()).goal(1.0);
    beside_faust(chorus, "chorus", 1.0).run(ROUNDS);
    let delay = contest("delay").entrant("ours", ours::effect("delay"));
    beside_faust(delay.entrant("fundsp", rivals::fundsp_delay()).goal(1.0), "delay", 1.0).run(ROUNDS);
    let reverb = contest("reverb").entrant("ours", ours::effect("reverb"));
    let reverb = reverb.entrant("freeverb, f32", rivals::freeverb()).goal(0.5);
    let reverb = reverb.entrant("oxisynth, mono in", rivals::oxisynth_reverb()).goal(1.0);
    let reverb = reverb.entrant("fundsp reverb_stereo", rivals::fundsp_reverb()).goal(1.0);
    beside_faust(reverb, "reverb", 1.0).run(ROUNDS);

    let chain = contest("chain of seven").entrant("ours", ours::chain());
    let chain = chain.entrant("fundsp, six, no pitch", rivals::fundsp_chain()).goal(0.35);
    beside_faust(chain, "chain", 0.65).run(ROUNDS);
    contest("a silent tail, slowest second of 30")
        .entrant("ours, tail", || ours::slowest_second(true))
        .entrant("ours, playing", || ours::slowest_second(false))
        .goal(1.1)
        .run(ROUNDS);
}
