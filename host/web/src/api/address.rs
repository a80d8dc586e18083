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

/// A control in a body: a plain number, a source such as `cc14:1`, or a whole address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Control {
    /// A note, or a controller of knobs.
    Number(u8),
    /// A source.
    Source(String),
    /// One that listens to a channel or a device alone, or is not the first of its control.
    Address(EntryAddress),
}

impl Control {
    /// Its address; on any channel of any device if none was said.
    pub fn at(self) -> EntryAddress {
        let source = match self {
            Self::Number(number) => number.to_string(),
            Self::Source(source) => source,
            Self::Address(at) => return at,
        };
        EntryAddress { source, ..EntryAddress::default() }
    }
}

/// The number of a source that is of this word (`note`, `cc`) or a bare number.
pub fn number(source: &str, word: &str) -> Option<u8> {
    let digits = source.strip_prefix(word).and_then(|rest| rest.strip_prefix(':')).unwrap_or(source);
    digits.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_control_is_a_number_a_source_or_an_address() {
        let check = |body: Value, expected: Option<EntryAddress>| {
            let at = serde_json::from_value::<Control>(body.clone()).map(Control::at);
            assert_eq!(at.ok(), expected, "{body}");
        };
        let at = |source: &str| EntryAddress { source: source.into(), ..EntryAddress::default() };
        check(json!(16), Some(at("16")));
        check(json!("cc14:1"), Some(at("cc14:1")));
        check(json!({"source": "note:16"}), Some(at("note:16")));
        let narrow = EntryAddress { channel: Some(10), device: Some("mpk".into()), nth: 1, ..at("note:16") };
        check(json!({"source": "note:16", "channel": 10, "device": "mpk", "nth": 1}), Some(narrow));
        check(json!({"channel": 10}), None);
        check(json!(-1), None);
        check(json!(null), None);
    }
}
