//! The JACK server and the probe that all live tests lean on.

use ripieno_tests::jack::{Performer, Probe, Recorder, Server, Stamped};

#[test]
fn jack_a_server_answers_ends_and_comes_back() {
    let mut server = Server::start(48_000, 64);
    assert!(server.ports().iter().any(|port| port == "system:playback_2"), "{:?}", server.ports());
    for crash in [false, true] {
        if crash {
            server.crash()
        } else {
            server.stop()
        }
        assert!(!server.probe(&["ports"]).output().expect("jack-probe starts").status.success());
        server.restart();
        assert_eq!(server.ports().len(), 4);
    }
}

#[test]
fn jack_a_recording_has_no_gap_and_knows_its_frames() {
    let server = Server::start(48_000, 64);
    let mut count = Probe::start(&server, &["count", "--seconds", "30"]);
    count.wait_for("counting");
    let recorder = Recorder::start(&server, ["probe-count:left", "probe-count:right"], 2.0);
    std::thread::sleep(std::time::Duration::from_secs(1));
    let recording = recorder.stop();
    count.stop();

    // Silent until the connection stood.
    let [left, right] = &recording.channels[..] else { panic!("two channels were asked for") };
    let start = left.iter().zip(right).position(|(l, r)| *l != 0.0 && *r != 0.0).expect("the signal is heard");
    assert!(left.len() - start > 24_000, "{} frames are too few to tell", left.len() - start);
    let wrong = (start..left.len()).find(|&n| {
        let expected = ((recording.first_frame.wrapping_add(n as u32)) % 32_768) as f32 / 32_768.0;
        left[n] != expected || right[n] != -expected
    });
    assert_eq!((wrong, recording.gap_frames), (None, 0), "after {start}; the server told of {} xruns", recording.xruns);
}

#[test]
fn jack_messages_leave_and_arrive_at_their_frames() {
    let server = Server::start(48_000, 64);
    let mut listener = Probe::start(&server, &["listen", "--seconds", "30"]);
    let port = listener.wait_for("listening")["port"].as_str().expect("a port").to_owned();
    let script: Vec<(u32, [u8; 3])> =
        (0..200).map(|n| (n * 37, [0x90, (n % 128) as u8, 1 + (n % 127) as u8])).collect();
    let mut performer = Performer::start(&server, &port, script.iter().map(|(frame, bytes)| (*frame, &bytes[..])), 5.0);
    let sent = performer.finish().messages;
    std::thread::sleep(std::time::Duration::from_millis(50));
    let heard = Stamped::all(&listener.stop(), "heard");
    assert_eq!(sent.len(), script.len());
    assert_eq!(sent, heard);
    assert!(sent.windows(2).all(|pair| pair[1].frame.wrapping_sub(pair[0].frame) == 37));
}

#[test]
fn jack_a_probe_comes_and_goes() {
    let server = Server::start(48_000, 64);
    let mut listener = Probe::start(&server, &["listen", "--seconds", "30"]);
    let port = listener.wait_for("listening")["port"].as_str().expect("a port").to_owned();
    let before = server.ports();
    let reports = Probe::start(&server, &["churn", "--to", &port, "--cycles", "20"]).wait();
    assert_eq!(reports.last().map(|report| &report["left_held"]), Some(&15.into()));
    let heard = Stamped::all(&listener.stop(), "heard");
    assert_eq!(heard.iter().filter(|message| message.bytes[0] & 0xF0 == 0x90).count(), 20);
    assert_eq!(server.ports().len() + 1, before.len(), "only the listener's own port is gone");
}
