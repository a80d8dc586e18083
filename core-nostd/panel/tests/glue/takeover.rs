//! Knobs that take over, from their first turn to a sweep over the whole way.

use proptest::prelude::*;
use ripieno_panel::glue::{Takeover, TakeoverState};
use ripieno_panel::value::from_7;

const GENTLE: [Takeover; 5] = [
    Takeover::PickUp,
    Takeover::Tolerant { tolerance: 700 },
    Takeover::CatchUp,
    Takeover::Parallel,
    Takeover::Proportional,
];

/// Turns a knob of 7 bits through positions; returns the values, beginning with the one that was there.
fn turn_7(takeover: Takeover, value: u8, positions: &[u8]) -> Vec<u16> {
    let mut state = TakeoverState::default();
    let mut values = vec![from_7(value)];
    for &position in positions {
        let value = values[values.len() - 1];
        values.push(state.turn(takeover, from_7(position), value).unwrap_or(value));
    }
    values
}

#[test]
fn a_knob_of_7_bits_picks_up_what_lies_between_its_positions() {
    for takeover in GENTLE {
        let mut state = TakeoverState::default();
        let value = from_7(60) + 200;
        assert_eq!(state.turn(takeover, from_7(10), value), None, "{takeover:?} jumps at the first turn");
        let mut state = TakeoverState::default();
        state.found(Some(from_7(60)), value);
        assert_eq!(state.turn(takeover, from_7(61), value), Some(from_7(61)), "{takeover:?}");
        assert_eq!(state.distance(from_7(61)), Some(0));
    }
}

#[test]
fn a_value_that_something_else_moved_is_taken_over_again() {
    for takeover in GENTLE {
        let mut state = TakeoverState::default();
        state.turn(takeover, 30_000, 30_000);
        assert_eq!(state.turn(takeover, 31_000, 30_000), Some(31_000));
        state.moved(50_000);
        assert_eq!(state.distance(50_000), Some(19_000));
        let to = state.turn(takeover, 32_000, 50_000).unwrap_or(50_000);
        assert!(to.abs_diff(50_000) <= 1_000, "{takeover:?} jumps to {to}");
    }
}

#[test]
fn a_bank_that_comes_back_waits_for_the_knob_wherever_it_went() {
    for takeover in GENTLE {
        let mut state = TakeoverState::default();
        state.turn(takeover, 30_000, 30_000);
        // It was one with its value; meanwhile the knob went to 10,000 for another bank.
        state.found(Some(10_000), 30_000);
        assert_eq!(state.distance(30_000), Some(20_000));
        assert!(state.turn(takeover, 10_500, 30_000).unwrap_or(30_000).abs_diff(30_000) <= 500, "{takeover:?}");

        state.found(None, 30_000);
        assert_eq!(state.distance(30_000), None);
        assert_eq!(state.turn(takeover, 60_000, 30_000), None, "{takeover:?}");
    }
}

