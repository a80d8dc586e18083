//! Learning from outside: many controls in a row, either side first, each a step that can be taken back.

use ripieno_tests::serve::Serve;
use serde_json::{Value, json};

fn turn(serve: &Serve, cc: u8, value: u8) -> Value {
    serve.done("POST", &format!("/api/knobs/{cc}"), json!({"value": value}))
}

#[test]
fn knobs_are_learned_in_a_row_and_can_be_unlearned() {
    let serve = Serve::start("");
    serve.done("POST", "/api/knob-presets", json!({"name": "Empty"}));
    let undo = serve.get("/api/history")["undo"].as_u64().unwrap();
    let fx = |target: &str| json!({"type": "fx", "target": target});
    let targets = json!([fx("reverb.mix"), fx("delay.mix"), fx("pan")]);
    let learn = serve.done("POST", "/api/learn", json!({"type": "knob", "preset": "empty", "targets": targets}));
    assert_eq!((&learn["active"], learn["targets"].as_array().map(Vec::len)), (&json!(true), Some(3)));
    let before = serve.get("/api/piano/fx");
    for cc in [70, 70, 71, 72, 73] {
        turn(&serve, cc, 100);
    }
    // The fourth came before there was a target for it, and waits.
    let learn = serve.until("/api/learn", |learn| learn["heard"].as_array().map(Vec::len) == Some(1));
    assert_eq!(learn["learned"].as_array().map(Vec::len), Some(3), "{learn}");
    assert_eq!(serve.get("/api/piano/fx"), before, "a control that is learned is only listened to");
    let learn = serve.done("POST", "/api/learn", json!({"targets": [fx("chorus.mix")]}));
    assert_eq!(learn["learned"].as_array().map(Vec::len), Some(4), "{learn}");
    serve.done("DELETE", "/api/learn", Value::Null);
    assert_eq!(serve.get("/api/history")["undo"], undo + 4, "each is a step of its own");

    let uses = serve.get("/api/uses?source=cc:71");
    let learned = uses.as_array().unwrap().iter().find(|found| found["preset_name"] == "Empty").unwrap();
    assert_eq!(learned["action"]["target"], "delay.mix");
    let unlearn = json!({"type": "knob", "preset": "Empty", "source": "cc:71", "channel": learned["at"]["channel"]});
    serve.done("POST", "/api/unlearn", unlearn);
    assert!(!serve.get("/api/uses?source=cc:71").to_string().contains("Empty"));
}

#[test]
fn what_is_mapped_already_is_a_conflict_unless_it_is_to_be_replaced() {
    let serve = Serve::start("");
    let preset = serve.get("/api/knob-presets")[0].clone();
    let cc = preset["knobs"][0]["cc"].as_u64().unwrap() as u8;
    let learn = json!({"type": "knob", "preset": preset["id"], "targets": [{"type": "tempo"}]});
    serve.done("POST", "/api/learn", learn.clone());
    turn(&serve, cc, 10);
    let learn_now = serve.until("/api/learn", |learn| learn["conflicts"].as_array().map(Vec::len) == Some(1));
    assert_eq!((learn_now["targets"].as_array().map(Vec::len), &learn_now["learned"]), (Some(1), &json!([])));
    serve.done("POST", "/api/learn", json!({"replace": true}));
    turn(&serve, cc, 20);
    serve.until("/api/learn", |learn| learn["learned"].as_array().map(Vec::len) == Some(1));
    // A pad is no knob: it is not learned for one.
    serve.done("POST", "/api/learn", json!({"targets": [{"type": "master"}]}));
    serve.done("POST", "/api/pads/16/press", json!({}));
    serve.until("/api/log", |log| log.to_string().contains("is a pad in the layout"));
    assert_eq!(serve.get("/api/learn")["heard"], json!([]));
    serve.refused(400, "POST", "/api/learn", json!({"targets": [{"type": "nonsense"}]}));
}
