//! Listening with numbers: level, onset, pitch, delay between two recordings.

use realfft::RealFftPlanner;

/// Root mean square in dBFS; −∞ for silence.
pub fn rms_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
    10.0 * (power / samples.len().max(1) as f64).log10()
}

/// Greatest absolute sample.
pub fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, s| peak.max(s.abs()))
}

/// The first frame that reaches `share` of the recording's peak.
pub fn onset(samples: &[f32], share: f32) -> Option<usize> {
    let threshold = peak(samples) * share;
    samples.iter().position(|s| s.abs() >= threshold && threshold > 0.0)
}

/// Hann-windowed magnitude spectrum, bins 0..=n/2; a full-scale sine on a bin reads 1.0.
pub fn spectrum(samples: &[f32]) -> Vec<f32> {
    let n = samples.len();
    let mut windowed: Vec<f32> = (samples.iter().enumerate())
        .map(|(i, s)| s * (0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / n as f32).cos()))
        .collect();
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(n);
    let mut bins = fft.make_output_vec();
    fft.process(&mut windowed, &mut bins).expect("buffers made by the plan fit it");
    bins.iter().map(|bin| bin.norm() * 4.0 / n as f32).collect()
}

/// Frequency in hertz of the strongest partial within `cents` of `near_hz`: spectral peak, refined by a parabola
/// through the logarithms of the three bins around it.
pub fn pitch_hz(samples: &[f32], rate_hz: f64, near_hz: f64, cents: f64) -> f64 {
    let bins = spectrum(samples);
    let width = rate_hz / samples.len() as f64;
    let bound = |sign: f64| (near_hz * (sign * cents / 1200.0).exp2() / width) as usize;
    let (low, high) = (bound(-1.0).max(1), (bound(1.0) + 1).min(bins.len() - 2));
    let best = (low..=high).max_by(|a, b| bins[*a].total_cmp(&bins[*b])).unwrap_or(low);
    let [a, b, c] = [-1_isize, 0, 1].map(|o| f64::from(bins[best.saturating_add_signed(o)].max(1e-20)).ln());
    let offset = 0.5 * (a - c) / (a - 2.0 * b + c);
    (best as f64 + offset) * width
}

/// The interval between two frequencies in cents.
pub fn cents(hz: f64, reference_hz: f64) -> f64 {
    1200.0 * (hz / reference_hz).log2()
}

/// How many frames `b` lags behind `a`, within ±`reach`: the peak of their cross-correlation.
pub fn lag(a: &[f32], b: &[f32], reach: usize) -> isize {
    let correlation = |lag: isize| -> f64 {
        let (a, b) =
            if lag >= 0 { (a, b.get(lag as usize..)) } else { (a.get(-lag as usize..).unwrap_or(&[]), Some(b)) };
        a.iter().zip(b.unwrap_or(&[])).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let reach = reach as isize;
    (-reach..=reach).max_by(|x, y| correlation(*x).total_cmp(&correlation(*y))).unwrap_or(0)
}

/// What is left of `a` after the best-scaled `b` is taken away, in dB relative to `a`.
pub fn residual_db(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| -> f64 { x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum() };
    let scale = dot(a, b) / dot(b, b);
    let left: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - scale * f64::from(*b)).powi(2)).sum();
    10.0 * (left / dot(a, a)).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, frames: usize) -> Vec<f32> {
        (0..frames).map(|n| (std::f64::consts::TAU * hz * n as f64 / 48_000.0).sin() as f32).collect()
    }

    #[test]
    fn levels_and_onsets() {
        assert!((rms_db(&sine(1000.0, 48_000)) + 3.0103).abs() < 1e-3);
        assert_eq!(rms_db(&[0.0; 4]), f64::NEG_INFINITY);
        assert_eq!((onset(&[0.0, 0.1, 1.0], 0.5), onset(&[0.0; 3], 0.5)), (Some(2), None));
    }

    #[test]
    fn pitch_is_read_to_a_tenth_of_a_cent() {
        for hz in [110.0, 440.3, 1234.5] {
            let found = pitch_hz(&sine(hz, 48_000), 48_000.0, hz * 1.01, 50.0);
            assert!(cents(found, hz).abs() < 0.1, "{hz}: {found}");
        }
    }

    #[test]
    fn lag_and_residual_know_a_delayed_copy() {
        let long = sine(333.0, 4000);
        assert_eq!(lag(&long[100..2100], &long[93..2093], 50), 7);
        assert_eq!(lag(&long[93..2093], &long[100..2100], 50), -7);
        let half: Vec<f32> = long.iter().map(|s| s * 0.5).collect();
        assert!(residual_db(&long, &half) < -120.0);
        assert!(residual_db(&long, &long[10..]) > -20.0);
    }
}
