//! Presets, their controls, learning: each rule, and what a re-build must not repeat.

use super::super::learn::Learned;
use super::*;
use ripieno_web::shape::{Action, Entry, EntryChange};
use serde_json::{Value, json};

fn refused<T: std::fmt::Debug>(result: Result<T, EditError>, expected: &str) {
    let error = format!("{:?}", result.expect_err(expected));
    assert!(error.contains(expected), "{error}");
}

fn action(value: Value) -> Action {
    change(value)
}

/// A pad of the starter, changed.
fn pad(model: &mut Model, source: &str, value: Value) -> Result<Entry, EditError> {
    model.change_entry(Kind::Pad, "Drums", &at(source), &change::<EntryChange>(value))
}

#[test]
fn names_are_one_policy_everywhere() {
    let mut model = starter().model().clone();
    let id = model.create_preset(Kind::Pad, "  Loops ", fresh(1)).unwrap();
    assert_eq!((id.as_str(), model.preset(Kind::Pad, " lOOPS").unwrap().name.as_str()), ("pad-loops-000001", "Loops"));
    refused(model.create_preset(Kind::Pad, "LOOPS", fresh(2)), "Conflict(\"there is a pad preset called \\\"Loops\\\"");
    refused(model.create_preset(Kind::Pad, "a/b", fresh(2)), "Invalid");
    // Kinds have their own names.
    model.create_preset(Kind::Knob, "Loops", fresh(2)).unwrap();
    refused(model.rename_preset(Kind::Pad, "Loops", "drums"), "Conflict");
    // To change but the case of a name is to rename it.
    model.rename_preset(Kind::Pad, "loops", "LOOPS").unwrap();
    assert_eq!(model.preset(Kind::Pad, &id).unwrap().name, "LOOPS");
    refused(model.rename_preset(Kind::Pad, "nothing", "x"), "Unknown");
}

