//! Runs `fft-demo.toml` for some seconds, five if nothing is said, and tells how many transforms a second it made.

use ripieno_pipeline::{Graph, Pipeline, Registry};
use std::error::Error;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let secs: f64 = std::env::args().nth(1).map_or(Ok(5.0), |secs| secs.parse())?;
    let graph = Graph::load(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fft-demo.toml"))?;
    let running = Pipeline::from_graph(&graph, Registry::standard()).compile()?.start()?;
    // Generators first fill their banks: time counts from when all have begun.
    for number in 1..=7 {
        running.tap(&format!("spectrum-{number}")).ok_or("a stream is missing")?.read()?;
    }
    let transforms = || -> u64 {
        let streams = running.status().streams;
        let spectra = streams.iter().filter(|stream| stream.name.starts_with("spectrum"));
        spectra.map(|stream| 7 * stream.published).sum()
    };
    let (before, begin) = (transforms(), Instant::now());
    if let Some(ended) = running.wait_for(Duration::from_secs_f64(secs)) {
        ended?;
        return Err("it ended by itself".into());
    }
    let rate = (transforms() - before) as f64 / begin.elapsed().as_secs_f64();
    running.stop();
    running.wait()?;
    println!("{rate:.0} FFT/s, {:.1} Gbit/s", rate * 8192.0 * 64.0 / 1e9);
    Ok(())
}
