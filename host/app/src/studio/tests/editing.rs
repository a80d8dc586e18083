//! Edits of the text: what changes, what stays, what survives faults and restarts.

use super::*;
use proptest::prelude::*;
use ripieno_web::shape::EntryChange;
use serde_json::json;

const EDITED: &str = r#"# my studio
version = 1
future = { of = "this file" } # kept

[audio] # for the stage
master = 0.5 # not louder!

[[pad_presets]] # the first
name = "Left"
mood = "dark"
[[pad_presets.pads]]
note = "C1" # the big one
action = { type = "note", note = 36 }
shine = true

[[pad_presets]]
name = "Right"
pads = [
  { note = 16, action = { type = "panic" } }, # stop!
  { note = 17, glow = 3, label = "x" },
]

# where all begins
[[panels]]
type = "pad"
preset = "left"
active = true
"#;

#[test]
fn an_empty_file_is_the_starter_which_is_written_with_the_first_edit() {
    let mut studio = starter();
    let model = studio.model();
    assert_eq!((model.panels.len(), model.active.len(), model.presets.len()), (3, 3, 3));
    assert!(studio.warnings().is_empty(), "{:?}", studio.warnings());
    assert_eq!(model.presets_of(Kind::Pad).next().unwrap().entries.len(), 8);
    assert_eq!(studio.files().bytes(Part::Document), None);
    studio.edit("nothing", |_| Ok(())).unwrap();
    assert_eq!(studio.files().bytes(Part::Document), None);
    studio.edit("name", |model| model.rename_preset(Kind::Pad, "Drums", "Beats")).unwrap();
    assert!(stored(&studio).starts_with("version = 1\n") && stored(&studio).contains("name = \"Beats\""));
    // What `play` has kept is no beginning of one's own.
    let mut studio = self::studio("[audio]\nmaster = 0.5\n");
    assert_eq!((studio.model().audio.master, studio.model().panels.len()), (0.5, 3));
    studio.edit("name", |model| model.rename_preset(Kind::Pad, "Drums", "Beats")).unwrap();
    assert!(stored(&studio).starts_with("[audio]\nmaster = 0.5\n"));
    assert_eq!(Studio::open(studio.files().clone()).unwrap().model(), studio.model());
    // Whoever has begun has what is there, and nothing else.
    assert!(self::studio("version = 1\n").model().panels.is_empty());
}

#[test]
fn only_what_changed_changes() {
    let mut studio = studio(EDITED);
    assert_eq!(studio.warnings().len(), 4, "{:?}", studio.warnings());
    assert_eq!((studio.warnings()[0].line, studio.warnings()[0].cause.contains("`future`")), (3, true));
    let color = |color: serde_json::Value| {
        move |model: &mut Model| {
            let change: EntryChange = change(json!({ "color": color }));
            model.change_entry(Kind::Pad, "Left", &at("C1"), &change).map(drop)
        }
    };
    studio.edit("colour", color(json!([1, 2, 3]))).unwrap();
    // Ids that followed from the names are said now, so that names can change.
    let expected = EDITED
        .replace("shine = true\n", "shine = true\ncolor = [1, 2, 3]\n")
        .replace("mood = \"dark\"\n", "mood = \"dark\"\nid = \"pad-left\"\n")
        .replace("name = \"Right\"\n", "name = \"Right\"\n@")
        .replace("active = true\n", "active = true\nid = \"padPanel-1\"\n");
    let right = stored(&studio).contains("id = \"pad-right\"");
    assert!(right, "{}", stored(&studio));
    assert_eq!(stored(&studio).replace("id = \"pad-right\"\n", ""), expected.replace('@', ""));
    studio.edit("colour", color(json!(null))).unwrap();
    assert!(!stored(&studio).contains("color"));
    studio.edit("rename", |model| model.rename_preset(Kind::Pad, "left", "Up")).unwrap();
    let text = stored(&studio).to_owned();
    for kept in [
        "# my studio",
        "future = { of = \"this file\" } # kept",
        "mood = \"dark\"",
        "# the big one",
        "shine = true",
        "# where all begins",
        "# not louder!",
        "# the first",
    ] {
        assert!(text.contains(kept), "{kept}\n{text}");
    }
    assert_eq!(studio.model().panels[0].preset_id.as_deref(), Some("pad-left"));
    assert_eq!(Studio::open(studio.files().clone()).unwrap().model(), studio.model());
    assert_eq!(studio.warnings().len(), 4);
    // Arrays of inline tables are edited in place as well.
    let label: EntryChange = change(json!({"label": "y"}));
    studio.edit("label", |model| model.change_entry(Kind::Pad, "Right", &at("17"), &label)).unwrap();
    studio.edit("stop", |model| model.remove_entry(Kind::Pad, "Right", &at("16"))).unwrap();
    assert!(stored(&studio).contains("glow = 3") && !stored(&studio).contains("panic"));
}