#[test]
fn a_new_name_changes_nothing_else_and_a_used_preset_stays() {
    let mut studio = starter();
    let panel = |studio: &Studio<InMemory>| studio.model().panel("padPanel-1").unwrap().clone();
    let before = panel(&studio);
    studio.edit("rename", |model| model.rename_preset(Kind::Pad, "Drums", "Beats")).unwrap();
    assert_eq!(panel(&studio), before);
    assert_eq!(studio.model().served_panel(&before).preset, "Beats");
    let studio = Studio::open(studio.files().clone()).unwrap();
    assert_eq!(studio.model().served_panel(&before).preset, "Beats", "after a restart as well");
    let mut model = studio.model().clone();
    refused(
        model.delete_preset(Kind::Pad, "Beats"),
        "Conflict(\"\\\"Beats\\\" is used by the panel \\\"Pad Panel A\\\"",
    );
    model.delete_panel("padPanel-1").unwrap();
    refused(model.delete_preset(Kind::Pad, "Beats"), "last pad preset");
    model.create_preset(Kind::Pad, "Other", fresh(1)).unwrap();
    assert_eq!(model.delete_preset(Kind::Pad, "Beats").unwrap().name, "Beats");
    // Of keys there may be none.
    model.delete_panel("pianoPanel-1").unwrap();
    model.delete_preset(Kind::Piano, "default").unwrap();
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    let mut model = starter().model().clone();
    pad(&mut model, "16", json!({"button": {"fire": "long", "ms": 700}, "light": [0, 127]})).unwrap();
    let entry = pad(&mut model, "16", json!({"label": "Boom"})).unwrap();
    assert_eq!((entry.label.as_str(), entry.light), ("Boom", Some([0, 127])));
    assert_eq!(entry.button.unwrap().ms, Some(700));
    assert_eq!(entry.action, Some(action(json!({"type": "note", "note": 36, "channel": 10}))));
    // Fields of an action one by one; another type begins anew.
    let entry = pad(&mut model, "note:16", json!({"action": {"velocity": 90}})).unwrap();
    assert_eq!(entry.action, Some(action(json!({"type": "note", "note": 36, "channel": 10, "velocity": 90}))));
    let entry = pad(&mut model, "16", json!({"action": {"velocity": null, "type": "note"}})).unwrap();
    assert_eq!(entry.action, Some(action(json!({"type": "note", "note": 36, "channel": 10}))));
    let entry = pad(&mut model, "16", json!({"action": {"type": "panic"}})).unwrap();
    assert_eq!(entry.action, Some(action(json!({"type": "panic"}))));
    // Null takes away; with nothing left the entry goes.
    for field in ["action", "button", "light", "color", "label"] {
        pad(&mut model, "16", json!({ field: null })).unwrap();
    }
    refused(model.entry(Kind::Pad, "Drums", &at("16")), "Unknown");
    // Nothing on nothing is nothing.
    pad(&mut model, "99", json!({})).unwrap();
    assert_eq!(model.preset(Kind::Pad, "Drums").unwrap().entries.len(), 7);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let before = starter().model().clone();
    let check = |source: &str, value: Value, words: &str| {
        let mut model = before.clone();
        refused(pad(&mut model, source, value), words);
        assert_eq!(model, before);
    };
    check("16", json!({"lable": "x"}), "no field \\\"lable\\\"");
    check("16", json!({"source": "17"}), "no field");
    check("16", json!({"color": [1, 2]}), "color: [1,2]");
    check("16", json!({"color": [1, 2, 300]}), "300");
    check("16", json!({"action": {"type": "note", "note": 200}}), "note 200");
    check("16", json!({"action": {"type": "nothing"}}), "no action of the type");
    check("16", json!({"action": {"type": "keystroke", "keys": "ctrl+shfit+p"}}), "keystroke");
    check("16", json!({"action": {"type": "launch", "command": "ls"}}), "shell = true");
    check("16", json!({"action": 3}), "action: 3");
    check("16", json!({"button": {"fire": "hard"}}), "button");
    check("16", json!({"min": 2.0}), "min 2");
    check("16", json!({"label": "x".repeat(200)}), "100 characters");
    check("200", json!({"label": "x"}), "200");
    check("cc:", json!({"label": "x"}), "cc:");
    let mut model = before.clone();
    refused(model.change_entry(Kind::Pad, "Nowhere", &at("16"), &change(json!({"label": "x"}))), "Unknown");
    let device = EntryAddress { device: Some("x".into()), ..at("16") };
    refused(model.change_entry(Kind::Pad, "Drums", &device, &change(json!({"label": "x"}))), "no device");
    let channel = EntryAddress { channel: Some(17), ..at("16") };
    refused(model.change_entry(Kind::Pad, "Drums", &channel, &change(json!({"label": "x"}))), "channel 17");
    let third = EntryAddress { nth: 2, ..at("16") };
    refused(model.change_entry(Kind::Pad, "Drums", &third, &change(json!({"label": "x"}))), "nth 2");
}

#[test]
fn the_same_note_on_two_channels_is_two_controls_and_one_may_have_several_entries() {
    let mut model = starter().model().clone();
    let first = EntryAddress { channel: Some(1), ..at("note:60") };
    let second = EntryAddress { channel: Some(2), ..at("60") };
    let long = EntryAddress { nth: 1, ..first.clone() };
    for (address, label) in [(&first, "one"), (&second, "two"), (&long, "long")] {
        model.change_entry(Kind::Pad, "Drums", address, &change(json!({ "label": label }))).unwrap();
    }
    let label = |model: &Model, at: &EntryAddress| model.entry(Kind::Pad, "drums", at).map(|entry| entry.label.clone());
    assert_eq!([&first, &second, &long].map(|at| label(&model, at).unwrap()), ["one", "two", "long"]);
    model.remove_entry(Kind::Pad, "Drums", &first).unwrap();
    assert_eq!(label(&model, &first).unwrap(), "long", "what is left is counted anew");
    assert_eq!(label(&model, &second).unwrap(), "two");
}

