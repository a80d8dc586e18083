//! How a control of a preset is addressed: a segment of the path, narrowed by the query.

use crate::shape::EntryAddress;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Which of the controls with one source.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Narrow {
    /// MIDI channel, 1 to 16.
    channel: Option<u8>,
    /// A device's id.
    device: Option<String>,
    /// Which of several entries of one control, from 0.
    #[serde(default)]
    nth: u8,
}

impl Narrow {
    /// The whole address.
    pub fn at(self, source: String) -> EntryAddress {
        EntryAddress { source, channel: self.channel, device: self.device, nth: self.nth }
    }
}

/// A control in a body: a plain number, or a source such as `cc14:1`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Control {
    /// A note, or a controller of knobs.
    Number(u8),
    /// A source.
    Source(String),
}

impl Control {
    /// Its address on any channel of any device.
    pub fn at(self) -> EntryAddress {
        let source = match self {
            Self::Number(number) => number.to_string(),
            Self::Source(source) => source,
        };
        EntryAddress { source, ..EntryAddress::default() }
    }
}

/// The number of a source that is of this word (`note`, `cc`) or a bare number.
pub fn number(source: &str, word: &str) -> Option<u8> {
    let digits = source.strip_prefix(word).and_then(|rest| rest.strip_prefix(':')).unwrap_or(source);
    digits.trim().parse().ok()
}
