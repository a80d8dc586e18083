//! Hostile, cut and damaged recordings, and those that come back bit for bit.

use super::*;
use crate::frame::{DType, FrameSpec, Stamp};
use proptest::prelude::*;
use std::fs;
use std::io::Write as _;
use std::path::Path;

fn spec(dtype: DType, dims: &[usize]) -> FrameSpec {
    FrameSpec::new(dtype, dims).expect("legal")
}

/// The bytes of a recording of three frames of three bytes.
fn three(folder: &Path) -> Vec<u8> {
    let path = folder.join("three.rec");
    let spec = spec(DType::U8, &[3, 1]).with_rate(1000.0).expect("legal");
    let mut recorder = Recorder::create(&path, spec, true).expect("a new file");
    for sequence in 0..3_u64 {
        let frame = [sequence as u8; 3];
        recorder.write(Stamp { sequence, nanos: 10 * sequence }, &frame).expect("room on the disk");
    }
    assert_eq!(recorder.finish().expect("room on the disk"), 3);
    fs::read(&path).expect("it was just written")
}

/// Reads all frames; gives their number and why it ended early.
fn read_all(bytes: &[u8]) -> (u64, Option<RecordingError>) {
    let mut recording = match Recording::new(bytes) {
        Ok(recording) => recording,
        Err(error) => return (0, Some(error)),
    };
    let mut frame = vec![0; recording.spec().bytes().min(1 << 20)];
    loop {
        match recording.read_into(&mut frame) {
            Ok(Some(_)) => {}
            Ok(None) => return (recording.frames(), None),
            Err(error) => return (recording.frames(), Some(error)),
        }
    }
}

#[test]
fn what_is_cut_off_is_read_up_to_the_cut() {
    let folder = tempfile::tempdir().expect("a place for files");
    let whole = three(folder.path());
    let record = 24 + 8;
    for length in 0..whole.len() {
        let (frames, error) = read_all(&whole[..length]);
        let after_header = length.saturating_sub(64);
        assert_eq!(frames as usize, (after_header / record).min(3), "{length} bytes");
        match error {
            Some(RecordingError::Header(_)) => assert!(length < 64),
            Some(RecordingError::CutOff { frames: told, bytes }) => {
                assert_eq!((told, bytes), (frames, after_header - frames as usize * record), "{length} bytes");
            }
            other => panic!("{length} bytes: {other:?}"),
        }
    }
    assert!(matches!(read_all(&whole), (3, None)));
}

#[test]
fn every_changed_byte_is_noticed() {
    let folder = tempfile::tempdir().expect("a place for files");
    let whole = three(folder.path());
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        let (frames, error) = read_all(&damaged);
        let whole_before = at.saturating_sub(64) / 32;
        assert!(error.is_some() && frames as usize <= whole_before.min(3), "byte {at}: {frames} frames, {error:?}");
    }
}

#[test]
fn hostile_headers_are_refused_and_take_no_memory() {
    let header = super::format::header(&spec(DType::F64, &[2, 3]));
    let check = |edit: &dyn Fn(&mut [u8]), expected: &str| {
        let mut bytes = header.to_vec();
        edit(&mut bytes);
        bytes[12..16].fill(0);
        let crc = crc32fast::hash(&bytes);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        bytes.extend_from_slice(b"FRAM and a little more");
        let (frames, error) = read_all(&bytes);
        let message = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(frames == 0 && message.contains(expected), "{message}");
    };
    check(&|bytes| bytes[0] = b'r', "does not begin as a recording");
    check(&|bytes| bytes[8] = 2, "format version is 2");
    check(&|bytes| bytes[10] = 99, "type 99 is not known");
    check(&|bytes| bytes[10] = 0, "type 0 is not known");
    check(&|bytes| bytes[11] = 5, "5 dimensions");
    check(&|bytes| bytes[16] = 0, "dimension of 0");
    check(&|bytes| bytes[16..32].fill(0xff), "more than");
    check(&|bytes| bytes[48..56].copy_from_slice(&f64::NAN.to_le_bytes()), "rate of NaN");
    check(&|bytes| bytes[48..56].copy_from_slice(&(-1.0_f64).to_le_bytes()), "rate of -1");
    // A frame of 1 GiB that is not there: the slice is refused before anything is read for it.
    check(&|bytes| bytes[16..24].copy_from_slice(&(1_u64 << 27).to_le_bytes()[..]), "more than");
    check(&|bytes| (bytes[16..24].copy_from_slice(&(1_u64 << 25).to_le_bytes()), ()).1, "805306368 bytes");
    check(&|_| {}, "cut off after 0 whole frames");
}

