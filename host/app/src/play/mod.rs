//! `ripieno play`: a live session in front of a musician.

pub mod keys;
pub mod terminal;
pub mod view;
