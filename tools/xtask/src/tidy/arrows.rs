//! Who may name whom, read from `cargo metadata`. A crate that is not listed is a fault, so the list stays whole.

use cargo_metadata::{DependencyKind, Metadata, Package};

/// A crate and the workspace crates that it may name. `None`: it may name anything.
const ARROWS: &[(&str, Option<&[&str]>)] = &[
    ("ripieno-types", Some(&[])),
    ("ripieno-ring", Some(&[])),
    ("ripieno-dsp", Some(&["ripieno-types"])),
    ("ripieno-fx", Some(&["ripieno-dsp", "ripieno-types"])),
    ("ripieno-synth", Some(&["ripieno-dsp", "ripieno-types"])),
    ("ripieno-panel", Some(&["ripieno-types"])),
    ("ripieno-chunk", Some(&["ripieno-types"])),
    ("ripieno-rig", Some(&["ripieno-panel", "ripieno-synth", "ripieno-fx", "ripieno-ring", "ripieno-types"])),
    ("ripieno-ports", Some(&["ripieno-ring", "ripieno-types"])),
    (
        "ripieno-firmware",
        Some(&[
            "ripieno-fx",
            "ripieno-panel",
            "ripieno-ports",
            "ripieno-rig",
            "ripieno-ring",
            "ripieno-synth",
            "ripieno-types",
        ]),
    ),
    ("ripieno-scenes", None),
    ("ripieno-midi", Some(&["ripieno-ports", "ripieno-ring", "ripieno-types"])),
    ("ripieno-audio", Some(&["ripieno-ports", "ripieno-ring", "ripieno-types"])),
    ("ripieno-files", Some(&["ripieno-ports", "ripieno-ring", "ripieno-synth", "ripieno-types"])),
    ("ripieno-infer", Some(&["ripieno-dsp", "ripieno-ports", "ripieno-types"])),
    ("ripieno-separate", Some(&["ripieno-chunk", "ripieno-files", "ripieno-infer", "ripieno-ports", "ripieno-types"])),
    ("ripieno-farm", Some(&["ripieno-files", "ripieno-infer", "ripieno-separate"])),
    ("ripieno-pipeline", Some(&["ripieno-ring"])),
    ("ripieno-actions", Some(&[])),
    ("ripieno-web", Some(&["ripieno-panel", "ripieno-types"])),
    ("ripieno", None),
    ("ripieno-bench", None),
    ("ripieno-onnx", Some(&[])),
    ("ripieno-tests", None),
    ("xtask", None),
];

/// Crates that nothing but tools and tests may name.
const NAMED_BY_NOBODY: &[&str] = &["ripieno-bench", "ripieno-onnx", "ripieno-scenes", "ripieno-tests", "xtask"];

/// What the cores may take from outside. Everything else is an arrow out of `core-nostd`.
const CORE_DEPENDENCIES: &[&str] = &["heapless", "libm", "loom", "multiversion", "postcard", "serde", "wmidi"];

pub fn check(metadata: &Metadata) -> Vec<String> {
    let packages: Vec<_> = metadata.packages.iter().map(Named::from).collect();
    faults(&packages)
}

/// A package as the rules see it.
struct Named {
    name: String,
    core: bool,
    /// Name and whether it is only for tests.
    dependencies: Vec<(String, bool)>,
}

impl From<&Package> for Named {
    fn from(package: &Package) -> Self {
        Self {
            name: package.name.to_string(),
            core: package.manifest_path.as_str().contains("/core-nostd/"),
            dependencies: (package.dependencies.iter())
                .map(|d| (d.name.clone(), d.kind == DependencyKind::Development))
                .collect(),
        }
    }
}

fn faults(packages: &[Named]) -> Vec<String> {
    let ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut faults = Vec::new();
    for package in packages {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            faults.push(format!("{}: not in the table of arrows", package.name));
            continue;
        };
        for (dependency, test_only) in &package.dependencies {
            let named = format!("{} names {dependency}", package.name);
            // A crate may turn on its own features for its own tests.
            if *dependency == package.name && *test_only {
                continue;
            }
            if ours(dependency) {
                if allowed.is_some_and(|allowed| !allowed.contains(&dependency.as_str())) {
                    faults.push(named);
                } else if NAMED_BY_NOBODY.contains(&dependency.as_str())
                    && !NAMED_BY_NOBODY.contains(&package.name.as_str())
                {
                    faults.push(format!("{named}, which only tools and tests may"));
                }
            } else if package.core && !test_only && !CORE_DEPENDENCIES.contains(&dependency.as_str()) {
                faults.push(format!("{named}, which is not on the list for cores"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, core: bool, dependencies: &[(&str, bool)], expected: &[&str]) {
        let named = |name: &str, core, dependencies: &[(&str, bool)]| Named {
            name: name.into(),
            core,
            dependencies: dependencies.iter().map(|(n, t)| ((*n).into(), *t)).collect(),
        };
        let mut packages: Vec<_> =
            ARROWS.iter().filter(|(other, _)| *other != name).map(|(other, _)| named(other, false, &[])).collect();
        packages.push(named(name, core, dependencies));
        assert_eq!(faults(&packages), expected);
    }

    #[test]
    fn a_forbidden_arrow_is_a_fault() {
        check("ripieno-synth", true, &[("ripieno-dsp", false), ("libm", false), ("proptest", true)], &[]);
        check("ripieno-synth", true, &[("ripieno-ports", false)], &["ripieno-synth names ripieno-ports"]);
        check(
            "ripieno-synth",
            true,
            &[("rand", false)],
            &["ripieno-synth names rand, which is not on the list for cores"],
        );
        check(
            "ripieno",
            false,
            &[("ripieno-tests", true)],
            &["ripieno names ripieno-tests, which only tools and tests may"],
        );
        check("ripieno-new", false, &[], &["ripieno-new: not in the table of arrows"]);
    }
}
