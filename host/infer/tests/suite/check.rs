//! Models put to the test.

use crate::support::{copy, model, put};
use ripieno_infer::{CheckReport, EngineChoice, ModelErrorKind, OpenOptions, check};

fn report(reference: &str) -> CheckReport {
    let mut options = OpenOptions::default();
    options.engine = EngineChoice::Tract;
    check(reference, &options).unwrap()
}

#[test]
fn sound_models_pass() {
    for (name, looked_at) in [
        ("identity", &["files", "shapes", "noise", "silence"][..]),
        ("gain", &["files", "shapes", "noise", "silence"]),
        ("bands", &["files", "shapes", "noise", "silence"]),
        ("spectral", &["files", "shapes", "loop-back", "noise", "silence"]),
        ("packed", &["files", "shapes", "loop-back", "noise", "silence"]),
        ("prompted", &["files", "shapes", "loop-back", "noise", "silence"]),
    ] {
        let report = report(model(name).to_str().unwrap());
        assert!(report.passed, "{name}: {report:?}");
        assert_eq!(report.findings.iter().map(|finding| finding.name).collect::<Vec<_>>(), looked_at, "{name}");
        assert!(report.load_of_one_second.is_some());
    }
    let built_in = report("builtin:hpss");
    assert!(built_in.passed, "{built_in:?}");
}

#[test]
fn the_first_fault_ends_a_check_and_says_why() {
    for (name, finding, kind) in
        [("unsupported", "shapes", ModelErrorKind::Unavailable), ("external", "files", ModelErrorKind::Invalid)]
    {
        let report = report(model(name).to_str().unwrap());
        assert!(!report.passed);
        let last = report.findings.last().unwrap();
        assert_eq!((last.name, last.passed, report.fault), (finding, false, Some(kind)), "{name}: {report:?}");
    }
    let folder = copy("gain");
    put(&folder.path().join("model.onnx"), b"");
    assert_eq!(report(folder.path().to_str().unwrap()).findings.len(), 1);
    assert_eq!(check("no-such-model", &OpenOptions::default()).unwrap_err().kind(), ModelErrorKind::Missing);
}
