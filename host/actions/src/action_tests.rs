//! How actions are written, what they answer to, what is refused, and that no secret is shown.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read(json: &str) -> Action {
    serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"))
}

/// `expected`: the kind, and the phases it answers to.
fn check(json: &str, expected: &str) {
    let action = read(json);
    action.check().unwrap_or_else(|problem| panic!("{json}: {problem}"));
    let written = serde_json::to_string(&action).expect("an action can be written");
    assert_eq!(read(&written), action, "{written}");
    let phases = [(Phase::On, " on"), (Phase::Off, " off"), (Phase::Set, " set")];
    let answered: String =
        phases.into_iter().filter(|(phase, _)| action.answers(*phase)).map(|(_, name)| name).collect();
    assert_eq!(format!("{}{answered}", action.kind()), expected, "{json}");
}

#[test]
fn every_kind_is_read_written_and_answers() {
    check(r#"{"type": "keystroke", "keys": "ctrl+shift+p"}"#, "keystroke on");
    check(r#"{"type": "app_keystroke", "keys": "space", "process": "vlc"}"#, "keystroke on");
    check(r#"{"type": "scroll", "amount": -3}"#, "scroll on set");
    check(r#"{"type": "scroll", "amount": 1, "horizontal": true}"#, "scroll on set");
    check(r#"{"type": "launch", "argv": ["firefox", "--new-window"]}"#, "launch on");
    check(r#"{"type": "launch", "command": "date > now", "shell": true, "cwd": "/", "env": {"A": "b"}}"#, "launch on");
    check(r#"{"type": "http", "url": "http://127.0.0.1:8123/api"}"#, "http on");
    check(r#"{"type": "http", "url": "https://a.example/dim?to=$value"}"#, "http on off set");
    check(
        r#"{"type": "http", "method": "POST", "url": "http://a/", "headers": {"X-Key": "k"}, "body": "$value", "timeout_ms": 500, "redirects": 2}"#,
        "http on off set",
    );
    check(r#"{"type": "osc", "to": "127.0.0.1:9000", "address": "/play", "args": [1, 2.5, "x", true]}"#, "osc on");
    check(r#"{"type": "osc", "to": "desk:9000", "address": "/gain", "args": ["$value"]}"#, "osc on off set");
    check(r#"{"type": "midi_out", "port": "synth", "message": "c0 05"}"#, "midi_out on");
    check(r#"{"type": "midi_out", "port": "synth", "message": [192, 5]}"#, "midi_out on");
    check(r#"{"type": "midi_out", "port": "synth", "message": "b0 07 $value"}"#, "midi_out on off set");
    check(r#"{"type": "volume", "target": "master"}"#, "volume set");
    check(r#"{"type": "obs", "do": "toggle_recording"}"#, "obs on");
    check(r#"{"type": "obs", "do": "scene", "name": "Camera"}"#, "obs on");
    check(r#"{"type": "obs", "do": "mute", "input": "Mic"}"#, "obs on");
    check(r#"{"type": "reaper", "action": 40044}"#, "reaper on");
    check(r#"{"type": "reaper", "action": "_SWS_SAVESEL"}"#, "reaper on");
    check(r#"{"type": "reaper", "action": "/track/1/volume"}"#, "reaper on off set");
}

#[test]
fn names_of_kinds_are_those_of_the_document() {
    for kind in Kind::ALL {
        let written = serde_json::to_string(&kind).expect("a kind can be written");
        assert_eq!(written, format!("\"{kind}\""));
    }
}

fn refused(json: &str, expected: &str) {
    let problem = read(json).check().expect_err(json);
    assert!(problem.to_string().starts_with(expected), "{json}: {problem}");
}

#[test]
fn what_cannot_work_is_refused_when_it_is_written() {
    refused(r#"{"type": "keystroke", "keys": "ctl+p"}"#, r#"keys: there is no key "ctl"; did you mean "ctrl"?"#);
    refused(r#"{"type": "keystroke", "keys": ""}"#, "keys: a key is missing");
    refused(r#"{"type": "keystroke", "keys": "a", "process": " "}"#, "process: it is empty");
    refused(r#"{"type": "scroll", "amount": 0}"#, "amount: 0 is not");
    refused(r#"{"type": "scroll", "amount": 101}"#, "amount: 101 is not");
    refused(r#"{"type": "scroll", "amount": -2147483648}"#, "amount: -2147483648 is not");
    refused(r#"{"type": "launch"}"#, "argv: it names no program");
    refused(r#"{"type": "launch", "argv": [""]}"#, "argv: it names no program");
    refused(r#"{"type": "launch", "argv": ["a\u0000b"]}"#, "argv: a zero byte");
    refused(r#"{"type": "launch", "command": "ls"}"#, "command: a shell reads it with shell = true only");
    refused(r#"{"type": "launch", "command": " ", "shell": true}"#, "command: it is empty");
    refused(r#"{"type": "launch", "command": "ls", "argv": ["ls"], "shell": true}"#, "command: there is argv too");
    refused(r#"{"type": "launch", "argv": ["ls"], "shell": true}"#, "shell: a shell reads a command");
    refused(r#"{"type": "launch", "argv": ["ls"], "env": {"A=B": "c"}}"#, "env: ");
    refused(r#"{"type": "launch", "argv": ["ls"], "env": {"A": "\u0000"}}"#, "argv: a zero byte");
    refused(r#"{"type": "http", "url": "ftp://a/b"}"#, "url: write http://host or https://host");
    refused(r#"{"type": "http", "url": "file:///etc/passwd"}"#, "url: it is no URL");
    refused(r#"{"type": "http", "url": "/relative"}"#, "url: write http");
    refused(r#"{"type": "http", "url": "http://a b/"}"#, "url: it is no URL");
    refused(r#"{"type": "http", "url": "http://me:secret@a/"}"#, "url: a user name or password");
    refused(r#"{"type": "http", "url": "http://a/", "method": "TRACE"}"#, "method: it is none of");
    refused(r#"{"type": "http", "url": "http://a/", "body": "x"}"#, "body: GET has none");
    refused(r#"{"type": "http", "url": "http://a/", "headers": {"a b": "c"}}"#, "headers: \"a b\" is no name");
    refused(r#"{"type": "http", "url": "http://a/", "headers": {"a": "b\r\nc: d"}}"#, "headers: \"a\" has a character");
    refused(r#"{"type": "http", "url": "http://a/", "timeout_ms": 0}"#, "timeout_ms: ");
    refused(r#"{"type": "http", "url": "http://a/", "timeout_ms": 60001}"#, "timeout_ms: ");
    refused(r#"{"type": "http", "url": "http://a/", "redirects": 6}"#, "redirects: ");
    refused(r#"{"type": "osc", "to": "nowhere", "address": "/a"}"#, "to: ");
    refused(r#"{"type": "osc", "to": "a:1", "address": "a"}"#, "address: ");
    refused(r#"{"type": "midi_out", "port": "", "message": "f8"}"#, "port: ");
    refused(r#"{"type": "midi_out", "port": "a", "message": "90 3c"}"#, "message: after 90 come 2 bytes, not 1");
    refused(r#"{"type": "volume", "target": ""}"#, "target: ");
    refused(r#"{"type": "obs", "do": "scene", "name": ""}"#, "name: ");
    refused(r#"{"type": "reaper", "action": "two words"}"#, "action: ");
}

#[test]
fn sizes_are_bounded() {
    let long = "x".repeat(70_000);
    refused(&format!(r#"{{"type": "http", "url": "http://a/{long}"}}"#), "url: it is longer");
    refused(&format!(r#"{{"type": "http", "method": "PUT", "url": "http://a/", "body": "{long}"}}"#), "body: 70000");
    refused(&format!(r#"{{"type": "launch", "argv": ["a", "{long}"]}}"#), "argv: 70001 bytes");
    let many = vec!["\"a\""; 300].join(",");
    refused(&format!(r#"{{"type": "launch", "argv": [{many}]}}"#), "argv: there are more");
}

#[test]
fn what_is_no_action_does_not_parse() {
    for json in [r#"{"type": "format_disk"}"#, "{}", r#"{"type": "obs", "do": "explode"}"#, r#"{"type": "scroll"}"#] {
        assert!(serde_json::from_str::<Action>(json).is_err(), "{json}");
    }
}

#[test]
fn no_secret_is_shown() {
    for json in [
        r#"{"type": "http", "method": "POST", "url": "http://a.example/hook/hunter2?key=hunter2", "headers": {"Authorization": "hunter2"}, "body": "hunter2"}"#,
        r#"{"type": "launch", "argv": ["deploy"], "env": {"TOKEN": "hunter2"}}"#,
    ] {
        let shown = format!("{:?}", read(json));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

proptest! {
    #[test]
    fn no_text_or_number_breaks_the_check(text in ".{0,30}", number: i64, decimal: f64, small: i32) {
        let url = format!("http://{text}");
        for json in [
            json!({"type": "keystroke", "keys": text, "process": text}),
            json!({"type": "scroll", "amount": small}),
            json!({"type": "launch", "argv": [text, text], "cwd": text, "env": {text.as_str(): text}}),
            json!({"type": "launch", "command": text, "shell": true}),
            json!({"type": "http", "url": text, "method": text}),
            json!({"type": "http", "url": url, "headers": {text.as_str(): text}, "timeout_ms": small.unsigned_abs()}),
            json!({"type": "osc", "to": text, "address": text, "args": [text]}),
            json!({"type": "osc", "to": "a:1", "address": format!("/{text}"), "args": [number, decimal]}),
            json!({"type": "midi_out", "port": text, "message": text}),
            json!({"type": "volume", "target": text}),
            json!({"type": "obs", "do": "scene", "name": text}),
            json!({"type": "reaper", "action": text}),
            json!({"type": "reaper", "action": small.unsigned_abs()}),
        ] {
            let action: Action = serde_json::from_value(json).expect("it is well-formed");
            let written = serde_json::to_string(&action).expect("an action can be written");
            prop_assert!(action.check().is_ok() || action.check().is_err_and(|problem| !problem.what.is_empty()));
            prop_assert_eq!(read(&written).kind(), action.kind());
        }
    }
}
