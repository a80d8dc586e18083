//! A graph on a page: by itself with `ripieno run --serve`, and beside a studio whose pads reach its tasks.

use ripieno_tests::graph::Bench;
use ripieno_tests::serve::Serve;
use rustix::process::Signal;
use serde_json::{Value, json};

const GRAPH: &str = r#"
format_version = 2
name = "shown"
[[streams]]
name = "tone"
shape = [256, 2]
dtype = "f32"
rate = 48000
[[streams]]
name = "loud"
[[events]]
name = "go"
[[events]]
name = "bell"
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
events = { bell = "bell" }
"#;

fn asked(url: &str, path: &str, token: Option<&str>, host: Option<&str>) -> (u16, String, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    let agent: ureq::Agent = config.build().into();
    let mut request = agent.get(format!("{url}{path}"));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let mut answer = request.call().unwrap_or_else(|error| panic!("{path}: {error}"));
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    (answer.status().as_u16(), kind, answer.body_mut().read_to_string().expect("text"))
}

#[test]
fn a_run_shows_itself_to_who_has_the_token() {
    let bench = Bench::with(GRAPH);
    let mut run = bench.run(&["graph.toml", "--serve", "--addr", "127.0.0.1:0"]);
    let started = run.event("started");
    let link = started["url"].as_str().expect("a link");
    let (url, token) = link.split_once("/#token=").expect("a token");
    let get = |path: &str| asked(url, path, Some(token), None);
    let (code, kind, page) = asked(url, "/", None, None);
    assert!(code == 200 && kind.starts_with("text/html") && page.contains("Streams"), "{code} {kind}");
    let (code, kind, text) = get("/api/pipeline");
    let status: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (code, kind.as_str(), &status["version"], &status["name"]),
        (200, "application/json", &1.into(), &"shown".into())
    );
    let (code, kind, picture) = get("/api/pipeline.svg");
    assert!(
        code == 200 && kind == "image/svg+xml" && picture.contains("<svg") && picture.contains("gain"),
        "{code} {kind}"
    );
    assert!(!picture.contains("<script") && !picture.contains(" style="), "{picture:.500}");
    // Nobody else, by no other name, and nothing else.
    assert_eq!(asked(url, "/api/pipeline", None, None).0, 401);
    assert_eq!(asked(url, "/api/pipeline.svg", Some("a-wrong-token-of-length"), None).0, 401);
    assert_eq!(asked(url, "/api/pipeline", Some(token), Some("evil.example")).0, 403);
    assert_eq!(get("/api/panels").0, 404);
    assert_eq!(get("/ws").0, 404);
    run.signal(Signal::INT);
    let ended = run.end();
    assert_eq!(ended.code, Some(130), "{ended:?}");
}

/// Pads for each thing that can be done with a task.
fn studio() -> String {
    let pad = |note: u8, action: Value| {
        let fields: Vec<String> =
            action.as_object().expect("fields").iter().map(|(key, value)| format!("{key} = {value}")).collect();
        format!(
            "[[pad_presets.pads]]\nnote = {note}\nlabel = \"pad {note}\"\naction = {{ type = \"task\", {} }}\n",
            fields.join(", ")
        )
    };
    let pads = [
        pad(16, json!({ "task": "meter", "do": "start" })),
        pad(17, json!({ "task": "meter", "do": "stop" })),
        pad(18, json!({ "task": "meter", "do": "toggle" })),
        pad(19, json!({ "task": "null", "do": "event", "event": "bell" })),
        pad(20, json!({ "task": "gain", "do": "set", "param": "db", "value": -6.0 })),
        pad(21, json!({ "task": "nothing" })),
    ];
    format!(
        "version = 1\n[[pad_presets]]\nid = \"p\"\nname = \"P\"\n{}[[panels]]\nid = \"a\"\ntype = \"pad\"\nbank = \"A\"\npreset = \"p\"\nactive = true\n",
        pads.concat()
    )
}

#[test]
fn pads_reach_the_tasks_of_a_graph_beside() {
    let bench = Bench::with(GRAPH);
    let folder = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
    std::io::Write::write_all(
        &mut std::fs::File::create(folder.path().join("studio.toml")).expect("a file"),
        studio().as_bytes(),
    )
    .expect("room");
    let graph = bench.path("graph.toml");
    let arguments = ["--null-audio", "--midi", "none", "--graph", graph.to_str().expect("a name")];
    let serve = Serve::again(folder, &arguments, |command| {
        command.env("XDG_RUNTIME_DIR", bench.folder());
    });
    let press = |note: u8| {
        let pressed = serve.done("POST", &format!("/api/pads/{note}/press"), Value::Null);
        assert_eq!(pressed["handled"], true, "{note}: {pressed}");
        serve.done("POST", &format!("/api/pads/{note}/release"), Value::Null);
    };
    let event = |name: usize, pending: u64| {
        serve.until("/api/pipeline", |status| status["events"][name]["pending"] == pending);
    };
    assert_eq!(serve.get("/api/pipeline")["name"], "shown");
    press(16);
    event(0, 1);
    press(17);
    event(0, 0);
    press(18);
    event(0, 1);
    press(18);
    event(0, 0);
    press(19);
    event(1, 1);
    press(20);
    serve.until("/api/pipeline", |status| status["tasks"][1]["params"]["db"] == -6.0);
    press(21);
    serve.until("/api/log", |log| log.to_string().contains("there is no task 'nothing'"));
    serve.stop();
}

#[test]
fn without_a_graph_there_is_nothing_to_show() {
    let serve = Serve::start("");
    let why = serve.refused(404, "GET", "/api/pipeline", Value::Null);
    assert!(why.contains("--graph"), "{why}");
    serve.stop();
}
