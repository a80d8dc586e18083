//! Documents from anywhere: each is read or refused with its place and cause, and none is a panic.

use super::read as read_text;
use crate::studio::{InMemory, Part, Studio, StudioError};
use proptest::prelude::*;

/// A text is refused at a place, in words.
fn refused(text: &str, line: usize, column: usize, words: &[&str]) {
    let causes = read_text(text).expect_err(text);
    let first = &causes[0];
    assert_eq!((first.line, first.column), (line, column), "{text}\n{causes:?}");
    for word in words {
        assert!(first.cause.contains(word), "`{word}` is missing: {}\n{text}", first.cause);
    }
}

#[test]
fn mistakes_are_told_with_place_and_cause() {
    let check = refused;
    check("[panels", 1, 8, &["unclosed"]);
    check("version = 1\nversion = 1\n", 2, 1, &["duplicate"]);
    check("version = 2\n", 1, 11, &["version 1"]);
    check("version = \"1\"\n", 1, 11, &["version 1"]);
    check("panels = 3\n", 1, 10, &["`panels` is the integer 3", "[[panels]]"]);
    check("[panels]\ntype = \"pad\"\n", 1, 1, &["[[panels]]"]);
    check("panels = [1]\n", 1, 10, &["[[panels]]"]);
    check("[[panels]]\n", 1, 1, &["`type` is missing"]);
    check("[[panels]]\ntype = 3\n", 2, 8, &["the integer 3", "a text"]);
    check("[[panels]]\ntype = \"drum\"\n", 2, 8, &["\"drum\"", "pad, knob and piano"]);
    check("[[panels]]\ntype = \"pad\"\nbank = \"Q\"\n", 3, 8, &["\"Q\"", "A to P"]);
    check("[[panels]]\ntype = \"piano\"\nbank = \"A\"\n", 3, 8, &["play or map"]);
    check("[[panels]]\ntype = \"pad\"\ntitle = \"a\\u0000\"\n", 3, 9, &["control characters"]);
    check("[[panels]]\ntype = \"pad\"\nid = \"a b\"\n", 3, 6, &["an id has"]);
    check("[[panels]]\ntype = \"pad\"\nactive = 1\n", 3, 10, &["true or false"]);
    let two = "[[panels]]\nid = \"a\"\ntype = \"pad\"\nactive = true\n";
    check(&[two, two].concat(), 6, 6, &["\"a\" already"]);
    check(&[two, &two.replace("\"a\"", "\"b\"")].concat(), 8, 10, &["a is active", "pad:A"]);
    check("[[pad_presets]]\n", 1, 1, &["`name` is missing"]);
    check("[[pad_presets]]\nname = \"\"\n", 2, 8, &["1 to 50"]);
    check("[[pad_presets]]\nname = \"a/b\"\n", 2, 8, &["'/'"]);
    check("[[pad_presets]]\nname = \"A\"\n[[pad_presets]]\nname = \" a \"\n", 4, 8, &["\"A\" already"]);
    check(
        "[[pad_presets]]\nname = \"A\"\nid = \"x\"\n[[knob_presets]]\nname = \"A\"\nid = \"x\"\n",
        6,
        6,
        &["\"x\" already"],
    );
    let pad = |fields: &str| format!("[[pad_presets]]\nname = \"A\"\npads = [{{ {fields} }}]\n");
    check(&pad(""), 3, 9, &["one of note, cc and source"]);
    check(&pad("note = 1, cc = 2"), 3, 9, &["this has 2"]);
    check(&pad("note = 128"), 3, 18, &["128", "C4"]);
    check(&pad("note = -1"), 3, 18, &["-1"]);
    check(&pad("note = \"H4\""), 3, 18, &["H4"]);
    check(&pad("note = 1.5"), 3, 18, &["0 to 127"]);
    check(&pad("cc = 99999999999"), 3, 16, &["0 to 127"]);
    check(&pad("source = \"x\""), 3, 20, &["`x`", "pitch-bend"]);
    check(&pad("note = 1, channel = 17"), 3, 31, &["17", "1 to 16"]);
    check(&pad("note = 1, color = [1, 2]"), 3, 29, &["color"]);
    check(&pad("note = 1, color = [1, 2, 256]"), 3, 29, &["256"]);
    check(&pad("note = 1, action = 3"), 3, 30, &["action"]);
    check(&pad("note = 1, action = { keys = \"x\" }"), 3, 30, &["type"]);
    check(&pad("note = 1, action = { type = 1979-05-27 }"), 3, 30, &["a date"]);
    check(&pad("note = 1, action = { type = \"note\", note = nan }"), 3, 30, &["no number"]);
    check(&pad("note = 1, button = { fire = \"hard\" }"), 3, 30, &["hard"]);
    check(&pad("note = 1, button = { fire = \"long\", ms = 70000 }"), 3, 30, &["70000"]);
    check(&pad("note = 1, min = 0.9, max = 0.1"), 3, 9, &["min is above max"]);
    check(&pad("note = 1, min = inf"), 3, 27, &["no number"]);
    check(&pad("note = 1, max = 1e308"), 3, 9, &["outside 0..=1"]);
    check(&pad("note = 1, light = [0, 200]"), 3, 9, &["light"]);
    check(&pad("note = 1, curve = \"bent\""), 3, 9, &["softer"]);
    check(&pad("note = 1, press = \"twice\""), 3, 29, &["press"]);
    let zone = |fields: &str| format!("[[layouts]]\nid = \"x\"\nzones = [{{ {fields} }}]\n");
    check(&zone("role = \"pad\""), 3, 10, &["one of notes"]);
    check(&zone("notes = 1, role = \"pad\""), 3, 30, &["bank"]);
    check(&zone("notes = [5, 1], role = \"key\""), 3, 20, &["first and last"]);
    check(&zone("notes = [0, 128], role = \"key\""), 3, 20, &["0 to 127"]);
    check(&zone("notes = 1, role = \"drum\""), 3, 30, &["pad, knob, key and ignored"]);
    check(&zone("notes = 1, controls = 1, role = \"key\""), 3, 10, &["this has 2"]);
    check(&zone("notes = 1, role = \"pad\", bank = \"Z\""), 3, 44, &["\"Z\""]);
    check("[[devices]]\nid = \"x\"\n", 1, 1, &["`name` is missing"]);
    check("[fx]\nreverb.mix = 0.3\n", 2, 1, &["with quotes"]);
    check("[fx]\n\"reverb.mix\" = 1.1\n", 2, 16, &["0 to 1"]);
    check("[fx]\n\"reverb.mix\" = nan\n", 2, 16, &["0 to 1"]);
    check("[fx]\nreverb = 0.1\n", 2, 10, &["reverb.mix"]);
    check("[fx]\n\"reverb.bypass\" = 1\n", 2, 19, &["true or false"]);
    check("[fx]\norder = [\"pan\", \"pan\"]\n", 2, 9, &["each of volume"]);
    check("[audio]\nrate = 3\n", 1, 1, &["rate 3", "8000"]);
    check("[audio]\nrate = \"fast\"\n", 1, 1, &["rate"]);
    check("[settings]\nx = 07:32:00\n", 2, 5, &["a date"]);
    check("[actions]\nallow = \"all\"\n", 2, 9, &["an array of texts"]);
    check("[[contexts]]\nprocess = \"x\"\n", 1, 1, &["one of panel and preset"]);
    check("[score]\ntempo = 1000\n", 2, 9, &["40 to 300"]);
    check("[score]\nphrases = [{ name = \"x\", notes = [{ note = 1, length = 3 }] }]\n", 2, 56, &["30"]);
    check("[score]\nlayers = [{ name = \"x\", steps = [200] }]\n", 2, 33, &["up to 16"]);
    check("[[samples]]\nname = \"x\"\n", 1, 1, &["`path` is missing"]);
}

