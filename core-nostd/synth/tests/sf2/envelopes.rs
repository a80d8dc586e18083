//! Both envelopes: every stage within a millisecond, every level within a twentieth of a decibel.

use crate::support::{
    Case, HOP, RATE, Wave, crossing, decibels, frames, held_pitches, level, near, pitches, seconds, timecents,
};
use ripieno_synth::Generator as G;

const MS: f64 = 0.001;

/// A volume envelope as it was heard, in seconds.
pub struct Stages {
    pub delay: f64,
    pub attack: f64,
    pub hold: f64,
    /// Over 100 dB.
    pub decay: f64,
}

/// Delay, attack, hold and decay of a note; nothing of it is sustained.
pub fn stages(case: &Case, length: f64) -> Stages {
    let sound = case.clone().set(G::VolEnvSustain, 1_000).play(length).left;
    let full = f64::from(sound.iter().fold(0.0_f32, |most, x| most.max(*x)));
    let [quarter, three] = [0.25, 0.75].map(|share| crossing(&sound, 0.0, share * full, true));
    let attack = 2.0 * (three - quarter);
    let delay = quarter - 0.25 * attack;
    // Down is a straight line in decibels.
    let [ten, thirty] =
        [-10.0, -30.0].map(|db: f64| crossing(&sound, delay + attack, 10_f64.powf(db / 20.0) * full, false));
    let decay = 5.0 * (thirty - ten);
    Stages { delay, attack, hold: ten - 0.1 * decay - delay - attack, decay }
}

#[test]
fn volume_stages_take_their_time() {
    for (delay, attack, hold, decay) in [
        (0.0, 0.02, 0.05, 0.5),
        (0.013, 0.001, 0.1, 0.25),
        (0.25, 0.1, 0.033, 1.0),
        (0.001, 0.5, 0.0, 2.0),
        (0.1, 0.007, 0.2, 0.1),
    ] {
        let time = |seconds: f64| if seconds == 0.0 { i16::MIN } else { timecents(seconds) };
        let case = Case::new(Wave::Flat)
            .set(G::VolEnvDelay, time(delay))
            .set(G::VolEnvAttack, time(attack))
            .set(G::VolEnvHold, time(hold))
            .set(G::VolEnvDecay, time(decay));
        let found = stages(&case, delay + attack + hold + decay);
        near("delay", found.delay, delay, MS);
        near("attack", found.attack, attack, MS);
        near("hold", found.hold, hold, MS);
        near("decay", found.decay, decay, MS.max(0.002 * decay));
    }
}

#[test]
fn every_time_is_none_by_default() {
    let found = stages(&Case::new(Wave::Flat).set(G::VolEnvDecay, 0), 1.0);
    near("delay", found.delay, 0.0, MS);
    near("attack", found.attack, 0.0, MS);
    near("hold", found.hold, 0.0, MS);
}

#[test]
fn volume_times_follow_the_key() {
    for (key, ratio) in [(36, 4.0), (60, 1.0), (72, 0.5)] {
        let case = Case::new(Wave::Flat)
            .key(key)
            .set(G::VolEnvHold, timecents(0.1))
            .set(G::VolEnvDecay, timecents(0.5))
            .set(G::KeyToVolEnvHold, 100)
            .set(G::KeyToVolEnvDecay, 100);
        let found = stages(&case, 3.0);
        near("hold", found.hold, 0.1 * ratio, MS);
        near("decay", found.decay, 0.5 * ratio, MS.max(0.001 * ratio));
    }
}

#[test]
fn sustain_is_as_deep_as_asked() {
    for centibels in [0_i16, 15, 60, 301, 600] {
        let case = Case::new(Wave::Flat)
            .set(G::VolEnvHold, timecents(0.05))
            .set(G::VolEnvDecay, timecents(0.3))
            .set(G::VolEnvSustain, centibels);
        let sound = case.play(1.0).left;
        let [held, sustained] = [0.02, 0.9].map(|at| level(&sound[frames(at)..frames(at + 0.02)]));
        near("sustain", decibels(sustained / held), -f64::from(centibels) / 10.0, 0.05);
    }
}

#[test]
fn release_takes_its_time_from_wherever_it_begins() {
    for (release, sustain, held) in [(0.05, 0, 0.3), (0.4, 0, 0.301), (1.0, 200, 0.5), (0.3, 100, 0.777)] {
        let case = Case::new(Wave::Flat)
            .set(G::VolEnvDecay, timecents(0.1))
            .set(G::VolEnvSustain, sustain)
            .set(G::VolEnvRelease, timecents(release));
        let sound = case.play_and_release(held, 1.0).left;
        let from = level(&sound[frames(held - 0.01)..frames(held)]);
        let [ten, thirty] = [-10.0, -30.0].map(|db: f64| crossing(&sound, held, from * 10_f64.powf(db / 20.0), false));
        let found = 5.0 * (thirty - ten);
        near("release", found, release, MS);
        near("begins", ten - 0.1 * found, held, MS);
    }
}

#[test]
fn a_release_within_the_attack_goes_on_from_there() {
    let case = Case::new(Wave::Flat).set(G::VolEnvAttack, timecents(0.5)).set(G::VolEnvRelease, timecents(0.5));
    let full = level(&Case::new(Wave::Flat).play(0.2).left[4_800..]);
    let sound = case.play_and_release(0.25, 0.5).left;
    near("reached", f64::from(sound[frames(0.25)]) / full, 0.5, 0.01);
    // 6 dB of 100 are behind it.
    let forty = crossing(&sound, 0.25, full * 0.01, false);
    near("release", forty - 0.25, 0.5 * (40.0 - 6.02) / 100.0, 2.0 * MS);
}

