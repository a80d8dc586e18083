//! What the tests share: songs, banks, damage, measurements, guards and conformance suites.

pub mod frame_source;
pub mod hostile;
pub mod jack;
pub mod measure;
pub mod midi_in;
pub mod process;
pub mod scramble;
pub mod sf2;
pub mod song;
