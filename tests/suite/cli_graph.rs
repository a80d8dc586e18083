//! `ripieno graph` and `ripieno bench graph` as a user runs them: what is checked, drawn, laid out, listed, explained, measured.

use ripieno_tests::graph::Bench;
use serde_json::Value;

/// A graph without a fault that needs no file.
const SOUND: &str = r#"format_version = 2
name = "sound"

# What is heard.
[[streams]]
name = "noise"

[[tasks]]
name = "noise"
kind = "noise"
writes = { out = "noise" }

[[tasks]]
name = "null"
kind = "null"
reads = { in = "noise" }
"#;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:.500}"))
}

#[test]
fn every_template_passes_its_checks() {
    let bench = Bench::new();
    let (code, stdout, _) = bench.output(&["graph", "new", "--list", "--json"]);
    assert_eq!(code, Some(0));
    let templates = json(&stdout)["templates"].as_array().expect("templates").clone();
    assert!(templates.len() >= 4);
    for template in templates {
        let name = template["name"].as_str().expect("a name");
        let (code, text, _) = bench.output(&["graph", "new", name]);
        assert_eq!((code, text.as_str()), (Some(0), template["text"].as_str().expect("a text")));
        bench.write("graph.toml", &text);
        let (code, stdout, stderr) = bench.output(&["graph", "check", "graph.toml"]);
        assert_eq!(code, Some(0), "{name}: {stderr}");
        assert!(stdout.starts_with("graph.toml: "), "{name}: {stdout}");
        assert_eq!(bench.output(&["graph", "fmt", "--check", "graph.toml"]).0, Some(0), "{name}");
    }
    let (code, _, stderr) = bench.output(&["graph", "new", "tonne"]);
    assert!(code == Some(2) && stderr.contains("did you mean tone?"), "{stderr}");
}

#[test]
fn faults_are_told_at_their_places() {
    let bench = Bench::with(&SOUND.replace("kind = \"null\"", "kind = \"nul\""));
    let (code, stdout, stderr) = bench.output(&["graph", "check", "graph.toml"]);
    assert_eq!((code, stdout.as_str()), (Some(3), "graph.toml: cannot start\n"));
    for word in ["P0", "graph.toml:15", "kind = \"nul\"", "null"] {
        assert!(stderr.contains(word), "`{word}` is missing: {stderr}");
    }
    assert!(!stderr.contains('\x1b'), "no terminal, no colours: {stderr:?}");

    let (code, stdout, stderr) = bench.output(&["graph", "check", "graph.toml", "--json"]);
    assert_eq!((code, stderr.as_str()), (Some(3), ""));
    let report = json(&stdout);
    let graph = &report["graphs"][0];
    assert_eq!((&report["version"], &graph["ok"]), (&1.into(), &false.into()));
    let fault = &graph["faults"][0];
    assert_eq!((&fault["severity"], &fault["at"][0]["line"]), (&"error".into(), &15.into()), "{fault}");

    // Whatever a rule says can be looked up.
    let rule = fault["code"].as_str().expect("a code");
    let (code, stdout, _) = bench.output(&["graph", "explain", rule]);
    assert!(code == Some(0) && stdout.starts_with(rule) && stdout.contains("What to do"), "{stdout}");
    assert_eq!(json(&bench.output(&["graph", "explain", rule, "--json"]).1)["code"], rule);
    assert_eq!(bench.output(&["graph", "explain", "P999"]).0, Some(2));

    // Nothing that breaks a rule is started.
    let (code, stdout, stderr) = bench.output(&["run", "graph.toml"]);
    assert!(code == Some(3) && stdout.is_empty() && stderr.contains(rule), "{stderr}");
    assert_eq!(bench.output(&["bench", "graph", "graph.toml"]).0, Some(3));
}

#[test]
fn no_graph_and_no_such_setting() {
    let bench = Bench::with(SOUND);
    let check = |arguments: &[&str], code: i32, word: &str| {
        let (found, stdout, stderr) = bench.output(arguments);
        assert!(found == Some(code) && stderr.contains(word), "{arguments:?}: {found:?} {stdout} {stderr}");
    };
    check(&["graph", "check", "no.toml"], 3, "no.toml");
    check(&["run", "no.toml"], 3, "no.toml");
    check(&["run", "graph.toml", "--set", "noise"], 2, "task.param=value");
    check(&["run", "graph.toml", "--set", "nose.db=1"], 2, "noise");
    check(&["run", "graph.toml", "--set", "noise.dB=1"], 2, "db");
    check(&["run", "graph.toml", "--set", "noise.db=loud"], 2, "db");
    check(&["run", "graph.toml", "--addr", "127.0.0.1:0"], 2, "--serve");
    check(&["top"], 4, "no pipeline runs");
    check(&["graph", "show", "graph.toml", "--format", "png"], 2, "svg");
}

