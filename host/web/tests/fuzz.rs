//! Random bytes, as request, body and socket message: the server never panics, hangs or changes what it should not.

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ripieno_web::Limits;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::wire::{Wire, frame, text};
use support::{Rig, TOKEN};
use tokio::runtime::Runtime;

/// Panics of any thread: a task that panics takes only its connection along, which looks like an end.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    static COUNTING: Once = Once::new();
    COUNTING.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            usual(panic);
        }));
    });
}

/// Sends each case on a connection of its own, reads until it ends, and asks whether everything still answers.
fn check<T: std::fmt::Debug>(cases: u32, any: impl Strategy<Value = T>, bytes: impl Fn(&T, &str) -> Vec<u8>) {
    count_panics();
    let runtime = Runtime::new().expect("a runtime");
    let mut limits = Limits::default();
    limits.head_time = Duration::from_millis(200);
    limits.body_time = Duration::from_millis(200);
    limits.auth_time = Duration::from_millis(200);
    limits.ping_every = Duration::from_millis(200);
    let rig = runtime.block_on(async { Rig::start(limits) });
    let host = rig.addr.to_string();
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let result = runner.run(&any, |case| {
        runtime.block_on(async {
            let mut wire = Wire::connect(rig.addr).await;
            wire.send(bytes(&case, &host)).await;
            wire.finish().await;
            let status = Wire::connect(rig.addr).await.request("GET", "/api/panels", "").await.status;
            prop_assert_eq!((status, PANICS.load(Ordering::Relaxed)), (200, 0));
            Ok(())
        })
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    // Nothing hangs.
    let took = runtime.block_on(rig.stop());
    assert!(took < Limits::default().grace, "{took:?}");
}

#[test]
fn bytes_that_are_no_request() {
    check(100, prop::collection::vec(any::<u8>(), 0..600), |bytes, _| bytes.clone());
}

#[test]
fn requests_with_a_few_bytes_changed() {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6);
    check(200, changes, |changes, host| {
        let head = format!("POST /api/panels?x=%41 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n");
        let mut bytes =
            format!("{head}Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{{\"type\":\"pad\"}}")
                .into_bytes();
        for (place, byte, kind) in changes {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = *byte,
                1 => bytes.insert(place, *byte),
                _ => drop(bytes.remove(place)),
            }
        }
        bytes
    });
}

#[test]
fn bodies_of_any_bytes() {
    check(100, prop::collection::vec(any::<u8>(), 0..600), |body, host| {
        let head = format!("PATCH /api/piano/fx HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n");
        let head = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    });
}

fn upgrade(host: &str) -> Vec<u8> {
    let key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let head =
        format!("GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{key}\r\n\r\n");
    let auth = text(&format!(r#"{{"type":"auth","token":"{TOKEN}"}}"#));
    [head.into_bytes(), auth].concat()
}

#[test]
fn frames_of_any_bytes() {
    let frames = prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..200)), 0..8);
    check(100, frames, |frames, host| {
        let frames = frames.iter().flat_map(|(first, payload)| frame(*first, payload));
        upgrade(host).into_iter().chain(frames).collect()
    });
    check(50, prop::collection::vec(any::<u8>(), 0..300), |bytes, host| [upgrade(host), bytes.clone()].concat());
}

#[test]
fn messages_of_any_words() {
    let word = prop_oneof![
        Just(r#""type":"#),
        Just(r#""request""#),
        Just(r#""resync""#),
        Just(r#""id":"#),
        Just(r#""method":"#),
        Just(r#""GET""#),
        Just(r#""POST""#),
        Just(r#""path":"#),
        Just(r#""/api/panels""#),
        Just(r#""/api/state""#),
        Just(r#""body":"#),
        Just("{"),
        Just("}"),
        Just("["),
        Just(","),
        Just("null"),
        Just("1e9"),
        Just(r#""\ud800""#),
        Just("\u{1f3b9}"),
    ];
    let messages = prop::collection::vec(prop::collection::vec(word, 0..12), 0..6);
    check(150, messages, |messages, host| {
        let frames = messages.iter().flat_map(|words| text(&words.concat()));
        upgrade(host).into_iter().chain(frames).collect()
    });
}