#[test]
fn swapping_exchanges_all_but_the_place() {
    let mut model = starter().model().clone();
    let label =
        |model: &Model, source: &str| model.entry(Kind::Pad, "Drums", &at(source)).map(|entry| entry.label.clone());
    let before = model.clone();
    model.swap_entries(Kind::Pad, "Drums", &at("16"), &at("17")).unwrap();
    assert_eq!((label(&model, "16").unwrap(), label(&model, "17").unwrap()), ("Snare".into(), "Kick".into()));
    model.swap_entries(Kind::Pad, "Drums", &at("17"), &at("16")).unwrap();
    assert_eq!(model, before);
    model.swap_entries(Kind::Pad, "Drums", &at("16"), &at("40")).unwrap();
    assert_eq!(label(&model, "40").unwrap(), "Kick");
    refused(label(&model, "16"), "Unknown");
    refused(model.swap_entries(Kind::Pad, "Drums", &at("16"), &at("99")), "nothing on note:16 and note:99");
    // A label that nobody chose follows its place.
    pad(&mut model, "50", json!({"action": {"type": "panic"}})).unwrap();
    model.swap_entries(Kind::Pad, "Drums", &at("50"), &at("51")).unwrap();
    assert_eq!(label(&model, "51").unwrap(), "Pad 51");
}

#[test]
fn clearing_takes_the_action_and_leaves_the_colour() {
    let mut model = starter().model().clone();
    model.clear_entry(Kind::Pad, "Drums", &at("16")).unwrap();
    let entry = model.entry(Kind::Pad, "Drums", &at("16")).unwrap();
    assert_eq!((entry.label.as_str(), &entry.action, entry.color), ("Pad 16", &None, Some([220, 60, 60])));
    model.clear_entry(Kind::Knob, "Effects", &at("48")).unwrap();
    refused(model.entry(Kind::Knob, "Effects", &at("48")), "Unknown");
    refused(model.clear_entry(Kind::Knob, "Effects", &at("48")), "Unknown");
}

#[test]
fn knobs_are_those_of_their_panels_preset() {
    let mut model = starter().model().clone();
    let other = model.create_preset(Kind::Knob, "Other", fresh(1)).unwrap();
    let fx = |target: &str| change::<EntryChange>(json!({"action": {"type": "fx", "target": target}}));
    model.change_entry(Kind::Knob, &other, &at("48"), &fx("pan.pan")).unwrap();
    let target = |model: &Model, preset: &str| {
        model.entry(Kind::Knob, preset, &at("48")).unwrap().action.clone().unwrap().fields["target"].clone()
    };
    assert_eq!((target(&model, "Effects"), target(&model, "Other")), (json!("reverb.mix"), json!("pan.pan")));
    model.swap_entries(Kind::Knob, "Other", &at("48"), &at("49")).unwrap();
    assert_eq!(target(&model, "Effects"), json!("reverb.mix"));
}

#[test]
fn learning_maps_or_tells_the_conflict() {
    let mut model = starter().model().clone();
    let pan = action(json!({"type": "fx", "target": "pan.pan"}));
    let learn = |model: &mut Model, source: &str, replace: bool| {
        model.learn(Kind::Knob, "Effects", &at(source), &pan, replace).unwrap()
    };
    match learn(&mut model, "cc:21", false) {
        Learned::Mapped(entry) => assert_eq!((entry.label.as_str(), entry.action), ("CC21", Some(pan.clone()))),
        other => panic!("{other:?}"),
    }
    let before = model.clone();
    match learn(&mut model, "48", false) {
        Learned::Conflict(uses) => {
            assert_eq!((uses.len(), uses[0].label.as_str(), uses[0].active), (1, "Reverb", true))
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(model, before);
    assert!(matches!(learn(&mut model, "48", true), Learned::Mapped(_)));
    assert_eq!(model.entry(Kind::Knob, "Effects", &at("48")).unwrap().action, Some(pan.clone()));
    // One that hears all channels and one that hears the first are in each other's way.
    let first = EntryAddress { channel: Some(1), ..at("49") };
    let met = model.learn(Kind::Knob, "Effects", &first, &pan, false).unwrap();
    assert!(matches!(met, Learned::Conflict(_)));
    refused(
        model.learn(Kind::Knob, "Effects", &at("50"), &action(json!({"type": "fx", "target": "x"})), true),
        "Invalid",
    );
    let uses = model.uses(&at("48")).unwrap();
    assert_eq!(uses.iter().map(|it| it.preset.as_str()).collect::<Vec<_>>(), ["knob-effects"]);
    assert_eq!(uses[0].panels, ["knobPanel-1"]);
    refused(model.uses(&at("cc:200")), "Invalid");
}