#[test]
fn all_that_a_model_has_is_written_and_read() {
    let text = r#"
version = 1
instrument = "organ"
[audio]
rate = 44100
[fx]
"reverb.mix" = 0.3
"delay.bypass" = true
order = ["reverb", "volume", "filter", "pitch", "chorus", "delay", "pan"]
[settings]
theme = "dark"
nested = { a = [1, 2.5, "x"], b = false }
[actions]
allow = ["keystroke"]
[actions.obs]
password = "${vault:obs.password}"
[[devices]]
id = "main"
name = "MPK Mini"
layout = "akai-mpk-mini-play"
lights = true
[[layouts]]
id = "own"
ports = ["Own"]
zones = [{ channel = 10, notes = [0, 9], role = "pad", bank = "C", light = [0, 5] }, { source = "pitch-bend", role = "ignored" }, { nrpns = 300, role = "knob", bank = "B" }, { notes = 99, role = "key" }]
[[knob_presets]]
id = "k"
name = "K"
knobs = [
  { source = "cc14:1", takeover = { tolerant = 0.05 }, curve = [0.0, 0.2, 0.5, 0.8, 1.0], min = 0.1, max = 0.9, invert = true, steps = 5 },
  { cc = 21, device = "main", channel = 3, encoder = { coding = "sign-bit", step = 0.01 } },
  { cc = 21, device = "main", channel = 3, action = { type = "layer", name = "Beat" } },
  { source = "sysex:7e ?? 06", action = { type = "phrase", name = "Riff" } },
]
[[piano_presets]]
id = "p"
name = "P"
keys = [{ note = "C4", press = { radio = 2 }, button = { fire = "repeat", every_ms = 200, fastest_ms = 50 } }]
[[panels]]
id = "x"
type = "knob"
bank = "C"
preset = "k"
title = "Mine"
active = true
[[contexts]]
process = "reaper"
panel = "x"
[[instruments]]
name = "Grand"
path = "grand.sf2"
[[samples]]
name = "Kick"
path = "kick.wav"
[score]
tempo = 120.5
swing = 0.1
phrases = [{ name = "Riff", channel = 2, ends_on_release = true, scaled = false, notes = [{ at = 0, note = "C4" }, { at = 250, note = 64, velocity = 90, length = 100 }] }]
[[score.layers]]
name = "Beat"
steps = [36, "", ["C2", 42], ""]
swing = 0.25
"#;
    let read = studio(text);
    assert!(read.warnings().is_empty(), "{:?}", read.warnings());
    let model = read.model().clone();
    // Into an empty studio, as a whole.
    let mut other = studio("version = 1\n");
    other
        .edit("all", |place| {
            *place = model.clone();
            Ok(())
        })
        .unwrap();
    assert_eq!(other.model(), &model);
    assert_eq!(Studio::open(other.files().clone()).unwrap().model(), &model);
    // And out of it again.
    other
        .edit("none", |place| {
            *place = Model::default();
            Ok(())
        })
        .unwrap();
    assert_eq!(other.model(), &Model::default());
    let compiled = compile(&model, &mut Numbers::default());
    assert_eq!(compiled.warnings, [""; 0]);
}

