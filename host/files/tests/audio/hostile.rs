//! Broken and malicious files of every kind: each ends in an error or in a recording within bounds.

use crate::fixtures::{Format, every, open, song};
use proptest::prelude::*;
use ripieno_files::AudioFile;
use ripieno_files::samples::Header;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The fewest cases that the corpus must give.
const CASES: usize = 300;
/// Frames that are read of one case.
const MOST_FRAMES: u64 = 4_000_000;

/// AAC without a container: no length, nothing to seek by.
const ADTS: Format = Format { name: "ADTS", kind: "aac", arguments: &["-c:a", "aac"] };

/// A short file of every kind.
fn seeds() -> &'static [(&'static str, Vec<u8>)] {
    static SEEDS: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let plain = every().chain([&ADTS]).map(|format| (format.name, format.file(&song(format.rate(), 6_000))));
        plain.chain(for_samplers()).collect()
    })
}

/// Files that say something to samplers.
fn for_samplers() -> [(&'static str, Vec<u8>); 2] {
    let frames = [[1, 2, 3, 4]; 500].concat();
    let numbers: [u32; 15] = [0, 0, 22_675, 60, 0, 0, 0, 1, 0, 0, 0, 100, 899, 0, 0];
    let smpl: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    let wav = [
        &b"RIFF\x40\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0"[..],
        &[b"smpl\x3c\0\0\0", &smpl[..], b"data\xd0\x07\0\0", &frames].concat(),
    ];
    let aiff = [
        &b"FORM\0\0\x08\x40AIFFCOMM\0\0\0\x12\0\x01\0\0\x03\xe8\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0"[..],
        b"MARK\0\0\0\x14\0\x02\0\x07\0\0\0\x64\x03abc\0\x09\0\0\x03\x84\x00\0",
        b"INST\0\0\0\x14\x3e\xfb\0\x7f\x01\x7f\0\0\0\x01\0\x07\0\x09\0\0\0\0\0\0SSND\0\0\x07\xd8\0\0\0\0\0\0\0\0",
        &frames,
    ];
    [("WAV with a loop", wav.concat()), ("AIFF with a loop", aiff.concat())]
}

/// Cuts, flips and lies, spread over each file and thick where the headers are.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut cases = Vec::new();
    for (name, seed) in seeds() {
        let mut add = |what: String, bytes: Vec<u8>| cases.push((format!("{name}: {what}"), bytes));
        for length in [1, 3, 4, 7, 11, 12, 19, 20, 27, 43, 44, 61, 100, seed.len() / 2, seed.len() - 1] {
            add(format!("cut to {length}"), seed[..length.min(seed.len())].to_vec());
        }
        let places = (0..32).map(|n| n * 3).chain((0..16).map(|n| seed.len() * n / 16 + n));
        for (index, at) in places.enumerate() {
            let at = at.min(seed.len() - 1);
            let mut flipped = seed.clone();
            flipped[at] ^= 1 << (index % 8);
            add(format!("bit {} of byte {at} flipped", index % 8), flipped);
            for value in [0x00, 0xFF] {
                let mut lying = seed.clone();
                let end = (at + 4).min(seed.len());
                lying[at..end].fill(value);
                add(format!("bytes {at} to {end} are {value:#x}"), lying);
            }
        }
        let mut state = 7_u32;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for edit in 0..12 {
            let mut edited = seed.clone();
            for _ in 0..=edit {
                edited[draw(seed.len())] = draw(256) as u8;
            }
            add(format!("edit {edit}"), edited);
        }
        // Behind right checksums the decoders themselves must stand it.
        for edit in 0..if seed.starts_with(b"OggS") { 60 } else { 0 } {
            let mut edited = seed.clone();
            for _ in 0..=edit % 8 {
                edited[draw(seed.len())] = draw(256) as u8;
            }
            sign(&mut edited);
            add(format!("signed edit {edit}"), edited);
        }
        add("twice".into(), [&seed[..], seed].concat());
        add("reversed".into(), seed.iter().rev().copied().collect());
        add("shuffled behind its head".into(), {
            let (head, body) = seed.split_at(seed.len().min(200));
            [head, &body.chunks(97).rev().flatten().copied().collect::<Vec<_>>()].concat()
        });
    }
    cases
}

/// Makes the checksums of all pages of an Ogg file right.
fn sign(file: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = file.get(at..at + 27).filter(|header| header.starts_with(b"OggS")) {
        let pieces = usize::from(header[26]);
        let Some(table) = file.get(at + 27..at + 27 + pieces) else { return };
        let length = 27 + pieces + table.iter().map(|piece| usize::from(*piece)).sum::<usize>();
        let Some(page) = file.get_mut(at..at + length) else { return };
        page[22..26].fill(0);
        let crc =
            page.iter().fold(0_u32, |crc, byte| {
                (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
                    if crc >> 31 == 1 { crc << 1 ^ 0x04C1_1DB7 } else { crc << 1 }
                })
            });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        at += length;
    }
}

/// Opens and reads whatever it is, at its start and after a seek.
fn withstand(name: &str, bytes: &[u8]) {
    let Ok(mut audio) = open(bytes) else { return };
    assert!(audio.spec().channels > 0, "{name}");
    if let Ok(Header { info, .. }) = Header::of(&mut audio) {
        assert!(info.channels > 0 && info.rate_hz > 0 && info.root_key.is_none_or(|key| key < 128), "{name}");
        assert!(info.sustain_loop.is_none_or(|[start, end]| start < end && end <= info.frames), "{name}");
    }
    read_some(name, &mut audio, MOST_FRAMES);
    for place in [0, 3_000, u64::MAX] {
        if audio.seek(place).is_ok() {
            read_some(name, &mut audio, 10_000);
        }
    }
}

fn read_some(name: &str, audio: &mut AudioFile, most: u64) {
    let block = (1 << 16) / audio.spec().channels + 1;
    let mut planes = vec![vec![0.0; block]; audio.spec().channels];
    let mut frames = 0;
    while frames < most {
        match audio.read(&mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>()) {
            Ok(read) => {
                frames += read as u64;
                if read < block {
                    return;
                }
            }
            Err(error) => return assert!(!error.to_string().is_empty(), "{name}"),
        }
    }
}

#[test]
fn the_corpus_is_withstood() {
    let corpus = corpus();
    assert!(corpus.len() >= CASES, "{} cases", corpus.len());
    for (name, bytes) in &corpus {
        let start = Instant::now();
        withstand(name, bytes);
        assert!(start.elapsed() < Duration::from_secs(10), "{name} took {:?}", start.elapsed());
    }
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let mib = peak.unwrap().trim().parse::<u64>().unwrap() / 1024;
        assert!(mib < 400, "{mib} MiB at most");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        withstand("any bytes", &bytes);
    }

    #[test]
    fn any_bytes_behind_a_head(
        head in proptest::sample::select(vec![
            &b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0"[..],
            b"FORM\0\0\xff\xffAIFFCOMM\0\0\0\x12",
            b"fLaC\0\0\0\x22",
            b"OggS\0\x02\0\0\0\0\0\0\0\0",
            b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42\0\0\0\0\0\0\xff\xffmoov",
            b"ID3\x04\0\0\0\0\x02\x01\xff\xfb\x90\x64",
            b"\xff\xf1\x50\x80",
            b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00",
        ]),
        bytes in proptest::collection::vec(any::<u8>(), 0..2048),
    ) {
        withstand("any bytes behind a head", &[head, &bytes].concat());
    }
}
