//! The book, held to the program and the tree: its pages are read as a careful reader reads them, commands first.
//!
//! | fence | what a test does with it |
//! |---|---|
//! | `console` | runs it: lines that begin with `$ ` are commands, those after one are what it prints |
//! | `toml,file=NAME`, any language | writes it to that file, between the commands before and after it |
//! | `sh` | has the program read each `ripieno ...` in it: for what needs a device, a network, or does not end |
//!
//! The commands of a page run in order, in one shell, in a folder of its own that is home as well; each must succeed. Of what is
//! printed `...` stands for what changes: on a line of its own for lines, within one for text. A reader is taken to have the
//! files that [`equip`] lays down.

use crate::cli::{Run, command, wait};
use crate::cli_render::save;
use ripieno_tests::models;
use ripieno_tests::recording;
use ripieno_tests::song::Song;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Far more than the commands of a page take.
const LIMIT: Duration = Duration::from_secs(300);
/// Ends a file that the shell writes; no page has such a line.
const END_OF_FILE: &str = "-- end of the file --";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn book() -> PathBuf {
    root().join("host/app/docs/src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Markdown file of the book, as a path below its source.
fn pages() -> Vec<PathBuf> {
    fn visit(folder: &Path, pages: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, pages);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path.strip_prefix(book()).unwrap().to_owned());
            }
        }
    }
    let mut pages = Vec::new();
    visit(&book(), &mut pages);
    pages.sort();
    pages
}

/// What stands between two fences.
#[derive(Debug)]
struct Block {
    /// What the first fence says.
    info: String,
    /// The line of the first fence, from 1.
    line: usize,
    text: String,
}

/// The fenced blocks of a page, and the page without them.
fn parse(page: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
        let text = inside.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect();
        blocks.push(Block { info: info.into(), line: number + 1, text });
    }
    (blocks, prose)
}

/// A command of a page, with what it should print: nothing said is nothing promised.
#[derive(Debug, PartialEq)]
struct Step {
    command: String,
    told: Vec<String>,
}

/// The commands of a console, each with the lines after it. A backslash at a line's end goes on with the next.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.into(), told: Vec::new() }),
            (None, Some(step)) if step.told.is_empty() && step.command.ends_with('\\') => {
                step.command = format!("{}\n{line}", step.command);
            }
            (None, Some(step)) => step.told.push(line.trim_end().into()),
            (None, None) => panic!("a console begins with a command, not with `{line}`"),
        }
    }
    // An empty line before the next command is there for the eye.
    for step in &mut steps {
        while step.told.last().is_some_and(String::is_empty) {
            step.told.pop();
        }
    }
    steps
}

/// Whether lines are as told.
fn agrees(told: &[String], said: &[&str]) -> bool {
    match told.split_first() {
        None => said.is_empty(),
        Some((line, rest)) if line == "..." => (0..=said.len()).any(|passed| agrees(rest, &said[passed..])),
        Some((line, rest)) => said.split_first().is_some_and(|(first, more)| fits(line, first) && agrees(rest, more)),
    }
}

/// Whether one line is.
fn fits(told: &str, said: &str) -> bool {
    let Some((head, rest)) = told.split_once("...") else { return told == said };
    said.strip_prefix(head)
        .is_some_and(|left| left.char_indices().map(|(at, _)| at).chain([left.len()]).any(|at| fits(rest, &left[at..])))
}

