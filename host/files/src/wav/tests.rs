//! Files read back by another implementation, and the bytes that none of them reads.

use super::*;
use std::io::Cursor;

fn spec(encoding: Encoding, channels: u16) -> WavSpec {
    WavSpec { rate: SampleRate::STUDIO, channels, encoding }
}

fn written(spec: WavSpec, channels: &[&[f32]]) -> (Vec<u8>, Levels) {
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).unwrap();
    // In pieces, as a renderer would.
    for start in (0..channels[0].len()).step_by(100) {
        let end = (start + 100).min(channels[0].len());
        let pieces: Vec<&[f32]> = channels.iter().map(|channel| &channel[start..end]).collect();
        writer.write(&pieces).unwrap();
    }
    assert_eq!(writer.frames(), channels[0].len() as u64);
    let (file, levels) = writer.finish().unwrap();
    (file.into_inner(), levels)
}

fn sine(frames: usize, amplitude: f32) -> Vec<f32> {
    (0..frames).map(|n| amplitude * (n as f32 * 0.05).sin()).collect()
}

#[test]
fn another_reader_finds_what_was_written() {
    let (left, right) = (sine(70_001, 0.5), sine(70_001, -0.25));
    for (encoding, bits, error) in [(Encoding::F32, 32, 0.0), (Encoding::I24, 24, 2e-7), (Encoding::I16, 16, 5e-5)] {
        let (bytes, levels) = written(spec(encoding, 2), &[&left, &right]);
        let mut reader = hound::WavReader::new(Cursor::new(&bytes)).unwrap();
        let found = reader.spec();
        assert_eq!((found.channels, found.sample_rate, found.bits_per_sample), (2, 48_000, bits));
        assert_eq!(reader.duration(), 70_001);
        let samples: Vec<f32> = match encoding {
            Encoding::F32 => reader.samples::<f32>().map(Result::unwrap).collect(),
            _ => {
                let scale = (1_u32 << (bits - 1)) as f32;
                reader.samples::<i32>().map(|sample| sample.unwrap() as f32 / scale).collect()
            }
        };
        let wanted = left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]);
        let worst = samples.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= error, "{encoding:?}: {worst}");
        assert!((levels.peak_dbfs().unwrap() + 6.02).abs() < 0.01);
        // The mean of 0.5² and 0.25², halved for sines.
        assert!((levels.rms() - (0.3125_f64 / 4.0).sqrt()).abs() < 1e-3);
    }
}

#[test]
fn odd_data_is_padded_and_lengths_agree() {
    let (bytes, _) = written(spec(Encoding::I24, 1), &[&sine(5, 0.5)]);
    let field = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(bytes.len() % 2, 0);
    assert_eq!(field(4), bytes.len() - 8);
    assert_eq!(field(bytes.len() - 16 - 4), 15);
}

#[test]
fn float_files_have_tag_3_and_a_fact_chunk() {
    let (bytes, _) = written(spec(Encoding::F32, 2), &[&[0.0; 9], &[0.0; 9]]);
    let at = |id: &[u8]| bytes.windows(4).position(|window| window == id).unwrap();
    let format = at(b"fmt ");
    assert_eq!(bytes[format + 4..format + 10], [18, 0, 0, 0, 3, 0]);
    let fact = at(b"fact");
    assert_eq!(bytes[fact + 4..fact + 12], [4, 0, 0, 0, 9, 0, 0, 0]);
}

#[test]
fn beyond_four_gibibytes_the_header_turns_into_rf64() {
    let spec = spec(Encoding::F32, 2);
    let small = header::bytes(&spec, &[], 0);
    // The last length whose RIFF size is not the marker itself, and the first that needs 64 bits.
    let most = (u64::from(u32::MAX) - 1 - (small.len() as u64 - 8)) / 8;
    assert_eq!(&header::bytes(&spec, &[], most)[..4], b"RIFF");
    for frames in [most + 1, 1 << 40] {
        let large = header::bytes(&spec, &[], frames);
        let field = |at: usize| u64::from_le_bytes(large[at..at + 8].try_into().unwrap());
        assert_eq!(large.len(), small.len());
        assert_eq!((&large[..8], &large[12..16]), (&b"RF64\xff\xff\xff\xff"[..], &b"ds64"[..]));
        assert_eq!([field(20), field(28), field(36)], [large.len() as u64 - 8 + frames * 8, frames * 8, frames]);
        assert_eq!(large[large.len() - 4..], [0xFF; 4]);
        assert_eq!(large[large.len() - 12..large.len() - 8], [0xFF; 4]);
    }
}

#[test]
fn silence_clipping_and_nonsense_are_told() {
    let (_, levels) = written(spec(Encoding::I16, 1), &[&[0.0; 4]]);
    assert_eq!((levels.peak_dbfs(), levels.rms_dbfs()), (None, None));
    let (bytes, levels) = written(spec(Encoding::F32, 1), &[&[1.0, -1.5, f32::NAN, f32::INFINITY]]);
    assert_eq!((levels.over, levels.invalid, levels.peak), (1, 2, 1.5));
    assert!(!bytes.windows(4).any(|sample| sample == f32::NAN.to_le_bytes()));
}

#[test]
fn the_same_song_gives_the_same_bytes() {
    let samples = sine(1000, 0.7);
    assert_eq!(written(spec(Encoding::I16, 1), &[&samples]).0, written(spec(Encoding::I16, 1), &[&samples]).0);
}

#[test]
fn a_failing_disk_is_reported() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if bytes.len() > 200 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Seek for Full {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(0)
        }
    }
    let mut writer = WavWriter::new(Full, spec(Encoding::F32, 1)).unwrap();
    let error = writer.write(&[&vec![0.0; BUFFER]]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

/// A file of which the first bytes and the length are kept: hours fit in it.
#[derive(Default)]
struct Endless {
    head: Vec<u8>,
    at: u64,
    length: u64,
}

impl Write for Endless {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at < 512 {
            let (at, end) = (self.at as usize, self.at as usize + bytes.len());
            self.head.resize(self.head.len().max(end), 0);
            self.head[at..end].copy_from_slice(bytes);
        }
        self.at += bytes.len() as u64;
        self.length = self.length.max(self.at);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
            SeekFrom::End(by) => self.length.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

#[test]
fn a_file_resumed_beyond_four_gibibytes_ends_as_rf64_and_is_known_again() {
    let spec = spec(Encoding::F32, 2);
    for (before, id) in [(1_000, b"RIFF"), ((1 << 29) - 100, b"RF64"), (1 << 40, b"RF64")] {
        let mut writer = WavWriter::prepared(Endless::default(), spec, &Tags::default());
        writer.begin().unwrap();
        writer.go_on(before, Levels::default());
        let end = writer.bytes_at(before).unwrap();
        let out = writer.flushed().unwrap();
        (out.at, out.length) = (end, end);
        writer.write(&[&[0.5; 100], &[0.25; 100]]).unwrap();
        let file = writer.finish().unwrap().0;
        let header = &file.head[..header::bytes(&spec, &[], 0).len()];
        assert_eq!(file.length, end + 800);
        assert_eq!(&header[..4], id);
        assert_eq!(header, header::bytes(&spec, &[], before + 100));
        let again = WavWriter::prepared(Endless::default(), spec, &Tags::default());
        assert!(again.wrote(header));
        for at in [0, 12, 22, header.len() - 40] {
            let mut other = header.to_vec();
            other[at] ^= 1;
            assert!(!again.wrote(&other), "byte {at}");
        }
        assert!(!again.wrote(&header[..header.len() - 1]) && !again.wrote(&[]));
    }
}
