//! Flash banks: the same regions and the same sound as the SoundFont that they were made of, and no harm from damaged ones.

mod fonts;
mod hostile;
mod likeness;
#[allow(dead_code, reason = "the workspace's own writer of SoundFonts, of which this needs a part")]
#[path = "../../../../tests/support/sf2.rs"]
mod sf2;
