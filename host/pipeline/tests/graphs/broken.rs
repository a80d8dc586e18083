//! A good graph, broken in five hundred ways: each is refused, by the rule that it breaks.

use crate::kinds::registry;
use ripieno_pipeline::{Code, Graph, rules};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

/// A bit of everything, and nothing wrong.
const GOOD: &str = include_str!("good.toml");

/// Numbers that differ by seed and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

fn list<'d>(document: &'d mut DocumentMut, name: &str) -> &'d mut ArrayOfTables {
    document[name].as_array_of_tables_mut().expect("a list of tables")
}

/// One of the tables of a list that `fits`.
fn pick<'d>(
    document: &'d mut DocumentMut,
    name: &str,
    dice: &mut Dice,
    fits: impl Fn(&Table) -> bool,
) -> &'d mut Table {
    let tables = list(document, name);
    let fitting: Vec<usize> = tables.iter().enumerate().filter(|(_, table)| fits(table)).map(|(n, _)| n).collect();
    let chosen = fitting[dice.below(fitting.len())];
    tables.get_mut(chosen).expect("it was found")
}

fn named(table: &Table) -> String {
    table["name"].as_str().expect("a name").to_owned()
}

/// Whether a task of `GOOD` reads the stream.
fn is_read(stream: &str) -> bool {
    let graph = Graph::parse("good.toml", GOOD).expect("it is good");
    graph.declaration().tasks.iter().any(|task| task.reads.values().any(|read| read.stream == stream))
}

/// Turns one key of an inline table into another.
fn rename(item: &mut Item, dice: &mut Dice, to: &str) {
    let table = item.as_inline_table_mut().expect("an inline table");
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    let moved = table.remove(&keys[dice.below(keys.len())]).expect("it was listed");
    table.insert(to, moved);
}

fn has(key: &'static str) -> impl Fn(&Table) -> bool {
    move |table| table.contains_key(key)
}

/// Tasks whose inputs have names of their own.
fn strict(table: &Table) -> bool {
    table.contains_key("reads") && !["mix", "tee"].contains(&table.get("kind").and_then(Item::as_str).unwrap_or("mix"))
}

