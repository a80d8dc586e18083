//! Values of controls as the panels tell them: a preset's entries keep theirs, whoever shows them.

use super::Owner;
use super::served::told;
use crate::studio::Model;
use ripieno_panel::MappingId;
use ripieno_panel::value::to_unit;
use ripieno_web::Event;
use ripieno_web::shape::EntryAddress;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// A control's value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// 0 to 1.
    pub value: f32,
    /// From the knob to the value; none where it does not matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<f32>,
}

/// By preset, then by [`key`].
pub type Values = BTreeMap<String, BTreeMap<String, Reading>>;

/// An address as one word: `cc:48`, `note:16@10`, `note:16@10/mpk#1`.
pub fn key(at: &EntryAddress) -> String {
    let mut key = at.source.clone();
    if let Some(channel) = at.channel {
        key += &format!("@{channel}");
    }
    if let Some(device) = &at.device {
        key += &format!("/{device}");
    }
    if at.nth > 0 {
        key += &format!("#{}", at.nth);
    }
    key
}

impl Owner {
    /// A mapping has another value, or its knob another place.
    pub(super) fn value_moved(&mut self, by: MappingId, value: u16, distance: Option<i32>) {
        let Some((preset, at)) = self.names.mapping(by) else { return };
        let (preset, at) = (preset.to_owned(), at.clone());
        let reading = Reading { value: to_unit(value), distance: distance.map(|way| way as f32 / 65_535.0) };
        let key = key(&at);
        if self.values.entry(preset.clone()).or_default().insert(key.clone(), reading) == Some(reading) {
            return;
        }
        // What a patch does not name stays: a distance that is gone is taken away.
        let patch = json!({"values": {preset.as_str(): {key: {
            "value": told(&reading.value), "distance": told(&reading.distance)
        }}}});
        let Reading { value, distance } = reading;
        self.publisher.publish(&Event::KnobValue { preset, at, value, distance }, patch);
    }
}

/// Forgets what is no longer there.
pub fn prune(values: &mut Values, model: &Model) {
    values.retain(|id, readings| {
        let Some(preset) = model.presets.iter().find(|preset| preset.id == *id) else { return false };
        let keys: Vec<String> = preset.entries.iter().map(|entry| key(&entry.at)).collect();
        readings.retain(|key, _| keys.contains(key));
        !readings.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_word() {
        let check = |channel, device: Option<&str>, nth, expected: &str| {
            let at = EntryAddress { source: "note:16".into(), channel, device: device.map(Into::into), nth };
            assert_eq!(key(&at), expected);
        };
        check(None, None, 0, "note:16");
        check(Some(10), None, 1, "note:16@10#1");
        check(Some(1), Some("mpk"), 0, "note:16@1/mpk");
    }
}
