//! What the tests share: signals, measurements, guards and conformance suites.

pub mod hostile;
pub mod sf2;
