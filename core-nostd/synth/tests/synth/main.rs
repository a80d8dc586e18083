//! The synth as a whole: how it sounds, how it changes hands, what chaos does to it.

mod chaos;
mod handover;
mod sound;
mod support;
