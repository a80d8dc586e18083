//! Actions: what documents and the API may say, checked field by field, and what it means to the core.

mod spec;

use super::address::note_of;
use super::bank::{bank_id, banks_of};
use super::model::Model;
use super::names::same;
use ripieno_fx::{effect, param};
use ripieno_panel::CHORD_NOTES;
use ripieno_web::shape::{Action, Kind};
use serde_json::Value;
use spec::{Field, Shape, Spec};

pub use spec::catalog;

/// An action of the rig, references looked up. What only the host can do is [`Meaning::Outside`].
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// The core knows it as it is.
    Core(ripieno_panel::Action),
    /// A panel, by id.
    Panel {
        /// Its id.
        panel: String,
        /// False: deactivate.
        on: bool,
    },
    /// A sample, by its place.
    Sample(usize),
    /// A phrase, by its place.
    Phrase(usize),
    /// A layer, by its place.
    Layer(usize),
    /// The host's.
    Outside,
}

/// Checks an action.
///
/// # Errors
/// Names the field, its value, and what would do.
pub fn check(model: &Model, action: &Action) -> Result<(), String> {
    meaning(model, action).map(drop)
}

/// What an action means.
///
/// # Errors
/// As [`check`].
pub fn meaning(model: &Model, action: &Action) -> Result<Meaning, String> {
    let Some(spec) = spec::find(&action.kind) else {
        let near = spec::names().min_by_key(|name| strsim::damerau_levenshtein(name, &action.kind));
        let hint = near.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default();
        return Err(format!("there is no action of the type {:?}{hint}", action.kind));
    };
    let read = Read { spec, action };
    for name in action.fields.keys() {
        if !spec.fields.iter().any(|field| field.name == name) {
            let fields: Vec<&str> = spec.fields.iter().map(|field| field.name).collect();
            let has = if fields.is_empty() { "none".into() } else { fields.join(", ") };
            return Err(format!("{} has no field {name:?}; it has {has}", action.kind));
        }
    }
    if spec.is_outside {
        return check_outside(action).map(|()| Meaning::Outside);
    }
    for field in spec.fields {
        read.check(field)?;
    }
    use ripieno_panel::Action as Core;
    let core = match spec.name {
        "note" => Core::Note { channel: read.channel(), note: read.note("note")?, velocity: read.velocity() },
        "chord" => {
            let mut notes = [None; CHORD_NOTES];
            for (place, note) in notes.iter_mut().zip(read.notes("notes")?) {
                *place = Some(note);
            }
            Core::Chord { channel: read.channel(), notes, velocity: read.velocity() }
        }
        "cc" => Core::Control { channel: read.channel(), number: read.int("number") as u8 },
        "program" => {
            let bank = action.fields.contains_key("bank").then(|| read.int("bank") as u16);
            Core::Program { channel: read.channel(), bank, program: read.int("program") as u8 }
        }
        "pitch_bend" => Core::PitchBend { channel: read.channel() },
        "fx" => Core::Parameter(read.named("target", param)?.id),
        "effect" => Core::Effect(read.named("target", effect)?.id),
        "master" => Core::Master,
        "transpose" => Core::Transpose { by: read.int("by") as i8 },
        "panic" => Core::Panic,
        "tempo" => Core::Tempo,
        "next_panel" => {
            let kind = kind_of(read.text("kind"));
            let bank = bank_id(kind, read.text("bank"))
                .ok_or_else(|| format!("next_panel: bank {:?} is not one of {}", read.text("bank"), banks_of(kind)))?;
            Core::NextPanel { kind: super::bank::panel_kind(kind), bank, by: read.int("by") as i8 }
        }
        "next_bank" => Core::NextBank { by: read.int("by") as i8 },
        "sample" => return read.place("name", model.samples.iter().map(|it| &it.name)).map(Meaning::Sample),
        "phrase" => return read.place("name", model.score.phrases.iter().map(|it| &it.name)).map(Meaning::Phrase),
        "layer" => return read.place("name", model.score.layers.iter().map(|it| &it.name)).map(Meaning::Layer),
        "panel" => {
            let wanted = read.text("panel");
            let found = model.panel(wanted).or_else(|| model.panels.iter().find(|panel| same(&panel.title, wanted)));
            let panel = found.ok_or_else(|| format!("panel: there is no panel with the id or title {wanted:?}"))?;
            return Ok(Meaning::Panel { panel: panel.id.clone(), on: read.bool("on") });
        }
        // Instruments and tasks are the host's: it loads and starts them.
        _ => return Ok(Meaning::Outside),
    };
    Ok(Meaning::Core(core))
}

