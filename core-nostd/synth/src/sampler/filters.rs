//! SFZ's kinds of filter as [sections](super::section). Resonance is the gain at the cutoff in decibels, as sfizz has it:
//! 0 is Q = 1.

use super::aim::FilterAim;
use super::part::FilterKind;
use super::section::{Terms, analogue, share, warped};
use super::senses::bounded;
use ripieno_dsp::maths::{exp2, gain_from_db};

/// Sections of the largest kind.
pub const MOST_SECTIONS: usize = 3;

/// Greatest resonance and gain in decibels.
const MOST_DB: f32 = 96.0;

/// Poles and zeros of Julius Smith's pink filter, and its gain.
const PINK_POLES: [f32; 3] = [0.995_169, 0.943_841_8, 0.555_945_3];
const PINK_ZEROS: [f32; 3] = [0.982_231_56, 0.832_656_6, 0.107_980_89];
const PINK_GAIN: f32 = 0.049_922_034;

/// A kind's sections, in `out`; returns how many. None: the sound is left alone.
pub fn sections(kind: FilterKind, aim: &FilterAim, rate: f32, out: &mut [Terms; MOST_SECTIONS]) -> usize {
    use FilterKind as Kind;
    let turns = share(aim.cutoff_hz, rate);
    let q = gain_from_db(bounded(aim.resonance_db, 0.0, MOST_DB));
    // A quarter of the decibels in amplitude: what shelves and peaks are designed with.
    let a = gain_from_db(0.5 * bounded(aim.gain_db, -MOST_DB, MOST_DB));
    let k = 1.0 / q;
    let two_pole = |numerator: [f32; 3]| analogue(warped(turns), numerator, [k, 1.0]);
    let (terms, count) = match kind {
        Kind::None | Kind::Comb => return 0,
        Kind::Lpf1 | Kind::Hpf1 | Kind::Bpf1 => (one_pole(kind, turns), 1),
        // The first-order all-pass, times an all-pass of nothing.
        Kind::Apf1 => (analogue(warped(turns), [-1.0, 0.0, 1.0], [2.0, 1.0]), 1),
        Kind::Lpf2 | Kind::Lpf2Sv => (two_pole([0.0, 0.0, 1.0]), 1),
        Kind::Lpf4 => (two_pole([0.0, 0.0, 1.0]), 2),
        Kind::Lpf6 => (two_pole([0.0, 0.0, 1.0]), 3),
        Kind::Hpf2 | Kind::Hpf2Sv => (two_pole([1.0, 0.0, 0.0]), 1),
        Kind::Hpf4 => (two_pole([1.0, 0.0, 0.0]), 2),
        Kind::Hpf6 => (two_pole([1.0, 0.0, 0.0]), 3),
        Kind::Bpf2 => (two_pole([0.0, k, 0.0]), 1),
        Kind::Bpf2Sv => (two_pole([0.0, 1.0, 0.0]), 1),
        Kind::Brf1 | Kind::Brf2 | Kind::Brf2Sv => (two_pole([1.0, 0.0, 1.0]), 1),
        Kind::Pkf2 | Kind::Peak => (peak(turns, a, q), 1),
        Kind::LowShelf => (low_shelf(turns, a, q), 1),
        Kind::HighShelf => (high_shelf(turns, a, q), 1),
        Kind::Pink => {
            let [first, second] = pink();
            [out[0], out[1]] = [first, second];
            return 2;
        }
    };
    out.iter_mut().take(count).for_each(|section| *section = terms);
    count
}

/// A bell of gain `a`⁴ in power at its centre.
pub fn peak(share: f32, a: f32, q: f32) -> Terms {
    analogue(warped(share), [1.0, a / q, 1.0], [1.0 / (a * q), 1.0])
}

/// `a`² below the centre, `a` at it, 1 above.
pub fn low_shelf(share: f32, a: f32, q: f32) -> Terms {
    let slope = libm::sqrtf(a) / q;
    analogue(warped(share), [1.0, slope, a], [slope / a, 1.0 / a])
}

/// 1 below the centre, `a` at it, `a`² above.
pub fn high_shelf(share: f32, a: f32, q: f32) -> Terms {
    let slope = libm::sqrtf(a) / q;
    analogue(warped(share), [a * a, a * slope, a], [slope, a])
}

/// Poles where sfizz has them, at e^(−2πf/rate); a low-pass has no zero at half the rate.
fn one_pole(kind: FilterKind, share: f32) -> Terms {
    const TURN_IN_OCTAVES: f32 = core::f32::consts::TAU * core::f32::consts::LOG2_E;
    let pole = exp2(-TURN_IN_OCTAVES * share);
    let at = (1.0 - pole) / (1.0 + pole);
    // With s = (z − 1)/(z + 1) the low-pass is at·(1 + s)/(at + s), the high-pass s/(at + s).
    match kind {
        FilterKind::Hpf1 => analogue(1.0, [1.0, 1.0, 0.0], [1.0 + at, at]),
        FilterKind::Bpf1 => analogue(1.0, [at, at, 0.0], [2.0 * at, at * at]),
        _ => analogue(1.0, [at, 2.0 * at, at], [1.0 + at, at]),
    }
}

/// −3 dB an octave.
fn pink() -> [Terms; 2] {
    // 1 − r/z is (1 + r)·(s + r̂)/(1 + s) with r̂ = (1 − r)/(1 + r).
    let hat = |root: f32| (1.0 - root) / (1.0 + root);
    let ([z1, z2, z3], [p1, p2, p3]) = (PINK_ZEROS.map(hat), PINK_POLES.map(hat));
    let gain = |n: usize| (1.0 + PINK_ZEROS[n]) / (1.0 + PINK_POLES[n]);
    let both = PINK_GAIN * gain(0) * gain(1);
    [
        analogue(1.0, [both, both * (z1 + z2), both * z1 * z2], [p1 + p2, p1 * p2]),
        analogue(1.0, [gain(2), gain(2) * (1.0 + z3), gain(2) * z3], [1.0 + p3, p3]),
    ]
}

#[cfg(test)]
mod tests;
