//! What the system before this one did wrong, and where it is shown that this one does not.
//!
//! | Row | Behaviour | Shown by |
//! |---|---|---|
//! | B1 | an empty slot is silent | `an_empty_slot_is_silent`; ripieno-panel `tests` |
//! | B3 | a preset's new name changes nothing else; one in use stays | `panels_follow_their_preset_by_its_id` |
//! | B4 | controls are edited in the preset that the panel has | `every_panel_has_controls_of_its_own` |
//! | B5 | no panel without its preset; reconciling tells everybody | `slots_that_point_nowhere_are_mended_and_told` |
//! | B6 | every kind of panel and preset can be made, and put aside | `every_kind_can_be_made_and_unmade` |
//! | B7 | an action that cannot be is refused when it is written, one that fails is told | `what_an_action_came_to_is_told` |
//! | B12 | settings of the card are tried before they are saved | `serve_sound` |
//! | B15 | low keys of the page's piano are no pads | `a_low_key_is_no_pad` |
//! | B16 | secrets and paths stay inside; a profile's name is no path | `secrets_stay_inside`; `serve` |
//! | B17 | a profile reaches everybody; devices come and go audibly | `serve`; `jack_a_controller_comes_and_goes` |
//! | B18 | what is stored is served whole | `serve` (restart) |
//! | B19 | what is slow delays nobody | `serve_sound` |
//! | B20 | a part of an entry changes alone; unknown presets are refused; presses end | `a_part_of_an_entry_changes_alone` |
//! | B23 | there is no setting without an effect | `a_setting_without_an_effect_is_refused` |
//!
//! B8 to B11, B13 and B14 are of sound: ripieno-fx, ripieno-synth and ripieno-rig. B2 and B22 are of plugins, B21 of global
//! hotkeys, B24 of that system's own texts: there is nothing of the kind here.

use ripieno_tests::jack::{Performer, Server};
use ripieno_tests::serve::{Serve, store};
use serde_json::{Value, json};
use std::sync::Arc;

fn panels(serve: &Serve) -> Value {
    serve.get("/api/panels")
}

fn active(serve: &Serve, slot: &str) -> String {
    panels(serve)["active_panels"][slot].as_str().unwrap_or_else(|| panic!("nobody has {slot}")).into()
}

#[test]
fn an_empty_slot_is_silent() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let press = |expected: bool| {
        let pressed = serve.done("POST", "/api/pads/16/press", json!({"velocity": 100}));
        assert_eq!(pressed["handled"], expected, "{pressed}");
        serve.done("POST", "/api/pads/16/release", Value::Null);
        pressed
    };
    let id = active(&serve, "pad:A");
    let pressed = press(true);
    assert_eq!((&pressed["instanceId"], &pressed["action"]["type"]), (&json!(id), &json!("note")));
    serve.done("PATCH", &format!("/api/panels/{id}"), json!({"bank": "B"}));
    assert_eq!(press(false)["instanceId"], Value::Null);
    serve.done("PATCH", &format!("/api/panels/{id}"), json!({"bank": "A"}));
    assert_eq!(press(true)["instanceId"], json!(id));
    serve.done("DELETE", &format!("/api/panels/{id}"), Value::Null);
    press(false);
    // A press is told once it has been heard, which may be after its answer.
    for handled in [true, false, true, false] {
        let heard = page.event("midi.pad_press");
        assert_eq!((&heard["pressed"]["handled"], heard["pressed"]["action"].is_object()), (&json!(handled), handled));
    }
    assert_eq!(serve.get("/api/telemetry/current")["sound"]["voices"], 0);
}

