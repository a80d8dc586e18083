//! A model's manifest: what its graphs take and give, in TOML. `MANIFEST.md` beside this crate describes it.

pub(crate) mod guess;
mod read;
mod rules;
mod table;

pub(crate) use rules::is_inside;
pub use table::{Chunk, Edge, GraphFile, Kind, Manifest, Normalize, Policy, Runtime, Shape, Tta, WindowName};

/// The version of the schema that this crate reads.
pub const SCHEMA: u32 = 1;

/// The longest manifest that is read, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;
