//! Buttons, as scripts of what happens when.

use proptest::prelude::*;
use ripieno_panel::Source;
use ripieno_panel::glue::{Button, ButtonState, Edge, Fire, Fired};

const MS: u64 = 1_000;

const WITH: Source = Source::Note(1);

/// What happens to a button, in the letters of a script.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Down,
    Up,
    OtherDown,
    OtherUp,
}

impl Happens {
    fn to(self, state: &mut ButtonState, button: &Button, now: u64) -> [Option<Fired>; 2] {
        match self {
            Self::Down => state.edge(button, now, Edge::Down(9)),
            Self::Up => state.edge(button, now, Edge::Up),
            Self::OtherDown => state.partner(button, now, Edge::Down(9)),
            Self::OtherUp => state.partner(button, now, Edge::Up),
        }
    }
}

/// Lets things happen, and time pass when it is due; returns when (milliseconds) what fired.
fn run(button: &Button, happens: impl IntoIterator<Item = (u64, Happens)>, until: u64) -> Vec<(u64, bool)> {
    let mut state = ButtonState::default();
    let mut fired = Vec::new();
    let pass = |state: &mut ButtonState, until: u64, fired: &mut Vec<(u64, bool)>| {
        while let Some(due) = state.due(button).filter(|due| *due <= until) {
            note(fired, due, state.tick(button, due));
            assert!(fired.len() < 10_000, "time passes without an end");
        }
    };
    for (now, what) in happens {
        pass(&mut state, now, &mut fired);
        note(&mut fired, now, what.to(&mut state, button, now));
    }
    pass(&mut state, until, &mut fired);
    fired
}

fn note(all: &mut Vec<(u64, bool)>, now: u64, fired: [Option<Fired>; 2]) {
    all.extend(fired.into_iter().flatten().map(|fired| (now, matches!(fired, Fired::On(_)))));
}

/// A script is words of a time in milliseconds and a letter: `d`own, `u`p, and `D`own and `U`p of the other button; `.` is
/// the end. What is expected is a time and `+` for on, `-` for off, `!` for both.
fn check(fire: Fire, guard_ms: u16, script: &str, expected: &str) {
    let mut until = u64::MAX;
    let mut happens = Vec::new();
    for word in script.split_whitespace() {
        let (time, letter) = word.split_at(word.len() - 1);
        let time = time.parse::<u64>().unwrap() * MS;
        match letter {
            "d" => happens.push((time, Happens::Down)),
            "u" => happens.push((time, Happens::Up)),
            "D" => happens.push((time, Happens::OtherDown)),
            "U" => happens.push((time, Happens::OtherUp)),
            _ => until = time,
        }
    }
    let fired = run(&Button { fire, guard_ms }, happens, until);
    let mut said = Vec::new();
    for &(time, on) in &fired {
        match said.last_mut() {
            Some((last, sign)) if *last == time && *sign == '+' && !on => *sign = '!',
            _ => said.push((time, if on { '+' } else { '-' })),
        }
    }
    let said: Vec<_> = said.into_iter().map(|(time, sign)| format!("{}{sign}", time / MS)).collect();
    assert_eq!(said.join(" "), expected, "{fire:?}, guard {guard_ms} ms: {script}");
}