/// The simple commands of shell text, as words: without comments, redirections and what joins them.
fn commands(text: &str) -> Vec<Vec<String>> {
    let (mut commands, mut command) = (Vec::new(), Vec::new());
    let mut word: Option<String> = None;
    let mut is_target = false;
    let mut symbols = text.chars().peekable();
    while let Some(symbol) = symbols.next() {
        match symbol {
            '\'' | '"' => word.get_or_insert_default().extend(symbols.by_ref().take_while(|inner| *inner != symbol)),
            '\\' if symbols.peek() == Some(&'\n') => _ = symbols.next(),
            '#' if word.is_none() => while symbols.next_if(|inner| *inner != '\n').is_some() {},
            ' ' | '\n' | '|' | '&' | ';' | '<' | '>' => {
                // The number of a redirected output is none of the command's words.
                if let Some(word) = word.take()
                    && !std::mem::take(&mut is_target)
                    && !(symbol == '>' && word.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    command.push(word);
                }
                match symbol {
                    ' ' => {}
                    '<' | '>' => is_target = true,
                    _ => commands.push(std::mem::take(&mut command)),
                }
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    command.extend(word.filter(|_| !is_target));
    commands.push(command);
    commands.retain(|command| !command.is_empty());
    commands
}

/// What a reader is said to have: the program, a song, a recording, a model of their own.
fn equip(folder: &Path) {
    for name in ["bin", "run"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_ripieno-under-test"), folder.join("bin/ripieno")).unwrap();
    let mut song = Song::new();
    for beat in 0..8 {
        song.note(beat * 250, 0, 60 + 4 * (beat as u8 % 3), 100, 240);
    }
    save(folder, "song.mid", &song.bytes(2_000));
    recording::save(&folder.join("song.wav"), 44_100, 2, 6 * 44_100);
    fs::copy(models::folder("gain").join("model.onnx"), folder.join("model.onnx")).unwrap();
}

/// A shell at home in a folder, whose commands are the machine's and `ripieno`.
fn shell(folder: &Path, script: &str) -> Command {
    let own = folder.join("bin");
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(folder).stdin(Stdio::null()).process_group(0).env_clear();
    shell.envs([("PATH", path), ("HOME", folder.into()), ("XDG_RUNTIME_DIR", folder.join("run").into())]);
    shell.env("LANG", "C.UTF-8");
    shell
}

/// Runs the consoles of a page and says what went otherwise.
fn run(page: &Path) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    equip(home.path());
    let (mut script, mut done) = (String::new(), Vec::new());
    for block in parse(&read(&book().join(page))).0 {
        if let Some((_, name)) = block.info.split_once(",file=") {
            script.push_str(&format!("cat > '{name}' <<'{END_OF_FILE}'\n{}{END_OF_FILE}\n", block.text));
        }
        if block.info != "console" {
            continue;
        }
        for step in steps(&block.text) {
            let said = out.path().join(done.len().to_string());
            let (at, command) = (said.display(), &step.command);
            script.push_str(&format!("{{ {command}\n}} > '{at}' 2>&1\necho $? > '{at}.code'\n"));
            done.push((format!("{}:{}: {command}", page.display(), block.line), said, step));
        }
    }
    if done.is_empty() {
        return Vec::new();
    }
    let mut child = shell(home.path(), &script)
        .stdout(Stdio::null())
        .stderr(File::create(out.path().join("shell")).unwrap())
        .spawn()
        .expect("a shell");
    let ended = wait(&mut child, LIMIT);
    // What a page left running in the background ends with it; mostly nothing is left.
    let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
    let mut faults = Vec::new();
    if ended.is_none() {
        faults.push(format!("{}: it does not end", page.display()));
    }
    for (at, said, step) in done {
        let text = fs::read_to_string(&said).unwrap_or_default();
        let code = fs::read_to_string(said.with_extension("code")).unwrap_or_else(|_| "none".into());
        let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
        if code.trim() != "0" {
            faults.push(format!("{at}\nends with {} and says:\n{text}", code.trim()));
        } else if !step.told.is_empty() && !agrees(&step.told, &lines) {
            faults.push(format!("{at}\nshould print:\n{}\nand prints:\n{text}", step.told.join("\n")));
        }
    }
    let shell = read(&out.path().join("shell"));
    faults.extend((!shell.is_empty()).then(|| format!("{}: the shell says: {shell}", page.display())));
    faults
}

fn check_runs(part: &str) {
    let pages: Vec<_> = pages().into_iter().filter(|page| page.starts_with(part)).collect();
    assert!(!pages.is_empty(), "no page below {part}");
    let faults: Vec<_> = pages.iter().flat_map(|page| run(page)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_tutorial_runs() {
    check_runs("tutorial");
}

#[test]
fn the_how_tos_run() {
    check_runs("how-to");
}

#[test]
fn the_reference_and_the_explanation_run() {
    check_runs("reference");
    check_runs("explanation");
}

/// `--help` behind a line is reached only if all before it, options and their values, was taken.
#[test]
fn lines_that_only_a_reader_can_run_are_understood() {
    let mut texts: Vec<_> = pages().into_iter().map(|page| book().join(page)).collect();
    texts.push(root().join("README.md"));
    let mut count = 0;
    for path in texts {
        for block in parse(&read(&path)).0.into_iter().filter(|block| block.info == "sh") {
            for words in commands(&block.text).into_iter().filter(|words| words[0] == "ripieno") {
                let run = crate::cli::run(
                    Path::new("."),
                    &[&words[1..].iter().map(String::as_str).collect::<Vec<_>>()[..], &["--help"]].concat(),
                );
                assert_eq!(run.code, Some(0), "{}:{}: {words:?}: {}", path.display(), block.line, run.stderr);
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count} lines were found");
}

/// What `--help` says of a verb.
fn help(verb: &[String]) -> String {
    let words: Vec<&str> = verb.iter().map(String::as_str).chain(["--help"]).collect();
    // Usage says by what name the program was called.
    let help = Run::of(command(Path::new("."), &words).arg0("ripieno").output().expect("the program starts"));
    help.clean();
    help.stdout
}

/// The verbs below a verb, as its help lists them.
fn verbs_below(verb: &[String]) -> Vec<Vec<String>> {
    let help = help(verb);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| {
        // What is further in goes on with a description.
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
    });
    let below = |name: &str| verb.iter().cloned().chain([name.to_owned()]).collect();
    names.filter(|name| *name != "help").map(below).collect()
}

/// A page with what `--help` says now, wherever it asks for that.
fn freshened(page: &str) -> String {
    let mut fresh = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        fresh.push_str(&format!("{line}\n"));
        let verb = line.strip_prefix("$ ripieno ").and_then(|words| words.strip_suffix(" --help"));
        if let Some(verb) = verb {
            let verb: Vec<String> = verb.split(' ').map(String::from).collect();
            fresh.push_str(&format!("{}\n```\n", help(&verb).trim_end()));
            lines.by_ref().find(|line| *line == "```");
        }
    }
    fresh
}

#[test]
fn the_reference_has_the_help_of_every_verb() {
    let mut all = String::new();
    for page in pages().into_iter().filter(|page| page.starts_with("reference")) {
        let (text, name) = (read(&book().join(&page)), page.file_name().unwrap().to_string_lossy().into_owned());
        let fresh = freshened(&text);
        if fresh != text {
            let folder = std::env::temp_dir();
            save(&folder, &name, fresh.as_bytes());
            panic!("{} is stale: copy {} over it", page.display(), folder.join(name).display());
        }
        all.push_str(&text);
    }
    let (mut verbs, mut seen) = (verbs_below(&[]), 0);
    while let Some(verb) = verbs.pop() {
        let line = format!("$ ripieno {} --help\n", verb.join(" "));
        assert!(all.contains(&line), "the reference lacks `{}`", line.trim_end());
        verbs.extend(verbs_below(&verb));
        seen += 1;
    }
    assert!(seen > 30, "{seen} verbs were found");
}

/// The targets of a text's links, spans of code aside.
fn links(prose: &str) -> Vec<String> {
    let plain: String = prose.split('`').step_by(2).collect();
    let targets = plain.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()));
    targets.filter(|target| !target.contains("://")).collect()
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_in_the_summary() {
    let mut texts: Vec<_> = pages().into_iter().map(|page| book().join(page)).collect();
    texts.push(root().join("README.md"));
    for path in &texts {
        let text = read(path);
        let (_, prose) = parse(&text);
        for target in links(&prose) {
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let to = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(to.exists(), "{}: {target} leads nowhere", path.display());
            let is_there = || parse(&read(&to)).1.lines().any(|line| slug(line).as_deref() == Some(heading));
            assert!(heading.is_empty() || is_there(), "{}: {target} has no such heading", path.display());
        }
        for included in prose.split("{{#include ").skip(1).filter_map(|rest| rest.split_once("}}")) {
            assert!(path.with_file_name(included.0).exists(), "{}: no {} to include", path.display(), included.0);
        }
    }
    let listed = links(&read(&book().join("SUMMARY.md")));
    for page in pages().iter().filter(|page| *page != Path::new("SUMMARY.md")) {
        assert!(listed.iter().any(|link| Path::new(link) == page), "{} is not in SUMMARY.md", page.display());
    }
}

/// What a link to a heading says: its letters, small, with hyphens for spaces.
fn slug(line: &str) -> Option<String> {
    let title = line.trim_start_matches('#');
    let symbol = |symbol: char| match symbol {
        ' ' => Some('-'),
        symbol if symbol.is_alphanumeric() || "-_".contains(symbol) => Some(symbol.to_ascii_lowercase()),
        _ => None,
    };
    (title.len() < line.len()).then(|| title.trim().chars().filter_map(symbol).collect())
}

#[test]
fn pages_are_read_as_they_are_written() {
    let (blocks, prose) =
        parse("One `[x](y)` [two](a.md#b)\n  ```console\n  $ a\n  b\n  ```\n```toml,file=c\nd\n```\n");
    let read: Vec<_> = blocks.iter().map(|block| (&*block.info, block.line, &*block.text)).collect();
    assert_eq!(read, [("console", 2, "$ a\nb\n"), ("toml,file=c", 6, "d\n")]);
    assert_eq!(links(&prose), ["a.md#b"]);
    assert_eq!(slug("## What `it` takes: 2").as_deref(), Some("what-it-takes-2"));

    let step = |command: &str, told: &[&str]| Step {
        command: command.into(),
        told: told.iter().map(|line| (*line).into()).collect(),
    };
    assert_eq!(steps("$ a \\\n  b\nc\n\n$ d\n"), [step("a \\\n  b", &["c"]), step("d", &[])]);

    let words = commands("x=1 a 'b c' > d 2> e | f --g=\"h i\" # j\nk \\\n l && m &\n");
    assert_eq!(words, [vec!["x=1", "a", "b c"], vec!["f", "--g=h i"], vec!["k", "l"], vec!["m"]]);

    for (told, said, is_so) in [
        (&["a"][..], &["a"][..], true),
        (&["a"], &["a", "b"], false),
        (&["a", "..."], &["a", "b", "c"], true),
        (&["...", "c"], &["a", "b", "c"], true),
        (&["...", "c", "..."], &["a", "b"], false),
        (&["a ... s, ... MB"], &["a 1.2 s, 3 MB"], true),
        (&["a ... s"], &["a 1.2 h"], false),
        (&["...x"], &["ünx"], true),
    ] {
        let told: Vec<String> = told.iter().map(|line| (*line).into()).collect();
        assert_eq!(agrees(&told, said), is_so, "{told:?} {said:?}");
    }
}
