//! MIDI inputs and outputs on a real JACK server, played by other clients.

use ripieno_tests::jack::{Probe, Server, Stamped, send};
use ripieno_tests::process::sibling;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The port that is open to everybody.
const DOOR: &str = "ripieno-midi:midi_in";

/// A program with MIDI devices on this server.
fn midi(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(sibling("midi-probe"));
    server.lend(&mut command).args(["--driver", "jack"]).args(arguments);
    command
}

fn listen(server: &Server, arguments: &[&str]) -> (Probe, Value) {
    let mut probe = Probe::run(midi(server, &[&["listen"], arguments].concat()));
    let open = probe.wait_for("open");
    (probe, open)
}

/// What one input said.
fn heard(reports: &[Value], input: u64) -> Vec<Vec<u8>> {
    let digits = reports.iter().filter(|r| r["event"] == "heard" && r["input"] == input).map(|r| r["bytes"].as_str());
    digits.map(|digits| bytes(digits.expect("bytes are reported"))).collect()
}

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|n| u8::from_str_radix(&digits[n..n + 2], 16).expect("hex")).collect()
}

fn wait_for_hub(probe: &mut Probe, what: &str) -> Value {
    loop {
        let report = probe.wait_for("hub");
        if report["what"].as_str().is_some_and(|text| text.contains(what)) {
            return report;
        }
    }
}

#[test]
fn jack_midi_arrives_stamped_to_its_frame() {
    let server = Server::start(48_000, 64);
    let (listener, _) = listen(&server, &["--frames"]);
    let script: Vec<(u32, [u8; 3])> =
        (0..400).map(|n| (n * 37, [0x90, (n % 128) as u8, 1 + (n % 127) as u8])).collect();
    let script: Vec<(u32, &[u8])> = script.iter().map(|(frame, bytes)| (*frame, &bytes[..])).collect();
    let sent = send(&server, DOOR, &script, 0.2);
    let reports = listener.stop();
    let mut sent = sent.iter();
    let mut heard = 0;
    for report in reports.iter().filter(|report| report["event"] == "heard" && report["frames"] != Value::Null) {
        let Some(bytes) = report["bytes"].as_str().map(bytes).filter(|bytes| bytes[0] == 0x90) else { continue };
        // In order, each at its frame; the server may have lost some.
        let message = sent.find(|message| message.bytes == bytes).expect("only what was sent is heard, in order");
        let frames = report["frames"].as_array().expect("frames are reported");
        assert!(frames.iter().any(|frame| frame == message.frame), "sent at {}, stamped {frames:?}", message.frame);
        heard += 1;
    }
    nearly_all(heard, 400, &reports);
}

/// A server that wakes a client late drops that client's events of the period, so on a busy machine a few may be missing.
/// None may have been lost here.
fn nearly_all(heard: usize, sent: usize, reports: &[Value]) {
    if heard < sent {
        eprintln!("the server lost {} of {sent} messages", sent - heard);
    }
    assert!(heard <= sent && heard * 100 >= sent * 95, "{heard} of {sent} messages were heard");
    assert_eq!(reports.last().map(|report| &report["lost"]), Some(&0.into()));
}

#[test]
fn jack_midi_a_thousand_departures_leave_no_note_and_no_port() {
    let server = Server::start(48_000, 64);
    let (listener, open) = listen(&server, &["--wanted", "probe-churn:out"]);
    let before = server.ports();
    let churned = Probe::start(&server, &["churn", "--to", DOOR, "--cycles", "1000"]).wait();
    assert_eq!(churned.last().map(|report| &report["left_held"]), Some(&750.into()));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.ports(), before);
    let reports = listener.stop();
    let closed = reports.last().expect("a report");
    // Every input lets go before the program closes: nothing is left for the end.
    let mut held = ripieno_types::midi::Held::new();
    for message in reports.iter().filter(|report| report["event"] == "heard") {
        let bytes = bytes(message["bytes"].as_str().expect("bytes"));
        held.follow(ripieno_types::midi::MidiWord::new(&bytes).expect("a legal word"));
    }
    assert!(held.is_empty(), "{held:?}");
    let played = heard(&reports, 0);
    nearly_all(played.iter().filter(|message| message[0] & 0xF0 == 0x90).count(), 1_000, &reports);
    assert_eq!((&closed["holds"], &closed["connected"]), (&false.into(), &0.into()));
    assert_eq!(closed["files"], open["files"]);
}

