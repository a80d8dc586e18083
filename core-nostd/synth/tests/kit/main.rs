//! Kits, played through a synth: which parts sound, and how they end.

mod choice;
mod ends;
mod flash;
mod hostile;
mod pedals;
mod quality;
mod support;
