//! Every documented route is there and answers; every route that people know is documented; what is kept is what is.

mod support;

use ripieno_web::{Limits, events_text, openapi_text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use support::Rig;
use support::wire::Wire;

/// A good body for each operation that needs one.
const BODIES: &[(&str, &str)] = &[
    ("POST /api/panels", r#"{"type":"pad"}"#),
    ("PATCH /api/panels/{id}", r#"{"title":"T"}"#),
    ("POST /api/presets", r#"{"name":"New"}"#),
    ("PATCH /api/presets/{preset}", r#"{"name":"New"}"#),
    ("PATCH /api/presets/{preset}/pads/{note}", r#"{"label":"L","action":null}"#),
    ("POST /api/pads/swap", r#"{"preset":"known","note_a":16,"note_b":"note:17"}"#),
    ("POST /api/knob-presets", r#"{"name":"New"}"#),
    ("PATCH /api/knob-presets/{preset}", r#"{"name":"New"}"#),
    ("PATCH /api/knob-presets/{preset}/knobs/{cc}", r#"{"label":"L"}"#),
    ("POST /api/knobs/swap", r#"{"preset":"known","cc_a":48,"cc_b":49}"#),
    ("POST /api/knobs/{cc}", r#"{"value":127}"#),
    ("POST /api/piano/presets", r#"{"name":"New"}"#),
    ("PATCH /api/piano/presets/{preset}", r#"{"name":"New"}"#),
    ("PATCH /api/piano/presets/{preset}/keys/{note}", r#"{"label":"L"}"#),
    ("POST /api/piano/note", r#"{"note":60}"#),
    ("POST /api/piano/note/off", r#"{"note":60,"bank":"map"}"#),
    ("POST /api/piano/instrument", r#"{"name":"1"}"#),
    ("PATCH /api/piano/fx", r#"{"reverb":{"mix":0.3}}"#),
    ("PUT /api/settings/piano_audio", r#"{"sample_rate":null,"block_size":256}"#),
    ("PUT /api/settings/{key}", r#"{"value":1}"#),
    ("POST /api/learn", r#"{"preset":"known","type":"pad"}"#),
    ("POST /api/unlearn", r#"{"preset":"known","type":"pad","source":"note:16","channel":1}"#),
    ("POST /api/pipeline/tasks/{task}", r#"{"do":"set","param":"db","value":-6.0}"#),
    ("POST /api/ops/start", r#"{"op_type":"render"}"#),
    ("POST /api/recordings", "RIFF"),
    ("POST /api/separations/plan", r#"{"recording":"x","anchors":[["+",1,2.5]]}"#),
];

/// What people know, and what this studio adds.
const KNOWN: &[&str] = &[
    "GET /api/state",
    "GET /api/panels",
    "POST /api/panels",
    "PATCH /api/panels/{id}",
    "DELETE /api/panels/{id}",
    "POST /api/panels/{id}/activate",
    "POST /api/panels/{id}/deactivate",
    "POST /api/panels/reconcile",
    "GET /api/presets",
    "POST /api/presets",
    "PATCH /api/presets/{preset}",
    "DELETE /api/presets/{preset}",
    "PATCH /api/presets/{preset}/pads/{note}",
    "DELETE /api/presets/{preset}/pads/{note}/action",
    "GET /api/pads",
    "POST /api/pads/swap",
    "POST /api/pads/{note}/press",
    "POST /api/pads/{note}/release",
    "GET /api/knob-presets",
    "POST /api/knob-presets",
    "PATCH /api/knob-presets/{preset}",
    "DELETE /api/knob-presets/{preset}",
    "PATCH /api/knob-presets/{preset}/knobs/{cc}",
    "DELETE /api/knob-presets/{preset}/knobs/{cc}/action",
    "POST /api/knobs/swap",
    "GET /api/knobs/catalog",
    "POST /api/knobs/{cc}",
    "GET /api/piano/presets",
    "POST /api/piano/presets",
    "GET /api/piano/presets/{preset}",
    "PATCH /api/piano/presets/{preset}",
    "DELETE /api/piano/presets/{preset}",
    "PATCH /api/piano/presets/{preset}/keys/{note}",
    "DELETE /api/piano/presets/{preset}/keys/{note}/action",
    "POST /api/piano/note",
    "POST /api/piano/note/off",
    "POST /api/panic",
    "GET /api/midi/status",
    "POST /api/midi/reconnect",
    "GET /api/learn",
    "POST /api/learn",
    "DELETE /api/learn",
    "GET /api/uses",
    "POST /api/unlearn",
    "GET /api/actions",
    "GET /api/layouts",
    "GET /api/piano/instruments",
    "POST /api/piano/instrument",
    "GET /api/piano/fx",
    "PATCH /api/piano/fx",
    "GET /api/audio/devices",
    "PUT /api/settings/piano_audio",
    "GET /api/settings",
    "PUT /api/settings/{key}",
    "GET /api/profiles",
    "POST /api/profiles/{name}/load",
    "POST /api/profiles/{name}/save",
    "GET /api/history",
    "POST /api/undo",
    "POST /api/redo",
    "GET /api/recordings",
    "POST /api/recordings",
    "DELETE /api/recordings/{id}",
    "GET /api/recordings/{id}/peaks",
    "POST /api/recordings/{id}/ticket",
    "GET /api/models",
    "POST /api/separations/plan",
    "GET /api/ops",
    "POST /api/ops/start",
    "GET /api/ops/{id}",
    "POST /api/ops/{id}/cancel",
    "GET /api/telemetry/current",
    "GET /api/log",
    "GET /api/pipeline",
    "GET /api/pipeline.svg",
    "GET /api/pipeline/tasks",
    "POST /api/pipeline/tasks/{task}",
    "POST /api/pipeline/events/{event}",
    "GET /api/pipeline/taps/{stream}",
    "GET /api/pipeline/source",
    "POST /api/pipeline/reload",
    "GET /api/pipelines",
    "GET /api/piano/fx/units",
    "GET /api/controllers",
    "GET /api/midi/recent",
    "GET /api/openapi.json",
    "GET /api/events.json",
    "GET /api/state/stamp",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// `METHOD /path` to its description.
fn operations() -> BTreeMap<String, Value> {
    let api = json(openapi_text());
    let paths = api["paths"].as_object().expect("paths").clone();
    let of = |(path, item): (String, Value)| {
        let item = item.as_object().expect("an item").clone();
        item.into_iter().map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    };
    paths.into_iter().flat_map(of).collect()
}

#[tokio::test]
async fn every_documented_route_answers() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let mut faults = Vec::new();
    for (made, (name, operation)) in operations().into_iter().enumerate() {
        let panel = wire.request("POST", "/api/panels", r#"{"type":"pad"}"#).await.json();
        let (method, path) = name.split_once(' ').expect("method and path");
        let mut url = path
            .replace("{note}", "16")
            .replace("{cc}", "48")
            .replace("{preset}", "known")
            .replace("{name}", "studio")
            .replace("{key}", "transpose")
            .replace("{task}", "gain")
            .replace("{event}", "go")
            .replace("{stream}", "mix")
            .replace("{id}", panel["instanceId"].as_str().expect("an id"));
        if path == "/api/uses" {
            url += "?source=cc:21&channel=1";
        }
        if name == "POST /api/recordings" {
            url += "?name=song.wav";
        }
        let body = BODIES.iter().find(|(of, _)| *of == name).map_or("", |(_, body)| body);
        let bytes = name == "POST /api/recordings";
        let sent = if bytes { "application/octet-stream" } else { "application/json" };
        let answer = wire.send_as(method, &url, sent, body).await;
        let kind = if path.ends_with(".svg") { "image/svg+xml" } else { "application/json" };
        if answer.status != 200 || answer.header("content-type") != Some(kind) {
            faults.push(format!("{made} {name}: {answer:?}"));
        }
        // Everything is said to be refused in one shape, and what has a body says which.
        if operation["responses"]["default"].is_null() || operation["summary"].is_null() {
            faults.push(format!("{name}: no word on refusal, or none at all"));
        }
        if operation["requestBody"].is_null() != body.is_empty() && !OPTIONAL.contains(&name.as_str()) {
            faults.push(format!("{name}: a body that is not documented, or the other way round"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(rig.refused(), []);
}

/// A body is documented and may be left out.
const OPTIONAL: &[&str] =
    &["POST /api/pads/{note}/press", "POST /api/panels/reconcile", "POST /api/recordings/{id}/ticket"];

#[test]
fn what_people_know_is_there_and_nothing_is_hidden() {
    let found: Vec<String> = operations().into_keys().collect();
    let mut known = KNOWN.to_vec();
    known.sort_unstable();
    assert_eq!(found, known);
    // A handler that no router names would be one too many.
    let handlers: usize = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"))
        .expect("the sources")
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("a text"))
        .map(|text| text.matches("#[utoipa::path(").count())
        .sum();
    assert_eq!(handlers, found.len());
    // Names of operations are names of functions in clients.
    let mut ids: Vec<_> = operations().into_values().map(|operation| operation["operationId"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), found.len());
}

#[test]
fn every_reference_leads_somewhere() {
    for text in [openapi_text(), events_text()] {
        let schemas = json(text)["components"]["schemas"].clone();
        for reference in text.split("\"$ref\": \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let name = reference.rsplit('/').next().expect("a name");
            assert!(schemas.get(name).is_some(), "{reference}");
        }
    }
}

/// Set to write the descriptions that are kept.
const BLESS: &str = "RIPIENO_BLESS";

#[test]
fn the_kept_descriptions_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, text) in [("openapi.json", openapi_text()), ("events.json", events_text())] {
        if std::env::var_os(BLESS).is_some() {
            let mut file = tempfile::NamedTempFile::new_in(folder).expect("a file");
            file.write_all(text.as_bytes()).expect("room");
            file.persist(folder.join(name)).expect("the same folder");
        }
        let kept = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        // Compared as values: the order of members is the affair of whichever crate asks serde_json for one.
        let same = serde_json::from_str::<Value>(&kept).is_ok_and(|kept| kept == json(text));
        assert!(same, "{name} is not what the types give; look at the difference after a run with {BLESS}=1");
    }
}
