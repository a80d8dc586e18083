//! Instruments, effects and devices of the sound.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be played.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Instruments {
    /// Names, in the order in which they are offered. Paths stay on the server.
    pub instruments: Vec<String>,
    /// What plays.
    pub current: String,
}

/// An output device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AudioDevice {
    /// What `output_device` takes.
    pub id: String,
    /// For people.
    pub name: String,
    /// Channels at most.
    pub max_output_channels: u16,
    /// True for the system's own choice.
    pub default: bool,
}

/// The output devices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AudioDevices {
    /// All of them.
    pub devices: Vec<AudioDevice>,
    /// The one in use.
    pub current: Option<String>,
}

/// Changes of the sound's settings; what is not named stays, null leaves it to the device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AudioSettings {
    /// Hertz.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub sample_rate: Option<Option<u32>>,
    /// Frames a period.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub block_size: Option<Option<u32>>,
    /// Voices at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_polyphony: Option<usize>,
    /// `low`, `medium` or `high`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_mode: Option<String>,
    /// A device's id or name.
    #[serde(deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub output_device: Option<Option<String>>,
    /// Output gain, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_volume: Option<f32>,
}

/// Tells a field that is null from one that is not there.
fn named<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What became of new settings. A refusal changes nothing, neither sound nor file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AudioApplied {
    /// True if they apply.
    pub ok: bool,
    /// The same, as it used to be called.
    pub applied: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
