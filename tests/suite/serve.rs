//! `ripieno serve` from outside: what is asked over HTTP is done, told over the socket, and there after a restart.

use ripieno_tests::serve::{Serve, command, end, store};
use serde_json::{Value, json};

const PLAIN: [&str; 3] = ["--null-audio", "--midi", "none"];

/// The id of the active panel of a slot.
fn active(serve: &Serve, slot: &str) -> String {
    let panels = serve.get("/api/panels");
    panels["active_panels"][slot].as_str().unwrap_or_else(|| panic!("nobody has {slot}: {panels}")).into()
}

#[test]
fn a_first_start_has_panels_to_play_with_and_writes_nothing() {
    let serve = Serve::start("");
    let panels = serve.get("/api/panels");
    for slot in ["pad:A", "knob:A", "piano:play"] {
        let id = panels["active_panels"][slot].as_str().unwrap_or_else(|| panic!("{panels}"));
        assert!(panels["panels"][id]["presetId"].is_string(), "{panels}");
    }
    let state = serve.get("/api/state");
    for part in ["midi", "presets", "fx", "instruments", "audio", "settings", "profiles", "history", "learn", "logs"] {
        assert!(state.get(part).is_some(), "no {part} in the state");
    }
    assert_eq!(state["history"], json!({"undo": 0, "redo": 0}));
    assert!(!serve.studio().exists(), "what nobody has edited is not written");
    serve.stop();
}

#[test]
fn what_is_edited_is_told_and_there_after_a_restart() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let panel = serve.done("POST", "/api/panels", json!({"type": "piano", "bank": "map", "activate": true}));
    let id = panel["instanceId"].as_str().unwrap().to_owned();
    assert_eq!(page.event("panel.created")["panel"], panel);
    let activated = page.event("panel.activated");
    assert_eq!((&activated["instanceId"], &activated["bank"]), (&json!(id), &json!("map")));

    serve.done("PATCH", &format!("/api/panels/{id}"), json!({"title": "Solo"}));
    assert_eq!(page.event("panel.updated")["panel"]["title"], "Solo");
    serve.done("POST", "/api/presets", json!({"name": "Second"}));
    serve.done("PATCH", "/api/presets/Second/pads/17", json!({"label": "Boo", "action": {"type": "panic"}}));
    serve.done("POST", &format!("/api/panels/{id}/deactivate"), Value::Null);
    serve.done("PUT", "/api/settings/ui_layout", json!({"value": {"grid": [1, 2]}}));
    let (code, _) = page.ask("GET", "/api/panels", Value::Null);
    assert_eq!(code, 200);

    let state = serve.get("/api/state");
    let told =
        |state: &Value| ["panels", "active_panels", "presets", "settings", "history"].map(|part| state[part].clone());
    assert_eq!(told(&page.state), told(&state), "a copy that follows the patches is the state");
    assert_eq!(state["active_panels"].get("piano:map"), None, "an empty slot is not in the state");

    let again = Serve::again(serve.stop(), &PLAIN, |_| {});
    assert_eq!(told(&again.get("/api/state")), told(&state));
    let undone = again.done("POST", "/api/undo", Value::Null);
    assert_eq!(undone["redo"], 1, "what was done before the restart can be undone");
    assert_eq!(again.get("/api/panels")["active_panels"]["piano:map"], json!(id));
    let layout = json!({"ui_layout": {"grid": [1, 2]}});
    assert_eq!(again.get("/api/settings")["values"], layout, "how the page lies is no step");
    again.stop();
}

#[test]
fn undo_and_redo_lead_back_and_forth_and_are_told_as_a_whole() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let before = serve.get("/api/panels");
    serve.done("DELETE", &format!("/api/panels/{}", active(&serve, "pad:A")), Value::Null);
    let after = serve.get("/api/panels");
    serve.done("POST", "/api/undo", Value::Null);
    page.event("state.replaced");
    assert_eq!(serve.get("/api/panels"), before);
    serve.done("POST", "/api/redo", Value::Null);
    page.event("state.replaced");
    assert_eq!(serve.get("/api/panels"), after);
    page.ask("GET", "/api/panels", Value::Null);
    assert_eq!(page.state["panels"], serve.get("/api/state")["panels"]);
}

#[test]
fn an_edit_by_hand_is_taken_in_and_a_broken_one_is_not_written_over() {
    let serve = Serve::start("[fx]\n\"reverb.mix\" = 0.25 # mine\n");
    let mut page = serve.socket();
    let text = std::fs::read_to_string(serve.studio()).unwrap();
    store(&serve.studio(), &text.replace("0.25", "0.5"));
    page.event("state.replaced");
    assert_eq!((&page.state["fx"]["reverb.mix"], serve.get("/api/history")["undo"].as_u64()), (&json!(0.5), Some(1)));

    store(&serve.studio(), "[fx\n");
    let refused = serve.refused(409, "POST", "/api/presets", json!({"name": "Lost"}));
    assert!(refused.contains("changed"), "{refused}");
    assert_eq!(std::fs::read_to_string(serve.studio()).unwrap(), "[fx\n");
    serve.until("/api/log", |log| log.to_string().contains("line 1"));

    store(&serve.studio(), &text.replace("0.25", "0.75"));
    serve.done("POST", "/api/presets", json!({"name": "Kept"}));
    let stored = std::fs::read_to_string(serve.studio()).unwrap();
    assert!(stored.contains("\"reverb.mix\" = 0.75 # mine") && stored.contains("Kept"), "{stored}");
    serve.stop();
}

