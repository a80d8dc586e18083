//! `ripieno render`, `instrument info` and `demo` on files that the tests write.

use crate::cli::{Run, command, names, run, wait};
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
use ripieno_tests::song::Song;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with `song.mid`: two notes in a second.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "song.mid", &two_notes());
    folder
}

pub fn two_notes() -> Vec<u8> {
    let mut song = Song::new();
    song.program(0, 0, 0).note(0, 0, 60, 100, 400).note(500, 0, 64, 90, 400);
    song.bytes(1_000)
}

#[expect(clippy::disallowed_methods, reason = "a test's own scratch file, in a folder of its own")]
pub fn save(folder: &Path, name: &str, bytes: &[u8]) {
    fs::write(folder.join(name), bytes).unwrap();
}

/// A looped sine on every key.
pub fn bank() -> SoundFontFile {
    let mut bank = SoundFontFile::new("Bank");
    let sample = bank.sample(Sample::sine("Sine", 44_100, 441.0, 4_000).root(69).looped(1_000, 3_000));
    let instrument = bank.instrument("Sine", vec![Zone::new().sample(sample)]);
    bank.preset("Sine", 0, 0, vec![Zone::new().instrument(instrument)]);
    bank
}

/// Renders `song.mid` to `out.wav`; `extra` is split at blanks.
fn render(folder: &Path, instrument: &str, extra: &str) -> Run {
    let mut arguments = vec!["render", "song.mid", "-i", instrument, "-o", "out.wav"];
    arguments.extend(extra.split_whitespace());
    run(folder, &arguments)
}

fn number(run: &Run, key: &str) -> f64 {
    run.json()[key].as_f64().unwrap_or_else(|| panic!("{key} in {}", run.stdout))
}

#[test]
fn the_report_tells_what_is_in_the_file() {
    let folder = folder();
    for instrument in ["sine-piano", "electric-piano", "organ", "built-in"] {
        let run = render(folder.path(), instrument, "--json --rate 44100 --tail 0.5 --force");
        run.clean();
        let json = run.json();
        let mut keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        let wanted = "events frames peak_dbfs rate real_time_factor rms_dbfs seconds steals voices_peak warnings";
        assert_eq!(keys.join(" "), wanted);
        assert_eq!((json["frames"].as_u64(), json["rate"].as_u64()), (Some(66_150), Some(44_100)));
        assert_eq!((json["events"].as_u64(), json["steals"].as_u64()), (Some(5), Some(0)));
        assert!(json["warnings"].as_array().unwrap().is_empty(), "{instrument}: {}", json["warnings"]);
        assert!((number(&run, "seconds") - 1.5).abs() < 1e-9);
        assert!(number(&run, "real_time_factor") > 0.0 && number(&run, "voices_peak") >= 1.0);

        let mut file = hound::WavReader::open(folder.path().join("out.wav")).unwrap();
        let samples: Vec<f32> = file.samples::<f32>().map(Result::unwrap).collect();
        assert_eq!((file.spec().sample_rate, file.spec().channels, samples.len()), (44_100, 2, 132_300));
        let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let rms = (samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64).sqrt();
        assert!((20.0 * f64::from(peak).log10() - number(&run, "peak_dbfs")).abs() < 1e-6, "{instrument}");
        assert!((20.0 * rms.log10() - number(&run, "rms_dbfs")).abs() < 1e-6, "{instrument}");
        assert!(peak > 0.01, "{instrument} is heard");
    }
}

#[test]
fn people_get_text_and_the_default_tail_ends_in_silence() {
    let folder = folder();
    let run = render(folder.path(), "organ", "");
    run.clean();
    assert!(run.stdout.contains("wrote    out.wav") && run.stdout.contains("times real time"), "{}", run.stdout);
    let mut file = hound::WavReader::open(folder.path().join("out.wav")).unwrap();
    let frames = file.duration();
    assert!((48_000..11 * 48_000).contains(&frames), "{frames}");
    let end = file.samples::<f32>().skip(2 * (frames as usize - 10)).all(|sample| sample.unwrap().abs() < 1e-4);
    assert!(end, "silent at the end");
}

