//! The audio path makes no system call: a minute of everything, on a thread that the kernel would end the process for.

use ripieno_tests::seccomp::{REFUSED, probe};

#[test]
fn a_minute_of_a_rig_makes_no_system_call() {
    let report = probe("rig").expect("no call is refused");
    assert_eq!(report["violations"], 0);
    assert!(report["peak"].as_f64() > Some(0.01) && report["voices"].as_u64() > Some(32), "hardly played: {report}");
    let [given, back] = ["banks_given", "banks_back"].map(|key| report[key].as_u64().expect("a count"));
    // At the end some wait in a ring, one plays, one may be fading.
    assert!(given > 50 && given - back < 12, "{report}");
}

#[test]
fn the_filter_itself_bites() {
    for fault in ["ask", "sleep", "lock", "allocate"] {
        assert_eq!(probe(fault), Err(REFUSED), "{fault}");
    }
    assert_eq!(probe("nothing").expect("nothing was done")["violations"], 0);
}
