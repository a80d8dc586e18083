//! Plans: the reference's numbers, what models take, and every setting that makes none.

use proptest::prelude::*;
use ripieno_chunk::*;
use ripieno_types::{SampleRate, WindowFrames};

const ANY: WindowFrames = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: None };

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// The reference's chunk, overlap, step, number of chunks, and where the last one starts.
#[test]
fn numbers_are_those_of_the_reference() {
    for (total, hz, max_len, overlap, expected) in [
        (28_800_000, 48_000, 15.0, None, (720_000, 96_000, 624_000, 46, 28_080_000)),
        (28_800_000, 48_000, 15.0, Some(2.0), (720_000, 96_000, 624_000, 46, 28_080_000)),
        (13_230_000, 44_100, 7.8, Some(1.95), (343_980, 85_995, 257_985, 51, 12_899_250)),
        (480_001, 48_000, 10.0, None, (480_000, 96_000, 384_000, 2, 384_000)),
        (1_000_000, 44_100, 20.0, Some(0.0), (882_000, 0, 882_000, 2, 882_000)),
        (336_000, 48_000, 0.5, Some(0.25), (24_000, 12_000, 12_000, 27, 312_000)),
        (480_000, 8_000, 1.000_062_5, Some(0.3), (8_001, 2_400, 5_601, 86, 476_085)),
        (480_000, 8_000, 1.000_187_5, Some(0.300_062_5), (8_002, 2_400, 5_602, 86, 476_170)),
        (4_147_200_000, 48_000, 12.0, Some(3.0), (576_000, 144_000, 432_000, 9_600, 4_146_768_000)),
        (79_380_017, 44_100, 10.01, Some(2.003), (441_441, 88_332, 353_109, 225, 79_096_416)),
    ] {
        for (tail, align) in [(Tail::Short, 1), (Tail::Context, 1), (Tail::Short, 1920), (Tail::Context, 1920)] {
            let window = WindowFrames::Flexible { align, most: usize::MAX, preferred: None };
            let plan = Plan::new(&PlanSettings {
                max_len_secs: Some(max_len),
                overlap_secs: overlap,
                tail,
                ..PlanSettings::new(total, rate(hz), window)
            })
            .unwrap();
            let last = plan.segment(plan.chunks() - 1).unwrap();
            let numbers =
                (plan.chunk_frames(), plan.overlap_frames(), plan.step_frames(), plan.chunks(), last.kept_start);
            assert_eq!(numbers, expected, "{total} {max_len} {overlap:?} {tail:?} {align}");
        }
    }
}

/// A table of windows: where real frames start, how many, padding at both ends, what is kept.
#[track_caller]
fn check(settings: PlanSettings, expected: &[(u64, usize, usize, usize, core::ops::Range<usize>)]) {
    let plan = Plan::new(&settings).unwrap();
    let segments: Vec<_> =
        plan.segments().map(|one| (one.start, one.frames, one.before, one.after, one.kept)).collect();
    assert_eq!(segments, expected);
}

fn frames(total: u64, window: WindowFrames, max_len: Option<usize>, overlap: Option<usize>) -> PlanSettings {
    let secs = |frames: usize| frames as f64 / 8_000.0;
    PlanSettings {
        max_len_secs: max_len.map(secs),
        overlap_secs: overlap.map(secs),
        ..PlanSettings::new(total, rate(8_000), window)
    }
}

