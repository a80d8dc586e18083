//! WAV headers as programs write them: cut off, streamed, enormous, wrong.

use crate::fixtures::{open, put, read_on};
use ripieno_files::{AudioError, AudioFile};
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// A chunk with the length that it says, whatever it has.
fn chunk(name: &[u8; 4], says: u32, body: &[u8]) -> Vec<u8> {
    [name, &says.to_le_bytes()[..], body].concat()
}

fn format(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels * (bits / 8);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    chunk(b"fmt ", body.len() as u32, &body)
}

/// 16-bit mono with 100 samples, of which the header says what it is told.
fn wav(riff_says: u32, data_says: u32, after: &[u8]) -> Vec<u8> {
    let samples: Vec<u8> = (0..100_i16).flat_map(|n| (n * 256).to_le_bytes()).collect();
    let body = [&b"WAVE"[..], &format(1, 1, 8_000, 16), &chunk(b"data", data_says, &samples), after].concat();
    chunk(b"RIFF", riff_says, &body)
}

#[test]
fn unfinished_and_streamed_files_are_read_to_their_end() {
    let list = chunk(b"LIST", 16, b"INFOINAM\x04\0\0\0Name");
    for (name, file, frames, damaged) in [
        ("sound", wav(236, 200, &[]), 100, false),
        ("with words after it", wav(260, 200, &list), 100, false),
        ("never finished", wav(0, 0, &[]), 100, false),
        ("never finished, header counted", wav(36, 0, &[]), 100, false),
        ("streamed", wav(u32::MAX, u32::MAX, &[]), 100, false),
        ("streamed, nothing known", wav(u32::MAX, 0, &[]), 100, false),
        ("length of the file wrong", wav(17, 200, &[]), 100, false),
        ("cut off", wav(236, 200, &[])[..144].to_vec(), 50, true),
        ("cut off in a sample", wav(236, 200, &[])[..145].to_vec(), 50, true),
        ("empty", wav(236, 0, &[])[..44].to_vec(), 0, false),
    ] {
        let mut audio = open(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(audio.spec().frames, Some(frames), "{name}");
        assert_eq!(audio.damage().is_some(), damaged, "{name}: {:?}", audio.damage());
        let samples = read_on(&mut audio, 64).remove(0);
        let expected: Vec<f32> = (0..frames).map(|n| n as f32 / 128.0).collect();
        assert_eq!(samples, expected, "{name}");
    }
    assert_eq!(open(&wav(260, 200, &list)).unwrap().tags().first("title"), Some("Name"));
}

#[test]
fn samples_in_wider_fields_keep_their_value() {
    // 20 bits that mean something, in fields of 24: the upper ones.
    let mut body = format(0xFFFE, 1, 8_000, 24)[8..].to_vec();
    body.extend([22, 0, 20, 0, 4, 0, 0, 0]);
    body.extend(*b"\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
    let format = chunk(b"fmt ", 40, &body);
    let samples = chunk(b"data", 6, &[0x10, 0, 0x40, 0xF0, 0xFF, 0xBF]);
    let mut audio = open(&chunk(b"RIFF", 70, &[&b"WAVE"[..], &format, &samples].concat())).unwrap();
    assert_eq!(audio.spec().bits, Some(20));
    let expected = [0x40_0010 as f32 / 8_388_608.0, -(0x40_0010 as f32) / 8_388_608.0];
    assert_eq!(read_on(&mut audio, 16)[0], expected);
}

#[test]
fn what_cannot_be_read_is_named() {
    let file = |format: &[u8]| chunk(b"RIFF", 100, &[&b"WAVE"[..], format, &chunk(b"data", 4, &[0; 4])].concat());
    for (bytes, expected) in [
        (Vec::new(), "is empty"),
        (b"hello, this is no recording at all".to_vec(), "is no recording that is known"),
        (vec![0; 5_000], "is no recording that is known"),
        (b"RIFF".to_vec(), "is no recording that is known"),
        (b"RIFF\x04\0\0\0WAVE".to_vec(), "WAV file is damaged: it has no format chunk"),
        (file(&format(1, 0, 8_000, 16)), "it has no channel"),
        (file(&format(1, 1, 0, 16)), "sample rate 0 Hz is outside"),
        (file(&format(1, 1, 1_000_000, 16)), "sample rate 1000000 Hz is outside"),
        (file(&format(1, 1, 8_000, 64)), "samples of 64 bits"),
        (
            file(&format(0x161, 2, 44_100, 16)),
            "format tag 0x0161, which cannot be decoded here: convert it with ffmpeg",
        ),
        (file(&format(0x55, 2, 44_100, 0)), "MP3 inside"),
        (file(&format(2, 2, 44_100, 4)), "ADPCM of 4 bits"),
        (chunk(b"RIFF", 100, &[&b"WAVE"[..], &format(1, 1, 8_000, 16)].concat()), "it has no samples"),
        (b"fLaC".to_vec(), "FLAC file is damaged"),
        (b"FORM\0\0\0\x04AIFF".to_vec(), "AIFF file is damaged"),
        (b"\0\0\0\x08ftypM4A \0\0\0\0".to_vec(), "MP4 file"),
        (b"OggS\0\x02".to_vec(), "Ogg file is damaged"),
    ] {
        let error = open(&bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} against {expected:?}");
    }
}

#[test]
fn folders_and_missing_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(AudioFile::open(folder.path()), Err(AudioError::NotAFile)));
    assert!(matches!(AudioFile::open(&folder.path().join("none.wav")), Err(AudioError::Read(_))));
    // The name says nothing.
    let path = folder.path().join("song.mp3");
    put(&path, &wav(236, 200, &[]));
    assert_eq!(AudioFile::open(&path).unwrap().spec().container, "WAV");
}

