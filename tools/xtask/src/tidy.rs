//! The shape of the tree, proven: who names whom, where `unsafe` may stand, what every file must have.

mod arrows;
mod sources;

use anyhow::{Result, bail};
use cargo_metadata::MetadataCommand;
use std::path::Path;

/// Checks everything and reports every fault at once.
pub fn check(root: &Path) -> Result<()> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let mut faults = arrows::check(&metadata);
    faults.extend(sources::check(root)?);
    if faults.is_empty() {
        return Ok(());
    }
    bail!("tidy found {} faults:\n  {}", faults.len(), faults.join("\n  "));
}
