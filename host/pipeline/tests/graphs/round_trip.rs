//! What is written is read as the same, and written as the same bytes again.

use proptest::prelude::*;
use ripieno_pipeline::graph::{SaveError, format, save, to_text};
use ripieno_pipeline::{
    Control, Crash, DType, Declaration, EventDecl, FrameSpec, Graph, Overflow, Placement, ReadDecl, ReaderPolicy,
    StreamDecl, TaskDecl, Value, Wait,
};
use std::collections::BTreeMap;

/// Any text at all, quotes, line breaks and control characters too.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "", "\"", "'''", "\"\"\"", "\\", "\n", "a\r\nb", "\u{7f}", "\u{0}", "# x", "ä.b", "=", "\t",
    ]);
    prop_oneof![
        4 => prop::collection::vec(prop::char::range('a', 'z'), 1..8).prop_map(String::from_iter),
        1 => odd.prop_map(str::to_owned),
        1 => prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![Just(48_000.0), Just(0.1), Just(1e300), 1e-9..1e9_f64]
}

fn map<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = BTreeMap<String, T>> {
    prop::collection::btree_map(text(), values, 0..3)
}

fn stream() -> impl Strategy<Value = StreamDecl> {
    let spec = (prop::sample::select(DType::ALL.to_vec()), prop::collection::vec(1..100_usize, 0..4));
    let share = || prop::option::of(text());
    let sizes = (0..1_000_000_usize, 0..3_usize, any::<bool>());
    (text(), prop::option::of(spec), prop::option::of(positive()), sizes, share(), share(), share()).prop_map(
        |(name, spec, rate, (frames, delay_frames, drops), export, import, description)| {
            let spec = spec.map(|(dtype, dims)| FrameSpec::new(dtype, &dims).expect("small"));
            StreamDecl {
                spec: spec.map(|spec| rate.map_or(spec, |rate| spec.with_rate(rate).expect("legal"))),
                rate_hz: if spec.is_some() { None } else { rate },
                frames,
                overflow: if drops { Overflow::DropNewest } else { Overflow::Block },
                delay_frames,
                export,
                import,
                description,
                ..StreamDecl::new(name)
            }
        },
    )
}

fn value() -> impl Strategy<Value = Value> {
    // Not a number is not itself: only its text can be compared.
    let number = || prop_oneof![any::<f64>().prop_filter("a number", |n| !n.is_nan()), Just(-0.0), Just(f64::INFINITY)];
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        number().prop_map(Value::Number),
        text().prop_map(Value::Text),
        prop::collection::vec(number(), 0..4).prop_map(Value::Numbers),
    ]
}

fn task() -> impl Strategy<Value = TaskDecl> {
    let policy = prop::sample::select(vec![ReaderPolicy::Lossless, ReaderPolicy::DropOldest, ReaderPolicy::Latest]);
    let read = (text(), policy).prop_map(|(stream, policy)| ReadDecl { stream, policy });
    let control = prop_oneof![
        Just(Control::Plain),
        text().prop_map(Control::Switchable),
        text().prop_map(Control::Toggleable),
        Just(Control::Terminator)
    ];
    let core = prop::option::of(0..4096_usize);
    let placement = (core, any::<bool>(), any::<bool>()).prop_map(|(core, process, realtime)| {
        if process { Placement::Process { core } } else { Placement::Thread { core, realtime } }
    });
    let limit = prop_oneof![Just(3_u32), any::<u32>()].prop_map(|limit| Crash::Restart { limit });
    let crash = prop_oneof![Just(Crash::Stop), Just(Crash::Isolate), limit];
    let maps = (map(read), map(text()), map(text()), map(value()));
    let rest = (control, placement, crash, any::<bool>(), prop::option::of(text()));
    (text(), text(), maps, rest).prop_map(|(name, kind, (reads, writes, events, params), rest)| {
        let (control, placement, on_crash, spins, description) = rest;
        TaskDecl {
            kind: Some(kind),
            params,
            reads,
            writes,
            events,
            control,
            placement,
            on_crash,
            wait: if spins { Wait::Spin } else { Wait::Park },
            description,
            ..TaskDecl::new(name)
        }
    })
}

