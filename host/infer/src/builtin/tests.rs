//! What all built-in separators keep to, and where each draws its lines.

use super::*;
use proptest::prelude::*;
use ripieno_types::SampleRate;
use std::f64::consts::TAU;

const RATE: SampleRate = SampleRate::CD;

pub fn opened(reference: &str, channels: usize) -> Builtin {
    open(reference, Recording { rate: RATE, channels }).unwrap_or_else(|error| panic!("{reference}: {error}"))
}

/// The stems of a window that starts at a frame of a recording.
pub fn separated(separator: &mut Builtin, mix: &[f32], start_frame: i64) -> Vec<f32> {
    let geometry = separator.geometry();
    let mut stems = vec![f32::NAN; mix.len() * geometry.stems];
    let conditions = Conditions { start_frame, ..Conditions::default() };
    let frames = separator.separate(mix, &conditions, &mut stems).unwrap();
    assert_eq!(frames, mix.len() / geometry.channels);
    stems
}

/// Noise, the same every time.
pub fn noise(length: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..length).map(|_| next()).collect()
}

fn sine(hz: f32, length: usize) -> Vec<f32> {
    let step = TAU * f64::from(hz) / f64::from(RATE.hz());
    (0..length).map(|at| (0.5 * (step * at as f64).sin()) as f32).collect()
}

/// Root mean square in decibels.
fn level_db(samples: &[f32]) -> f64 {
    let power: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    10.0 * (power / samples.len() as f64 + 1e-30).log10()
}

const ALL: [&str; 7] =
    ["hpss", "hpss,margin=2", "hpss,margin=10", "center", "center,low=0", "bands", "bands,low=60,high=20000"];

/// Every sample is a number, and the stems add up to the mix.
fn check(reference: &str, channels: usize, mix: &[f32]) {
    let mut separator = opened(reference, channels);
    let stems = separated(&mut separator, mix, 0);
    let place = format!("{reference}, {channels} channels of {} samples", mix.len());
    assert!(stems.iter().all(|sample| sample.is_finite()), "{place}: not finite");
    let peak = mix.iter().map(|x| transform::clean(*x).abs()).fold(0.0, f32::max);
    for (at, sample) in mix.iter().enumerate() {
        let sum: f32 = stems.chunks_exact(mix.len()).map(|stem| stem[at]).sum();
        let off = (sum - transform::clean(*sample)).abs();
        assert!(off <= 3e-6 * peak, "{place}: {sample} became {sum} at {at}");
    }
}

#[test]
fn stems_are_finite_and_add_up_to_the_mix() {
    const LENGTH: usize = 20_000;
    let at = |places: &[usize]| {
        let mut mix = vec![0.0; LENGTH];
        places.iter().for_each(|place| mix[*place] = 1.0);
        mix
    };
    let spoiled = |value: f32| {
        let mut mix = noise(LENGTH);
        mix[100] = value;
        mix[LENGTH - 1] = value;
        mix
    };
    let signals: [Vec<f32>; 11] = [
        vec![0.0; LENGTH],
        vec![1.0; LENGTH],
        noise(LENGTH),
        sine(440.0, LENGTH),
        at(&[0]),
        at(&[LENGTH - 1]),
        at(&[5_000, 5_001, 12_345]),
        noise(LENGTH).iter().map(|x| x.signum()).collect(),
        noise(LENGTH).iter().map(|x| x * 1e-38).collect(),
        noise(LENGTH).iter().map(|x| x * 1e12).collect(),
        [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX].into_iter().flat_map(spoiled).collect(),
    ];
    for signal in &signals {
        for reference in ALL {
            check(reference, 2, signal);
        }
    }
}

#[test]
fn windows_of_any_length_and_channels_will_do() {
    for length in [0, 1, 2, 3, 10, 1_000, 1_024, 4_095, 4_096, 4_097, 9_999] {
        for reference in ALL {
            check(reference, 2, &noise(2 * length));
            if !reference.starts_with("center") {
                check(reference, 1, &noise(length));
                check(reference, 5, &noise(5 * length));
            }
        }
    }
}

#[test]
fn rates_from_the_lowest_to_the_highest_will_do() {
    for hz in [SampleRate::MIN_HZ, 11_025, 48_000, 192_000, SampleRate::MAX_HZ] {
        let recording = Recording { rate: SampleRate::new(hz).unwrap(), channels: 2 };
        for reference in ["hpss", "center", "bands"] {
            let mut separator = open(reference, recording).unwrap();
            let stems = separated(&mut separator, &noise(6_000), 0);
            assert!(stems.iter().all(|sample| sample.is_finite()), "{reference} at {hz}");
        }
    }
}

