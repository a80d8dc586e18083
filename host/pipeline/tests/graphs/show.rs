//! Pictures say what there is, and no name breaks them.

use crate::kinds::registry;
use ripieno_pipeline::graph::show::{MAX_SVG_NODES, dot, mermaid, svg};
use ripieno_pipeline::{Declaration, Graph, StreamDecl, TaskDecl, rules};
use std::collections::BTreeMap;

fn good() -> (Declaration, BTreeMap<String, ripieno_pipeline::FrameSpec>) {
    let graph = Graph::parse("good.toml", include_str!("good.toml")).expect("it is good");
    let checked = rules::check_for(graph.declaration(), &registry(), 4);
    (graph.declaration().clone(), checked.specs)
}

#[test]
fn pictures_say_what_there_is() {
    let (declaration, specs) = good();
    for picture in [mermaid(&declaration, &specs), dot(&declaration, &specs), svg(&declaration, &specs).expect("small")]
    {
        let words =
            ["analyse", "spectrum", "process", "48000 Hz", "ring 16", "terminator", "export good-mix", "switches"];
        for word in words.into_iter().chain(["complex32", "hold"]) {
            assert!(picture.contains(word), "{word} is missing in {picture}");
        }
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("good.svg");
    std::io::Write::write_all(
        &mut std::fs::File::create(path).expect("a file"),
        svg(&declaration, &specs).expect("small").as_bytes(),
    )
    .expect("written");
}