#[test]
fn presses_do_what_players_expect() {
    let short = Fire::Short { within_ms: 400 };
    let long = Fire::Long { after_ms: 400 };
    let double = Fire::Double { within_ms: 300 };
    let triple = Fire::Triple { within_ms: 300 };
    let latch = Fire::Latch { hold_ms: 500 };
    let chord = Fire::Chord { with: WITH, within_ms: 50 };

    check(Fire::Press, 0, "10d 20u 30d 40d 50u 60u", "10+ 20- 30+ 50-");
    check(Fire::Press, 100, "10d 20u 30d 40u 50d 115u 120d 130u", "10+ 20- 120+ 130-");
    check(Fire::Press, 100, "10d 20u 50d 200d 210u 220d 230u", "10+ 20- 220+ 230-");
    check(Fire::Release, 0, "10d 900u", "900!");

    check(short, 0, "10d 409u 1000d 1400u", "409!");
    check(long, 0, "10d 409u 1000d 1400u", "1400!");
    check(long, 0, "10d 2000u", "410+ 2000-");

    check(double, 0, "10d 50u 309d 350u", "309+ 350-");
    check(double, 0, "10d 50u 310d 350u", "");
    check(double, 0, "10d 50u 310d 350u 500d 510u", "500+ 510-");
    check(double, 0, "10d 50u 100d 150u 200d 250u 290d 300u", "100+ 150- 290+ 300-");
    check(double, 60, "10d 20u 40d 45u 100d 110u", "100+ 110-");
    check(triple, 0, "10d 20u 100d 110u 200d 250u", "200+ 250-");
    check(triple, 0, "10d 20u 300d 310u 500d 550u", "500+ 550-");
    check(triple, 0, "10d 20u 100d 110u 400d 450u 500d 510u", "");

    check(latch, 0, "10d 20u 100d 900u", "10+ 100-");
    check(latch, 0, "10d 600u 700d 710u 720d", "10+ 600- 700+ 720-");

    check(chord, 0, "10d 40D 100U 110u", "40+ 100-");
    check(chord, 0, "10D 40d 100u 110U", "40+ 100-");
    check(chord, 0, "10d 60D 100U 110u", "");
    check(chord, 0, "10D 60d 100u 110U", "");
    check(chord, 0, "10D 20U 30d 40u 45D 50d 60u 70d 80u", "50+ 60-");
}

#[test]
fn repetitions_come_sooner_and_sooner_but_never_at_once() {
    let repeat = |every_ms, fastest_ms| Fire::Repeat { after_ms: 500, every_ms, fastest_ms };
    check(repeat(100, 100), 0, "10d 1000u", "10! 510! 610! 710! 810! 910!");
    check(repeat(100, 200), 0, "10d 800u", "10! 510! 610! 710!");
    check(repeat(100, 60), 0, "0d 1000u", "0! 500! 600! 688! 765! 833! 893! 953!");
    check(repeat(3, 0), 0, "0d 510.", "0! 500! 503! 505! 506! 507! 508! 509! 510!");
    check(repeat(0, 0), 0, "0d 503.", "0! 500! 501! 502! 503!");
    check(Fire::Repeat { after_ms: 0, every_ms: 0, fastest_ms: 0 }, 0, "0d 3.", "0! 0! 1! 2! 3!");
}

#[test]
fn a_clock_that_leaps_brings_one_repetition() {
    let button = Button { fire: Fire::Repeat { after_ms: 10, every_ms: 10, fastest_ms: 10 }, guard_ms: 0 };
    let mut state = ButtonState::default();
    state.edge(&button, 0, Edge::Down(1));
    let leap = 3_600_000 * MS;
    assert_eq!(state.tick(&button, leap), [Some(Fired::On(1)), Some(Fired::Off)]);
    assert_eq!(state.tick(&button, leap), [None; 2]);
    assert_eq!(state.due(&button), Some(leap + 10 * MS));
    // Late by one interval exactly.
    assert_eq!(state.tick(&button, leap + 20 * MS)[0], Some(Fired::On(1)));
    assert_eq!(state.due(&button), Some(leap + 30 * MS));
    // The end of time is no reason to stop listening.
    assert_eq!(state.tick(&button, u64::MAX), [Some(Fired::On(1)), Some(Fired::Off)]);
    assert_eq!(state.edge(&button, u64::MAX, Edge::Up)[1], Some(Fired::Off));
}

#[test]
fn a_mapping_that_vanishes_ends_what_is_on_and_hears_no_more_of_the_press() {
    for fire in [Fire::Press, Fire::Latch { hold_ms: 9 }, Fire::Repeat { after_ms: 5, every_ms: 5, fastest_ms: 5 }] {
        let button = Button { fire, guard_ms: 0 };
        let mut state = ButtonState::default();
        state.edge(&button, 0, Edge::Down(1));
        let was_on = state.is_on();
        assert_eq!(state.release(), was_on.then_some(Fired::Off));
        assert_eq!((state.is_on(), state.due(&button)), (false, None));
        assert_eq!(state.release(), None);
        assert_eq!(state.edge(&button, 50 * MS, Edge::Up), [None; 2]);
        assert_eq!(state.edge(&button, 60 * MS, Edge::Down(2))[0], Some(Fired::On(2)));
    }
}

