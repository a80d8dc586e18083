//! Renders a minute where every system call is refused, and, to show that the refusal bites, breaks the rule in several
//! ways. Prints one JSON line; a refused call ends the program by SIGSYS. A guard over all of it prints at any
//! allocation, which is refused in turn.

mod device;
mod live;
mod rig;
mod set_up;

use assert_no_alloc::{assert_no_alloc, violation_count};
use ripieno_tests::realtime::{Grant, Strict};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// What is rendered, in seconds of audio.
const MINUTE: u64 = 60;

fn main() -> ExitCode {
    let mut report = match std::env::args().nth(1).as_deref() {
        Some("rig") => rig::session(),
        Some("live") => live::session(0),
        Some("live-buffered") => live::session(4),
        Some("ask") => breaks(|| _ = std::hint::black_box(std::process::id())),
        Some("sleep") => breaks(|| std::thread::sleep(Duration::from_millis(1))),
        Some("allocate") => breaks(|| drop(std::hint::black_box(vec![0_u8; 16]))),
        Some("lock") => {
            let mutex = Arc::new(Mutex::new(()));
            let mine = mutex.clone();
            let _held = mutex.lock();
            breaks(move || drop(mine.lock()))
        }
        Some("nothing") => breaks(|| ()),
        other => {
            eprintln!("realtime-probe: unknown mode {other:?}");
            return ExitCode::from(2);
        }
    };
    report["violations"] = violation_count().into();
    println!("{report}");
    ExitCode::SUCCESS
}

/// Does once what must not be done.
fn breaks(mut what: impl FnMut() + Send + 'static) -> Value {
    let thread = Strict::spawn(Grant::Nothing, move || {
        assert_no_alloc(&mut what);
        false
    });
    thread.wait(|| ());
    json!({})
}