#[test]
fn panels_follow_their_preset_by_its_id() {
    let serve = Serve::start("");
    let id = active(&serve, "pad:A");
    let preset = panels(&serve)["panels"][&id]["presetId"].clone();
    for name in ["Trommeln", "TROMMELN", "trommeln (2)"] {
        serve.done("PATCH", &format!("/api/presets/{}", preset.as_str().unwrap()), json!({"name": name}));
        let panel = panels(&serve)["panels"][&id].clone();
        assert_eq!((&panel["preset"], &panel["presetId"]), (&json!(name), &preset));
        assert_eq!(serve.done("POST", "/api/pads/16/press", json!({}))["handled"], true);
        serve.done("POST", "/api/pads/16/release", Value::Null);
    }
    serve.done("POST", "/api/presets", json!({"name": "Other"}));
    let reason = serve.refused(409, "DELETE", "/api/presets/TROMMELN%20(2)", Value::Null);
    assert!(reason.contains("Pad Panel A"), "{reason}");
    serve.refused(409, "POST", "/api/presets", json!({"name": " OTHER "}));
    serve.done("DELETE", "/api/presets/other", Value::Null);
}

#[test]
fn every_panel_has_controls_of_its_own() {
    let serve = Serve::start("");
    serve.done("POST", "/api/knob-presets", json!({"name": "Mine"}));
    let change = json!({"label": "Wide", "action": {"type": "fx", "target": "chorus.mix"}, "takeover": "off"});
    serve.done("PATCH", "/api/knob-presets/Mine/knobs/48", change);
    let turn = || serve.done("POST", "/api/knobs/48", json!({"value": 127}))["action"]["target"].clone();
    assert_eq!(turn(), "reverb.mix", "the active panel's preset is another");
    let new = json!({"type": "knob", "preset": "mine", "activate": true});
    serve.done("POST", "/api/panels", new);
    assert_eq!(turn(), "chorus.mix");
    serve.until("/api/piano/fx", |fx| fx["chorus.mix"] == 1.0);
    serve.done("POST", "/api/knobs/swap", json!({"preset": "Mine", "cc_a": 48, "cc_b": 50}));
    let list = serve.get("/api/knob-presets");
    let of = |name: &str| list.as_array().unwrap().iter().find(|preset| preset["name"] == name).unwrap().clone();
    assert_eq!((&of("Mine")["knobs"][0]["cc"], of("Effects")["knob_count"].as_u64()), (&json!(50), Some(4)));
}

#[test]
fn slots_that_point_nowhere_are_mended_and_told() {
    let serve = Serve::start(
        "[[panels]]\nid = \"lost\"\ntype = \"pad\"\nbank = \"A\"\npreset = \"gone\"\nactive = true\n\
         [[panels]]\nid = \"idle\"\ntype = \"knob\"\nbank = \"B\"\ntitle = \"Knob Panel A\"\n",
    );
    let mut page = serve.socket();
    let found = serve.done("POST", "/api/panels/reconcile", json!({"fix_titles": true}));
    assert!(found["fixed"].to_string().contains("idle") && found["warnings"].to_string().contains("lost"), "{found}");
    assert_eq!(page.event("panel.activated")["instanceId"], "idle");
    assert_eq!(page.event("panel.reconciled"), found);
    assert_eq!(page.state["panels"]["idle"]["title"], "Knob Panel B");
    let again = serve.done("POST", "/api/panels/reconcile", json!({"fix_titles": true}));
    assert_eq!(again["fixed"], json!([]));
    serve.refused(400, "POST", "/api/panels", json!({"type": "pad", "preset": "gone"}));
    serve.refused(400, "PATCH", "/api/panels/idle", json!({"preset": "gone"}));
    serve.refused(400, "PATCH", "/api/panels/idle", json!({"bank": "play"}));
}

#[test]
fn every_kind_can_be_made_and_unmade() {
    let serve = Serve::start("");
    for (kind, banks, presets) in [
        ("pad", ["A", "P"], "presets"),
        ("knob", ["B", "C"], "knob-presets"),
        ("piano", ["play", "map"], "piano/presets"),
    ] {
        let preset = serve.done("POST", &format!("/api/{presets}"), json!({"name": "New one"}));
        for bank in banks {
            let new = json!({"type": kind, "bank": bank, "preset": preset["id"], "activate": true});
            let id = serve.done("POST", "/api/panels", new)["instanceId"].as_str().unwrap().to_owned();
            let slot = format!("{kind}:{bank}");
            assert_eq!(active(&serve, &slot), id);
            serve.done("POST", &format!("/api/panels/{id}/deactivate"), Value::Null);
            assert_eq!(panels(&serve)["active_panels"][&slot], Value::Null);
            serve.done("DELETE", &format!("/api/panels/{id}"), Value::Null);
        }
        serve.refused(400, "POST", "/api/panels", json!({"type": kind, "bank": "Z"}));
        serve.done("DELETE", &format!("/api/{presets}/new%20ONE"), Value::Null);
        serve.refused(404, "DELETE", &format!("/api/{presets}/New%20one"), Value::Null);
    }
    serve.refused(409, "DELETE", "/api/presets/Drums", Value::Null);
}

