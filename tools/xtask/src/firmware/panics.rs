//! No way leads from the audio interrupt to a panic; and how deep its stack can get at most.

use super::graph::Graph;
use anyhow::{Result, ensure};
use std::path::Path;

/// The audio interrupt's handler.
const ROOT: &str = "SysTick";

/// Looks for panics in a program's disassembly.
pub fn check(elf: &Path) -> Result<()> {
    let graph = Graph::read(elf)?;
    let ways = graph.ways(ROOT, |name| name.contains("panicking") || name.contains("rust_begin_unwind"))?;
    let (depth, way) = graph.deepest(ROOT)?;
    println!("  at most {depth} bytes of stack, by {}", way.join(" > "));
    let shown: Vec<_> = ways.iter().map(|way| way.join(" > ")).collect();
    ensure!(ways.is_empty(), "{} ways lead from the audio interrupt to a panic:\n  {}", ways.len(), shown.join("\n  "));
    println!("  no way leads from the audio interrupt to a panic");
    Ok(())
}
