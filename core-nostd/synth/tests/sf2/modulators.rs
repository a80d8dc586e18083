//! Modulators of files: sources, curves, polarities, directions, secondary sources, transforms, and how levels combine.

use crate::sf2::{ModulatorRecord, Zone};
use crate::support::{Case, Wave, level, level_db, near, pitch, render, strike, word};
use ripieno_synth::Generator as G;

/// Cents of an amount that a source moves.
const AMOUNT: i16 = 1_000;

fn cents(source: u16, amount_source: u16, transform: u16) -> ModulatorRecord {
    ModulatorRecord { source, destination: G::FineTune as u16, amount: AMOUNT, amount_source, transform }
}

/// What sources make of a value, by the text: section 8.2 and the table of 9.5.3.
fn shaped(source: u16, value: u8) -> f64 {
    let x = f64::from(value) / 128.0;
    let (is_down, is_bipolar) = (source & 0x100 != 0, source & 0x200 != 0);
    let convex = |x: f64| if x <= 0.0 { 0.0 } else { (1.0 + 40.0 / 96.0 * x.log10()).max(0.0) };
    let curve = |x: f64| match source >> 10 {
        0 => x,
        1 => 1.0 - convex(1.0 - x),
        _ => convex(x),
    };
    if source >> 10 == 3 {
        let is_high = (x >= 0.5) != is_down;
        return if is_high {
            1.0
        } else if is_bipolar {
            -1.0
        } else {
            0.0
        };
    }
    let x = if is_down { 1.0 - x } else { x };
    if is_bipolar { (2.0 * x - 1.0).signum() * curve((2.0 * x - 1.0).abs()) } else { curve(x) }
}

/// A note whose value of a general controller or MIDI controller is this one.
fn driven(index: u16, value: u8) -> Case {
    // Velocity without its own effect on the level.
    let level = ModulatorRecord { source: 0x0502, destination: 48, amount: 0, amount_source: 0, transform: 0 };
    let case = Case::new(Wave::Ramp).set(G::ScaleTuning, 0).modulator(level);
    match index {
        2 => case.velocity(value),
        3 => case.key(value),
        13 => case.say([0xD0, value, 0]),
        _ => case.say([0xB0, index as u8 & 0x7F, value]),
    }
}

/// The pitch of a driven note. Its ramp is as steep as it is loud, and full velocity is a 128th short of full.
fn moved(case: &Case) -> f64 {
    pitch(case) - 2.0 * 1_200.0 * (128.0_f64 / 127.0).log2()
}

#[test]
fn every_curve_polarity_and_direction_of_every_source() {
    // Velocity, key, channel pressure, two controllers.
    for index in [2, 3, 13, 0x80 | 2, 0x80 | 74] {
        for shape in 0..16_u16 {
            let source = shape << 8 | index;
            for value in [1, 20, 63, 64, 100, 127] {
                // What pressure does by itself is taken out.
                let silent = ModulatorRecord { destination: 6, amount: 0, ..cents(0x000D, 0, 0) };
                let case = driven(index, value).modulator(cents(source, 0, 0)).modulator(silent);
                let expected = f64::from(AMOUNT) * shaped(source, value);
                near(&format!("{source:#06x} at {value}"), moved(&case), expected, 0.7);
            }
        }
    }
}

#[test]
fn pressure_of_a_key_moves_its_note() {
    let mut player = Case::new(Wave::Flat)
        .modulator(ModulatorRecord { source: 0x000A, destination: 48, amount: 200, amount_source: 0, transform: 0 })
        .player();
    strike(&mut player, 60, 127);
    let before = level(&render(&mut player, 4_800).left[2_400..]);
    player.midi(word(&[0xA0, 61, 127]));
    let other = level(&render(&mut player, 4_800).left[2_400..]);
    player.midi(word(&[0xA0, 60, 64]));
    let pressed = level(&render(&mut player, 4_800).left[2_400..]);
    near("another key's", 20.0 * (other / before).log10(), 0.0, 0.01);
    near("its own", 20.0 * (pressed / before).log10(), -10.0, 0.05);
}

#[test]
fn wheel_and_its_range_are_sources_too() {
    let bend = ModulatorRecord { amount: 0, ..cents(0x020E, 0x0010, 0) };
    let case = || Case::new(Wave::Ramp).modulator(bend).say([0xE0, 0, 96]);
    near("upwards", pitch(&case().modulator(cents(0x000E, 0, 0))), 750.0, 0.7);
    near("both ways", pitch(&case().modulator(cents(0x020E, 0, 0))), 500.0, 0.7);
    near("downwards", pitch(&case().modulator(cents(0x030E, 0, 0))), -500.0, 0.7);
    let ranged = case().say([0xB0, 101, 0]).say([0xB0, 100, 0]).say([0xB0, 6, 64]);
    near("range", pitch(&ranged.modulator(cents(0x0010, 0, 0))), 1_000.0 * 64.0 / 127.0, 0.7);
}

