//! Many pages at once: each follows every change, also one that falls behind and begins anew; and many questions at once.
//!
//! A few seconds each, which proves that it works. `RIPIENO_SOAK_SECS=60` runs it whole and holds it to its figures, for
//! which the program has to be a release build.

use hdrhistogram::Histogram;
use ripieno_tests::serve::{Serve, Socket};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Pages.
const CLIENTS: usize = 50;
/// Those of them that stop reading, as a sleeping laptop does.
const SLEEPERS: usize = 5;
/// What is changed, each by a connection of its own, and how often a second.
const PARAMETERS: [&str; 4] = ["reverb.mix", "delay.mix", "filter.cutoff", "chorus.mix"];
const PARAMETER_RATE: u64 = 225;
const KNOB_RATE: u64 = 90;
const PANEL_RATE: u64 = 10;
/// All of it: 1,000 a second.
const RATE: u64 = PARAMETERS.len() as u64 * PARAMETER_RATE + KNOB_RATE + PANEL_RATE;
/// Seconds' worth of changes at least: more than a page's queue holds.
const LEAST_SECS: u64 = 3;
/// Bytes in one change that fill the buffers of the system below the queue, and such changes.
const BALLAST: (usize, usize) = (100_000, 48);
/// What a page may be behind after the last change.
const CONVERGED: Duration = Duration::from_millis(250);
/// What the last change sets `pan.pan` to.
const LAST: f64 = 0.625;
/// Questions a second, and connections that they come over.
const ASKED: u32 = 5_000;
const CONNECTIONS: u32 = 16;
/// Within which 99 of 100 are answered.
const ANSWERED: Duration = Duration::from_millis(5);

/// How long, and whether the figures are held to.
fn length() -> (Duration, bool) {
    let whole = std::env::var("RIPIENO_SOAK_SECS").ok().map(|secs| secs.parse().expect("RIPIENO_SOAK_SECS in seconds"));
    (Duration::from_secs(whole.unwrap_or(LEAST_SECS)), whole.is_some())
}

/// Changes something at a rate, for this long and at least so often; gives how often.
fn change(rate: u64, length: Duration, mut change: impl FnMut(u64)) -> u64 {
    let (start, mut done) = (Instant::now(), 0);
    while start.elapsed() < length || done < rate * LEAST_SECS {
        change(done);
        done += 1;
        let due = start + Duration::from_micros(done * 1_000_000 / rate);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    done
}

/// A page that has the last change.
struct Arrived {
    at: Instant,
    client: Socket,
    events: u64,
    connections: usize,
}

/// Follows until the last change has come; one that is asleep begins to read when it is woken. Whoever is dropped comes back.
fn follow(serve: &Serve, woken: Option<&AtomicBool>, ready: &Barrier) -> Arrived {
    let mut client = serve.socket();
    ready.wait();
    while woken.is_some_and(|woken| !woken.load(Ordering::Acquire)) {
        thread::sleep(Duration::from_millis(5));
    }
    let (mut events, mut connections) = (0, 1);
    while client.state["fx"]["pan.pan"] != LAST {
        match client.read() {
            Ok(_) => events += 1,
            Err(_) => {
                client = serve.socket();
                connections += 1;
            }
        }
    }
    Arrived { at: Instant::now(), client, events, connections }
}

/// Changes everything that can be changed, over connections of its own; gives how many changes there were.
fn change_all(serve: &Serve, length: Duration) -> u64 {
    let panels = serve.get("/api/panels");
    let panel = format!("/api/panels/{}", panels["active_panels"]["pad:A"].as_str().expect("a panel"));
    thread::scope(|scope| {
        let mut all: Vec<_> = PARAMETERS
            .iter()
            .map(|name| {
                let set =
                    move |n: u64| _ = serve.done("PATCH", "/api/piano/fx", json!({*name: (n % 1_000) as f64 / 1e3}));
                scope.spawn(move || change(PARAMETER_RATE, length, set))
            })
            .collect();
        all.push(scope.spawn(|| {
            let mut page = serve.socket();
            change(KNOB_RATE, length, |n| {
                let (code, answer) = page.ask("POST", "/api/knobs/50", json!({"value": n % 128}));
                assert_eq!(code, 200, "{answer}");
            })
        }));
        all.push(scope.spawn(|| {
            change(PANEL_RATE, length, |n| _ = serve.done("PATCH", &panel, json!({"title": format!("Title {n}")})))
        }));
        all.into_iter().map(|one| one.join().expect("whoever changes")).sum()
    })
}

#[test]
fn all_clients_have_the_same_state_soon_after_the_last_change() {
    let (length, is_whole) = length();
    let serve = Serve::start("");
    let (woken, ready) = (AtomicBool::new(false), Barrier::new(CLIENTS + 1));
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let woken = (n < SLEEPERS).then_some(&woken);
                let (serve, ready) = (&serve, &ready);
                scope.spawn(move || follow(serve, woken, ready))
            })
            .collect();
        ready.wait();
        if !is_whole {
            let (bytes, times) = BALLAST;
            for n in 0..times {
                let value = format!("{n}{}", "x".repeat(bytes));
                serve.done("PUT", "/api/settings/ui_layout", json!({"value": value}));
            }
        }
        let (start, worked) = (Instant::now(), serve.processor_time());
        let changes = change_all(&serve, length);
        let (took, worked) = (start.elapsed(), serve.processor_time() - worked);
        woken.store(true, Ordering::Release);
        serve.done("PATCH", "/api/piano/fx", json!({"pan.pan": LAST}));
        let end = Instant::now();
        let mut arrived: Vec<_> = clients.into_iter().map(|client| client.join().expect("a client")).collect();

        let rate = changes as f64 / took.as_secs_f64();
        let behind = |some: &[Arrived]| some.iter().map(|one| one.at.saturating_duration_since(end)).max();
        let (asleep, awake) = arrived.split_at(SLEEPERS);
        let (last_asleep, last) = (behind(asleep).expect("some"), behind(awake).expect("some"));
        let dropped = asleep.iter().filter(|client| client.connections > 1).count();
        println!(
            "{CLIENTS} clients, {changes} changes at {rate:.0}/s, {} events heard, {dropped} asleep and dropped, {} others came \
             back; after the last change all have it in {last:?}, those that had been asleep in {last_asleep:?}; \
             the server worked {:.0} % of one processor",
            arrived.iter().map(|client| client.events).sum::<u64>(),
            awake.iter().map(|client| client.connections - 1).sum::<usize>(),
            100.0 * worked.as_secs_f64() / took.as_secs_f64(),
        );

        arrived.iter_mut().for_each(|one| one.client.agree());
        let mut page = serve.socket();
        let told = page.ask("GET", "/api/state", Value::Null).1;
        assert_eq!(ripieno_web::hash(&told), ripieno_web::hash(&page.state), "what is told is what is patched");
        assert_eq!(dropped, SLEEPERS, "asleep and dropped");
        if is_whole {
            assert!(last <= CONVERGED, "{last:?} behind");
            assert!(rate >= 0.95 * RATE as f64, "only {rate:.0} changes a second");
        }
    });
}