/// What the computer is made to do is checked by those who do it.
fn check_outside(action: &Action) -> Result<(), String> {
    let named = |error: String| format!("{}: {error}", action.kind);
    let whole = serde_json::to_value(action).map_err(|error| named(error.to_string()))?;
    let outside: ripieno_actions::Action = serde_json::from_value(whole).map_err(|error| named(error.to_string()))?;
    outside.check().map_err(|problem| named(problem.to_string()))
}

fn kind_of(name: &str) -> Kind {
    match name {
        "knob" => Kind::Knob,
        "piano" => Kind::Piano,
        _ => Kind::Pad,
    }
}

/// One action beside its specification.
struct Read<'a> {
    spec: &'a Spec,
    action: &'a Action,
}

impl Read<'_> {
    /// Checks one field's presence, type and range.
    fn check(&self, field: &Field) -> Result<(), String> {
        let kind = self.spec.name;
        let Some(value) = self.action.fields.get(field.name) else {
            return match field.default {
                None if field.is_required => Err(format!("{kind} needs the field {:?}: {}", field.name, field.shape)),
                _ => Ok(()),
            };
        };
        let fits = match field.shape {
            Shape::Int(min, max) => value.as_i64().is_some_and(|n| (min..=max).contains(&n)),
            Shape::Step => matches!(value.as_i64(), Some(-1 | 1)),
            Shape::Note => note(value).is_some(),
            Shape::Notes => value
                .as_array()
                .is_some_and(|all| (1..=CHORD_NOTES).contains(&all.len()) && all.iter().all(|n| note(n).is_some())),
            Shape::Bool => value.is_boolean(),
            Shape::Any => true,
            Shape::Text => value.as_str().is_some_and(|text| !text.trim().is_empty()),
            Shape::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Shape::Param => value.as_str().is_some_and(|name| param(name).is_some()),
            Shape::Effect => value.as_str().is_some_and(|name| effect(name).is_some()),
        };
        if fits { Ok(()) } else { Err(format!("{kind}: {} {value} will not do: {}", field.name, field.shape)) }
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.action.fields.get(name)
    }

    /// A number that was checked, or its default.
    fn int(&self, name: &str) -> i64 {
        let default = || self.spec.fields.iter().find(|field| field.name == name)?.default?.parse().ok();
        self.field(name).and_then(Value::as_i64).or_else(default).unwrap_or(0)
    }

    fn channel(&self) -> u8 {
        (self.int("channel") - 1).clamp(0, 15) as u8
    }

    fn velocity(&self) -> Option<u8> {
        self.field("velocity").and_then(Value::as_u64).map(|velocity| velocity as u8)
    }

    fn note(&self, name: &str) -> Result<u8, String> {
        self.field(name).and_then(note).ok_or_else(|| format!("{} needs the field {name:?}", self.spec.name))
    }

    fn notes(&self, name: &str) -> Result<Vec<u8>, String> {
        let all = self.field(name).and_then(Value::as_array);
        Ok(all.into_iter().flatten().filter_map(note).collect())
    }

    fn text(&self, name: &str) -> &str {
        let default = || self.spec.fields.iter().find(|field| field.name == name)?.default;
        self.field(name).and_then(Value::as_str).or_else(default).unwrap_or_default()
    }

    /// What a table has under a name that was checked.
    fn named<T>(&self, name: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        find(self.text(name)).ok_or_else(|| format!("{} needs the field {name:?}", self.spec.name))
    }

    fn bool(&self, name: &str) -> bool {
        self.field(name).and_then(Value::as_bool).unwrap_or(self.text(name) == "true")
    }

    /// The place of a name among others.
    fn place<'n>(&self, field: &str, names: impl Iterator<Item = &'n String> + Clone) -> Result<usize, String> {
        let wanted = self.text(field);
        names.clone().position(|name| same(name, wanted)).ok_or_else(|| {
            let there: Vec<&str> = names.map(String::as_str).collect();
            let there =
                if there.is_empty() { "there is none".into() } else { format!("there are {}", there.join(", ")) };
            format!("{0}: there is no {0} called {wanted:?}; {there}", self.spec.name)
        })
    }
}