#[test]
fn what_an_action_came_to_is_told() {
    let serve = Serve::start("[actions]\nallow = [\"launch\"]\n");
    let mut page = serve.socket();
    let pad = |note: u8, action: Value| {
        serve.done("PATCH", &format!("/api/presets/Drums/pads/{note}"), json!({"action": action}));
        serve.done("POST", &format!("/api/pads/{note}/press"), json!({}));
        serve.done("POST", &format!("/api/pads/{note}/release"), Value::Null);
    };
    pad(16, json!({"type": "launch", "argv": ["true"]}));
    assert_eq!(page.event("action.outcome")["result"], "done");
    pad(17, json!({"type": "launch", "argv": ["/nowhere/at/all"]}));
    assert_eq!(page.event("action.outcome")["result"], "failed");
    pad(18, json!({"type": "osc", "to": "127.0.0.1:9", "address": "/x"}));
    let refused = page.event("action.outcome");
    assert_eq!(refused["result"], "refused");
    assert!(refused["detail"].as_str().unwrap().contains("allow = "), "{refused}");
    pad(19, json!({"type": "instrument", "name": "organ"}));
    assert_eq!(page.event("piano.instrument_changed")["current"], "organ");
    for wrong in [
        json!({"type": "lunch"}),
        json!({"type": "launch", "command": "rm -r /"}),
        json!({"type": "keystroke", "keys": "ctl+x"}),
    ] {
        serve.refused(400, "PATCH", "/api/presets/Drums/pads/20", json!({"action": wrong}));
    }
    let actions = serve.get("/api/actions");
    let allowed = |kind: &str| {
        actions.as_array().unwrap().iter().find(|entry| entry["type"] == kind).unwrap_or_else(|| panic!("{kind}"))["allowed"].clone()
    };
    assert_eq!([allowed("note"), allowed("launch"), allowed("osc")], [json!(true), json!(true), json!(false)]);
}

#[test]
fn a_low_key_is_no_pad() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let key = serve.done("POST", "/api/piano/note", json!({"note": 20, "velocity": 90}));
    assert_eq!(
        (&key["handled"], key["instanceId"].as_str()),
        (&json!(true), Some(active(&serve, "piano:play").as_str()))
    );
    assert_eq!(page.event("piano.note_on")["note"], 20);
    serve.until("/api/telemetry/current", |t| t["sound"]["voices"] == 1);
    serve.done("POST", "/api/piano/note/off", json!({"note": 20}));
    assert_eq!(page.event("piano.note_off")["note"], 20);
    assert_eq!(serve.get("/api/telemetry/current")["pad_presses"], json!({}));
    for (bank, code) in [("play", 200), ("map", 200), ("zither", 400)] {
        let (given, answer) = serve.ask("POST", "/api/piano/note", Some(json!({"note": 62, "bank": bank})));
        assert_eq!(given, code, "{bank}: {answer}");
        assert_eq!(answer["handled"] == true, bank == "play", "{bank}: {answer}");
    }
    serve.refused(400, "POST", "/api/piano/note", json!({"note": 128}));
}

