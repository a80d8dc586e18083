//! `ripieno play` through ALSA without a card: exact samples in a file, a device that takes everything, and none at all.

use crate::cli::{Run, command};
use crate::cli_render::save;
use ripieno_tests::process::stereo;
use ripieno_tests::song::Song;
use std::path::Path;
use std::time::Instant;

const NULL: &str = "pcm.!default { type null hint { show on description \"Null device\" } }";
const FILE: &str = "pcm.!default {
  type file slave { pcm { type null } } file \"FOLDER/out.raw\" format raw
  hint { show on description \"File device\" }
}";

/// A folder with a song, and ALSA with this configuration and nothing else.
fn folder(alsa: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let alsa = alsa.replace("FOLDER", folder.path().to_str().unwrap());
    save(folder.path(), "alsa.conf", alsa.as_bytes());
    let mut song = Song::new();
    // The device's fade is over when the first note begins.
    song.note(400, 0, 60, 100, 200).note(600, 0, 67, 90, 400);
    save(folder.path(), "song.mid", &song.bytes(1_200));
    folder
}

/// Runs the program in the folder, without any server of sound.
fn ripieno(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = command(folder, arguments);
    command.env("ALSA_CONFIG_PATH", folder.join("alsa.conf")).env("XDG_CONFIG_HOME", folder);
    command.env("JACK_DEFAULT_SERVER", "ripieno-nobody").env("JACK_NO_START_SERVER", "1");
    Run::of(command.output().expect("the program starts"))
}

fn play(folder: &Path, options: &str) -> Run {
    let arguments: Vec<_> = "play song.mid -i organ --midi none".split(' ').chain(options.split_whitespace()).collect();
    ripieno(folder, &arguments)
}

/// What the song comes to without any device: left and right.
fn rendered(folder: &Path) -> [Vec<f32>; 2] {
    ripieno(folder, &["render", "song.mid", "-i", "organ", "-o", "song.wav", "--rate", "48000"]).clean();
    let (_, left, right) = stereo(&folder.join("song.wav"));
    [left, right]
}

/// Checks that `heard` is `expected` somewhere, and silent before and after.
#[track_caller]
fn contains(heard: &[Vec<f32>; 2], expected: &[Vec<f32>; 2]) {
    let onset = |samples: &[f32]| samples.iter().position(|sample| sample.abs() > 1e-7).expect("it sounds");
    let start = onset(&heard[0]).checked_sub(onset(&expected[0])).expect("the song's silence comes first");
    for (heard, expected) in heard.iter().zip(expected) {
        assert!(heard.len() >= start + expected.len(), "{} of {} frames", heard.len() - start, expected.len());
        let (heard, after) = heard[start..].split_at(expected.len());
        let error = heard.iter().zip(expected).fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
        assert!(error < 1e-6, "off by {error}");
        assert!(after.iter().all(|sample| sample.abs() < 1e-4), "it goes on");
    }
}

#[test]
fn a_song_leaves_an_alsa_device_as_it_is_rendered() {
    let folder = folder(FILE);
    let run = play(folder.path(), "--json");
    run.clean();
    let bytes = std::fs::read(folder.path().join("out.raw")).unwrap();
    let samples: Vec<_> = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let heard = [0, 1].map(|channel| samples.iter().skip(channel).step_by(2).copied().collect());
    contains(&heard, &rendered(folder.path()));
}

#[test]
fn a_song_plays_on_a_device_that_takes_everything() {
    let folder = folder(NULL);
    let run = play(folder.path(), "--json");
    run.clean();
    let json = run.json();
    assert_eq!((&json["rate"], &json["is_running"]), (&48_000.into(), &true.into()), "{json}");
    assert!(json["song"]["is_over"] == true && json["last_error"].is_null(), "{json}");
}

#[test]
fn without_a_device_the_cause_and_the_way_out_are_named() {
    let folder = folder("");
    play(folder.path(), "").refused(4, &["no audio output", "--null-audio"]);
    play(folder.path(), "--device nowhere").refused(4, &["no audio output 'nowhere'"]);
    play(folder.path(), "--device jack").refused(4, &["no JACK server"]);
}

#[test]
fn without_a_card_time_goes_on_and_a_recording_is_exact() {
    let folder = folder("");
    let start = Instant::now();
    let run = play(folder.path(), "--null-audio --record take.wav --json");
    run.clean();
    assert!(start.elapsed().as_secs_f64() >= 1.2, "played in {:?}", start.elapsed());
    assert_eq!(run.json()["recording_lost"], 0);
    let (rate, left, right) = stereo(&folder.path().join("take.wav"));
    assert_eq!(rate, 48_000);
    contains(&[left, right], &rendered(folder.path()));
}