#[test]
fn a_fault_at_any_step_changes_nothing() {
    let edit = |studio: &mut Studio<InMemory>, name: &str| {
        let name = name.to_owned();
        studio.edit("rename", move |model| model.rename_preset(Kind::Pad, "pad-left", &name))
    };
    for step in 1..=3 {
        let mut studio = studio(EDITED);
        edit(&mut studio, "One").unwrap();
        let (text, model) = (stored(&studio).to_owned(), studio.model().clone());
        studio.files_mut().fail_at(step);
        let error = edit(&mut studio, "Two").expect_err("the disk is full");
        assert!(matches!(&error, EditError::Storage(cause) if cause.contains("the disk is full")), "{error:?}");
        assert_eq!((stored(&studio), studio.model(), studio.history().undo), (text.as_str(), &model, 1));
        // Neither the next edit nor a restart minds.
        let again = Studio::open(studio.files().clone()).unwrap();
        assert_eq!((again.model(), again.history().undo), (&model, 1), "after a fault at step {step}");
        edit(&mut studio, "Three").unwrap();
        studio.undo().unwrap().unwrap();
        assert_eq!(stored(&studio), text);
        studio.files_mut().fail_at(step);
        studio.redo().unwrap_err();
        assert_eq!((stored(&studio), studio.history().redo), (text.as_str(), 1));
        studio.redo().unwrap().unwrap();
        assert_eq!(studio.model().presets[0].name, "Three");
    }
}

#[test]
fn versions_are_kept_and_the_last_good_one_is_offered() {
    let mut studio = studio(EDITED);
    for name in ["one", "two", "three", "four", "five", "six"] {
        studio.edit("rename", |model| model.rename_preset(Kind::Pad, "pad-left", name)).unwrap();
    }
    let mut files = studio.files().clone();
    let name = |files: &InMemory, n| {
        let text = String::from_utf8(files.bytes(Part::Version(n)).unwrap().to_vec()).unwrap();
        self::studio(&text).model().presets[0].name.clone()
    };
    assert_eq!([1, 2, 3, 4, 5].map(|n| name(&files, n)), ["five", "four", "three", "two", "one"]);
    assert_eq!(files.bytes(Part::Version(6)), None);
    files.put(Part::Document, "[[panels]\n");
    files.put(Part::Version(1), "version = 2");
    let error = Studio::open(files.clone()).unwrap_err().to_string();
    for word in ["line 1, column", "version 2 is good", "ripieno studio restore 2"] {
        assert!(error.contains(word), "{error}");
    }
    assert_eq!(restore(&mut files, None).unwrap(), 2);
    assert_eq!(Studio::open(files.clone()).unwrap().model().presets[0].name, "four");
    assert_eq!(files.bytes(Part::Version(1)), Some(&b"[[panels]\n"[..]), "nothing is lost");
    assert!(matches!(restore(&mut files, Some(1)), Err(StudioError::Broken { .. })));
    assert!(matches!(restore(&mut InMemory::default(), Some(1)), Err(StudioError::NoVersion(1))));
    assert!(matches!(restore(&mut InMemory::default(), None), Err(StudioError::NoVersion(_))));
}

#[test]
fn the_disk_has_a_document_at_any_time_and_files_lie_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/studio.toml");
    let mut studio = Studio::open(Folder::at(&path)).unwrap();
    for name in ["one", "two", "three"] {
        studio.edit("rename", |model| model.rename_preset(Kind::Pad, "pad-drums", name)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), studio.text());
    }
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path().join("new")).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["studio.history", "studio.toml", "studio.toml.1", "studio.toml.2"]);
    drop(studio);
    let mut studio = Studio::open(Folder::at(&path)).unwrap();
    assert_eq!(studio.history().undo, 3);
    while studio.undo().unwrap().is_some() {}
    assert_eq!(studio.model(), starter().model());
    while studio.redo().unwrap().is_some() {}
    assert_eq!(studio.model().presets[0].name, "three");
}

