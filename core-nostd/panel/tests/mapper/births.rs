//! births.
