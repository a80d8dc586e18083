//! What becomes of a position, and the way back.

use proptest::prelude::*;
use ripieno_panel::Source;
use ripieno_panel::glue::{Button, Curve, Encoder, Fire, Glue, GlueError, Mode, Takeover};
use ripieno_panel::value::{from_7, to_7};

#[test]
fn values_go_through_inversion_curve_steps_and_range_in_that_order() {
    let check = |glue: Glue, positions: &[u16], values: &[u16]| {
        assert_eq!(positions.iter().map(|x| glue.shape(*x)).collect::<Vec<_>>(), values, "{glue:?}");
    };
    let ends = [0, u16::MAX];
    let glue = Glue::default();
    check(glue, &[0, 1, 9_999, 65_535], &[0, 1, 9_999, 65_535]);
    check(Glue { invert: true, ..glue }, &[0, 1, 65_535], &[65_535, 65_534, 0]);
    check(Glue { min: 100, max: 300, ..glue }, &[0, 32_768, 65_535], &[100, 200, 300]);
    check(Glue { min: 100, max: 300, invert: true, ..glue }, &ends, &[300, 100]);
    check(Glue { min: 700, max: 700, ..glue }, &ends, &[700, 700]);
    check(Glue { steps: 2, ..glue }, &[0, 32_767, 32_768, 65_535], &[0, 0, 65_535, 65_535]);
    check(Glue { steps: 3, ..glue }, &[21_845, 21_846, 43_690, 43_691], &[0, 32_768, 32_768, 65_535]);
    check(
        Glue { steps: 5, min: 1_000, max: 1_004, ..glue },
        &[0, 14_000, 30_000, 50_000, 65_535],
        &[1_000, 1_001, 1_002, 1_003, 1_004],
    );
    // The curve says where the steps lie, not how high they are.
    check(Glue { steps: 2, curve: Curve::Softer, ..glue }, &[40_000, 46_340, 46_341], &[0, 0, 65_535]);
    // Inversion turns the control round, so a soft curve stays soft at the bottom of the value.
    check(Glue { invert: true, curve: Curve::Softer, ..glue }, &[49_151], &[4_096]);
    check(Glue { curve: Curve::Fixed, min: 5, max: 90, ..glue }, &[0, 1, 65_535], &[5, 90, 90]);
}

#[test]
fn each_of_128_steps_is_a_place_of_a_knob_of_7_bits() {
    let glue = Glue { steps: 128, ..Glue::default() };
    for bits in 0..=127 {
        assert_eq!(to_7(glue.shape(from_7(bits))), bits);
    }
}

#[test]
fn lights_of_the_ends_are_the_ends() {
    for invert in [false, true] {
        for curve in [Curve::Softer, Curve::Harder, Curve::S, Curve::Points([0, 0, 0, 9, 60_000])] {
            for steps in [0, 2, 3, 7, 128] {
                let glue = Glue { curve, steps, invert, min: 500, max: 40_000, ..Glue::default() };
                let (bottom, top) = if invert { (65_535, 0) } else { (0, 65_535) };
                let highest = glue.shape(top);
                assert_eq!([0, 500, highest, 65_535].map(|v| glue.unshape(v)), [bottom, bottom, top, top], "{glue:?}");
            }
        }
    }
    for glue in [
        Glue { min: 7, max: 7, ..Glue::default() },
        Glue { min: 0, max: 100, curve: Curve::Points([9_000; 5]), ..Glue::default() },
    ] {
        assert_eq!([0, 7, 9, 50, 65_535].map(|v| glue.unshape(v)), [0; 5], "all positions are alike");
    }
}

