#![doc = include_str!("../README.md")]

pub mod atomic;
pub mod audio;
pub mod kit;
pub mod map;
pub mod pack;
pub mod resample;
pub mod samples;
pub mod sf3;
pub mod sfz;
pub mod smf;
pub mod stem;
pub mod storage;
pub mod tags;
pub mod tuning;
pub mod wav;

pub use atomic::{AtomicFile, Existing};
pub use audio::{AudioError, AudioFile, AudioSpec, Measured};
pub use kit::{KitBank, KitFile, KitTables, WaveInfo};
pub use map::MappedFile;
pub use pack::Pack;
pub use resample::Resampler;
pub use samples::{Samples, Streams};
pub use sfz::Sfz;
pub use smf::Song;
pub use stem::{StemFormat, StemSpec, StemWriter, WriterState};
pub use storage::FileStorage;
pub use tags::Tags;
pub use tuning::Tuning;
pub use wav::WavWriter;
