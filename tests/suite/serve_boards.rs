//! Controllers as a server reaches them: one that runs the firmware's own session on a real JACK server, and what comes in.

use ripieno_tests::jack::{Probe, Server, send};
use ripieno_tests::process::sibling;
use ripieno_tests::serve::Serve;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;

fn serve(server: &Server, arguments: &[&str]) -> Serve {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let arguments = [&["--null-audio", "--midi", "jack"], arguments].concat();
    Serve::again(folder, &arguments, |command| {
        server.lend(command);
    })
}

/// Begins an operation and waits for its end.
fn operation(serve: &Serve, op_type: &str, params: Value) -> Value {
    let begun = serve.done("POST", "/api/ops/start", json!({"op_type": op_type, "params": params}));
    let path = format!("/api/ops/{}", begun["id"].as_str().expect("an id"));
    serve.until(&path, |op| ["done", "error"].contains(&op["status"].as_str().unwrap_or_default()))
}

#[test]
fn set_ups_go_to_a_controller_and_come_back() {
    let server = Server::start(48_000, 256);
    let serve = serve(&server, &["--midi-in", "controller-probe"]);
    assert_eq!(serve.get("/api/controllers"), json!([]));
    let failed = operation(&serve, "controller_pull", json!({"port": "controller-probe:in"}));
    assert!(failed["error"].as_str().is_some_and(|why| why.contains("no controller answers")), "{failed}");

    let mut board = Command::new(sibling("controller-probe"));
    server.lend(&mut board);
    let mut probe = Probe::run(board);
    probe.wait_for("open");
    let found = serve.until("/api/controllers", |found| found[0].is_object());
    let found = &found[0];
    assert_eq!(
        (&found["name"], &found["slots"], &found["presets"]),
        (&json!("qemu-mps2"), &json!(8), &json!([])),
        "{found}"
    );
    let port = found["port"].clone();

    // The studio as it is.
    let pushed = operation(&serve, "controller_push", json!({"port": port, "slot": 2}));
    let bytes = pushed["result"]["bytes"].as_u64().unwrap_or_else(|| panic!("{pushed}"));
    assert_eq!((&pushed["status"], &pushed["progress"]), (&json!("done"), &json!(1.0)));
    assert!(probe.wait_for("plays")["bytes"].is_null(), "at first its default");
    assert_eq!(probe.wait_for("plays")["bytes"].as_u64(), Some(bytes));
    let found = serve.get("/api/controllers");
    assert_eq!(
        (&found[0]["active"], &found[0]["presets"]),
        (&json!(2), &json!([{"slot": 2, "bytes": bytes}])),
        "{found}"
    );

    // Back into a file beside the studio, and from there into another slot.
    let pulled = operation(&serve, "controller_pull", json!({"port": port}));
    let file = pulled["result"]["presets"][0]["file"].clone();
    assert_eq!(file, "qemu-mps2 slot 2.preset", "{pulled}");
    let kept = serve.folder().path().join("controllers/qemu-mps2 slot 2.preset");
    assert_eq!(kept.metadata().expect("the file").len(), bytes);
    let again = operation(&serve, "controller_push", json!({"port": port, "slot": 5, "file": file, "activate": false}));
    assert_eq!(again["result"]["active"], false, "{again}");
    let slots = serve.get("/api/controllers")[0]["presets"].clone();
    assert_eq!(slots, json!([{"slot": 2, "bytes": bytes}, {"slot": 5, "bytes": bytes}]));

    // And into presets and panels that can be edited, in one step.
    let (undo, panels) = (serve.get("/api/history")["undo"].as_u64(), serve.get("/api/panels")["panels"].clone());
    let taken = operation(&serve, "controller_pull", json!({"port": port, "slot": 5, "take_in": true}));
    let taken = &taken["result"]["presets"][0]["taken_in"];
    let [presets, made] = ["presets", "panels"].map(|part| taken[part].as_array().map_or(0, Vec::len));
    assert!(presets > 0 && made == panels.as_object().map_or(0, serde_json::Map::len), "{taken}");
    assert_eq!(serve.get("/api/history")["undo"].as_u64(), undo.map(|undo| undo + 1));
    assert!(serve.get("/api/presets").to_string().contains("qemu-mps2 slot 5"));
    serve.done("POST", "/api/undo", Value::Null);
    assert_eq!(serve.get("/api/panels")["panels"], panels);

    // What cannot be is refused, and changes nothing.
    let wrong = operation(&serve, "controller_push", json!({"port": port, "slot": 8}));
    assert!(wrong["error"].as_str().is_some_and(|why| why.contains("no such slot")), "{wrong}");
    for (params, part) in [
        (json!({"slot": 1}), "`port`"),
        (json!({"port": port, "file": "../studio.toml"}), "is no file"),
        (json!({"port": port, "slot": -1}), "`slot`"),
    ] {
        let why = serve.refused(400, "POST", "/api/ops/start", json!({"op_type": "controller_push", "params": params}));
        assert!(why.contains(part), "{why}");
    }
    assert_eq!(serve.get("/api/controllers")[0]["presets"], slots);
    serve.stop();
}

#[test]
fn what_comes_in_can_be_looked_at() {
    let server = Server::start(48_000, 256);
    let serve = serve(&server, &[]);
    assert_eq!(serve.get("/api/midi/recent"), json!([]));
    send(&server, "ripieno-midi:midi_in", &[(0, &[0x90, 60, 100]), (64, &[0xF8]), (128, &[0xB0, 48, 7])], 0.2);
    let heard = serve.until("/api/midi/recent", |heard| heard.as_array().is_some_and(|heard| heard.len() > 1));
    let heard = heard.as_array().expect("a list");
    assert_eq!((&heard[0]["number"], &heard[0]["bytes"]), (&json!(1), &json!([0x90, 60, 100])));
    assert_eq!((&heard[1]["number"], &heard[1]["text"]), (&json!(2), &json!("controller 48 is 7, channel 1")));
    assert!(heard[0]["at"].as_f64() <= heard[1]["at"].as_f64(), "{heard:?}");
    serve.stop();
}