/// A key as a number or a name.
fn note(value: &Value) -> Option<u8> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| *n < 128),
        Value::String(name) => note_of(name.trim()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::model::SampleSpec;
    use ripieno_panel::{Action as Core, BankId};
    use serde_json::json;

    fn model() -> Model {
        let samples = vec![SampleSpec { name: "Kick".into(), path: "kick.wav".into() }];
        Model { samples, ..Model::default() }
    }

    fn action(value: Value) -> Action {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn actions_mean_what_they_say() {
        let check = |value: Value, expected: Core| {
            assert_eq!(meaning(&model(), &action(value.clone())), Ok(Meaning::Core(expected)), "{value}");
        };
        check(json!({"type":"note","note":36}), Core::Note { channel: 0, note: 36, velocity: None });
        check(
            json!({"type":"note","note":"C4","channel":10,"velocity":100}),
            Core::Note { channel: 9, note: 60, velocity: Some(100) },
        );
        let notes = [Some(60), Some(64), Some(67), None, None, None, None, None];
        check(
            json!({"type":"chord","notes":["C4",64,"G4"],"channel":2}),
            Core::Chord { channel: 1, notes, velocity: None },
        );
        check(json!({"type":"cc","number":7}), Core::Control { channel: 0, number: 7 });
        check(json!({"type":"program","program":5}), Core::Program { channel: 0, bank: None, program: 5 });
        check(
            json!({"type":"program","program":5,"bank":129}),
            Core::Program { channel: 0, bank: Some(129), program: 5 },
        );
        check(json!({"type":"pitch_bend","channel":16}), Core::PitchBend { channel: 15 });
        check(json!({"type":"fx","target":"reverb.mix"}), Core::Parameter(ripieno_fx::id::REVERB_MIX));
        check(json!({"type":"fx","target":"volume"}), Core::Parameter(ripieno_fx::id::VOLUME_GAIN));
        check(json!({"type":"effect","target":"delay"}), Core::Effect(ripieno_fx::id::DELAY));
        check(json!({"type":"master"}), Core::Master);
        check(json!({"type":"transpose","by":-12}), Core::Transpose { by: -12 });
        check(json!({"type":"transpose"}), Core::Transpose { by: 0 });
        check(json!({"type":"panic"}), Core::Panic);
        check(json!({"type":"tempo"}), Core::Tempo);
        check(json!({"type":"next_bank"}), Core::NextBank { by: 1 });
        let kind = ripieno_panel::PanelKind::Piano;
        check(
            json!({"type":"next_panel","kind":"piano","bank":"map","by":-1}),
            Core::NextPanel { kind, bank: BankId::MAP, by: -1 },
        );
        assert_eq!(meaning(&model(), &action(json!({"type":"sample","name":"kick "}))), Ok(Meaning::Sample(0)));
        let outside = json!({"type":"keystroke","keys":"ctrl+c"});
        assert_eq!(meaning(&model(), &action(outside)), Ok(Meaning::Outside));
        assert_eq!(meaning(&model(), &action(json!({"type":"instrument","name":"organ"}))), Ok(Meaning::Outside));
    }

    #[test]
    fn mistakes_name_field_value_and_what_would_do() {
        let check = |value: Value, words: &[&str]| {
            let error = meaning(&model(), &action(value.clone())).expect_err(&value.to_string());
            for word in words {
                assert!(error.contains(word), "{value}: {error}");
            }
        };
        check(json!({"type":"note"}), &["note", "needs"]);
        check(json!({"type":"note","note":128}), &["note 128", "0 to 127"]);
        check(json!({"type":"note","note":"H2"}), &["\"H2\"", "C4"]);
        check(json!({"type":"note","note":60,"channel":0}), &["channel 0", "1 to 16"]);
        check(json!({"type":"note","note":60,"velocity":0}), &["velocity 0", "1 to 127"]);
        check(json!({"type":"note","note":60,"channell":1}), &["channell", "velocity"]);
        check(json!({"type":"chord","notes":[]}), &["notes []", "1 to 8"]);
        check(json!({"type":"chord","notes":[1,2,3,4,5,6,7,8,9]}), &["1 to 8"]);
        check(json!({"type":"fx","target":"reverb.wet"}), &["reverb.wet", "reverb.mix"]);
        check(json!({"type":"effect","target":"x"}), &["chorus"]);
        check(json!({"type":"next_bank","by":2}), &["by 2"]);
        check(json!({"type":"next_panel","kind":"pad","bank":"Z"}), &["\"Z\"", "A to P"]);
        check(json!({"type":"sample","name":"Snare"}), &["Snare", "Kick"]);
        check(json!({"type":"phrase","name":"x"}), &["there is none"]);
        check(json!({"type":"panel","panel":"x"}), &["id or title"]);
        check(json!({"type":"keystrok"}), &["keystroke"]);
        check(json!({"type":""}), &["no action"]);
    }

    #[test]
    fn the_catalogue_lists_what_is_understood() {
        let catalog = catalog();
        let all = catalog.as_array().unwrap();
        assert!(all.len() > 20);
        for spec in all {
            let kind = spec["type"].as_str().unwrap();
            // What needs no field is understood as it is; the computer's actions may need one of several.
            if spec["where"] == "rig"
                && spec["fields"].as_array().unwrap().iter().all(|field| field["required"] == false)
            {
                check(&model(), &action(json!({ "type": kind }))).unwrap();
            }
        }
    }
}
