//! Data entry that moves generators: SoundFont's own parameters (9.6) and the AWE32's.

use crate::filters::{cutoff, response};
use crate::support::{
    Case, HOP, Wave, crossing, decibels, frames, held_pitches, level, level_db, near, pitch, pitches, ramp_gain,
    render, strike, word,
};
use proptest::prelude::*;
use ripieno_synth::Generator as G;

/// Data entry for a parameter, the lower half first, as SoundFont has it.
pub fn soundfont(number: u8, value: i16) -> [[u8; 3]; 4] {
    let [low, high] = [value & 0x7F, value >> 7].map(|half| half as u8);
    [[0xB0, 99, 120], [0xB0, 98, number], [0xB0, 38, low], [0xB0, 6, high]]
}

/// Data entry for a parameter of the AWE32, the upper half first.
fn awe32(number: u8, value: i16) -> [[u8; 3]; 4] {
    let [low, high] = [value & 0x7F, value >> 7].map(|half| half as u8);
    [[0xB0, 99, 127], [0xB0, 98, number], [0xB0, 6, high], [0xB0, 38, low]]
}

fn told(case: Case, messages: [[u8; 3]; 4]) -> Case {
    messages.into_iter().fold(case, Case::say)
}

const CENTRE: i16 = 8_192;

#[test]
fn soundfont_parameters_add_to_what_the_file_says() {
    let case = told(Case::new(Wave::Ramp).set(G::FineTune, 50), soundfont(52, CENTRE - 120));
    near("fine tune", pitch(&case), -70.0, 0.5);
    // Two cents a step.
    let case = Case::new(Wave::Click(4_800)).set(G::FilterCutoff, 8_000);
    let found = cutoff(&response(&told(case, soundfont(8, CENTRE + 300)), 0.1, 10_000));
    near("cutoff", found, 8.175_798_9 * f64::exp2(8_600.0 / 1_200.0), 1.0);
    let case = told(Case::new(Wave::Flat).set(G::Attenuation, 100), soundfont(48, CENTRE + 150));
    near("attenuation", level_db(&case, 0.1), -10.0, 0.05);
    // Back to the centre, and back by resetting all controllers.
    let centred = told(case.clone(), soundfont(48, CENTRE));
    near("centred", level_db(&centred, 0.1), -4.0, 0.05);
    near("reset", level_db(&case.say([0xB0, 121, 0]).say([0xB0, 7, 127]), 0.1), -4.0, 0.05);
}

#[test]
fn soundfont_parameters_reach_notes_that_sound() {
    let mut player = Case::new(Wave::Flat).set(G::Attenuation, 100).player();
    strike(&mut player, 60, 127);
    let before = level(&render(&mut player, 4_800).left[2_400..]);
    let mut after = |messages: &[[u8; 3]]| {
        messages.iter().for_each(|message| player.midi(word(message)));
        decibels(level(&render(&mut player, 4_800).left[2_400..]) / before)
    };
    near("moved", after(&soundfont(48, CENTRE + 150)), -6.0, 0.05);
    near("moved again", after(&soundfont(48, CENTRE - 50)), 2.0, 0.05);
    near("reset", after(&[[0xB0, 121, 0]]), 0.0, 0.05);
}

#[test]
fn what_is_no_parameter_is_ignored() {
    // Root key, sample, hundreds, another make's.
    for messages in [soundfont(58, CENTRE + 3), soundfont(53, CENTRE + 3), soundfont(100, CENTRE + 300)] {
        near("pitch", pitch(&told(Case::new(Wave::Ramp), messages)), 0.0, 0.3);
    }
    let registered = Case::new(Wave::Ramp).say([0xB0, 99, 120]).say([0xB0, 98, 52]).say([0xB0, 101, 0]);
    near("registered", pitch(&registered.say([0xB0, 100, 0]).say([0xB0, 6, 12])), 0.0, 0.3);
}

#[test]
fn awe32_parameters_replace_what_the_file_says() {
    let hertz = |cents: f64| 8.175_798_9 * (cents / 1_200.0).exp2();
    let case = Case::new(Wave::Click(4_800)).set(G::FilterCutoff, 8_000);
    for (value, expected) in [(0, 100.0), (127, 8_000.0), (64, hertz(4_335.0 + 7_586.3 * 64.0 / 127.0))] {
        let found = cutoff(&response(&told(case.clone(), awe32(21, value)), 0.1, 15_000));
        near("cutoff", found, expected, 0.01 * expected);
    }
    // A quarter of a second of attack, in milliseconds; the volume's sustain in steps of 0.75 dB.
    let case = told(Case::new(Wave::Flat).set(G::VolEnvAttack, 1_200), awe32(11, CENTRE + 250));
    let sound = case.play(0.4).left;
    let half = crossing(&sound, 0.0, 0.5 * f64::from(sound[frames(0.39)]), true);
    near("attack", half, 0.125, 0.001);
    let case = told(Case::new(Wave::Flat).set(G::VolEnvDecay, -6_000), awe32(14, 16));
    near("sustain", level_db(&case, 0.3), -12.0, 0.05);
    let case = told(Case::new(Wave::Ramp), awe32(16, CENTRE + 333));
    near("pitch", pitch(&case), 333.0, 0.5);
}

