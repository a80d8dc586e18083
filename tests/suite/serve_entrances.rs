//! One trace through every entrance: hardware, HTTP, and the socket, which the page's keyboard uses as well. What comes out is
//! the same: actions on the wire, events, and their order.

use ripieno_tests::jack::{Performer, Server};
use ripieno_tests::serve::{PATIENCE, Serve, Socket, store};
use serde_json::{Value, json};
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One step of the trace.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A pad or key goes down.
    Down(u8, u8),
    /// It comes up.
    Up(u8),
    /// A knob is turned.
    Turn(u8, u8),
}
use Step::{Down, Turn, Up};

/// Milliseconds since the step before, and the step: a short press, a long one, two taps, knobs of two banks, keys that are
/// mapped and keys that play, a knob that is picked up, a switch, a choice between two, and a change of bank under a held pad.
const TRACE: [(u64, Step); 34] = [
    (0, Down(16, 100)),
    (60, Up(16)),
    (900, Down(16, 90)),
    (1_300, Up(16)),
    (300, Down(17, 80)),
    (50, Up(17)),
    (100, Down(17, 70)),
    (50, Up(17)),
    (900, Turn(48, 32)),
    (100, Turn(48, 64)),
    (100, Turn(49, 64)),
    (100, Down(19, 100)),
    (100, Up(19)),
    (100, Down(19, 60)),
    (100, Up(19)),
    (100, Down(20, 100)),
    (100, Up(20)),
    (100, Down(21, 100)),
    (100, Up(21)),
    (100, Down(21, 100)),
    (100, Up(21)),
    (100, Down(24, 127)),
    (100, Turn(48, 96)),
    (100, Up(24)),
    (100, Turn(48, 1)),
    (100, Turn(49, 10)),
    (100, Down(40, 64)),
    (100, Up(40)),
    (100, Down(90, 101)),
    (100, Up(90)),
    (100, Down(18, 5)),
    (100, Up(18)),
    (100, Turn(49, 12)),
    (100, Turn(49, 70)),
];

const FRAMES_A_MS: u32 = 48;

/// Every action says its name to a socket of ours.
fn document(port: u16) -> String {
    let osc = |name: &str| {
        format!("{{ type = \"osc\", to = \"127.0.0.1:{port}\", address = \"/{name}\", args = [\"$value\"] }}")
    };
    let once = |name: &str| format!("{{ type = \"osc\", to = \"127.0.0.1:{port}\", address = \"/{name}\" }}");
    format!(
        r#"
[actions]
allow = ["osc"]
[[pad_presets]]
id = "pads-a"
name = "A"
pads = [
  {{ note = 16, action = {short}, button = {{ fire = "short", ms = 500 }} }},
  {{ note = 16, action = {long}, button = {{ fire = "long", ms = 700 }} }},
  {{ note = 17, action = {double}, button = {{ fire = "double", ms = 600 }} }},
  {{ note = 19, action = {switch}, press = "toggle" }},
  {{ note = 20, action = {one}, press = {{ radio = 1 }} }},
  {{ note = 21, action = {other}, press = {{ radio = 1 }} }},
]
[[pad_presets]]
id = "pads-b"
name = "B"
pads = [{{ note = 24, action = {hit} }}]
[[knob_presets]]
id = "knobs-a"
name = "A"
knobs = [{{ cc = 48, action = {a}, takeover = "off" }}, {{ cc = 49, action = {picked}, takeover = "pick-up" }}]
[[knob_presets]]
id = "knobs-b"
name = "B"
knobs = [{{ cc = 48, action = {b}, takeover = "off" }}]
[[piano_presets]]
id = "keys"
name = "Keys"
keys = [{{ note = 40, action = {key} }}]
[[panels]]
id = "pa"
type = "pad"
bank = "A"
preset = "pads-a"
active = true
[[panels]]
id = "pb"
type = "pad"
bank = "B"
preset = "pads-b"
active = true
[[panels]]
id = "ka"
type = "knob"
bank = "A"
preset = "knobs-a"
active = true
[[panels]]
id = "kb"
type = "knob"
bank = "B"
preset = "knobs-b"
active = true
[[panels]]
id = "map"
type = "piano"
bank = "map"
preset = "keys"
active = true
[[panels]]
id = "play"
type = "piano"
bank = "play"
preset = "keys"
active = true
"#,
        short = once("short"),
        long = once("long"),
        double = once("double"),
        switch = osc("switch"),
        one = osc("one"),
        other = osc("other"),
        picked = osc("picked"),
        hit = osc("hit"),
        a = osc("knob-a"),
        b = osc("knob-b"),
        key = osc("key"),
    )
}

/// What came out.
#[derive(Debug, PartialEq)]
struct Heard {
    /// OSC packets.
    actions: Vec<Vec<u8>>,
    /// Events of controls and notes.
    events: Vec<(String, Value)>,
}

