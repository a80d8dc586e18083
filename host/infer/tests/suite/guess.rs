//! Lone ONNX files: what their metadata and shapes say, and what they leave open.

use crate::support::{copy, model, put};
use ripieno_infer::{Choice, EngineChoice, Model, ModelError, OpenOptions, list};
use ripieno_ports::Separator;
use ripieno_types::WindowFrames;
use std::fs;

/// A committed graph alone in a folder, with metadata added at its end, where protocol buffers allow it.
fn lone(name: &str, metadata: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(model(name).join("model.onnx")).unwrap();
    let field = |tag: u8, bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).unwrap();
        [&[tag, 0x80 | (length & 0x7f) as u8, (length >> 7) as u8], bytes].concat()
    };
    for (key, value) in metadata {
        bytes.extend(field(0x72, &[field(0x0a, key.as_bytes()), field(0x12, value.as_bytes())].concat()));
    }
    put(&folder.path().join("Some_Inst_1.onnx"), &bytes);
    folder
}

fn open(folder: &tempfile::TempDir) -> Result<Model, ModelError> {
    let mut options = OpenOptions::default();
    options.engine = EngineChoice::Tract;
    Model::open(folder.path().to_str().unwrap(), &options)
}

#[test]
fn shapes_say_what_goes_in_and_out() {
    let model = open(&lone("identity", &[])).unwrap();
    assert_eq!(model.info().id, "Some_Inst_1");
    assert_eq!(model.info().stems, ["stem1"]);
    assert_eq!(model.info().complement.as_deref(), Some("residual"));
    assert_eq!(model.info().warnings.len(), 2, "{:?}", model.info().warnings);
    assert_eq!((model.geometry().rate.hz(), model.geometry().channels), (44_100, 2));

    let model = open(&lone("mid-side", &[("sample_rate", "48000"), ("stems", "mid, side")])).unwrap();
    assert_eq!(model.info().stems, ["mid", "side"]);
    assert_eq!(model.info().warnings, [""; 0]);
    assert_eq!(model.geometry().rate.hz(), 48_000);
    assert_eq!(model.choose("the sides"), Ok(Choice::Stem(1)));

    let model = open(&lone("gain", &[])).unwrap();
    assert_eq!(model.geometry().window, WindowFrames::Fixed(4096));
}

#[test]
fn metadata_of_either_dialect_says_what_a_spectrum_is() {
    let own: &[(&str, &str)] =
        &[("model_type", "UVR"), ("n_fft", "1024"), ("hop_length", "256"), ("sample_rate", "44100")];
    let json = r#"{"mdx_n_fft_scale_set": 1024, "hop": 256, "sample_rate": 44100, "compensate": 1.5, "primary_stem": "Drums"}"#;
    let model = open(&lone("spectral", own)).unwrap();
    assert_eq!((model.info().stems[0].as_str(), model.info().complement.as_deref()), ("instrumental", Some("vocals")));
    assert_eq!(model.choose("vocals"), Ok(Choice::Complement));
    assert_eq!(model.geometry().window, WindowFrames::Fixed(256 * 31));
    let model = open(&lone("spectral", &[("sep_meta", json)])).unwrap();
    assert_eq!((model.info().stems[0].as_str(), model.info().complement.as_deref()), ("drums", Some("no drums")));
}

#[test]
fn what_stays_open_is_refused_with_what_to_write() {
    for (name, metadata) in [
        ("spectral", &[][..]),
        ("packed", &[]),
        ("spectral", &[("sep_meta", "{")]),
        ("identity", &[("n_fft", "1024")]),
        ("identity", &[("model_type", "spleeter")]),
        ("bands", &[]),
    ] {
        let error = open(&lone(name, metadata)).map(|model| model.info().clone()).unwrap_err();
        assert!(error.to_string().contains("write a model.toml"), "{name}: {error}");
    }
    let error = open(&lone("identity", &[("sample_rate", "1")])).unwrap_err();
    assert!(error.to_string().contains("sample rate 1 Hz"), "{error}");
}

#[test]
fn a_folder_of_models_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    fs::rename(copy("gain").keep(), folder.path().join("one")).unwrap();
    fs::copy(model("identity").join("model.onnx"), folder.path().join("two.onnx")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    put(&folder.path().join("notes.txt"), b"");
    let found = list(folder.path());
    let short: Vec<_> =
        found.iter().map(|one| (one.reference.as_str(), one.id.as_str(), one.problem.is_some())).collect();
    assert_eq!(short, [("empty", "empty", true), ("one", "test-gain", false), ("two", "two", false)]);
    assert_eq!(found[1].stems, ["half"]);
}
