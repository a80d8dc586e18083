//! The audio path makes no system call: a minute of everything, on a thread that the kernel would end the process for.

use ripieno_tests::realtime::{REFUSED, probe};
use serde_json::Value;

fn count(report: &Value, key: &str) -> u64 {
    report[key].as_u64().unwrap_or_else(|| panic!("no count '{key}' in {report}"))
}

#[test]
fn a_minute_of_a_rig_makes_no_system_call() {
    let report = probe("rig").expect("no call is refused");
    assert_eq!(report["violations"], 0);
    assert!(report["peak"].as_f64() > Some(0.01) && count(&report, "voices") > 32, "hardly played: {report}");
    // At the end some wait in a ring, one plays, one may be fading.
    let [given, back] = ["banks_given", "banks_back"].map(|key| count(&report, key));
    assert!(given > 50 && given - back < 12, "{report}");
}

/// Panels, instruments, effects, songs, a recording, every setting, refusals and a device that is unplugged.
fn a_whole_session(mode: &str) -> Value {
    let report = probe(mode).expect("no call is refused");
    assert_eq!(report["violations"], 0);
    assert!(report["peak"].as_f64() > Some(0.01), "hardly played: {report}");
    assert_eq!(count(&report, "silent"), 0, "{report}");
    assert_eq!(count(&report, "refusals"), 4, "{report}");
    assert!(count(&report, "starts") > 8 && count(&report, "recorded") > 0, "{report}");
    assert!(count(&report, "said") > 1_000 && count(&report, "layers") > 0, "the panels hardly played: {report}");
    assert_eq!(count(&report, "unheard"), 0, "{report}");
    report
}

#[test]
fn a_minute_of_a_live_session_makes_no_system_call() {
    let report = a_whole_session("live");
    assert!(count(&report, "frames") >= 60 * 48_000, "{report}");
}

#[test]
fn a_buffered_session_makes_no_system_call_but_to_wake_its_renderer() {
    a_whole_session("live-buffered");
}

#[test]
fn the_filter_itself_bites() {
    for fault in ["ask", "sleep", "lock", "allocate"] {
        assert_eq!(probe(fault), Err(REFUSED), "{fault}");
    }
    assert_eq!(probe("nothing").expect("nothing was done")["violations"], 0);
}
