//! Compressed SoundFonts: the sound of the plain one, and no harm from damaged ones. Needs `ffmpeg`, which
//! `cargo xtask test` installs.

#[allow(dead_code, reason = "the recordings' own fixtures, of which this needs the encoder")]
#[path = "../audio/fixtures.rs"]
mod fixtures;
mod fonts;
mod hostile;
#[allow(dead_code, reason = "the workspace's own writer of SoundFonts, of which this needs a part")]
#[path = "../../../../tests/support/sf2.rs"]
mod sf2;
mod sound;
