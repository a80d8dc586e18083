//! What was played since the start.

use ripieno_web::shape::Telemetry;
use serde_json::Value;
use std::collections::BTreeMap;

/// Pads in the list of those pressed most.
const TOP: usize = 5;

/// The counters.
#[derive(Debug)]
pub struct Counters {
    id: String,
    started: f64,
    last: Option<f64>,
    events: u64,
    pads: BTreeMap<u8, u64>,
    knobs: BTreeMap<String, u64>,
    /// Errors that nobody expected.
    pub errors: u64,
}

impl Counters {
    /// Of a run that begins at `now`, in seconds since 1970.
    pub fn new(id: String, now: f64) -> Self {
        let (pads, knobs) = Default::default();
        Self { id, started: now, last: None, events: 0, pads, knobs, errors: 0 }
    }

    /// A control said something.
    pub fn heard(&mut self, now: f64) {
        self.last = Some(now);
        self.events += 1;
    }

    /// A pad went down.
    pub fn pad(&mut self, note: u8) {
        *self.pads.entry(note).or_default() += 1;
    }

    /// A knob moved.
    pub fn knob(&mut self, source: &str) {
        *self.knobs.entry(source.into()).or_default() += 1;
    }

    /// All of it, and what the session says of itself.
    pub fn report(&self, now: f64, sound: Value) -> Telemetry {
        let mut top: Vec<(u8, u64)> = self.pads.iter().map(|(note, presses)| (*note, *presses)).collect();
        top.sort_by_key(|(note, presses)| (std::cmp::Reverse(*presses), *note));
        top.truncate(TOP);
        Telemetry {
            session_id: self.id.clone(),
            started_at: self.started,
            last_event_at: self.last,
            duration_s: now - self.started,
            midi_events_total: self.events,
            pad_presses: self.pads.iter().map(|(note, presses)| (note.to_string(), *presses)).collect(),
            knob_moves: self.knobs.clone(),
            errors: self.errors,
            top_pads: top,
            sound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pads_pressed_most_come_first() {
        let mut counters = Counters::new("run".into(), 100.0);
        for (note, presses) in [(16, 2), (17, 9), (18, 1), (19, 2), (20, 3), (21, 4)] {
            (0..presses).for_each(|_| counters.pad(note));
        }
        counters.knob("cc:48");
        counters.heard(101.0);
        let report = counters.report(103.0, Value::Null);
        assert_eq!(report.top_pads, [(17, 9), (21, 4), (20, 3), (16, 2), (19, 2)]);
        assert_eq!((report.pad_presses["18"], report.knob_moves["cc:48"]), (1, 1));
        assert_eq!((report.midi_events_total, report.last_event_at, report.duration_s), (1, Some(101.0), 3.0));
    }
}