/// Breaks `text` and says which rule that breaks.
fn break_it(seed: u64) -> (String, Code, &'static str) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let dice = &mut dice;
    let mut document: DocumentMut = GOOD.parse().expect("it is TOML");
    let doc = &mut document;
    let section = ["streams", "events", "tasks"][dice.below(3)];
    let (code, what) = match seed % 30 {
        0 => {
            let text = quote_removed(dice);
            return (text, Code::Syntax, "a quote removed");
        }
        1 => {
            let lines: Vec<&str> = GOOD.lines().collect();
            let keys: Vec<usize> = (0..lines.len()).filter(|n| lines[*n].contains(" = ")).collect();
            let twice = keys[dice.below(keys.len())];
            let again = [&lines[..=twice], &lines[twice..]].concat().join("\n");
            return (again, Code::Syntax, "a line twice");
        }
        2 => {
            doc["format_version"] = value(3 + dice.below(100) as i64);
            (Code::VersionUnknown, "another version")
        }
        3 => {
            pick(doc, section, dice, |_| true).insert("nmae", value("x"));
            (Code::UnknownKey, "an unknown key")
        }
        4 => {
            let wrong: [Value; 4] = [7.into(), true.into(), 0.5.into(), [1, 2].into_iter().collect()];
            pick(doc, section, dice, |_| true)["name"] = value(wrong[dice.below(4)].clone());
            (Code::FieldType, "a name that is no text")
        }
        5 => {
            pick(doc, section, dice, |_| true).remove("name");
            (Code::FieldMissing, "no name")
        }
        6 => {
            pick(doc, "tasks", dice, has("kind")).remove("kind");
            (Code::FieldMissing, "no kind")
        }
        7 => {
            let key = ["place", "on_crash", "wait", "control"][dice.below(4)];
            pick(doc, "tasks", dice, |_| true)[key] = value("sometimes");
            (Code::UnknownWord, "an unknown word")
        }
        8 => {
            pick(doc, "streams", dice, has("dtype"))["dtype"] = value(["f16", "float", ">f4", ""][dice.below(4)]);
            (Code::UnknownDType, "an unknown type")
        }
        9 => {
            let shape: Vec<i64> = [vec![0], vec![4, 0], vec![-1], vec![1; 5], vec![1 << 40]][dice.below(5)].clone();
            pick(doc, "streams", dice, has("dtype"))["shape"] = value(Value::from_iter(shape));
            (Code::BadShape, "a bad shape")
        }
        10 => {
            let key = ["shape", "dtype"][dice.below(2)];
            pick(doc, "streams", dice, has("dtype")).remove(key);
            (Code::HalfSpec, "half a type")
        }
        11 => {
            pick(doc, "streams", dice, |_| true)["frames"] = value(-1 - dice.below(9) as i64);
            (Code::FieldRange, "negative frames")
        }
        12 => {
            let name = ["two words", "", "1st", "a/b", "é"][dice.below(5)];
            pick(doc, section, dice, |_| true)["name"] = value(name);
            (Code::BadName, "a bad name")
        }
        13..=15 => {
            let (section, code) =
                [("streams", Code::DuplicateStream), ("events", Code::DuplicateEvent), ("tasks", Code::DuplicateTask)]
                    [seed as usize % 30 - 13];
            let copy = pick(doc, section, dice, |_| true).clone();
            list(doc, section).push(copy);
            (code, "a duplicate")
        }
        16 => {
            let kind = pick(doc, "tasks", dice, has("kind"));
            let text = format!("{}x", kind["kind"].as_str().expect("a text"));
            kind["kind"] = value(text);
            (Code::UnknownKind, "an unknown kind")
        }
        17 => {
            rename(&mut pick(doc, "tasks", dice, has("params"))["params"], dice, "prm");
            (Code::UnknownParam, "an unknown parameter")
        }
        18 => {
            let params = pick(doc, "tasks", dice, has("params"))["params"].as_inline_table_mut().expect("a table");
            for (_, value) in params.iter_mut() {
                *value = [1.5, 2.5].into_iter().collect();
            }
            (Code::ParamType, "a parameter of another type")
        }
        19 => {
            rename(&mut pick(doc, "tasks", dice, strict)["reads"], dice, "elsewhere");
            (Code::UnknownInput, "an unknown input")
        }
        20 => {
            let fits =
                |table: &Table| table.contains_key("writes") && table.get("kind").and_then(Item::as_str) != Some("tee");
            rename(&mut pick(doc, "tasks", dice, fits)["writes"], dice, "elsewhere");
            (Code::UnknownOutput, "an unknown output")
        }
        21 => {
            let tables = list(doc, "streams");
            let chosen = dice.below(tables.len());
            let name = named(tables.get(chosen).expect("it is there"));
            tables.remove(chosen);
            (if is_read(&name) { Code::UnknownReadStream } else { Code::UnknownWriteStream }, "a stream deleted")
        }
        22 => {
            let stream = pick(doc, "streams", dice, |_| true);
            let name = named(stream);
            stream["name"] = value(format!("{name}-2"));
            (if is_read(&name) { Code::UnknownReadStream } else { Code::UnknownWriteStream }, "a stream renamed")
        }
        23 => {
            let events = list(doc, "events");
            let chosen = dice.below(events.len());
            events.remove(chosen);
            (Code::UnknownEvent, "an event deleted")
        }
        24 => {
            pick(doc, "tasks", dice, has("activate_on"))["activate_on"] = value("never");
            (Code::ActivateUnbound, "an event that is not bound")
        }
        25 => {
            let tasks = list(doc, "tasks");
            let chosen = dice.below(tasks.len());
            let writes = tasks.get(chosen).expect("it is there").contains_key("writes");
            tasks.remove(chosen);
            (if writes { Code::NoWriter } else { Code::NoReader }, "a task deleted")
        }
        26 => {
            // Whatever they write now, something else writes it already.
            let fits = |table: &Table| table["name"].as_str() != Some("mic") && table.contains_key("writes");
            let writes = &mut pick(doc, "tasks", dice, fits)["writes"];
            for (_, stream) in writes.as_inline_table_mut().expect("a table").iter_mut() {
                *stream = "live".into();
            }
            (Code::TwoWriters, "a second writer")
        }
        27 => {
            // The mixed signal comes back at each of the tasks before the mix, or at itself.
            let fits = |table: &Table| table.get("kind").and_then(Item::as_str) == Some("mix");
            let reads = &mut pick(doc, "tasks", dice, fits)["reads"];
            reads.as_inline_table_mut().expect("a table").insert("back", ["mixed", "loud"][dice.below(2)].into());
            (Code::Cycle, "a cycle")
        }
        28 => {
            let frames = [0, 4_000_000_000][dice.below(2)];
            pick(doc, "streams", dice, |_| true)["frames"] = value(frames);
            (if frames == 0 { Code::FramesZero } else { Code::Memory }, "a ring of another size")
        }
        _ => {
            let (key, wrong, code) = [
                ("rate", value(44_100), Code::RateMismatch),
                ("shape", Item::Value([64, 2].into_iter().collect()), Code::ShapeMismatch),
                ("dtype", value("i16"), Code::DTypeMismatch),
            ][dice.below(3)]
            .clone();
            pick(doc, "streams", dice, |table| named(table) == "live")[key] = wrong;
            (code, "a stream that differs from what is written")
        }
    };
    (document.to_string(), code, what)
}

fn quote_removed(dice: &mut Dice) -> String {
    let quotes: Vec<usize> = GOOD.match_indices('"').map(|(at, _)| at).collect();
    let at = quotes[dice.below(quotes.len())];
    format!("{}{}", &GOOD[..at], &GOOD[at + 1..])
}

#[test]
fn the_graph_is_good() {
    let graph = Graph::parse("good.toml", GOOD).expect("it is good");
    assert_eq!(rules::check_for(graph.declaration(), &registry(), 4).faults, []);
}

#[test]
fn each_broken_graph_is_refused_by_the_rule_it_breaks() {
    for seed in 0..500 {
        let (text, code, what) = break_it(seed);
        let found = match Graph::parse("good.toml", &text) {
            Ok(graph) => {
                let checked = rules::check_for(graph.declaration(), &registry(), 4);
                graph.diagnose(&checked.faults)
            }
            Err(faults) => faults,
        };
        let first = found.first().unwrap_or_else(|| panic!("{what} (seed {seed}) is accepted:\n{text}"));
        assert_eq!(first.code, code, "{what} (seed {seed}): {found:?}");
        assert!(!first.at.is_empty(), "{what} (seed {seed}) has no place");
    }
}
