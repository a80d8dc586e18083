//! Models that are damaged, lie, or reach for what is not theirs: each is a clear error, none is a panic.

use crate::support::{copy, engine, model, put};
use ripieno_infer::{EngineChoice, Model, ModelErrorKind, OpenOptions};
use ripieno_ports::{Conditions, Separator};
use std::fs;
use std::path::Path;

fn tract() -> OpenOptions {
    let mut options = OpenOptions::default();
    options.engine = EngineChoice::Tract;
    options
}

fn open(path: &Path) -> Result<Model, (ModelErrorKind, String)> {
    Model::open(path.to_str().unwrap(), &tract()).map_err(|error| (error.kind(), error.to_string()))
}

/// Opens a model that must be refused, for this reason.
fn refuse(path: &Path, kind: ModelErrorKind, part: &str) {
    match open(path) {
        Ok(model) => panic!("{} was opened: {:?}; expected: {part}", path.display(), model.info()),
        Err((given, message)) => {
            assert!(message.contains(part), "'{message}' does not say '{part}'");
            assert!(!message.ends_with('.') && message.len() < 1_000, "{message}");
            assert_eq!(given, kind, "{message}");
        }
    }
}

/// A copy of a model whose manifest had `from` replaced.
fn edited(name: &str, from: &str, to: &str) -> tempfile::TempDir {
    let folder = copy(name);
    let manifest = folder.path().join("model.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(from), "{name} does not say {from}");
    put(&manifest, text.replace(from, to).as_bytes());
    folder
}

#[test]
fn manifests_that_lie_are_caught() {
    let check = |name: &str, from: &str, to: &str, part: &str| {
        refuse(edited(name, from, to).path(), ModelErrorKind::Invalid, part);
    };
    check("identity", "schema = 1", "schema = 2", "schema: 2 is not known");
    check("identity", "schema = 1", "schema = one", "line 2, column");
    check("identity", "kind = \"waveform\"", "kind = \"wave\"", "line 4");
    check("identity", "id = \"test-identity\"\n", "", "id");
    check("identity", "id = \"test-identity\"", "id = \" \"", "line 3, column 6: id: a name");
    check("identity", "sample_rate = 48000", "sample_rate = 4800", "sample_rate: 4800 Hz is outside");
    check("identity", "sample_rate = 48000", "sample_rate = -1", "line 5");
    check("identity", "channels = 2", "channels = 0", "channels: 0 is outside 1..=64");
    check("identity", "channels = 2", "channels = 1", "takes 'mix'");
    check("identity", "stems = [\"mix\"]", "stems = []", "stems: 0 stems");
    check("identity", "stems = [\"mix\"]", "stems = [\"a\", \" A\"]", "comes twice");
    check("identity", "stems = [\"mix\"]", "stems = [\"a\", \"b\"]", "does not hold 4 rows");
    check("identity", "stems = [\"mix\"]", "stems = [\"a\"]\ngain = nan", "gain: NaN is outside");
    check("identity", "[graph.main]", "[graph.other]", "[graph.main] is missing");
    check("identity", "model.onnx", "../model.onnx", "graph.main.file: '../model.onnx' must be a path within");
    check("identity", "model.onnx", "/etc/passwd", "must be a path within");
    check("identity", "model.onnx", "c:\\\\model.onnx", "must be a path within");
    check("identity", "model.onnx", "absent.onnx", "absent.onnx is not there");
    check("identity", "model.onnx", "model.toml", "model.toml is no sound ONNX file");
    check("identity", "[chunk]", "sha256 = \"12\"\n[chunk]", "64 hexadecimal digits");
    let other = format!("sha256 = \"{}\"\n[chunk]", "0".repeat(64));
    check("identity", "[chunk]", &other, "the manifest says 0000");
    check("identity", "mix = \"mix\"", "mix = \"wrong\"", "no input 'wrong'");
    check("identity", "stems = \"stems\"", "stems = \"wrong\"", "no output 'wrong'");
    check("identity", "samples = 16384", "samples = 0", "chunk.samples: 0 is outside");
    check("identity", "samples = 16384", "samples = 16384\nalign = 1000", "no multiple of align");
    check("identity", "samples = 16384", "samples = 16384\ncontext = 8192", "leave nothing of 16384");
    check("identity", "overlap = 0.25", "overlap = 1.0", "chunk.overlap: 1 is outside 0..=0.95");
    check("identity", "window = \"hann\"", "window = \"kaiser\"", "line ");
    check("gain", "samples = 4096", "samples = 5000", "the graph takes 4096");
    check("spectral", "[stft]\nn_fft = 1024", "[stft]\nn_fft = 1000", "n_fft");
    check("spectral", "bins = 513", "bins = 200", "bins");
    check("prompted", "tokenizer.json", "absent.json", "absent.json");
}

#[test]
fn unknown_keys_are_told_with_their_line() {
    let folder = edited("identity", "overlap = 0.25", "overlpa = 0.25");
    let model = open(folder.path()).unwrap();
    assert_eq!(model.info().warnings, ["the manifest's key 'chunk.overlpa' in line 17 is unknown and left out"]);
}

#[test]
fn text_that_is_no_manifest_is_refused() {
    let check = |bytes: &[u8], part: &str| {
        let folder = copy("identity");
        put(&folder.path().join("model.toml"), bytes);
        refuse(folder.path(), ModelErrorKind::Invalid, part);
    };
    check(b"", "schema");
    check(b"\xff\xfe", "UTF-8");
    check(&vec![b'#'; (1 << 20) + 1], "1 MiB");
    check("[".repeat(10_000).as_bytes(), "line 1");
    check(format!("a = {}", "[".repeat(10_000)).as_bytes(), "line 1");
    check(format!("a{} = 1", ".a".repeat(10_000)).as_bytes(), "");
}

#[test]
fn what_is_no_model_is_told_from_what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    refuse(&path("absent"), ModelErrorKind::Missing, "there is no model");
    refuse(Path::new("no-such-model"), ModelErrorKind::Missing, "there is no model 'no-such-model'");
    refuse(Path::new(""), ModelErrorKind::Missing, "there is no model");
    refuse(Path::new("builtin:nothing"), ModelErrorKind::Missing, "builtin:nothing");
    refuse(folder.path(), ModelErrorKind::Missing, "holds no model.toml");
    put(&path("song.wav"), b"RIFF");
    refuse(&path("song.wav"), ModelErrorKind::Invalid, "is no model");
    put(&path("a.onnx"), b"");
    refuse(&path("a.onnx"), ModelErrorKind::Invalid, "holds no graph");
    refuse(folder.path(), ModelErrorKind::Invalid, "holds no graph");
    put(&path("b.onnx"), b"");
    refuse(folder.path(), ModelErrorKind::Invalid, "2 ONNX files and no model.toml");
}