#[test]
fn windows_on_the_recording() {
    // As the reference, whose last chunk is short; ours is moved back and keeps the same frames.
    let settings = frames(25, ANY, Some(10), Some(2));
    check(
        PlanSettings { tail: Tail::Short, ..settings },
        &[(0, 10, 0, 0, 0..10), (8, 10, 0, 0, 0..10), (16, 9, 0, 0, 0..9)],
    );
    check(settings, &[(0, 10, 0, 0, 0..10), (8, 10, 0, 0, 0..10), (15, 10, 0, 0, 1..10)]);
    // Context: real neighbours inside, padding at the recording's ends.
    let settings = PlanSettings { context: 2, ..frames(19, ANY, Some(12), Some(2)) };
    check(settings, &[(0, 10, 2, 0, 2..10), (4, 12, 0, 0, 2..10), (9, 10, 0, 2, 3..10)]);
    check(
        PlanSettings { tail: Tail::Short, ..settings },
        &[(0, 10, 2, 0, 2..10), (4, 12, 0, 0, 2..10), (10, 9, 0, 2, 2..9)],
    );
    // A multiple of 8 is made of neighbours, not of padding; where the recording ends there are none.
    let aligned = |most| WindowFrames::Flexible { align: 8, most, preferred: None };
    let settings = frames(25, aligned(usize::MAX), Some(10), Some(2));
    check(settings, &[(0, 16, 0, 0, 0..10), (5, 16, 0, 0, 3..13), (9, 16, 0, 0, 7..16)]);
    check(
        PlanSettings { tail: Tail::Short, ..settings },
        &[(0, 10, 0, 6, 0..10), (8, 10, 0, 6, 0..10), (16, 9, 0, 7, 0..9)],
    );
    // A fixed window is filled up with neighbours likewise, and padded when the recording is shorter.
    let settings = frames(25, WindowFrames::Fixed(14), Some(10), Some(2));
    check(settings, &[(0, 14, 0, 0, 0..10), (6, 14, 0, 0, 2..12), (11, 14, 0, 0, 5..14)]);
    check(frames(5, WindowFrames::Fixed(14), None, None), &[(0, 5, 0, 9, 0..5)]);
    check(PlanSettings { context: 3, ..frames(5, WindowFrames::Fixed(14), None, None) }, &[(0, 5, 3, 6, 3..8)]);
    // What is reserved is not part of the window.
    check(
        PlanSettings { reserve: 4, ..frames(25, WindowFrames::Fixed(14), None, Some(2)) },
        &[(0, 10, 0, 0, 0..10), (8, 10, 0, 0, 0..10), (15, 10, 0, 0, 1..10)],
    );
    check(
        PlanSettings { reserve: 4, ..frames(16, aligned(16), None, Some(0)) },
        &[(0, 8, 0, 0, 0..8), (8, 8, 0, 0, 0..8)],
    );
}

#[test]
fn what_is_not_asked_is_not_done() {
    let single = |settings: PlanSettings| {
        let plan = Plan::new(&settings).unwrap();
        (plan.chunk_frames(), plan.overlap_frames(), plan.chunks(), plan.window_frames())
    };
    // Without a length, the whole recording is one window; an overlap alone changes nothing.
    assert_eq!(single(frames(1_000_000, ANY, None, None)), (1_000_000, 0, 1, 1_000_000));
    assert_eq!(single(frames(1_000_000, ANY, None, Some(100))), (1_000_000, 0, 1, 1_000_000));
    assert_eq!(single(frames(100, ANY, Some(100), Some(20))), (100, 0, 1, 100));
    // Nothing is separated of nothing.
    assert_eq!(single(frames(0, ANY, Some(100), Some(20))), (0, 0, 0, 1));
    assert_eq!(Plan::new(&frames(0, ANY, None, None)).unwrap().segments().next(), None);
    // Default overlaps: 2 s beside a length of the user's, but no more than half; else the model's, else a quarter.
    let overlap = |max_len, model_overlap, window| {
        let settings = PlanSettings { model_overlap, ..frames(10_000_000, window, max_len, None) };
        Plan::new(&settings).unwrap().overlap_frames()
    };
    let fixed = WindowFrames::Fixed(80_000);
    assert_eq!(overlap(Some(80_000), None, ANY), 16_000);
    assert_eq!(overlap(Some(80_000), Some(0.5), ANY), 16_000);
    assert_eq!(overlap(Some(31_999), None, ANY), 15_999);
    assert_eq!(overlap(None, Some(0.5), fixed), 40_000);
    assert_eq!(overlap(None, Some(0.95), fixed), 76_000);
    assert_eq!(overlap(None, Some(0.95), WindowFrames::Fixed(1)), 0);
    assert_eq!(overlap(None, None, fixed), 20_000);
    assert_eq!(overlap(None, None, WindowFrames::Flexible { align: 100, most: 80_000, preferred: Some(4_000) }), 1_000);
    assert_eq!(overlap(None, None, WindowFrames::Flexible { align: 100, most: 80_000, preferred: None }), 20_000);
}