#[test]
fn mistakes_are_told_all_together_in_order() {
    let causes =
        read_text("[[panels]]\ntype = \"x\"\n[[pad_presets]]\nname = \"/\"\n[fx]\nreverb.mix = 1\n").unwrap_err();
    let lines: Vec<usize> = causes.iter().map(|cause| cause.line).collect();
    assert_eq!(lines, [2, 4, 6], "{causes:?}");
}

#[test]
fn oddities_warn_once_and_do_no_harm() {
    let check = |text: &str, lines: &[usize], word: &str| {
        let reading = read_text(text).unwrap_or_else(|causes| panic!("{text}\n{causes:?}"));
        let found: Vec<usize> = reading.warnings.iter().map(|warning| warning.line).collect();
        assert_eq!(found, lines, "{text}\n{:?}", reading.warnings);
        assert!(reading.warnings.iter().all(|warning| warning.cause.contains(word)), "{:?}", reading.warnings);
    };
    check("version = 1\nodd = 1\n[strange]\nx = 1\n", &[2, 3], "unknown here");
    check("[[panels]]\ntype = \"pad\"\nsize = 3\n", &[3], "`size`");
    check("[[panels]]\ntype = \"pad\"\npreset = \"x\"\n", &[3], "silent");
    check("[fx]\n\"reverb.wet\" = 0.1\n", &[2], "reverb.mix");
    check("[[devices]]\nid = \"a\"\nname = \"b\"\nlayout = \"c\"\n", &[4], "no layout");
    let pad = |fields: &str| format!("[[pad_presets]]\nname = \"A\"\n[[pad_presets.pads]]\nnote = 1\n{fields}\n");
    check(&pad("action = { type = \"jump\" }"), &[5], "this does nothing");
    check(&pad("action = { type = \"note\", note = 300 }"), &[5], "note 300");
    check(&pad("action = { type = \"sample\", name = \"x\" }"), &[5], "there is none");
    check(&pad("device = \"x\""), &[5], "hears nothing");
    check(&pad("velocity = 3"), &[5], "unknown here");
    check("[[contexts]]\nprocess = \"x\"\npanel = \"y\"\n", &[3], "no panel");
    check("[actions]\nallow = [\"everything\"]\n", &[1], "everything");
    // The byte order mark and lines of other systems are no mistakes.
    check("\u{feff}version = 1\r\n[fx]\r\n\"reverb.mix\" = 0.5\r\n", &[], "");
    check(" \n\n# nothing but a comment\n", &[], "");
}

