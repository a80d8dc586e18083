//! The transform against its definition, and there and back.

use super::*;
use crate::fake::{apart, noise};
use proptest::prelude::*;

/// The value of a signal anywhere, as the padding has it, straight from the definition.
fn extended(settings: &TransformSettings, signal: &[f32], at: i64) -> f64 {
    let pad = |value: &dyn Fn(i64) -> f64, length: i64, at: i64| match settings.pad {
        _ if (0..length).contains(&at) => value(at),
        Padding::Zero => 0.0,
        Padding::Reflect if length == 1 => value(0),
        Padding::Reflect => {
            let mut at = at;
            while !(0..length).contains(&at) {
                at = if at < 0 { -at } else { 2 * (length - 1) - at };
            }
            value(at)
        }
    };
    let own = |at: i64| f64::from(signal[at as usize]);
    let border = settings.border as i64;
    let whole = signal.len() as i64;
    let filled = if border == 0 { whole } else { whole.next_multiple_of_hop(settings.hop) + 2 * border };
    // Borders first, then what centring needs: a mirror image is mirrored again.
    let bordered = |at: i64| pad(&own, whole, at - border);
    if settings.center {
        pad(&bordered, filled, at)
    } else if at < filled {
        bordered(at)
    } else {
        0.0
    }
}

trait Hops {
    fn next_multiple_of_hop(self, hop: usize) -> i64;
}

impl Hops for i64 {
    fn next_multiple_of_hop(self, hop: usize) -> i64 {
        (self as usize).next_multiple_of(hop) as i64
    }
}

fn direct(settings: &TransformSettings, signal: &[f32], frame: usize, bin: usize) -> (f64, f64) {
    let n = settings.n_fft;
    let mut window = vec![0.0f32; settings.win];
    settings.window.fill(&mut window);
    let lead = (n - settings.win) / 2;
    let scale = if settings.scale == Scale::SqrtN { 1.0 / (n as f64).sqrt() } else { 1.0 };
    let start = ((frame + settings.drop_frames) * settings.hop) as i64 - if settings.center { n as i64 / 2 } else { 0 };
    let mut sum = (0.0, 0.0);
    for (at, w) in window.iter().enumerate() {
        let at = at + lead;
        let value = extended(settings, signal, start + at as i64) * f64::from(*w) * scale;
        let angle = -core::f64::consts::TAU * (at * bin % n) as f64 / n as f64;
        sum = (sum.0 + value * angle.cos(), sum.1 + value * angle.sin());
    }
    sum
}

const fn settings(n_fft: usize, hop: usize) -> TransformSettings {
    TransformSettings::centred(n_fft, hop)
}

/// HTDemucs, in small: as many hops as there are frames, two frames and the Nyquist bin away.
const fn split(n_fft: usize) -> TransformSettings {
    TransformSettings { border: n_fft / 8 * 3, drop_frames: 2, scale: Scale::SqrtN, ..settings(n_fft, n_fft / 4) }
}

const fn uncentred(n_fft: usize, hop: usize) -> TransformSettings {
    TransformSettings { center: false, border: n_fft - hop, ..settings(n_fft, hop) }
}

#[test]
fn it_is_the_definition() {
    let check = |settings: TransformSettings, samples: usize| {
        let signal = noise(samples, 3);
        let (frames, bins) = (settings.frames(samples), settings.bins());
        let mut spectrum = vec![Complex32::default(); frames * bins];
        Transform::new(settings).expect("legal").forward(&signal, &mut spectrum);
        for (number, value) in spectrum.iter().enumerate() {
            let (re, im) = direct(&settings, &signal, number / bins, number % bins);
            let off = (f64::from(value.re) - re).hypot(f64::from(value.im) - im);
            assert!(off < 1e-5 * settings.n_fft as f64, "{settings:?} of {samples}: {off} off at {number}");
        }
    };
    check(settings(16, 4), 40);
    check(settings(16, 4), 41);
    check(settings(16, 4), 3);
    check(settings(16, 4), 1);
    check(TransformSettings { win: 10, hop: 3, window: WindowShape::HammingSymmetric, ..settings(16, 3) }, 40);
    check(TransformSettings { pad: Padding::Zero, scale: Scale::SqrtN, ..settings(18, 6) }, 50);
    check(TransformSettings { window: WindowShape::Rect, ..settings(12, 12) }, 36);
    check(split(32), 100);
    check(split(32), 96);
    check(uncentred(32, 8), 77);
    check(TransformSettings { pad: Padding::Zero, ..uncentred(32, 8) }, 80);
    check(TransformSettings { border: 0, ..uncentred(32, 8) }, 77);
    check(TransformSettings { border: 0, ..uncentred(32, 8) }, 20);
}

