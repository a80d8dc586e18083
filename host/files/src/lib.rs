#![doc = include_str!("../README.md")]

pub mod atomic;
pub mod map;
pub mod smf;
pub mod stem;
pub mod storage;
pub mod tags;
pub mod wav;

pub use atomic::{AtomicFile, Existing};
pub use map::MappedFile;
pub use smf::Song;
pub use stem::{StemFormat, StemSpec, StemWriter, WriterState};
pub use storage::FileStorage;
pub use tags::Tags;
pub use wav::WavWriter;
