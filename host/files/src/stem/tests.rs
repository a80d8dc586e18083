//! Part files that are cut, continued and mistaken for others.

use super::played::played;
use super::*;
use crate::{Existing, Tags};
use proptest::prelude::*;
use std::io::Write;
use std::path::PathBuf;

const FORMATS: [StemFormat; 5] = [
    StemFormat::Wav(Encoding::F32),
    StemFormat::Wav(Encoding::I24),
    StemFormat::Wav(Encoding::I16),
    StemFormat::Flac { bits: 24 },
    StemFormat::Flac { bits: 16 },
];

fn spec(format: StemFormat, channels: u16) -> StemSpec {
    StemSpec { rate: SampleRate::CD, channels, format }
}

fn tags() -> Tags {
    let mut tags = Tags::default();
    for (name, value) in [("TITLE", "Prélude"), ("ARTIST", "One"), ("ARTIST", "Two"), ("TRACKNUMBER", "7")] {
        tags.push(name, value);
    }
    tags
}

/// A tone with noise, louder than full scale here and there.
fn sound(channels: u16, frames: usize) -> Vec<Vec<f32>> {
    let sample = |channel: u16, n: usize| {
        let hash =
            (n as u32 ^ u32::from(channel) << 24).wrapping_mul(0x9E37_79B1).rotate_left(15).wrapping_mul(0x85EB_CA77);
        let noise = hash as f32 / u32::MAX as f32 - 0.5;
        0.9 * (n as f32 * 0.05).sin() + noise * 0.4
    };
    (0..channels).map(|channel| (0..frames).map(|n| sample(channel, n)).collect()).collect()
}

fn write(writer: &mut StemWriter, sound: &[Vec<f32>], from: usize, to: usize) {
    writer.write(&sound.iter().map(|channel| &channel[from..to]).collect::<Vec<_>>()).unwrap();
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn part(&self) -> PathBuf {
        self.0.path().join("stem.part")
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.part()).unwrap()
    }

    /// The file written in one go.
    fn whole(&self, spec: StemSpec, sound: &[Vec<f32>]) -> (Vec<u8>, Finished) {
        let mut writer = StemWriter::create(&self.part(), spec, &tags()).unwrap();
        write(&mut writer, sound, 0, sound[0].len());
        let finished = writer.finish().unwrap();
        (self.bytes(), finished)
    }

    fn append(&self, garbage: &[u8]) {
        OpenOptions::new().append(true).open(self.part()).unwrap().write_all(garbage).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn a_resumed_file_has_the_bytes_of_one_written_in_one_go(
        format in prop::sample::select(&FORMATS[..]),
        channels in 1_u16..4,
        // Frames written, those that are lost, and garbage behind them.
        steps in prop::collection::vec((0_usize..9000, 0_usize..5000, 0_usize..200), 1..6),
    ) {
        let (folder, spec) = (Folder::new(), spec(format, channels));
        let frames = steps.iter().map(|step| step.0).sum::<usize>();
        let sound = sound(channels, frames + 5000);
        let whole: Vec<Vec<f32>> = sound.iter().map(|channel| channel[..frames].to_vec()).collect();
        let (wanted, finished) = folder.whole(spec, &whole);

        let mut writer = StemWriter::create(&folder.part(), spec, &tags()).unwrap();
        let mut at = 0;
        for (kept, lost, garbage) in steps {
            write(&mut writer, &sound, at, at + kept);
            at += kept;
            let state = serde_json::to_string(&writer.state().unwrap()).unwrap();
            prop_assert!(folder.bytes().len() as u64 == writer.state().unwrap().bytes());
            write(&mut writer, &sound, at, at + lost);
            drop(writer);
            folder.append(&vec![0xA5; garbage]);
            let state: WriterState = serde_json::from_str(&state).unwrap();
            prop_assert_eq!(state.frames(), at as u64);
            writer = StemWriter::resume(&folder.part(), spec, &tags(), &state).unwrap();
        }
        prop_assert_eq!(writer.finish().unwrap(), finished);
        prop_assert!(folder.bytes() == wanted, "{:?}, {} frames", format, frames);
    }
}

#[test]
fn a_finished_file_can_be_resumed_too() {
    for format in FORMATS {
        let (folder, spec, sound) = (Folder::new(), spec(format, 2), sound(2, 9000));
        let (wanted, _) = folder.whole(spec, &sound);
        let mut writer = StemWriter::create(&folder.part(), spec, &tags()).unwrap();
        write(&mut writer, &sound, 0, 5000);
        let state = writer.state().unwrap();
        write(&mut writer, &sound, 5000, 8000);
        let mut asked = 0;
        let stopped = writer.finish_while(|| {
            asked += 1;
            asked < 1
        });
        assert!(matches!(stopped, Err(StemError::Stopped)));
        let mut writer = StemWriter::resume(&folder.part(), spec, &tags(), &state).unwrap();
        write(&mut writer, &sound, 5000, 9000);
        writer.finish().unwrap();
        assert!(folder.bytes() == wanted, "{format:?}");
    }
}

