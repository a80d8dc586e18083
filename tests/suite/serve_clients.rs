//! Many pages at once: each follows every change, also one that falls behind and begins anew.

use ripieno_tests::serve::{Serve, Socket};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 50;
/// Updates a second.
const RATE: u64 = 1_000;
/// What a client may be behind after the last update.
const BOUND: Duration = Duration::from_millis(250);

/// Everything that a client compares, by number.
fn stamp(serve: &Serve) -> (u64, String) {
    let stamp = serve.get("/api/state/stamp");
    (stamp["seq"].as_u64().unwrap(), stamp["hash"].as_str().unwrap().to_owned())
}

#[test]
fn all_clients_have_the_same_state_soon_after_the_last_change() {
    // Short where nobody has time; RIPIENO_SOAK_SECS=60 is the whole of it.
    let soak = std::env::var("RIPIENO_SOAK_SECS").ok().and_then(|secs| secs.parse().ok());
    let secs: u64 = soak.unwrap_or(2);
    let serve = Serve::start("");
    let mut sender = serve.socket();
    let last = AtomicU64::new(u64::MAX);
    let (behind, sent, hash) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let mut client = serve.socket();
                let last = &last;
                scope.spawn(move || {
                    let mut naps = 0;
                    while client.seq < last.load(Ordering::Acquire) {
                        // Each tenth client stops reading now and then, as a sleeping laptop does.
                        if n % 10 == 0 && client.seq / 800 > naps {
                            naps = client.seq / 800;
                            std::thread::sleep(Duration::from_millis(300));
                        }
                        if client.read().is_err() {
                            // Dropped for being slow: it comes back and starts from a snapshot.
                            let snapshots = client.snapshots;
                            client = serve_again(&client);
                            client.snapshots += snapshots;
                        }
                    }
                    (Instant::now(), ripieno_web::hash(&client.state), client.snapshots)
                })
            })
            .collect();
        let start = Instant::now();
        let mut sent = 0;
        while start.elapsed() < Duration::from_secs(secs) {
            let value = (sent % 101) as f64 / 100.0;
            sender.say(&json!({"type": "request", "id": sent, "method": "PATCH", "path": "/api/piano/fx", "body": {"reverb.mix": value}}));
            sent += 1;
            // What it is told is read, so that it is not dropped itself.
            while sender.seq + 64 < sent && sender.read().is_ok() {}
            let due = start + Duration::from_micros(sent * 1_000_000 / RATE);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        while answered(&mut sender) < sent - 1 {}
        // Kept, and that told too, before the last word.
        std::thread::sleep(Duration::from_millis(900));
        serve.done("PATCH", "/api/piano/fx", json!({"pan": 0.25}));
        let end = Instant::now();
        let (seq, hash) = stamp(&serve);
        last.store(seq, Ordering::Release);
        let ends: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        assert!(ends.iter().all(|(_, own, _)| *own == hash), "clients differ from the state");
        let behind = ends.iter().map(|(at, ..)| at.saturating_duration_since(end)).max().unwrap();
        let snapshots: usize = ends.iter().map(|(.., snapshots)| snapshots).sum();
        println!("{sent} updates, {CLIENTS} clients, {snapshots} snapshots, {behind:?} behind at most");
        (behind, sent, hash)
    });
    assert_eq!(hash.len(), 16);
    if soak.is_some() {
        assert!(behind <= BOUND && sent >= RATE * secs * 9 / 10, "{behind:?} behind, {sent} sent");
    }
}

/// The same client once more.
fn serve_again(client: &Socket) -> Socket {
    Socket::open(client.addr, &client.token)
}

/// The number of the next request that is answered.
fn answered(sender: &mut Socket) -> u64 {
    loop {
        let message = sender.read().expect("it is served");
        if message["type"] == "response" {
            assert_eq!(message["status"], "ok", "{message}");
            return message["id"].as_u64().or_else(|| message["id"].as_str()?.parse().ok()).unwrap_or(0);
        }
    }
}

#[test]
fn a_client_that_sees_a_gap_gets_a_fresh_snapshot() {
    let serve = Serve::start("");
    let mut page = serve.socket();
    serve.done("PATCH", "/api/piano/fx", json!({"pan": 0.25}));
    page.event("fx.param_changed");
    // As if it had missed what came before.
    page.seq -= 1;
    page.state = Value::Null;
    serve.done("PATCH", "/api/piano/fx", json!({"pan": 0.75}));
    while page.snapshots < 2 {
        page.read().unwrap();
    }
    let (seq, hash) = stamp(&serve);
    page.catch_up(seq);
    assert_eq!(ripieno_web::hash(&page.state), hash);
}