#[test]
fn awe32_oscillators_swing_notes_that_sound() {
    let mut player = Case::new(Wave::Ramp).set(G::CoarseTune, -24).player();
    strike(&mut player, 60, 127);
    render(&mut player, HOP * 100);
    // 16 · 9.375 cents.
    awe32(18, CENTRE + 16).iter().for_each(|message| player.midi(word(message)));
    let sound = render(&mut player, 48_000).left;
    let read = pitches(&sound, ramp_gain());
    let highest = read[2..].iter().copied().fold(f64::MIN, f64::max);
    near("depth", highest + 2_400.0, 150.0, 4.0);
    // An envelope begins anew with the next note only.
    let case = told(Case::new(Wave::Ramp), awe32(19, CENTRE + 127));
    near("envelope", held_pitches(&case, 0.1)[40], 127.0 * 9.375, 1.0);
}

#[test]
fn channels_have_their_own() {
    let mut player = told(Case::new(Wave::Flat), soundfont(48, CENTRE + 500)).player();
    player.midi(word(&[0xB1, 7, 127]));
    let mut strike = |channel: u8| {
        player.midi(word(&[0x90 | channel, 60, 127]));
        let found = level(&render(&mut player, 4_800).left[2_400..]);
        player.midi(word(&[0xB0 | channel, 120, 0]));
        render(&mut player, 4_800);
        found
    };
    near("difference", decibels(strike(0) / strike(1)), -20.0, 0.05);
}

#[test]
fn a_general_reset_forgets_them() {
    use ripieno_types::midi::SysExPart;
    let mut player = told(Case::new(Wave::Flat), soundfont(48, CENTRE + 500)).player();
    SysExPart::of_body(&[0x7E, 0x7F, 0x09, 0x01]).for_each(|part| player.sysex(part));
    player.midi(word(&[0xB0, 7, 127]));
    strike(&mut player, 60, 127);
    let found = level(&render(&mut player, 4_800).left[2_400..]);
    let plain = level(&Case::new(Wave::Flat).play(0.1).left[2_400..]);
    near("level", decibels(found / plain), 0.0, 0.05);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any parameters of both makes, complete or not, while notes sound.
    #[test]
    fn any_data_entry_leaves_sound_within_bounds_and_bytes_the_same(
        events in prop::collection::vec(
            (
                0..300_usize,
                prop_oneof![
                    (0..2_u8).prop_map(|make| (99, [120, 127][usize::from(make)])),
                    (0..110_u8).prop_map(|number| (98, number)),
                    (0..128_u8).prop_map(|value| (6, value)),
                    (0..128_u8).prop_map(|value| (38, value)),
                    (96..98_u8).prop_map(|step| (step, 0)),
                    Just((121, 0)),
                ],
            ),
            1..60,
        ),
        sizes in prop::collection::vec(1..200_usize, 1..6),
    ) {
        let case = Case::new(Wave::Flat).set(G::FilterCutoff, 9_000).set(G::ModEnvToPitch, 100).set(G::ModLfoToVolume, 30);
        let play = |sizes: &[usize]| {
            let (mut player, mut sizes) = (case.player(), sizes.iter().cycle());
            let mut all = vec![];
            for (n, (wait, (controller, value))) in events.iter().enumerate() {
                if n % 8 == 0 {
                    strike(&mut player, 40 + n as u8, 100);
                }
                player.midi(word(&[0xB0, *controller, *value]));
                let mut left = *wait;
                while left > 0 {
                    let count = left.min(*sizes.next().unwrap());
                    all.extend(render(&mut player, count).left);
                    left -= count;
                }
            }
            all
        };
        let whole = play(&[4_096]);
        // A voice at all the resonance and tremolo that there is, eight times.
        prop_assert!(whole.iter().all(|x| x.abs() < 8.0 * 4.0 * 300.0));
        let parts = play(&sizes);
        prop_assert!(whole.iter().map(|x| x.to_bits()).eq(parts.iter().map(|x| x.to_bits())));
    }
}
