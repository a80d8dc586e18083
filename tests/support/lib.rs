//! What the tests share: songs, signals, measurements, guards and conformance suites.

pub mod measure;
pub mod song;
