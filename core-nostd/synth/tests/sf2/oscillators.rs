//! Both low-frequency oscillators: rate and depth within a hundredth, on pitch, volume and filter.

use crate::filters::{cutoff, response};
use crate::support::{Case, HOP, RATE, Wave, decibels, held_pitches, near, timecents};
use ripieno_synth::Generator as G;

/// A triangle, as it was read once a hop.
pub struct Swing {
    pub hz: f64,
    pub highest: f64,
    lowest: f64,
    /// When it first rises above a twentieth of its depth, in seconds.
    pub begins: f64,
}

pub fn swing(readings: &[f64]) -> Swing {
    let highest = readings.iter().copied().fold(f64::MIN, f64::max);
    let lowest = readings.iter().copied().fold(f64::MAX, f64::min);
    let hop = HOP as f64 / RATE;
    // Downwards through the middle.
    let falls: Vec<f64> = (0..readings.len() - 1)
        .filter(|&n| readings[n] > 0.0 && readings[n + 1] <= 0.0)
        .map(|n| n as f64 + readings[n] / (readings[n] - readings[n + 1]))
        .collect();
    let turns = (falls.len() - 1) as f64;
    let hz = turns / (hop * (falls[falls.len() - 1] - falls[0]));
    let first = readings.iter().position(|x| *x > 0.05 * highest).unwrap();
    Swing { hz, highest, lowest, begins: (first as f64 + 0.5) * hop }
}

/// Absolute cents to hertz.
fn hertz(cents: i16) -> f64 {
    8.175_798_9 * (f64::from(cents) / 1_200.0).exp2()
}

#[test]
fn pitch_swings_as_fast_and_as_deep_as_asked() {
    for (depth, frequency) in [(G::ModLfoToPitch, G::ModLfoFrequency), (G::VibLfoToPitch, G::VibLfoFrequency)] {
        for (cents, amount) in [(0, 100), (-1_200, 600), (-700, 50), (1_200, 200)] {
            let case = Case::new(Wave::Ramp).set(G::CoarseTune, -24).set(depth, amount).set(frequency, cents);
            let readings: Vec<f64> = held_pitches(&case, 3.0).iter().map(|x| x + 2_400.0).collect();
            let found = swing(&readings[2..]);
            near("rate", found.hz, hertz(cents), 0.01 * hertz(cents));
            // The mean over a hop is what is read: a peak is blunt by a quarter of a hop's way.
            let blunt = f64::from(amount) * hertz(cents) * HOP as f64 / RATE;
            near("depth up", found.highest, f64::from(amount), 0.01 * f64::from(amount) + blunt);
            near("depth down", found.lowest, -f64::from(amount), 0.01 * f64::from(amount) + blunt);
        }
    }
}

#[test]
fn volume_swings_as_deep_as_asked() {
    // Above its own level too: there is room for 12 dB even at full scale.
    for (attenuation, amount) in [(500, 300_i16), (0, 120), (0, 40), (250, -60)] {
        let case = Case::new(Wave::Flat)
            .set(G::Attenuation, attenuation)
            .set(G::ModLfoToVolume, amount)
            .set(G::ModLfoFrequency, -500);
        let plain = Case::new(Wave::Flat).set(G::Attenuation, attenuation).play(0.2).left[9_000];
        let sound = case.play(2.0).left;
        let readings: Vec<f64> = sound[64..]
            .iter()
            .step_by(HOP)
            .map(|x| decibels(f64::from(x / plain)) * f64::from(amount.signum()))
            .collect();
        let found = swing(&readings);
        near("rate", found.hz, hertz(-500), 0.01 * hertz(-500));
        let depth = f64::from(amount.abs()) / 10.0;
        near("louder", found.highest, depth, 0.01 * depth);
        near("quieter", found.lowest, -depth, 0.01 * depth);
    }
}

#[test]
fn they_wait_for_their_delay() {
    for (depth, delay) in [(G::ModLfoToPitch, G::ModLfoDelay), (G::VibLfoToPitch, G::VibLfoDelay)] {
        for wait in [0.01, 0.2, 0.5] {
            let case = Case::new(Wave::Ramp).set(G::CoarseTune, -24).set(depth, 400).set(delay, timecents(wait));
            let readings: Vec<f64> = held_pitches(&case, 1.5).iter().map(|x| x + 2_400.0).collect();
            // A twentieth of the depth is an eightieth of a turn.
            near("delay", swing(&readings).begins, wait + 1.0 / 80.0 / hertz(0), 0.002);
        }
    }
}

#[test]
fn the_filter_swings_as_deep_as_asked() {
    // A click at the turning points of an oscillator of half a hertz: for so long its cutoff hardly moves.
    for (seconds, octaves) in [(0.5, 1.0), (1.5, -1.0)] {
        let case = Case::new(Wave::Click((seconds * RATE) as usize))
            .set(G::FilterCutoff, 7_200)
            .set(G::ModLfoToFilter, 1_200)
            .set(G::ModLfoFrequency, timecents(0.5 / 8.175_798_9));
        let found = cutoff(&response(&case, seconds, 8_000));
        let expected = hertz(7_200) * f64::exp2(octaves);
        near("cutoff", found, expected, 0.012 * expected);
    }
}