#[test]
fn off_jumps_and_the_others_go_their_own_ways() {
    let up = [32, 64, 96, 127];
    let half = u16::MAX / 2 + 1;
    assert_eq!(turn_7(Takeover::Off, 100, &[0, 1])[1..], [0, 512]);
    // From 32 with the value at the middle: caught when the knob gets there.
    assert_eq!(turn_7(Takeover::PickUp, 64, &up)[1..], [half, half, from_7(96), 65_535]);
    assert_eq!(turn_7(Takeover::CatchUp, 64, &up)[1..], [half, half, from_7(96), 65_535]);
    // Away from it, to the bottom: half of the knob's way is half of the value's.
    assert_eq!(turn_7(Takeover::PickUp, 64, &[32, 16, 0])[1..], [half, half, half]);
    assert_eq!(turn_7(Takeover::CatchUp, 64, &[32, 16, 0])[1..], [half, 16_384, 0]);
    assert_eq!(turn_7(Takeover::Parallel, 64, &[32, 16, 0, 16])[1..], [half, half - 8_192, 16_384, 24_576]);
    assert_eq!(turn_7(Takeover::Parallel, 32, &[64, 40, 30, 40])[1..], [16_384, 4_096, 0, 5_120]);
    assert_eq!(turn_7(Takeover::Proportional, 96, &[64, 96, 127])[1..], [from_7(96), from_7(96), 65_535]);
    assert_eq!(turn_7(Takeover::Proportional, 112, &[64, 80, 127])[2], 59_715);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Turn(u16),
    Moved(u16),
    Found(Option<u16>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let position = || prop_oneof![4 => any::<u16>(), 4 => (0..=127u8).prop_map(from_7), 1 => Just(0), 1 => Just(1), 1 => Just(u16::MAX)];
    let step = prop_oneof![
        12 => position().prop_map(Step::Turn),
        1 => position().prop_map(Step::Moved),
        1 => prop::option::of(position()).prop_map(Step::Found),
    ];
    prop::collection::vec(step, 1..40)
}

fn gentle() -> impl Strategy<Value = Takeover> {
    prop_oneof![
        Just(Takeover::PickUp),
        (0..=5_000u16).prop_map(|tolerance| Takeover::Tolerant { tolerance }),
        Just(Takeover::CatchUp),
        Just(Takeover::Parallel),
        Just(Takeover::Proportional),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A value moves by no more than the knob, times the factor that its way of taking over states, and never past the knob.
    #[test]
    fn a_value_never_jumps(takeover in gentle(), value: u16, steps in steps()) {
        let mut state = TakeoverState::default();
        let (mut value, mut position) = (value, None::<u16>);
        for step in steps {
            match step {
                Step::Moved(to) => {
                    value = to;
                    state.moved(value);
                }
                Step::Found(at) => {
                    position = at;
                    state.found(position, value);
                }
                Step::Turn(at) => {
                    let before = state.distance(value);
                    let to = state.turn(takeover, at, value).unwrap_or(value);
                    let Some(from) = position.replace(at) else {
                        let most = if let Takeover::Tolerant { tolerance } = takeover { tolerance } else { 0 };
                        prop_assert!(to.abs_diff(value) <= most);
                        value = to;
                        continue;
                    };
                    let knob = u32::from(from.abs_diff(at));
                    let way = |value: u16| u32::from(if at > from { u16::MAX - value } else { value });
                    let most = match takeover {
                        _ if before == Some(0) => u32::from(value.abs_diff(at)),
                        Takeover::Tolerant { tolerance } => knob.max(tolerance.into()),
                        Takeover::CatchUp | Takeover::Proportional if knob > 0 => {
                            let factor = u64::from(knob) * u64::from(way(value)) / u64::from(way(from));
                            knob.max(factor as u32 + 1)
                        }
                        _ => knob,
                    };
                    prop_assert!(u32::from(to.abs_diff(value)) <= most, "{from} to {at}: {value} to {to}");
                    let side = |value: u16, knob: u16| i32::from(value).cmp(&knob.into());
                    prop_assert!(side(to, at).is_eq() || side(to, at) == side(value, from), "{from} to {at}: {value} to {to}");
                    value = to;
                }
            }
            prop_assert_eq!(state.distance(value), position.map(|at| i32::from(value) - i32::from(at)));
        }
    }

    /// Whatever went before, a knob that is swept from end to end and back ends up as one with its value, which then
    /// reaches both ends.
    #[test]
    fn a_sweep_takes_over(takeover in gentle(), value: u16, steps in steps(), stride in 1..3_000u16) {
        let mut state = TakeoverState::default();
        let mut value = value;
        let mut turn = |at: u16| {
            value = state.turn(takeover, at, value).unwrap_or(value);
            (value, state.distance(value))
        };
        for step in steps {
            if let Step::Turn(at) = step {
                turn(at);
            }
        }
        let up = (0..=u16::MAX).step_by(stride.into());
        up.clone().rev().chain(up).for_each(|at| {
            turn(at);
        });
        prop_assert_eq!(turn(u16::MAX), (u16::MAX, Some(0)));
        prop_assert_eq!(turn(0), (0, Some(0)));
    }

    /// Smooth turning in one direction moves the value in that direction or not at all.
    #[test]
    fn a_value_follows_the_direction_of_the_knob(takeover in gentle(), value: u16, turns in prop::collection::vec(any::<u16>(), 2..20)) {
        let mut state = TakeoverState::default();
        let mut turns = turns;
        turns.sort_unstable();
        let mut last = value;
        state.turn(takeover, turns[0], last).inspect(|to| last = *to);
        for at in &turns[1..] {
            let to = state.turn(takeover, *at, last).unwrap_or(last);
            let tolerance = if let Takeover::Tolerant { tolerance } = takeover { tolerance } else { 0 };
            prop_assert!(u32::from(to) + u32::from(tolerance) >= last.into(), "{last} to {to}");
            last = to;
        }
    }
}