#[test]
fn lengths_are_those_that_networks_know() {
    let check = |settings: TransformSettings, samples: usize, frames: usize| {
        assert_eq!(settings.frames(samples), frames, "{settings:?}");
        let longest = settings.longest(frames);
        assert_eq!(longest % settings.hop, 0);
        assert_eq!(settings.frames(longest), frames, "{settings:?} at its longest, {longest}");
        assert!(settings.frames(longest + settings.hop) > frames);
        assert!(longest + settings.hop > samples, "{settings:?}: {longest}");
    };
    check(settings(6144, 1024), 261_120, 256);
    check(settings(2048, 441), 352_800, 801);
    check(settings(2048, 512), 352_800, 690);
    check(split(4096), 343_980, 336);
    check(uncentred(4096, 1024), 509 * 1024, 512);
    check(settings(2048, 320), 160_000, 501);
    assert_eq!(settings(64, 16).longest(0), 0);
    assert_eq!(split(64).longest(0), 0);
}

fn back(settings: TransformSettings, signal: &[f32]) -> Vec<f32> {
    let mut transform = Transform::new(settings).expect("legal");
    let mut spectrum = vec![Complex32::default(); settings.frames(signal.len()) * settings.bins()];
    transform.forward(signal, &mut spectrum);
    let mut out = vec![f32::NAN; signal.len()];
    transform.inverse(&spectrum, &mut out);
    out
}

#[test]
fn it_comes_back() {
    let check = |settings: TransformSettings, samples: usize| {
        let signal = noise(samples, 5);
        let out = back(settings, &signal);
        let frayed = settings.frayed().min(samples / 2);
        let inner = frayed..samples - frayed;
        let off = apart(&signal[inner.clone()], &out[inner]);
        assert!(off < 1e-5, "{settings:?} of {samples} comes back {off} off");
        assert!(out.iter().all(|sample| sample.abs() < 2.0), "{settings:?} of {samples}");
    };
    check(settings(2048, 441), 44_100);
    check(settings(6144, 1024), 20 * 1024);
    check(settings(4096, 1024), 8192);
    check(split(4096), 34_398);
    check(uncentred(4096, 1024), 40_000);
    check(TransformSettings { window: WindowShape::HannSymmetric, ..settings(1024, 256) }, 5000);
    check(TransformSettings { window: WindowShape::HammingPeriodic, win: 800, ..settings(1024, 200) }, 5000);
    check(TransformSettings { pad: Padding::Zero, scale: Scale::SqrtN, ..settings(512, 100) }, 5000);
    check(settings(1 << 16, 1 << 14), 100_000);
    for samples in 0..70 {
        check(settings(32, 8), samples);
        check(uncentred(32, 8), samples);
    }
}

#[test]
fn frayed_ends_are_as_long_as_said() {
    let (settings, samples) = (split(256), 1600);
    let signal = noise(samples, 9);
    let out = back(settings, &signal);
    let changed = |at: &usize| (signal[*at] - out[*at]).abs() > 1e-5;
    let first = (0..samples / 2).rfind(changed).expect("ends change");
    assert!(first < settings.frayed() && first + 16 > settings.frayed(), "{first} of {}", settings.frayed());
    assert_eq!(settings.frayed(), 96);
}

#[test]
fn settings_out_of_range_are_refused() {
    let check = |settings: TransformSettings, expected: &str| {
        let error = Transform::new(settings).expect_err("illegal").to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(settings(0, 1), "[stft] n_fft = 0: must be even");
    check(settings(15, 1), "n_fft = 15");
    check(settings(1 << 18, 1), "n_fft = 262144");
    check(settings(16, 0), "hop = 0: must be 1 to win = 16");
    check(settings(16, 17), "hop = 17");
    check(settings(16, 16), "hop = 16: leaves samples that no window covers");
    check(TransformSettings { win: 0, ..settings(16, 4) }, "win = 0");
    check(TransformSettings { win: 17, ..settings(16, 4) }, "win = 17: must be 1 to n_fft = 16");
    check(TransformSettings { border: usize::MAX, ..settings(16, 4) }, "border = ");
    check(TransformSettings { drop_frames: 5, ..settings(16, 4) }, "drop_frames = 5: must be at most n_fft / hop = 4");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_transform_comes_back(
        half in 4usize..80, win in 0.5f64..1.0, overlap in 2usize..8, samples in 0usize..600,
        (center, reflect, sqrt, symmetric) in any::<(bool, bool, bool, bool)>(),
    ) {
        let n_fft = 2 * half;
        let win = ((n_fft as f64 * win) as usize).max(4);
        let hop = (win / overlap).max(1);
        let settings = TransformSettings {
            n_fft, win, hop, center,
            window: if symmetric { WindowShape::HannSymmetric } else { WindowShape::HannPeriodic },
            pad: if reflect { Padding::Reflect } else { Padding::Zero },
            scale: if sqrt { Scale::SqrtN } else { Scale::None },
            border: if center { 0 } else { n_fft },
            drop_frames: 0,
        };
        let signal = noise(samples, samples as u64 + 1);
        let off = apart(&signal, &back(settings, &signal));
        prop_assert!(off < 2e-5, "{:?} comes back {} off", settings, off);
    }
}