fn fires() -> impl Strategy<Value = Fire> {
    let repeat =
        (ms(), ms(), ms()).prop_map(|(after_ms, every_ms, fastest_ms)| Fire::Repeat { after_ms, every_ms, fastest_ms });
    prop_oneof![8 => fires_that_do_not_repeat(), 1 => repeat]
}

fn fires_that_do_not_repeat() -> impl Strategy<Value = Fire> {
    prop_oneof![
        Just(Fire::Press),
        Just(Fire::Release),
        ms().prop_map(|within_ms| Fire::Short { within_ms }),
        ms().prop_map(|after_ms| Fire::Long { after_ms }),
        ms().prop_map(|within_ms| Fire::Double { within_ms }),
        ms().prop_map(|within_ms| Fire::Triple { within_ms }),
        ms().prop_map(|hold_ms| Fire::Latch { hold_ms }),
        ms().prop_map(|within_ms| Fire::Chord { with: WITH, within_ms }),
    ]
}

fn ms() -> std::ops::Range<u16> {
    0..60
}

/// Things that happen at random times, in order.
fn scripts() -> impl Strategy<Value = Vec<(u64, Happens)>> {
    let happens = prop_oneof![
        3 => Just(Happens::Down),
        3 => Just(Happens::Up),
        1 => Just(Happens::OtherDown),
        1 => Just(Happens::OtherUp)
    ];
    prop::collection::vec((0..40 * MS, happens), 0..60).prop_map(|mut script| {
        let mut now = 0;
        for (time, _) in &mut script {
            now += *time;
            *time = now;
        }
        script
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Ons and offs alternate, beginning with an on, and letting go ends what is on.
    #[test]
    fn every_on_has_its_off(fire in fires(), guard_ms in 0..40u16, script in scripts(), release_at in 0..60usize) {
        let button = Button { fire, guard_ms };
        let mut state = ButtonState::default();
        let mut on = false;
        for (i, (now, what)) in script.into_iter().enumerate() {
            let fired = if i == release_at { [state.release(), None] } else { what.to(&mut state, &button, now) };
            let ticked = state.tick(&button, now);
            for fired in fired.into_iter().chain(ticked).flatten() {
                prop_assert_eq!(on, fired == Fired::Off);
                on = !on;
            }
            prop_assert_eq!(on, state.is_on());
            prop_assert!(state.due(&button).is_none_or(|due| due + 120 * MS > now));
        }
        prop_assert_eq!(state.release(), on.then_some(Fired::Off));
    }

    /// Whether time is let pass as soon as it is due, or only when something happens, the same fires in the same order.
    #[test]
    fn a_late_tick_loses_nothing_but_repetitions(fire in fires_that_do_not_repeat(), guard_ms in 0..40u16, script in scripts()) {
        let button = Button { fire, guard_ms };
        let end = script.last().map_or(0, |last| last.0);
        let prompt: Vec<_> = run(&button, script.clone(), end).into_iter().map(|(_, on)| on).collect();
        let mut state = ButtonState::default();
        let mut late = Vec::new();
        for (now, what) in script {
            note(&mut late, now, what.to(&mut state, &button, now));
        }
        note(&mut late, end, state.tick(&button, end));
        prop_assert_eq!(prompt, late.into_iter().map(|(_, on)| on).collect::<Vec<_>>());
    }

    /// Short and long with the same time share the presses between them: each fires exactly one of the two.
    #[test]
    fn short_and_long_never_both_fire(time in 1..60u16, guard_ms in 0..40u16, script in scripts()) {
        let ons = |fire| {
            let fired = run(&Button { fire, guard_ms }, script.clone(), u64::MAX);
            fired.into_iter().filter(|(_, on)| *on).count()
        };
        let presses = ons(Fire::Press);
        let both = ons(Fire::Short { within_ms: time }) + ons(Fire::Long { after_ms: time });
        prop_assert_eq!(both, presses);
    }
}
