//! The desk by its API: a graph that is tapped, steered and read again, the rack of effects, and what an instrument sounds like.

use ripieno_tests::graph::Bench;
use ripieno_tests::serve::{Serve, Socket};
use serde_json::{Value, json};
use std::sync::Arc;

const GRAPH: &str = r#"
format_version = 2
name = "desk"
[[streams]]
name = "tone"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "loud"
[[events]]
name = "go"
[[tasks]]
name = "tone"
kind = "tone"
writes = { out = "tone" }
params = { paced = true }
[[tasks]]
name = "gain"
kind = "gain"
reads = { in = "tone" }
writes = { out = "loud" }
[[tasks]]
name = "meter"
kind = "meter"
reads = { in = "loud" }
events = { go = "go" }
control = "switchable"
activate_on = "go"
[[tasks]]
name = "null"
kind = "null"
reads = { in = "loud" }
"#;

fn beside(bench: &Bench) -> Serve {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let graph = bench.path("graph.toml");
    let arguments = ["--null-audio", "--midi", "none", "--graph", graph.to_str().expect("a name")];
    Serve::again(folder, &arguments, |command| {
        command.env("XDG_RUNTIME_DIR", bench.folder());
    })
}

/// The loudest value of a channel of the next frame.
fn peak(serve: &Serve, stream: &str) -> f64 {
    let frame = serve.get(&format!("/api/pipeline/taps/{stream}"));
    let channel = frame["channels"][0].as_array().expect("a channel");
    channel.iter().filter_map(Value::as_f64).fold(0.0, |peak, value| value.abs().max(peak))
}

#[test]
fn a_graph_is_tapped_steered_and_read_again() {
    let bench = Bench::with(GRAPH);
    let serve = beside(&bench);
    let mut page: Socket = serve.socket();
    assert_eq!(page.state["pipeline"], json!({"name": "desk", "state": "running"}));

    // A look from the side, as wide as was asked for.
    let frame = serve.get("/api/pipeline/taps/tone?frames=100");
    assert_eq!((&frame["stream"], &frame["shape"], &frame["dtype"]), (&json!("tone"), &json!([256, 2]), &json!("f32")));
    assert_eq!(frame["rate"], 48_000.0);
    let widths: Vec<_> =
        frame["channels"].as_array().expect("channels").iter().map(|c| c.as_array().map(Vec::len)).collect();
    assert_eq!(widths, [Some(100), Some(100)]);
    let next = serve.get("/api/pipeline/taps/tone?frames=1");
    assert!(next["frame"].as_u64() > frame["frame"].as_u64(), "{next}");

    // What is set is heard, in the stream itself.
    let before = peak(&serve, "loud");
    assert!(before > 0.01, "{before}");
    let change = json!({"do": "set", "param": "db", "value": -40.0});
    let done = serve.done("POST", "/api/pipeline/tasks/gain", change);
    assert_eq!(done["ok"], true, "{done}");
    let start = std::time::Instant::now();
    while peak(&serve, "loud") > before / 50.0 {
        assert!(start.elapsed() < ripieno_tests::serve::PATIENCE, "it stays as loud as {before}");
    }
    let pending = |count: u64| {
        serve.until("/api/pipeline", |status| status["events"][0]["pending"] == count);
    };
    serve.done("POST", "/api/pipeline/tasks/meter", json!({"do": "start"}));
    pending(1);
    serve.done("POST", "/api/pipeline/tasks/meter", json!({"do": "toggle"}));
    pending(0);
    serve.done("POST", "/api/pipeline/events/go", Value::Null);
    pending(1);

    // Refusals by cause.
    let refused = |code, method: &str, path: &str, body: Value, part: &str| {
        let why = serve.refused(code, method, path, body);
        assert!(why.contains(part), "{path}: {why}");
    };
    refused(404, "POST", "/api/pipeline/tasks/flute", json!({"do": "start"}), "no task 'flute'");
    refused(400, "POST", "/api/pipeline/tasks/tone", json!({"do": "start"}), "runs always");
    refused(400, "POST", "/api/pipeline/tasks/gain", json!({"do": "set", "param": "colour", "value": 1}), "colour");
    refused(400, "POST", "/api/pipeline/tasks/gain", json!({"do": "set", "param": "db", "value": "loud"}), "db");
    refused(404, "POST", "/api/pipeline/events/gone", Value::Null, "no event 'gone'");
    refused(404, "GET", "/api/pipeline/taps/flute", Value::Null, "no stream 'flute'");

    // The file as it stands, and as it is read again.
    let source = serve.get("/api/pipeline/source");
    assert_eq!((&source["name"], source["text"].as_str()), (&json!("graph.toml"), Some(GRAPH)));
    bench.write(
        "graph.toml",
        &GRAPH.replace("name = \"desk\"", "name = \"desk\" # changed").replace("kind = \"null\"", "kind = \"stats\""),
    );
    let reloaded = serve.done("POST", "/api/pipeline/reload", Value::Null);
    assert_eq!(
        (&reloaded["applied"], &reloaded["changes"]["replaced_tasks"]),
        (&json!(true), &json!(["null"])),
        "{reloaded}"
    );
    assert!(serve.get("/api/pipeline/source")["text"].as_str().is_some_and(|text| text.contains("# changed")));

    // A broken one is told where it is broken, by HTTP and on the socket, and what runs goes on.
    let broken = GRAPH.replace("writes = { out = \"loud\" }", "writes = { out = \"lout\" }");
    let line = broken.lines().position(|line| line.contains("lout")).expect("the line") + 1;
    bench.write("graph.toml", &broken);
    for (code, answer) in [
        {
            let (code, answer) = serve.ask("POST", "/api/pipeline/reload", None);
            (u64::from(code), answer)
        },
        page.ask("POST", "/api/pipeline/reload", Value::Null),
    ] {
        assert_eq!((code, &answer["applied"]), (400, &json!(false)), "{answer}");
        let places = answer["places"].as_array().expect("places");
        let place =
            places.iter().find(|place| place["line"] == line).unwrap_or_else(|| panic!("none at {line}: {answer}"));
        assert_eq!((&place["task"], &place["severity"]), (&json!("gain"), &json!("error")), "{place}");
        assert!(place["message"].as_str().is_some_and(|message| message.contains("lout")), "{place}");
        assert!(answer["error"].is_string() && !answer.to_string().contains(bench.folder().to_str().expect("a name")));
    }
    assert!(peak(&serve, "tone") > 0.01);
    bench.write("graph.toml", "name = \n");
    let (code, answer) = serve.ask("POST", "/api/pipeline/reload", None);
    assert_eq!((code, &answer["places"][0]["line"]), (400, &json!(1)), "{answer}");

    let found = serve.get("/api/pipelines");
    let own: Vec<_> = found.as_array().expect("a list").iter().filter(|found| found["own"] == true).collect();
    assert_eq!((own.len(), &own[0]["name"]), (1, &json!("desk")), "{found}");
    page.agree();
    serve.stop();
}

