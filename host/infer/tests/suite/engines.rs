//! The committed models on both engines: what comes out, and what is said of them.

use crate::support::{copy, engine, model, put};
use ripieno_infer::{EngineChoice, Model, ModelErrorKind, Provider, Recording};
use ripieno_ports::{Conditions, Separator};
use ripieno_types::{SampleRate, WindowFrames};
use std::fs;
use std::path::Path;

/// The engines agree within this, as ONNX Runtime's own normalisation is off by 6e-4.
const TOLERANCE: f32 = 1e-3;

fn open(name: &str, choice: EngineChoice, channels: Option<usize>) -> Model {
    let mut options = engine(choice);
    options.recording = channels.map(|channels| Recording { rate: SampleRate::CD, channels });
    let path = model(name);
    Model::open(path.to_str().unwrap(), &options).unwrap_or_else(|error| panic!("{name} on {choice:?}: {error}"))
}

/// One window: a slope in each channel, a different one in each.
fn mix(model: &Model) -> Vec<f32> {
    let geometry = model.geometry();
    let frames = match geometry.window {
        WindowFrames::Fixed(frames) => frames,
        WindowFrames::Flexible { align, .. } => 4_096usize.next_multiple_of(align),
    };
    let sample = |channel: usize, frame: usize| ((frame * (channel + 3)) % 101) as f32 / 101.0 - 0.5;
    (0..geometry.channels).flat_map(|channel| (0..frames).map(move |frame| sample(channel, frame))).collect()
}

fn run(model: &mut Model, mix: &[f32]) -> Vec<f32> {
    let geometry = model.geometry();
    let mut stems = vec![f32::NAN; mix.len() * geometry.stems];
    let frames = model.separate(mix, &Conditions::default(), &mut stems).unwrap();
    assert_eq!(frames, mix.len() / geometry.channels);
    stems
}

/// Runs a model on both engines and hands mix and stems to the judge.
fn check(name: &str, channels: Option<usize>, judge: impl Fn(&[f32], &[f32])) {
    for choice in [EngineChoice::Tract, EngineChoice::Ort] {
        let mut model = open(name, choice, channels);
        let says = if choice == EngineChoice::Tract { "tract" } else { "ONNX Runtime 1." };
        assert!(model.info().engine.starts_with(says), "{}", model.info().engine);
        assert_eq!(model.info().warnings, [""; 0], "{name}");
        let mix = mix(&model);
        let stems = run(&mut model, &mix);
        judge(&mix, &stems);
    }
}

fn assert_near(given: &[f32], expected: impl Iterator<Item = f32>) {
    let worst = given.iter().zip(expected).fold(0.0f32, |all, (given, expected)| all.max((given - expected).abs()));
    assert!(worst <= TOLERANCE, "off by {worst}");
}

#[test]
fn samples_go_through() {
    check("identity", None, |mix, stems| assert_near(stems, mix.iter().copied()));
    // 16-bit floats at the edge.
    check("gain", None, |mix, stems| assert_near(stems, mix.iter().map(|sample| sample / 2.0)));
    // A model of one channel takes stereo channel by channel.
    check("gain", Some(2), |mix, stems| assert_near(stems, mix.iter().map(|sample| sample / 2.0)));
    check("mid-side", None, |mix, stems| {
        let (mid, side) = stems.split_at(mix.len());
        assert_near(mid, mix.iter().zip(side).map(|(sample, side)| sample - side));
    });
    // A model of two channels takes mono.
    check("identity", Some(1), |mix, stems| assert_near(stems, mix.iter().copied()));
    check("bands", None, |mix, stems| assert_eq!(stems.len(), 2 * mix.len()));
}

#[test]
fn engines_agree() {
    for name in ["bands", "mid-side", "gain"] {
        let mut all = [EngineChoice::Tract, EngineChoice::Ort].map(|choice| {
            let mut model = open(name, choice, None);
            let mix = mix(&model);
            run(&mut model, &mix)
        });
        let [tract, ort] = &mut all;
        assert_near(tract, ort.iter().copied());
    }
}

