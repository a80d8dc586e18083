//! What each key asks for.

use super::*;

const NOW: Duration = Duration::from_secs(5);

fn event(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn keys() -> Keys {
    Keys::new(Releases::Reported)
}

#[test]
fn letters_are_notes_whatever_their_case() {
    let mut keys = keys();
    let on = |key| vec![Action::NoteOn { key, velocity: 100 }];
    assert_eq!(keys.event(event(KeyCode::Char('a')), NOW), on(60));
    assert_eq!(keys.event(KeyEvent::new(KeyCode::Char('W'), KeyModifiers::SHIFT), NOW), on(61));
    let release = KeyEvent::new_with_kind(KeyCode::Char('A'), KeyModifiers::SHIFT, KeyEventKind::Release);
    assert_eq!(keys.event(release, NOW), [Action::NoteOff { key: 60 }]);
    let repeat = KeyEvent::new_with_kind(KeyCode::Char('w'), KeyModifiers::NONE, KeyEventKind::Repeat);
    assert_eq!(keys.event(repeat, NOW), []);
    assert_eq!(keys.release_all(), [Action::NoteOff { key: 61 }]);
}

#[test]
fn ends_end_the_notes_first() {
    let check = |end: KeyEvent, action: Action| {
        let mut keys = keys();
        keys.event(event(KeyCode::Char('d')), NOW);
        assert_eq!(keys.event(end, NOW), [Action::NoteOff { key: 64 }, action], "{end:?}");
        assert_eq!(keys.release_all(), []);
    };
    check(event(KeyCode::Esc), Action::Panic);
    check(event(KeyCode::Char('q')), Action::Quit);
    check(event(KeyCode::Char('Q')), Action::Quit);
    check(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL), Action::Quit);
}

#[test]
fn shortcuts_of_others_are_left_alone() {
    let mut keys = keys();
    for (symbol, held) in [
        ('z', KeyModifiers::CONTROL),
        ('a', KeyModifiers::CONTROL),
        ('q', KeyModifiers::ALT),
        ('c', KeyModifiers::CONTROL | KeyModifiers::ALT),
        ('s', KeyModifiers::SUPER),
    ] {
        assert_eq!(keys.event(KeyEvent::new(KeyCode::Char(symbol), held), NOW), []);
    }
    assert_eq!((keys.octave(), keys.velocity()), (4, 100));
}

#[test]
fn arrows_choose_and_turn() {
    let mut keys = keys();
    let mut turn = |name: &str, code: KeyCode, held: KeyModifiers| {
        while keys.selected().name != name {
            keys.event(event(KeyCode::Down), NOW);
        }
        match keys.event(KeyEvent::new(code, held), NOW)[..] {
            [Action::Parameter { id, value }] if PARAMS[usize::from(id.0)].name == name => Some(value),
            [] => None,
            ref other => panic!("{other:?}"),
        }
    };
    let near = |value: Option<f32>, wanted: f32| assert!((value.unwrap() - wanted).abs() < 1e-6, "{value:?}");
    assert_eq!(turn("volume.gain", KeyCode::Right, KeyModifiers::NONE), None);
    near(turn("volume.gain", KeyCode::Left, KeyModifiers::NONE), 0.95);
    near(turn("volume.gain", KeyCode::Left, KeyModifiers::SHIFT), 0.94);
    near(turn("volume.gain", KeyCode::Left, KeyModifiers::NONE), 0.9);
    near(turn("filter.mode", KeyCode::Right, KeyModifiers::SHIFT), 1.0);
    near(turn("filter.mode", KeyCode::Left, KeyModifiers::NONE), 0.0);
    near(turn("pitch.shift", KeyCode::Right, KeyModifiers::NONE), 13.0 / 24.0);
    near(turn("pitch.shift", KeyCode::Left, KeyModifiers::SHIFT), 129.0 / 240.0);
    near(turn("pan.pan", KeyCode::Left, KeyModifiers::NONE), 0.45);
    keys.event(event(KeyCode::Down), NOW);
    assert_eq!(keys.selected().name, "pan.pan");
}

#[test]
fn every_way_reaches_both_ends() {
    for width in STEPS.into_iter().chain(PITCH_STEPS) {
        for direction in [1.0, -1.0] {
            let mut value = 0.333;
            let count = (1..1_000).find(|_| {
                let next = step(value, width, direction);
                (next == value) || {
                    value = next;
                    false
                }
            });
            assert_eq!(value, f32::max(direction, 0.0), "{width} {count:?}");
        }
    }
}

#[test]
fn space_bypasses_the_effect_of_the_parameter() {
    let mut keys = keys();
    keys.event(event(KeyCode::Down), NOW);
    let effect = EffectId(1);
    assert_eq!(keys.event(event(KeyCode::Char(' ')), NOW), [Action::Bypass { effect, bypassed: true }]);
    assert_eq!(keys.event(event(KeyCode::Char(' ')), NOW), [Action::Bypass { effect, bypassed: false }]);
}

#[test]
fn gain_moves_in_decibels_and_reaches_silence() {
    let mut keys = keys();
    assert_eq!(keys.event(event(KeyCode::Char('+')), NOW), []);
    let mut masters = Vec::new();
    while let [Action::Master(master)] = keys.event(event(KeyCode::Char('-')), NOW)[..] {
        masters.push(master);
    }
    assert!((masters[5] - 0.501_187).abs() < 1e-4, "{}", masters[5]);
    assert_eq!((masters.len(), masters.last()), (61, Some(&0.0)));
    let up = keys.event(event(KeyCode::Char('=')), NOW);
    assert!(matches!(up[..], [Action::Master(master)] if (master - MASTER_FLOOR).abs() < 1e-6), "{up:?}");
}

#[test]
fn own_changes_stand_until_the_session_can_know_them() {
    let mut keys = keys();
    let old = Status { values: PARAMS.iter().map(|info| info.default).collect(), master: 1.0, ..Status::default() };
    let turn = |keys: &mut Keys, now| match keys.event(event(KeyCode::Left), now)[..] {
        [Action::Parameter { value, .. }] => (value * 100.0).round(),
        ref other => panic!("{other:?}"),
    };
    assert_eq!(turn(&mut keys, NOW), 95.0);
    keys.follow(&old, NOW + Duration::from_millis(30));
    assert_eq!(turn(&mut keys, NOW + Duration::from_millis(60)), 90.0);
    keys.follow(&old, NOW + Duration::from_secs(1));
    assert_eq!(turn(&mut keys, NOW + Duration::from_secs(1)), 95.0);
    // A status that knows nothing of effects changes nothing.
    keys.follow(&Status::default(), NOW + Duration::from_secs(9));
    assert_eq!(turn(&mut keys, NOW + Duration::from_secs(9)), 90.0);
}
