//! What a live session says of itself: one snapshot, for the view, for `--json` and for programs.

use serde::Serialize;

/// A live session at one moment. Keys are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Status {
    /// Frames a second.
    pub rate: u32,
    /// Frames a period, as agreed with the device.
    pub buffer: u32,
    /// Blocks between render thread and device; 0 when the rig plays in the device's own callback.
    pub buffered: u32,
    /// From a message to its sound, in milliseconds: what the device reports plus what the engine adds.
    pub latency_ms: f64,
    /// The device's name, or what is awaited when it is away.
    pub device: String,
    /// False while the device is away.
    pub is_running: bool,
    /// The instrument.
    pub instrument: String,
    /// Voices that sound.
    pub voices: usize,
    /// Voices that may sound at once.
    pub polyphony: usize,
    /// Output gain, 0 to 1.
    pub master: f32,
    /// Underruns that the driver reported, and periods that the render thread missed.
    pub underruns: u64,
    /// Periods that took longer to render than they last: underruns of our own making, driver or not.
    pub overloads: u64,
    /// Blocks produced.
    pub blocks: u64,
    /// Messages that came too late for their frame.
    pub late: u64,
    /// Share of the time there was for a period that rendering took.
    pub load: Load,
    /// Peak since the last snapshot, left and right, linear.
    pub peak: [f32; 2],
    /// Keys that are down on any channel: bit n of word n / 64.
    pub notes: [u64; 2],
    /// Parameter values 0 to 1 by [`ripieno_types::ParamId`].
    pub values: Vec<f32>,
    /// Bypassed effects by [`ripieno_types::EffectId`].
    pub bypassed: Vec<bool>,
    /// The sequencer's tempo, in quarter notes a minute.
    pub tempo: f64,
    /// The sequencer's layers that are on, one bit each.
    pub layers: u32,
    /// MIDI inputs that are bound or awaited.
    pub inputs: Vec<Input>,
    /// The song, if one plays.
    pub song: Option<SongStatus>,
    /// Frames of a recording that could not be written in time; they are silent in the file.
    pub recording_lost: u64,
    /// Pieces of recordings that did not come from the disk in time; voices are silent there.
    pub late_reads: u64,
    /// What went wrong last, if anything did.
    pub last_error: Option<String>,
}

/// Quantiles of the load since the last change of configuration, 1 is the whole period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Load {
    /// Half of the periods took no more.
    pub p50: f32,
    /// 99 of 100 periods took no more.
    pub p99: f32,
    /// The slowest period.
    pub max: f32,
}

/// A MIDI input.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// False while it is awaited.
    pub is_connected: bool,
    /// Why it cannot be had, if that is known.
    pub trouble: Option<String>,
}

impl From<ripieno_midi::InputStatus> for Input {
    fn from(status: ripieno_midi::InputStatus) -> Self {
        Self { name: status.name, is_connected: status.is_connected, trouble: None }
    }
}

/// Where a song is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SongStatus {
    /// Seconds played.
    pub position_secs: f64,
    /// Seconds in all.
    pub length_secs: f64,
    /// True once it has ended and nothing of it is heard any more.
    pub is_over: bool,
}
