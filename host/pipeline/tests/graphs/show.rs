//! Pictures say what there is, and no name breaks them.

use crate::kinds::registry;
use ripieno_pipeline::graph::show::{MAX_SVG_NODES, dot, mermaid, svg};
use ripieno_pipeline::{
    Control, Declaration, EventDecl, FrameSpec, Graph, ReadDecl, ReaderPolicy, StreamDecl, TaskDecl, rules,
};
use std::collections::BTreeMap;

fn good() -> (Declaration, BTreeMap<String, FrameSpec>) {
    let graph = Graph::parse("good.toml", include_str!("good.toml")).expect("it is good");
    let checked = rules::check_for(graph.declaration(), &registry(), 4);
    (graph.declaration().clone(), checked.specs)
}

#[test]
fn pictures_say_what_there_is() {
    let (declaration, specs) = good();
    for (what, picture) in [
        ("mermaid", mermaid(&declaration, &specs)),
        ("dot", dot(&declaration, &specs)),
        ("svg", svg(&declaration, &specs)),
    ] {
        let words =
            ["analyse", "spectrum", "process", "48000 Hz", "ring 16", "terminator", "export good-mix", "switches"];
        for word in words.into_iter().chain(["complex32", "event hold", "1 pending", "real-time"]) {
            assert!(picture.contains(word), "{word} is missing in {what}");
        }
    }
}

/// Tags that are opened are closed, in order; enough of XML for what is drawn here.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>') || open.last() == Some(&"style"), "a bare >");
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert_eq!(open, [""; 0]);
}

/// A pipeline of the shape of `good`, with names that say something else in each of the languages.
fn odd() -> Declaration {
    let name = |n: usize| format!("a{n}\"]<b>&amp;</b>\\\n-->`#*_|{{}}\u{1}é");
    let reads = BTreeMap::from([(name(3), ReadDecl { stream: name(1), policy: ReaderPolicy::Latest })]);
    let task = TaskDecl {
        kind: Some(name(2)),
        reads,
        writes: BTreeMap::from([(name(3), name(1))]),
        events: BTreeMap::from([(name(4), name(5))]),
        control: Control::Switchable(name(9)),
        ..TaskDecl::new(name(0))
    };
    let stream = StreamDecl { import: Some(name(6)), export: Some(name(7)), ..StreamDecl::new(name(1)) };
    let event = EventDecl { name: name(5), initial: 2, description: None };
    Declaration {
        name: name(8),
        streams: vec![stream],
        events: vec![event],
        tasks: vec![task],
        ..Declaration::default()
    }
}

#[test]
fn no_name_breaks_a_picture() {
    let none = BTreeMap::new();
    well_formed(&svg(&good().0, &good().1));
    well_formed(&svg(&odd(), &none));
    well_formed(&svg(&Declaration::default(), &none));
    let mermaid = mermaid(&odd(), &none);
    for line in mermaid.lines().skip(1) {
        assert!([0, 2].contains(&line.matches('"').count()), "{line}");
        assert!(!line.contains("<b>") && !line.chars().any(char::is_control), "{line}");
    }
    let dot = dot(&odd(), &none);
    for line in dot.lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes % 2 == 0, "{line}");
    }
}

/// A task that feeds itself, one that reads what nobody writes, one that is alone.
#[test]
fn faulty_pipelines_are_drawn_too() {
    let read = |stream: &str| ReadDecl { stream: stream.into(), policy: ReaderPolicy::Lossless };
    let own = TaskDecl {
        reads: BTreeMap::from([
            ("x".to_owned(), read("a")),
            ("y".to_owned(), read("none")),
            ("z".to_owned(), read("b")),
        ]),
        writes: BTreeMap::from([("out".to_owned(), "a".to_owned())]),
        ..TaskDecl::new("own")
    };
    let declaration = Declaration {
        streams: vec![StreamDecl::new("a"), StreamDecl::new("b")],
        tasks: vec![own, TaskDecl::new("alone")],
        ..Declaration::default()
    };
    well_formed(&svg(&declaration, &BTreeMap::new()));
    assert_eq!(dot(&declaration, &BTreeMap::new()).matches("->").count(), 1);
}

#[test]
fn pictures_have_a_limit() {
    let chain = |count: usize| {
        let read = |n: usize| ReadDecl { stream: format!("s{n}"), policy: ReaderPolicy::Lossless };
        let task = |n: usize| TaskDecl {
            reads: (n > 0).then(|| ("in".to_owned(), read(n - 1))).into_iter().collect(),
            writes: BTreeMap::from([("out".to_owned(), format!("s{n}"))]),
            ..TaskDecl::new(format!("t{n}"))
        };
        let streams = (0..count).map(|n| StreamDecl::new(format!("s{n}"))).collect();
        Declaration { streams, tasks: (0..count).map(task).collect(), ..Declaration::default() }
    };
    let small = svg(&chain(MAX_SVG_NODES / 2), &BTreeMap::new());
    assert!(small.contains(">t149<"));
    let large = svg(&chain(2000), &BTreeMap::new());
    assert!(large.contains("too many") && large.len() < 4000);
    well_formed(&large);
}
