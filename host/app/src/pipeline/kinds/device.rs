//! What the kinds with a sound card share.

use super::sound::{Sound, text};
use ripieno_pipeline::{Param, TaskError};
use std::fmt::Display;
use std::time::Duration;

/// Which device.
pub const DEVICE: Param =
    text("device", "", "an id, a name or a part of one; \"null\" needs no card; the default one if empty");
/// The device without a card.
pub const NULL: &str = "null";
/// Sound that may wait between a device and a task, in seconds, at least.
pub const AHEAD_SECS: f64 = 0.5;
/// A device's callback wakes its task. A device that is gone calls no more: this is when the task looks.
pub const LOOK: Duration = Duration::from_millis(100);

/// A device by name, or the default.
pub fn choice(device: &str) -> Option<&str> {
    Some(device).filter(|device| !device.is_empty())
}

/// Frames that last so long.
pub fn frames(secs: f64, sound: Sound) -> usize {
    (secs * f64::from(sound.rate.hz())).ceil() as usize
}

/// No such device, or not so.
pub fn unavailable(error: impl Display) -> TaskError {
    TaskError::failed(format!("{error}; `ripieno devices` lists what is there, and device = \"null\" needs no card"))
}
