//! The parts of the glue as an outsider sees them: scripts of what happens when, and what holds for any script.

mod button;
mod decoder;
mod shape;
mod takeover;
