//! Every test, in the order that fails fastest.

use crate::run::{self, Step, program};
use crate::{firmware, page, python, sanitize, setup, tidy};
use anyhow::Result;
use std::path::Path;
use std::time::Instant;

/// Runs all of it; stops at the first step that fails.
pub fn all(root: &Path) -> Result<()> {
    let start = Instant::now();
    setup::ensure_build()?;
    setup::ensure(setup::TEST)?;
    python::ensure_onnx_runtime(root)?;
    python::ensure_numpy(root)?;
    step("tidy", || tidy::check(root))?;
    step("format", || cargo(&["fmt", "--all", "--check"]).run())?;
    step("format of boards", || cargo(&["fmt", "--all", "--check"]).within(&root.join("firmware")).run())?;
    // Before anything that has it within.
    step("page", || page::build(root).and_then(|()| page::check(root)))?;
    step("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]).run())?;
    step("tests", || {
        if program("cargo-nextest", &["nextest", "--version"]).succeeds() {
            cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]).run()
        } else {
            cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]).run()
        }
    })?;
    step("page in Chromium", || page::test(root))?;
    // The whole workspace turns on run-time dispatch; the same golden bytes must come out without it.
    step("plain build", || cargo(&["test", "--package", "ripieno-fx", "--package", "ripieno-synth", "--tests"]).run())?;
    // Nothing may need JACK that is not about JACK.
    step("without JACK", || {
        let packages = ["--package", "ripieno-audio", "--package", "ripieno-midi"];
        cargo(&[&["check", "--quiet", "--no-default-features"][..], &packages].concat()).run()
    })?;
    // What needs no engine must not need one.
    step("without engines", || {
        let packages = ["--package", "ripieno-infer", "--package", "ripieno-separate"];
        cargo(&[&["check", "--quiet", "--no-default-features"][..], &packages].concat()).run()
    })?;
    // Every interleaving that the rings' orderings allow, within loom's bounds.
    step("models", || cargo(&["test", "--package", "ripieno-ring", "--features", "loom", "--test", "loom"]).run())?;
    step("real-time sanitizer", sanitize::realtime)?;
    // Real boards are only built; the emulated one shows what it can do.
    step("boards", || firmware::dispatch(root, &["build".to_owned()]))?;
    step("firmware", || firmware::dispatch(root, &["test".to_owned()]))?;
    step("doc tests", || cargo(&["test", "--workspace", "--doc", "--quiet"]).run())?;
    step("docs", || cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings").run())?;
    eprintln!("all tests passed in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// What a test run builds, it builds whole: the copies that speed up the next small change would take a third of the disk.
fn cargo(args: &[&str]) -> Step {
    run::cargo(args).env("CARGO_INCREMENTAL", "0")
}

fn step(name: &str, body: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    eprintln!("\n== {name}");
    body()?;
    eprintln!("== {name}: {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}