/// The settings, and what the message must name.
#[track_caller]
fn refused(settings: PlanSettings, words: &[&str]) {
    let message = Plan::new(&settings).expect_err("these settings make no plan").to_string();
    for word in words {
        assert!(message.contains(word), "'{word}' is missing in: {message}");
    }
}

#[test]
fn every_setting_that_makes_no_plan_is_named_with_its_range() {
    let base = frames(100_000, WindowFrames::Fixed(8_000), None, None);
    for max_len in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.1, 1e300, 1e-9] {
        refused(PlanSettings { max_len_secs: Some(max_len), ..base }, &["max_len_s", "more than 0 s", "at most 1 s"]);
    }
    refused(PlanSettings { max_len_secs: Some(0.1), context: 400, ..base }, &["max_len_s", "more than 0.1 s"]);
    refused(PlanSettings { max_len_secs: Some(f64::NAN), ..frames(9, ANY, None, None) }, &["max_len_s is NaN"]);
    for overlap in [-0.1, -1e-9, f64::NAN, f64::INFINITY, 1.0, 0.951, 2.0, 1e300] {
        refused(PlanSettings { overlap_secs: Some(overlap), ..base }, &["overlap_s", "from 0 to 0.95 s", "95 %"]);
    }
    for fraction in [-0.1, 0.96, f64::NAN, f64::INFINITY] {
        refused(PlanSettings { model_overlap: Some(fraction), ..base }, &["overlap", "0 to 0.95"]);
    }
    for context in [4_000, 8_000, usize::MAX] {
        refused(PlanSettings { context, ..base }, &["context", "less than half"]);
    }
    let window =
        |align, most, preferred| PlanSettings { window: WindowFrames::Flexible { align, most, preferred }, ..base };
    refused(PlanSettings { context: 10, ..window(10, usize::MAX, Some(20)) }, &["context", "window of 20"]);
    refused(PlanSettings { reserve: 8_000, ..base }, &["reserve", "less than 8000"]);
    refused(PlanSettings { reserve: 7_000, context: 500, ..base }, &["reserve", "less than 7000"]);
    refused(PlanSettings { reserve: usize::MAX, ..frames(9, ANY, None, None) }, &["reserve"]);
    refused(PlanSettings { reserve: 1_600, max_len_secs: Some(0.2), ..window(1, 8_000, None) }, &["less than 1600"]);
    refused(PlanSettings { reserve: 11, ..window(10, 20, None) }, &["reserve 11", "less than 11"]);
    refused(PlanSettings { window: WindowFrames::Fixed(0), ..base }, &["window is 0", "from 1"]);
    refused(PlanSettings { window: WindowFrames::Fixed(usize::MAX), ..base }, &["window", "from 1"]);
    refused(window(0, 100, None), &["align is 0", "from 1"]);
    refused(window(usize::MAX, usize::MAX, None), &["align", "from 1"]);
    refused(window(10, 105, None), &["most is 105", "multiple of its alignment, 10"]);
    refused(window(10, 0, None), &["most is 0"]);
    refused(window(10, 100, Some(55)), &["preferred is 55", "10", "to 100"]);
    refused(window(10, 100, Some(110)), &["preferred is 110"]);
    refused(window(10, 100, Some(0)), &["preferred is 0"]);
}

prop_compose! {
    /// Anything at all, extremes included.
    fn settings()(
        total in prop_oneof![0u64..100_000, any::<u64>(), Just(u64::MAX), Just(u64::from(u32::MAX) + 1)],
        hz in SampleRate::MIN_HZ..=SampleRate::MAX_HZ,
        window in prop_oneof![
            extreme().prop_map(WindowFrames::Fixed),
            (extreme(), prop_oneof![extreme(), Just(usize::MAX)], proptest::option::of(extreme()))
                .prop_map(|(align, most, preferred)| WindowFrames::Flexible { align, most, preferred }),
            (1usize..3_000, 1usize..100, proptest::option::of(1usize..100)).prop_map(|(align, most, preferred)| {
                let preferred = preferred.map(|n| n.min(most) * align);
                WindowFrames::Flexible { align, most: most * align, preferred }
            }),
        ],
        context in prop_oneof![Just(0), extreme()],
        reserve in prop_oneof![Just(0), extreme()],
        max_len_secs in proptest::option::of(prop_oneof![0.0..20.0f64, any::<f64>()]),
        overlap_secs in proptest::option::of(prop_oneof![0.0..20.0f64, any::<f64>()]),
        model_overlap in proptest::option::of(prop_oneof![0.0..=0.95f64, any::<f64>()]),
        short in any::<bool>(),
    ) -> PlanSettings {
        let tail = if short { Tail::Short } else { Tail::Context };
        PlanSettings { total, rate: rate(hz), window, context, reserve, max_len_secs, overlap_secs, model_overlap, tail }
    }
}

