//! What can be set about a live session: checked at the door, changed together or not at all.

use crate::offline::MAX_VOICES;
use ripieno_ports::BufferSize;
use ripieno_types::SampleRate;
use serde::{Deserialize, Serialize};

/// The smallest and the largest buffer that may be asked for, in frames.
pub const BUFFER_RANGE: std::ops::RangeInclusive<u32> = 1..=8_192;
/// The highest device channel: more than any card has.
pub const MAX_CHANNEL: u16 = 1_024;
/// The most blocks that may wait between render thread and device.
pub const MAX_BUFFERED: u32 = 64;

/// How a session plays. What is `None` is left to the device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The output device, by id or name; `None` follows the system's default.
    pub device: Option<String>,
    /// Frames a second.
    pub rate: Option<u32>,
    /// Frames a period; `None` leaves it to `latency`.
    pub buffer: Option<u32>,
    /// Device channels for left and right, counted from 1; `None` takes the first two.
    pub channels: Option<[u16; 2]>,
    /// How much latency may buy safety, where `buffer` says nothing.
    pub latency: Latency,
    /// Blocks between render thread and device; 0 plays in the device's own callback.
    pub buffered: u32,
    /// Constant latency without jitter, instead of playing every event at once.
    pub fixed_latency: bool,
    /// Voices that may sound at once.
    pub voices: usize,
    /// Output gain, 0 to 1.
    pub master: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            device: None,
            rate: None,
            buffer: None,
            channels: None,
            latency: Latency::default(),
            buffered: 0,
            fixed_latency: false,
            voices: 256,
            master: 1.0,
        }
    }
}

/// The latency modes, each a buffer size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Latency {
    /// The smallest buffer that holds: it grows when it underruns
    #[default]
    Low,
    /// 256 frames
    Medium,
    /// 1024 frames
    High,
}

impl Latency {
    /// As files and the command line spell it. Any.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Frames to begin with.
    const fn frames(self) -> u32 {
        match self {
            Self::Low => 64,
            Self::Medium => 256,
            Self::High => 1_024,
        }
    }
}

/// Changes to [`Settings`]: what is `None` stays. The inner `None` of device, rate, buffer and channels leaves it
/// to the system.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    /// See [`Settings::device`].
    pub device: Option<Option<String>>,
    /// See [`Settings::rate`].
    pub rate: Option<Option<u32>>,
    /// See [`Settings::buffer`].
    pub buffer: Option<Option<u32>>,
    /// See [`Settings::channels`].
    pub channels: Option<Option<[u16; 2]>>,
    /// See [`Settings::latency`].
    pub latency: Option<Latency>,
    /// See [`Settings::buffered`].
    pub buffered: Option<u32>,
    /// See [`Settings::fixed_latency`].
    pub fixed_latency: Option<bool>,
    /// See [`Settings::voices`].
    pub voices: Option<usize>,
    /// See [`Settings::master`].
    pub master: Option<f32>,
}

/// A setting out of its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{setting} {value} is outside {range}")]
pub struct OutOfRange {
    /// Which.
    pub setting: &'static str,
    /// The refused value.
    pub value: String,
    /// What would do.
    pub range: String,
}

impl Settings {
    /// These settings with a change.
    ///
    /// # Errors
    /// [`OutOfRange`] names the first value that cannot be; nothing has changed.
    pub fn with(&self, change: &Change) -> Result<Self, OutOfRange> {
        let new = Self {
            device: change.device.clone().unwrap_or_else(|| self.device.clone()),
            rate: change.rate.unwrap_or(self.rate),
            buffer: change.buffer.unwrap_or(self.buffer),
            channels: change.channels.unwrap_or(self.channels),
            latency: change.latency.unwrap_or(self.latency),
            buffered: change.buffered.unwrap_or(self.buffered),
            fixed_latency: change.fixed_latency.unwrap_or(self.fixed_latency),
            voices: change.voices.unwrap_or(self.voices),
            master: change.master.unwrap_or(self.master),
        };
        new.check()?;
        Ok(new)
    }

