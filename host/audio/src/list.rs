//! What is connected, for people and programs to choose from.

use crate::back::Back;
#[cfg(feature = "jack")]
use crate::back::jack_label;
use crate::card::{self, Abilities, Way};
use crate::choice::Label;
use crate::error::AudioError;
#[cfg(feature = "jack")]
use crate::jack;
use ripieno_ports::{Fault, FaultKind};

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
    Devices { outputs, inputs, absent }
}

/// The devices of one way; those that are not there are left out.
fn present(way: Way) -> (Vec<DeviceInfo>, Vec<Absent>) {
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    match card::cards(way) {
        Ok(cards) => {
            for card in cards {
                let (label, is_default) = (card.label.clone(), card.is_default);
                let abilities = Back::Card(card).abilities(way);
                if abilities.as_ref().map_or_else(is_about_use, |abilities| !abilities.offers.is_empty()) {
                    found.push(info(label, is_default, abilities));
                }
            }
            if found.is_empty() {
                absent.push(Absent { interface: SYSTEM, reason: "no device is connected".into() });
            }
        }
        Err(error) => {
            absent.push(Absent { interface: SYSTEM, reason: AudioError::of_cpal("no devices", &error).to_string() });
        }
    }
    #[cfg(feature = "jack")]
    match jack::abilities(way) {
        Ok(abilities) => {
            // It opens by itself where the system has no default.
            let is_default = !found.iter().any(|device| device.is_default);
            found.push(info(jack_label(way), is_default, Ok(abilities)));
        }
        Err(error) => absent.push(Absent { interface: jack::NAME, reason: error.to_string() }),
    }
    (found, absent)
}

/// True for an error of a device that is there, but busy or forbidden to this user.
fn is_about_use(error: &AudioError) -> bool {
    matches!(error.kind(), FaultKind::Busy | FaultKind::Denied)
}

/// What the system's own sound interface is called.
const SYSTEM: &str = if cfg!(target_os = "linux") { "ALSA" } else { "system audio" };

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
