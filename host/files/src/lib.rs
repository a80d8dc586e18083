#![doc = include_str!("../README.md")]

pub mod atomic;
pub mod audio;
pub mod map;
pub mod resample;
pub mod smf;
pub mod stem;
pub mod storage;
pub mod tags;
pub mod wav;

pub use atomic::{AtomicFile, Existing};
pub use audio::{AudioError, AudioFile, AudioSpec, Measured};
pub use map::MappedFile;
pub use resample::Resampler;
pub use smf::Song;
pub use stem::{StemFormat, StemSpec, StemWriter, WriterState};
pub use storage::FileStorage;
pub use tags::Tags;
pub use wav::WavWriter;
