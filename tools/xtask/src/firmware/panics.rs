//! Ways that lead from the audio interrupt to a panic; and how deep its stack can get at most.

use super::figures::Figures;
use super::graph::Graph;
use anyhow::Result;
use std::path::Path;

/// The audio interrupt's handler.
const ROOT: &str = "SysTick";

/// Looks for panics in a program's disassembly.
pub fn check(figures: &mut Figures, name: &str, elf: &Path) -> Result<()> {
    let graph = Graph::read(elf)?;
    let ways = graph.ways(ROOT, |name| name.contains("panicking") || name.contains("rust_begin_unwind"))?;
    ways.iter().for_each(|way| println!("  {}", way.join(" > ")));
    let (depth, way) = graph.deepest(ROOT)?;
    println!("  {name}: at most {depth} bytes of stack, by {}", way.join(" > "));
    figures.take(&format!("{name}.interrupt-stack"), u64::from(depth));
    figures.take(&format!("{name}.ways-to-panic"), ways.len() as u64);
    figures.aim(&format!("{name}.ways-to-panic"), 0)
}
