//! The JSON that clients see, and what changed of it as a merge patch.
//!
//! It has no member that is null, since a merge patch could not say so: what is not there is left out.

use super::{Owner, ports};
use crate::studio::{self, rack};
use ripieno_web::{Event, merge};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A part of the state, each of its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Midi,
    Panels,
    ActivePanels,
    Presets,
    Fx,
    FxOrder,
    Values,
    Instruments,
    Audio,
    Settings,
    Profiles,
    History,
    Learn,
    Layouts,
    Logs,
    Ops,
    Bank,
    Pipeline,
    Recordings,
}

impl Section {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Midi,
        Self::Panels,
        Self::ActivePanels,
        Self::Presets,
        Self::Fx,
        Self::FxOrder,
        Self::Values,
        Self::Instruments,
        Self::Audio,
        Self::Settings,
        Self::Profiles,
        Self::History,
        Self::Learn,
        Self::Layouts,
        Self::Logs,
        Self::Ops,
        Self::Bank,
        Self::Pipeline,
        Self::Recordings,
    ];

    /// Those that an edit of the studio can change.
    pub const EDITED: [Self; 13] = [
        Self::Midi,
        Self::Panels,
        Self::ActivePanels,
        Self::Presets,
        Self::Fx,
        Self::FxOrder,
        Self::Values,
        Self::Instruments,
        Self::Audio,
        Self::Settings,
        Self::Profiles,
        Self::History,
        Self::Layouts,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Midi => "midi",
            Self::Panels => "panels",
            Self::ActivePanels => "active_panels",
            Self::Presets => "presets",
            Self::Fx => "fx",
            Self::FxOrder => "fx_order",
            Self::Values => "values",
            Self::Instruments => "instruments",
            Self::Audio => "audio",
            Self::Settings => "settings",
            Self::Profiles => "profiles",
            Self::History => "history",
            Self::Learn => "learn",
            Self::Layouts => "layouts",
            Self::Logs => "logs",
            Self::Ops => "ops",
            Self::Bank => "bank",
            Self::Pipeline => "pipeline",
            Self::Recordings => "recordings",
        }
    }
}

/// A value as its text says it: a float of 32 bits keeps its few digits.
pub fn told(value: &impl Serialize) -> Value {
    let text = serde_json::to_string(value);
    text.and_then(|text| serde_json::from_str(&text)).unwrap_or(Value::Null)
}

impl Owner {
    /// The whole state, made anew.
    pub fn tree(&self) -> Value {
        let sections = Section::ALL.map(|section| (section.name().to_owned(), self.section(section)));
        // A part that is not there has no name either.
        Value::Object(sections.into_iter().filter(|(_, section)| !section.is_null()).collect())
    }

    /// Tells everybody of an event, and of all that changed in these sections.
    pub fn publish(&mut self, event: &Event, sections: &[Section]) {
        let patch: Map<String, Value> = sections.iter().filter_map(|section| self.change_of(*section)).collect();
        self.publisher.publish(event, Value::Object(patch));
    }

    fn change_of(&self, section: Section) -> Option<(String, Value)> {
        let new = self.section(section);
        let change = match self.publisher.state().get(section.name()) {
            Some(old) if *old == new => return None,
            Some(old) => merge::diff(old, &new),
            None if new.is_null() => return None,
            None => new,
        };
        Some((section.name().into(), change))
    }

    fn section(&self, section: Section) -> Value {
        let model = self.studio.model();
        let section = match section {
            Section::Midi => told(&ports::status(&self.ports, &model.devices)),
            Section::Panels => told(&model.served_panels().panels),
            Section::ActivePanels => told(&model.served_panels().active_panels),
            Section::Presets => model.presets.iter().map(|preset| (preset.id.clone(), told(preset))).collect(),
            Section::Fx => told(&self.effects.values),
            Section::FxOrder => told(&rack::names(&self.effects.order)),
            Section::Values => told(&self.values),
            Section::Instruments => told(&self.instruments()),
            Section::Audio => json!({"settings": told(&model.audio), "status": self.sound_status}),
            Section::Settings => told(&self.known_settings()),
            Section::Profiles => told(&self.profiles()),
            Section::History => told(&self.history()),
            Section::Learn => told(&self.learn.told()),
            Section::Layouts => studio::layouts_json(model),
            Section::Logs => self.log.served().map(|(number, line)| (number.to_string(), told(line))).collect(),
            Section::Ops => self.operations.all().map(|op| (op.id.clone(), told(op))).collect(),
            Section::Recordings => told(&self.recordings),
            Section::Bank => json!(studio::bank_name(ripieno_web::shape::Kind::Knob, self.bank)),
            Section::Pipeline => told(&self.pipeline_state),
        };
        match section {
            Value::Object(_) => merge::without_nulls(section),
            other => other,
        }
    }
}
