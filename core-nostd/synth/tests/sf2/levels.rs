//! Levels: attenuation, velocity, volume, expression, pan and sends.

use crate::sf2::ModulatorRecord;
use crate::support::{Case, Sound, Wave, decibels, frames, level, level_db, near};
use ripieno_synth::{Generator as G, Sf2Profile};

/// Decibels that a value takes away on the square law of 2.04's concave curves, against 127.
fn square_law(value: u8) -> f64 {
    40.0 * (127.0 / f64::from(value)).log10()
}

#[test]
fn attenuation_in_the_file_counts_two_fifths() {
    for (profile, share) in [(Sf2Profile::V2_04, 0.4), (Sf2Profile::V2_01, 0.4), (Sf2Profile::Strict, 1.0)] {
        for centibels in [0_i16, 1, 50, 240, 600] {
            let case = Case::new(Wave::Flat).profile(profile).set(G::Attenuation, centibels);
            near("attenuation", level_db(&case, 0.1), -share * f64::from(centibels) / 10.0, 0.05);
        }
        // Both levels add up before they count; less than nothing there is not, whatever controllers that are not quite full
        // (127 of 128) take.
        let sum = Case::new(Wave::Flat).profile(profile).set(G::Attenuation, 100).preset(G::Attenuation, -40);
        near("sum", level_db(&sum, 0.1), -share * 6.0, 0.05);
        let none = Case::new(Wave::Flat).profile(profile).set(G::Attenuation, 10).preset(G::Attenuation, -400);
        near("none", level_db(&none, 0.1), 3.0 * 40.0 * (128.0_f64 / 127.0).log10(), 0.05);
    }
}

#[test]
fn attenuation_by_modulators_counts_in_full() {
    // Note number, linear: half of it at key 64.
    let record = ModulatorRecord { source: 0x0003, destination: 48, amount: 200, amount_source: 0, transform: 0 };
    let case = Case::new(Wave::Flat).key(64).modulator(record);
    near("modulated", level_db(&case, 0.1), -10.0, 0.05);
}

#[test]
fn velocity_is_a_square_law() {
    for velocity in [1, 2, 16, 40, 64, 90, 111, 126, 127] {
        let case = Case::new(Wave::Flat).velocity(velocity);
        near("velocity", level_db(&case, 0.1), -square_law(velocity), 0.05);
    }
    let difference = level_db(&Case::new(Wave::Flat).velocity(111), 0.1);
    near("127 against 111", -difference, 2.34, 0.005);
}

#[test]
fn volume_and_expression_are_square_laws() {
    for controller in [7, 11] {
        for value in [1, 20, 64, 100, 127] {
            let case = Case::new(Wave::Flat).say([0xB0, controller, value]);
            near("controller", level_db(&case, 0.1), -square_law(value), 0.05);
        }
        let silent = Case::new(Wave::Flat).say([0xB0, controller, 0]);
        assert!(level_db(&silent, 0.1) < -90.0);
    }
    let both = Case::new(Wave::Flat).say([0xB0, 7, 64]).say([0xB0, 11, 32]).velocity(50);
    near("all", level_db(&both, 0.1), -square_law(64) - square_law(32) - square_law(50), 0.05);
}

fn sides(case: &Case) -> [f64; 2] {
    let Sound { left, right, .. } = case.play(0.12);
    [left, right].map(|signal| level(&signal[frames(0.1)..]))
}

#[test]
fn pan_keeps_the_power() {
    let [centre, same] = sides(&Case::new(Wave::Flat));
    near("centre", decibels(centre / same), 0.0, 1e-3);
    let whole = centre * 2_f64.sqrt();
    let angle = |pan: f64| std::f64::consts::FRAC_PI_2 * (pan + 500.0) / 1_000.0;
    for pan in [-500_i16, -250, -1, 0, 100, 333, 500] {
        let [left, right] = sides(&Case::new(Wave::Flat).set(G::Pan, pan));
        near("left", left / whole, angle(f64::from(pan)).cos(), 2e-4);
        near("right", right / whole, angle(f64::from(pan)).sin(), 2e-4);
    }
    // The controller reaches all the way to the left, and as far as 63/64 to the right.
    for (value, pan) in [(0, -500.0), (64, 0.0), (96, 250.0), (127, 492.187_5)] {
        let [left, right] = sides(&Case::new(Wave::Flat).say([0xB0, 10, value]));
        near("left", left / whole, f64::cos(angle(pan)), 2e-4);
        near("right", right / whole, angle(pan).sin(), 2e-4);
    }
    let [left, right] = sides(&Case::new(Wave::Flat).set(G::Pan, -400).preset(G::Pan, 150).say([0xB0, 10, 80]));
    near("sum", right / left, angle(-125.0).tan(), 2e-4);
}

#[test]
fn sends_are_shares_of_the_voice() {
    let read = |case: &Case| {
        let sound = case.play(0.12);
        let [left, chorus, reverb] = [sound.left, sound.chorus, sound.reverb].map(|x| level(&x[frames(0.1)..]));
        let whole = left * 2_f64.sqrt();
        [chorus / whole, reverb / whole]
    };
    for (amount, share) in [(0, 0.0), (250, 0.25), (1_000, 1.0), (1_500, 1.0)] {
        near("chorus", read(&Case::new(Wave::Flat).set(G::ChorusSend, amount))[0], share, 1e-3);
        near("reverb", read(&Case::new(Wave::Flat).set(G::ReverbSend, amount))[1], share, 1e-3);
    }
    let controllers = Case::new(Wave::Flat).set(G::ChorusSend, 100).say([0xB0, 93, 64]).say([0xB0, 91, 127]);
    let [chorus, reverb] = read(&controllers);
    near("chorus by controller", chorus, 0.2, 1e-3);
    near("reverb by controller", reverb, 0.2 * 127.0 / 128.0, 1e-3);
}
