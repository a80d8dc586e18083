//! SFZ instruments, packs and tunings through the whole program, listened to.

use crate::cli::{Run, run};
use crate::cli_render::save;
use ripieno_synth::Generator;
use ripieno_tests::measure::{cents, peak, pitch_hz, rms_db};
use ripieno_tests::process::stereo;
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
use ripieno_tests::song::Song;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const RATE_HZ: f64 = 48_000.0;

/// A second of a sine at full scale, 16 bits.
fn sine(hz: f64) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for frame in 0..48_000 {
        let phase = hz / RATE_HZ * f64::from(frame) * std::f64::consts::TAU;
        writer.write_sample((phase.sin() * 32_767.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

const SFZ: &str = "\
<control> default_path=Samples\\
<global> ampeg_release=0.05 loop_mode=loop_continuous loop_start=0 loop_end=47999
<region> sample=LOW.wav pitch_keycenter=60 hikey=71 amp_veltrack=0
<region> sample=high one.wav pitch_keycenter=72 lokey=72 amp_veltrack=0 volume=-6
  frobnicate=7 stop_locc20=3
<region> sample=gone.wav key=1
";

const PACK: &str = r#"
name = "Two pads"
[[pads]]
note = 60
file = "Samples/low.wav"
velocity = "fixed"
[[pads]]
note = 72
file = "Samples/high one.wav"
mode = "gate"
gain = -6.0
velocity = "fixed"
"#;

/// A looped sine on every key, softer by so many centibels.
fn font(attenuation: i16) -> Vec<u8> {
    let mut font = SoundFontFile::new("Sine");
    let sample = font.sample(Sample::sine("Sine", 44_100, 441.0, 4_000).root(69).looped(1_000, 3_000));
    let zone = Zone::new().set(Generator::SampleModes, 1).set(Generator::Attenuation, attenuation).sample(sample);
    let instrument = font.instrument("Sine", vec![zone]);
    font.preset("Sine", 0, 0, vec![Zone::new().instrument(instrument)]);
    font.to_bytes()
}

/// A folder with an instrument, a pack, a font and `song.mid`: keys 60 and 72, half a second each.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    fs::create_dir(home.join("Samples")).unwrap();
    save(home, "Samples/low.wav", &sine(261.625_565));
    save(home, "Samples/high one.wav", &sine(523.251_131));
    save(home, "piano.sfz", SFZ.as_bytes());
    save(home, "pack.toml", PACK.as_bytes());
    save(home, "small.sf2", &font(0));
    let mut song = Song::new();
    song.note(0, 0, 60, 100, 480).note(1_000, 0, 72, 100, 480);
    save(home, "song.mid", &song.bytes(1_600));
    folder
}

fn render(folder: &Path, instrument: &str, extra: &[&str]) -> (Run, Vec<f32>) {
    let arguments = ["render", "song.mid", "-i", instrument, "-o", "out.wav", "--force", "--json"];
    let run = run(folder, &[&arguments, extra].concat());
    run.clean();
    let (rate, left, right) = stereo(&folder.join("out.wav"));
    assert!(rate == 48_000 && left == right, "{instrument} is in the middle");
    (run, left)
}

/// A quarter of a second from the midst of each of the two notes.
fn notes(sound: &[f32]) -> [&[f32]; 2] {
    [&sound[9_600..21_600], &sound[57_600..69_600]]
}

fn close(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found} instead of {wanted}");
}

#[test]
fn an_sfz_instrument_plays_and_says_what_it_does_not() {
    let folder = folder();
    let (run_, sound) = render(folder.path(), "piano.sfz", &[]);
    let warnings = run_.json()["warnings"].to_string();
    assert!(warnings.contains("gone.wav"), "{warnings}");
    let [low, high] = notes(&sound);
    // Full scale is -6 dBFS at the default gain, the middle 3 dB below, a sine's power 3 dB below its peak; volume 100.
    let volume = 40.0 * (100.0_f64 / 127.0).log10();
    close(rms_db(low), -12.04 + volume, 0.1);
    close(rms_db(high) - rms_db(low), -6.0, 0.05);
    close(cents(pitch_hz(low, RATE_HZ, 261.6, 50.0), 261.625_565), 0.0, 0.5);
    close(cents(pitch_hz(high, RATE_HZ, 523.3, 50.0), 523.251_131), 0.0, 0.5);
    assert!(peak(&sound[40_000..47_000]) < 1e-4, "it ends when let go");

    let info = run(folder.path(), &["instrument", "info", "piano.sfz", "--json"]);
    info.clean();
    let json = info.json();
    assert_eq!((json["kind"].as_str(), json["recordings"].as_u64()), (Some("SFZ"), Some(2)));
    let notes = json["notes"].as_array().unwrap();
    let said = |line: u64, kind: &str, word: &str| {
        notes.iter().any(|note| {
            note["line"] == line && note["kind"] == kind && note["message"].as_str().unwrap().contains(word)
        })
    };
    assert!(said(5, "unknown", "frobnicate") && said(5, "unsupported", "stop_locc"), "{notes:#?}");
    assert!(said(3, "path", "low.wav") && said(6, "sample", "gone.wav"), "{notes:#?}");
}

#[test]
fn instruments_and_their_banks_sound_the_same() {
    let folder = folder();
    let folder = folder.path();
    for instrument in ["piano.sfz", "pack.toml"] {
        let built = run(folder, &["instrument", "build", instrument, "-o", "out.bank", "--force", "--json"]);
        built.clean();
        let bytes = fs::metadata(folder.join("out.bank")).unwrap().len();
        assert_eq!((built.json()["bytes"].as_u64(), built.json()["reduced"].as_u64()), (Some(bytes), Some(0)));
        let (_, whole) = render(folder, instrument, &["--set", "reverb.mix=0"]);
        let (_, flashed) = render(folder, "out.bank", &["--set", "reverb.mix=0"]);
        assert!(peak(&whole) > 0.05 && whole == flashed, "{instrument}");
        let info = run(folder, &["instrument", "info", "out.bank", "--json"]);
        info.clean();
        assert_eq!((info.json()["parts"].as_u64(), info.json()["bytes"].as_u64()), (Some(2), Some(bytes)));
    }
    run(folder, &["instrument", "build", "piano.sfz", "-o", "two.bank", "--mono"]).refused(2, &["--mono", "SoundFont"]);
    run(folder, &["instrument", "build", "piano.sfz", "-o", "two.bank", "--max-bytes", "1000"])
        .refused(2, &["makes a bank of", "1000 are allowed"]);
    assert!(!folder.join("two.bank").exists());
}

#[test]
fn a_pack_plays_one_shots_and_gates() {
    let folder = folder();
    for pack in ["pack.toml", "."] {
        let (_, sound) = render(folder.path(), pack, &[]);
        let [low, high] = notes(&sound);
        close(rms_db(high) - rms_db(low), -6.0, 0.05);
        // The first pad plays its whole second, whatever the finger does; the second ends with it.
        assert!(rms_db(&sound[36_000..44_000]) > rms_db(low) - 0.5);
        assert!(peak(&sound[74_500..]) < 1e-3);
    }
    run(folder.path(), &["instrument", "info", "."]).clean();
}

#[test]
fn scala_tunes_every_kind_of_instrument() {
    let folder = folder();
    let home = folder.path();
    // An octave of 1200 cents in twelve steps, the whole a third of a semitone high.
    save(home, "up.kbm", b"0\n0\n127\n60\n69\n448.553\n0\n");
    for instrument in ["piano.sfz", "small.sf2", "sine-piano"] {
        let pitch = |extra: &[&str]| {
            let (_, sound) = render(home, instrument, extra);
            pitch_hz(notes(&sound)[0], RATE_HZ, 264.0, 80.0)
        };
        let raised = cents(pitch(&["--tuning", "up.kbm"]), pitch(&[]));
        // What a spectrum of so few frames can tell; the synth's own tests are finer.
        close(raised, 1_200.0 * (448.553_f64 / 440.0).log2(), 1.5);
    }
    save(home, "bad.scl", b"broken\n");
    run(home, &["render", "song.mid", "-i", "organ", "-o", "no.wav", "--tuning", "bad.scl"])
        .refused(3, &["bad.scl", "line"]);
    run(home, &["render", "song.mid", "-i", "organ", "-o", "no.wav", "--tuning", "up.txt"]).refused(3, &[".scl"]);
    run(home, &["serve", "--null-audio", "--no-midi", "--tuning", "bad.scl"]).refused(3, &["bad.scl", "line"]);
}

#[test]
fn profiles_take_soundfonts_at_their_word_or_not() {
    let folder = folder();
    save(folder.path(), "soft.sf2", &font(100));
    let level = |profile: &str| {
        let (_, sound) = render(folder.path(), "soft.sf2", &["--sf2", profile]);
        rms_db(notes(&sound)[0])
    };
    // 10 dB in the file, and what players add for a filter that does not peak: the square root of its Q, 1.5 dB.
    close(level("2.04") - level("strict"), 6.0 + 1.505, 0.05);
    close(level("2.04") - level("2.01"), 0.0, 0.05);
    run(folder.path(), &["render", "song.mid", "-i", "soft.sf2", "-o", "no.wav", "--sf2", "2.02"])
        .refused(2, &["2.02", "2.04", "strict"]);
}
