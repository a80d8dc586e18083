//! Windows that are added up return what went in: every length, overlap, shape, context, alignment and way of taking.

#[allow(dead_code, reason = "each suite uses its part")]
mod support;

use proptest::prelude::*;
use ripieno_chunk::*;
use ripieno_types::{SampleRate, WindowFrames};
use support::*;

/// -120 dBFS.
const TOLERANCE: f32 = 1e-6;
const RATE: u32 = 8_000;

fn rate() -> SampleRate {
    SampleRate::new(RATE).unwrap()
}

const ANY: WindowFrames = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: None };

/// Chunks of `chunk` frames for a recording of `total`.
fn plan(total: u64, chunk: usize, overlap: usize, tail: Tail) -> Plan {
    let mut settings = PlanSettings { tail, ..PlanSettings::new(total, rate(), ANY) };
    frames_at_8k(&mut settings, chunk, overlap);
    Plan::new(&settings).unwrap()
}

#[track_caller]
fn check_identity(plan: &Plan, shape: Window, takes: u64) {
    let recording = recording(2, plan.total());
    let out = stream(plan, shape, 2, Noise(takes), |segment| identity(&recording, segment));
    let difference = difference(&recording, &out);
    assert!(difference <= TOLERANCE, "{difference} with {shape:?} and {plan:?}");
}

#[test]
fn identity_at_every_length_that_matters() {
    for chunk in [1usize, 2, 3, 20, 97] {
        for percent in [0, 1, 25, 50, 51, 75, 90, 95] {
            let overlap = chunk * percent / 100;
            let step = (chunk - overlap) as u64;
            let mut totals = vec![0, 1, 2, chunk as u64 - 1, chunk as u64, chunk as u64 + 1];
            totals.extend(
                (1..7)
                    .flat_map(|n| [n * step, chunk as u64 + n * step].map(|at| [at.saturating_sub(1), at, at + 1]))
                    .flatten(),
            );
            for total in totals {
                for tail in [Tail::Context, Tail::Short] {
                    for shape in SHAPES {
                        check_identity(&plan(total, chunk, overlap, tail), shape, total);
                    }
                }
            }
        }
    }
}

prop_compose! {
    fn windows()(
        align in 1usize..12, multiples in 1usize..30, preferred in proptest::option::of(1usize..30), kind in 0..3,
    ) -> WindowFrames {
        match kind {
            0 => WindowFrames::Fixed(align * multiples),
            1 => WindowFrames::Flexible { align, most: usize::MAX, preferred: preferred.map(|n| n * align) },
            _ => WindowFrames::Flexible {
                align,
                most: align * multiples,
                preferred: preferred.map(|n| n.min(multiples) * align),
            },
        }
    }
}