/// Plays the trace through one entrance of a fresh server.
fn play(jack: &Server, entrance: impl FnOnce(&Serve, &mut Socket)) -> Heard {
    let ear = UdpSocket::bind("127.0.0.1:0").unwrap();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    store(&folder.path().join("studio.toml"), &document(ear.local_addr().unwrap().port()));
    let serve = Serve::again(folder, &["--null-audio", "--midi", "jack"], |command| _ = jack.lend(command));
    let mut page = serve.socket();
    let mut control = serve.socket();
    entrance(&serve, &mut control);
    // Short and double presses fire once it is clear that nothing follows.
    std::thread::sleep(Duration::from_millis(1_500));
    let (mut events, mut is_over) = (Vec::new(), false);
    page.say(&json!({"type": "request", "id": "end", "method": "GET", "path": "/api/history"}));
    while !is_over {
        let message = page.read().unwrap();
        is_over = message["id"] == "end";
        if let Some(name) =
            message["event"].as_str().filter(|name| name.starts_with("midi.") || name.starts_with("piano.note"))
        {
            let mut payload = message["payload"].clone();
            if name != "midi.status" {
                // What the panel's preset has there is told, whoever asked.
                payload["pressed"]["action"]["to"] = Value::Null;
                events.push((name.to_owned(), payload));
            }
        }
    }
    // Shown when something is missing.
    println!("{} events; {}", events.len(), serve.get("/api/log"));
    ear.set_nonblocking(true).unwrap();
    let mut packet = [0; 256];
    let packets = std::iter::from_fn(|| ear.recv(&mut packet).ok().map(|length| packet[..length].to_vec()));
    Heard { actions: packets.collect(), events }
}

/// Asks for each step in its time.
fn in_time(mut ask: impl FnMut(&str, &str, Value)) {
    let mut due = Instant::now();
    for (wait, step) in TRACE {
        due += Duration::from_millis(wait);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        match step {
            Down(note @ 16..32, velocity) => {
                ask("POST", &format!("/api/pads/{note}/press"), json!({"velocity": velocity}));
            }
            Up(note @ 16..32) => ask("POST", &format!("/api/pads/{note}/release"), Value::Null),
            Down(note, velocity) => ask("POST", "/api/piano/note", json!({"note": note, "velocity": velocity})),
            Up(note) => ask("POST", "/api/piano/note/off", json!({"note": note})),
            Turn(cc, value) => ask("POST", &format!("/api/knobs/{cc}"), json!({"value": value})),
        }
    }
}

fn hardware(jack: &Server) {
    let start = Instant::now();
    let port = loop {
        let ports = jack.ports();
        if let Some(port) = ports.iter().find(|port| port.starts_with("ripieno") && port.ends_with(":midi_in")) {
            break port.clone();
        }
        assert!(start.elapsed() < PATIENCE, "no input among {ports:?}");
    };
    let mut at = 0;
    let script: Vec<(u32, [u8; 3])> = TRACE
        .iter()
        .map(|(wait, step)| {
            at += *wait as u32 * FRAMES_A_MS;
            let bytes = match *step {
                Down(note, velocity) => [0x90, note, velocity],
                Up(note) => [0x80, note, 64],
                Turn(cc, value) => [0xB0, cc, value],
            };
            (at, bytes)
        })
        .collect();
    let mut performer = Performer::start(jack, &port, script.iter().map(|(at, bytes)| (*at, &bytes[..])), 3.0);
    performer.finish();
}

#[test]
fn jack_every_entrance_does_the_same() {
    let jack = Server::start(48_000, 256);
    let by_hardware = play(&jack, |_, _| hardware(&jack));
    let names: Vec<String> = by_hardware
        .actions
        .iter()
        .map(|packet| packet.iter().take_while(|byte| **byte != 0).map(|byte| char::from(*byte)).collect())
        .collect();
    // Presses with a value are told of their end as well. Back in its bank, the knob moved by another one is picked up first.
    let expected = [
        "/short", "/long", "/double", "/knob-a", "/knob-a", "/picked", "/switch", "/switch", "/one", "/one", "/other",
        "/hit", "/knob-b", "/hit", "/knob-b", "/key", "/key", "/picked",
    ];
    assert_eq!(names, expected);
    let by_http = play(&jack, |serve, _| in_time(|method, path, body| _ = serve.done(method, path, body)));
    assert_eq!(by_http.actions, by_hardware.actions);
    assert_eq!(by_http.events, by_hardware.events);
    let by_socket = play(&jack, |_, socket| {
        in_time(|method, path, body| assert_eq!(socket.ask(method, path, body).0, 200, "{path}"));
    });
    assert_eq!(by_socket.actions, by_hardware.actions);
    assert_eq!(by_socket.events, by_hardware.events);
}
