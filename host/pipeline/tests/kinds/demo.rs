//! The demonstration graph goes together and runs.

use ripieno_pipeline::{Graph, Pipeline, Registry, Value};

#[test]
fn the_fft_demo_transforms_what_its_generators_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fft-demo.toml");
    let mut graph = Graph::load(path).expect("it is a graph");
    let checked = graph.check(&Registry::standard()).expect("it goes together");
    assert_eq!(checked.specs["signal-7"].to_string(), "f64 [7, 8192] at 52.5 Hz");
    assert_eq!(checked.specs["spectrum-7"].to_string(), "complex32 [7, 4097] at 52.5 Hz");
    for task in &mut graph.declaration_mut().tasks {
        if task.kind.as_deref() == Some("tone") {
            task.params.extend([("bank".to_owned(), Value::Integer(2)), ("frames".to_owned(), Value::Integer(5))]);
        }
    }
    let summary = Pipeline::from_graph(&graph, Registry::standard()).run().expect("it runs to its end");
    for name in checked.specs.keys() {
        assert_eq!(summary.stream(name).map(|stream| stream.published), Some(5), "{name}");
    }
}
