//! What crosses the rings between control and callback: orders one way, and what they replaced the other way.

use super::Samples;
use super::song::SongPart;
use crate::Instrument;
use crate::panels::{HostMapper, HostScore, HostSetup};
use ripieno_midi::SLOTS;
use ripieno_panel::DeviceId;
use ripieno_rig::Input;
use ripieno_ring::spsc::Producer;

/// Where a recording's frames go.
pub type Tap = Producer<'static, [f32; 2]>;

/// One thing for the engine to do, prepared whole by the control side.
#[derive(Debug)]
pub enum Order {
    /// For panels and rig, now.
    Input(Input),
    /// Map from now on.
    Mapper(Box<HostMapper>),
    /// Map by this from now on.
    Panels(Box<HostSetup>),
    /// Play phrases and layers by this.
    Score(Box<HostScore>),
    /// Play pads by these.
    Samples(Samples),
    /// Which input slot is which device.
    Devices([DeviceId; SLOTS]),
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
    Mapper(Box<HostMapper>),
    Panels(Box<HostSetup>),
    Score(Box<HostScore>),
    Samples(Samples),
}