#[test]
fn a_profile_is_one_step_and_a_broken_one_none() {
    let mut studio = studio(EDITED);
    let error = studio.replace("load", "[[panels]]\ntype = \"x\"").unwrap_err();
    assert!(error.to_string().contains("line 2, column 8"), "{error}");
    assert_eq!(stored(&studio), EDITED);
    studio.replace("load", "version = 1\n").unwrap();
    assert_eq!((stored(&studio), studio.model()), ("version = 1\n", &Model::default()));
    assert_eq!((studio.history().undo, studio.labels().0), (1, Some("load")));
    studio.undo().unwrap().unwrap();
    assert_eq!(stored(&studio), EDITED);
}

#[test]
fn an_edit_by_hand_is_never_written_over() {
    let mut studio = studio(EDITED);
    let rename = |model: &mut Model| model.rename_preset(Kind::Pad, "pad-left", "Up");
    let by_hand = EDITED.replace("# my studio", "# edited by hand");
    studio.files_mut().put(Part::Document, by_hand.clone());
    assert!(matches!(studio.edit("rename", rename), Err(EditError::Conflict(_))));
    assert_eq!(stored(&studio), by_hand);
    studio.files_mut().put(Part::Document, "[[panels]\n");
    assert!(matches!(studio.refresh(), Err(StudioError::Broken { .. })));
    assert_eq!(studio.text(), EDITED);
    studio.files_mut().put(Part::Document, by_hand.clone());
    assert!(studio.refresh().unwrap() && !studio.refresh().unwrap());
    studio.edit("rename", rename).unwrap();
    let mut studio = Studio::open(studio.files().clone()).unwrap();
    studio.undo().unwrap().unwrap();
    assert_eq!(stored(&studio), by_hand);
    studio.undo().unwrap().unwrap();
    assert_eq!(stored(&studio), EDITED);
}

#[test]
fn room_is_bounded_as_the_core_is() {
    let mut studio = starter();
    let full = studio.edit("many", |model| {
        for n in 0..300 {
            model.create_panel(&new_panel(Kind::Pad, "A", false), fresh(n))?;
        }
        Ok(())
    });
    assert_eq!(full, Err(EditError::Conflict("there is no room for another panel: 256 at most".into())));
    assert_eq!(studio.model(), starter().model());
}

#[test]
fn what_a_file_cannot_say_is_refused() {
    let mut studio = starter();
    for value in [json!(null), json!({"a": [null]}), json!(u64::MAX)] {
        let error = studio.edit("set", |model| {
            model.settings.insert("x".into(), value.clone());
            Ok(())
        });
        assert!(matches!(error, Err(EditError::Invalid(_))), "{value}: {error:?}");
    }
    assert_eq!(studio.model(), starter().model());
}

#[derive(Clone, Debug)]
enum Step {
    Panel(u8, u8, bool),
    Delete(u8),
    Bank(u8, u8),
    Preset(u8),
    Rename(u8, u8),
    Entry(u8, u8, u8),
    Clear(u8, u8),
    Fx(u8),
    Setting(u8),
    Undo,
    Redo,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = || 0..6_u8;
    let step = prop_oneof![
        (n(), n(), any::<bool>()).prop_map(|(a, b, c)| Step::Panel(a, b, c)),
        n().prop_map(Step::Delete),
        (n(), n()).prop_map(|(a, b)| Step::Bank(a, b)),
        n().prop_map(Step::Preset),
        (n(), n()).prop_map(|(a, b)| Step::Rename(a, b)),
        (n(), n(), n()).prop_map(|(a, b, c)| Step::Entry(a, b, c)),
        (n(), n()).prop_map(|(a, b)| Step::Clear(a, b)),
        n().prop_map(Step::Fx),
        n().prop_map(Step::Setting),
        Just(Step::Undo),
        Just(Step::Redo),
        Just(Step::Restart),
    ];
    proptest::collection::vec(step, 0..25)
}

