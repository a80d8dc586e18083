//! The schema of graph files as JSON Schema, for editors that complete and check while one types.
/// Nothing yet.
pub fn schema() {}
