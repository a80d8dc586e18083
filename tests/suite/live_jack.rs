//! The JACK server and the probe that all live tests lean on.

use ripieno_tests::jack::Server;

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
