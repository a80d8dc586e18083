//! When a message is heard: at a constant distance from its time stamp, whatever the device's periods.

use ripieno::live::Settings;
use ripieno_tests::rack::Stand;

/// The fake driver's clock at its first frame, in microseconds, and its rate.
const START: u64 = 1_000_000;
const RATE: u64 = 48_000;
/// Frames from one note to the next: long enough to fall silent.
const APART: u64 = 24_000;

/// Frames at which notes begin to sound that were stamped for `stamps`, with periods of changing size.
fn onsets(settings: Settings, stamps: &[u64], seed: u64) -> Vec<u64> {
    let mut stand = Stand::start("sine-piano", settings, 0);
    let handle = stand.session.handle();
    handle.status().expect("a session");
    let mut heard = Vec::new();
    let mut onsets = Vec::new();
    for stamp in stamps {
        // A driver hands a message over within a period of its stamp: here a little before, so that any period will do.
        let ahead = (stamp - 100).saturating_sub(heard.len() as u64) as usize;
        heard.extend(stand.driver.pull_varied(ahead, seed ^ stamp));
        let micros = |frame: u64| START + (frame * 1_000_000 + RATE / 2) / RATE;
        stand.keys.send(micros(*stamp), &[0x90, 60, 127]);
        let from = heard.len();
        heard.extend(stand.driver.pull_varied(600, seed));
        stand.keys.send(micros(*stamp + 1_000), &[0x80, 60, 64]);
        heard.extend(stand.driver.pull_varied(APART as usize - 1_600, seed));
        let onset = heard[from..].iter().position(|frame| frame[0] != 0.0).expect("the note sounds");
        onsets.push((from + onset) as u64);
        assert!(heard.last().is_some_and(|frame| frame[0] == 0.0), "the note has ended");
    }
    assert_eq!(handle.status().expect("a session").late, 0);
    stand.close().expect("a session");
    onsets
}

/// Frames that begin at all places of a period of 64.
fn stamps() -> Vec<u64> {
    (1..=24).map(|n| n * APART + n * 37 % 64).collect()
}

#[test]
fn fixed_latency_has_no_jitter_at_any_period() {
    let settings = Settings { fixed_latency: true, ..Settings::default() };
    for seed in [1, 2, 3] {
        let found = onsets(settings.clone(), &stamps(), seed);
        let delays: Vec<u64> = found.iter().zip(stamps()).map(|(onset, stamp)| onset - stamp).collect();
        // The buffer's 64 frames, and a sine begins with a zero.
        assert_eq!(delays, [65; 24], "seed {seed}");
    }
}

#[test]
fn at_once_means_the_front_of_the_next_period() {
    let found = onsets(Settings::default(), &stamps(), 5);
    for (onset, stamp) in found.iter().zip(stamps()) {
        assert!(*onset <= stamp, "played when it is there, a little before its stamp here: {onset} {stamp}");
    }
}
