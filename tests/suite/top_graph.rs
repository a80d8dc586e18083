//! `ripieno top`: once, as JSON, and on a real terminal, where keys change what runs.

use ripieno_tests::graph::Bench;
use ripieno_tests::process::sibling;
use ripieno_tests::pty::{Keyboard, Pty};
use rustix::process::Signal;
use serde_json::Value;

const GRAPH: &str = r#"
format_version = 2
name = "watched"
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
name = "fx"
kind = "fx"
reads = { in = "tone" }
writes = { out = "loud" }
[[tasks]]
name = "meter"
kind = "meter"
reads = { in = "loud" }
"#;

fn flows(status: &Value) -> bool {
    status["tasks"][2]["gauges"]["peak_db"].as_f64().is_some_and(|db| db < 0.0)
}

#[test]
fn once_it_tells_how_it_is() {
    let bench = Bench::with(GRAPH);
    let run = bench.run(&["graph.toml"]);
    let status = bench.until("sound flows", flows);
    assert_eq!(
        (&status["version"], &status["name"], &status["pid"]),
        (&1.into(), &"watched".into(), &run.pid().into())
    );
    for key in ["streams", "tasks", "events", "ends"] {
        assert!(status[key].is_array(), "{key}: {status}");
    }
    for choice in [run.pid().to_string().as_str(), "watched", "graph.toml"] {
        let (code, stdout, stderr) = bench.output(&["top", choice, "--once"]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{choice}");
        assert!(stdout.starts_with("watched, process ") && stdout.contains("peak_db"), "{stdout}");
    }
    let (code, _, stderr) = bench.output(&["top", "other", "--once"]);
    assert!(code == Some(4) && stderr.contains("(watched)"), "{stderr}");
    let (code, _, stderr) = bench.output(&["top"]);
    assert!(code == Some(2) && stderr.contains("--once"), "{stderr}");
    run.signal(Signal::INT);
    assert_eq!(run.end().code, Some(130));
}

#[test]
fn on_a_terminal_it_shows_and_changes_what_runs() {
    let bench = Bench::with(GRAPH);
    let run = bench.run(&["graph.toml"]);
    bench.until("sound flows", flows);
    let runtime = bench.folder().to_str().expect("a name").to_owned();
    let graph = bench.path("graph.toml");
    let arguments = ["top", graph.to_str().expect("a name")];
    let variables = [("XDG_RUNTIME_DIR", runtime.as_str()), ("NO_COLOR", "1")];
    let program = sibling("ripieno-under-test");
    let mut terminal = Pty::start(&program, &arguments, &variables, (120, 30), Keyboard::Plain);
    for words in ["watched  running", "> tone", "PRESSURE", "meter", "peak_db", "q quit"] {
        terminal.see(words);
    }
    terminal.press("t");
    terminal.see("tap tone  frame");
    terminal.press("sfx.reverb.mix=0.5\r");
    terminal.see("fx.reverb.mix is 0.5");
    let status = bench.until("it is set", |status| status["tasks"][1]["params"]["reverb.mix"] == 0.5);
    assert!(flows(&status));
    terminal.press("sfx.reverb.mixx=0.5\r");
    terminal.see("refused: ");
    terminal.press("ego\r");
    terminal.see("go signalled");
    bench.until("it is signalled", |status| status["events"][0]["pending"] == 1);
    bench.write("graph.toml", &GRAPH.replace("paced = true", "paced = true, db = -30.0"));
    terminal.press("r");
    terminal.see("reloaded");
    bench.until("it is quieter", |status| status["tasks"][0]["params"]["db"] == -30.0);
    terminal.resize(40, 8);
    terminal.see("watched");
    terminal.press("q");
    assert!(terminal.end().success());
    assert!(terminal.is_restored());

    // What ends takes its view with it.
    let mut terminal = Pty::start(&program, &["top"], &variables, (100, 20), Keyboard::Plain);
    terminal.see("watched  running");
    terminal.press("x");
    assert!(terminal.end().success());
    assert!(terminal.is_restored() && terminal.text().contains("watched has ended"), "{}", terminal.text());
    assert_eq!(run.end().code, Some(0));
}