prop_compose! {
    fn settings()(
        total in 0u64..1_200, window in windows(), context in prop_oneof![Just(0usize), 0usize..20],
        max_len in proptest::option::of(1u32..200), overlap in proptest::option::of(0.0..0.95f64),
        model_overlap in proptest::option::of(0.0..=0.95f64),
        short in any::<bool>(), reserve in prop_oneof![Just(0usize), 0usize..40],
    ) -> PlanSettings {
        PlanSettings {
            total, rate: rate(), window, context, model_overlap, reserve,
            max_len_secs: max_len.map(|frames| f64::from(frames) / f64::from(RATE)),
            overlap_secs: overlap.map(|part| (part * f64::from(max_len.unwrap_or(40)) - context as f64).max(0.0) / f64::from(RATE)),
            tail: if short { Tail::Short } else { Tail::Context },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn identity_whatever_the_model_takes(settings in settings(), shape in 0..SHAPES.len(), takes: u64) {
        let Ok(plan) = Plan::new(&settings) else { return Ok(()) };
        check_identity(&plan, SHAPES[shape], takes);
    }

    #[test]
    fn restored_after_any_segment_it_goes_on_to_the_same_bits(
        settings in settings(), shape in 0..SHAPES.len(), takes: u64,
    ) {
        let Ok(plan) = Plan::new(&settings) else { return Ok(()) };
        let shape = SHAPES[shape];
        // Windows that contradict each other, so that a wrong weight shows.
        let model = |segment: &Segment| {
            let mut noise = Noise(segment.index);
            (0..2 * segment.window()).map(|_| noise.sample()).collect::<Vec<_>>()
        };
        let expected = stream(&plan, shape, 2, Noise(takes), model);
        let fresh = || vec![f32::NAN; OverlapAdd::memory(2, &plan)];
        let mut sum = OverlapAdd::new(fresh(), 2, &plan, shape).unwrap();
        let mut out = vec![Vec::new(); 2];
        let mut takes = Noise(!takes);
        for segment in plan.segments() {
            sum.add(&segment, Output::whole(&model(&segment), 2)).unwrap();
            loop {
                if takes.bits().is_multiple_of(2) {
                    let mut saved = vec![0.0; sum.saved_len()];
                    sum.save(&mut saved).unwrap();
                    let (segments, taken) = (sum.segments(), sum.position());
                    sum = OverlapAdd::restore(fresh(), 2, &plan, shape, segments, taken, &saved).unwrap();
                }
                if sum.ready() == 0 {
                    break;
                }
                take(&mut sum, 1 + takes.up_to(plan.chunk_frames()), &mut out);
            }
        }
        prop_assert!(sum.is_complete());
        let bits = |out: &[Vec<f32>]| out.iter().flatten().map(|sample| sample.to_bits()).collect::<Vec<_>>();
        prop_assert!(bits(&expected) == bits(&out));
    }

    #[test]
    fn linear_is_the_reference_up_to_half_a_chunk(total in 1u64..600, chunk in 2usize..90, overlap in 0usize..45) {
        let overlap = overlap.min(chunk / 2);
        let plan = plan(total, chunk, overlap, Tail::Short);
        let model = |segment: &Segment| {
            let mut noise = Noise(segment.index + 77);
            (0..segment.window()).map(|_| noise.sample()).collect::<Vec<_>>()
        };
        let ours = stream(&plan, Window::Linear, 1, Noise(total), model);
        let parts: Vec<_> = plan.segments().map(|segment| model(&segment)).collect();
        let theirs = fold(parts, overlap);
        let difference = difference(&ours, &[theirs]);
        prop_assert!(difference <= 3e-7, "{}", difference);
    }

    #[test]
    fn nothing_moves_when_the_output_is_short(
        settings in settings(), shape in 0..SHAPES.len(), victim: u64, missing in 0usize..300,
    ) {
        let Ok(plan) = Plan::new(&settings) else { return Ok(()) };
        prop_assume!(plan.chunks() > 0);
        let victim = victim % plan.chunks();
        let recording = vec![vec![1.0f32; plan.total() as usize]; 2];
        let mut sum = OverlapAdd::new(vec![0.0; OverlapAdd::memory(2, &plan)], 2, &plan, SHAPES[shape]).unwrap();
        let mut out = vec![Vec::new(); 2];
        for segment in plan.segments() {
            let stems = identity(&recording, &segment);
            let mut output = Output::whole(&stems, 2);
            if segment.index == victim {
                output.produced = segment.kept.end.saturating_sub(missing);
                let gone = missing.min(segment.kept.len());
                if gone > 0 {
                    prop_assert_eq!(sum.add(&segment, output), Err(AddError::Short { missing: gone }));
                }
                prop_assert_eq!(sum.add_filled(&segment, output), Ok(gone));
            } else {
                sum.add(&segment, output).unwrap();
            }
            take(&mut sum, plan.chunk_frames(), &mut out);
        }
        prop_assert!(sum.is_complete());
        prop_assert_eq!(out[0].len() as u64, plan.total());
        let hurt = plan.segment(victim).unwrap().kept_span();
        for (at, &sample) in out[0].iter().enumerate() {
            prop_assert!((-TOLERANCE..=1.0 + TOLERANCE).contains(&sample));
            if !hurt.contains(&(at as u64)) {
                prop_assert!((sample - 1.0).abs() <= TOLERANCE, "{}", at);
            }
        }
    }
}

/// The reference's reconstruction: each part is faded over the end of what is there already.
fn fold(parts: Vec<Vec<f32>>, overlap: usize) -> Vec<f32> {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap();
    for part in parts {
        let shared = overlap.min(part.len());
        let from = whole.len() - shared;
        for (at, &sample) in part[..shared].iter().enumerate() {
            let gain = if shared == 1 { 0.0 } else { at as f32 / (shared - 1) as f32 };
            whole[from + at] = whole[from + at] * (1.0 - gain) + sample * gain;
        }
        whole.extend_from_slice(&part[shared..]);
    }
    whole
}

#[test]
fn a_hole_is_entered_without_a_click() {
    // One window of ones that ends early: the largest step is that of the fade.
    let plan = plan(2_000, 2_000, 0, Tail::Context);
    let mut sum = OverlapAdd::new(vec![0.0; OverlapAdd::memory(1, &plan)], 1, &plan, Window::Hann).unwrap();
    let segment = plan.segment(0).unwrap();
    let output = Output { samples: &[1.0; 2_000], chunk_at: 0, produced: 1_500 };
    assert_eq!(sum.add_filled(&segment, output), Ok(500));
    let mut out = [9.0; 2_000];
    assert_eq!(sum.take(&mut out), 2_000);
    assert_eq!((out[1_200], out[1_500], out[1_999]), (1.0, 0.0, 0.0));
    let step = out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.005, "{step}");
}

#[test]
fn where_windows_do_not_meet_every_bit_comes_back() {
    for shape in [Window::Linear, Window::RaisedCosine] {
        for (total, chunk, overlap) in [(1_000, 100, 20), (1_000, 100, 0), (1_000, 1_000, 0), (983, 97, 48)] {
            let plan = plan(total, chunk, overlap, Tail::Context);
            let recording = recording(1, total);
            let out = stream(&plan, shape, 1, Noise(total), |segment| identity(&recording, segment));
            for at in 0..total {
                let windows = plan.segments().filter(|segment| segment.kept_span().contains(&at)).count();
                let (out, recording) = (out[0][at as usize], recording[0][at as usize]);
                assert!(
                    windows > 1 || out.to_bits() == recording.to_bits(),
                    "{shape:?} {total} {chunk} {overlap} {at}"
                );
            }
        }
    }
}

#[test]
fn a_known_delay_stays_what_it_is() {
    // A model that is late by 5 frames is heard 5 frames late, but for the fades of the first 5 frames of each window.
    let plan = plan(400, 100, 30, Tail::Context);
    let recording = recording(1, 400);
    let late = |segment: &Segment| {
        let mut stem = windowed(&recording, segment, Edge::Zero);
        let window = stem.len();
        stem.copy_within(..window - 5, 5);
        stem[..5].fill(0.0);
        stem
    };
    let out = stream(&plan, Window::Linear, 1, Noise(1), late);
    for at in 5..400 {
        let in_fade =
            at > 30 && plan.segments().any(|segment| (segment.start..segment.start + 35).contains(&(at as u64)));
        assert!(in_fade || (out[0][at] - recording[0][at - 5]).abs() <= TOLERANCE, "{at}");
    }
}

#[test]
fn what_is_no_number_is_counted_and_silent() {
    let plan = plan(6, 6, 0, Tail::Context);
    let mut sum = OverlapAdd::new([0.0; 32], 2, &plan, Window::Linear).unwrap();
    let segment = plan.segment(0).unwrap();
    let one = [f32::NAN, 1.0, f32::INFINITY, f32::NEG_INFINITY, 2e30, -1.0];
    let stems = [one, [0.5; 6]].concat();
    sum.add(&segment, Output::whole(&stems, 2)).unwrap();
    let mut out = [9.0; 12];
    assert_eq!(sum.take(&mut out), 6);
    assert_eq!(out, [0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    assert_eq!(sum.repaired(), 4);
}

#[test]
fn the_loudest_windows_add_up_to_a_number() {
    let plan = plan(400, 20, 19, Tail::Context);
    let out =
        stream(&plan, Window::Hann, 1, Noise(0), |segment| vec![OverlapAdd::<Vec<f32>>::LOUDEST; segment.window()]);
    assert!(out[0].iter().all(|sample| sample.is_finite()));
}

#[test]
fn a_window_is_found_behind_its_prompts() {
    let plan = plan(10, 10, 0, Tail::Context);
    let mut sum = OverlapAdd::new([0.0; 40], 2, &plan, Window::Linear).unwrap();
    let stems: Vec<f32> = (0..2).flat_map(|channel| (0..25).map(move |at| (100 * channel + at) as f32)).collect();
    let segment = plan.segment(0).unwrap();
    let output = Output { samples: &stems, chunk_at: 12, produced: 21 };
    assert_eq!(sum.add(&segment, output), Err(AddError::Short { missing: 1 }));
    sum.add(&segment, Output { produced: 22, ..output }).unwrap();
    let mut out = [0.0; 20];
    assert_eq!(sum.take(&mut out), 10);
    assert_eq!((out[0], out[9], out[10], out[19]), (12.0, 21.0, 112.0, 121.0));
}

#[test]
fn refusals_change_nothing() {
    let plan = plan(30, 10, 5, Tail::Context);
    let [first, second] = [0, 1].map(|index| plan.segment(index).unwrap());
    let mut sum = OverlapAdd::new(vec![0.0; OverlapAdd::memory(1, &plan)], 1, &plan, Window::Linear).unwrap();
    let ones = Output { samples: &[1.0; 10], chunk_at: 0, produced: 10 };
    assert_eq!(sum.add(&second, ones), Err(AddError::Order { given: 1, expected: 0 }));
    let moved = Segment { kept_start: 1, ..first.clone() };
    assert_eq!(sum.add(&moved, ones), Err(AddError::Order { given: 0, expected: 0 }));
    for short in [Output { produced: 9, ..ones }, Output { chunk_at: 1, ..ones }, Output { samples: &[1.0; 9], ..ones }]
    {
        assert_eq!(sum.add(&first, short), Err(AddError::Short { missing: 1 }));
    }
    for none in [
        Output { chunk_at: usize::MAX, ..ones },
        Output { samples: &[], chunk_at: 0, produced: usize::MAX },
        Output { produced: 0, ..ones },
    ] {
        assert_eq!(sum.add(&first, none), Err(AddError::Short { missing: 10 }));
    }
    sum.add(&first, ones).unwrap();
    assert_eq!(sum.add(&second, ones), Err(AddError::NotTaken { ready: 5 }));
    assert_eq!(sum.take(&mut []), 0);
    let mut out = [0.0; 3];
    assert_eq!((sum.take(&mut out), out), (3, [1.0; 3]));
    assert_eq!((sum.take(&mut out), sum.position()), (2, 5));
    sum.add(&second, Output { produced: usize::MAX, ..ones }).unwrap();
    assert_eq!(sum.take(&mut out), 3);
    assert_eq!(out, [1.0; 3]);
}

#[test]
fn what_cannot_be_made_or_restored_says_why() {
    let plan = plan(30, 10, 5, Tail::Context);
    let make =
        |memory: usize, channels, window| OverlapAdd::new(vec![0.0; memory], channels, &plan, window).map(|_| ());
    assert_eq!(OverlapAdd::memory(3, &plan), 50);
    assert_eq!(OverlapAdd::memory(usize::MAX, &plan), usize::MAX);
    assert_eq!(make(49, 3, Window::Hann), Err(OverlapAddError::Memory { needed: 50, given: 49 }));
    assert_eq!(make(50, 3, Window::Hann), Ok(()));
    assert_eq!(make(50, 0, Window::Hann), Err(OverlapAddError::Channels));
    for (window, ok) in [
        (Window::Triangle { power: 16.0 }, true),
        (Window::Triangle { power: 0.0 }, false),
        (Window::Triangle { power: 16.1 }, false),
        (Window::Triangle { power: f32::NAN }, false),
        (Window::Trapezoid { fade: 0.5 }, true),
        (Window::Trapezoid { fade: 0.6 }, false),
        (Window::Trapezoid { fade: -0.1 }, false),
    ] {
        assert_eq!(make(50, 3, window).is_ok(), ok, "{window:?}");
    }
    let restore = |segments, taken, saved: &[f32]| {
        OverlapAdd::restore(vec![0.0; 30], 1, &plan, Window::Linear, segments, taken, saved).map(|_| ())
    };
    assert_eq!(restore(1, 5, &[1.0; 10]), Ok(()));
    assert_eq!(restore(0, 0, &[]), Ok(()));
    assert_eq!(restore(plan.chunks(), 30, &[]), Ok(()));
    for (segments, taken) in [(0, 1), (1, 6), (2, 4), (2, 11), (5, 19), (6, 30), (u64::MAX, 0)] {
        assert_eq!(restore(segments, taken, &[]), Err(OverlapAddError::Position { segments, taken }));
    }
    assert_eq!(restore(1, 4, &[1.0; 10]), Err(OverlapAddError::Saved { needed: 12, given: 10 }));
    assert_eq!(restore(1, 5, &[f32::NAN; 10]), Err(OverlapAddError::Damaged));
    assert_eq!(restore(1, 5, &[0.0; 10]), Err(OverlapAddError::Damaged));
}

#[test]
fn weights_are_never_zero_and_sizes_are_known() {
    // Of zeros on one side and ones on the other, no frame is lost to either.
    for shape in [Window::Triangle { power: 16.0 }, Window::Hann, Window::Linear] {
        let plan = plan(40_000, 30_000, 15_000, Tail::Context);
        let out = stream(&plan, shape, 1, Noise(0), |segment| vec![1.0; segment.window()]);
        assert!(out[0].iter().all(|&sample| (sample - 1.0).abs() <= TOLERANCE), "{shape:?}");
    }
    assert_eq!(size_of::<Plan>(), 88);
    assert_eq!(size_of::<Segment>(), 64);
    assert_eq!(size_of::<OverlapAdd<&mut [f32]>>(), 152);
    assert_eq!(size_of::<Prompt>(), 48);
}