#[test]
fn effects_ring_out_before_the_end() {
    let folder = folder();
    let seconds = |extra: &str| {
        let run = render(folder.path(), "sine-piano", &format!("--json --force {extra}"));
        run.clean();
        assert!(run.json()["warnings"].as_array().unwrap().is_empty(), "{extra}: {}", run.stdout);
        let mut file = hound::WavReader::open(folder.path().join("out.wav")).unwrap();
        let frames = file.duration();
        // The last half second is quiet at every setting, the seconds before are not cut off.
        let quiet = file.samples::<f32>().skip(2 * (frames as usize - 4_800)).all(|x| x.unwrap().abs() < 1e-4);
        assert!(quiet, "{extra}");
        number(&run, "seconds")
    };
    let dry = seconds("");
    assert!(dry < 2.0, "{dry}");
    // Echoes a second apart, each a fifth of the one before: −90 dB after six of them.
    let echo = seconds("--set delay.mix=0.5 --set delay.time=1 --set delay.feedback=0.24");
    assert!(echo > dry + 3.0, "{echo}");
    let room = seconds("--set reverb.mix=0.5 --set reverb.decay=0.5");
    assert!(room > dry + 1.0, "{room}");
    let endless =
        render(folder.path(), "organ", "--json --force --set delay.mix=1 --set delay.feedback=1 --gain-db 20");
    assert!(endless.json()["warnings"][0].as_str().unwrap().contains("--tail"), "{}", endless.stdout);
}

#[test]
fn formats_and_blocks() {
    let folder = folder();
    for (format, bits) in [("f32", 32), ("i24", 24), ("i16", 16)] {
        let mut files = Vec::new();
        for block in ["64", "1", "333", "4096"] {
            let run = render(folder.path(), "electric-piano", &format!("--format {format} --block {block} --force"));
            run.clean();
            assert_eq!(hound::WavReader::open(folder.path().join("out.wav")).unwrap().spec().bits_per_sample, bits);
            files.push(fs::read(folder.path().join("out.wav")).unwrap());
        }
        assert!(files.windows(2).all(|pair| pair[0] == pair[1]), "{format}: the block size is heard");
    }
}

#[test]
fn options_change_what_they_name() {
    let folder = folder();
    let peak = |extra: &str| number(&render(folder.path(), "organ", &format!("--json --force {extra}")), "peak_dbfs");
    let plain = peak("");
    assert!((peak("--gain-db -6") - plain + 6.0).abs() < 0.01);
    assert!((peak("--set volume=0.5") - plain + 6.02).abs() < 0.3);
    assert!(peak("--set filter.cutoff=0") < plain - 3.0);
    let silent = render(folder.path(), "organ", "--json --force --set volume=0 --set reverb.mix=0");
    assert_eq!(silent.code, Some(0));
    let few = render(folder.path(), "organ", "--json --force --voices 1");
    assert_eq!(number(&few, "voices_peak"), 1.0);
    let loud = render(folder.path(), "organ", "--json --force --gain-db 40 --format i16");
    assert!(loud.json()["warnings"][0].as_str().unwrap().contains("were clipped"), "{}", loud.stdout);
    let loud = render(folder.path(), "organ", "--force --gain-db 40");
    assert!(loud.stderr.starts_with("warning: ") && loud.stderr.contains("--gain-db lower"), "{}", loud.stderr);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = folder();
    save(folder.path(), "out.wav", b"precious");
    render(folder.path(), "organ", "").refused(1, &["out.wav exists already", "--force"]);
    assert_eq!(fs::read(folder.path().join("out.wav")).unwrap(), b"precious");
    render(folder.path(), "organ", "--force").clean();
    assert_ne!(fs::read(folder.path().join("out.wav")).unwrap(), b"precious");
    let song = fs::read(folder.path().join("song.mid")).unwrap();
    let onto_itself = ["render", "song.mid", "-i", "organ", "-o", "./song.mid", "--force"];
    run(folder.path(), &onto_itself).refused(2, &["both read and written"]);
    assert_eq!(fs::read(folder.path().join("song.mid")).unwrap(), song);
    let nowhere = ["render", "song.mid", "-i", "organ", "-o", "no/such/out.wav"];
    run(folder.path(), &nowhere).refused(1, &["no/such does not exist"]);
    let onto_folder = ["render", "song.mid", "-i", "organ", "-o", ".", "--force"];
    run(folder.path(), &onto_folder).refused(1, &["not a regular file"]);
    assert_eq!(names(folder.path()), ["out.wav", "song.mid"]);
}