#[test]
fn what_was_written_is_told() {
    for format in FORMATS {
        let (folder, sound) = (Folder::new(), sound(2, 10_000));
        let (bytes, finished) = folder.whole(spec(format, 2), &sound);
        assert_eq!((finished.frames, finished.bytes), (10_000, bytes.len() as u64));
        assert_eq!(finished.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert!(finished.levels.peak > 1.0 && finished.levels.over > 0);
        let found = played(&bytes);
        assert_eq!((found.rate_hz, found.channels.len(), found.channels[0].len()), (44_100, 2, 10_000));
        let value = |names: [&str; 2]| {
            let found = found.tags.iter().filter(|(name, _)| names.iter().any(|one| name.eq_ignore_ascii_case(one)));
            found.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(value(["TITLE", "INAM"]), ["Prélude"], "{format:?}");
        assert_eq!(value(["ARTIST", "IART"]), ["One", "Two"], "{format:?}");
        assert_eq!(value(["TRACKNUMBER", "ITRK"]), ["7"], "{format:?}");
    }
}

#[test]
fn samples_come_back_exactly_and_in_place() {
    // Values of 24 bits, those at the ends among them.
    let value = |n: i32| [-0x80_0000, 0x7F_FFFF, 0, 1, -1][n as usize % 5] ^ ((n * 7919) & 0xFFFF);
    let integers: Vec<i32> = (0..5000).map(value).map(|one| one.clamp(-0x80_0000, 0x7F_FFFF)).collect();
    let left: Vec<f32> = integers.iter().map(|one| *one as f32 / 8_388_608.0).collect();
    let right: Vec<f32> = left.iter().rev().copied().collect();
    for format in [StemFormat::Wav(Encoding::I24), StemFormat::Flac { bits: 24 }, StemFormat::Wav(Encoding::F32)] {
        let folder = Folder::new();
        let found = played(&folder.whole(spec(format, 2), &[left.clone(), right.clone()]).0);
        assert!(found.channels[0].iter().map(|one| one >> 8).eq(integers.iter().copied()), "{format:?}");
        assert!(found.channels[1].iter().map(|one| one >> 8).eq(integers.iter().rev().copied()), "{format:?}");
    }
}

#[test]
fn tags_that_a_format_cannot_hold_are_named() {
    let mut tags = tags();
    tags.push("MOOD", "quiet");
    tags.push("COMMENT", &"x".repeat(70_000));
    tags.push("GENRE", "a\0b");
    let folder = Folder::new();
    let left_out = |format| {
        let writer = StemWriter::create(&folder.part(), spec(format, 1), &tags).unwrap();
        writer.left_out().to_vec()
    };
    assert_eq!(left_out(StemFormat::Wav(Encoding::I16)), ["COMMENT", "MOOD", "GENRE"]);
    assert_eq!(left_out(StemFormat::Flac { bits: 16 }), ["COMMENT"]);
}

#[test]
fn specs_that_no_format_has() {
    let folder = Folder::new();
    for (format, channels, told) in [
        (StemFormat::Wav(Encoding::F32), 0, "cannot have 0 channels: 1 to 256"),
        (StemFormat::Wav(Encoding::F32), 257, "cannot have 257 channels: 1 to 256"),
        (StemFormat::Flac { bits: 16 }, 9, "cannot have 9 channels: 1 to 8"),
        (StemFormat::Flac { bits: 20 }, 1, "cannot have 20 bits"),
    ] {
        let error = StemWriter::create(&folder.part(), spec(format, channels), &Tags::default()).unwrap_err();
        assert!(error.to_string().starts_with(told), "{error}");
        assert!(!folder.part().exists());
    }
}

#[test]
fn files_that_are_not_to_be_resumed() {
    for format in FORMATS {
        let (folder, spec, sound) = (Folder::new(), spec(format, 2), sound(2, 9000));
        let mut writer = StemWriter::create(&folder.part(), spec, &tags()).unwrap();
        write(&mut writer, &sound, 0, 5000);
        let state = writer.state().unwrap();
        drop(writer);
        let before = folder.bytes();
        let check = |spec, tags: &Tags, state: &WriterState, told: &str| {
            let bytes = folder.bytes();
            let error = StemWriter::resume(&folder.part(), spec, tags, state).unwrap_err();
            assert!(error.to_string().contains(told), "{format:?}: {error}");
            assert!(folder.bytes() == bytes, "{format:?}: {error}");
        };
        let foreign = "is no beginning of this output";
        check(StemSpec { rate: SampleRate::STUDIO, ..spec }, &tags(), &state, foreign);
        check(StemSpec { channels: 1, ..spec }, &tags(), &state, foreign);
        check(spec, &Tags::default(), &state, foreign);
        for other in FORMATS.into_iter().filter(|other| *other != format) {
            check(StemSpec { format: other, ..spec }, &tags(), &state, foreign);
        }
        let disagrees = "does not agree";
        for change in [(1, 0), (0, 1), (u64::MAX - 5000, 0), (4096, 4096 * 8)] {
            let mut wrong = state.clone();
            wrong.frames = wrong.frames.wrapping_add(change.0);
            wrong.bytes += change.1;
            folder.append(&[0; 1]);
            let short = wrong.bytes > folder.bytes().len() as u64;
            // A FLAC file's frames are not told by its length: any are possible that agree with the waiting samples.
            let any = matches!(format, StemFormat::Flac { .. }) && (change.0 == 0 || change.0 == 4096);
            if any {
                continue;
            }
            check(spec, &tags(), &wrong, if short { "bytes where" } else { disagrees });
        }
        let mut wrong = state.clone();
        wrong.flac = match wrong.flac {
            Some(_) => None,
            None => serde_json::from_str(r#"{"smallest":0,"largest":0,"waiting":"","md5":"00"}"#).unwrap(),
        };
        check(spec, &tags(), &wrong, disagrees);
        for length in [before.len() - 1, 30, 1, 0] {
            OpenOptions::new().write(true).open(folder.part()).unwrap().set_len(length as u64).unwrap();
            check(spec, &tags(), &state, if length > 1000 { "bytes where" } else { foreign });
        }
        fs::remove_file(folder.part()).unwrap();
        let gone = StemWriter::resume(&folder.part(), spec, &tags(), &state).unwrap_err();
        assert!(matches!(&gone, StemError::Write(error) if error.kind() == io::ErrorKind::NotFound), "{gone}");
    }
}

#[test]
fn damaged_states_are_refused() {
    let (folder, spec, sound) = (Folder::new(), spec(StemFormat::Flac { bits: 16 }, 1), sound(1, 5000));
    let mut writer = StemWriter::create(&folder.part(), spec, &tags()).unwrap();
    write(&mut writer, &sound, 0, 4100);
    let text = serde_json::to_string(&writer.state().unwrap()).unwrap();
    drop(writer);
    let md5 = text.split("\"md5\":\"").nth(1).unwrap().split('"').next().unwrap();
    for (from, to) in [
        (format!("\"md5\":\"{md5}"), format!("\"md5\":\"{md5}00")),
        (format!("\"md5\":\"{md5}"), format!("\"md5\":\"{}", &md5[2..])),
        ("\"waiting\":\"".into(), "\"waiting\":\"00".into()),
        ("\"waiting\":\"".into(), "\"waiting\":\"0000".into()),
        ("\"bytes\":".into(), "\"bytes\":0, \"was\":".into()),
    ] {
        assert!(text.contains(&from));
        let state: WriterState = serde_json::from_str(&text.replace(&from, &to)).unwrap();
        assert!(matches!(StemWriter::resume(&folder.part(), spec, &tags(), &state), Err(StemError::State)), "{to}");
    }
    for to in ["\"waiting\":\"0", "\"waiting\":\"xx", "\"waiting\":\"é"] {
        assert!(serde_json::from_str::<WriterState>(&text.replace("\"waiting\":\"", to)).is_err(), "{to}");
    }
}

#[test]
fn one_writer_at_a_time_and_regular_files_only() {
    let (folder, spec) = (Folder::new(), spec(StemFormat::Wav(Encoding::F32), 1));
    let mut writer = StemWriter::create(&folder.part(), spec, &Tags::default()).unwrap();
    let state = writer.state().unwrap();
    assert!(matches!(StemWriter::create(&folder.part(), spec, &Tags::default()), Err(StemError::Busy)));
    assert!(matches!(StemWriter::resume(&folder.part(), spec, &Tags::default(), &state), Err(StemError::Busy)));
    writer.write(&[&[0.5; 10]]).unwrap();
    writer.sync().unwrap();
    assert_eq!(writer.finish().unwrap().frames, 10);
    let to = folder.0.path().join("stem.wav");
    publish(&folder.part(), &to, Existing::Refuse).unwrap();
    assert!(!folder.part().exists() && to.exists());
    let folders = StemWriter::create(folder.0.path(), spec, &Tags::default());
    assert!(matches!(folders, Err(StemError::NotAFile)));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&to, folder.part()).unwrap();
        assert!(matches!(StemWriter::create(&folder.part(), spec, &Tags::default()), Err(StemError::NotAFile)));
        assert!(fs::metadata(&to).unwrap().len() > 0);
    }
}
