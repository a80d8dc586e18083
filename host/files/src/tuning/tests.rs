//! Scales and maps whose keys are known.

use super::*;
use ripieno_synth::{Builtin, Patch, Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};
use std::io::Write;

fn scale(text: &str) -> Scale {
    Scale::parse(text.as_bytes()).unwrap()
}

fn map(text: &str) -> KeyMap {
    KeyMap::parse(text.as_bytes()).unwrap()
}

/// Holds keys to cents, within a thousandth.
#[track_caller]
fn check(tuning: &Tuning, expected: &[(u8, Option<f64>)]) {
    for &(key, expected) in expected {
        let is_met = match (tuning.cents(key), expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-3,
            (found, expected) => found == expected,
        };
        assert!(is_met, "key {key}: {:?}, expected {expected:?}", tuning.cents(key));
    }
}

/// Scala's own example of the format.
const MEANTONE: &str = "! meanquar.scl
!
1/4-comma meantone scale. Pietro Aaron's temperament (1523)
 12
!
 76.04900
 193.15686
 310.26471
 5/4
 503.42157
 579.47057
 696.57843
 25/16
 889.73529
 1006.84314
 1082.89214
 2/1
";

#[test]
fn a_scale_without_a_map_begins_on_middle_c() {
    let tuning = Tuning::new(&scale(MEANTONE), &KeyMap::default()).unwrap();
    assert_eq!(tuning.name(), "1/4-comma meantone scale. Pietro Aaron's temperament (1523)");
    check(
        &tuning,
        &[
            (60, Some(6_000.0)),
            (61, Some(6_076.049)),
            (64, Some(6386.3137)),
            (67, Some(6696.57843)),
            (68, Some(6772.6274)),
            (72, Some(7_200.0)),
            (59, Some(4_800.0 + 1082.89214)),
            (0, Some(0.0)),
            (127, Some(12_000.0 + 696.57843)),
        ],
    );
}

#[test]
fn what_pitches_may_look_like() {
    let found = scale(
        "\n13 notes\n81/64\n408.0\n408.\n5\n-5.0\n10/20\n100.0 cents\n100.0 C#\n5/4   E\\\n 3/2comment\n\t.5\n+7.5\n1200.0\nmore",
    );
    let expected = [407.820, 408.0, 408.0, 2_786.314, -5.0, -1_200.0, 100.0, 100.0, 386.314, 701.955, 0.5, 7.5];
    let found: Vec<_> = (1..=12).map(|note| (found.cents(note) * 1e3).round() / 1e3).collect();
    assert_eq!(found, expected);
}

#[test]
fn lines_may_end_in_any_way() {
    for end in ["\n", "\r\n", "\r"] {
        let text = MEANTONE.replace('\n', end);
        assert_eq!(scale(&text), scale(MEANTONE));
        assert_eq!(scale(&format!("\u{feff}{}", text.trim_end())), scale(MEANTONE));
    }
    assert_eq!(scale("\n0").notes(), 0);
    assert_eq!(scale("Caf\u{e9}\n1\n2/1").name(), "Caf\u{e9}");
    assert_eq!(Scale::parse(b"Caf\xE9\x07\n1\n2/1").unwrap().name(), "Caf\u{e9}");
}

