#![doc = include_str!("../README.md")]

pub mod atomic;
pub mod bank;
pub mod smf;
pub mod wav;

pub use atomic::{AtomicFile, Existing};
pub use bank::MappedFile;
pub use smf::Song;
pub use wav::WavWriter;