#[test]
fn glue_that_makes_no_sense_is_refused() {
    let check = |glue: Glue, expected: Option<(GlueError, &str)>| match (glue.check(), expected) {
        (Ok(()), None) => {}
        (Err(error), Some((expected, says))) => assert_eq!((error, error.to_string().as_str()), (expected, says)),
        (found, expected) => panic!("{glue:?}: {found:?}, not {expected:?}"),
    };
    let glue = Glue::default();
    let button = |fire| Glue { mode: Mode::Button(Button { fire, guard_ms: 0 }), ..glue };
    let with = Source::Note(1);
    let zero = |what: &'static str| GlueError::Zero(what);
    let within = Some((zero("within_ms"), "within_ms is 0, which does nothing; it must be at least 1"));

    check(glue, None);
    check(Glue { min: 7, max: 7, ..glue }, None);
    check(
        Glue { min: 8, max: 7, ..glue },
        Some((GlueError::Range { min: 8, max: 7 }, "min 8 is above max 7; swap them and set invert")),
    );
    check(Glue { curve: Curve::Points([0, 5, 5, 6, 7]), ..glue }, None);
    check(
        Glue { curve: Curve::Points([0, 5, 5, 4, 7]), ..glue },
        Some((GlueError::Points(3), "point 3 of the curve lies below the one before; let points rise and set invert")),
    );
    check(button(Fire::Short { within_ms: 0 }), within);
    check(button(Fire::Double { within_ms: 0 }), within);
    check(button(Fire::Triple { within_ms: 0 }), within);
    check(button(Fire::Chord { with, within_ms: 0 }), within);
    check(
        button(Fire::Repeat { after_ms: 0, every_ms: 0, fastest_ms: 0 }),
        Some((zero("every_ms"), "every_ms is 0, which does nothing; it must be at least 1")),
    );
    check(button(Fire::Long { after_ms: 0 }), None);
    check(button(Fire::Latch { hold_ms: 0 }), None);
    check(Glue { mode: Mode::Knob(Takeover::Tolerant { tolerance: 0 }), ..glue }, None);
    let encoder = Encoder::default();
    check(Glue { mode: Mode::Encoder(encoder), ..glue }, None);
    check(
        Glue { mode: Mode::Encoder(Encoder { step: 0, ..encoder }), ..glue },
        Some((zero("step"), "step is 0, which does nothing; it must be at least 1")),
    );
    check(
        Glue { mode: Mode::Encoder(Encoder { acceleration: 0, ..encoder }), ..glue },
        Some((zero("acceleration"), "acceleration is 0, which does nothing; it must be at least 1")),
    );
}

fn curves() -> impl Strategy<Value = Curve> {
    prop_oneof![
        3 => Just(Curve::Linear),
        1 => Just(Curve::Soft),
        1 => Just(Curve::Softer),
        1 => Just(Curve::Hard),
        1 => Just(Curve::Harder),
        1 => Just(Curve::S),
        1 => Just(Curve::Fixed),
        2 => any::<[u16; 5]>().prop_map(|mut points| {
            points.sort_unstable();
            Curve::Points(points)
        }),
    ]
}

fn glues() -> impl Strategy<Value = Glue> {
    let steps = prop_oneof![2 => Just(0), 2 => 0..140u16, 1 => any::<u16>()];
    (curves(), any::<[u16; 2]>(), any::<bool>(), steps).prop_map(|(curve, range, invert, steps)| {
        let (min, max) = (range[0].min(range[1]), range[0].max(range[1]));
        Glue { curve, min, max, invert, steps, ..Glue::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn shapes_are_monotone_and_within_their_range(glue in glues(), a: u16, b: u16) {
        prop_assert_eq!(glue.check(), Ok(()));
        let (low, high) = (glue.shape(a.min(b)), glue.shape(a.max(b)));
        let (least, most) = if glue.invert { (high, low) } else { (low, high) };
        prop_assert!(glue.min <= least && least <= most && most <= glue.max);
        if !matches!(glue.curve, Curve::Points(_)) {
            let ends = if glue.invert { [glue.max, glue.min] } else { [glue.min, glue.max] };
            prop_assert_eq!([0, u16::MAX].map(|x| glue.shape(x)), ends);
        }
    }

    /// No position has a value that is nearer than that of the position that is found.
    #[test]
    fn the_way_back_finds_the_nearest(glue in glues(), value: u16, others in prop::collection::vec(any::<u16>(), 30)) {
        let found = glue.shape(glue.unshape(value)).abs_diff(value);
        for other in others.into_iter().chain([0, u16::MAX]) {
            prop_assert!(found <= glue.shape(other).abs_diff(value));
        }
    }

    /// What a knob can set, a knob can be found at.
    #[test]
    fn there_and_back_is_where_it_was(glue in glues(), position: u16) {
        let value = glue.shape(position);
        prop_assert_eq!(glue.shape(glue.unshape(value)), value);
    }

    /// A glue that is not checked does nothing worse than to make no sense.
    #[test]
    fn nothing_panics(glue in glues(), range: [u16; 2], points: [u16; 5], position: u16) {
        for curve in [glue.curve, Curve::Points(points)] {
            let glue = Glue { min: range[0], max: range[1], curve, ..glue };
            glue.unshape(glue.shape(position));
        }
    }
}
