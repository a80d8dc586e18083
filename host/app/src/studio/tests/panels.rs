//! Panels and slots: each rule, and what a re-build must not repeat.

use super::*;
use ripieno_web::shape::PanelChange;
use serde_json::json;

/// A model with panels of these kinds and banks; those with a star are made active in turn.
fn model(panels: &str) -> (Model, Vec<String>) {
    let mut model = starter().model().clone();
    model.panels.clear();
    model.active.clear();
    let mut ids = Vec::new();
    for (n, word) in panels.split_whitespace().enumerate() {
        let (name, activate) = word.strip_suffix('*').map_or((word, false), |name| (name, true));
        let (kind, bank) = name.split_once(':').unwrap();
        let kind = change(json!(kind));
        ids.push(model.create_panel(&new_panel(kind, bank, activate), fresh(n as u32)).unwrap());
    }
    (model, ids)
}

/// Active panels by their place, slot by slot.
fn active(model: &Model, ids: &[String]) -> String {
    let place = |id: &String| ids.iter().position(|other| other == id).map_or("?".into(), |n| n.to_string());
    let words: Vec<String> = model
        .active
        .iter()
        .map(|(slot, id)| format!("{}={}", super::super::model::slot_name(slot), place(id)))
        .collect();
    words.join(" ")
}

#[test]
fn moving_deleting_and_activating_keep_one_panel_a_slot() {
    let check = |panels: &str, step: &dyn Fn(&mut Model, &[String]), expected: &str| {
        let (mut model, ids) = model(panels);
        step(&mut model, &ids);
        assert_eq!(active(&model, &ids), expected, "{panels}");
        assert_eq!(model.clone().reconcile(false).fixed.iter().filter(|it| it.contains("cleared")).count(), 0);
    };
    let to_b = |n: usize| {
        move |model: &mut Model, ids: &[String]| {
            model.change_panel(&ids[n], &change::<PanelChange>(json!({"bank": "B"}))).unwrap();
        }
    };
    // Created active, a panel displaces as one that is activated does.
    check("pad:A* pad:A*", &|_, _| {}, "pad:A=1");
    check("pad:A pad:B*", &|_, _| {}, "pad:B=1");
    // An active panel that moves takes an empty slot; an occupied one stays with its occupant.
    check("pad:A* pad:B", &to_b(0), "pad:B=0");
    check("pad:A* pad:B*", &to_b(0), "pad:B=1");
    // One that is not active changes nothing.
    check("pad:A* pad:A", &to_b(1), "pad:A=0");
    check("pad:A* knob:A*", &to_b(1), "pad:A=0 knob:B=1");
    // An empty slot stays empty: nobody fires from it (no ghost).
    check("pad:A* pad:A", &|model, ids| drop(model.delete_panel(&ids[0]).unwrap()), "");
    check("pad:A* pad:A", &|model, ids| drop(model.activate(&ids[1]).unwrap()), "pad:A=1");
    check("pad:A* pad:A", &|model, ids| assert!(!model.deactivate(&ids[1]).unwrap()), "pad:A=0");
    check("pad:A*", &|model, ids| assert!(model.deactivate(&ids[0]).unwrap()), "");
    check("piano:play* piano:map*", &|_, _| {}, "piano:map=1 piano:play=0");
    check(
        "piano:play* piano:map*",
        &|model, ids| model.change_panel(&ids[0], &change(json!({"bank": "map"}))).unwrap(),
        "piano:map=1",
    );
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let (before, ids) = model("pad:A* piano:play");
    let check = |step: &dyn Fn(&mut Model) -> Result<(), EditError>, expected: &str| {
        let mut model = before.clone();
        let error = step(&mut model).expect_err(expected);
        assert!(format!("{error:?}").contains(expected), "{error:?}");
        assert_eq!(model, before);
    };
    let of = |kind, bank| new_panel(kind, bank, true);
    let make = |new: NewPanel| move |model: &mut Model| model.create_panel(&new, fresh(9)).map(drop);
    check(&make(of(Kind::Pad, "Q")), "Invalid(\"a pad panel has no bank \\\"Q\\\"; A to P");
    check(&make(of(Kind::Pad, "play")), "Invalid");
    check(&make(of(Kind::Piano, "A")), "play or map");
    check(&make(NewPanel { preset: Some("Nowhere".into()), ..of(Kind::Pad, "A") }), "Invalid(\"there is no pad preset");
    check(&make(NewPanel { preset: Some("Effects".into()), ..of(Kind::Pad, "A") }), "no pad preset");
    check(&make(NewPanel { title: Some("x".repeat(101)), ..of(Kind::Pad, "A") }), "100 characters");
    check(&make(NewPanel { title: Some("a\nb".into()), ..of(Kind::Pad, "A") }), "control characters");
    let alter = |id: &str, value: serde_json::Value| {
        let id = id.to_owned();
        move |model: &mut Model| model.change_panel(&id, &change(value.clone()))
    };
    check(&alter("nobody", json!({"bank": "B"})), "Unknown(\"there is no panel nobody");
    check(&alter(&ids[0], json!({"bank": "b"})), "A to P");
    check(&alter(&ids[0], json!({"bank": "B", "preset": "Nowhere"})), "Nowhere");
    check(&|model| model.activate("nobody").map(drop), "Unknown");
    check(&|model| model.deactivate("nobody").map(drop), "Unknown");
    check(&|model| model.delete_panel("nobody").map(drop), "Unknown");
}

