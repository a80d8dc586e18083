//! Predictors: differences of a fixed order, and linear prediction from the block's own autocorrelation.

use super::rice::fold;

/// The highest order of linear prediction: what decoders of the streamable subset take up to 48 kHz.
pub(super) const MAX_ORDER: usize = 12;
/// The highest order of the fixed differences.
const MAX_FIXED: usize = 4;
/// Bits of a coefficient.
pub(super) const PRECISION: u32 = 14;
/// The greatest shift of a prediction to the right.
const MAX_SHIFT: i32 = 15;
/// Blocks below this many frames are not worth coefficients.
const WORTH: usize = 64;
/// Lags computed at once: a whole number of vectors.
const LAGS: usize = 16;

/// How a frame is told from those before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predictor {
    /// The difference of this order.
    Fixed(usize),
    /// Coefficients, the newest frame's first, and a shift of their sum to the right.
    Linear { coefficients: Vec<i32>, shift: u32 },
}

impl Predictor {
    /// Frames that are written as they are.
    pub fn order(&self) -> usize {
        match self {
            Self::Fixed(order) => *order,
            Self::Linear { coefficients, .. } => coefficients.len(),
        }
    }

    /// What the prediction misses, folded; `None` when that does not fit 32 bits.
    pub fn residual(&self, samples: &[i32]) -> Option<Vec<u32>> {
        Some(match self {
            Self::Fixed(0) => samples.iter().map(|now| fold(*now)).collect(),
            Self::Fixed(1) => samples.windows(2).map(|w| fold(w[1] - w[0])).collect(),
            Self::Fixed(2) => samples.windows(3).map(|w| fold(w[2] - 2 * w[1] + w[0])).collect(),
            Self::Fixed(3) => samples.windows(4).map(|w| fold(w[3] - 3 * w[2] + 3 * w[1] - w[0])).collect(),
            Self::Fixed(_) => samples.windows(5).map(|w| fold(w[4] - 4 * w[3] + 6 * w[2] - 4 * w[1] + w[0])).collect(),
            Self::Linear { coefficients, shift } => return missed(samples, coefficients, *shift),
        })
    }
}

fn missed(samples: &[i32], coefficients: &[i32], shift: u32) -> Option<Vec<u32>> {
    let oldest_first: Vec<i64> = coefficients.iter().rev().map(|one| i64::from(*one)).collect();
    let mut sound = true;
    let folded = samples
        .windows(coefficients.len() + 1)
        .map(|window| {
            let sum: i64 = window.iter().zip(&oldest_first).map(|(sample, factor)| i64::from(*sample) * factor).sum();
            let missed = i64::from(window[coefficients.len()]) - (sum >> shift);
            // The least of 32 bits is forbidden in the format.
            sound &= missed.unsigned_abs() < 1 << 31;
            fold(missed as i32)
        })
        .collect();
    sound.then_some(folded)
}

/// The order of difference that is the smallest.
pub(super) fn fixed(samples: &[i32]) -> Predictor {
    let most = MAX_FIXED.min(samples.len() - 1);
    let mut sums = [0_u64; MAX_FIXED + 1];
    let mut last = [0_i32; MAX_FIXED];
    for (frame, sample) in samples.iter().enumerate() {
        let mut difference = *sample;
        for (order, sum) in sums.iter_mut().enumerate() {
            // All are compared over the same frames, those that each of them predicts.
            *sum += if frame < most { 0 } else { u64::from(difference.unsigned_abs()) };
            if let Some(last) = last.get_mut(order) {
                difference -= std::mem::replace(last, difference);
            }
        }
    }
    Predictor::Fixed((0..=most).min_by_key(|order| sums[*order]).unwrap_or(0))
}

/// The linear predictor that should take the fewest bits for samples of so many bits; `None` for blocks that are short or
/// that it cannot predict.
pub(super) fn linear(samples: &[i32], bits: u32) -> Option<Predictor> {
    if samples.len() < WORTH {
        return None;
    }
    let correlation = autocorrelation(samples);
    let mut coefficients = [0.0; MAX_ORDER];
    let mut missed = correlation[0];
    let mut best = (f64::INFINITY, 0, coefficients);
    // Levinson and Durbin: each order from the one below.
    for order in 1..=MAX_ORDER {
        let known = order - 1;
        let miss = (0..known).fold(correlation[order], |sum, n| sum - coefficients[n] * correlation[known - n]);
        let reflection = miss / missed;
        let before = coefficients;
        for n in 0..known {
            coefficients[n] -= reflection * before[known - 1 - n];
        }
        coefficients[known] = reflection;
        missed *= 1.0 - reflection * reflection;
        // Silence, or a signal that is predicted to the last bit.
        if !missed.is_finite() || missed <= 0.0 {
            break;
        }
        let each = (0.5 * (missed / samples.len() as f64).log2()).max(0.0);
        let all = each * (samples.len() - order) as f64 + (order as u32 * (PRECISION + bits)) as f64;
        if all < best.0 {
            best = (all, order, coefficients);
        }
    }
    let (_, order, coefficients) = best;
    quantised(&coefficients[..order])
}

/// How much samples are like those of the `n`th frame before, after a Welch window.
fn autocorrelation(samples: &[i32]) -> [f64; LAGS] {
    let centre = 0.5 * (samples.len() - 1) as f64;
    let width = 0.5 * (samples.len() + 1) as f64;
    let mut windowed = vec![0.0; LAGS - 1];
    windowed.extend(samples.iter().enumerate().map(|(n, sample)| {
        let place = (n as f64 - centre) / width;
        f64::from(*sample) * (1.0 - place * place)
    }));
    // The oldest first, as they lie: one multiplication of a vector a frame.
    let mut sums = [0.0; LAGS];
    for window in windowed.array_windows::<LAGS>() {
        let now = window[LAGS - 1];
        for (sum, before) in sums.iter_mut().zip(window) {
            *sum += now * before;
        }
    }
    sums.reverse();
    sums
}

/// Coefficients as integers; each takes over the rounding error of those before it.
fn quantised(coefficients: &[f64]) -> Option<Predictor> {
    let greatest = coefficients.iter().fold(0.0_f64, |greatest, one| greatest.max(one.abs()));
    if greatest == 0.0 {
        return None;
    }
    // The power of two above the greatest, read from the number itself.
    let exponent = (greatest.to_bits() >> 52) as i32 - 1022;
    let shift = (PRECISION as i32 - 1 - exponent).min(MAX_SHIFT);
    let limit = f64::from(1 << (PRECISION - 1));
    let mut error = 0.0;
    let coefficients: Vec<i32> = coefficients
        .iter()
        .map(|one| {
            let wanted = one * f64::from(1 << shift.max(0)) + error;
            let found = wanted.round().clamp(-limit, limit - 1.0);
            error = wanted - found;
            found as i32
        })
        .collect();
    // A negative shift is in the format and in no decoder.
    let sound = shift >= 0 && coefficients.iter().any(|one| *one != 0);
    sound.then_some(Predictor::Linear { coefficients, shift: shift as u32 })
}
