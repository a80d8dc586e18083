//! The synth as a whole: how it sounds, how it changes hands, what chaos does to it.

mod chaos;
mod handover;
mod images;
mod pedals;
mod sound;
mod support;