#[test]
fn a_note_of_no_length_is_struck_all_the_same() {
    for attack in [0.001, 0.0025] {
        let case = Case::new(Wave::Flat).set(G::VolEnvAttack, timecents(attack)).set(G::VolEnvRelease, timecents(0.5));
        let full = level(&Case::new(Wave::Flat).play(0.2).left[4_800..]);
        for held in [0.0, 0.0005, 0.003] {
            let sound = case.play_and_release(held, 0.6).left;
            let peak = f64::from(sound.iter().fold(0.0_f32, |most, x| most.max(*x)));
            assert!((-2.2..0.05).contains(&decibels(peak / full)), "{attack} {held}: {}", decibels(peak / full));
            near("release", crossing(&sound, attack, full * 0.01, false), held + 0.2, 2.0 * MS);
        }
    }
}

/// The modulation envelope as it moves the pitch, in shares of its depth.
pub fn shape(case: Case, held: f64, then: f64) -> Vec<f64> {
    let ramp = case.set(G::ModEnvToPitch, 1_200).set(G::VolEnvRelease, timecents(8.0));
    let flat = Case { wave: Wave::Flat, ..ramp.clone() };
    // The flat recording shows what is the volume's alone.
    let [ramp, flat] = [ramp, flat].map(|case| case.play_and_release(held, then).left);
    let alone: Vec<f32> =
        ramp.iter().zip(&flat).map(|(x, volume)| if *volume > 0.0 { x / volume } else { -2.0 }).collect();
    pitches(&alone, 2.0 / 32_768.0).iter().map(|cents| cents / 1_200.0).collect()
}

/// When a shape passes a level, in seconds.
pub fn passes(shape: &[f64], from: f64, threshold: f64, is_rising: bool) -> f64 {
    let shape: Vec<f32> = shape.iter().map(|x| *x as f32).collect();
    let hop = HOP as f64;
    // Between two readings lies the pitch of the middle.
    (crossing(&shape, from / hop, threshold, is_rising) * RATE + 0.5) * hop / RATE
}

#[test]
fn modulation_stages_take_their_time() {
    for (delay, hold, decay, release) in [(0.02, 0.05, 0.2, 0.2), (0.1, 0.1, 0.1, 0.3)] {
        let case = Case::new(Wave::Ramp)
            .set(G::CoarseTune, -24)
            .set(G::ModEnvDelay, timecents(delay))
            .set(G::ModEnvAttack, timecents(0.1))
            .set(G::ModEnvHold, timecents(hold))
            .set(G::ModEnvDecay, timecents(decay))
            .set(G::ModEnvSustain, 400)
            .set(G::ModEnvRelease, timecents(release));
        let held = delay + 0.1 + hold + decay + 0.1;
        let shape: Vec<f64> = shape(case, held, 0.5).iter().map(|x| x + 2.0).collect();
        // The attack's curve is half way up at the 0.063th of its time: ½ = 1 + 40/96 · log₁₀ x.
        let half = delay + 0.1 * 10_f64.powf(-0.5 * 96.0 / 40.0);
        near("attack", passes(&shape, 0.0, 0.5, true), half, MS);
        let near_top = delay + 0.1 * 10_f64.powf(-0.1 * 96.0 / 40.0);
        near("attack's end", passes(&shape, 0.0, 0.9, true), near_top, MS);
        let [high, low] = [0.9, 0.7].map(|threshold| passes(&shape, delay + 0.1, threshold, false));
        let found = 5.0 * (low - high);
        near("decay", found, decay, MS);
        near("hold", high - 0.1 * found - delay - 0.1, hold, MS);
        near("sustain", shape[frames(held - 0.03) / HOP], 0.6, 0.002);
        let [high, low] = [0.5, 0.2].map(|threshold| passes(&shape, held, threshold, false));
        let found = (low - high) / 0.3;
        near("release", found, release, MS);
        near("release begins", high - 0.1 * found, held, MS);
    }
}

#[test]
fn modulation_times_follow_the_key() {
    for (key, ratio) in [(48, 2.0), (72, 0.5)] {
        let case = Case::new(Wave::Ramp)
            .key(key)
            .set(G::ScaleTuning, 0)
            .set(G::ModEnvHold, timecents(0.1))
            .set(G::ModEnvDecay, timecents(0.2))
            .set(G::KeyToModEnvHold, 100)
            .set(G::KeyToModEnvDecay, 100)
            .set(G::ModEnvSustain, 1_000)
            .set(G::ModEnvToPitch, -1_200);
        let shape: Vec<f64> = held_pitches(&case, 1.0).iter().map(|cents| -cents / 1_200.0).collect();
        let [high, low] = [0.9, 0.5].map(|threshold| passes(&shape, 0.02, threshold, false));
        let found = (low - high) / 0.4;
        near("decay", found, 0.2 * ratio, MS);
        near("hold", high - 0.1 * found, 0.1 * ratio + 0.001, MS);
    }
}

#[test]
fn a_recording_begins_when_the_delay_has_passed() {
    for (delay, octaves) in [(0.001, 0), (0.004, 0), (0.1, 0), (0.25, -1), (0.03, 1)] {
        let case = Case::new(Wave::Click(480)).set(G::CoarseTune, 12 * octaves).set(G::VolEnvDelay, timecents(delay));
        let sound = case.play(delay + 0.1).left;
        let peak = (0..sound.len()).max_by(|a, b| sound[*a].abs().total_cmp(&sound[*b].abs())).unwrap();
        let click = 0.01 * f64::from(-octaves).exp2();
        // To the frame, though the first recording of a file has nothing before it to run up on.
        near("click", peak as f64 / RATE, seconds(f64::from(timecents(delay))) + click, 1.0 / RATE);
    }
}