#[test]
fn secrets_stay_inside() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    store(&folder.path().join("secrets.json"), "{\"obs\": {\"password\": \"hunter22\"}}");
    let document = "[settings]\ntoken = \"sesame-open\"\n[actions]\nallow = [\"obs\"]\n\
                    [actions.obs]\nhost = \"127.0.0.1\"\nport = 9\npassword = \"${vault:obs.password}\"\n";
    store(&folder.path().join("studio.toml"), document);
    let serve = Serve::again(folder, &["--null-audio", "--midi", "none"], |_| {});
    serve.done("POST", "/api/presets", json!({"name": "Added"}));
    let mut all = String::new();
    for path in ["state", "settings", "profiles", "actions", "log", "telemetry/current", "ops", "layouts"] {
        all += &serve.get(&format!("/api/{path}")).to_string();
    }
    for secret in ["hunter22", "sesame-open", serve.token.as_str(), serve.folder().path().to_str().unwrap()] {
        assert!(!all.contains(secret), "{secret} is told");
    }
    let text = std::fs::read_to_string(serve.studio()).unwrap();
    assert!(text.contains("${vault:obs.password}") && !text.contains("hunter22") && text.contains("Added"), "{text}");
}

#[test]
fn a_part_of_an_entry_changes_alone() {
    let serve = Serve::start("");
    let before = serve.get("/api/pads")["Drums:16"]["entry"].clone();
    let after = serve.done("PATCH", "/api/presets/Drums/pads/16", json!({"label": "Boom"}));
    assert_eq!(
        (&after["action"], &after["color"], &after["label"]),
        (&before["action"], &before["color"], &json!("Boom"))
    );
    let after = serve.done("PATCH", "/api/presets/Drums/pads/16", json!({"action": {"note": 41}}));
    assert_eq!((&after["action"]["note"], &after["action"]["channel"]), (&json!(41), &json!(10)));
    serve.refused(404, "PATCH", "/api/presets/Nobody/pads/16", json!({"label": "x"}));
    serve.done("POST", "/api/pads/swap", json!({"preset": "Drums", "note_a": 16, "note_b": 17}));
    assert_eq!(serve.done("POST", "/api/pads/17/press", json!({}))["action"]["note"], 41, "at once, without a reload");
    serve.until("/api/telemetry/current", |t| t["pad_presses"]["17"] == 1);
    let mut page = serve.socket();
    serve.done("POST", "/api/pads/17/release", Value::Null);
    assert_eq!(page.event("midi.pad_release")["note"], 17);
    serve.refused(404, "POST", "/api/pads/99/press", json!({}));
    serve.refused(400, "POST", "/api/pads/128/press", json!({}));
}

#[test]
fn a_setting_without_an_effect_is_refused() {
    let serve = Serve::start("");
    for key in ["melody_transpose", "midi_master_cap", "active_profile", "anything"] {
        serve.refused(404, "PUT", &format!("/api/settings/{key}"), json!({"value": 1}));
    }
    assert!(!serve.studio().exists());
}

#[test]
fn jack_a_controller_comes_and_goes() {
    let jack = Server::start(48_000, 256);
    let folder = Arc::new(tempfile::tempdir().unwrap());
    store(&folder.path().join("studio.toml"), "[[devices]]\nid = \"keys\"\nname = \"probe-notes\"\n");
    let serve = Serve::again(folder, &["--null-audio", "--midi", "jack", "--midi-in", "probe-notes"], |command| {
        _ = jack.lend(command);
    });
    let mut page = serve.socket();
    let to = serve_port(&jack);
    let performer = Performer::start(&jack, &to, [(0, &[0x90, 60, 100][..]), (48_000, &[0x80, 60, 0][..])], 0.5);
    let mut until = |is_there: bool| loop {
        let status = page.event("midi.status")["status"].clone();
        let keys = status["devices"].as_array().unwrap().iter().find(|device| device["id"] == "keys").cloned();
        if keys.unwrap_or_else(|| panic!("forgotten: {status}"))["connected"] == is_there {
            return;
        }
    };
    until(true);
    drop(performer);
    until(false);
}

/// The input that is open to all.
fn serve_port(jack: &Server) -> String {
    let ports = jack.ports();
    let ours = |port: &&String| port.starts_with("ripieno") && port.contains("midi_in");
    ports.iter().find(ours).unwrap_or_else(|| panic!("no input among {ports:?}")).clone()
}
