//! Any text as a graph file: one that is read is written and read again as the same, and checked and drawn without harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ripieno_pipeline::graph::{format, show, to_text};
use ripieno_pipeline::{Graph, Registry, rules};

fuzz_target!(|text: &str| {
    let Ok(graph) = Graph::parse("fuzz.toml", text) else { return };
    let written = to_text(graph.declaration());
    let again = Graph::parse("fuzz.toml", &written).expect("what is written can be read");
    assert_eq!(to_text(again.declaration()), written);
    let formatted = format("fuzz.toml", text).expect("what can be read can be laid out");
    assert_eq!(format("fuzz.toml", &formatted).ok().as_ref(), Some(&formatted));
    let checked = rules::check_for(graph.declaration(), &Registry::standard(), 4);
    let _ = graph.diagnose(&checked.faults);
    let _ = show::svg(graph.declaration(), &checked.specs);
});