#[test]
fn jack_midi_finds_a_port_by_name_and_lets_go_when_it_leaves() {
    let server = Server::start(48_000, 64);
    let (mut listener, _) = listen(&server, &["--wanted", "PROBE-notes:out"]);
    for round in 0..5 {
        // The note is left held.
        send(&server, DOOR, &[(24_000, &[0x90, 60 + round, 100]), (24_100, &[0xB0, 64, 127])], 0.05);
        wait_for_hub(&mut listener, "Plugged");
        let unplugged = wait_for_hub(&mut listener, "Unplugged");
        assert!(unplugged["what"].as_str().is_some_and(|text| text.contains("InputId(1)")), "{unplugged}");
    }
    let reports = listener.stop();
    assert_eq!(reports.last().map(|report| &report["holds"]), Some(&false.into()));
}

#[test]
fn jack_midi_outlives_its_server() {
    let mut server = Server::start(48_000, 64);
    let (mut listener, _) = listen(&server, &[]);
    // Whoever leaves an ended server wrongly goes down with it only now and then.
    for crash in [false, true, false, true] {
        send(&server, DOOR, &[(0, &[0x90, 60, 100])], 0.0);
        let mut player = Probe::start(&server, &["churn", "--to", DOOR, "--cycles", "2000"]);
        player.wait_for("connected");
        std::thread::sleep(Duration::from_millis(300));
        if crash {
            server.crash();
        } else {
            server.stop();
        }
        player.part();
        wait_for_hub(&mut listener, "Lost");
        server.restart();
        wait_for_hub(&mut listener, "Back");
    }
    let sent = send(&server, DOOR, &[(0, &[0x91, 62, 100])], 0.1);
    let reports = listener.stop();
    assert_eq!(heard(&reports, 0).first(), sent.first().map(|message| &message.bytes));
    assert_eq!(reports.last().map(|report| &report["holds"]), Some(&false.into()));
}

#[test]
fn jack_midi_goes_out_whole_and_to_a_port_that_came_back() {
    let server = Server::start(48_000, 64);
    let start = || {
        let mut listener = Probe::start(&server, &["listen", "--seconds", "60"]);
        listener.wait_for("listening");
        listener
    };
    let listener = start();
    let mut command = midi(&server, &["send", "--to", "probe-LISTEN"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut sender = command.spawn().expect("midi-probe starts");
    let mut lines = sender.stdin.take().expect("a pipe");
    let long = format!("f0{}f7", "55".repeat(1_000));
    let mut say = |line: &str| writeln!(lines, "{line}").expect("midi-probe listens");
    say("903c64");
    say(&long);
    say("9030");
    std::thread::sleep(Duration::from_millis(500));
    let heard = Stamped::all(&listener.stop(), "heard");
    assert_eq!(heard.iter().map(|message| message.bytes[0]).collect::<Vec<_>>(), [0x90, 0xF0]);
    // Gone, then back.
    say("803c00");
    let listener = start();
    std::thread::sleep(Duration::from_millis(500));
    say("c005");
    std::thread::sleep(Duration::from_millis(200));
    drop(lines);
    let run = sender.wait_with_output().expect("midi-probe ends");
    let refused: Vec<Value> = String::from_utf8_lossy(&run.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|report| report["event"] == "sent")
        .map(|report| report["refused"].clone())
        .collect();
    assert_eq!(refused, [Value::Null, Value::Null, "Unsupported".into(), "Gone".into(), Value::Null]);
    let heard = Stamped::all(&listener.stop(), "heard");
    assert_eq!(heard.iter().map(|message| &message.bytes[..]).collect::<Vec<_>>(), [[0xC0, 5]]);
}

#[test]
fn without_any_midi_system_an_error_names_causes_and_nothing_is_printed() {
    for (driver, kind, parts) in [
        ("jack", "Gone", &["JACK: no server runs"][..]),
        ("own", "Gone", &["ALSA: the sequencer cannot be opened"]),
        ("auto", "Gone", &["JACK: no server runs", "ALSA: the sequencer cannot be opened"]),
    ] {
        // On a machine with a sound card ALSA's sequencer may well be there.
        if driver != "jack" && std::path::Path::new("/dev/snd/seq").exists() {
            eprintln!("not tried with '{driver}': this machine has a sequencer");
            continue;
        }
        for verb in [&["ports"][..], &["listen"], &["send", "--to", "x"]] {
            let mut command = Command::new(sibling("midi-probe"));
            command.args(["--driver", driver]).args(verb).env("JACK_DEFAULT_SERVER", "ripieno-nobody");
            let run = command.stdin(Stdio::null()).output().expect("midi-probe starts");
            assert!(run.stderr.is_empty(), "{driver} {verb:?}: {}", String::from_utf8_lossy(&run.stderr));
            let report: Value = serde_json::from_slice(&run.stdout).expect("one report");
            assert_eq!(report["kind"], kind);
            let text = report["error"].as_str().expect("an error");
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
    }
}