fn declaration() -> impl Strategy<Value = Declaration> {
    let event = (text(), any::<u32>(), prop::option::of(text()));
    let event = event.prop_map(|(name, initial, description)| EventDecl { name, initial, description });
    let lists = (
        prop::collection::vec(stream(), 0..4),
        prop::collection::vec(event, 0..3),
        prop::collection::vec(task(), 0..4),
    );
    (text(), prop::option::of(text()), prop::option::of(positive()), lists).prop_map(
        |(name, description, max_latency_ms, (streams, events, tasks))| Declaration {
            name,
            description,
            max_latency_ms,
            streams,
            events,
            tasks,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(declaration in declaration()) {
        let text = to_text(&declaration);
        let graph = Graph::parse("a.toml", &text).map_err(|faults| TestCaseError::fail(format!("{faults}\n{text}")))?;
        prop_assert_eq!(graph.declaration(), &declaration, "{}", text);
        prop_assert_eq!(to_text(graph.declaration()), text);
    }

    #[test]
    fn formatting_changes_nothing_but_the_layout(declaration in declaration()) {
        let text = to_text(&declaration);
        let formatted = format("a.toml", &text).map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        let graph = Graph::parse("a.toml", &formatted).map_err(|faults| TestCaseError::fail(faults.to_string()))?;
        prop_assert_eq!(graph.declaration(), &declaration, "{}", formatted);
        prop_assert_eq!(format("a.toml", &formatted).ok(), Some(formatted));
    }
}

#[test]
fn not_a_number_is_written_as_such() {
    let mut declaration = Declaration { name: "a".into(), ..Declaration::default() };
    let params = BTreeMap::from([("x".to_owned(), Value::Numbers(vec![f64::NAN]))]);
    declaration.tasks = vec![TaskDecl { kind: Some("k".into()), params, ..TaskDecl::new("t") }];
    let text = to_text(&declaration);
    let graph = Graph::parse("a.toml", &text).expect("it is TOML");
    assert_eq!(to_text(graph.declaration()), text);
}

#[test]
fn formatting_keeps_order_and_comments() {
    let check = |before: &str, after: &str| {
        let formatted = format("a.toml", before).expect("it is a graph");
        assert_eq!(formatted, after);
        assert_eq!(format("a.toml", &formatted).expect("it is a graph"), after, "again");
    };
    check(
        "  # What it is for.\nformat_version=2\nname  = \"a\"# here\n\n\n\n[[streams]]\n  name='x'\n  \
         shape=[1,2]\n dtype=\"f32\"\n # a ring\n\n\n frames=4\n# the end\n\n",
        "# What it is for.\nformat_version = 2\nname = \"a\" # here\n\n[[streams]]\nname = 'x'\n\
         shape = [1, 2]\ndtype = \"f32\"\n# a ring\n\nframes = 4\n# the end\n",
    );
    check(
        "format_version = 2\nname = \"a\"\n# of tasks\n[[tasks]]# first\nname = \"t\"\nkind=\"k\"\nreads={x=\"a\",y={stream=\"b\"}}\n\
         params = { list = [\n  1, # one\n  2,\n] }\n",
        "format_version = 2\nname = \"a\"\n\n# of tasks\n[[tasks]] # first\nname = \"t\"\nkind = \"k\"\n\
         reads = { x = \"a\", y = { stream = \"b\" } }\nparams = { list = [\n  1, # one\n  2,\n] }\n",
    );
}

#[test]
fn a_function_cannot_be_saved_and_nothing_else_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/a.toml");
    let mut declaration = Declaration { name: "a".into(), ..Declaration::default() };
    save(&declaration, &path).expect("it can be written");
    let before = std::fs::read_to_string(&path).expect("it is there");
    declaration.tasks.push(TaskDecl::new("own"));
    assert!(matches!(save(&declaration, &path), Err(SaveError::Function { task }) if task == "own"));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), before);
    assert!(
        matches!(save(&Declaration::default(), folder.path()), Err(SaveError::Write { .. })),
        "a folder is no file"
    );
    let left = std::fs::read_dir(path.parent().expect("a folder")).map(Iterator::count);
    assert_eq!(left.ok(), Some(1), "no temporary file is left");
}

/// The example of the other program's documentation, and what it makes of its mistakes.
#[test]
fn files_of_pythusa_are_read() {
    let text = "format_version = 1\nname = \"bench-rig\"\n\n[[streams]]\nname = \"pressure\"\nshape = [256, 4]\ndtype = \"<f4\"\n\
                frames = 64\ncache_align = true\nmin_reader_pos_refresh_interval = 64\nmin_reader_pos_refresh_s = 0.005\n\
                [[streams]]\nname = \"clean\"\nshape = [256, 4]\ndtype = \"<f8\"\n\n[[events]]\nname = \"arm\"\n\
                initial_state = true\n\n[[tasks]]\nname = \"filter\"\nfunction_module = \"rig.tasks\"\n\
                function_qualname = \"Filters.gain\"\ncontrol_mode = \"toggleable\"\ncontrol_event = \"go\"\n[tasks.reads]\n\
                block = \"pressure\"\n[tasks.writes]\nout = \"clean\"\n[tasks.events]\ngo = \"arm\"\n";
    let graph = Graph::parse("a.toml", text).expect("it is a graph");
    let declaration = graph.declaration();
    assert_eq!(declaration.streams[0].spec.map(|spec| spec.to_string()).as_deref(), Some("f32 [256, 4]"));
    assert_eq!((declaration.streams[0].frames, declaration.streams[1].frames), (64, 32));
    assert_eq!(declaration.events[0].initial, 1);
    let task = &declaration.tasks[0];
    assert_eq!(task.kind.as_deref(), Some("gain"));
    assert_eq!(task.control, Control::Toggleable("go".into()));
    // It is written in the newer form.
    let text = to_text(declaration);
    assert_eq!(Graph::parse("a.toml", &text).expect("it is a graph").declaration(), declaration);
    let refused = |from: &str, to: &str, code: &str| {
        let broken = graph.text().replace(from, to);
        let faults = Graph::parse("a.toml", &broken).expect_err(to);
        assert_eq!(faults.first().map(|fault| fault.code.name()), Some(code), "{to}: {faults}");
    };
    refused("control_mode = \"toggleable\"", "control_mode = \"togleable\"", "P008");
    refused("control_mode = \"toggleable\"", "", "P014");
    refused("frames = 64", "frames = true", "P006");
    refused("frames = 64", "frame = 64", "P005");
    refused("function_qualname = \"Filters.gain\"", "", "P007");
    refused("dtype = \"<f4\"", "dtype = \">f4\"", "P009");
}