#[test]
fn files_are_laid_out_and_keep_their_comments() {
    let bench = Bench::with(&SOUND.replace("name = \"sound\"", "name   =\"sound\"   # mine"));
    let (code, stdout, _) = bench.output(&["graph", "fmt", "--check", "graph.toml"]);
    assert_eq!((code, stdout.as_str()), (Some(1), "graph.toml\n"));
    assert_eq!(bench.output(&["graph", "fmt", "graph.toml"]).1, "graph.toml\n");
    let text = std::fs::read_to_string(bench.path("graph.toml")).expect("a graph");
    assert!(text.contains("name = \"sound\" # mine") && text.contains("# What is heard."), "{text}");
    assert_eq!(bench.output(&["graph", "fmt", "--check", "graph.toml"]), (Some(0), String::new(), String::new()));
}

#[test]
fn graphs_are_drawn_in_three_languages() {
    let bench = Bench::with(SOUND);
    let check = |format: &str, begin: &str| {
        let (code, stdout, stderr) = bench.output(&["graph", "show", "graph.toml", "--format", format]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert!(stdout.contains(begin) && stdout.contains("noise") && stdout.contains("null"), "{format}: {stdout}");
    };
    check("mermaid", "flowchart");
    check("dot", "digraph");
    check("svg", "<svg");
}

#[test]
fn kinds_tell_of_themselves() {
    let bench = Bench::new();
    let (code, stdout, _) = bench.output(&["graph", "kinds"]);
    assert_eq!(code, Some(0));
    for kind in
        ["rfft", "gain", "wav-source", "wav-sink", "mic", "audio-sink", "synth", "fx", "separate", "meter", "spectrum"]
    {
        assert!(stdout.lines().any(|line| line.starts_with(&format!("{kind} "))), "{kind}: {stdout}");
    }
    let (_, stdout, _) = bench.output(&["graph", "kinds", "fx"]);
    assert!(stdout.contains("reverb.mix") && stdout.contains("while it runs"), "{stdout}");
    let kind = json(&bench.output(&["graph", "kinds", "wav-sink", "--json"]).1);
    assert_eq!((&kind["name"], &kind["inputs"][0]["dtypes"][0]), (&"wav-sink".into(), &"f32".into()));
    let all = json(&bench.output(&["graph", "kinds", "--json"]).1);
    assert!(all["kinds"].as_array().is_some_and(|kinds| kinds.len() > 20));
    let (code, _, stderr) = bench.output(&["graph", "kinds", "wav-sing"]);
    assert!(code == Some(2) && stderr.contains("did you mean wav-sink?"), "{stderr}");
    let schema = json(&bench.output(&["graph", "schema"]).1);
    assert!(schema["properties"]["tasks"].is_object(), "{schema:.300}");
}

#[test]
fn a_graph_is_measured() {
    let bench = Bench::with(SOUND);
    let (code, stdout, stderr) = bench.output(&["bench", "graph", "graph.toml", "--seconds", "1", "--json"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let report = json(&stdout);
    assert_eq!(report["version"], 1);
    assert!(report["secs"].as_f64().is_some_and(|secs| secs > 0.9), "{report}");
    assert!(report["frames_per_sec"].as_f64().is_some_and(|frames| frames > 100.0), "{report}");
    assert!(["noise", "null"].iter().any(|task| report["slowest_task"] == *task), "{report}");
    // What keeps time by itself is let go.
    bench.write(
        "graph.toml",
        &SOUND.replace("writes = { out", "params = { paced = true, frames = 5000 }\nwrites = { out"),
    );
    let (code, stdout, _) = bench.output(&["bench", "graph", "graph.toml", "--seconds", "20"]);
    assert!(code == Some(0) && stdout.contains("sound ran "), "{stdout}");
    let secs = stdout.split("ran ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|secs| secs.parse().ok());
    // In its own time it would take 26 seconds.
    assert!(secs.is_some_and(|secs: f64| secs < 20.0), "{stdout}");
}
