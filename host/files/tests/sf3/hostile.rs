//! Damaged and malicious files: each becomes a SoundFont within bounds, or a refusal.

use crate::fonts::{compress, plain};
use ripieno_files::sf3;
use ripieno_synth::SoundFont;
use std::time::{Duration, Instant};

/// The fewest cases that the corpus must give.
const CASES: usize = 300;

/// Cuts, flips and lies, thick in the headers of the samples and at the ends of the pages.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let seed = compress(&plain(), |n| n != 1);
    let find = |id: &[u8; 4]| seed.windows(4).position(|four| four == id).unwrap();
    let (pool, records) = (find(b"smpl"), find(b"shdr"));
    let mut cases = Vec::new();
    let mut add = |what: String, bytes: Vec<u8>| cases.push((what, bytes));
    for part in 0..24 {
        let length = seed.len() * part / 24;
        add(format!("cut to {length}"), seed[..length].to_vec());
    }
    let last_page = seed.windows(4).rposition(|four| four == b"OggS").unwrap();
    let places = (0..46 * 4).step_by(2).map(|n| records + n);
    let places = places.chain((0..40).step_by(3).map(|n| pool + n)).chain((0..28).map(|n| last_page + n));
    for at in places {
        for value in [0x00, 0x7F, 0xFF] {
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
    for edit in 0..80 {
        let mut edited = seed.clone();
        for _ in 0..=edit % 16 {
            edited[draw(seed.len())] = draw(256) as u8;
        }
        add(format!("edit {edit}"), edited);
    }
    // One sample a thousand times over, each a byte apart: the pool has a limit, however many claim it.
    let mut flood = seed.clone();
    let header = flood[records + 8..records + 8 + 46].to_vec();
    flood.truncate(records + 4);
    flood.extend((46 * 1000_u32).to_le_bytes());
    for n in 0..1000_u32 {
        let mut header = header.clone();
        let end = u32::from_le_bytes(header[24..28].try_into().unwrap()) + n;
        header[24..28].copy_from_slice(&end.to_le_bytes());
        flood.extend(header);
    }
    add("a flood of headers".into(), flood);
    cases
}

#[test]
fn the_corpus_is_withstood() {
    let corpus = corpus();
    assert!(corpus.len() >= CASES, "{} cases", corpus.len());
    for (name, bytes) in &corpus {
        let start = Instant::now();
        let (font, _) = sf3::decode(bytes).unwrap();
        let length = font.as_ref().len();
        assert!(length <= 64 * bytes.len() + (1 << 20), "{name}: {} bytes become {length}", bytes.len());
        assert!(!sf3::is_compressed(font.as_ref()), "{name}");
        if let Ok(font) = SoundFont::new(font) {
            font.validate(|_| ());
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{name} took {:?}", start.elapsed());
    }
}
