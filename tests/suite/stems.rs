//! Outputs of long jobs, judged by the reference programs of their format.

use ripieno_files::{StemFormat, StemSpec, StemWriter, Tags};
use ripieno_types::SampleRate;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program says; Debian's `flac` brings both that are used here, `cargo xtask setup` installs it.
fn told(program: &str, arguments: &[&str], file: &Path) -> Vec<u8> {
    let run = Command::new(program).args(arguments).arg(file).output();
    let run = run.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
    assert!(run.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// Notes of decaying overtones in a little noise, different in every channel; integers of so many bits.
fn music(channels: usize, frames: usize, bits: u32) -> Vec<Vec<i32>> {
    let mut state = 1_u64;
    let mut noise = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    let full = f64::from((1 << (bits - 1)) - 1);
    let channel = |channel: usize| {
        let sample = |n: usize| {
            let (note, secs) = (n / 12_000, n as f64 / 48_000.0);
            let hz = 110.0 * 2_f64.powf((note * 7 % 24) as f64 / 12.0) * (1.0 + channel as f64 * 1e-3);
            let decay = (-((n % 12_000) as f64) / 6_000.0).exp();
            let tone: f64 =
                (1..9).map(|k| (std::f64::consts::TAU * hz * f64::from(k) * secs).sin() / f64::from(k)).sum();
            0.3 * decay * tone
        };
        (0..frames).map(sample).collect::<Vec<_>>()
    };
    let channels: Vec<Vec<f64>> = (0..channels).map(channel).collect();
    channels.iter().map(|c| c.iter().map(|one| ((one + 1e-3 * noise()) * full) as i32).collect()).collect()
}

fn written(path: &Path, bits: u32, channels: &[Vec<i32>]) {
    let spec =
        StemSpec { rate: SampleRate::STUDIO, channels: channels.len() as u16, format: StemFormat::Flac { bits } };
    let mut tags = Tags::default();
    tags.push("TITLE", "Prélude");
    tags.push("ARTIST", "One");
    tags.push("ARTIST", "Two");
    let scale = (1_u32 << (bits - 1)) as f32;
    let floats: Vec<Vec<f32>> = channels.iter().map(|c| c.iter().map(|one| *one as f32 / scale).collect()).collect();
    let mut writer = StemWriter::create(path, spec, &tags).unwrap();
    writer.write(&floats.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    assert_eq!(writer.finish().unwrap().frames, channels[0].len() as u64);
}

#[test]
fn flac_files_are_sound_to_the_reference_decoder_and_as_short_as_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, theirs, raw]: [PathBuf; 3] = ["ours.flac", "theirs.flac", "raw"].map(|name| folder.path().join(name));
    for (bits, channels, frames) in [(24, 2, 200_000), (16, 2, 200_000), (24, 1, 60_000), (16, 6, 4097), (24, 8, 5)] {
        let case = format!("{bits} bits, {channels} channels, {frames} frames");
        let samples = music(channels, frames, bits);
        written(&ours, bits, &samples);
        told("flac", &["--test", "--silent", "--warnings-as-errors"], &ours);
        let facts =
            told("metaflac", &["--show-total-samples", "--show-bps", "--show-channels", "--show-sample-rate"], &ours);
        assert_eq!(String::from_utf8(facts).unwrap(), format!("{frames}\n{bits}\n{channels}\n48000\n"));
        let tags = told("metaflac", &["--export-tags-to=-"], &ours);
        assert_eq!(String::from_utf8(tags).unwrap(), "TITLE=Prélude\nARTIST=One\nARTIST=Two\n");
        let out = raw.to_str().unwrap();
        let decode = ["-d", "-s", "-f", "--force-raw-format", "--endian=little", "--sign=signed", "-o", out];
        told("flac", &decode, &ours);
        let decoded = std::fs::read(&raw).unwrap();
        if bits == 24 {
            let each = (0..frames).flat_map(|n| samples.iter().map(move |channel| channel[n]));
            let wanted: Vec<u8> = each.flat_map(|one| one.to_le_bytes()[..3].to_vec()).collect();
            assert!(decoded == wanted, "{case}");
        }
        told("flac", &["-5", "-s", "-f", "--no-padding", "--no-seektable", "-o", theirs.to_str().unwrap()], &ours);
        let [ours, theirs] = [&ours, &theirs].map(|path| std::fs::metadata(path).unwrap().len() as f64);
        assert!(ours <= 1.01 * theirs, "{case}: {ours} bytes, the reference's {theirs}");
    }
}

#[test]
fn an_empty_flac_file_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.flac");
    written(&path, 16, &[Vec::new(), Vec::new()]);
    told("flac", &["--test", "--silent"], &path);
}