#[test]
fn profiles_take_the_place_of_everything_and_come_back() {
    let serve = Serve::start("");
    serve.done("POST", "/api/profiles/Quiet%20night/save", Value::Null);
    let quiet = serve.get("/api/panels");
    serve.done("DELETE", &format!("/api/panels/{}", active(&serve, "pad:A")), Value::Null);
    serve.done("PATCH", "/api/piano/fx", json!({"reverb.mix": 0.75}));
    serve.done("POST", "/api/profiles/Loud/save", Value::Null);
    assert_eq!(serve.get("/api/profiles"), json!({"profiles": ["Loud", "Quiet night"], "active": "Loud"}));

    let mut page = serve.socket();
    serve.done("POST", "/api/profiles/quiet%20NIGHT/load", Value::Null);
    page.event("state.replaced");
    assert_eq!(page.event("settings.profile_changed")["name"], "Quiet night");
    assert_eq!(serve.get("/api/panels"), quiet);
    assert_ne!(serve.get("/api/piano/fx")["reverb.mix"], 0.75);
    assert_eq!(page.state["panels"], serve.get("/api/state")["panels"]);

    let again = Serve::again(serve.stop(), &PLAIN, |_| {});
    assert_eq!(again.get("/api/profiles")["active"], "Quiet night");
    again.done("POST", "/api/profiles/Loud/load", Value::Null);
    assert_eq!(again.get("/api/piano/fx")["reverb.mix"], 0.75);
    again.refused(404, "POST", "/api/profiles/Nobody/load", Value::Null);
    for name in ["..", "%2e%2e%2fstudio", "a%2Fb", "a%00", "a.toml"] {
        let (code, answer) = again.ask("POST", &format!("/api/profiles/{name}/save"), None);
        assert!((400..500).contains(&code), "{name}: {code} {answer}");
    }
    let folder = again.stop();
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path().join("profiles")).unwrap().map(|e| e.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["Loud.toml", "Quiet night.toml"]);
}

#[test]
fn a_broken_studio_is_refused_with_place_and_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let studio = folder.path().join("studio.toml");
    store(&studio, "version = 1\n[audio]\nrate = \"fast\"\n");
    let ended = end(&mut command(&studio, &PLAIN).spawn().unwrap());
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("line 2") && ended.stderr.contains("rate"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&studio).unwrap(), "version = 1\n[audio]\nrate = \"fast\"\n");
}

#[test]
fn the_door_is_open_to_nobody_without_a_token() {
    let serve = Serve::start("");
    let check = |arguments: &[&str], code: i32, word: &str| {
        let folder = tempfile::tempdir().unwrap();
        let studio = folder.path().join("studio.toml");
        let ended = end(&mut command(&studio, &[&PLAIN, arguments].concat()).spawn().unwrap());
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
    };
    check(&["--addr", "0.0.0.0:0", "--no-token"], 2, "--no-token");
    check(&["--addr", "[::]:0", "--no-token"], 2, "--no-token");
    check(&["--token", "short"], 2, "16");
    check(&["--addr", &serve.addr.to_string()], 4, "in use");
    check(&["--no-midi"], 2, "--no-midi");
    let bare = ureq::get(format!("http://{}/api/panels", serve.addr)).config().http_status_as_error(false).build();
    assert_eq!(bare.call().unwrap().status(), 401);
}

#[test]
fn operations_run_report_and_end_early() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let op = serve.done("POST", "/api/ops/start", json!({"op_type": "check_studio"}));
    let id = op["id"].as_str().unwrap();
    let over = serve.until(&format!("/api/ops/{id}"), |op| op["status"] == "done");
    assert_eq!((&over["progress"], &over["result"]["warnings"]), (&json!(1.0), &json!([])));
    while page.event("ops.update")["op"]["status"] != "done" {}
    assert_eq!(page.state["ops"][id]["status"], "done");

    serve.refused(400, "POST", "/api/ops/start", json!({"op_type": "dream"}));
    let load = serve.done("POST", "/api/ops/start", json!({"op_type": "load_instrument", "params": {"name": "Organ"}}));
    serve.until(&format!("/api/ops/{}", load["id"].as_str().unwrap()), |op| op["status"] == "done");
    serve.until("/api/piano/instruments", |instruments| instruments["current"] == "organ");

    let record = json!({"op_type": "record", "params": {"seconds": 600}});
    let take = serve.done("POST", "/api/ops/start", record.clone());
    assert_eq!(serve.done("POST", "/api/ops/start", record)["id"], take["id"], "the same is not begun twice");
    let path = format!("/api/ops/{}", take["id"].as_str().unwrap());
    serve.until(&path, |op| op["progress"].as_f64() > Some(0.0));
    serve.done("POST", &format!("{path}/cancel"), Value::Null);
    let over = serve.until(&path, |op| op["status"] != "running");
    assert!(over["result"]["frames"].as_u64() > Some(0), "what was recorded is kept: {over}");
    serve.refused(409, "POST", &format!("{path}/cancel"), Value::Null);
}
