//! SoundFonts by the 2.04 text, measured: fonts are made in memory and played, and what comes out is compared with what
//! their settings mean.

mod damage;
mod defaults;
mod envelopes;
mod filters;
mod generators;
mod levels;
mod modulators;
mod oscillators;
mod parameters;
mod samples;
#[allow(dead_code, reason = "the workspace's own writer of SoundFonts, of which this needs a part")]
#[path = "../../../../tests/support/sf2.rs"]
mod sf2;
mod support;
