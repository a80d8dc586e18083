//! Controllers that run Ripieno, and what came in from any.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A connected controller that runs Ripieno.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Controller {
    /// The port that it is written to, which is what operations take.
    pub port: String,
    /// What kind of board.
    pub name: String,
    /// The version of its firmware.
    pub version: String,
    /// The version of the protocol that it speaks.
    pub protocol: u8,
    /// How many set-ups it can keep.
    pub slots: u8,
    /// The slot that plays; null while its default does.
    pub active: Option<u8>,
    /// Bytes of the longest set-up that it takes.
    pub longest: u32,
    /// Bytes that one more set-up may have.
    pub free: u32,
    /// The set-ups that it keeps.
    pub presets: Vec<ControllerSlot>,
}

/// A set-up that a controller keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ControllerSlot {
    /// Where, from 0.
    pub slot: u8,
    /// How long it is.
    pub bytes: u32,
}

/// A message that came in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HeardMidi {
    /// Counts up from 1, for ever: what is above the last one seen is new.
    pub number: u64,
    /// Seconds since 1970.
    pub at: f64,
    /// The input's name.
    pub device: String,
    /// The message, or its beginning where it is long.
    pub bytes: Vec<u8>,
    /// What it means: `note 60 on, velocity 100, channel 1`.
    pub text: String,
}