proptest! {
    #[test]
    fn any_reference_opens_or_says_why(name in "(builtin:)?(hpss|center|bands|identity|.*)", rest in "(,(margin|low|high)=[0-9.e-]*)*|.*") {
        let reference = format!("{name}{rest}");
        if let Err(error) = open(&reference, Recording { rate: RATE, channels: 2 }) {
            prop_assert!(error.to_string().contains("builtin:"), "{}", error);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Wherever a window is cut out of a recording, what lies within its context is what the whole recording gives: to the
    /// last bit where the grid is the recording's, by rounding alone where blocks are the window's own.
    #[test]
    fn the_cut_does_not_matter(start in 0usize..30_000, kept in 1usize..20_000, which in 0usize..3) {
        let (reference, most) = [("hpss,margin=2", 0.0), ("center", 0.0), ("bands", 1e-6)][which];
        let mut separator = opened(reference, 2);
        let geometry = separator.geometry();
        const LENGTH: usize = 80_000;
        let (left, right) = (sine(330.0, LENGTH), noise(LENGTH));
        let mix = |span: std::ops::Range<usize>| [&left[span.clone()], &right[span]].concat();
        let whole = separated(&mut separator, &mix(0..LENGTH), 0);
        let end = (start + 2 * geometry.context + kept).min(LENGTH);
        let part = separated(&mut separator, &mix(start..end), start as i64);
        let frames = end - start;
        prop_assume!(frames > 2 * geometry.context);
        for (whole, part) in whole.chunks_exact(LENGTH).zip(part.chunks_exact(frames)) {
            let kept = geometry.context..frames - geometry.context;
            let off = kept.map(|at| (whole[start + at] - part[at]).abs()).fold(0.0, f32::max);
            prop_assert!(off <= most, "{} of {}: {}", reference, frames, off);
        }
    }
}

#[test]
fn padding_keeps_to_the_grid() {
    for reference in ["hpss", "center"] {
        let separator = opened(reference, 2);
        let transform = transform::Transform::new(transform::scaled(4096, RATE));
        assert_eq!(separator.geometry().context % transform.hop(), 0, "{reference}");
    }
}

#[test]
fn the_middle_goes_to_the_center() {
    const LENGTH: usize = 30_000;
    /// Away from the window's ends, where nothing is cut.
    const INSIDE: std::ops::Range<usize> = 8_000..22_000;
    // Frequency, gains of both channels, and which of center and sides holds it, by how many decibels at least.
    for (reference, hz, left, right, stem, by) in [
        ("center", 1_000.0, 1.0, 1.0, 0, 100.0),
        ("center", 1_000.0, 1.0, 0.0, 1, 100.0),
        ("center", 1_000.0, 1.0, -1.0, 1, 100.0),
        ("center", 1_000.0, 1.0, 0.2, 1, 10.0),
        ("center", 60.0, 1.0, 1.0, 1, 60.0),
        ("center,low=0", 60.0, 1.0, 1.0, 0, 100.0),
        ("center,high=5000", 7_000.0, 1.0, 1.0, 1, 100.0),
        ("center,high=5000", 3_000.0, 1.0, 1.0, 0, 100.0),
    ] {
        let tone = sine(hz, LENGTH);
        let mix: Vec<f32> = [left, right].iter().flat_map(|gain| tone.iter().map(move |x| x * gain)).collect();
        let stems = separated(&mut opened(reference, 2), &mix, 0);
        let level = |stem: usize| level_db(&stems[stem * 2 * LENGTH..][INSIDE]);
        let lead = level(stem) - level(1 - stem);
        assert!(lead >= by, "{reference}: {hz} Hz at {left}/{right}: {lead:.1} dB");
    }
}

#[test]
fn bands_part_at_their_limits() {
    const LENGTH: usize = 40_000;
    const INSIDE: std::ops::Range<usize> = 8_000..32_000;
    let apart = Bands::TRANSITION_HZ;
    for (reference, hz, stem) in [
        ("bands", 20.0, 0),
        ("bands", 200.0 - apart, 0),
        ("bands", 200.0 + apart, 1),
        ("bands", 4_000.0 - apart, 1),
        ("bands", 4_000.0 + apart, 2),
        ("bands,low=500", 500.0 - apart, 0),
        ("bands,high=1000", 15_000.0, 2),
    ] {
        let tone = sine(hz, LENGTH);
        let stems = separated(&mut opened(reference, 1), &tone, 0);
        for (index, band) in stems.chunks_exact(LENGTH).enumerate() {
            let level = level_db(&band[INSIDE]) - level_db(&tone[INSIDE]);
            let is_right = if index == stem { level.abs() < 0.01 } else { level < -70.0 };
            assert!(is_right, "{reference}: {hz} Hz is at {level:.3} dB in band {index}");
        }
    }
}

#[test]
fn identity_gives_the_recording() {
    let mix = noise(1_000);
    assert_eq!(separated(&mut opened("identity", 4), &mix, 77), mix);
}

#[test]
fn wrong_lengths_are_refused() {
    let mut separator = opened("hpss", 2);
    for (mix, stems) in [(3, 6), (4, 4), (4, 12), (0, 2)] {
        let result = separator.separate(&vec![0.0; mix], &Conditions::default(), &mut vec![0.0; stems]);
        assert_eq!(result.map_err(|error| error.kind), Err(FaultKind::Unsupported), "{mix} {stems}");
    }
}

#[test]
fn references_name_a_separator_and_its_settings() {
    for (reference, id, stems) in [
        ("builtin:hpss", "builtin:hpss", "harmonic percussive"),
        ("hpss,margin=1", "builtin:hpss,margin=1", "harmonic percussive"),
        ("builtin:hpss, margin=2.50", "builtin:hpss,margin=2.5", "harmonic percussive residual"),
        ("center,high=8000,low=0", "builtin:center,low=0,high=8000", "center sides"),
        ("bands", "builtin:bands", "low mid high"),
        ("identity", "builtin:identity", "target"),
    ] {
        let info = opened(reference, 2).info();
        assert_eq!((info.id.as_str(), info.stems.join(" ").as_str()), (id, stems));
        assert_eq!(info.hash.len(), 64);
    }
    let hash = |reference| opened(reference, 2).info().hash;
    assert_eq!(hash("hpss"), hash("builtin:hpss"));
    assert_ne!(hash("hpss"), hash("hpss,margin=2"));
}

#[test]
fn what_cannot_be_opened_says_why() {
    use crate::ModelErrorKind::{Invalid, Missing};
    for (reference, hz, channels, kind, wanted) in [
        (
            "builtin:drums",
            44_100,
            2,
            Missing,
            "built in are builtin:hpss, builtin:center, builtin:bands, builtin:identity",
        ),
        ("builtin:", 44_100, 2, Missing, "there is no 'builtin:'"),
        ("hpss,margin=0.5", 44_100, 2, Invalid, "builtin:hpss: margin = '0.5'"),
        ("identity,x=1", 44_100, 2, Invalid, "there is no setting 'x'; known: none"),
        ("center", 44_100, 1, Invalid, "this one has 1: use builtin:hpss"),
        ("center", 44_100, 6, Invalid, "this one has 6"),
        ("bands,low=1000,high=1000", 44_100, 1, Invalid, "at least 60 above low"),
        ("bands,high=5000", 8_000, 1, Invalid, "at 8000 Hz, high must be"),
        ("hpss", 44_100, 0, Invalid, "no channels"),
    ] {
        let error = open(reference, Recording { rate: SampleRate::new(hz).unwrap(), channels }).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn descriptions_choose_a_separator_and_a_stem() {
    for (description, reference, stem) in [
        ("", "builtin:hpss", None),
        ("drums", "builtin:hpss", Some(1)),
        ("no drums", "builtin:hpss", Some(0)),
        ("the harmony", "builtin:hpss", Some(0)),
        ("Lead Vocals", "builtin:center", Some(0)),
        ("karaoke", "builtin:center", Some(1)),
        ("bass line", "builtin:bands", Some(0)),
        ("treble", "builtin:bands", Some(2)),
    ] {
        assert_eq!(default_for(description).as_deref(), Ok(reference), "{description}");
        if let Some(stem) = stem {
            assert_eq!(opened(reference, 2).choose(description), Ok(Choice::Stem(stem)), "{description}");
        }
    }
    let nothing = default_for("a zither").unwrap_err().to_string();
    assert!(nothing.contains("harmonic, percussive") && nothing.contains("center"), "{nothing}");
    let other = opened("hpss", 2).choose("vocals").unwrap_err().to_string();
    assert!(other.contains("harmonic, percussive; builtin:center could"), "{other}");
    // Without a margin there is no residual.
    assert!(opened("hpss", 2).choose("the rest").is_err());
    assert_eq!(opened("hpss,margin=2", 2).choose("the rest"), Ok(Choice::Stem(2)));
    assert_eq!(opened("identity", 2).choose("whatever"), Ok(Choice::Stem(0)));
}

#[test]
fn kinds_tell_their_settings() {
    for kind in KINDS {
        for (name, default, least, most) in kind.settings() {
            assert!(least <= default && default <= most, "{} {name}", kind.reference);
        }
        assert!(kind.stems().count() > 0);
        assert!(opened(kind.reference, 2).memory_bytes() < 8 << 20, "{}", kind.reference);
    }
}
