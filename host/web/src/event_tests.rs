//! One of each event: every one is in the catalogue, under the name and with the fields that it has on the wire.

use super::*;
use serde_json::json;
use std::collections::BTreeSet;

/// A new event does not compile until it has a place here, and the test fails until it has an example below.
fn name(event: &Event) -> &'static str {
    match event {
        Event::PanelCreated { .. } => "panel.created",
        Event::PanelUpdated { .. } => "panel.updated",
        Event::PanelActivated { .. } => "panel.activated",
        Event::PanelDeleted { .. } => "panel.deleted",
        Event::PanelsReconciled { .. } => "panel.reconciled",
        Event::PresetChanged { .. } => "preset.changed",
        Event::PresetDeleted { .. } => "preset.deleted",
        Event::MidiStatus { .. } => "midi.status",
        Event::PadPress { .. } => "midi.pad_press",
        Event::PadRelease { .. } => "midi.pad_release",
        Event::KeyPress { .. } => "midi.key_press",
        Event::KeyRelease { .. } => "midi.key_release",
        Event::Knob { .. } => "midi.knob",
        Event::PitchBend { .. } => "midi.pitch_bend",
        Event::Bank { .. } => "midi.bank",
        Event::KnobValue { .. } => "knob.value",
        Event::LearnChanged { .. } => "learn.changed",
        Event::ParamChanged { .. } => "fx.param_changed",
        Event::OrderChanged { .. } => "fx.order_changed",
        Event::NoteOn { .. } => "piano.note_on",
        Event::NoteOff { .. } => "piano.note_off",
        Event::InstrumentChanged { .. } => "piano.instrument_changed",
        Event::Level { .. } => "audio.level",
        Event::AudioStatus { .. } => "audio.status",
        Event::SettingChanged { .. } => "settings.changed",
        Event::ProfileChanged { .. } => "settings.profile_changed",
        Event::HistoryChanged { .. } => "history.changed",
        Event::Operation { .. } => "ops.update",
        Event::PipelineChanged { .. } => "pipeline.changed",
        Event::ActionOutcome { .. } => "action.outcome",
        Event::Log { .. } => "log.entry",
        Event::Unhandled { .. } => "error.unhandled",
        Event::RecordingsChanged {} => "recordings.changed",
        Event::Replaced {} => "state.replaced",
    }
}

fn examples() -> Vec<Event> {
    let text = String::new;
    let panel = Panel { id: text(), kind: Kind::Pad, bank: text(), preset: text(), preset_id: None, title: text() };
    let preset = Preset { id: text(), kind: Kind::Knob, name: text(), entries: Vec::new() };
    let pressed = Pressed::default();
    vec![
        Event::PanelCreated { panel: panel.clone() },
        Event::PanelUpdated { panel },
        Event::PanelActivated { panel: None, previous: None, kind: Kind::Pad, bank: text() },
        Event::PanelDeleted { panel: text() },
        Event::PanelsReconciled { fixed: Vec::new(), warnings: Vec::new() },
        Event::PresetChanged { preset },
        Event::PresetDeleted { id: text(), kind: Kind::Piano },
        Event::MidiStatus { status: MidiStatus::default() },
        Event::PadPress { note: 0, velocity: 0, channel: None, bank: text(), pressed: pressed.clone() },
        Event::PadRelease { note: 0, channel: None, bank: text() },
        Event::KeyPress { note: 0, velocity: 0, channel: None, pressed: pressed.clone() },
        Event::KeyRelease { note: 0, channel: None },
        Event::Knob { source: text(), channel: None, bank: text(), value: 0.0, pressed },
        Event::PitchBend { channel: None, pitch: 0 },
        Event::Bank { bank: text() },
        Event::KnobValue { preset: text(), at: EntryAddress::default(), value: 0.0, distance: None },
        Event::LearnChanged { learn: Learn::default() },
        Event::ParamChanged { target: text(), value: 0.0 },
        Event::OrderChanged { order: Vec::new() },
        Event::NoteOn { note: 0, velocity: 0 },
        Event::NoteOff { note: 0 },
        Event::InstrumentChanged { name: text(), success: true, current: text(), error: None },
        Event::Level { target: text(), level: [0.0; 2] },
        Event::AudioStatus { status: json!({}) },
        Event::SettingChanged { key: text(), value: json!(1) },
        Event::ProfileChanged { name: text() },
        Event::HistoryChanged { history: History::default() },
        Event::Operation { op: Operation::default() },
        Event::PipelineChanged { pipeline: PipelineState::default() },
        Event::ActionOutcome { kind: text(), who: text(), result: text(), detail: text() },
        Event::Log { entry: LogEntry::default() },
        Event::Unhandled { path: text(), error: text() },
        Event::RecordingsChanged {},
        Event::Replaced {},
    ]
}

#[test]
fn the_catalogue_has_every_event_as_it_is_sent() {
    let catalogue = crate::events();
    let catalogue = catalogue["events"].as_object().expect("events");
    let mut named = BTreeSet::new();
    for event in examples() {
        let sent = serde_json::to_value(&event).expect("JSON");
        assert_eq!(sent["event"], name(&event));
        named.insert(name(&event).to_owned());
        let fields: BTreeSet<_> = sent["payload"].as_object().expect("an object").keys().collect();
        let promised = &catalogue.get(name(&event)).unwrap_or_else(|| panic!("{} is missing", name(&event)))["payload"];
        let promised: BTreeSet<_> = promised["properties"].as_object().map(|p| p.keys().collect()).unwrap_or_default();
        assert_eq!(fields, promised, "{}", name(&event));
    }
    assert_eq!(named, catalogue.keys().cloned().collect());
}
