//! How `ripieno serve` ends: notes off, everything kept, clients told, nothing left behind.

use ripieno_tests::serve::{PATIENCE, Serve};
use rustix::process::Signal;
use serde_json::json;
use std::net::TcpListener;
use std::time::Instant;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// Signals come while notes sound and an edit is not kept yet.
fn ends_well(signals: &[Signal]) {
    let serve = Serve::start("");
    let mut page = serve.socket();
    serve.done("POST", "/api/piano/instrument", json!({"name": "organ"}));
    for note in [60, 64, 67] {
        serve.done("POST", "/api/piano/note", json!({"note": note}));
    }
    serve.until("/api/telemetry/current", |t| t["sound"]["voices"] == 3);
    // Not yet kept: that is done half a second after the last change.
    serve.done("PATCH", "/api/piano/fx", json!({"reverb.mix": 0.625}));
    let (addr, folder) = (serve.addr, serve.folder());
    signals.iter().for_each(|signal| serve.signal(*signal));
    let farewell = loop {
        match page.read() {
            Ok(_) => {}
            Err(code) => break code,
        }
    };
    assert_eq!(farewell, Some(CloseCode::Away), "{signals:?}");
    let ended = serve.wait();
    assert_eq!((ended.code, ended.stderr.as_str(), ended.stdout.as_str()), (Some(0), "", ""), "{signals:?}");

    let start = Instant::now();
    while let Err(error) = TcpListener::bind(addr) {
        assert!(start.elapsed() < PATIENCE, "the port is still taken: {error}");
    }
    let text = std::fs::read_to_string(folder.path().join("studio.toml")).unwrap();
    assert!(text.contains("0.625") && text.contains("organ"), "{text}");
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let unfinished: Vec<_> = left.filter(|name| name.ends_with(".part")).collect();
    assert_eq!(unfinished, [""; 0]);

    let again = Serve::again(folder, &["--null-audio", "--no-midi"], |_| {});
    assert_eq!(again.get("/api/piano/fx")["reverb.mix"], 0.625);
    assert_eq!(again.get("/api/piano/instruments")["current"], "organ");
    assert_eq!(again.get("/api/telemetry/current")["sound"]["voices"], 0);
    again.stop();
}

#[test]
fn a_service_manager_ends_it_in_order() {
    ends_well(&[Signal::TERM]);
}

#[test]
fn ctrl_c_ends_it_in_order() {
    ends_well(&[Signal::INT]);
}

#[test]
fn somebody_impatient_ends_it_in_order_too() {
    ends_well(&[Signal::TERM, Signal::TERM, Signal::INT]);
}

#[test]
fn a_recording_is_finished_at_the_end() {
    let serve = Serve::start("");
    let op = serve.done("POST", "/api/ops/start", json!({"op_type": "record"}));
    let path = format!("/api/ops/{}", op["id"].as_str().unwrap());
    serve.until(&path, |op| op["progress"].as_f64() > Some(0.0));
    let folder = serve.stop();
    let takes: Vec<_> =
        std::fs::read_dir(folder.path().join("recordings")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(takes.len(), 1, "{takes:?}");
    assert!(hound::WavReader::open(&takes[0]).unwrap().duration() > 0);
}
