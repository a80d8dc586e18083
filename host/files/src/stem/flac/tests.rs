//! Streams decoded by another implementation, of sounds that encoders have stumbled over.

use super::*;
use crate::stem::played::played;
use proptest::prelude::*;
use std::io::Cursor;

fn spec(channels: usize, bits: u32) -> FlacSpec {
    FlacSpec { rate: SampleRate::STUDIO, channels: channels as u16, bits }
}

fn written(spec: FlacSpec, channels: &[Vec<f32>], piece: usize) -> Vec<u8> {
    let mut writer = FlacWriter::prepared(Cursor::new(Vec::new()), spec, &Tags::default());
    writer.begin().unwrap();
    for start in (0..channels[0].len()).step_by(piece) {
        let end = (start + piece).min(channels[0].len());
        writer.write(&channels.iter().map(|channel| &channel[start..end]).collect::<Vec<_>>()).unwrap();
    }
    assert_eq!(writer.frames(), channels[0].len() as u64);
    writer.finish().unwrap().0.into_inner()
}

/// Bytes of the stream a byte of the samples.
fn check(name: &str, bits: u32, channels: &[Vec<i32>]) -> f64 {
    let scale = (1_u32 << (bits - 1)) as f32;
    let floats: Vec<Vec<f32>> =
        channels.iter().map(|channel| channel.iter().map(|sample| *sample as f32 / scale).collect()).collect();
    let frames = channels[0].len();
    let bytes = written(spec(channels.len(), bits), &floats, 1000);
    if frames == 0 {
        // Decoders do not open it; nothing but the header is there, with the digest of nothing.
        let header = FlacWriter::prepared(Cursor::new(Vec::new()), spec(channels.len(), bits), &Tags::default());
        assert!(header.wrote(&bytes) && bytes[26..42] == *Md5::digest([]), "{name}: {bits} bits");
        return 1.0;
    }
    let found = played(&bytes);
    assert_eq!((found.rate_hz, found.channels.len()), (48_000, channels.len()), "{name}");
    for (number, (found, wanted)) in found.channels.iter().zip(&floats).enumerate() {
        let found: Vec<i32> = found.iter().map(|sample| sample >> (32 - bits)).collect();
        let wanted = wanted.iter().zip(0..).map(|(sample, frame)| quantise(*sample, bits, frame, number));
        assert!(found.iter().copied().eq(wanted), "{name}: {bits} bits, {frames} frames, channel {number}");
    }
    assert_eq!(found.verified, Some(true), "{name}: {bits} bits, {frames} frames");
    let raw = frames * channels.len() * bits as usize / 8;
    let overhead = frames.div_ceil(BLOCK) * (16 + channels.len()) + 100;
    assert!(bytes.len() <= raw + overhead, "{name}: {bits} bits, {frames} frames take {} bytes", bytes.len());
    bytes.len() as f64 / raw as f64
}

/// Evenly distributed in ±1.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

fn full(bits: u32) -> f64 {
    f64::from((1_u32 << (bits - 1)) - 1)
}

fn tone(frames: usize, bits: u32, hz: f64) -> Vec<i32> {
    let angle = hz / 48_000.0 * std::f64::consts::TAU;
    (0..frames).map(|n| (0.7 * full(bits) * (n as f64 * angle).sin()) as i32).collect()
}

#[test]
fn sounds_that_encoders_stumble_over() {
    for bits in [16, 24] {
        let most = full(bits) as i32;
        let frames = 2 * BLOCK + 100;
        let mut white = noise(1);
        let loud: Vec<i32> = (0..frames).map(|_| (white() * full(bits)) as i32).collect();
        let faint: Vec<i32> = (0..frames).map(|_| (white() * 1.5) as i32).collect();
        // Incompressible, then silent within the same block, and the other way round.
        let cut: Vec<i32> = loud.iter().enumerate().map(|(n, one)| if n % BLOCK < 2944 { *one } else { 0 }).collect();
        let begun: Vec<i32> = loud.iter().enumerate().map(|(n, one)| if n % BLOCK > 3900 { *one } else { 0 }).collect();
        let every = |step: usize, value: i32| (0..frames).map(|n| if n % step == 0 { value } else { 0 }).collect();
        let square: Vec<i32> = (0..frames).map(|n| if n % 2 == 0 { most } else { -most - 1 }).collect();
        let slow: Vec<i32> = (0..frames).map(|n| if n / 50 % 2 == 0 { most } else { -most - 1 }).collect();
        let ramp: Vec<i32> = (0..frames).map(|n| (n as i32).wrapping_mul(977) % most).collect();
        let negated = |of: &[i32]| of.iter().map(|one| -*one).collect::<Vec<_>>();
        let coarse: Vec<i32> = loud.iter().map(|one| one >> 6 << 6).collect();
        let sine = tone(frames, bits, 440.0);
        for (name, channels) in [
            ("silence", vec![vec![0; frames]; 2]),
            ("one value", vec![vec![-most - 1; frames], vec![most; frames]]),
            ("one impulse", vec![every(frames, most)]),
            ("impulses", vec![every(997, most), every(31, -most - 1)]),
            ("noise", vec![loud.clone(), coarse.clone()]),
            ("noise in both", vec![loud.clone(), loud.clone()]),
            ("noise against itself", vec![loud.clone(), negated(&loud)]),
            ("the least noise", vec![faint.clone(), negated(&faint)]),
            ("noise that ends", vec![cut.clone(), cut]),
            ("noise that begins", vec![begun, vec![0; frames]]),
            ("the highest tone", vec![square.clone(), negated(&square).iter().map(|one| one - 1).collect()]),
            ("a square", vec![slow.clone(), sine.clone()]),
            ("a saw", vec![ramp.clone(), slow]),
            ("eight channels", vec![sine, ramp, loud, faint, square, coarse, vec![1; frames], vec![0; frames]]),
        ] {
            check(name, bits, &channels);
        }
    }
}

