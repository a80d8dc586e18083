//! Files that nobody meant well: each is read or refused, and costs little.

use crate::kinds::registry;
use ripieno_pipeline::graph::MAX_FILE_BYTES;
use ripieno_pipeline::{Code, Graph, rules};
use std::fmt::Write as _;

const HEAD: &str = "format_version = 2\nname = \"a\"\n";

#[test]
fn hostile_files_are_refused() {
    let check = |what: &str, text: &str, expected: Code| match Graph::parse("a.toml", text) {
        Ok(graph) => {
            let checked = rules::check(graph.declaration(), &registry());
            assert_eq!(checked.faults.first().map(|fault| fault.code), Some(expected), "{what}");
            assert!(checked.faults.len() <= 200, "{what}: {} faults", checked.faults.len());
        }
        Err(faults) => {
            assert_eq!(faults.first().map(|fault| fault.code), Some(expected), "{what}: {faults}");
            assert!(faults.len() <= 100, "{what}: {} faults", faults.len());
            for fault in faults.iter() {
                assert!(fault.message.len() < 1000, "{what}: a message of {} bytes", fault.message.len());
            }
        }
    };
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    check("nothing", "", Code::VersionMissing);
    check("zeros", &"\0".repeat(1000), Code::Syntax);
    check("only a quote", "\"", Code::Syntax);
    check("a quote that is never closed", &format!("{HEAD}description = \"\"\"{}", "x".repeat(1 << 20)), Code::Syntax);
    check("too large", &" ".repeat(MAX_FILE_BYTES + 1), Code::TooLarge);
    check("nested lists", &format!("{HEAD}x = {}", "[".repeat(1 << 20)), Code::TooLarge);
    check("nested tables", &format!("{HEAD}x = {}", "{a=".repeat(1 << 20)), Code::TooLarge);
    check("a long dotted key", &format!("{HEAD}a{} = 1", ".a".repeat(1 << 20)), Code::TooLarge);
    check("a long dotted header", &format!("{HEAD}[a{}]", ".a".repeat(1 << 20)), Code::TooLarge);
    check("many dotted keys", &format!("{HEAD}{}", many(100_000, &|n| format!("x{n}.y.z = 1\n"))), Code::UnknownKey);
    check("unknown keys", &format!("{HEAD}{}", many(200_000, &|n| format!("x{n} = 1\n"))), Code::UnknownKey);
    check("a long unknown key", &format!("{HEAD}{} = 1", "x".repeat(1 << 20)), Code::UnknownKey);
    check("a long name", &format!("format_version = 2\nname = \"{}\"", "x".repeat(1 << 20)), Code::BadName);
    check(
        "a long kind",
        &format!("{HEAD}[[tasks]]\nname = \"t\"\nkind = \"{}\"", "x".repeat(1 << 20)),
        Code::UnknownKind,
    );
    check(
        "streams without end",
        &format!("{HEAD}{}", many(5000, &|n| format!("[[streams]]\nname = \"s{n}\"\n"))),
        Code::TooLarge,
    );
    check(
        "streams of one name",
        &format!("{HEAD}{}", "[[streams]]\nname = \"s\"\n".repeat(4096)),
        Code::DuplicateStream,
    );
    check(
        "streams alone",
        &format!("{HEAD}{}", many(4096, &|n| format!("[[streams]]\nname = \"s{n}\"\n"))),
        Code::NoWriter,
    );
    check(
        "a list of numbers as shape",
        &format!("{HEAD}[[streams]]\nname = \"s\"\nshape = [{}]\ndtype = \"f32\"", "1,".repeat(1_000_000)),
        Code::FieldType,
    );
    check(
        "a large shape",
        &format!(
            "{HEAD}[[streams]]\nname = \"s\"\nshape = [9223372036854775807, 9223372036854775807]\ndtype = \"f32\""
        ),
        Code::BadShape,
    );
    check(
        "a negative shape",
        &format!("{HEAD}[[streams]]\nname = \"s\"\nshape = [-1]\ndtype = \"f32\""),
        Code::BadShape,
    );
    check(
        "a number too large",
        &format!("{HEAD}[[streams]]\nname = \"s\"\nframes = 99999999999999999999"),
        Code::Syntax,
    );
    check("no rate", &format!("{HEAD}[[streams]]\nname = \"s\"\nrate = nan"), Code::FieldRange);
    check("a rate without end", &format!("{HEAD}max_latency_ms = inf"), Code::FieldRange);
    check("a date", &format!("{HEAD}description = 2020-01-01"), Code::FieldType);
    check("streams as a table", &format!("{HEAD}[streams]\nname = \"a\""), Code::FieldType);
    check("streams as a number", &format!("{HEAD}streams = 3"), Code::FieldType);
    check("streams of numbers", &format!("{HEAD}streams = [1, 2]"), Code::FieldType);
    check(
        "reads as a list",
        &format!("{HEAD}[[tasks]]\nname = \"t\"\nkind = \"gain\"\nreads = [\"a\"]"),
        Code::FieldType,
    );
    check(
        "a parameter as a table",
        &format!("{HEAD}[[tasks]]\nname = \"t\"\nkind = \"gain\"\nparams = {{ gain = {{}} }}"),
        Code::FieldType,
    );
    check(
        "bindings without end",
        &format!(
            "{HEAD}[[tasks]]\nname = \"t\"\nkind = \"mix\"\n[tasks.reads]\n{}",
            many(5000, &|n| format!("x{n} = \"a\"\n"))
        ),
        Code::TooLarge,
    );
    check(
        "unknown streams",
        &format!(
            "{HEAD}[[tasks]]\nname = \"t\"\nkind = \"mix\"\n[tasks.reads]\n{}",
            many(4096, &|n| format!("x{n} = \"y{n}\"\n"))
        ),
        Code::UnknownReadStream,
    );
    let streams = many(4096, &|n| format!("[[streams]]\nname = \"s{n}\"\n"));
    let tasks = many(4096, &|n| format!("[[tasks]]\nname = \"t{n}\"\nkind = \"sink\"\nreads = {{ in = \"x{n}\" }}\n"));
    check("unknown streams among many", &format!("{HEAD}{streams}{tasks}"), Code::UnknownReadStream);
    check("a name with a line break", "format_version = 2\nname = \"a\\nb\"", Code::BadName);
    check("a name that looks right", "format_version = 2\nname = \"ａ\"", Code::BadName);
    check("line ends of another system", "format_version = 2\r\nname = \"a\"\r\n", Code::Empty);
    check("a mark at the start", "\u{feff}format_version = 2\nname = \"a\"\n", Code::Empty);
}