#[test]
fn mistakes_name_cause_and_way_out() {
    let folder = folder();
    save(folder.path(), "piano.sfz", b"<region> sample=a.wav");
    save(folder.path(), "text.sf2", b"not a bank");
    let check = |instrument: &str, extra: &str, code, words: &[&str]| {
        render(folder.path(), instrument, extra).refused(code, words);
    };
    check("orgen", "", 2, &["`orgen`", "did you mean organ?", "sine-piano", ".sf2"]);
    check("none.sf2", "", 3, &["none.sf2 cannot be opened"]);
    check("text.sf2", "", 3, &["text.sf2 is not a SoundFont"]);
    check("piano.sfz", "", 3, &["no region that could sound", "piano.sfz:1:10", "`a.wav`"]);
    check("song.mid", "", 3, &["not a SoundFont"]);
    check("organ", "--set reverb.mxi=0.5", 2, &["did you mean reverb.mix?"]);
    check("organ", "--set reverb.mix=1.5", 2, &["from 0 to 1"]);
    check("organ", "--set reverb.mix", 2, &["reverb.mix=0.3"]);
    let missing = run(folder.path(), &["render", "none.mid", "-i", "organ", "-o", "out.wav"]);
    missing.refused(3, &["none.mid cannot be read"]);
    assert_eq!(names(folder.path()), ["piano.sfz", "song.mid", "text.sf2"]);
}

#[test]
fn damage_is_refused_or_played_up_to() {
    let folder = folder();
    let song = two_notes();
    save(folder.path(), "song.mid", &song[..song.len() - 12]);
    render(folder.path(), "organ", "").refused(3, &["song.mid is damaged: track 1", "--lenient"]);
    assert_eq!(names(folder.path()), ["song.mid"]);
    let run = render(folder.path(), "organ", "--lenient --json");
    run.clean();
    assert!(run.json()["warnings"][0].as_str().unwrap().contains("what follows was dropped"), "{}", run.stdout);
}

#[test]
fn a_tiny_file_does_not_fill_the_disk() {
    let folder = folder();
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x01MTrk\0\0\0\x0e".to_vec();
    bytes.extend([0, 0x90, 60, 100, 0xFF, 0xFF, 0xFF, 0x7F, 0x80, 60, 0, 0, 0xFF, 0x2F]);
    bytes.extend([0]);
    bytes[21] = 15;
    save(folder.path(), "song.mid", &bytes);
    render(folder.path(), "organ", "").refused(3, &["minutes, more than the limit of 60", "--max-minutes 22"]);
    assert_eq!(names(folder.path()), ["song.mid"]);
}

#[test]
fn a_song_without_notes_is_silence_in_valid_json() {
    let folder = folder();
    save(folder.path(), "song.mid", &Song::new().bytes(100));
    let run = render(folder.path(), "organ", "--json --tail 0");
    run.clean();
    assert!(run.json()["peak_dbfs"].is_null() && run.json()["rms_dbfs"].is_null());
    assert_eq!(number(&run, "frames"), 4_800.0);
    assert!(run.json()["warnings"][0].as_str().unwrap().contains("no notes"));
}

#[test]
fn a_soundfont_plays_and_is_described() {
    let folder = folder();
    let bytes = bank().to_bytes();
    save(folder.path(), "bank.sf2", &bytes);
    let run_ = render(folder.path(), "bank.sf2", "--json --tail 0");
    run_.clean();
    assert!(run_.json()["warnings"].as_array().unwrap().is_empty());
    assert!(number(&run_, "peak_dbfs") > -40.0);
    let info = run(folder.path(), &["instrument", "info", "bank.sf2", "--json"]);
    info.clean();
    let json = info.json();
    assert_eq!(
        (json["presets"][0]["name"].as_str(), json["samples"][0]["frames"].as_u64()),
        (Some("Sine"), Some(4_000))
    );
    assert_eq!((json["file_bytes"].as_u64(), json["quarantined"].as_u64()), (Some(bytes.len() as u64), Some(0)));
    let text = run(folder.path(), &["instrument", "info", "bank.sf2"]);
    text.clean();
    assert!(text.stdout.contains("1 presets, 1 instruments, 1 samples"), "{}", text.stdout);
    run(folder.path(), &["instrument", "info", "song.mid"]).refused(3, &["not a SoundFont"]);
}