#[test]
fn unsupported_operators_are_named() {
    refuse(&model("unsupported"), ModelErrorKind::Unavailable, "tract lacks the operator NoSuchOperator");
}

/// The model whose one weight lies in a file of this name, as long as what the file said before.
fn with_weights_at(location: &str) -> tempfile::TempDir {
    const COMMITTED: &[u8] = b"../gain/model.onnx";
    assert_eq!(location.len(), COMMITTED.len());
    let folder = copy("external");
    let file = folder.path().join("model.onnx");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(COMMITTED.len()).position(|part| part == COMMITTED).unwrap();
    bytes[at..at + COMMITTED.len()].copy_from_slice(location.as_bytes());
    put(&file, &bytes);
    folder
}

#[test]
fn weights_beside_the_graph_stay_in_its_folder() {
    const INSIDE: &str = "weights-of-it.data";
    refuse(&model("external"), ModelErrorKind::Invalid, "must lie in the model's folder");
    for outside in ["/etc/../etc/passwd", "a/../../etc/passwd", "..\\gain\\model.onnx", "c:/gain/model.onnx"] {
        refuse(with_weights_at(outside).path(), ModelErrorKind::Invalid, "must lie in the model's folder");
    }
    let folder = with_weights_at(INSIDE);
    let weights = folder.path().join(INSIDE);
    refuse(folder.path(), ModelErrorKind::Invalid, "cannot be read");
    put(&weights, &[0; 3]);
    refuse(folder.path(), ModelErrorKind::Invalid, "4 bytes from byte 0 are wanted, but it has 3");
    put(&weights, &0.5f32.to_le_bytes());
    let mut opened = open(folder.path()).unwrap();
    let first = opened.info().hash.clone();
    let mix = vec![1.0; opened.geometry().channels * 1024];
    let mut stems = vec![0.0; mix.len()];
    opened.separate(&mix, &Conditions::default(), &mut stems).unwrap();
    assert!(stems.iter().all(|sample| *sample == 0.5));
    put(&weights, &0.25f32.to_le_bytes());
    assert_ne!(open(folder.path()).unwrap().info().hash, first, "weights are part of what was loaded");
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_weights_out() {
    const INSIDE: &str = "weights-of-it.data";
    let outside = tempfile::tempdir().unwrap();
    put(&outside.path().join("real"), &0.5f32.to_le_bytes());
    let folder = with_weights_at(INSIDE);
    std::os::unix::fs::symlink(outside.path().join("real"), folder.path().join(INSIDE)).unwrap();
    refuse(folder.path(), ModelErrorKind::Invalid, "leads out of the model's folder");
    fs::remove_file(folder.path().join(INSIDE)).unwrap();
    put(&folder.path().join("inside"), &0.5f32.to_le_bytes());
    std::os::unix::fs::symlink("inside", folder.path().join(INSIDE)).unwrap();
    open(folder.path()).unwrap();
}

/// Whether a damaged file is opened or refused, and whether it runs or fails: none of it may end the test.
fn survive(folder: &Path, options: &OpenOptions) {
    if let Ok(mut model) = Model::open(folder.to_str().unwrap(), options) {
        let geometry = model.geometry();
        let frames = match geometry.window {
            ripieno_types::WindowFrames::Fixed(frames) => frames,
            ripieno_types::WindowFrames::Flexible { align, .. } => 1024usize.next_multiple_of(align),
        };
        let mix = vec![0.5; geometry.channels * frames];
        let mut stems = vec![0.0; mix.len() * geometry.stems];
        let _ = model.separate(&mix, &Conditions::default(), &mut stems);
    }
}

#[test]
fn tract_survives_damage_anywhere_in_a_file() {
    damage(&tract());
}

#[test]
fn onnx_runtime_survives_damage_anywhere_in_a_file() {
    damage(&engine(EngineChoice::Ort));
}

fn damage(options: &OpenOptions) {
    for name in ["identity", "gain", "mid-side"] {
        let folder = copy(name);
        let file = folder.path().join("model.onnx");
        let bytes = fs::read(&file).unwrap();
        for length in 0..bytes.len() {
            put(&file, &bytes[..length]);
            survive(folder.path(), options);
        }
        let mut state = 1u32;
        for _ in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..2 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                damaged[(state >> 8) as usize % bytes.len()] = (state >> 24) as u8;
            }
            put(&file, &damaged);
            survive(folder.path(), options);
        }
    }
}