#[test]
fn without_a_graph_there_is_nothing_to_steer() {
    let serve = Serve::start("");
    assert!(serve.get("/api/state").get("pipeline").is_none());
    for (method, path, body) in [
        ("POST", "/api/pipeline/tasks/gain", json!({"do": "start"})),
        ("POST", "/api/pipeline/events/go", Value::Null),
        ("GET", "/api/pipeline/taps/tone", Value::Null),
        ("GET", "/api/pipeline/source", Value::Null),
        ("POST", "/api/pipeline/reload", Value::Null),
    ] {
        let why = serve.refused(404, method, path, body);
        assert!(why.contains("--graph"), "{path}: {why}");
    }
    serve.get("/api/pipelines");
    // Nor, without MIDI, controllers.
    assert!(serve.refused(503, "GET", "/api/controllers", Value::Null).contains("no MIDI"));
    let operation = json!({"op_type": "controller_pull", "params": {"port": "x"}});
    assert!(serve.refused(503, "POST", "/api/ops/start", operation).contains("no MIDI"));
    assert_eq!(serve.get("/api/midi/recent"), json!([]));
    serve.stop();
}

#[test]
fn the_rack_is_reordered_bypassed_and_kept() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    let units = |serve: &Serve| -> Vec<String> {
        let units = serve.get("/api/piano/fx/units");
        units.as_array().expect("units").iter().map(|unit| unit["id"].as_str().expect("a name").to_owned()).collect()
    };
    let usual = ["volume", "filter", "pitch", "chorus", "delay", "reverb", "pan"];
    assert_eq!(units(&serve), usual);
    assert_eq!(page.state["fx_order"], json!(usual));
    let mut order = usual;
    order.rotate_left(3);
    let set = serve.done("PATCH", "/api/piano/fx", json!({"order": order, "delay.bypass": true, "reverb.decay": 1.0}));
    assert_eq!((&set["order"], &set["delay.bypass"]), (&json!(order), &json!(1.0)));
    assert_eq!(page.event("fx.order_changed")["order"], json!(order));
    page.agree();
    assert_eq!((&page.state["fx_order"], &page.state["fx"]["delay.bypass"]), (&json!(order), &json!(1.0)));
    assert_eq!(units(&serve), order);
    let rack = serve.get("/api/piano/fx/units");
    let unit = |id: &str| rack.as_array().expect("units").iter().find(|unit| unit["id"] == id).expect("a unit").clone();
    assert_eq!(unit("delay")["bypassed"], true);
    let decay = &unit("reverb")["params"][1];
    assert_eq!(
        (&decay["key"], &decay["text"], &decay["curve"]),
        (&json!("reverb.decay"), &json!("9.000 s"), &json!("exponential"))
    );
    for (body, part) in [
        (json!({"order": ["pan"], "reverb.mix": 1}), "each of volume"),
        (json!({"delay.bypass": 3, "reverb.mix": 1}), "true or false"),
    ] {
        assert!(serve.refused(400, "PATCH", "/api/piano/fx", body).contains(part));
    }
    assert_eq!(serve.get("/api/piano/fx")["reverb.mix"], 0.0, "all of it or nothing");

    // Kept, taken back, and there again after a restart.
    serve.until("/api/history", |history| history["undo"].as_u64() > Some(0));
    serve.done("POST", "/api/undo", Value::Null);
    assert_eq!(units(&serve), usual);
    serve.done("POST", "/api/redo", Value::Null);
    assert_eq!(units(&serve), order);
    page.agree();
    let folder = serve.stop();
    let serve = Serve::again(folder, &["--null-audio", "--midi", "none"], |_| {});
    assert_eq!(units(&serve), order);
    assert_eq!(serve.get("/api/piano/fx")["delay.bypass"], 1.0);
    serve.stop();
}