#[test]
fn hostile_bytes_are_refused_and_stay_as_they_are() {
    let deep = |open: &str, n: usize| format!("x = {}", open.repeat(n));
    let cases: Vec<Vec<u8>> = vec![
        b"\xff\xfe".to_vec(),
        b"version = 1 # \xc3\x28\n".to_vec(),
        b"\0".to_vec(),
        b"x = \"\x01\"".to_vec(),
        b"x = 1\ry = 2".to_vec(),
        vec![b'['; 100_000],
        deep("[", 50_000).into_bytes(),
        deep("{a=", 50_000).into_bytes(),
        "a.".repeat(50_000).into_bytes(),
        format!("x = {}", "9".repeat(10_000)).into_bytes(),
        b"x = 1e99999".to_vec(),
        b"[a]\n[a]\n".to_vec(),
        b"[[a]]\n[a]\n".to_vec(),
        b"a = 1\n[a.b]\n".to_vec(),
        b"\"\" = 1\n= 2".to_vec(),
        "x = '''".to_owned().into_bytes(),
        vec![b'#'; (1 << 20) + 1],
    ];
    for bytes in cases {
        let mut studio = Studio::open(InMemory::of(bytes.clone()));
        match &mut studio {
            Ok(studio) => assert!(
                studio
                    .edit("x", |model| {
                        model.fx.clear();
                        Ok(())
                    })
                    .is_ok()
            ),
            Err(StudioError::Broken { causes, .. }) => assert!(causes[0].line > 0, "{causes:?}"),
            Err(StudioError::TooLarge) => assert!(bytes.len() > 1 << 20),
            Err(error) => panic!("{error}"),
        }
        if let Ok(studio) = studio {
            assert_eq!(
                crate::studio::Files::load(&mut studio.files().clone(), Part::Document, 1 << 21),
                Ok(Some(bytes))
            );
        }
    }
}

proptest! {
    #[test]
    fn damage_is_an_error_or_a_studio_that_can_be_edited(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        starter in any::<bool>(),
    ) {
        let good = if starter { super::STARTER } else { include_str!("../../../controllers/akai-apc-mini.toml") };
        let mut bytes = good.as_bytes().to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len().max(1));
            match byte % 4 {
                0 => bytes.truncate(at.max(1)),
                1 if at < bytes.len() => bytes[at] = byte,
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        if let Ok(mut studio) = Studio::open(InMemory::of(bytes)) {
            let before = studio.model().clone();
            studio.edit("x", |model| { model.fx.insert("reverb.mix".into(), 0.25); Ok(()) }).unwrap();
            studio.undo().unwrap();
            prop_assert_eq!(studio.model(), &before);
            crate::studio::compile(&before, &mut Default::default());
        }
    }
}
