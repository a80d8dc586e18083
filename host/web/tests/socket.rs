//! The socket: snapshot, events, requests, and who is dropped.

mod support;

use ripieno_web::{Limits, QUEUE, Reason};
use serde_json::json;
use std::time::Duration;
use support::listener::Listener;
use support::wire::{Wire, text};
use support::{Rig, TOKEN, until};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Opens a socket by hand, with more header lines.
async fn open(rig: &Rig, headers: &str) -> Wire {
    let mut wire = Wire::connect(rig.addr).await;
    let key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    let head =
        format!("GET /ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n{key}\r\n", rig.addr);
    wire.send(format!("{head}{headers}\r\n")).await;
    assert_eq!(wire.answer().await.map(|answer| answer.status), Some(101));
    wire
}

#[tokio::test]
async fn the_first_frame_is_the_whole_state() {
    let rig = Rig::start(Limits::default());
    rig.studio.publish(json!({"n": 1}));
    let expected = format!(
        r#"{{"type":"response","id":"handshake","status":"ok","code":200,"payload":{},"seq":1}}"#,
        rig.studio.state()
    );
    // The token may come with the upgrade or inside.
    let mut with_header =
        open(&rig, &format!("authorization: Bearer {TOKEN}\r\norigin: http://{}\r\n", rig.addr)).await;
    let mut inside = open(&rig, "").await;
    inside.send(text(&json!({"type": "auth", "token": TOKEN}).to_string())).await;
    for wire in [&mut with_header, &mut inside] {
        let (kind, payload) = wire.frame().await.expect("a frame");
        assert_eq!((kind, String::from_utf8_lossy(&payload)), (1, expected.as_str().into()));
    }
    let free = Rig::start_with(Limits::default(), None);
    let mut wire = open(&free, "").await;
    assert!(wire.frame().await.is_some());
    assert_eq!(rig.refused(), []);
}

#[tokio::test]
async fn events_and_answers_come_in_order() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    let made = listener.request("POST", "/api/panels", json!({"type": "pad", "title": "T"})).await;
    assert_eq!((&made["status"], &made["code"], &made["id"]), (&json!("ok"), &json!(200), &json!("1")));
    assert_eq!(made["payload"]["instanceId"], "panel-1");
    // Asked one after the other: as many as wait at most, and more.
    let count = 2 * Limits::default().waiting;
    for n in 0..count {
        let path = format!("/api/pads/{n}/{}", if n % 2 == 0 { "press" } else { "release" });
        listener.say(json!({"type": "request", "id": n, "method": "POST", "path": path})).await;
    }
    for n in 0..count {
        let answer = listener.answer().await;
        assert_eq!((answer["id"].as_u64(), &answer["payload"]["ok"]), (Some(n as u64), &json!(true)));
    }
    let expected: Vec<String> =
        (0..count).map(|n| if n % 2 == 0 { format!("press {n} 100") } else { format!("release {n}") }).collect();
    assert_eq!(rig.studio.played(), expected);
    listener.hear_until(rig.studio.stamp().seq).await;
    assert_eq!(listener.hash(), rig.studio.stamp().hash);
    assert_eq!(listener.snapshots, 1);
}

#[tokio::test]
async fn a_request_inside_is_one_outside() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    let mut wire = Wire::connect(rig.addr).await;
    for (method, path, body, refused) in [
        ("GET", "/api/panels", "", 0),
        ("GET", "/api/uses?source=cc:21&channel=1", "", 0),
        ("GET", "/api/nothing", "", 1),
        ("PUT", "/api/panels", "{}", 1),
        ("DELETE", "/api/panels/none", "", 0),
        ("POST", "/api/panels", r#"{"type":"organ"}"#, 1),
        ("POST", "/api/pads/128/press", "", 1),
        ("GET", "/api/panels/%2e%2e/state", "", 1),
        ("GET", "/api/openapi.json", "", 0),
    ] {
        let outside = wire.request(method, path, body).await;
        assert_eq!(rig.refused().len(), refused, "{method} {path}");
        let body = if body.is_empty() { json!(null) } else { serde_json::from_str(body).expect("JSON") };
        let inside = listener.request(method, path, body).await;
        assert_eq!((&inside["code"], &inside["payload"]), (&json!(outside.status), &outside.json()), "{method} {path}");
        assert_eq!(inside["status"], if outside.status == 200 { "ok" } else { "error" });
        assert_eq!(rig.refused().len(), refused, "{method} {path}");
    }
    // Neither the page nor another socket is behind the socket, and a method is a word.
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/ws"),
        ("GET", "http://evil.com/api/state/stamp"),
        ("", "/api/panic"),
        ("P T", "/api/panic"),
    ] {
        let answer = listener.request(method, path, json!(null)).await;
        assert_eq!(answer["status"], "error", "{method} {path}");
    }
}