/// Asks over a connection, and waits for the whole answer.
fn ask(connection: &mut BufReader<TcpStream>, request: &str) {
    connection.get_mut().write_all(request.as_bytes()).expect("the server listens");
    let (mut line, mut length) = (String::new(), 0);
    connection.read_line(&mut line).expect("an answer");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line).expect("a header");
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    std::io::copy(&mut connection.take(length), &mut std::io::sink()).expect("a body");
}

#[test]
fn questions_are_answered_at_a_steady_rate() {
    let (length, is_whole) = length();
    let serve = Serve::start("");
    for n in 0..8 {
        serve.done("POST", "/api/panels", json!({"type": "pad", "title": format!("Panel {n}")}));
    }
    let (addr, token) = (serve.addr, &serve.token);
    let request = &format!("GET /api/panels HTTP/1.1\r\nhost: {addr}\r\nauthorization: Bearer {token}\r\n\r\n");
    let every = Duration::from_secs(1) * CONNECTIONS / ASKED;
    let worked = serve.processor_time();
    let start = Instant::now() + Duration::from_millis(100);
    let mut took = Histogram::<u64>::new(3).expect("a histogram");
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|n| {
                scope.spawn(move || {
                    let stream = TcpStream::connect(addr).expect("the server listens");
                    stream.set_nodelay(true).expect("an option");
                    let mut connection = BufReader::new(stream);
                    let mut took = Histogram::<u64>::new(3).expect("a histogram");
                    let mut due = start + every * n / CONNECTIONS;
                    while due < start + length {
                        thread::sleep(due.saturating_duration_since(Instant::now()));
                        ask(&mut connection, request);
                        // From when it was due, so that a late one is not forgiven for being sent late.
                        took.record(due.elapsed().as_micros() as u64).expect("room");
                        due += every;
                    }
                    took
                })
            })
            .collect();
        for client in clients {
            took.add(client.join().expect("a client")).expect("room");
        }
    });
    let secs = start.elapsed().as_secs_f64();
    let (rate, worked) = (took.len() as f64 / secs, (serve.processor_time() - worked).as_secs_f64() / secs);
    let at = |quantile| Duration::from_micros(took.value_at_quantile(quantile));
    println!(
        "{rate:.0} answers/s over {CONNECTIONS} connections: p50 {:?}, p99 {:?}, p99.9 {:?}, most {:?}; the server worked {:.0} % \
         of one processor",
        at(0.5),
        at(0.99),
        at(0.999),
        at(1.0),
        100.0 * worked
    );
    assert_eq!(took.len(), u64::from(ASKED) * length.as_secs(), "all of them");
    if is_whole {
        assert!(rate >= 0.99 * f64::from(ASKED), "{rate}");
        assert!(at(0.99) <= ANSWERED, "{:?}", at(0.99));
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
    page.agree();
}