#[test]
fn no_controller_is_always_full() {
    // It should not be a means to turn off a modulator, says 8.2.1; whatever its shape.
    for source in [0x0000, 0x0100, 0x0F00] {
        near("first", moved(&driven(2, 32).modulator(cents(source, 0x0002, 0))), 250.0, 0.7);
        near("second", moved(&driven(2, 32).modulator(cents(0x0002, source, 0))), 250.0, 0.7);
        near("both", moved(&driven(2, 32).modulator(cents(source, 0, 0))), 1_000.0, 0.7);
    }
}

#[test]
fn the_second_source_scales_the_first() {
    let case = driven(2, 96).say([0xB0, 2, 64]);
    near("linear", moved(&case.clone().modulator(cents(0x0002, 0x0082, 0))), 375.0, 0.7);
    near("bipolar", moved(&case.clone().modulator(cents(0x0202, 0x0382, 0))), 0.0, 0.7);
    near("curved", moved(&case.modulator(cents(0x0902, 0x0C82, 0))), 1_000.0 * shaped(0x0902, 96), 0.7);
}

#[test]
fn the_absolute_transform_has_no_sign() {
    let case = driven(2, 32);
    near("linear", moved(&case.clone().modulator(cents(0x0202, 0, 0))), -500.0, 0.7);
    near("absolute", moved(&case.clone().modulator(cents(0x0202, 0, 2))), 500.0, 0.7);
    // They are two connections: neither takes the other's place.
    near("both", moved(&case.modulator(cents(0x0202, 0, 0)).modulator(cents(0x0202, 0, 2))), 0.0, 0.7);
}

#[test]
fn different_ones_add_up_and_equal_ones_take_over() {
    let [one, other] = [cents(0x0002, 0, 0), cents(0x0082, 0, 0)];
    let fewer = ModulatorRecord { amount: 400, ..one };
    let case = driven(2, 64).say([0xB0, 2, 32]);
    near("sum", moved(&case.clone().modulator(one).modulator(other)), 750.0, 0.7);
    near("later", moved(&case.clone().modulator(one).modulator(fewer)), 200.0, 0.7);
    let levels = Case {
        global: Zone::new().modulator(one).modulator(other),
        zone: case.zone.clone().modulator(fewer),
        preset_global: Zone::new().modulator(fewer).modulator(other),
        preset: Zone::new().modulator(one),
        ..case
    };
    // The instrument's: 400 by velocity, 1000 by the controller; the preset's: 1000 and 1000 more.
    near("levels", moved(&levels), 0.5 * 1_400.0 + 0.25 * 2_000.0, 0.7);
}

#[test]
fn what_makes_no_sense_is_ignored_alone() {
    let sane = cents(0x0002, 0, 0);
    let unreadable = [
        // Undefined controllers, second halves, curve types; links; a transform; destinations.
        ModulatorRecord { source: 0x0001, ..sane },
        ModulatorRecord { source: 0x0080, ..sane },
        ModulatorRecord { source: 0x00A1, ..sane },
        ModulatorRecord { source: 0x00E2, ..sane },
        ModulatorRecord { source: 0x00F8, ..sane },
        ModulatorRecord { source: 0x1002, ..sane },
        ModulatorRecord { source: 0x007F, ..sane },
        ModulatorRecord { amount_source: 0x0011, ..sane },
        ModulatorRecord { transform: 1, ..sane },
        ModulatorRecord { destination: 0x8001, ..sane },
        ModulatorRecord { destination: 41, ..sane },
        ModulatorRecord { destination: 59, ..sane },
    ];
    for record in unreadable {
        let case = driven(2, 64).modulator(record).modulator(ModulatorRecord { amount: 500, ..sane });
        near(&format!("{record:?}"), moved(&case), 250.0, 0.7);
    }
}

#[test]
fn every_modulator_is_live() {
    let mut player = Case::new(Wave::Flat)
        .modulator(ModulatorRecord {
            source: 0x0082,
            destination: 48,
            amount: 400,
            amount_source: 0x008B,
            transform: 0,
        })
        .modulator(ModulatorRecord { source: 0x058B, destination: 48, amount: 0, amount_source: 0, transform: 0 })
        .player();
    strike(&mut player, 60, 127);
    let before = level(&render(&mut player, 4_800).left[2_400..]);
    let mut after = |controller, value| {
        player.midi(word(&[0xB0, controller, value]));
        20.0 * (level(&render(&mut player, 4_800).left[2_400..]) / before).log10()
    };
    near("first", after(2, 64), -20.0 * 127.0 / 128.0, 0.05);
    near("second", after(11, 64), -10.0, 0.05);
    near("neither", after(11, 0), 0.0, 0.05);
}

#[test]
fn times_and_sums_are_clamped_after_modulation() {
    // 50 beyond the range by the file and 50 back by a modulator is in range.
    let back = ModulatorRecord { source: 0, destination: G::Pan as u16, amount: -600, amount_source: 0, transform: 0 };
    let case = Case::new(Wave::Flat).set(G::Pan, 600).modulator(back);
    near("in range", level_db(&case, 0.1), 0.0, 0.01);
    let sound = case.play(0.1);
    near("centre", f64::from(sound.left[4_000] / sound.right[4_000]), 1.0, 1e-3);
}
