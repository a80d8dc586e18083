//! A generated corpus of broken texts, and arbitrary ones: each ends in an error or in a tuning within bounds.

use super::*;
use proptest::prelude::*;

/// The fewest cases that [`corpus`] must give.
const CASES: usize = 1_000;

const SCALE: &[u8] = b"! broken.scl\nA scale of everything\n 7\n!\n 9/8\n203.910\n5/4 third\n4\n-100.0\n1/2\n2/1\n";
const MAP: &[u8] = b"! broken.kbm\n12\n0\n127\n60\n69\n440.0\n12\n0\nx\n1\nx\n2\n3\nx\n4\nx\n5\nx\n6\n";

/// Numbers that have felled other readers.
const NUMBERS: [&str; 20] = [
    "0",
    "-0",
    "-1",
    "1e9",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
    "1/99999999999999999999999",
    "0/0",
    "1/0.0",
    ".",
    "..5",
    "1.2.3",
];

fn corpus(seed: &[u8]) -> Vec<Vec<u8>> {
    let mut cases: Vec<Vec<u8>> = (0..seed.len()).map(|length| seed[..length].to_vec()).collect();
    for at in 0..seed.len() {
        for byte in [0, b'!', b'\n', b'\r', b'-', b'9', b'/', 0xFF, seed[at] ^ 1 << (at % 8)] {
            let mut case = seed.to_vec();
            case[at] = byte;
            cases.push(case);
        }
    }
    let lines: Vec<&[u8]> = seed.split(|byte| *byte == b'\n').collect();
    for place in 0..lines.len() {
        for number in NUMBERS {
            let mut lines = lines.clone();
            lines[place] = number.as_bytes();
            cases.push(lines.join(&b'\n'));
        }
        let mut without = lines.clone();
        without.remove(place);
        cases.push(without.join(&b'\n'));
    }
    cases.extend([
        vec![b'\n'; 100_000],
        vec![b'!'; 100_000],
        b"!\n".repeat(50_000),
        b"1\n".repeat(50_000),
        vec![b'9'; 100_000],
    ]);
    cases
}

/// Reads texts, joins them if they can be, and holds the result to its bounds.
fn withstand(scale: &[u8], map: &[u8]) {
    let (scale, map) = (Scale::parse(scale), KeyMap::parse(map));
    for error in [scale.as_ref().err(), map.as_ref().err()].into_iter().flatten() {
        assert!(error.line > 0 && error.problem.len() < 400, "{error}");
    }
    let (Ok(scale), Ok(map)) = (scale, map) else { return };
    assert!(scale.name().chars().count() <= 200);
    let Ok(tuning) = Tuning::new(&scale, &map) else { return };
    assert!((0..128).filter_map(|key| tuning.cents(key)).all(f64::is_finite), "{tuning:?}");
    let dump = tuning.dump(0, 0);
    assert!(dump.len() == 409 && dump[1..408].iter().all(u8::is_ascii));
}

#[test]
fn the_corpus_is_withstood() {
    let (scales, maps) = (corpus(SCALE), corpus(MAP));
    assert!(scales.len() >= CASES && maps.len() >= CASES, "{} and {} cases", scales.len(), maps.len());
    scales.iter().for_each(|scale| withstand(scale, MAP));
    maps.iter().for_each(|map| withstand(SCALE, map));
    withstand(SCALE, MAP);
    assert!(Scale::parse(SCALE).is_ok() && KeyMap::parse(MAP).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_withstood(
        scale in prop::collection::vec(any::<u8>(), 0..200),
        map in "([-0-9./x !]{0,12}\r?\n){0,20}",
    ) {
        withstand(&scale, map.as_bytes());
        withstand(&[b"\n", map.as_bytes()].concat(), MAP);
        withstand(SCALE, &scale);
    }
}
