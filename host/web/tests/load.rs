//! Many at once: listeners that all arrive at one state, and requests at a steady rate.
//!
//! A few seconds each, which proves that it works; `RIPIENO_SOAK_SECS=60` runs it whole and holds it to its figures.

mod support;

use hdrhistogram::Histogram;
use ripieno_web::Limits;
use serde_json::json;
use std::time::{Duration, Instant};
use support::listener::Listener;
use support::wire::Wire;
use support::{Rig, until};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep_until};

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

/// What the listeners are told beside the socket.
#[derive(Clone, Copy, Default)]
struct Told {
    /// Sleepers shall read again.
    awake: bool,
    /// The number of the last change; 0 while there are more to come.
    last: u64,
}

/// Listens until it has the last change, coming back as often as it is dropped. A sleeper reads nothing until it is woken.
async fn listen(rig: &'static Rig, sleeper: bool, mut told: watch::Receiver<Told>) -> Arrived {
    let (mut connections, mut events) = (0, 0);
    loop {
        let mut listener = Listener::connect(rig.addr).await;
        connections += 1;
        if sleeper {
            told.wait_for(|told| told.awake).await.expect("a word");
        }
        loop {
            let Told { last, .. } = *told.borrow();
            if last > 0 && listener.seq >= last {
                events += listener.events;
                return Arrived { hash: listener.hash(), at: Instant::now(), events, connections };
            }
            tokio::select! {
                heard = listener.hear() => if heard.is_err() { break },
                _ = told.changed() => {}
            }
        }
        events += listener.events;
    }
}

/// Makes changes at their rate: values that come, change and go.
struct Changes {
    tick: Interval,
    made: u64,
    ballast: String,
}

impl Changes {
    async fn next(&mut self, rig: &Rig) {
        self.tick.tick().await;
        for _ in 0..CHANGES_PER_SEC / 100 {
            self.made += 1;
            let n = self.made;
            let (key, gone) = (format!("k{}", n % 97), format!("k{}", (n + 50) % 97));
            rig.studio.publish(json!({"values": {key: n as f64 / 7.0, gone: null}, "n": n, "ballast": self.ballast}));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_listeners_arrive_at_one_state() {
    let (length, whole) = length();
    let rig: &'static Rig = Box::leak(Box::new(Rig::start(Limits::default())));
    let (tell, told) = watch::channel(Told::default());
    let listeners: Vec<_> = (0..LISTENERS).map(|n| tokio::spawn(listen(rig, n < SLEEPERS, told.clone()))).collect();
    until("all listen", || rig.studio.subscribers() == LISTENERS).await;

    let mut tick = interval(Duration::from_millis(10));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    // So much that the system cannot keep it for a sleeper for long; in the long run it is a knob's worth.
    let mut changes = Changes { tick, made: 0, ballast: "x".repeat(if whole { 200 } else { 4_000 }) };
    let start = Instant::now();
    while start.elapsed() < length * 2 / 3 || rig.studio.subscribers() > LISTENERS - SLEEPERS {
        assert!(start.elapsed() < length + Duration::from_secs(60), "sleepers are not dropped");
        changes.next(rig).await;
    }
    let dropped = LISTENERS - rig.studio.subscribers();
    tell.send_modify(|told| told.awake = true);
    while start.elapsed() < length || rig.studio.subscribers() < LISTENERS {
        assert!(start.elapsed() < length + Duration::from_secs(60), "sleepers do not come back");
        changes.next(rig).await;
    }
    let stamp = rig.studio.stamp();
    let end = Instant::now();
    tell.send_modify(|told| told.last = stamp.seq);

    let mut latest = [Duration::ZERO; 2];
    let (mut events, mut connections) = (0, 0);
    for (n, listener) in listeners.into_iter().enumerate() {
        let arrived = listener.await.expect("a listener");
        assert_eq!(arrived.hash, stamp.hash, "listener {n}");
        let kind = usize::from(n < SLEEPERS);
        latest[kind] = latest[kind].max(arrived.at.saturating_duration_since(end));
        events += arrived.events;
        connections += arrived.connections;
    }
    println!(
        "{LISTENERS} listeners, {} changes in {:?}: {events} events heard, {dropped} dropped asleep, {} came back; after the \
         last change all have it in {:?}, those that were dropped in {:?}",
        changes.made,
        end - start,
        connections - LISTENERS as u64,
        latest[0],
        latest[1]
    );
    assert!(dropped >= SLEEPERS);
    if whole {
        assert!(latest.iter().all(|latest| *latest <= CONVERGED), "{latest:?}");
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