#[test]
fn maps_leave_keys_out_and_move_the_pitch() {
    // White keys alone play seven notes; a sounds at 432 Hz.
    let white = "! a comment\n12\n0\n120\n60\n69\n432.0\n7\n0\nx\n1\nx\n2\n3\nx\n4\nx\n5\nx\n6\n";
    let seven = "Equal heptatonic\n7\n171.42857\n342.85714\n514.28571\n685.71429\n857.14286\n1028.57143\n2/1\n";
    let tuning = Tuning::new(&scale(seven), &map(white)).unwrap();
    let a = 6_900.0 + 1_200.0 * (432.0_f64 / 440.0).log2();
    check(
        &tuning,
        &[
            (69, Some(a)),
            (71, Some(a + 171.42857)),
            (60, Some(a - 857.14286)),
            (57, Some(a - 1_200.0)),
            (61, None),
            (70, None),
            (119, Some(a + 4971.42857)),
            (121, None),
            (127, None),
        ],
    );
    // What is not mapped stays where it was.
    let dump = tuning.dump(0, 0);
    assert_eq!(dump[23 + 3 * 61..23 + 3 * 62], [61, 0, 0]);

    // Entries that are missing at the end are not mapped; without a formal octave the scale's own counts.
    let tuning = Tuning::new(&scale(seven), &map("9\n0\n127\n60\n60\n261.625565\n0\n0\n1\n2\n3\n4\n5\n6\n")).unwrap();
    check(&tuning, &[(66, Some(7_028.571)), (67, None), (68, None), (69, Some(7_200.0))]);
    // A map of no entries: every key is a note, wherever the first is.
    let tuning = Tuning::new(&scale(seven), &map("0\n0\n127\n61\n69\n440.0\n0\n")).unwrap();
    check(&tuning, &[(69, Some(6_900.0)), (68, Some(6_900.0 - 171.42857)), (61, Some(6_900.0 - 1371.42857))]);
    // Bohlen and Pierce go by the twelfth; a map may repeat after any note, and know notes below the first.
    let bohlen = "Bohlen-Pierce\n13\n146.304\n292.608\n438.912\n585.217\n731.521\n877.825\n1024.13\n1170.434\n1316.738\n1463.042\n1609.347\n1755.651\n3/1\n";
    let tuning = Tuning::new(&scale(bohlen), &map("2\n0\n127\n69\n69\n440\n13\n0\n-1\n")).unwrap();
    check(&tuning, &[(69, Some(6_900.0)), (70, Some(6_900.0 - 1_901.955 + 1_755.651)), (71, Some(8_801.955))]);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let scale = |text: &str, line: usize, problem: &str| {
        let error = Scale::parse(text.as_bytes()).unwrap_err();
        assert!(error.line == line && error.problem.contains(problem), "{text:?}: {error}");
    };
    scale("", 2, "number of notes");
    scale("a\n!\nmany\n", 3, "`many` is not a number of notes");
    scale("a\n-1\n", 2, "`-1`");
    scale("a\n3\n3/2\n\n2/1\n", 6, "ends after 2 of 3 notes");
    scale("a\n4294967295\n2/1", 4, "ends after 1 of");
    for bad in ["-3/2", "3/-2", "0/1", "1/0", "abc", ".", "1/", "0", "99999999999999999999.0", "-"] {
        scale(&format!("a\n1\n{bad} x\n"), 3, &format!("`{bad}` is no pitch"));
    }
    let map = |text: &str, line: usize, problem: &str| {
        let error = KeyMap::parse(text.as_bytes()).unwrap_err();
        assert!(error.line == line && error.problem.contains(problem), "{text:?}: {error}");
    };
    map("", 2, "size of the map");
    map("12\n0\n128\n", 3, "`128` is not the last key to retune");
    map("12\n0\n127\n60\n69\n-440\n", 6, "`-440` is no frequency");
    map("12\n0\n127\n60\n69\n0.0\n", 6, "is no frequency");
    map("12\n0\n127\n60\n69\n440\n", 7, "formal octave");
    map("12\n0\n127\n60\n69\n440\n12\n0\ny\n", 9, "`y` is not a note of the scale, or x");
    let unmapped = Tuning::new(&Scale::semitones(), &self::map("12\n0\n127\n60\n61\n440\n12\n0\nx\n"));
    assert!(matches!(unmapped, Err(TuningError::Reference(61))));
}

