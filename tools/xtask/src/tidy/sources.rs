//! Rules for every source file: a purpose on top, no `unsafe` outside its places, no file that outgrew its concept.

use anyhow::Result;
use std::path::{Path, PathBuf};

/// Where `unsafe` may stand; each block there argues its case. Below `jack/` it is a word in the signature of a trait
/// that is not ours; the last are rivals that have no safe way to be measured.
const UNSAFE_PLACES: &[&str] = &[
    "core-nostd/ring/",
    "firmware/boards/",
    "host/audio/src/jack/notices.rs",
    "host/files/src/map.rs",
    "host/midi/src/jack/notices.rs",
    "host/pipeline/src/memory.rs",
    "host/pipeline/src/stream/ring.rs",
    "tools/bench/src/pipeline/iceoryx.rs",
    "tools/bench/src/ring/rivals.rs",
];

/// Lines a file may have without saying why it needs more.
const LONGEST: usize = 600;

/// A longer file says so itself: `// tidy: long, because ...`.
const REASON: &str = "// tidy: long, because ";

/// What may stand at the top level.
const TOP: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "core-nostd",
    "firmware",
    "host",
    "rustfmt.toml",
    "target",
    "tests",
    "tools",
];

pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP.contains(&name.as_str()) && !name.ends_with(".wav") {
            faults.push(format!("{name}: the top level is fixed"));
        }
    }
    for folder in ["core-nostd", "firmware", "host", "tools", "tests"] {
        visit(root, &root.join(folder), &mut faults)?;
    }
    faults.sort();
    Ok(faults)
}

fn visit(root: &Path, folder: &Path, faults: &mut Vec<String>) -> Result<()> {
    let manifest = folder.join("Cargo.toml");
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if manifest.exists() && (relative(folder).starts_with("core-nostd/") || relative(folder).starts_with("host/")) {
        crate_files(&relative(folder), folder, faults)?;
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // A misuse is a program that must not compile: its text is quoted in the error expected.
        if path.is_dir() && name != "target" && name != "node_modules" && name != "misuse" {
            visit(root, &path, faults)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            faults.extend(file_faults(&relative(&path), &std::fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// Published crates open with a README, keep a changelog and, as cores, do without std.
fn crate_files(name: &str, folder: &Path, faults: &mut Vec<String>) -> Result<()> {
    if name.ends_with("/fuzz") {
        return Ok(());
    }
    for file in ["README.md", "CHANGELOG.md"] {
        if !folder.join(file).exists() {
            faults.push(format!("{name}: no {file}"));
        }
    }
    if name.starts_with("core-nostd/") && !std::fs::read_to_string(folder.join("src/lib.rs"))?.contains("#![no_std]") {
        faults.push(format!("{name}: a core without #![no_std]"));
    }
    Ok(())
}

fn file_faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    if !first.starts_with("//!") && !first.starts_with("#![doc") {
        faults.push(format!("{path}: does not open with its purpose (//!)"));
    }
    let lines = text.lines().count();
    if lines > LONGEST && !text.contains(REASON) {
        faults.push(format!("{path}: {lines} lines; split it or say `{REASON}...`"));
    }
    if !UNSAFE_PLACES.iter().any(|place| path.starts_with(place)) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| names_unsafe(line)) {
            faults.push(format!("{path}:{}: unsafe is not allowed here: {}", number + 1, line.trim()));
        }
    }
    faults
}

/// True when the code of a line, comments and string literals aside, names `unsafe` or lifts its ban.
fn names_unsafe(line: &str) -> bool {
    let code: String = line.split("//").next().unwrap_or("").split('"').step_by(2).collect();
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe")
        || (code.contains("allow") || code.contains("expect")) && code.contains("unsafe_code")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: usize) {
        assert_eq!(file_faults(path, text).len(), expected, "{path}: {text}");
    }

    #[test]
    fn each_rule_bites() {
        let block = ["//! Doc.\nfn f() { un", "safe { g() } }\n"].concat();
        let lifted = ["//! Doc.\n#![allow(un", "safe_code)]\n"].concat();
        check("core-nostd/fx/src/a.rs", "//! Doc.\nfn f() {}\n", 0);
        check("core-nostd/fx/src/a.rs", "fn f() {}\n", 1);
        check("core-nostd/fx/src/a.rs", &block, 1);
        check("core-nostd/fx/src/a.rs", &lifted, 1);
        check("core-nostd/fx/src/a.rs", "//! Doc.\n// unsafe is a word\nlet s = \"unsafe\";\n", 0);
        check("core-nostd/ring/src/a.rs", &block, 0);
        let long = format!("//! Doc.\n{}", "//\n".repeat(LONGEST));
        check("host/files/src/a.rs", &long, 1);
        check("host/files/src/a.rs", &format!("{long}{REASON}it is a table\n"), 0);
    }
}
