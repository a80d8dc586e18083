//! Runs `fft-demo.toml` for some seconds, five if nothing is said, and tells how many transforms a second it made.

use ripieno_pipeline::{Graph, Pipeline, Registry};
use std::error::Error;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let secs: f64 = std::env::args().nth(1).map_or(Ok(5.0), |secs| secs.parse())?;
    let graph = Graph::load(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fft-demo.toml"))?;
    let running = Pipeline::from_graph(&graph, Registry::standard()).compile()?.start()?;
    if let Some(ended) = running.wait_for(Duration::from_secs_f64(secs)) {
        ended?;
        return Err("it ended by itself".into());
    }
    running.stop();
    let summary = running.wait()?;
    let spectra = || summary.streams.iter().filter(|stream| stream.name.starts_with("spectrum"));
    let transforms: u64 = spectra().map(|stream| 7 * stream.published).sum();
    let signal_bits = transforms as f64 * 8192.0 * 64.0;
    println!("{:.0} FFT/s, {:.1} Gbit/s", transforms as f64 / summary.secs, signal_bits / summary.secs / 1e9);
    Ok(())
}
