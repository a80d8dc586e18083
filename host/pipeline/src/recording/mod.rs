//! Recordings: the frames of a stream in a file, with their stamps, as [RECORDING.md] describes.
//!
//! [RECORDING.md]: https://docs.rs/crate/ripieno-pipeline/latest/source/RECORDING.md

mod format;
mod read;
mod write;

pub use read::{Recording, RecordingError};
pub use write::{RecordError, Recorder};

#[cfg(test)]
mod tests;
