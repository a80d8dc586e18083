//! What came and what went between two looks.

use super::report::{Report, clean};
use serde::Serialize;
use std::fmt;

/// A device that came or went. One JSON object a line with `--watch --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which way.
    pub change: Way,
    /// `audio-out`, `audio-in`, `midi-in` or `midi-out`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    Added,
    Removed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.change {
            Way::Added => '+',
            Way::Removed => '-',
        };
        writeln!(f, "{sign} {} {}  {}", self.kind, clean(&self.id), clean(&self.name))
    }
}

/// What went, then what came. A device that has another name under its old id is another one.
pub fn changes(before: &Report, after: &Report) -> Vec<Change> {
    let (before, after) = (entries(before), entries(after));
    let change = |change| move |(kind, id, name): &Entry| Change { change, kind, id: id.clone(), name: name.clone() };
    let removed = missing(&before, &after).map(change(Way::Removed));
    removed.chain(missing(&after, &before).map(change(Way::Added))).collect()
}

/// A kind, an id and a name.
type Entry = (&'static str, String, String);

fn entries(report: &Report) -> Vec<Entry> {
    let audio = [("audio-out", &report.audio_outputs), ("audio-in", &report.audio_inputs)];
    let audio = audio
        .into_iter()
        .flat_map(|(kind, devices)| devices.iter().map(move |device| (kind, device.id.clone(), device.name.clone())));
    let midi = [("midi-in", &report.midi_inputs), ("midi-out", &report.midi_outputs)];
    let midi = midi
        .into_iter()
        .flat_map(|(kind, ports)| ports.iter().map(move |port| (kind, port.id.clone(), port.name.clone())));
    audio.chain(midi).collect()
}

/// Those of `these` that `others` lacks. Twins count: two of a kind less one leaves one.
fn missing<'a>(these: &'a [Entry], others: &'a [Entry]) -> impl Iterator<Item = &'a Entry> {
    let count = |entries: &[Entry], entry: &Entry| entries.iter().filter(|other| *other == entry).count();
    these
        .iter()
        .enumerate()
        .filter(move |(place, entry)| count(&these[..*place], entry) >= count(others, entry))
        .map(|(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::super::report::{AudioDevice, MidiPort};
    use super::*;

    fn report(outputs: &[&str], inputs: &[(&str, &str)]) -> Report {
        let device = |id: &&str| AudioDevice { id: (*id).into(), name: "Card".into(), ..AudioDevice::default() };
        let port = |(id, name): &(&str, &str)| MidiPort { id: (*id).into(), name: (*name).into(), is_hardware: true };
        Report {
            audio_outputs: outputs.iter().map(device).collect(),
            midi_inputs: inputs.iter().map(port).collect(),
            ..Report::default()
        }
    }

    #[track_caller]
    fn check(before: Report, after: Report, expected: &[&str]) {
        let told: Vec<_> = changes(&before, &after).iter().map(|change| change.to_string()).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_came_and_went_is_told() {
        let (none, one) = (|| report(&[], &[]), || report(&["hw:0"], &[("20:0", "Pad")]));
        check(none(), none(), &[]);
        check(one(), one(), &[]);
        check(none(), one(), &["+ audio-out hw:0  Card\n", "+ midi-in 20:0  Pad\n"]);
        check(one(), none(), &["- audio-out hw:0  Card\n", "- midi-in 20:0  Pad\n"]);
        check(report(&[], &[("a", "x"), ("b", "y")]), report(&[], &[("b", "y"), ("a", "x")]), &[]);
    }

    #[test]
    fn a_new_name_is_a_new_device() {
        let named = |name| report(&[], &[("20:0", name)]);
        check(named("Pad"), named("Keys"), &["- midi-in 20:0  Pad\n", "+ midi-in 20:0  Keys\n"]);
    }

    #[test]
    fn twins_are_counted() {
        let pads = |count| report(&[], &[("", "Pad")].repeat(count));
        check(pads(3), pads(1), &["- midi-in   Pad\n", "- midi-in   Pad\n"]);
        check(pads(1), pads(2), &["+ midi-in   Pad\n"]);
    }

    #[test]
    fn programs_read_objects() {
        let change = &changes(&report(&[], &[]), &report(&[], &[("20:0", "Pad")]))[0];
        let json = serde_json::to_string(change).unwrap();
        assert_eq!(json, r#"{"change":"added","kind":"midi-in","id":"20:0","name":"Pad"}"#);
    }
}