#[test]
fn every_kind_of_panel_can_be_made_and_has_a_stable_id() {
    let mut model = starter().model().clone();
    for (kind, id, title) in [
        (Kind::Pad, "padPanel-1700000000000-00000a", "Pad Panel A"),
        (Kind::Knob, "knobPanel-1700000000000-00000a", "Knob Panel A"),
        (Kind::Piano, "pianoPanel-1700000000000-00000a", "Piano (Play)"),
    ] {
        let new = NewPanel { kind, bank: None, preset: None, title: None, activate: false };
        assert_eq!(model.create_panel(&new, fresh(10)).unwrap(), id);
        let panel = model.panel(id).unwrap();
        assert_eq!((panel.title.as_str(), panel.preset_id.is_some()), (title, true));
        // Another at the same instant, with the same luck, has another id.
        assert_ne!(model.create_panel(&new, fresh(10)).unwrap(), id);
    }
    assert_eq!(model.active, starter().model().active);
}

#[test]
fn titles_that_nobody_chose_follow_the_bank() {
    let check = |title: Option<&str>, step: serde_json::Value, expected: &str| {
        let mut model = starter().model().clone();
        let new = NewPanel { title: title.map(String::from), ..new_panel(Kind::Pad, "A", false) };
        let id = model.create_panel(&new, fresh(1)).unwrap();
        model.change_panel(&id, &change(step)).unwrap();
        assert_eq!(model.panel(&id).unwrap().title, expected);
    };
    check(None, json!({"bank": "B"}), "Pad Panel B");
    check(Some("  Mine "), json!({"bank": "B"}), "Mine");
    check(Some("Mine"), json!({"title": ""}), "Pad Panel A");
    check(None, json!({"bank": "C", "title": "Now mine"}), "Now mine");
}

#[test]
fn reconciling_is_told_and_done_once() {
    let check = |panels: &str, slots: &[(&str, &str)], expected: &str, fixed: usize, warnings: usize| {
        let (mut model, ids) = model(panels);
        for (slot, id) in slots {
            let (kind, bank) = slot.split_once(':').unwrap();
            let id = id.parse::<usize>().map_or_else(|_| (*id).to_owned(), |n| ids[n].clone());
            model.active.insert((change(json!(kind)), bank.to_owned()), id);
        }
        let found = model.reconcile(true);
        assert_eq!((found.fixed.len(), found.warnings.len()), (fixed, warnings), "{panels}: {found:?}");
        assert_eq!(active(&model, &ids), expected, "{panels}");
        let again = model.clone().reconcile(true);
        assert_eq!((again.fixed.len(), again.warnings), (0, found.warnings));
    };
    check("pad:A* knob:A*", &[], "pad:A=0 knob:A=1", 0, 0);
    check("pad:A", &[("pad:A", "gone")], "pad:A=0", 2, 0);
    check("pad:A pad:A", &[("pad:A", "gone")], "", 1, 1);
    // A knob panel in a pad slot is no panel of that slot.
    check("pad:A knob:B", &[("pad:A", "1")], "pad:A=0 knob:B=1", 3, 0);
    check("pad:A pad:B*", &[("pad:A", "1")], "pad:A=0 pad:B=1", 2, 0);
    let (mut model, ids) = model("pad:A*");
    model.panels[0].preset_id = Some("gone".into());
    model.panels[0].title = "Knob Panel C".into();
    let found = model.reconcile(true);
    assert_eq!((found.fixed.len(), found.warnings.len()), (1, 1), "{found:?}");
    assert_eq!(model.panel(&ids[0]).unwrap().title, "Pad Panel A");
    assert!(!model.clone().reconcile(false).warnings.is_empty());
}

#[test]
fn panels_are_served_by_the_names_of_old() {
    let studio = starter();
    let json = serde_json::to_value(studio.model().served_panels()).unwrap();
    assert_eq!(json["active_panels"]["pad:A"], "padPanel-1");
    assert_eq!(json["active_panels"]["pad:B"], json!(null));
    let panel = json!({
        "instanceId": "padPanel-1", "type": "pad", "bank": "A", "preset": "Drums", "presetId": "pad-drums",
        "title": "Pad Panel A",
    });
    assert_eq!(json["panels"]["padPanel-1"], panel);
}
