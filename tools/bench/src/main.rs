//! `cargo xtask bench [NAME]`: every comparison, or the ones that are named.

mod chunk;
mod farm;
mod fx;
mod harness;
mod panel;
mod pipeline;
mod rig;
mod ring;
mod separate;
mod synth;

use std::process::ExitCode;

/// Each subject and what runs its contests.
const SUBJECTS: &[(&str, fn())] = &[
    ("chunk", chunk::run),
    ("farm", farm::run),
    ("fx", fx::run),
    ("panel", panel::run),
    ("pipeline", pipeline::run),
    ("rig", rig::run),
    ("ring", ring::run),
    ("separate", separate::run),
    ("synth", synth::run),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if pipeline::run_child(&wanted) || synth::run_child(&wanted) {
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = wanted.iter().find(|wanted| SUBJECTS.iter().all(|(name, _)| name != wanted)) {
        let names: Vec<_> = SUBJECTS.iter().map(|(name, _)| *name).collect();
        eprintln!("bench: there is no '{unknown}'; choose from {}", names.join(", "));
        return ExitCode::from(2);
    }
    for (name, run) in SUBJECTS {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run();
        }
    }
    ExitCode::SUCCESS
}