#[test]
fn quarantine_is_reported_and_the_rest_plays() {
    let folder = folder();
    let mut bank = bank();
    let broken = bank.instrument("Broken", vec![Zone::new().sample(999)]);
    bank.preset("Broken", 0, 1, vec![Zone::new().instrument(broken)]);
    save(folder.path(), "bank.sf2", &bank.to_bytes());
    let run_ = render(folder.path(), "bank.sf2", "--json");
    run_.clean();
    assert!(run_.json()["warnings"][0].as_str().unwrap().contains("does not sound"), "{}", run_.stdout);
    assert!(number(&run_, "peak_dbfs") > -40.0);
    let info = run(folder.path(), &["instrument", "info", "bank.sf2", "--json"]);
    assert_eq!((info.code, info.json()["quarantined"].as_u64()), (Some(0), Some(1)), "{}", info.stdout);
    assert!(info.json()["issues"][0]["quarantined"].as_bool().unwrap());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let folder = folder();
    let mut song = Song::new();
    song.note(0, 0, 60, 100, 3_000_000);
    save(folder.path(), "song.mid", &song.bytes(3_000_000));
    let arguments = ["render", "song.mid", "-i", "organ", "-o", "out.wav", "--block", "1"];
    let mut child = command(folder.path(), &arguments).spawn().unwrap();
    let start = Instant::now();
    while names(folder.path()).len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(20), "the unfinished file never shows");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = wait(&mut child, Duration::from_secs(20)).expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert_eq!(names(folder.path()), ["song.mid"]);
}

/// What a render may hold beside the pages of its files, in KiB.
#[cfg(target_os = "linux")]
const MEMORY_KIB: u64 = 32 * 1024;

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_song() {
    let folder = folder();
    let mut song = Song::new();
    for n in 0..20_000 {
        song.note(n * 40, (n % 16) as u8, 40 + (n % 40) as u8, 90, 300);
    }
    save(folder.path(), "song.mid", &song.bytes(0));
    save(folder.path(), "bank.sf2", &bank().to_bytes());
    let arguments = ["render", "song.mid", "-i", "bank.sf2", "-o", "out.wav", "--set", "reverb.mix=0.5"];
    let mut child = command(folder.path(), &arguments).spawn().unwrap();
    let (mut peak, mut looks) = (0, 0);
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or("0");
        peak = peak.max(anonymous.trim().trim_end_matches(" kB").parse::<u64>().unwrap());
        looks += 1;
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(looks > 10 && peak > 0, "{looks} looks found {peak} KiB");
    assert!(peak <= MEMORY_KIB, "{peak} KiB");
    assert!(fs::metadata(folder.path().join("out.wav")).unwrap().len() > 2 * MEMORY_KIB * 1024);
}

#[test]
fn the_demo_is_the_same_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), &["demo"]);
    first.clean();
    for word in ["wrote", "demo.wav", "times real time", "try next", "ripieno render"] {
        assert!(first.stdout.contains(word), "{word}: {}", first.stdout);
    }
    let bytes = fs::read(folder.path().join("demo.wav")).unwrap();
    let again = run(folder.path(), &["demo", "--json"]);
    again.clean();
    let secs = number(&again, "seconds");
    assert!((45.0..=110.0).contains(&secs), "{secs}");
    let peak = number(&again, "peak_dbfs");
    assert!((-6.0..-0.2).contains(&peak), "loud, and not clipped: {peak}");
    assert!(again.json()["warnings"].as_array().unwrap().is_empty(), "{}", again.stdout);
    assert!(fs::read(folder.path().join("demo.wav")).unwrap() == bytes, "two runs differ");

    save(folder.path(), "demo.wav", b"mine");
    run(folder.path(), &["demo"]).refused(1, &["exists already", "--force"]);
    assert_eq!(fs::read(folder.path().join("demo.wav")).unwrap(), b"mine");
    run(folder.path(), &["demo", "--force", "--out", "."]).clean();
    assert!(fs::read(folder.path().join("demo.wav")).unwrap() == bytes, "--force writes the demo");
    assert_eq!(names(folder.path()), ["demo.wav"]);
}
