//! Many at once: listeners that all arrive at one state, and requests at a steady rate.
//!
//! A few seconds each, which proves that it works; `RIPIENO_SOAK_SECS=60` runs it whole and holds it to its figures.

mod support;

use hdrhistogram::Histogram;
use ripieno_web::Limits;
use serde_json::json;
use std::time::{Duration, Instant};
use support::Rig;
use support::listener::Listener;
use support::wire::Wire;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, sleep_until};

/// Listeners.
const LISTENERS: usize = 50;
/// Those of them that stop reading now and then.
const SLEEPERS: usize = 5;
/// Changes a second.
const CHANGES_PER_SEC: u64 = 1_000;
/// After the last change, until the last listener has it.
const CONVERGED: Duration = Duration::from_millis(250);
/// Requests a second.
const REQUESTS_PER_SEC: u32 = 5_000;
/// Connections that they come over.
const CONNECTIONS: u32 = 16;
/// Within which 99 of 100 are answered.
const ANSWERED: Duration = Duration::from_millis(5);

/// How long, and whether the figures are held to.
fn length() -> (Duration, bool) {
    let whole = std::env::var("RIPIENO_SOAK_SECS").ok().map(|secs| secs.parse().expect("RIPIENO_SOAK_SECS in seconds"));
    (Duration::from_secs(whole.unwrap_or(3)), whole.is_some())
}

/// What a listener has come to.
struct Arrived {
    hash: String,
    at: Instant,
    events: u64,
    connections: u64,
}

/// Listens until it has the change of this number, coming back as often as it is dropped. A sleeper stops reading until it
/// has been dropped for that.
async fn listen(rig: &'static Rig, sleeper: bool, last: watch::Receiver<u64>) -> Arrived {
    let (mut connections, mut events) = (0, 0);
    loop {
        let mut last = last.clone();
        let mut listener = Listener::connect(rig.addr).await;
        connections += 1;
        if sleeper && connections == 1 {
            // Long enough for the burst to come and fill whatever there is to fill.
            let _ = last.wait_for(|last| *last > 0).await;
        }
        loop {
            let known = *last.borrow();
            if known > 0 && listener.seq >= known {
                events += listener.events;
                return Arrived { hash: listener.hash(), at: Instant::now(), events, connections };
            }
            tokio::select! {
                heard = listener.hear() => if heard.is_err() { break },
                _ = last.changed() => {}
            }
        }
        events += listener.events;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_listeners_arrive_at_one_state() {
    let (length, whole) = length();
    let rig: &'static Rig = Box::leak(Box::new(Rig::start(Limits::default())));
    let (told, last) = watch::channel(0);
    let listeners: Vec<_> = (0..LISTENERS).map(|n| tokio::spawn(listen(rig, n < SLEEPERS, last.clone()))).collect();
    while rig.studio.subscribers() < LISTENERS {
        sleep(Duration::from_millis(5)).await;
    }

    let mut tick = interval(Duration::from_millis(10));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (start, mut n) = (Instant::now(), 0_u64);
    // Big enough for a sleeper to be dropped in time; for everybody else it is a knob's worth.
    let ballast = "x".repeat(if whole { 200 } else { 4_000 });
    while start.elapsed() < length {
        tick.tick().await;
        for _ in 0..CHANGES_PER_SEC / 100 {
            n += 1;
            // Values come, change and go.
            let (key, gone) = (format!("k{}", n % 97), format!("k{}", (n + 50) % 97));
            rig.studio.publish(json!({"values": {key: n as f64 / 7.0, gone: null}, "n": n, "ballast": ballast}));
        }
    }
    let dropped = LISTENERS - rig.studio.subscribers();
    let stamp = rig.studio.stamp();
    let end = Instant::now();
    told.send(stamp.seq).expect("listeners");

    let mut latest = [Duration::ZERO; 2];
    let (mut events, mut connections) = (0, 0);
    for (n, listener) in listeners.into_iter().enumerate() {
        let arrived = listener.await.expect("a listener");
        assert_eq!(arrived.hash, stamp.hash, "listener {n}");
        let after = arrived.at.saturating_duration_since(end);
        let kind = usize::from(n < SLEEPERS);
        latest[kind] = latest[kind].max(after);
        events += arrived.events;
        connections += arrived.connections;
    }
    println!(
        "{LISTENERS} listeners, {n} changes in {length:?}: {events} events heard, {dropped} asleep and dropped, {} came back; \
         after the last change all have it in {:?}, those that had been asleep in {:?}",
        connections - LISTENERS as u64,
        latest[0],
        latest[1]
    );
    assert_eq!(dropped, SLEEPERS, "asleep and dropped");
    if whole {
        assert!(latest[0] <= CONVERGED, "{:?}", latest[0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_answered_at_a_steady_rate() {
    let (length, whole) = length();
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    for _ in 0..8 {
        wire.request("POST", "/api/panels", r#"{"type":"pad","title":"A panel"}"#).await;
    }
    let every = Duration::from_secs(1) * CONNECTIONS / REQUESTS_PER_SEC;
    let start = tokio::time::Instant::now() + Duration::from_millis(50);
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let addr = rig.addr;
            tokio::spawn(async move {
                let mut wire = Wire::connect(addr).await;
                let mut took = Histogram::<u64>::new(3).expect("a histogram");
                let mut due = start + every * n / CONNECTIONS;
                while due < start + length {
                    sleep_until(due).await;
                    let answer = wire.request("GET", "/api/panels", "").await;
                    assert_eq!(answer.status, 200);
                    // From when it was due, so that a late one is not forgiven for being sent late.
                    took.record(due.elapsed().as_micros() as u64).expect("room");
                    due += every;
                }
                took
            })
        })
        .collect();
    let mut took = Histogram::<u64>::new(3).expect("a histogram");
    for client in clients {
        took.add(client.await.expect("a client")).expect("room");
    }
    let rate = took.len() as f64 / start.elapsed().as_secs_f64();
    let at = |quantile| Duration::from_micros(took.value_at_quantile(quantile));
    println!("{rate:.0} requests/s: p50 {:?}, p99 {:?}, p99.9 {:?}, most {:?}", at(0.5), at(0.99), at(0.999), at(1.0));
    assert_eq!(rig.refused(), []);
    if whole {
        assert!(rate >= 0.99 * f64::from(REQUESTS_PER_SEC), "{rate}");
        assert!(at(0.99) <= ANSWERED, "{:?}", at(0.99));
    }
}
