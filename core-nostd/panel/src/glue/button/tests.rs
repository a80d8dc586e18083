//! Walks the table of the button: every way to fire, in every state, with everything that can happen.

use super::*;

const MS: u64 = 1_000;

/// Every state is entered at this time, and the press that led there had [`FORCE`].
const ENTERED: u64 = 1_000 * MS;

const FORCE: u16 = 7;

/// The force of the press that a row takes.
const NEW: u16 = 9;

/// All times of all modes.
const TIME_MS: u16 = 100;

/// Before, exactly at, and after the time is over.
const WHENS: [u64; 3] = [ENTERED + 100 * MS - 1, ENTERED + 100 * MS, ENTERED + 5_000 * MS];

const FIRES: [Fire; 9] = [
    Fire::Press,
    Fire::Release,
    Fire::Short { within_ms: TIME_MS },
    Fire::Long { after_ms: TIME_MS },
    Fire::Double { within_ms: TIME_MS },
    Fire::Triple { within_ms: TIME_MS },
    Fire::Repeat { after_ms: TIME_MS, every_ms: 40, fastest_ms: 30 },
    Fire::Latch { hold_ms: TIME_MS },
    Fire::Chord { with: Source::Note(1), within_ms: TIME_MS },
];

const PHASES: [Phase; 7] =
    [Phase::Up, Phase::Down, Phase::Waiting, Phase::On, Phase::Latched, Phase::Counting, Phase::Partner];

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Press,
    Lift,
    OtherPress,
    OtherLift,
    Tick,
    LetGo,
}

const WHATS: [What; 6] = [What::Press, What::Lift, What::OtherPress, What::OtherLift, What::Tick, What::LetGo];

/// What the table says: the next state, and what fires.
fn table(fire: Fire, phase: Phase, what: What, in_time: bool, presses: u8) -> (Phase, Output) {
    use Phase::*;
    let on = [Some(Fired::On(FORCE)), None];
    let new = [Some(Fired::On(NEW)), None];
    let off = OFF;
    let once = [Some(Fired::On(FORCE)), Some(Fired::Off)];
    let none = NOTHING;
    match (fire, phase, what) {
        (_, On, What::LetGo) => (Down, off),
        (_, Waiting, What::LetGo) => (Down, none),
        (_, Latched, What::LetGo) => (Up, off),
        (_, Counting | Partner, What::LetGo) => (Up, none),
        (_, Latched, What::Press) => (Down, off),
        (_, Down, What::Lift) => (Up, none),
        (Fire::Latch { .. }, On, What::Lift) if in_time => (Latched, none),
        (_, On, What::Lift) => (Up, off),

        (Fire::Press | Fire::Latch { .. }, Up | Counting | Partner, What::Press) => (On, new),
        (Fire::Repeat { .. }, Up | Counting | Partner, What::Press) => (Waiting, [new[0], off[0]]),
        (Fire::Chord { .. }, Partner, What::Press) if in_time => (On, new),
        (Fire::Double { .. }, Counting, What::Press) if in_time => (On, new),
        (Fire::Triple { .. }, Counting, What::Press) if in_time && presses == 2 => (On, new),
        (_, Up | Counting | Partner, What::Press) => (Waiting, none),

        (Fire::Release, Waiting, What::Lift) => (Up, once),
        (Fire::Short { .. }, Waiting, What::Lift) if in_time => (Up, once),
        (Fire::Long { .. }, Waiting, What::Lift) if !in_time => (Up, once),
        (Fire::Long { .. }, Waiting, What::Tick) if !in_time => (On, on),
        (Fire::Repeat { .. }, Waiting, What::Lift) if !in_time => (Up, once),
        (Fire::Repeat { .. }, Waiting, What::Tick) if !in_time => (Waiting, once),
        (Fire::Double { .. } | Fire::Triple { .. }, Waiting, What::Lift) => (Counting, none),
        (_, Waiting, What::Lift) => (Up, none),

        (Fire::Chord { .. }, Up, What::OtherPress) => (Partner, none),
        (Fire::Chord { .. }, Waiting, What::OtherPress) if in_time => (On, on),
        (Fire::Chord { .. }, Waiting, What::OtherPress) => (Down, none),
        (Fire::Chord { .. }, Partner, What::OtherLift) => (Up, none),
        (Fire::Chord { .. }, On, What::OtherLift) => (Down, off),
        _ => (phase, none),
    }
}

fn state(fire: Fire, phase: Phase, presses: u8) -> ButtonState {
    let at = if matches!(fire, Fire::Repeat { .. }) { later(ENTERED, TIME_MS) } else { ENTERED };
    ButtonState { at, force: FORCE, interval_ms: 40, presses, phase, ..ButtonState::default() }
}

fn happen(state: &mut ButtonState, button: &Button, now: u64, what: What) -> Output {
    match what {
        What::Press => state.edge(button, now, Edge::Down(NEW)),
        What::Lift => state.edge(button, now, Edge::Up),
        What::OtherPress => state.partner(button, now, Edge::Down(NEW)),
        What::OtherLift => state.partner(button, now, Edge::Up),
        What::Tick => state.tick(button, now),
        What::LetGo => [state.release(), None],
    }
}

#[test]
fn every_transition_is_as_the_table_says() {
    for fire in FIRES {
        let button = Button { fire, guard_ms: 0 };
        for phase in PHASES {
            for what in WHATS {
                for now in WHENS {
                    for presses in [1, 2] {
                        let mut state = state(fire, phase, presses);
                        let fired = happen(&mut state, &button, now, what);
                        let expected = table(fire, phase, what, now == WHENS[0], presses);
                        assert_eq!((state.phase, fired), expected, "{fire:?} {phase:?} {what:?} at {now}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_press_within_the_guard_time_and_its_release_change_nothing_in_any_mode_and_state() {
    for fire in FIRES {
        let button = Button { fire, guard_ms: TIME_MS };
        for phase in [Phase::Up, Phase::Latched, Phase::Counting, Phase::Partner] {
            let before = ButtonState { deaf_until: WHENS[1], ..state(fire, phase, 1) };
            let mut state = before;
            for what in [What::Press, What::Press, What::Lift] {
                assert_eq!(happen(&mut state, &button, WHENS[0], what), NOTHING, "{fire:?} {phase:?} {what:?}");
                assert_eq!(state.phase, phase);
            }
            assert_eq!(state, before);

            happen(&mut state, &button, WHENS[1], What::Press);
            assert_ne!(state.phase, phase, "{fire:?} hears again when the time is over");
            assert_eq!(state.deaf_until, WHENS[1] + 100 * MS);
        }
    }
}

#[test]
fn only_what_waits_for_time_is_due() {
    for fire in FIRES {
        for phase in PHASES {
            let due = state(fire, phase, 1).due(&Button { fire, guard_ms: 0 });
            let waits = matches!(fire, Fire::Long { .. } | Fire::Repeat { .. }) && phase == Phase::Waiting;
            assert_eq!(due, waits.then_some(WHENS[1]), "{fire:?} {phase:?}");
        }
    }
}

#[test]
fn a_state_is_small() {
    assert!(size_of::<ButtonState>() <= 24);
}