/// Carries out a step; refusals are as good as anything else.
fn apply(model: &mut Model, step: &Step) -> Result<(), EditError> {
    let panel = |model: &Model, n: u8| model.panels.get(usize::from(n)).map(|it| it.id.clone()).unwrap_or_default();
    let preset = |model: &Model, n: u8| {
        model.presets.get(usize::from(n)).map(|it| (it.kind, it.id.clone())).unwrap_or((Kind::Pad, String::new()))
    };
    let kind = |n: u8| [Kind::Pad, Kind::Knob, Kind::Piano][usize::from(n % 3)];
    let bank = |n: u8| ["A", "B", "C", "play", "map", "Z"][usize::from(n % 6)];
    match step {
        Step::Panel(a, b, activate) => {
            model.create_panel(&new_panel(kind(*a), bank(*b), *activate), fresh(u32::from(*b))).map(drop)
        }
        Step::Delete(n) => model.delete_panel(&panel(model, *n)).map(drop),
        Step::Bank(a, b) => model.change_panel(&panel(model, *a), &change(json!({ "bank": bank(*b) }))),
        Step::Preset(n) => model.create_preset(kind(*n), &format!("New {n}"), fresh(u32::from(*n))).map(drop),
        Step::Rename(a, b) => {
            let (kind, id) = preset(model, *a);
            model.rename_preset(kind, &id, &format!("Name {b}"))
        }
        Step::Entry(a, b, c) => {
            let (kind, id) = preset(model, *a);
            let value = json!({"action": {"type": "note", "note": c}, "color": [c, 0, 0], "label": format!("L{c}")});
            model.change_entry(kind, &id, &at(&(16 + b).to_string()), &change(value)).map(drop)
        }
        Step::Clear(a, b) => {
            let (kind, id) = preset(model, *a);
            model.remove_entry(kind, &id, &at(&(16 + b).to_string()))
        }
        Step::Fx(n) => {
            model.fx.insert("reverb.mix".into(), f32::from(*n) / 7.0);
            Ok(())
        }
        Step::Setting(n) => {
            model.settings.insert(format!("key {n}"), json!({"deep": [n, {"y": 0.1}]}));
            Ok(())
        }
        Step::Undo | Step::Redo | Step::Restart => Ok(()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn edits_undo_and_restarts_agree_with_a_list_of_models(steps in steps()) {
        let mut studio = studio(EDITED);
        let (mut past, mut at) = (vec![(EDITED.to_owned(), studio.model().clone())], 0_usize);
        for step in &steps {
            match step {
                Step::Undo => {
                    prop_assert_eq!(studio.undo().unwrap().is_some(), at > 0);
                    at = at.saturating_sub(1);
                }
                Step::Redo => {
                    prop_assert_eq!(studio.redo().unwrap().is_some(), at + 1 < past.len());
                    at = (at + 1).min(past.len() - 1);
                }
                Step::Restart => studio = Studio::open(studio.files().clone()).unwrap(),
                step => {
                    let before = studio.model().clone();
                    let result = studio.edit("step", |model| apply(model, step));
                    if result.is_ok() && *studio.model() != before {
                        past.truncate(at + 1);
                        past.push((studio.text().to_owned(), studio.model().clone()));
                        at += 1;
                    }
                }
            }
            prop_assert_eq!(studio.model(), &past[at].1);
            prop_assert_eq!(stored(&studio), &past[at].0);
            for kept in ["# my studio", "future = { of = \"this file\" } # kept", "# not louder!"] {
                prop_assert!(studio.text().contains(kept));
            }
        }
        while studio.undo().unwrap().is_some() {}
        prop_assert_eq!(stored(&studio), EDITED);
        while studio.redo().unwrap().is_some() {}
        prop_assert_eq!(stored(&studio), &past[past.len() - 1].0);
    }
}