#[test]
fn lengths_may_change_where_a_graph_allows_it() {
    for choice in [EngineChoice::Tract, EngineChoice::Ort] {
        let mut model = open("identity", choice, None);
        for frames in [4_096, 1, 16_384, 4_096, 777] {
            let mix: Vec<f32> = (0..2 * frames).map(|at| at as f32).collect();
            let mut stems = vec![0.0; mix.len()];
            assert_eq!(model.separate(&mix, &Conditions::default(), &mut stems).unwrap(), frames);
            assert_eq!(mix, stems, "{choice:?} {frames}");
        }
    }
}

#[test]
fn an_operator_that_nobody_knows_is_told_with_both_engines() {
    let path = model("unsupported");
    for choice in [EngineChoice::Tract, EngineChoice::Ort, EngineChoice::Auto] {
        let error = Model::open(path.to_str().unwrap(), &engine(choice)).unwrap_err();
        assert!(matches!(error.kind(), ModelErrorKind::Unavailable | ModelErrorKind::Invalid), "{error}");
    }
}

#[test]
fn hardware_that_is_not_there_is_told_and_the_processor_used() {
    for (choice, used) in [(EngineChoice::Ort, "(CPU)"), (EngineChoice::Tract, "tract")] {
        let mut options = engine(choice);
        options.providers = vec![Provider::Cuda, Provider::DirectMl];
        let model = Model::open(model("identity").to_str().unwrap(), &options).unwrap();
        let info = model.info();
        assert!(info.engine.contains(used), "{}", info.engine);
        assert_eq!(info.warnings.len(), 2, "{:?}", info.warnings);
    }
}

#[test]
fn a_library_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("text.so"), b"no library");
    let path = model("identity");
    let open = |library: &Path, choice| {
        let mut options = engine(choice);
        options.ort_lib = Some(library.to_owned());
        Model::open(path.to_str().unwrap(), &options)
    };
    let this_program = std::env::current_exe().unwrap();
    for library in [&folder.path().join("absent.so"), &folder.path().join("text.so"), folder.path(), &this_program] {
        let error = open(library, EngineChoice::Ort).map(|model| model.info().clone()).unwrap_err();
        assert_eq!(error.kind(), ModelErrorKind::Unavailable, "{error}");
        let name = library.file_name().unwrap().to_str().unwrap();
        assert!(error.to_string().contains(name), "{error}");
        // Whoever leaves the choice hears of it and is served.
        let model = open(library, EngineChoice::Auto).unwrap();
        assert!(model.info().engine.starts_with("tract"), "{}", model.info().engine);
        assert!(model.info().warnings[0].contains(name), "{:?}", model.info().warnings);
    }
}

#[test]
fn onnx_runtime_is_taken_where_it_is_found_and_tract_where_it_cannot() {
    let open = |path: &Path| Model::open(path.to_str().unwrap(), &engine(EngineChoice::Auto));
    let taken = open(&model("identity")).unwrap();
    assert!(taken.info().engine.starts_with("ONNX Runtime 1."), "{}", taken.info().engine);
    assert_eq!(taken.info().warnings, [""; 0]);
    // An operator set that no ONNX Runtime knows yet, and that tract does not look at.
    let folder = copy("identity");
    let file = folder.path().join("model.onnx");
    let mut bytes = fs::read(&file).unwrap();
    let set = bytes.windows(4).rposition(|part| part == [0x42, 0x02, 0x10, 17]).unwrap();
    bytes[set + 3] = 120;
    put(&file, &bytes);
    let taken = open(folder.path()).unwrap();
    assert!(taken.info().engine.starts_with("tract"), "{}", taken.info().engine);
    let warning = &taken.info().warnings[0];
    assert!(warning.contains("ONNX Runtime") && warning.contains("runs it instead"), "{warning}");
}
