//! `cargo xtask`: the one entrance for people and CI.

#![allow(clippy::disallowed_methods, reason = "what is written here can be made again")]

mod firmware;
mod page;
mod python;
mod run;
mod sanitize;
mod setup;
mod test;
mod tidy;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  demo [ARGS...]    set the machine up, build the page and the program in release, run `ripieno demo ARGS`
  test              set the machine up, then every test: format, lints, units, properties, models, docs, tidy
  bench [NAME...]   our crates beside their rivals in one run: ring, fx, pipeline, rig, separate, synth; all when none is named
  firmware ...      boards: build, run, measure, test; `cargo xtask firmware help`
  page              build the page of `ripieno serve`, which programs that are built after it have within
  gen models        write the tests' ONNX models below tests/models, where they have changed
  tidy              the shape of the tree: who names whom, places of raw memory access, docs, file sizes
  setup             install what building, tests and benchmarks need of this system and of PyPI, and nothing else

Examples:
  cargo xtask demo --out /tmp
  cargo xtask bench ring
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    match dispatch(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Result<()> {
    let root = root();
    match command {
        "demo" => {
            setup::ensure_build()?;
            page::build(&root)?;
            let mut args = vec!["run", "--release", "--package", "ripieno", "--", "demo"];
            args.extend(rest.iter().map(String::as_str));
            run::cargo(&args).run()
        }
        "test" => test::all(&root),
        "page" => page::build(&root),
        "bench" => {
            setup::ensure_build()?;
            setup::ensure(setup::BENCH)?;
            let mut args = vec!["run", "--release", "--package", "ripieno-bench", "--features", "iceoryx2", "--"];
            args.extend(rest.iter().map(String::as_str));
            let bench = run::cargo(&args);
            let wanted = |subject| rest.is_empty() || rest.iter().any(|name| name == subject);
            if wanted("pipeline")
                && let Err(error) = python::ensure_pythusa(&root)
            {
                eprintln!("xtask: the pipelines' rival in Python will be missing: {error:#}");
            }
            if wanted("synth")
                && let Err(error) = python::ensure_sfizz(&root)
            {
                eprintln!("xtask: the rival of SFZ instruments will be missing: {error:#}");
            }
            if !wanted("separate") {
                return bench.run();
            }
            python::ensure_librosa(&root)?;
            bench.env("ORT_DYLIB_PATH", &python::ensure_onnx_runtime(&root)?.to_string_lossy()).run()
        }
        "firmware" => firmware::dispatch(&root, rest),
        "gen" if rest == ["models"] => {
            run::cargo(&["run", "--quiet", "--package", "ripieno-onnx", "--", "tests/models"]).run()
        }
        "gen" => bail!("what shall be generated? `cargo xtask gen models`"),
        "tidy" => tidy::check(&root),
        "setup" => {
            setup::ensure(&[setup::BUILD, setup::TEST, setup::BENCH, page::BROWSER].concat())?;
            python::ensure_onnx_runtime(&root)?;
            python::ensure_numpy(&root)?;
            python::ensure_librosa(&root)?;
            python::ensure_sfizz(&root)?;
            python::ensure_pythusa(&root)
        }
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("unknown command '{other}'\n\n{HELP}"),
    }
}

/// The workspace root, two levels above this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
