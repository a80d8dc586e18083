//! Every rule has a file that breaks it and one that keeps it.

use crate::kinds::registry;
use ripieno_pipeline::graph::Diagnosis;
use ripieno_pipeline::{Code, Diagnostics, Graph, Severity, rules};
use std::path::{Path, PathBuf};

/// Cores of the machine that the files are meant for.
const CORES: usize = 4;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/graphs/rules")
}

/// All faults of a file, of reading or of checking it.
fn faults(path: &Path) -> Diagnostics {
    match Graph::load(path) {
        Ok(graph) => graph.diagnose(&rules::check_for(graph.declaration(), &registry(), CORES).faults),
        Err(diagnostics) => diagnostics,
    }
}

fn codes(diagnostics: &Diagnostics) -> Vec<Code> {
    diagnostics.iter().map(|fault| fault.code).collect()
}

#[test]
fn each_rule_is_broken_by_one_file_and_kept_by_another() {
    let mut seen = 0;
    let mut helped = 0;
    for code in Code::ALL {
        let path = |what: &str| folder().join(format!("{code}.{what}.toml"));
        let failing = faults(&path("fail"));
        assert_eq!(failing.first().map(|fault| fault.code), Some(*code), "{code}.fail: {failing:?}");
        let passing = faults(&path("pass"));
        assert!(!codes(&passing).contains(code), "{code}.pass: {passing:?}");
        let errors = passing.iter().filter(|fault| fault.severity == Severity::Error).count();
        assert_eq!(errors, 0, "{code}.pass has other faults: {passing:?}");
        for Diagnosis { at, help, .. } in failing.iter() {
            let placed = at.iter().all(|place| place.line > 0 && place.length > 0);
            assert!(*code == Code::Unreadable || !at.is_empty() && placed, "{code}.fail has no place: {failing:?}");
            seen += 1;
            helped += usize::from(help.is_some());
        }
    }
    assert!(helped * 10 >= seen * 9, "{helped} of {seen} faults say what to do");
    assert_eq!(std::fs::read_dir(folder()).map(Iterator::count).ok(), Some(2 * Code::ALL.len()));
}

#[test]
fn a_fault_brings_no_others() {
    for code in Code::ALL {
        let found = codes(&faults(&folder().join(format!("{code}.fail.toml"))));
        assert_eq!(found, [*code], "{code}.fail");
    }
}
