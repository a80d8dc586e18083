//! The table of opcodes as documentation.

use super::opcode::{Does, Moves, Opcode, Since, Takes};
use super::table::SECTIONS;
use std::fmt::Write;

/// The documentation of every opcode, as `OPCODES.md` holds it. Control.
pub fn opcodes() -> String {
    let mut text = String::from(INTRODUCTION);
    let all = || SECTIONS.iter().flat_map(|section| section.opcodes);
    let count = |is_one: fn(&Does) -> bool| all().filter(|opcode| is_one(&opcode.does)).count();
    let lacking = count(|does| matches!(does, Does::Lacks(_)));
    let left = count(|does| matches!(does, Does::Leave(_) | Does::Keep(_)));
    let played = all().count() - lacking - left;
    let _ = writeln!(text, "{played} entries are played, {left} have nothing to play, {lacking} are not played.\n");
    for section in SECTIONS {
        let _ = writeln!(text, "## {}\n\nTest: `{}`.\n", section.title, section.test);
        text.push_str("| opcode | also | from | takes | state | moved by controllers |\n|---|---|---|---|---|---|\n");
        for opcode in section.opcodes {
            row(&mut text, opcode);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

const INTRODUCTION: &str = "# Opcodes of SFZ

Made from the table that the reader of SFZ uses. A test fails if it is stale and says where the fresh text is, another fails
if a test named here does not read every opcode of its table.

- **played**: it reaches the tables that the synth plays.
- **kept**, **left**: there is nothing to play, for the reason given; what is kept is shown to the user.
- **not played**: it is reported with its place; the region plays without it.

`N`, `X` and `Y` stand for numbers, `*` for anything. Where a column says `_onccN`, there are `_curveccN`, `_smoothccN` and
`_stepccN` too, and `_ccN` and `ccN` for `_onccN`. A value beyond its range counts as the nearest one within, and is reported.

";

fn row(text: &mut String, opcode: &Opcode) {
    let also: Vec<String> = opcode.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    let since = match opcode.since {
        Since::V1 => "v1",
        Since::V2 => "v2",
        Since::Aria => "ARIA",
        Since::Sfizz => "sfizz",
        Since::LinuxSampler => "LinuxSampler",
    };
    let state = match opcode.does {
        Does::Keep(why) => format!("kept: {why}"),
        Does::Leave(why) => format!("left: {why}"),
        Does::Lacks(why) => format!("not played: {why}"),
        _ => "played".into(),
    };
    let moved = if matches!(opcode.moves, Moves::Nothing) { "" } else { "`_onccN`" };
    let takes =
        if matches!(opcode.does, Does::Lacks(_) | Does::Leave(_)) { String::new() } else { takes(opcode.takes) };
    let _ = writeln!(text, "| `{}` | {} | {since} | {takes} | {state} | {moved} |", opcode.name, also.join(" "));
}

fn takes(takes: Takes) -> String {
    match takes {
        Takes::Number(least, greatest, unit) => format!("{least} to {greatest} {unit}").trim_end().into(),
        Takes::Whole(least, greatest, unit) => format!("whole, {least} to {greatest} {unit}").trim_end().into(),
        Takes::Key => "a key".into(),
        Takes::KeyOr(word) => format!("a key or `{word}`"),
        Takes::Word(words) => {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            words.join(" ")
        }
        Takes::Text => "text".into(),
    }
}
