//! Recordings that come in: whole, in parts, too long, too slow, under names that are none, from where they may not.

mod support;

use ripieno_web::{Limits, Reason};
use std::time::Duration;
use support::wire::Wire;
use support::{Rig, TOKEN, until};

const BYTES: &str = "application/octet-stream";

fn short() -> Limits {
    let mut limits = Limits::default();
    limits.upload_bytes = 1_000_000;
    limits.stall_time = Duration::from_millis(300);
    limits
}

/// The head of an upload; `more` are lines of their own.
fn head(rig: &Rig, name: &str, more: &str) -> String {
    let addr = rig.addr;
    format!(
        "POST /api/recordings?name={name} HTTP/1.1\r\nhost: {addr}\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: {BYTES}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn a_recording_comes_in_as_it_is() {
    let rig = Rig::start(short());
    let mut wire = Wire::connect(rig.addr).await;
    // Far beyond what other bodies may have, and in parts that are not those in which it is kept.
    let whole: String = (0..900_000_u32).map(|n| char::from(b'a' + (n % 23) as u8)).collect();
    let answer = wire.send_as("POST", "/api/recordings?name=long.wav", BYTES, &whole).await;
    assert_eq!((answer.status, &answer.json()["bytes"]), (200, &serde_json::json!(900_000)), "{answer:?}");
    wire.send(head(&rig, "Pi%C3%A8ce%202.flac", "transfer-encoding: chunked\r\n")).await;
    for part in whole.as_bytes().chunks(70_001) {
        wire.send(format!("{:x}\r\n", part.len())).await;
        wire.send(part).await;
        wire.send("\r\n").await;
    }
    wire.send("0\r\n\r\n").await;
    assert_eq!(wire.answer().await.expect("an answer").json()["name"], "Pièce 2.flac");
    let kept = rig.studio.kept.lock().expect("a lock").clone();
    let same = Some(whole.into_bytes());
    assert!(kept == [("long.wav".into(), same.clone()), ("Pièce 2.flac".into(), same)], "other bytes");
    // The same connection serves on.
    assert_eq!(wire.request("GET", "/api/recordings", "").await.status, 200);
    assert_eq!(rig.refused(), []);
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let rig = Rig::start(short());
    let check = async |text: String, status: u16, reasons: &[Reason]| {
        let mut wire = Wire::connect(rig.addr).await;
        wire.send(&text).await;
        let answer = wire.answer().await.unwrap_or_else(|| panic!("no answer: {text}"));
        assert_eq!(answer.status, status, "{text:.200}: {answer:?}");
        assert!(answer.json()["error"].is_string(), "{answer:?}");
        assert_eq!(rig.refused(), reasons, "{text:.200}");
    };
    let length = |n: usize| format!("content-length: {n}\r\n");
    // Told to be too long, and found to be.
    check(head(&rig, "a.wav", &length(1_000_001)), 413, &[Reason::Size]).await;
    let chunk = format!("f4241\r\n{}\r\n0\r\n\r\n", "x".repeat(1_000_001));
    check(head(&rig, "a.wav", "transfer-encoding: chunked\r\n") + &chunk, 413, &[Reason::Size]).await;
    // Stalled, and sent as what it is not.
    check(head(&rig, "a.wav", &length(10)) + "abc", 408, &[Reason::Slow]).await;
    check(head(&rig, "a.wav", &length(2)).replace(BYTES, "text/plain") + "ab", 415, &[Reason::Type]).await;
    check(head(&rig, "a.wav", &length(2)).replace(BYTES, "application/json") + "{}", 415, &[Reason::Type]).await;
    // What its keeper says.
    check(head(&rig, "full.wav", &length(2)) + "ab", 503, &[]).await;
    check(head(&rig, "stop.wav", &length(2)) + "ab", 500, &[]).await;
    check(head(&rig, "panic.wav", &length(2)) + "ab", 500, &[]).await;
    check(head(&rig, "empty.wav", &length(0)), 400, &[]).await;
    // No name, two, too much of one, and what is no text.
    check(head(&rig, "a.wav", &length(0)).replace("?name=a.wav", ""), 400, &[Reason::Malformed]).await;
    check(head(&rig, "a.wav&name=b.wav", &length(0)), 400, &[Reason::Malformed]).await;
    check(head(&rig, &"x".repeat(10_000), &length(0)), 414, &[Reason::Size]).await;
    // No token, and a stranger's page.
    check(head(&rig, "a.wav", &length(2)).replace(TOKEN, "another") + "ab", 401, &[Reason::Token]).await;
    let foreign = length(2) + "origin: http://evil.com\r\n";
    check(head(&rig, "a.wav", &foreign) + "ab", 403, &[Reason::Origin]).await;
    let kept = rig.studio.kept.lock().expect("a lock").clone();
    assert!(kept.iter().all(|(_, bytes)| bytes.is_none()), "{kept:?}");
}

#[tokio::test]
async fn who_listens_only_at_the_end_hears_the_refusal() {
    let rig = Rig::start(short());
    for (name, status) in [("full.wav", 503), ("stop.wav", 500)] {
        let mut wire = Wire::connect(rig.addr).await;
        wire.send(head(&rig, name, "content-length: 900000\r\n")).await;
        for _ in 0..9 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            wire.send("x".repeat(100_000)).await;
        }
        assert_eq!(wire.answer().await.expect("an answer").status, status, "{name}");
        // Nothing was cut off: the same connection serves on.
        assert_eq!(wire.request("GET", "/api/recordings", "").await.status, 200);
    }
}

#[tokio::test]
async fn who_goes_in_the_middle_leaves_nothing() {
    let rig = Rig::start(short());
    let mut wire = Wire::connect(rig.addr).await;
    wire.send(head(&rig, "a.wav", "content-length: 600000\r\n")).await;
    wire.send("x".repeat(400_000)).await;
    drop(wire);
    until("it is given up", || !rig.studio.kept.lock().expect("a lock").is_empty()).await;
    assert_eq!(*rig.studio.kept.lock().expect("a lock"), [("a.wav".into(), None)]);
}

#[tokio::test]
async fn a_socket_brings_no_recordings() {
    let rig = Rig::start(short());
    let mut listener = support::listener::Listener::connect(rig.addr).await;
    let answer = listener.request("POST", "/api/recordings?name=a.wav", serde_json::json!("RIFF")).await;
    assert_eq!(answer["code"], 415, "{answer}");
    assert!(rig.studio.kept.lock().expect("a lock").is_empty());
}
