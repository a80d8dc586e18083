//! What the tests share: songs, banks, damage, measurements, guards and conformance suites.

pub mod hostile;
pub mod measure;
pub mod sf2;
pub mod song;
