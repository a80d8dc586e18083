//! What crosses the rings between control and callback: orders one way, and what they replaced the other way.

use super::song::SongPart;
use crate::Instrument;
use ripieno_ring::spsc::Producer;
use ripieno_types::Command;

/// Where a recording's frames go.
pub type Tap = Producer<'static, [f32; 2]>;

/// One thing for the engine to do, prepared whole by the control side.
#[derive(Debug)]
pub enum Order {
    /// For the rig.
    Command(Command),
    /// Play this from the next note on; notes that sound finish on the old one.
    Instrument(Instrument),
    /// Play this song from its start, or none. Notes of the song before it end.
    Song(Option<Box<SongPart>>),
    /// Record there, or no more.
    Tap(Option<Tap>),
    /// The gain of the whole, linear.
    Master(f32),
    /// Fade in, or out to silence.
    Open(bool),
}

/// What the engine needs no more. It is freed by the control side.
#[derive(Debug)]
#[expect(dead_code, reason = "held only to be dropped where dropping may take its time")]
pub enum Spent {
    Instrument(Instrument),
    Song(Box<SongPart>),
    Tap(Tap),
}
