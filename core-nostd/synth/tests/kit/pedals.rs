//! Pedals: what they hold, catch, let go and start.

use crate::support::{LONG, PART, Player, Tables};
use ripieno_synth::SynthConfig;
use ripieno_synth::sampler::{Part, Trigger};
use ripieno_types::SampleRate;

fn with(flags: u16) -> Part {
    Part { flags, ..PART }
}

#[test]
fn the_sustain_pedal_holds_the_parts_that_it_may() {
    let mut player = Tables::new([with(Part::SUSTAINED), with(0), Part { sustain_control: 20, ..PART }]).play();
    assert_eq!(player.cc(64, 127).on(60).off(60).heard(), 0b1);
    assert_eq!(player.cc(64, 0).heard(), 0);
    assert_eq!(player.cc(20, 127).on(60).off(60).heard(), 0b100);
    assert_eq!(player.cc(20, 0).heard(), 0);
}

#[test]
fn the_sostenuto_pedal_holds_what_was_down() {
    let mut player = Tables::new([PART, with(0)]).play();
    assert_eq!(player.on(60).cc(66, 127).on(61).off(60).off(61).heard(), 0b1);
    assert_eq!(player.cc(64, 127).cc(66, 0).heard(), 0b1);
    assert_eq!(player.cc(64, 0).heard(), 0);
}

#[test]
fn a_part_may_have_its_own_idea_of_down() {
    let mut player = Tables::new([Part { sustain_low: 1, ..PART }, PART]).play();
    assert_eq!(player.cc(64, 1).on(60).off(60).heard(), 0b1);
    assert_eq!(player.cc(64, 0).heard(), 0);
}

/// How loud a released note is after so many periods of 10 ms with the pedal at a place.
fn after(player: &mut Player, value: u8, periods: usize) -> f32 {
    player.cc(64, 0).on(60).render(4_800);
    player.cc(64, value).off(60);
    (0..periods).map(|_| player.level()).last().unwrap()
}

#[test]
fn half_a_pedal_damps_half() {
    let tables = Tables::new([PART]).set(0, LONG);
    let mut player = tables.play();
    let levels: Vec<f32> = [0, 16, 24, 32, 40, 48, 56, 64, 127]
        .map(|value| {
            let level = after(&mut player, value, 20);
            player.clear();
            level
        })
        .into();
    assert_eq!(levels[0], levels[1]);
    assert!(levels[7..].iter().all(|level| (level - 1.0).abs() < 1e-5), "{levels:?}");
    assert!(levels[1..8].windows(2).all(|pair| pair[0] < pair[1]), "{levels:?}");

    let switch = SynthConfig { half_pedal: false, ..SynthConfig::new(SampleRate::STUDIO) };
    let mut player = tables.play_with(switch);
    let levels = [0, 40, 63, 64].map(|value| {
        let level = after(&mut player, value, 20);
        player.clear();
        level
    });
    assert!(levels[0] < 0.9 && levels[..3].iter().all(|level| *level == levels[0]), "{levels:?}");
    assert!((levels[3] - 1.0).abs() < 1e-5, "{levels:?}");
}

#[test]
fn a_pedal_catches_what_still_rings() {
    for half_pedal in [true, false] {
        let config = SynthConfig { half_pedal, ..SynthConfig::new(SampleRate::STUDIO) };
        let mut player = Tables::new([PART]).set(0, LONG).play_with(config);
        player.on(60).render(480);
        player.off(60).render(9_600);
        player.cc(64, 127).render(480);
        let caught = player.level();
        assert!((0.01..0.9).contains(&caught), "{caught}");
        player.render(48_000);
        assert!((player.level() - caught).abs() < 1e-3);
        player.cc(64, 0).render(480_000);
        assert!(player.synth.is_silent());
    }
}

#[test]
fn releases_wait_for_their_pedals() {
    let release = |trigger: Trigger, flags| Part { trigger: trigger as u8, flags, ..PART };
    let dead = Part::RELEASES_DEAD;
    let mut player = Tables::new([
        PART,
        release(Trigger::Release, PART.flags),
        release(Trigger::ReleaseKey, PART.flags),
        release(Trigger::Release, 0),
        release(Trigger::Release, PART.flags | dead),
    ])
    .play();
    assert_eq!(player.on(60).heard(), 0b1);
    assert_eq!(player.off(60).heard(), 0b1_1110);
    player.clear();
    assert_eq!(player.cc(64, 127).on(60).off(60).heard(), 0b1101);
    assert_eq!(player.cc(64, 0).heard(), 0b1_1110);
    // Once only.
    assert_eq!(player.cc(64, 127).cc(64, 0).heard(), 0b1_1110);
    player.clear();
    assert_eq!(player.on(60).cc(66, 127).off(60).heard(), 0b1101);
    assert_eq!(player.cc(64, 127).cc(66, 0).heard(), 0b1101);
    // Struck again, its release is to come.
    player.clear().cc(64, 127).on(60).off(60).on(60).cc(64, 0);
    assert_eq!(player.heard() & 0b1_0010, 0);
}

#[test]
fn only_what_was_played_is_released() {
    let release = Part { trigger: Trigger::ReleaseKey as u8, velocities: [100, 127], ..PART };
    let short = Part { end: 4_800, ..PART };
    let mut player = Tables::new([short, release, Part { flags: PART.flags | Part::RELEASES_DEAD, ..release }]).play();
    assert_eq!(player.off(60).heard(), 0);
    player.on(60).render(9_600);
    assert_eq!(player.off(60).heard(), 0b100);
    player.clear();
    // It remembers how hard the key was struck.
    assert_eq!(player.send(&[[0x90, 60, 99]]).off(60).heard(), 0);
    player.on(60).clear();
    assert_eq!(player.heard(), 0);
}

#[test]
fn a_release_decays_with_its_note() {
    use ripieno_synth::sampler::Parameter;
    let release = Part { trigger: Trigger::Release as u8, ..PART };
    let mut player = Tables::new([PART, release]).set(1, &[(Parameter::RtDecay, 6.0206)]).play();
    player.on(60).render(48_000);
    let level = player.off(60).level();
    assert!((level - 1.0).abs() < 0.02, "{level}");
    player.clear().on(60).cc(64, 127).render(48_000);
    player.off(60).render(48_000);
    let level = player.cc(64, 0).level();
    assert!((level - 0.5).abs() < 0.02, "{level}");
}

#[test]
fn the_soft_pedal_softens_where_no_part_knows_it() {
    let mut player = Tables::new([PART, PART]).condition(1, 67, [64, 127]).play();
    let level = player.cc(67, 127).on(60).level();
    assert!((level - (0.631 + 2.0)).abs() < 0.01, "{level}");
}

#[test]
fn mode_messages_let_go() {
    let mut player = Tables::new([PART]).play();
    player.on(60).on(61).cc(123, 0);
    assert_eq!(player.heard(), 0);
    player.cc(64, 127).on(60).cc(123, 0);
    assert_eq!(player.heard(), 1);
    player.cc(121, 0);
    assert_eq!(player.heard(), 0);
    player.on(60).cc(120, 0);
    assert_eq!(player.heard(), 0);
    assert!(player.synth.is_silent());
}