#[test]
fn a_growing_recording_is_read_on() {
    let folder = tempfile::tempdir().expect("a place for files");
    let whole = three(folder.path());
    let path = folder.path().join("growing");
    let mut file = fs::File::create(&path).expect("a new file");
    file.write_all(&whole[..64]).expect("room on the disk");
    let mut recording = Recording::open(&path).expect("a header");
    let (mut frame, mut seen) = ([0; 3], Vec::new());
    for byte in &whole[64..] {
        assert!(matches!(recording.read_into(&mut frame), Err(RecordingError::CutOff { .. })));
        file.write_all(&[*byte]).expect("room on the disk");
        while let Ok(Some(stamp)) = recording.read_into(&mut frame) {
            seen.push((stamp.sequence, stamp.nanos, frame));
        }
    }
    assert_eq!(seen, [(0, 0, [0; 3]), (1, 10, [1; 3]), (2, 20, [2; 3])]);
    assert!(matches!(recording.read_into(&mut frame), Ok(None)), "the end mark has come");
}

#[test]
fn nothing_is_overwritten_unless_allowed() {
    let folder = tempfile::tempdir().expect("a place for files");
    let path = folder.path().join("take.rec");
    let spec = spec(DType::U8, &[1]);
    let unfinished = Recorder::create(&path, spec, false).expect("a new file");
    assert!(!path.exists(), "it has its name when it is whole");
    assert!(matches!(Recorder::create(&path, spec, true), Err(RecordError::Busy(_))));
    drop(unfinished);
    assert!(matches!(Recorder::create(&path, spec, false), Err(RecordError::Unfinished(_))));
    let part = folder.path().join("take.rec.part");
    assert!(matches!(read_all(&fs::read(&part).expect("it stays")), (0, Some(RecordingError::CutOff { .. }))));

    let late = Recorder::create(&path, spec, true).expect("the old one may go");
    fs::File::create(&path).expect("someone else makes the file");
    assert_eq!(late.finish().expect("it may be replaced"), 0);
    assert!(matches!(Recorder::create(&path, spec, false), Err(RecordError::Exists(_))));
    fs::remove_file(&path).expect("it is there");

    let late = Recorder::create(&path, spec, false).expect("nothing is there");
    fs::File::create(&path).expect("someone else makes the file");
    assert!(matches!(late.finish(), Err(RecordError::Exists(_))));
    assert_eq!(fs::metadata(&path).expect("it is there").len(), 0, "it is theirs");
    assert!(part.exists(), "nothing is lost");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn frames_and_stamps_come_back_bit_for_bit(
        dtype in prop::sample::select(DType::ALL.to_vec()),
        dims in prop::collection::vec(1_usize..5, 0..4),
        rate in prop::option::of(1e-3..1e9_f64),
        seed in any::<u64>(),
        frames in 0_usize..6,
    ) {
        let mut spec = spec(dtype, &dims);
        if let Some(rate) = rate {
            spec = spec.with_rate(rate).expect("legal");
        }
        let folder = tempfile::tempdir().expect("a place for files");
        let path = folder.path().join("x.rec");
        let mut recorder = Recorder::create(&path, spec, false).expect("a new file");
        let bytes = |frame: usize| -> Vec<u8> {
            (0..spec.bytes()).map(|at| (seed.rotate_left((at * 7 + frame) as u32) >> 3) as u8).collect()
        };
        let stamp = |frame: usize| Stamp { sequence: seed.wrapping_add(frame as u64 * 3), nanos: seed.rotate_right(frame as u32) };
        for frame in 0..frames {
            recorder.write(stamp(frame), &bytes(frame)).expect("room on the disk");
        }
        recorder.finish().expect("room on the disk");
        let mut recording = Recording::open(&path).expect("just written");
        prop_assert_eq!(recording.spec(), spec);
        let mut buffer = vec![0; spec.bytes()];
        for frame in 0..frames {
            prop_assert_eq!(recording.read_into(&mut buffer).expect("whole"), Some(stamp(frame)));
            prop_assert_eq!(&buffer, &bytes(frame));
        }
        prop_assert_eq!(recording.read_into(&mut buffer).expect("whole"), None);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..400), whole in any::<bool>()) {
        if whole {
            let mut with_header = super::format::header(&spec(DType::U8, &[3])).to_vec();
            with_header.append(&mut bytes);
            bytes = with_header;
        }
        let (frames, _) = read_all(&bytes);
        prop_assert!(frames as usize * 27 <= bytes.len());
    }
}
