//! What the tests share: songs, banks, damage, measurements, guards and conformance suites.

pub mod audio_out;
pub mod frame_source;
pub mod hostile;
pub mod jack;
pub mod measure;
pub mod process;
pub mod scramble;
#[cfg(target_os = "linux")]
pub mod seccomp;
pub mod sf2;
pub mod song;
