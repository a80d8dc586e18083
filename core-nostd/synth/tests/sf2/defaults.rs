//! The ten default modulators of section 8.4: what each does, and how a file switches it off, changes it or adds to it.

use crate::filters::{cutoff, response};
use crate::sf2::ModulatorRecord;
use crate::support::{Case, Wave, decibels, frames, held_pitches, level, level_db, near, pitch};
use ripieno_synth::{Generator as G, Sf2Profile};

/// A default as a file would write it.
fn record(source: u16, destination: G, amount: i16, amount_source: u16) -> ModulatorRecord {
    ModulatorRecord { source, destination: destination as u16, amount, amount_source, transform: 0 }
}

/// A default, a note that it moves, what is measured of it, and what that is without it.
struct Default {
    record: ModulatorRecord,
    case: Case,
    measure: fn(&Case) -> f64,
    /// What the default is worth: as much as its source makes of the amount.
    full: f64,
    rest: f64,
    tolerance: f64,
}

pub fn loudness(case: &Case) -> f64 {
    level_db(case, 0.1)
}

fn hertz(cents: f64) -> f64 {
    8.175_798_9 * (cents / 1_200.0).exp2()
}

/// Absolute cents.
pub fn closed_to(case: &Case) -> f64 {
    1_200.0 * (cutoff(&response(case, 0.1, 5_000)) / hertz(0.0)).log2()
}

pub fn vibrato(case: &Case) -> f64 {
    let case = case.clone().set(G::VibLfoFrequency, -1_200).set(G::CoarseTune, -24);
    held_pitches(&case, 2.0)[2..].iter().copied().fold(f64::MIN, f64::max) + 2_400.0
}

/// Thousandths to the right, of the pan generator's own measure.
pub fn direction(case: &Case) -> f64 {
    let sound = case.play(0.12);
    let [left, right] = [sound.left, sound.right].map(|side| level(&side[frames(0.1)..]));
    (right / left).atan() / std::f64::consts::PI * 2_000.0 - 500.0
}

/// Thousandths of the voice.
pub fn send(case: &Case, is_reverb: bool) -> f64 {
    let sound = case.play(0.12);
    let bus = if is_reverb { &sound.reverb } else { &sound.chorus };
    1_000.0 * level(&bus[frames(0.1)..]) / level(&sound.left[frames(0.1)..]) / 2_f64.sqrt()
}

fn defaults() -> Vec<Default> {
    let flat = || Case::new(Wave::Flat);
    let ramp = || Case::new(Wave::Ramp);
    let click = || Case::new(Wave::Click(4_800)).set(G::FilterCutoff, 10_000);
    // Half way down the square law, and the 136th of a decibel by which 127 falls short of full.
    let half = -decibels(4.0);
    let short = 40.0 * (128.0_f64 / 127.0).log10();
    let new = |record, case, measure, full, rest, tolerance| Default { record, case, measure, full, rest, tolerance };
    vec![
        new(record(0x0502, G::Attenuation, 960, 0), flat().velocity(64), loudness, half + short, short, 0.05),
        new(
            record(0x0102, G::FilterCutoff, -2_400, 0),
            click().velocity(32).profile(Sf2Profile::Strict),
            closed_to,
            8_200.0,
            10_000.0,
            2.0,
        ),
        new(record(0x000D, G::VibLfoToPitch, 50, 0), ramp().say([0xD0, 64, 0]), vibrato, 25.0, 0.0, 0.7),
        new(record(0x0081, G::VibLfoToPitch, 50, 0), ramp().say([0xB0, 1, 127]), vibrato, 49.6, 0.0, 0.9),
        new(record(0x0587, G::Attenuation, 960, 0), flat().say([0xB0, 7, 64]), loudness, half + short, short, 0.05),
        new(record(0x028A, G::Pan, 500, 0), flat().say([0xB0, 10, 32]), direction, -250.0, 0.0, 0.5),
        new(record(0x058B, G::Attenuation, 960, 0), flat().say([0xB0, 11, 64]), loudness, half + short, short, 0.05),
        new(
            record(0x00DB, G::ReverbSend, 200, 0),
            flat().say([0xB0, 91, 64]),
            |case| send(case, true),
            100.0,
            0.0,
            0.2,
        ),
        new(
            record(0x00DD, G::ChorusSend, 200, 0),
            flat().say([0xB0, 93, 96]),
            |case| send(case, false),
            150.0,
            0.0,
            0.2,
        ),
        new(record(0x020E, G::FineTune, 12_700, 0x0010), ramp().say([0xE0, 0, 96]), pitch, 100.0, 0.0, 0.5),
    ]
}

#[test]
fn each_does_what_the_text_says() {
    for Default { record, case, measure, full, tolerance, .. } in defaults() {
        near(&format!("{record:?}"), measure(&case), full, tolerance);
    }
}

#[test]
fn an_equal_one_in_the_instrument_takes_its_place() {
    for Default { record, case, measure, full, rest, tolerance } in defaults() {
        let none = ModulatorRecord { amount: 0, ..record };
        let halved = ModulatorRecord { amount: record.amount / 2, ..record };
        let half = rest + (full - rest) / 2.0;
        near(&format!("no {record:?}"), measure(&case.clone().modulator(none)), rest, tolerance);
        near(&format!("half {record:?}"), measure(&case.clone().modulator(halved)), half, tolerance);
        // The local zone's wins over the global one's.
        let global = Case { global: case.global.clone().modulator(none), ..case.clone() };
        near(&format!("global {record:?}"), measure(&global), rest, tolerance);
        near(&format!("local {record:?}"), measure(&global.modulator(halved)), half, tolerance);
    }
}

#[test]
fn an_equal_one_in_the_preset_adds() {
    for Default { record, case, measure, full, rest, tolerance } in defaults() {
        let less = ModulatorRecord { amount: -record.amount / 2, ..record };
        let half = rest + (full - rest) / 2.0;
        let preset = Case { preset: case.preset.clone().modulator(less), ..case.clone() };
        near(&format!("preset {record:?}"), measure(&preset), half, tolerance);
        let global = Case { preset_global: case.preset_global.clone().modulator(less), ..case.clone() };
        near(&format!("global {record:?}"), measure(&global), half, tolerance);
        // The local zone's wins over the global one's here too.
        let none = ModulatorRecord { amount: 0, ..record };
        let both = Case { preset: global.preset.clone().modulator(none), ..global };
        near(&format!("local {record:?}"), measure(&both), full, tolerance);
    }
}

#[test]
fn the_wheel_bends_by_its_range() {
    for (range, value, cents) in [(2, 0, -200.0), (12, 0, -1_200.0), (2, 16_383, 200.0), (7, 12_288, 350.0)] {
        let [low, high] = [value & 0x7F, value >> 7].map(|half| half as u8);
        let case = Case::new(Wave::Ramp).say([0xB0, 101, 0]).say([0xB0, 100, 0]).say([0xB0, 6, range]);
        near("bend", pitch(&case.say([0xE0, low, high])), cents, 0.5);
    }
}