#[test]
fn files_are_told_apart_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path
    };
    let scale_path = write("a.SCL", MEANTONE);
    let map_path = write("b.kbm", "0\n0\n127\n60\n69\n430\n0\n");
    let pitch = 1_200.0 * (430.0_f64 / 440.0).log2();
    check(&Tuning::open(&[&map_path]).unwrap(), &[(69, Some(6_900.0 + pitch)), (60, Some(6_000.0 + pitch))]);
    for order in [[&scale_path, &map_path], [&map_path, &scale_path]] {
        check(&Tuning::open(&order).unwrap(), &[(69, Some(6_900.0 + pitch)), (60, Some(6010.26471 + pitch))]);
    }
    let error = |paths: &[&PathBuf]| Tuning::open(paths).unwrap_err().to_string();
    let name = |path: &Path| path.display().to_string();
    assert_eq!(
        error(&[&scale_path, &scale_path]),
        format!("{}: there is a scale already; a tuning has one scale and one keyboard map at most", name(&scale_path))
    );
    assert!(error(&[&folder.path().join("none.scl")]).contains("none.scl: cannot be read"));
    assert!(error(&[&write("c.txt", "")]).contains("neither a scale (.scl) nor a keyboard map (.kbm)"));
    assert!(error(&[&write("d.scl", &"!\n".repeat(1 << 20))]).contains("is longer than 1048576 bytes"));
    assert!(
        error(&[&write("e.scl", "a\nb\n")])
            .ends_with("e.scl: line 2: `b` is not a number of notes: a whole number from 0 to 4294967295")
    );
}

#[test]
fn a_dump_is_within_half_a_step_and_has_its_checksum() {
    let tuning = Tuning::new(&scale(MEANTONE), &map("0\n0\n127\n60\n69\n441.7\n0\n")).unwrap();
    let dump = tuning.dump(3, 5);
    assert_eq!((dump.len(), &dump[..7]), (409, &[0xF0, 0x7E, 0x7F, 0x08, 0x04, 3, 5][..]));
    assert_eq!(&dump[7..23], b"1/4-comma meanto");
    assert!(dump[1..408].iter().all(u8::is_ascii));
    assert_eq!(dump[1..407].iter().fold(0, |sum, byte| sum ^ byte) & 0x7F, dump[407]);
    for (key, place) in dump[23..407].chunks(3).enumerate() {
        let place = u32::from(place[0]) << 14 | u32::from(place[1]) << 7 | u32::from(place[2]);
        let error = f64::from(place) * 100.0 / 16_384.0 - tuning.cents(key as u8).unwrap();
        assert!(error.abs() <= 50.1 / 16_384.0, "key {key} is off by {error} cents");
    }
    // What lies beyond the standard's range stays at its ends.
    let wide = Tuning::new(&scale("Fifths\n1\n3/2\n"), &KeyMap::default()).unwrap();
    let dump = wide.dump(0, 0);
    assert_eq!((&dump[23..26], &dump[404..407]), (&[0, 0, 0][..], &[0x7F, 0x7F, 0x7E][..]));
}

#[test]
fn a_synth_plays_what_the_scale_says() {
    // All keys a fifth apart: key 61 sounds as 67 does otherwise.
    let scale = scale("Tempered fifths\n1\n700.0\n");
    let tuning = Tuning::new(&scale, &KeyMap::default()).unwrap();
    let render = |tuning: Option<&Tuning>, key| {
        let mut synth = Synth::<_, 4>::new(Builtin::only(Patch::Organ), SynthConfig::new(SampleRate::CD));
        for command in tuning.into_iter().flat_map(|tuning| tuning.commands().collect::<Vec<_>>()) {
            let Command::SysEx(part) = command else { panic!("{command:?}") };
            synth.sysex(part);
        }
        synth.midi(MidiWord::new(&[0x90, key, 100]).unwrap());
        let (mut left, mut right) = (vec![0.0; 4_096], vec![0.0; 4_096]);
        synth.render(Block::new(&mut left, &mut right), None);
        left
    };
    let (tuned, plain) = (render(Some(&tuning), 61), render(None, 67));
    assert!(tuned.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-3));
    assert_ne!(tuned, render(None, 61));
}
