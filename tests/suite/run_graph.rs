//! Graphs of sound from file to file by the real program: what comes out is what went in, whatever threads or processes it took.

use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_tests::graph::Bench;
use ripieno_tests::process::stereo;
use ripieno_tests::song::Song;
use ripieno_types::SampleRate;
use std::fs::File;
use std::path::Path;

/// A graph of the program's own, as users get it.
fn template(bench: &Bench, name: &str) {
    let (code, text, stderr) = bench.output(&["graph", "new", name]);
    assert_eq!(code, Some(0), "{stderr}");
    bench.write("graph.toml", &text);
}

fn song(path: &Path, frames: usize) -> Vec<f32> {
    let spec = WavSpec { rate: SampleRate::CD, channels: 2, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(File::create(path).expect("a file"), spec).expect("a header");
    let sample = |n: usize| {
        let struck = if n % 11_025 < 40 { 0.6 } else { 0.0 };
        (n as f32 * 0.05).sin() * 0.2 + struck
    };
    let samples: Vec<f32> = (0..frames).map(sample).collect();
    writer.write(&[&samples, &samples]).expect("room");
    writer.finish().expect("room");
    samples
}

#[test]
fn a_tone_is_recorded() {
    let bench = Bench::new();
    template(&bench, "tone");
    let (code, stdout, stderr) =
        bench.output(&["run", "graph.toml", "--set", "tone.frames=100", "--set", "tone.db=-6"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.starts_with("tone ran ") && stdout.contains("100 frames"), "{stdout}");
    let (rate, left, right) = stereo(&bench.path("tone.wav"));
    assert_eq!((rate, left.len(), right.len()), (48_000, 25_600, 25_600));
    let peak = left.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!((0.45..0.55).contains(&peak), "{peak}");
    // A second recording does not take the first one's place unless it is told to.
    let again = |more: &[&str]| bench.output(&[&["run", "graph.toml", "--set", "tone.frames=10"], more].concat());
    let (code, _, stderr) = again(&[]);
    assert!(code == Some(1) && stderr.contains("exists already") && stderr.contains("overwrite"), "{stderr}");
    assert_eq!(again(&["--set", "file.overwrite=true"]).0, Some(0));
    assert_eq!(stereo(&bench.path("tone.wav")).1.len(), 2_560);
}

#[test]
fn stems_add_up_to_their_recording() {
    let bench = Bench::new();
    template(&bench, "stems");
    let mix = song(&bench.path("song.wav"), 3 * 44_100);
    let ended = bench.run(&["graph.toml", "--set", "separate.window=0.7"]).end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (rate, harmonic, _) = stereo(&bench.path("harmonic.wav"));
    let (_, percussive, _) = stereo(&bench.path("percussive.wav"));
    // Whole blocks: the last one is filled up.
    let blocks = mix.len().div_ceil(1_024) * 1_024;
    assert_eq!((rate, harmonic.len(), percussive.len()), (44_100, blocks, blocks));
    let worst =
        mix.iter().zip(harmonic.iter().zip(&percussive)).map(|(mix, (h, p))| (mix - h - p).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-4, "{worst}");
    let power = |stem: &[f32]| stem.iter().map(|sample| sample * sample).sum::<f32>();
    assert!(power(&harmonic) > 10.0 && power(&percussive) > 1.0, "both stems have something in them");
    // Times go through: what comes out is as late as the window is long, and that is measured.
    let ends = ended.summary["summary"]["ends"].as_array().expect("ends").clone();
    assert_eq!(ends.len(), 2, "{ends:?}");
}

#[test]
fn a_song_sounds_as_rendered() {
    let bench = Bench::new();
    template(&bench, "band");
    let mut notes = Song::new();
    notes.note(0, 0, 60, 100, 400).note(200, 0, 64, 90, 400).note(400, 0, 67, 80, 300);
    std::io::Write::write_all(&mut File::create(bench.path("song.mid")).expect("a file"), &notes.bytes(1_000))
        .expect("room");
    let ended = bench.run(&["graph.toml"]).end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (rate, wet, _) = stereo(&bench.path("band.wav"));
    assert_eq!(rate, 48_000);
    assert!(wet.iter().any(|sample| sample.abs() > 0.01), "something sounds");

    // Without effects, frame by frame what `render` makes of it.
    let dry = r#"
format_version = 2
name = "dry"
[[streams]]
name = "dry"
[[tasks]]
name = "synth"
kind = "synth"
writes = { out = "dry" }
params = { song = "song.mid", instrument = "electric-piano" }
[[tasks]]
name = "file"
kind = "wav-sink"
reads = { in = "dry" }
params = { file = "dry.wav" }
"#;
    bench.write("dry.toml", dry);
    assert_eq!(bench.run(&["dry.toml"]).end().code, Some(0));
    let (code, _, stderr) = bench.output(&["render", "song.mid", "-i", "electric-piano", "-o", "rendered.wav"]);
    assert_eq!(code, Some(0), "{stderr}");
    let ((_, dry, _), (_, rendered, _)) = (stereo(&bench.path("dry.wav")), stereo(&bench.path("rendered.wav")));
    let both = dry.len().min(rendered.len());
    assert!(both > 48_000 / 2 && dry[..both] == rendered[..both], "{} and {} frames", dry.len(), rendered.len());
}

/// Source, meter and sink; the meter in its own place.
fn placed(place: &str) -> String {
    format!(
        r#"
format_version = 2
name = "placed"
[[streams]]
name = "noise"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "measured"
[[tasks]]
name = "noise"
kind = "noise"
writes = {{ out = "noise" }}
params = {{ frames = 2000 }}
[[tasks]]
name = "meter"
kind = "meter"
reads = {{ in = "noise" }}
writes = {{ out = "measured" }}
place = "{place}"
[[tasks]]
name = "file"
kind = "wav-sink"
reads = {{ in = "measured" }}
params = {{ file = "{place}.wav" }}
"#
    )
}

#[test]
fn a_task_in_a_process_of_its_own_does_the_same() {
    let bench = Bench::new();
    for place in ["thread", "process"] {
        bench.write("graph.toml", &placed(place));
        let ended = bench.run(&["graph.toml"]).end();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{place}");
        assert_eq!(ended.summary["summary"]["tasks"][1]["frames_in"], 2_000, "{place}");
    }
    let (one, other) = (std::fs::read(bench.path("thread.wav")), std::fs::read(bench.path("process.wav")));
    assert!(one.expect("a file") == other.expect("a file"), "the same bytes");
}

#[test]
fn devices_are_played_and_heard_without_a_card() {
    let bench = Bench::with(
        r#"
format_version = 2
name = "null"
[[streams]]
name = "heard"
[[streams]]
name = "wet"
[[tasks]]
name = "mic"
kind = "mic"
writes = { out = "heard" }
params = { device = "null" }
[[tasks]]
name = "fx"
kind = "fx"
reads = { in = "heard" }
writes = { out = "wet" }
[[tasks]]
name = "out"
kind = "audio-sink"
reads = { in = "wet" }
params = { device = "null" }
[[tasks]]
name = "octaves"
kind = "spectrum"
reads = { in = { stream = "wet", policy = "latest" } }
"#,
    );
    let run = bench.run(&["graph.toml", "--duration", "3"]);
    let status =
        bench.until("sound flows", |status| status["streams"][1]["published"].as_u64().is_some_and(|n| n > 100));
    assert_eq!(status["version"], 1);
    let gauges = |task: usize| status["tasks"][task]["gauges"].as_object().expect("gauges").len();
    assert_eq!((gauges(0), gauges(2), gauges(3)), (2, 2, 10), "{status}");
    let ended = run.end();
    assert_eq!((ended.code, &ended.summary["ended"]), (Some(0), &"complete".into()), "{ended:?}");
}
