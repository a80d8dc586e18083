//! Which parts an event starts.

use crate::support::{PART, Tables};
use ripieno_synth::sampler::{ControlStart, Part, Trigger};

fn by(trigger: Trigger) -> Part {
    Part { trigger: trigger as u8, ..PART }
}

#[test]
fn keys_velocities_and_channels_choose() {
    let tables = Tables::new([
        Part { keys: [0, 59], ..PART },
        Part { keys: [60, 60], velocities: [1, 64], ..PART },
        Part { keys: [60, 60], velocities: [65, 127], ..PART },
        Part { keys: [60, 60], channels: [1, 1], ..PART },
    ]);
    for (message, parts) in
        [([0x90, 59, 127], 0b1), ([0x90, 60, 127], 0b100), ([0x91, 60, 127], 0b1100), ([0x90, 61, 127], 0)]
    {
        assert_eq!(tables.play().send(&[message]).heard(), parts, "{message:?}");
    }
}

#[test]
fn the_notes_of_a_chord_draw_their_own_lots() {
    let mut player = Tables::new([Part { random: [0.0, 0.5], ..PART }, Part { random: [0.5, 1.0], ..PART }]).play();
    let mut counts = [0; 2];
    for _ in 0..200 {
        match player.on(60).heard() {
            0b1 => counts[0] += 1,
            0b10 => counts[1] += 1,
            other => panic!("{other:b}"),
        }
        player.off(60).render(480);
    }
    assert!(counts.iter().all(|count| (70..130).contains(count)), "{counts:?}");
}

#[test]
fn round_robins_count_the_notes_of_their_keys() {
    let turn = |position| Part { sequence_length: 3, sequence_position: position, keys: [60, 64], ..PART };
    let other = |position| Part { sequence_length: 2, sequence_position: position, sequence: 1, keys: [72; 2], ..PART };
    let mut player = Tables::new([turn(1), turn(2), turn(3), other(1), other(2)]).play();
    let mut next = |key| {
        let heard = player.on(key).heard();
        player.off(key).render(480);
        heard
    };
    assert_eq!([60, 62, 72, 60, 64, 72].map(&mut next), [0b1, 0b10, 0b1000, 0b100, 0b1, 0b1_0000]);
}

#[test]
fn switches_choose_by_the_last_the_held_and_the_previous_key() {
    let tables = Tables::new([
        Part { keys: [60, 127], switch_last: [24, 24], switch_default: 24, ..PART },
        Part { keys: [60, 127], switch_last: [25, 26], switch_default: 24, ..PART },
        Part { keys: [60, 127], switch_down: 30, ..PART },
        Part { keys: [60, 127], switch_up: 30, ..PART },
        Part { keys: [60, 127], switch_previous: 62, ..PART },
    ]);
    let mut player = tables.play();
    assert_eq!(player.on(60).heard(), 0b1001);
    assert_eq!(player.off(60).on(25).off(25).on(62).heard(), 0b1010);
    assert_eq!(player.off(62).on(26).on(60).heard(), 0b1_1010);
    assert_eq!(player.off(60).on(30).on(60).heard(), 0b0110);
    assert_eq!(player.off(60).off(30).on(24).on(60).heard(), 0b1001);
}

#[test]
fn distances_of_keys_are_conditions() {
    let tables = Tables::new([PART, PART]).condition(0, 140, [1, 7]).condition(1, 141, [8, 127]);
    let mut player = tables.play();
    for (key, parts) in [(60, 0), (67, 0b1), (59, 0b10), (60, 0b1), (52, 0b10), (64, 0b10)] {
        assert_eq!(player.on(key).heard(), parts, "{key}");
        player.off(key).render(480);
    }
}

#[test]
fn controllers_bends_and_pressures_are_conditions() {
    let tables = Tables::new([
        PART,
        Part { bend: [0, 8191], ..PART },
        Part { channel_pressure: [64, 127], ..PART },
        Part { key_pressure: [64, 127], ..PART },
    ])
    .condition(0, 1, [64, 127]);
    let mut player = tables.play();
    assert_eq!(player.on(60).heard(), 0b10);
    player.clear();
    assert_eq!(player.cc(1, 64).send(&[[0xE0, 127, 63]]).on(60).heard(), 0b1);
    player.clear();
    assert_eq!(player.cc(1, 63).send(&[[0xD0, 64, 0]]).on(60).heard(), 0b110);
    player.clear();
    assert_eq!(player.send(&[[0xD0, 0, 0], [0xA0, 60, 64]]).on(60).heard(), 0b1010);
    assert_eq!(player.off(60).on(61).heard(), 0b10);
}

#[test]
fn first_and_legato_ask_for_the_other_keys() {
    let mut player = Tables::new([by(Trigger::First), by(Trigger::Legato), by(Trigger::Attack)]).play();
    assert_eq!(player.on(60).heard(), 0b101);
    assert_eq!(player.on(62).heard(), 0b101 + 0b110);
    assert_eq!(player.off(60).off(62).on(64).heard(), 0b101);
}

#[test]
fn the_velocity_may_be_that_of_the_note_before() {
    let previous = Part { flags: PART.flags | Part::PREVIOUS_VELOCITY, ..PART };
    let soft = Part { velocities: [1, 63], ..previous };
    let loud = Part { velocities: [64, 127], ..previous };
    let mut player = Tables::new([soft, loud]).play();
    assert_eq!(player.on(60).heard(), 0b10);
    player.off(60).send(&[[0x90, 60, 1], [0x80, 60, 0], [0x90, 61, 127]]);
    // It is as soft, too.
    assert!(player.level() < 0.01);
    assert_eq!(player.off(61).on(62).heard(), 0b10);
}

#[test]
fn a_controller_that_comes_into_its_range_starts_parts() {
    let mut player = Tables::new([PART, PART]).starter(0, 64, [64, 127]).starter(1, 64, [0, 10]).play();
    assert_eq!(player.heard(), 0);
    assert_eq!(player.cc(64, 40).heard(), 0);
    assert_eq!(player.cc(64, 70).heard(), 0b1);
    // It is in already.
    assert_eq!(player.cc(64, 90).heard(), 0b1);
    assert_eq!(player.cc(64, 0).heard(), 0b11);
    assert_eq!(player.on(60).heard(), 0b11);
    // A reset is no play on the pedal.
    player.clear().cc(64, 127).clear();
    assert_eq!((player.heard(), player.synth.active_voices()), (0, 0));
}

#[test]
fn controllers_begin_where_the_kit_has_them() {
    let mut tables = Tables::new([PART]).condition(0, 20, [90, 90]);
    tables.controls.push(ControlStart { control: 20, unused: 0, value: 90.0 / 127.0 });
    let mut player = tables.play();
    assert_eq!(player.on(60).heard(), 0b1);
    assert_eq!(player.off(60).cc(20, 0).on(61).heard(), 0);
    assert!(player.synth.swap_bank(tables.bank()).is_ok());
    assert_eq!(player.on(62).heard(), 0b1);
}