#[tokio::test]
async fn nobody_waits_behind_what_takes_its_time() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    let say = |id: u32, method: &str, path: &str| json!({"type": "request", "id": id, "method": method, "path": path});
    listener.say(say(1, "GET", "/api/recordings/700/peaks?buckets=3")).await;
    listener.say(say(2, "POST", "/api/pads/16/press")).await;
    listener.say(say(3, "POST", "/api/pads/16/release")).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(listener.answer().await["id"].as_u64().expect("a number"));
    }
    assert_eq!(ids, [2, 3, 1]);
    // More of them than may be are answered all the same.
    for id in 0..20 {
        listener.say(say(id, "GET", "/api/recordings/50/peaks")).await;
    }
    let mut answered = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let answer = listener.answer().await;
        assert_eq!(answer["code"], 200, "{answer}");
        answered.insert(answer["id"].as_u64().expect("a number"));
    }
    assert_eq!(answered, (0..20).collect());
}

#[tokio::test]
async fn a_gap_is_mended_by_a_snapshot() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    rig.studio.publish(json!({"n": 1}));
    listener.hear_until(1).await;
    listener.state = json!("lost");
    listener.say(json!({"type": "resync"})).await;
    while listener.snapshots < 2 {
        listener.hear().await.expect("a snapshot");
    }
    assert_eq!((listener.seq, listener.hash()), (1, rig.studio.stamp().hash));
    let answer = listener.request("GET", "/api/state", json!(null)).await;
    assert_eq!((&answer["id"], &answer["seq"], listener.snapshots), (&json!("1"), &json!(1), 3));
    rig.studio.publish(json!({"n": null, "m": 1}));
    listener.hear_until(2).await;
    assert_eq!(listener.hash(), rig.studio.stamp().hash);
    // The subscriptions that were left are forgotten.
    assert_eq!(rig.studio.subscribers(), 1);
}

#[tokio::test]
async fn nonsense_is_answered_and_forgiven() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    for nonsense in [json!(1), json!({"type": "dance"}), json!({"type": "request"}), json!([[]])] {
        listener.say(nonsense.clone()).await;
        let answer = listener.answer().await;
        assert_eq!((&answer["id"], &answer["code"]), (&json!(null), &json!(400)), "{nonsense}");
        assert_eq!(rig.refused(), [Reason::Malformed]);
    }
    listener.say(json!({"type": "auth", "token": "again, and wrong"})).await;
    assert_eq!(listener.request("GET", "/api/panels", json!(null)).await["code"], 200);
}

#[tokio::test]
async fn a_slow_client_is_dropped_and_nobody_waits_for_it() {
    let rig = Rig::start(Limits::default());
    let mut quick = Listener::connect(rig.addr).await;
    let mut slow = Listener::connect(rig.addr).await;
    assert_eq!(rig.studio.subscribers(), 2);
    // More than the system keeps for a connection and the queue on top.
    let ballast = "x".repeat(32 * 1024);
    for n in 1..=2 * QUEUE as u64 {
        rig.studio.publish(json!({"n": n, "ballast": ballast}));
        quick.hear_until(n).await;
        if rig.studio.subscribers() == 1 {
            break;
        }
    }
    assert_eq!(rig.studio.subscribers(), 1);
    let ended = loop {
        if let Err(code) = slow.hear().await {
            break code;
        }
    };
    assert_eq!(ended, Some(CloseCode::Again));
    assert_eq!(quick.hash(), rig.studio.stamp().hash);
    let back = Listener::connect(rig.addr).await;
    assert_eq!(back.hash(), rig.studio.stamp().hash);
}

#[tokio::test]
async fn the_dead_are_let_go() {
    let mut limits = Limits::default();
    limits.ping_every = Duration::from_millis(50);
    limits.sockets = 2;
    let rig = Rig::start(limits);
    // One that answers pings, as its library does while it reads, and one that never says anything.
    let mut alive = Listener::connect(rig.addr).await;
    let listening = tokio::spawn(async move { while alive.hear().await.is_ok() {} });
    let mut dead = open(&rig, &format!("authorization: Bearer {TOKEN}\r\n")).await;
    let mut pings = 0;
    while let Some((kind, _)) = dead.frame().await {
        pings += usize::from(kind == 9);
    }
    assert!(pings >= 1);
    // Its place is free, the other's is not.
    drop(open(&rig, &format!("authorization: Bearer {TOKEN}\r\n")).await);
    assert!(!listening.is_finished());
    assert_eq!(rig.refused(), []);
}

#[tokio::test]
async fn the_end_is_told() {
    let rig = Rig::start(Limits::default());
    let mut listener = Listener::connect(rig.addr).await;
    // One that has not shown its token yet is told as well.
    let mut early = open(&rig, "").await;
    let ends = tokio::spawn(async move {
        let listener = loop {
            if let Err(code) = listener.hear().await {
                break code;
            }
        };
        (listener, early.close_code().await)
    });
    let took = rig.stop().await;
    assert_eq!(ends.await.expect("two ends"), (Some(CloseCode::Away), Some(1001)));
    assert!(took < Limits::default().grace + Duration::from_secs(1), "{took:?}");
}

#[tokio::test]
async fn who_leaves_is_forgotten() {
    let rig = Rig::start(Limits::default());
    for _ in 0..20 {
        Listener::connect(rig.addr).await;
    }
    until("all are forgotten", || {
        rig.studio.publish(json!({}));
        rig.studio.subscribers() == 0
    })
    .await;
}
