//! The volume of the system: controls of an ALSA mixer.

use crate::backends::Fault;
use crate::problem::{Problem, must};
use serde::{Deserialize, Serialize};

/// Which volume follows the knob.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetVolume {
    /// `master`, `mic`, or a control of the mixer by name, as `Headphone`; on another card `hw:1/Headphone`.
    pub target: String,
}

impl SetVolume {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let (card, control) = split(&self.target);
        let plain = !self.target.contains('\0') && self.target.len() <= 128;
        let right = !card.trim().is_empty() && !control.trim().is_empty() && plain;
        must(right, "target", "write master, mic, a mixer control as Headphone, or card/control as hw:1/Headphone")
    }
}

/// The card and the control that a target names.
fn split(target: &str) -> (&str, &str) {
    target.split_once('/').unwrap_or(("default", target))
}

/// Sets volumes. Control.
pub trait Volume: Send {
    /// Sets a target's volume, 0..=1 of its range. Tells the control that was set.
    ///
    /// # Errors
    /// There is no such card or control, or no mixer on this system.
    fn set(&mut self, target: &str, level: f32) -> Result<String, Fault>;
}

/// The mixer of this computer: ALSA's, which sound servers offer too. Opened for each change, so that cards may come
/// and go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer;

#[cfg(not(target_os = "linux"))]
impl Volume for Mixer {
    fn set(&mut self, _: &str, _: f32) -> Result<String, Fault> {
        let why = "a volume can be set on Linux only; use keystrokes of volumeup and volumedown instead";
        Err(Fault::Failed(why.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Volume for Mixer {
    fn set(&mut self, target: &str, level: f32) -> Result<String, Fault> {
        use alsa::mixer::{Mixer, SelemId};
        let (card, control) = split(target);
        let failed = |e: alsa::Error| Fault::Failed(format!("the mixer of {card:?} cannot be used: {e}"));
        let mixer = Mixer::new(card, false).map_err(failed)?;
        let mut names = names(control).iter().copied().chain([control]);
        let found = names.find_map(|name| Some((name, mixer.find_selem(&SelemId::new(name, 0))?)));
        let (name, element) = found.ok_or_else(|| {
            let mut there: Vec<_> = mixer
                .iter()
                .filter_map(alsa::mixer::Selem::new)
                .filter(|element| element.has_playback_volume() || element.has_capture_volume())
                .filter_map(|element| element.get_id().get_name().map(str::to_owned).ok())
                .collect();
            there.sort();
            Fault::Failed(format!("the mixer of {card:?} has no {control:?}; it has {}", there.join(", ")))
        })?;
        if element.has_playback_volume() {
            let range = element.get_playback_volume_range();
            element.set_playback_volume_all(within(range, level)).map_err(failed)?;
        } else if element.has_capture_volume() {
            let range = element.get_capture_volume_range();
            element.set_capture_volume_all(within(range, level)).map_err(failed)?;
        } else {
            return Err(Fault::Failed(format!("{name:?} has no volume")));
        }
        Ok(name.to_owned())
    }
}

/// What cards call these, by how usual it is.
#[cfg(target_os = "linux")]
fn names(control: &str) -> &'static [&'static str] {
    match control {
        "master" => &["Master", "PCM", "Speaker"],
        "mic" => &["Capture", "Mic"],
        _ => &[],
    }
}

#[cfg(target_os = "linux")]
fn within((low, high): (i64, i64), level: f32) -> i64 {
    let (low, high) = (low as f64, high as f64);
    (low + (high - low) * f64::from(level.clamp(0.0, 1.0))).round() as i64
}

#[cfg(test)]
#[path = "volume_tests.rs"]
mod tests;