    /// Takes over what differs between `old` and `new`, and nothing else.
    pub fn take_changes(&mut self, old: &Self, new: &Self) {
        fn take<T: PartialEq + Clone>(place: &mut T, old: &T, new: &T) {
            if old != new {
                place.clone_from(new);
            }
        }
        take(&mut self.device, &old.device, &new.device);
        take(&mut self.rate, &old.rate, &new.rate);
        take(&mut self.buffer, &old.buffer, &new.buffer);
        take(&mut self.channels, &old.channels, &new.channels);
        take(&mut self.latency, &old.latency, &new.latency);
        take(&mut self.buffered, &old.buffered, &new.buffered);
        take(&mut self.fixed_latency, &old.fixed_latency, &new.fixed_latency);
        take(&mut self.voices, &old.voices, &new.voices);
        take(&mut self.master, &old.master, &new.master);
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`OutOfRange`] names the first that cannot be.
    pub fn check(&self) -> Result<(), OutOfRange> {
        fn within<T: PartialOrd + std::fmt::Display>(
            setting: &'static str,
            value: T,
            range: std::ops::RangeInclusive<T>,
        ) -> Result<(), OutOfRange> {
            if range.contains(&value) {
                return Ok(());
            }
            let range = format!("{}..={}", range.start(), range.end());
            Err(OutOfRange { setting, value: value.to_string(), range })
        }
        if let Some(rate) = self.rate {
            within("rate", rate, SampleRate::MIN_HZ..=SampleRate::MAX_HZ)?;
        }
        if let Some(buffer) = self.buffer {
            within("buffer", buffer, BUFFER_RANGE)?;
        }
        for channel in self.channels.into_iter().flatten() {
            within("channels", channel, 1..=MAX_CHANNEL)?;
        }
        within("buffered", self.buffered, 0..=MAX_BUFFERED)?;
        within("voices", self.voices, 1..=MAX_VOICES)?;
        within("master", self.master, 0.0..=1.0)
    }

    /// The buffer size to ask a device for. `grown` is what underruns have made of the smallest one.
    pub fn buffer_size(&self, grown: Option<u32>) -> BufferSize {
        match self.buffer {
            Some(frames) => BufferSize::Frames(frames),
            None => BufferSize::Near(grown.unwrap_or(self.latency.frames())),
        }
    }

    /// True when the buffer may grow after underruns.
    pub fn may_grow(&self) -> bool {
        self.buffer.is_none() && self.latency == Latency::Low
    }

    /// True when a change from `other` needs another stream.
    pub fn needs_restart(&self, other: &Self) -> bool {
        let live = |settings: &Self| Self { voices: 1, master: 0.0, ..settings.clone() };
        live(self) != live(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_taken_whole_or_not_at_all() {
        let start = Settings::default();
        let check = |change: Change, named: Option<&str>| match (start.with(&change), named) {
            (Ok(_), None) => {}
            (Err(error), Some(name)) => assert_eq!(error.setting, name, "{error}"),
            other => panic!("{change:?}: {other:?}"),
        };
        check(Change::default(), None);
        check(Change { rate: Some(Some(44_100)), voices: Some(64), ..Change::default() }, None);
        check(Change { rate: Some(Some(7_999)), ..Change::default() }, Some("rate"));
        check(Change { buffer: Some(Some(0)), ..Change::default() }, Some("buffer"));
        check(Change { channels: Some(Some([3, 4])), ..Change::default() }, None);
        check(Change { channels: Some(Some([0, 1])), ..Change::default() }, Some("channels"));
        check(Change { buffered: Some(65), ..Change::default() }, Some("buffered"));
        check(Change { voices: Some(0), ..Change::default() }, Some("voices"));
        check(Change { voices: Some(MAX_VOICES + 1), ..Change::default() }, Some("voices"));
        check(Change { master: Some(f32::NAN), ..Change::default() }, Some("master"));
        check(Change { master: Some(1.01), ..Change::default() }, Some("master"));
    }

    #[test]
    fn only_what_the_stream_depends_on_needs_another_one() {
        let start = Settings::default();
        let restarts = |change: Change| start.with(&change).unwrap().needs_restart(&start);
        assert!(!restarts(Change { voices: Some(3), master: Some(0.5), ..Change::default() }));
        assert!(restarts(Change { latency: Some(Latency::High), ..Change::default() }));
        assert!(restarts(Change { device: Some(Some("x".into())), ..Change::default() }));
        assert!(!restarts(Change { device: Some(None), ..Change::default() }));
    }

    #[test]
    fn latency_is_a_buffer_unless_one_is_named() {
        let check = |latency, buffer, grown, expected| {
            let settings = Settings { latency, buffer, ..Settings::default() };
            assert_eq!(settings.buffer_size(grown), expected);
        };
        check(Latency::Low, None, None, BufferSize::Near(64));
        check(Latency::Low, None, Some(128), BufferSize::Near(128));
        check(Latency::Medium, None, None, BufferSize::Near(256));
        check(Latency::High, None, None, BufferSize::Near(1_024));
        check(Latency::High, Some(32), None, BufferSize::Frames(32));
    }
}
