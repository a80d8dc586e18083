//! What is connected, for people and programs to choose from.

use crate::card::{Abilities, Way};
use crate::choice::Label;
use crate::device::present;
use crate::error::AudioError;

/// A device that can be opened by its id or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What it keeps from start to start.
    pub id: String,
    /// What its user calls it.
    pub name: String,
    /// True if it is what opens when nothing is chosen.
    pub is_default: bool,
    /// Sample rates in hertz, lowest and highest of each range.
    pub rates_hz: Vec<(u32, u32)>,
    /// The most channels that it has.
    pub channels: u16,
    /// The least and the most frames a period, if it says.
    pub buffer_frames: Option<(u32, u32)>,
    /// Why it cannot be opened now.
    pub problem: Option<String>,
}

/// A sound interface that has no device, or is not there itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// The sound interface: "ALSA", "JACK".
    pub interface: &'static str,
    /// Why.
    pub reason: String,
}

/// Everything that is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// What can play.
    pub outputs: Vec<DeviceInfo>,
    /// What can record.
    pub inputs: Vec<DeviceInfo>,
    /// Sound interfaces without an output.
    pub absent: Vec<Absent>,
}

/// Looks for all devices. Control; blocks while it asks each what it can do.
pub fn devices() -> Devices {
    let (outputs, absent) = present(Way::Out);
    let (inputs, _) = present(Way::In);
    let info = |(label, is_default, abilities)| info(label, is_default, abilities);
    Devices {
        outputs: outputs.into_iter().map(info).collect(),
        inputs: inputs.into_iter().map(info).collect(),
        absent: absent.into_iter().map(|(interface, reason)| Absent { interface, reason }).collect(),
    }
}

fn info(label: Label, is_default: bool, abilities: Result<Abilities, AudioError>) -> DeviceInfo {
    let (offers, problem) = match abilities {
        Ok(abilities) => (abilities.offers, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let mut rates_hz: Vec<_> = offers.iter().map(|offer| offer.rates_hz).collect();
    rates_hz.sort_unstable();
    rates_hz.dedup();
    let frames = offers.iter().filter_map(|offer| offer.frames);
    DeviceInfo {
        id: label.id,
        name: label.name,
        is_default,
        rates_hz,
        channels: offers.iter().map(|offer| offer.channels).max().unwrap_or(0),
        buffer_frames: frames.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        problem,
    }
}