/// Streams as inline tables are streams all the same.
#[test]
fn lists_may_be_inline() {
    let text = format!(
        "{HEAD}streams = [{{ name = \"a\" }}]\ntasks = [{{ name = \"t\", kind = \"sink\", reads = {{ in = \"a\" }} }}]\n"
    );
    let graph = Graph::parse("a.toml", &text).expect("it is a graph");
    assert_eq!(graph.declaration().tasks[0].reads["in"].stream, "a");
}

/// The largest graph that can be written is checked in no time that anybody would notice.
#[test]
fn large_graphs_are_checked() {
    let count = 2000;
    let mut text = HEAD.to_owned();
    for n in 0..count {
        let _ = write!(text, "[[streams]]\nname = \"s{n}\"\n");
        let reads = match n {
            0 => String::new(),
            1 => "reads = { in = \"s0\" }\n".into(),
            _ => format!("reads = {{ a = \"s{}\", b = \"s{}\" }}\n", n - 1, n - 2),
        };
        let kind = ["tone", "gain", "mix"][n.min(2)];
        let _ = write!(text, "[[tasks]]\nname = \"t{n}\"\nkind = \"{kind}\"\n{reads}writes = {{ out = \"s{n}\" }}\n");
    }
    let _ =
        write!(text, "[[tasks]]\nname = \"end\"\ncontrol = \"terminator\"\nreads = {{ in = \"s{}\" }}\n", count - 1);
    let graph = Graph::parse("a.toml", &text).expect("it is a graph");
    let checked = rules::check_for(graph.declaration(), &registry(), 4);
    assert_eq!(checked.faults, []);
    assert_eq!(checked.order.len(), count + 1);
}
