//! The table of opcodes: that it is documented, that its tests are there, and that names lead where they should.

use super::*;
use crate::sfz::opcode::{Moves, Opcode, Scope};
use crate::sfz::table::{SECTIONS, find, nearest};
use std::collections::HashSet;

#[test]
#[allow(clippy::disallowed_methods, reason = "a file for a person to copy")]
fn the_documentation_is_fresh() {
    if include_str!("../../../OPCODES.md") != opcodes() {
        let fresh = std::env::temp_dir().join("OPCODES.md");
        std::fs::write(&fresh, opcodes()).unwrap();
        panic!("host/files/OPCODES.md is stale: copy {} over it", fresh.display());
    }
}

/// The text of a test: from its name to the end of its block.
fn body(test: &str) -> Option<&'static str> {
    let files =
        [include_str!("logic.rs"), include_str!("sound.rs"), include_str!("motion.rs"), include_str!("instrument.rs")];
    files.into_iter().find_map(|file| {
        let from = file.find(&format!("#[test]\nfn {test}() {{"))?;
        let length = file[from..].find("\n}\n")?;
        Some(&file[from..from + length])
    })
}

/// An entry of the table, by address.
type Entry = *const Opcode;

#[test]
fn each_opcode_is_read_by_its_test() {
    // What flex envelopes and LFOs move stands in one list for both.
    let moved = include_str!("motion.rs");
    for section in SECTIONS {
        let text = body(section.test).unwrap_or_else(|| panic!("there is no test {}", section.test));
        let mut words: Vec<String> = Vec::new();
        let letters = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '_');
        words.extend(text.split(letters).filter(|word| !word.is_empty()).map(str::to_owned));
        if let Some(at) = text.find("moves(\"") {
            let front = text[at + 7..].split('"').next().unwrap();
            let list = moved.split("const MOVED").nth(1).and_then(|rest| rest.split("];").next()).unwrap();
            for end in list.split('"').skip(1).step_by(2) {
                words.push(format!("{front}_{end}"));
                words.push(format!("{front}_{end}_oncc1"));
            }
        }
        if let Some(at) = text.find("controlled(&[") {
            let list = text[at..].split("]);").next().unwrap();
            words.extend(list.split('"').skip(1).step_by(2).map(|name| format!("{name}_oncc17")));
        }
        let mut read: HashSet<Entry> = HashSet::new();
        let mut controlled: HashSet<Entry> = HashSet::new();
        for known in words.iter().filter_map(|word| find(word, section.scope)) {
            let entry: Entry = known.opcode;
            _ = if known.controller.is_some() { controlled.insert(entry) } else { read.insert(entry) };
        }
        for opcode in section.opcodes.iter().filter(|opcode| opcode.name != "*") {
            let entry: Entry = opcode;
            let is_read = read.contains(&entry);
            assert!(is_read, "{} does not read {}", section.test, opcode.name);
            let is_moved = matches!(opcode.moves, Moves::Nothing) || controlled.contains(&entry);
            assert!(is_moved, "{} moves {} by no controller", section.test, opcode.name);
            for alias in opcode.aliases {
                let known = words.iter().any(|word| {
                    word.chars()
                        .filter(|c| !c.is_ascii_digit())
                        .eq(alias.chars().filter(|c| !c.is_ascii_digit() && !"NXY".contains(*c)))
                });
                assert!(known, "{} does not read {alias}", section.test);
            }
        }
    }
}

#[test]
fn every_name_leads_to_its_own_entry() {
    for section in SECTIONS {
        for opcode in section.opcodes.iter().filter(|opcode| !opcode.is_family()) {
            for name in [opcode.name].iter().chain(opcode.aliases) {
                let name = name.replace(['N', 'X', 'Y'], "1");
                let known = find(&name, section.scope).unwrap_or_else(|| panic!("{name}"));
                assert!(std::ptr::eq(known.opcode, opcode), "{name} leads to {}", known.opcode.name);
            }
        }
    }
    assert!(find("cutoff_oncc", Scope::Region).is_none() && find("key_oncc1", Scope::Region).is_none());
    assert!(find("effect99999_oncc1", Scope::Region).is_none());
}

#[test]
fn names_that_are_nearly_right_are_recognised() {
    for (name, like) in [
        ("volum", Some("volume")),
        ("loop_mdoe", Some("loop_mode")),
        ("cutoff_onncc1", None),
        ("cutof_oncc74", Some("cutoff_oncc74")),
        ("xfin_lovle", Some("xfin_lovel")),
        ("quite_different", None),
        ("k", None),
    ] {
        assert_eq!(nearest(name, Scope::Region).as_deref(), like, "{name}");
    }
}
