//! Which controls are pads of which bank, which are knobs, and which keys can be mapped: data, for each device and channel.

use crate::panels::BankId;
use crate::source::{Control, DeviceId, Source};
use serde::{Deserialize, Serialize};

/// A run of sources of one kind, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The first.
    pub first: Source,
    /// The last: of the same kind, not before the first. Kinds without a number name themselves.
    pub last: Source,
}

/// What controls are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Pads of a bank.
    Pad(BankId),
    /// Knobs of a bank, or of the bank whose pads were played last.
    Knob(Option<BankId>),
    /// Keys that play, and that map panels may map.
    Key {
        /// False: they only play.
        is_mappable: bool,
    },
    /// Not listened to.
    Ignored,
}

impl Role {
    /// What a source is for that no rule meets. Any.
    pub const fn without_rule(source: Source) -> Self {
        match source {
            Source::Note(_) => Self::Key { is_mappable: false },
            _ => Self::Knob(None),
        }
    }
}

/// One rule. The first rule that meets a control decides; without one, notes are keys that only play and all else is a knob
/// of the current bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// The device; `None` is any.
    pub device: Option<DeviceId>,
    /// The channel, 0..=15; `None` is any.
    pub channel: Option<u8>,
    /// The controls.
    pub run: Run,
    /// What they are for.
    pub role: Role,
}

impl Zone {
    /// True when a control lies in the zone.
    pub fn meets(&self, control: &Control) -> bool {
        self.device.is_none_or(|device| device == control.device)
            && self.channel.is_none_or(|channel| Some(channel) == control.channel)
            && core::mem::discriminant(&self.run.first) == core::mem::discriminant(&control.source)
            && (self.run.first..=self.run.last).contains(&control.source)
    }
}
