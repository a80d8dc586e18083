//! What ends notes: keys, groups, limits and thieves.

use crate::support::{PART, Player, Tables, VOICES};
use ripieno_synth::SynthConfig;
use ripieno_synth::sampler::{OffMode, Parameter, Part, Repeat, Trigger};
use ripieno_types::SampleRate;

#[test]
fn a_key_ends_its_own_note_but_no_one_shot() {
    let mut player = Tables::new([PART, Part { repeat: Repeat::OneShot as u8, ..PART }]).play();
    assert_eq!(player.on(60).on(61).heard(), 0b11 * 2);
    assert_eq!(player.off(60).heard(), 0b11 + 0b10);
    assert_eq!(player.off(61).heard(), 0b10 * 2);
    // A key that is struck again does not end the note before.
    assert_eq!(player.on(60).on(60).heard(), 0b11 * 2 + 0b10 * 2);
    assert_eq!(player.off(60).heard(), 0b10 * 4);
}

#[test]
fn groups_turn_others_off() {
    let group = |group, off_by| Part { group, off_by, keys: [59 + group as u8; 2], ..PART };
    let mut player = Tables::new([group(1, 2), group(2, 0), group(3, 3)]).play();
    assert_eq!(player.on(60).heard(), 0b1);
    assert_eq!(player.on(61).heard(), 0b10);
    assert_eq!(player.on(60).heard(), 0b11);
    assert_eq!(player.on(62).heard(), 0b111);
    // It turns itself off.
    assert_eq!(player.on(62).heard(), 0b111);
}

#[test]
fn layers_of_one_note_spare_each_other() {
    let part = Part { group: 1, off_by: 1, ..PART };
    let mut player = Tables::new([part, part]).play();
    assert_eq!(player.on(60).heard(), 0b11);
    assert_eq!(player.on(61).heard(), 0b11);
}

#[test]
fn off_modes_differ_in_how_long_they_take() {
    let part = |mode: OffMode| Part { group: 1, off_by: 2, off_mode: mode as u8, off_time: 0.5, ..PART };
    let last = Part { group: 2, keys: [1, 1], ..PART };
    let frames = |mode: OffMode| {
        let first = Part { keys: [60, 60], ..part(mode) };
        let mut player = Tables::new([first, last]).set(0, &[(Parameter::AmpRelease, 0.1)]).play();
        player.on(60).render(100);
        player.on(1);
        let levels = player.render(48_000);
        let end = levels[47_999];
        levels.iter().position(|level| (level - end).abs() < end * 1e-3).unwrap()
    };
    let [fast, normal, time] = [OffMode::Fast, OffMode::Normal, OffMode::Time].map(frames);
    assert!((200..=300).contains(&fast), "{fast}");
    assert!(fast * 4 < normal && normal < time && time <= 24_100, "{normal} {time}");
}

#[test]
fn a_release_sample_does_not_cut_its_note_off() {
    let part = Part { group: 1, off_by: 1, ..PART };
    let tables = Tables::new([part, Part { trigger: Trigger::Release as u8, ..part }]);
    let mut player = tables.set(0, &[(Parameter::AmpRelease, 5.0)]).play();
    player.on(60).render(480);
    let level = player.off(60).level();
    assert!(level > 2.5, "{level}");
    // The next key does.
    player.render(480);
    assert_eq!(player.on(61).heard(), 0b11);
}

#[test]
fn polyphony_ends_the_oldest() {
    let part = Part { polyphony: 2, group: 7, ..PART };
    let mut player = Tables::new([Part { keys: [0, 60], ..part }, Part { keys: [61, 127], ..part }, PART]).play();
    assert_eq!(player.on(10).on(11).heard(), 0b101 * 2);
    assert_eq!(player.on(70).heard(), 0b101 + 0b110 + 0b100);
    // Sets of their own do not count together.
    let set = |polyphony_set, key| Part { polyphony: 1, polyphony_set, keys: [key; 2], ..PART };
    let mut player = Tables::new([set(1, 60), set(2, 61)]).play();
    assert_eq!(player.on(60).on(61).heard(), 0b11);
    assert_eq!(player.on(60).heard(), 0b11);
}

#[test]
fn note_polyphony_spares_the_louder() {
    let part = Part { note_polyphony: 1, ..PART };
    let audible = |flags: u16| {
        let mut player = Tables::new([Part { flags: part.flags | flags, ..part }]).play();
        player.on(60).on(61).send(&[[0x90, 60, 1]]);
        player.level().round() as u32
    };
    // The softest is not heard.
    assert_eq!([audible(0), audible(Part::NO_SELF_MASK)], [2, 1]);
    let mut player = Tables::new([part]).play();
    assert_eq!(player.on(60).on(60).on(61).heard(), 2);
}

#[test]
fn a_stolen_voice_leaves_without_a_click() {
    let config = SynthConfig { polyphony: 3, ..SynthConfig::new(SampleRate::STUDIO) };
    let mut player = Tables::new([PART, Part { keys: [0, 0], ..PART }]).play_with(config);
    player.on(60).on(61).on(62).render(480);
    let before = player.level();
    // The newcomer is not heard: only what is stolen is.
    player.send(&[[0x90, 60, 1]]);
    let after = player.render(480);
    let unit = after[479].abs();
    assert!(before > 2.9 && after.windows(2).all(|pair| (pair[1] - pair[0]).abs() < unit * 0.02));
    assert_eq!((player.synth.stats().steals, player.synth.active_voices()), (1, 3));
    assert!((player.level() - 2.0).abs() < 0.01);
}

#[test]
fn more_notes_than_voices_are_counted_and_none_hangs() {
    let mut player = Tables::new([PART, PART, PART]).play();
    for key in 0..100 {
        player.on(key).render(37);
        assert!(player.synth.active_voices() <= VOICES);
    }
    let stats = player.synth.stats();
    assert!(stats.steals > 100 && stats.voices_peak == VOICES, "{stats:?}");
    (0..100).for_each(|key| _ = player.off(key));
    player.render(4_800);
    assert!(player.synth.is_silent());
}

#[test]
fn a_part_may_begin_late() {
    let mut player = Tables::new([PART]).set(0, &[(Parameter::Delay, 0.1)]).play();
    let start = |player: &mut Player| player.on(60).render(9_600).iter().position(|x| *x != 0.0).unwrap();
    assert!((4_796..=4_800).contains(&start(&mut player)), "{}", start(&mut player));
}

#[test]
fn what_sounds_ends_on_its_own_bank() {
    let tables = Tables::new([PART, Part { keys: [1, 1], ..PART }]);
    let mut player = tables.play();
    assert_eq!(player.on(60).heard(), 0b1);
    assert!(player.synth.swap_bank(Tables::new([Part { keys: [0, 0], ..PART }, PART]).bank()).is_ok());
    assert!(player.synth.retired_bank().is_none());
    assert_eq!(player.heard(), 0b1);
    assert_eq!(player.on(61).heard(), 0b11);
    assert_eq!(player.off(60).heard(), 0b10);
    assert!(player.synth.retired_bank().is_some());
    // One that lies in the way fades.
    assert!(player.synth.swap_bank(tables.bank()).is_ok());
    assert!(player.synth.swap_bank(tables.bank()).is_err());
    assert_eq!(player.heard(), 0);
    assert!(player.synth.retired_bank().is_some());
}