/// A head, then silence up to an enormous length, then one sample of full scale.
struct Enormous {
    head: Vec<u8>,
    length: u64,
    position: u64,
}

impl Read for Enormous {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let frames = (self.length.saturating_sub(self.position) as usize).min(buffer.len());
        for byte in &mut buffer[..frames] {
            let from_end = self.length - self.position;
            *byte = self.head.get(self.position as usize).copied().unwrap_or(if from_end == 1 { 0x40 } else { 0 });
            self.position += 1;
        }
        Ok(frames)
    }
}

impl Seek for Enormous {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(offset) => offset,
            SeekFrom::End(offset) => self.length.saturating_add_signed(offset),
            SeekFrom::Current(offset) => self.position.saturating_add_signed(offset),
        };
        Ok(self.position)
    }
}

#[test]
fn files_beyond_4_gib_are_read_to_their_last_frame() {
    let frames = 3_000_000_000_u64;
    let data = frames * 2;
    let ds64 = |name: &[u8; 4]| {
        let sizes = [data + 100, data, frames].map(u64::to_le_bytes).concat();
        [chunk(name, u32::MAX, b"WAVE"), chunk(b"ds64", 28, &[&sizes[..], &[0; 4]].concat())].concat()
    };
    let plain = chunk(b"RIFF", u32::MAX, b"WAVE");
    for (name, start, says) in [
        ("RF64", ds64(b"RF64"), u32::MAX),
        ("BW64", ds64(b"BW64"), u32::MAX),
        ("streamed", plain.clone(), u32::MAX),
        ("upper bits lost", plain, data as u32),
    ] {
        let head = [start, format(1, 1, 48_000, 16), chunk(b"data", says, &[])].concat();
        let length = head.len() as u64 + data;
        let mut audio = AudioFile::new(Enormous { head, length, position: 0 }).unwrap();
        assert_eq!(audio.spec().frames, Some(frames), "{name}");
        audio.seek(frames - 3).unwrap();
        assert_eq!(read_on(&mut audio, 16)[0], [0.0, 0.0, 0.5], "{name}");
        assert_eq!(audio.damage(), None, "{name}");
    }
}

/// A file that is cut while it is read.
struct Shrinking(Cursor<Vec<u8>>);

impl Read for Shrinking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.position() > 600_000 { Ok(0) } else { self.0.read(buffer) }
    }
}

impl Seek for Shrinking {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_shrinks_keeps_what_was_read_and_says_so() {
    let head =
        [chunk(b"RIFF", 2_000_036, b"WAVE"), format(1, 1, 48_000, 16), chunk(b"data", 2_000_000, &[0x20; 2_000_000])];
    let mut audio = AudioFile::new(Shrinking(Cursor::new(head.concat()))).unwrap();
    let read = read_on(&mut audio, 1_000)[0].len();
    assert!((100_000..1_000_000).contains(&read), "{read}");
    assert!(audio.damage().is_some_and(|damage| damage.contains("ends early")), "{:?}", audio.damage());
}
