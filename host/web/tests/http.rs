//! What a client of the API may rely on: shapes, statuses, headers, and an end that loses nothing.

mod support;

use ripieno_web::{Config, Limits, Reason, Server, ServerError};
use serde_json::json;
use std::time::Duration;
use support::wire::Wire;
use support::{Rig, TOKEN, until};

#[tokio::test]
async fn panels_live_and_die() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let panel = wire.request("POST", "/api/panels", r#"{"type":"piano","bank":"map","title":"Keys"}"#).await.json();
    assert_eq!(
        panel,
        json!({"instanceId": "panel-1", "type": "piano", "bank": "map", "preset": "", "presetId": null, "title": "Keys"})
    );
    let changed = wire.request("PATCH", "/api/panels/panel-1", r#"{"title":"Mine"}"#).await.json();
    assert_eq!(changed["title"], "Mine");
    assert_eq!(wire.request("POST", "/api/panels/panel-1/activate", "").await.json(), json!({"ok": true}));
    let panels = wire.request("GET", "/api/panels", "").await.json();
    assert_eq!(panels["active_panels"], json!({"piano:map": "panel-1"}));
    assert_eq!(wire.request("GET", "/api/state", "").await.json(), rig.studio.state());
    let stamp = wire.request("GET", "/api/state/stamp", "").await.json();
    assert_eq!(stamp, json!({"seq": 3, "hash": rig.studio.stamp().hash}));
    assert_eq!(wire.request("DELETE", "/api/panels/panel-1", "").await.status, 200);
    let gone = wire.request("DELETE", "/api/panels/panel-1", "").await;
    assert_eq!((gone.status, gone.json()), (404, json!({"error": "there is no panel `panel-1`"})));
    // The owner's refusals are answers, not intrusions.
    assert_eq!(rig.refused(), []);
}

#[tokio::test]
async fn answers_keep_their_shapes() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let action = json!({"type": "fx", "target": "x"});
    for (method, path, body, status, expected) in [
        ("POST", "/api/presets", r#"{"name":"New"}"#, 200, json!({"ok": true, "name": "Known", "id": "id-known"})),
        ("POST", "/api/presets", r#"{"name":"KNOWN"}"#, 409, json!({"error": "there is a preset `KNOWN`"})),
        (
            "PATCH",
            "/api/presets/Known",
            r#"{"name":"New"}"#,
            200,
            json!({"ok": true, "old_name": "Known", "new_name": "New", "id": "id-known"}),
        ),
        ("DELETE", "/api/presets/other%20one", "", 404, json!({"error": "there is no preset `other one`"})),
        (
            "POST",
            "/api/pads/16/press",
            "",
            200,
            json!({"ok": true, "handled": false, "instanceId": null, "action": null}),
        ),
        (
            "PUT",
            "/api/settings/piano_audio",
            r#"{"latency_mode":"medium"}"#,
            400,
            json!({"ok": false, "applied": false, "reason": "this device has no `medium`"}),
        ),
        (
            "PUT",
            "/api/settings/piano_audio",
            r#"{"latency_mode":"odd"}"#,
            400,
            json!({"ok": false, "applied": false, "reason": "odd"}),
        ),
        ("PUT", "/api/settings/secret", r#"{"value":null}"#, 403, json!({"error": "not that"})),
        ("PATCH", "/api/piano/fx", r#"{"reverb":{"mix":0.5},"pan.x":1}"#, 200, json!({"reverb.mix": 0.5, "pan.x": 1})),
        (
            "POST",
            "/api/piano/instrument",
            r#"{"name":"1"}"#,
            200,
            json!({"ok": true, "instruments": ["1"], "current": "1"}),
        ),
        ("POST", "/api/undo", "", 200, json!({"undo": 0, "redo": 0})),
        ("POST", "/api/ops/start", r#"{"op_type":"silence"}"#, 500, json!({"error": "the studio gave no answer"})),
        (
            "GET",
            "/api/nothing",
            "",
            404,
            json!({"error": "there is nothing at this path; GET /api/openapi.json lists all"}),
        ),
    ] {
        let answer = wire.request(method, path, body).await;
        assert_eq!((answer.status, answer.json()), (status, expected), "{method} {path}");
    }
    let list = wire.request("GET", "/api/presets", "").await.json();
    assert_eq!((&list["list"][0]["index"], &list["list"][0]["name"]), (&json!(0), &json!("Known")));
    let pads = wire.request("GET", "/api/pads", "").await.json();
    assert_eq!(
        pads.as_object().map(|pads| pads.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["Known:16".into(), "Known:16#2".into()])
    );
    assert_eq!((&pads["Known:16"]["action_type"], &pads["Known:16"]["color"]), (&json!("fx"), &json!([100, 100, 100])));
    let knobs = wire.request("GET", "/api/knob-presets", "").await.json();
    assert_eq!(knobs[0]["knobs"][0], json!({"cc": 16, "label": "L", "action": action, "value": 0}));
    assert_eq!((&knobs[0]["knob_count"], &knobs[0]["id"]), (&json!(2), &json!("id-known")));
    for name in ["KNOWN", "id-known", "%20known%20"] {
        let keys = wire.request("GET", &format!("/api/piano/presets/{name}"), "").await.json();
        assert_eq!(keys["keys"][0], json!({"note": 16, "label": "L", "action": action}), "{name}");
    }
    assert_eq!(wire.request("GET", "/api/piano/presets/other", "").await.status, 404);
}

#[tokio::test]
async fn what_is_played_arrives_as_it_was_meant() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let mut refused = 0;
    for (path, body, expected) in [
        ("/api/pads/16/press", "", "press 16 100"),
        ("/api/pads/16/press", r#"{"velocity":1}"#, "press 16 1"),
        ("/api/pads/127/release", "", "release 127"),
        ("/api/knobs/48", r#"{"value":127}"#, "turn 48 127"),
        ("/api/piano/note", r#"{"note":60}"#, "key 60 Some(100) None"),
        ("/api/piano/note", r#"{"note":60,"velocity":0,"bank":"map"}"#, "key 60 None Some(\"map\")"),
        ("/api/piano/note/off", r#"{"note":60}"#, "key 60 None None"),
        ("/api/pads/swap", r#"{"preset":"Known","note_a":16,"note_b":"cc14:1"}"#, "swap 16 cc14:1"),
        ("/api/panic", "", "panic"),
        ("/api/pads/128/press", "", ""),
        ("/api/pads/x/press", "", ""),
        ("/api/pads/-1/press", "", ""),
        ("/api/pads/16/press", r#"{"velocity":128}"#, ""),
        ("/api/knobs/48", r#"{"value":-1}"#, ""),
        ("/api/knobs/48", r#"{"value":1.5}"#, ""),
        ("/api/knobs/48", "{}", ""),
        ("/api/piano/note", r#"{"note":300}"#, ""),
    ] {
        let before = rig.studio.played().len();
        let answer = wire.request("POST", path, body).await;
        let played = rig.studio.played();
        let found = if played.len() > before { played[before].as_str() } else { "" };
        assert_eq!((answer.status == 200, found), (!expected.is_empty(), expected), "{path} {body}: {answer:?}");
        refused += usize::from(expected.is_empty());
    }
    assert_eq!(rig.refused(), vec![Reason::Malformed; refused]);

    let change = "/api/presets/My%20Pads/pads/cc14:1?channel=2&device=mpd&nth=1";
    wire.request("PATCH", change, r#"{"label":null}"#).await;
    let last = rig.studio.played().pop().expect("a change");
    let at = r#"EntryAddress { source: "cc14:1", channel: Some(2), device: Some("mpd"), nth: 1 }"#;
    assert_eq!(last, format!("Pad My Pads {at} {{\"label\":null}}"));
    assert_eq!(wire.request("PATCH", "/api/presets/x/pads/1?chanel=2", "{}").await.status, 400);
}

#[tokio::test]
async fn every_answer_trusts_nobody() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    for (path, status, kind) in [
        ("/", 200, "text/html; charset=utf-8"),
        ("/pipeline", 200, "text/html; charset=utf-8"),
        ("/plain", 200, "text/html; charset=utf-8"),
        ("/plain/pipeline.js", 200, "text/javascript; charset=utf-8"),
        ("/plain/app.js", 200, "text/javascript; charset=utf-8"),
        ("/plain/style.css", 200, "text/css; charset=utf-8"),
        ("/plain/icon.svg", 200, "image/svg+xml"),
        ("/assets/other.js", 404, "application/json"),
        ("/api/state", 200, "application/json"),
        ("/api/other", 404, "application/json"),
        ("/api/panels/x%2fy", 400, "application/json"),
    ] {
        let answer = wire.request("GET", path, "").await;
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(kind)), "{path}");
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'self';") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control-")), "{path}");
    }
    for (method, path, allow) in
        [("PUT", "/api/panels", "GET,HEAD,POST"), ("POST", "/", "GET,HEAD"), ("POST", "/ws", "GET,HEAD")]
    {
        let answer = wire.request(method, path, "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{path}");
        assert!(answer.json()["error"].is_string(), "{path}");
    }
    // The pages need no token, run nothing inline and ask nobody else.
    let addr = rig.addr;
    for path in ["/", "/plain", "/pipeline"] {
        wire.send(format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\n\r\n")).await;
        let page = wire.answer().await.expect("the page").body;
        assert!(page.starts_with("<!doctype html>"), "{path}: {page:.200}");
        assert!(!page.contains("style=") && !page.contains("onclick") && !page.contains("http"), "{path}");
        assert_eq!(page.matches("<script").count(), page.matches(" src=\"/").count(), "{path}");
    }
    wire.send(format!("GET /api/state HTTP/1.1\r\nhost: {addr}\r\n\r\n")).await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
}

#[tokio::test]
async fn a_server_without_a_token_still_knows_its_pages() {
    let rig = Rig::start_with(Limits::default(), None);
    assert_eq!(rig.link, format!("http://{}/", rig.addr));
    let mut wire = Wire::connect(rig.addr).await;
    for (origin, status) in [("", 200), ("http://evil.com", 403)] {
        let origin = if origin.is_empty() { String::new() } else { format!("origin: {origin}\r\n") };
        wire.send(format!("GET /api/panels HTTP/1.1\r\nhost: {}\r\n{origin}\r\n", rig.addr)).await;
        assert_eq!(wire.answer().await.map(|answer| answer.status), Some(status));
    }
}

#[tokio::test]
async fn a_slow_owner_is_not_awaited_for_ever() {
    let mut limits = Limits::default();
    limits.answer_time = Duration::from_millis(100);
    let rig = Rig::start(limits);
    let mut wire = Wire::connect(rig.addr).await;
    let answer = wire.request("POST", "/api/piano/instrument", r#"{"name":"60000"}"#).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(wire.request("GET", "/api/panels", "").await.status, 200);
}

#[tokio::test]
async fn an_idle_connection_ends_without_a_word() {
    let mut limits = Limits::default();
    limits.head_time = Duration::from_millis(100);
    let rig = Rig::start(limits);
    let mut wire = Wire::connect(rig.addr).await;
    assert_eq!(wire.request("GET", "/api/panels", "").await.status, 200);
    assert!(wire.answer().await.is_none());
    assert!(Wire::connect(rig.addr).await.answer().await.is_none());
    assert_eq!(rig.refused(), []);
}

#[tokio::test]
async fn who_does_not_take_the_answer_is_let_go() {
    let mut limits = Limits::default();
    limits.stall_time = Duration::from_millis(200);
    limits.connections = 1;
    let rig = Rig::start(limits);
    rig.studio.publish(json!({"ballast": "x".repeat(1 << 20)}));
    let mut wire = Wire::connect(rig.addr).await;
    let get = format!("GET /api/state HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\n\r\n", rig.addr);
    // More than the system keeps for a connection, and never read.
    wire.send(get.repeat(100)).await;
    let mut free = false;
    for _ in 0..400 {
        let mut other = Wire::connect(rig.addr).await;
        other.send(&get).await;
        free = other.answer().await.is_some_and(|answer| answer.status == 200);
        if free {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(free);
}

#[tokio::test]
async fn the_end_lets_requests_finish() {
    let rig = Rig::start(Limits::default());
    let (addr, mut wire) = (rig.addr, Wire::connect(rig.addr).await);
    let mut idle = Wire::connect(rig.addr).await;
    assert_eq!(idle.request("GET", "/api/panels", "").await.status, 200);
    let slow = tokio::spawn(async move { wire.request("POST", "/api/piano/instrument", r#"{"name":"300"}"#).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let took = rig.stop().await;
    assert_eq!(slow.await.expect("an answer").status, 200);
    assert!(idle.answer().await.is_none());
    assert!(took < Limits::default().grace, "{took:?}");
    // The port is free again.
    Server::bind(Config::new(addr, None), tokio::sync::mpsc::channel(1).0).expect("the same address");
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let mut limits = Limits::default();
    limits.grace = Duration::from_millis(200);
    let rig = Rig::start(limits);
    let mut wire = Wire::connect(rig.addr).await;
    let host = rig.addr;
    let head = format!("POST /api/piano/instrument HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\n");
    wire.send(format!("{head}content-type: application/json\r\ncontent-length: 16\r\n\r\n{{\"name\":\"60000\"}}"))
        .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(rig.stop().await >= Duration::from_millis(200));
    assert!(wire.answer().await.is_none());
}

#[tokio::test]
async fn trouble_at_the_start_is_named() {
    let rig = Rig::start(Limits::default());
    until("the server is there", || true).await;
    assert_eq!(rig.link, format!("http://{}/#token={TOKEN}", rig.addr));
    let requests = || tokio::sync::mpsc::channel(1).0;
    let taken = Server::bind(Config::new(rig.addr, None), requests()).expect_err("the same address");
    assert!(matches!(taken, ServerError::InUse(addr) if addr == rig.addr));
    assert!(taken.to_string().contains("in use"));
    let elsewhere = Server::bind(Config::new("192.0.2.1:80".parse().expect("an address"), None), requests());
    assert!(matches!(elsewhere, Err(ServerError::Bind { .. })));
    let mut config = Config::new("127.0.0.1:0".parse().expect("an address"), None);
    config.hosts = vec!["http://studio".into()];
    assert!(matches!(Server::bind(config, requests()), Err(ServerError::Host(name)) if name == "http://studio"));
}

#[tokio::test]
async fn the_built_page_comes_as_it_is_stored_under_a_policy_of_its_own() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let page = wire.request("GET", "/", "").await;
    let policy = page.header("content-security-policy").expect("a policy").to_owned();
    let is_built = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/dist/page/index.html.gz")).exists();
    assert_eq!(page.body.contains("csp-nonce"), is_built, "what was built is what is served");
    let Some(nonce) = page.body.split("csp-nonce\" content=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
        // Without its build the plain page stands in, under the same policy as everything else.
        assert!(page.body.contains("cargo xtask page"), "{}", page.body);
        eprintln!("the page is not built: only the plain one was looked at");
        return;
    };
    assert!(nonce.len() == 32 && policy.contains(&format!("style-src 'self' 'nonce-{nonce}';")), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let again = wire.request("GET", "/", "").await;
    assert!(!again.body.contains(nonce), "a nonce is used once");
    let script = page.body.split(" src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
    let plain = wire.request("GET", script, "").await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
    assert_eq!(plain.header("cache-control"), Some("private, max-age=31536000, immutable"));
    let addr = rig.addr;
    wire.send(format!("HEAD {script} HTTP/1.1\r\nhost: {addr}\r\naccept-encoding: gzip\r\n\r\n")).await;
    let head = wire.head().await.expect("an answer").to_ascii_lowercase();
    assert!(head.contains("content-encoding: gzip"), "{head}");
}
