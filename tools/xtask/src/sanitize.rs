//! RealtimeSanitizer over the audio path: needs a nightly compiler, so it runs where there is one.

use crate::run::{Step, program};
use anyhow::{Result, ensure};

/// Sessions of `realtime-probe` in which nothing may block or allocate. The buffered one wakes its render thread, which is
/// the one call it is granted, and which the sanitizer does not tell from others.
const CLEAN: [&str; 2] = ["rig", "live"];

/// Faults that the sanitizer must find, else it watches nothing.
const FAULTY: [&str; 2] = ["allocate", "lock"];

/// Runs the sessions, if a nightly compiler is installed.
pub fn realtime() -> Result<()> {
    if !program("rustup", &["run", "nightly", "cargo", "--version"]).succeeds() {
        eprintln!("SKIPPED: the RealtimeSanitizer needs a nightly compiler (`rustup toolchain install nightly`)");
        return Ok(());
    }
    probe("build", &[]).run()?;
    for session in CLEAN {
        probe("run", &["--", session]).run()?;
    }
    for fault in FAULTY {
        ensure!(!probe("run", &["--", fault]).succeeds(), "the RealtimeSanitizer missed a fault: {fault}");
    }
    Ok(())
}

fn probe(verb: &str, rest: &[&str]) -> Step {
    // Naming the target keeps the flags from build scripts and macros.
    let args = ["run", "nightly", "cargo", verb, "--quiet", "--package", "ripieno-tests", "--bin", "realtime-probe"];
    let args = [
        &args[..],
        &["--profile", "sanitize", "--no-default-features", "--features", "rtsan", "--target", "host-tuple"],
        rest,
    ]
    .concat();
    program("rustup", &args).env("RUSTFLAGS", "-Zsanitizer=realtime").env("CARGO_INCREMENTAL", "0")
}
