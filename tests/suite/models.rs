//! The committed models through both engines: each gives what its arithmetic says, and both give the same.

use ripieno_infer::{EngineChoice, Model, ModelErrorKind, OpenOptions};
use ripieno_ports::{Conditions, Geometry, Separator as _};
use ripieno_tests::models;
use ripieno_types::{Anchor, Sign, WindowFrames};

/// How far the engines may be apart. ONNX Runtime's own normalisation layers are off by 6e-4 against 64-bit arithmetic.
const APART: f32 = 1e-3;
/// How far either may be from what the arithmetic says; 16-bit floats and transforms are within.
const OFF: f32 = 2e-3;

fn open(name: &str, engine: EngineChoice) -> Result<Model, ripieno_infer::ModelError> {
    let mut options = OpenOptions::default();
    options.engine = engine;
    options.threads = Some(1);
    options.ort_lib = Some(models::onnx_runtime());
    Model::open(&models::folder(name).to_string_lossy(), &options)
}

/// Noise with a tone in it, planar.
fn mix(channels: usize, frames: usize) -> Vec<f32> {
    let mut state = 7u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let tone = |frame: usize| (frame as f32 * 0.05).sin() * 0.3;
    (0..channels * frames).map(|n| tone(n % frames) + 0.4 * noise()).collect()
}

/// What both engines make of one window: stems, the mix they were made of and the frames of the window.
fn separate(name: &str, conditions: &Conditions<'_>) -> (Vec<f32>, Vec<f32>, usize) {
    let run = |engine| {
        let mut model = open(name, engine).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Geometry { channels, stems, window, .. } = model.geometry();
        let frames = match window {
            WindowFrames::Fixed(frames) => frames,
            WindowFrames::Flexible { align, .. } => 8_192usize.next_multiple_of(align),
        };
        let mix = mix(channels, frames);
        let mut out = vec![f32::NAN; stems * mix.len()];
        let frames_out = model.separate(&mix, conditions, &mut out).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(frames_out, frames, "{name}");
        (out, mix, frames, model.info().engine.clone())
    };
    let (tract, mix, frames, first) = run(EngineChoice::Tract);
    let (ort, _, _, second) = run(EngineChoice::Ort);
    assert!(first.starts_with("tract ") && second.starts_with("ONNX Runtime "), "{first}, {second}");
    let apart = furthest(&tract, &ort);
    assert!(apart <= APART, "{name}: the engines are {apart} apart");
    (tract, mix, frames)
}

fn furthest(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    // `max` would pass over what is no number.
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, |most, off| if off <= most { most } else { off })
}

/// Every stem is the mix times its share.
fn check_shares(name: &str, conditions: &Conditions<'_>, shares: &[f32]) {
    let (stems, mix, _) = separate(name, conditions);
    for (stem, share) in stems.chunks(mix.len()).zip(shares) {
        let wanted: Vec<f32> = mix.iter().map(|sample| sample * share).collect();
        let off = furthest(stem, &wanted);
        assert!(off <= OFF, "{name}: {off} off {share} of the mix");
    }
    assert_eq!(stems.len(), shares.len() * mix.len(), "{name}");
}

#[test]
fn waveforms_go_in_and_out() {
    check_shares("identity", &Conditions::default(), &[1.0]);
    check_shares("gain", &Conditions::default(), &[0.5]);
    let (stems, mix, frames) = separate("mid-side", &Conditions::default());
    let half = |sign: f32, n: usize| 0.5 * (mix[n] + sign * mix[frames + n]);
    let (mid, side) = (|n| half(1.0, n), |n| half(-1.0, n));
    let wanted: Vec<f32> = (0..4 * frames)
        .map(|n| match n / frames {
            0 | 1 => mid(n % frames),
            2 => side(n % frames),
            _ => -side(n % frames),
        })
        .collect();
    assert!(furthest(&stems, &wanted) <= OFF);
}

#[test]
fn an_output_for_each_stem() {
    let (stems, mix, frames) = separate("bands", &Conditions::default());
    let (low, high) = stems.split_at(mix.len());
    let sum: Vec<f32> = low.iter().zip(high).map(|(low, high)| low + high).collect();
    assert!(furthest(&sum, &mix) <= OFF);
    // Differences of neighbours weigh high frequencies: the low band has few of them.
    let rough = |band: &[f32]| -> f32 { band[64..frames - 64].windows(2).map(|two| (two[1] - two[0]).powi(2)).sum() };
    assert!(rough(low) < 0.1 * rough(high), "{} {}", rough(low), rough(high));
}

#[test]
fn spectra_go_in_and_out() {
    check_shares("packed", &Conditions::default(), &[0.25, 0.75]);
    let (low, mix, frames) = separate("spectral", &Conditions::default());
    // The tone lies in the seventh bin or so; what noise passes is an eighth of it.
    let power = |all: &[f32]| -> f32 { all[1_024..frames - 1_024].iter().map(|one| one * one).sum() };
    let (tone, noise) = (0.5 * 0.3f32.powi(2), 0.4f32.powi(2) / 12.0);
    let share = power(&low) / power(&mix);
    let wanted = (tone + noise / 8.0) / (tone + noise);
    assert!((share - wanted).abs() < 0.03, "{share} {wanted}");
}

#[test]
fn words_and_anchors_condition() {
    let words = |description: &'static str| Conditions { description, ..Conditions::default() };
    check_shares("prompted", &words("drums"), &[1.0, 0.0]);
    check_shares("prompted", &words("Drums"), &[1.0, 0.0]);
    check_shares("prompted", &words("vocals"), &[0.0, 1.0]);
    check_shares("prompted", &words("theremin"), &[0.5, 0.5]);
    let anchors = [Anchor::new(Sign::Present, 0.1, 0.2).unwrap(), Anchor::new(Sign::Absent, 0.15, 0.3).unwrap()];
    let (stems, mix, frames) = separate("prompted", &Conditions { anchors: &anchors, ..words("vocals") });
    // At 16 kHz. The later anchor holds where both are; latent frames are 16 long.
    for (from, to, share) in [(0, 1_584, 0.0), (1_600, 2_384, 1.0), (2_400, 4_800, 0.0), (4_816, frames, 0.0)] {
        let wanted: Vec<f32> = mix[from..to].iter().map(|sample| sample * share).collect();
        assert!(furthest(&stems[from..to], &wanted) <= OFF, "{from}");
    }
}

#[test]
fn what_cannot_run_is_refused() {
    for (name, kind, words) in [
        ("unsupported", ModelErrorKind::Unavailable, "NoSuchOperator"),
        ("external", ModelErrorKind::Invalid, "must lie in the model's folder"),
    ] {
        for engine in [EngineChoice::Tract, EngineChoice::Ort, EngineChoice::Auto] {
            let error = open(name, engine).err().unwrap_or_else(|| panic!("{name} was opened by {engine:?}"));
            assert_eq!(error.kind(), kind, "{name} {engine:?}: {error}");
            assert!(error.to_string().contains(words), "{name} {engine:?}: {error}");
        }
    }
}