fn extreme() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0usize..10_000, 1 => any::<usize>(), 1 => (0u32..64).prop_map(|bit| 1usize << bit), 1 => Just(usize::MAX / 8)]
}

/// What must hold of a window and the next one.
fn check_segment(settings: &PlanSettings, plan: &Plan, index: u64) -> Result<(), TestCaseError> {
    let one = plan.segment(index).unwrap();
    let (end, total) = (one.start + one.frames as u64, plan.total());
    prop_assert_eq!(one.index, index);
    prop_assert_eq!(one.kept_start, index * plan.step_frames() as u64);
    prop_assert!(one.frames > 0 && end <= total, "{:?}", one);
    prop_assert!(one.before <= one.kept.start && one.kept.end <= one.before + one.frames, "padding is kept: {:?}", one);
    prop_assert_eq!(one.start + (one.kept.start - one.before) as u64, one.kept_start);
    prop_assert!(one.kept.start >= settings.context && one.window() - one.kept.end >= settings.context, "{:?}", one);
    prop_assert!(one.before <= settings.context && (one.before == 0 || one.start == 0), "{:?}", one);
    match settings.window {
        WindowFrames::Fixed(frames) => prop_assert_eq!(one.window() + settings.reserve, frames),
        WindowFrames::Flexible { align, most, .. } => {
            prop_assert!(one.window().is_multiple_of(align) && one.window() + settings.reserve <= most, "{:?}", one);
        }
    }
    if settings.tail == Tail::Context {
        prop_assert_eq!(one.window(), plan.window_frames());
        prop_assert!(one.after == 0 || end == total, "{:?}", one);
        let short = total.saturating_add(2 * settings.context as u64) < one.window() as u64;
        prop_assert!(one.after <= settings.context || short, "{:?}", one);
    }
    let last = index + 1 == plan.chunks();
    prop_assert_eq!(one.kept_span().end == total, last);
    if !last {
        prop_assert_eq!(one.kept.len(), plan.chunk_frames());
        let next = plan.segment(index + 1).unwrap();
        prop_assert_eq!(one.kept_span().end - next.kept_start, plan.overlap_frames() as u64);
        prop_assert!(next.kept.len() > plan.overlap_frames());
        prop_assert!(next.start >= one.start, "whoever reads forwards would have to go back");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn whatever_the_settings(settings in settings(), anywhere: u64) {
        let Ok(plan) = Plan::new(&settings) else { return Ok(()) };
        prop_assert_eq!(plan.total(), settings.total);
        prop_assert_eq!(plan.chunks() == 0, settings.total == 0);
        prop_assert!(plan.overlap_frames() as f64 <= 0.95 * plan.chunk_frames() as f64 + 1e-6);
        prop_assert_eq!(plan.segment(plan.chunks()), None);
        prop_assert_eq!(plan.segment(u64::MAX), None);
        if let Some(last) = plan.chunks().checked_sub(1) {
            for index in [0, 1, anywhere % plan.chunks(), last.saturating_sub(1), last] {
                check_segment(&settings, &plan, index.min(last))?;
            }
            prop_assert_eq!(plan.segments().nth(last as usize), plan.segment(last));
            prop_assert_eq!(plan.segments().len() as u64, plan.chunks());
            let mut all = plan.segments();
            prop_assert_eq!((all.nth(usize::MAX), all.len(), all.next()), (None, 0, None));
        }
    }
}
