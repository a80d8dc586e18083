//! What the tests share: songs, banks, damage, measurements, guards and conformance suites.

pub mod frame_source;
pub mod hostile;
pub mod measure;
pub mod process;
pub mod pty;
pub mod scramble;
pub mod sf2;
pub mod song;