#[test]
fn every_short_length_and_those_around_a_block() {
    let mut white = noise(2);
    for bits in [16, 24] {
        for frames in (0..80).chain([255, 256, 257, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK]) {
            let loud = (0..frames).map(|_| (white() * full(bits)) as i32).collect();
            check("short", bits, &[tone(frames, bits, 997.0), loud]);
        }
    }
}

#[test]
fn what_can_be_told_briefly_is() {
    let frames = 20 * BLOCK;
    let mut white = noise(3);
    let mut smooth = 0.0;
    // Noise of which the neighbours are alike, as music's are.
    let brown: Vec<i32> = (0..frames)
        .map(|_| {
            smooth = 0.98 * smooth + 0.02 * white();
            (smooth * full(24)) as i32
        })
        .collect();
    let sine = tone(frames, 24, 440.0);
    let wasted: Vec<i32> = tone(frames, 16, 440.0).iter().map(|one| one << 8).collect();
    for (name, most, channels) in [
        ("silence", 0.002, vec![vec![0; frames]]),
        ("a tone", 0.34, vec![sine.clone()]),
        ("a tone in both", 0.17, vec![sine.clone(), sine]),
        ("16 bits in 24", 0.15, vec![wasted]),
        ("brown noise", 0.80, vec![brown.clone()]),
        ("brown noise in both", 0.40, vec![brown.clone(), brown]),
    ] {
        let ratio = check(name, 24, &channels);
        assert!(ratio < most, "{name}: {ratio:.4}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_mixture_comes_back(
        bits in prop_oneof![Just(16_u32), Just(24)],
        channels in 1_usize..=8,
        frames in 0_usize..6000,
        seed: u64,
        parts in prop::collection::vec((0_u32..25, 0_u32..3, 1_usize..3000), 1..6),
    ) {
        let mut white = noise(seed);
        let samples: Vec<Vec<i32>> = (0..channels).map(|_| {
            let mut channel = Vec::new();
            for (level, kind, length) in parts.iter().cycle() {
                let peak = full(bits) / f64::from(1_u32 << (*level).min(bits - 1));
                for n in 0..*length {
                    let value = match kind { 0 => white(), 1 => (n as f64 * 0.01).sin(), _ => (n as f64 * 1.3).sin() };
                    channel.push((value * peak) as i32);
                }
                if channel.len() >= frames {
                    break;
                }
            }
            channel.truncate(frames);
            channel
        }).collect();
        check("mixture", bits, &samples);
    }
}

#[test]
fn a_failing_disk_is_reported_wherever_it_fails() {
    struct Room(u64);
    impl Write for Room {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len() as u64).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Seek for Room {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(0)
        }
    }
    let mut white = noise(4);
    let samples: Vec<f32> = (0..3 * BLOCK + 10).map(|_| white() as f32).collect();
    let write = |room: u64| -> io::Result<()> {
        let mut writer = FlacWriter::prepared(Room(room), spec(1, 16), &Tags::default());
        writer.begin()?;
        writer.write(&[&samples])?;
        writer.finish().map(|_| ())
    };
    let whole = written(spec(1, 16), std::slice::from_ref(&samples), 1000).len() as u64;
    let header = FlacWriter::prepared(Room(0), spec(1, 16), &Tags::default()).header_bytes();
    for room in [0, 1, 50, header, 9000, whole - 1, whole, whole + header - 1] {
        assert_eq!(write(room).unwrap_err().kind(), io::ErrorKind::StorageFull, "{room}");
    }
    write(whole + header).unwrap();
}

#[test]
fn numbers_of_blocks_are_coded_as_decoders_read_them() {
    // Lengths of the code change at these; a stream of that many blocks is too long for a test.
    let coded = |number: u64| {
        let kind = Kind { rate_hz: 48_000, bits: 16 };
        let frame = frame::encode(kind, number, &[vec![0; BLOCK]]);
        let text = &frame[4..frame.len() - 6];
        text.to_vec()
    };
    for (number, text) in [
        (0, "\0"),
        (0x7F, "\x7f"),
        (0x80, "\u{80}"),
        (0x7FF, "\u{7ff}"),
        (0x800, "\u{800}"),
        (0xFFFF, "\u{ffff}"),
        (0x1_0000, "\u{10000}"),
        (0x10_FFFF, "\u{10ffff}"),
    ] {
        assert_eq!(coded(number), text.as_bytes(), "{number:x}");
    }
    assert_eq!(coded(0x20_0000), [0xF8, 0x88, 0x80, 0x80, 0x80]);
    assert_eq!(coded(0x7FFF_FFFF), [0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF]);
}
