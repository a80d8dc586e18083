//! The committed models that see spectra or are told what to separate, on both engines.

use crate::support::{engine, model};
use ripieno_infer::{EngineChoice, Model, Recording};
use ripieno_ports::{Conditions, Separator};
use ripieno_types::{Anchor, SampleRate, Sign, WindowFrames};

/// What a model makes of a mix is as expected within this.
const TOLERANCE: f32 = 1e-3;

fn open(name: &str, choice: EngineChoice, channels: Option<usize>) -> Model {
    let mut options = engine(choice);
    options.recording = channels.map(|channels| Recording { rate: SampleRate::CD, channels });
    Model::open(model(name).to_str().unwrap(), &options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn on_both(name: &str, channels: Option<usize>, test: impl Fn(Model)) {
    for choice in [EngineChoice::Tract, EngineChoice::Ort] {
        test(open(name, choice, channels));
    }
}

/// Sines of some periods a second, in all channels.
fn sines(model: &Model, frames: usize, all_hz: &[f32]) -> Vec<f32> {
    let geometry = model.geometry();
    let angle = |frame: usize, hz: f32| core::f32::consts::TAU * hz * frame as f32 / geometry.rate.as_f32();
    let one = (0..frames).map(|frame| all_hz.iter().map(|hz| angle(frame, *hz).sin()).sum::<f32>() * 0.25);
    one.collect::<Vec<_>>().repeat(geometry.channels)
}

fn separate(model: &mut Model, mix: &[f32], conditions: &Conditions<'_>) -> Vec<f32> {
    let geometry = model.geometry();
    let mut stems = vec![f32::NAN; mix.len() * geometry.stems];
    assert_eq!(model.separate(mix, conditions, &mut stems), Ok(mix.len() / geometry.channels));
    stems
}

fn near(given: &[f32], expected: impl Iterator<Item = f32>, what: &str) {
    let worst = given.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "{what} is off by {worst}");
}

#[test]
fn spectra_go_through() {
    on_both("spectral", None, |mut model| {
        assert_eq!(model.geometry().window, WindowFrames::Fixed(31 * 256));
        // Bins below the 64th pass: 2756 Hz.
        let (low, both) = (sines(&model, 31 * 256, &[430.0]), sines(&model, 31 * 256, &[430.0, 8000.0]));
        let stems = separate(&mut model, &both, &Conditions::default());
        // Where frames hold the window's end, its mirror image is no sine.
        for (given, expected) in stems.chunks_exact(31 * 256).zip(low.chunks_exact(31 * 256)) {
            near(&given[512..7424], expected[512..7424].iter().copied(), "the low sine");
        }
    });
    on_both("packed", None, |mut model| {
        let mix = sines(&model, 22_050, &[430.0, 8000.0]);
        let stems = separate(&mut model, &mix, &Conditions::default());
        let (quarter, rest) = stems.split_at(mix.len());
        near(quarter, mix.iter().map(|sample| sample * 0.25), "a quarter");
        near(rest, mix.iter().map(|sample| sample * 0.75), "the rest");
    });
}

#[test]
fn words_and_anchors_are_heard() {
    on_both("prompted", None, |mut model| {
        assert!(model.info().conditioned && model.info().anchors);
        let rate = model.geometry().rate.as_f32();
        let mix = sines(&model, 4000, &[300.0]);
        let anchor = |sign, start: f64, end: f64| Anchor::new(sign, start, end).unwrap();
        let (present, absent) = (anchor(Sign::Present, 0.05, 0.1), anchor(Sign::Absent, 0.08, 0.15));
        let mut check = |description: &str, anchors: &[Anchor], share: &dyn Fn(f32) -> f32| {
            let conditions = Conditions { description, anchors, seed: 3, start_frame: 1600, ..Conditions::default() };
            let stems = separate(&mut model, &mix, &conditions);
            let (target, residual) = stems.split_at(mix.len());
            let shared = |frame: usize, whole: bool| {
                let share = share(frame as f32 / rate);
                mix[frame] * if whole { share } else { 1.0 - share }
            };
            near(target, (0..mix.len()).map(|frame| shared(frame, true)), description);
            near(residual, (0..mix.len()).map(|frame| shared(frame, false)), description);
        };
        check("drums", &[], &|_| 1.0);
        check("zither", &[], &|_| 0.5);
        check("zither", &[present], &|secs| if (0.05..0.1).contains(&secs) { 1.0 } else { 0.5 });
        // Where both hold, the later one does.
        let both = |secs: f32| match secs {
            secs if (0.08..0.15).contains(&secs) => 0.0,
            secs if (0.05..0.1).contains(&secs) => 1.0,
            _ => 0.5,
        };
        check("zither", &[present, absent], &both);
    });
}

#[test]
fn one_channel_hears_two() {
    on_both("prompted", Some(2), |mut model| {
        assert_eq!(model.geometry().channels, 2);
        let mix = sines(&model, 1600, &[300.0]);
        let stems = separate(&mut model, &mix, &Conditions { description: "drums", ..Conditions::default() });
        near(&stems[..mix.len()], mix.iter().copied(), "the target");
    });
}
