//! Effect parameters: set by the page or by knobs, heard at once, kept a little later.

use super::Owner;
use super::served::told;
use crate::settings::closest;
use crate::studio::Model;
use ripieno_fx::PARAMS;
use ripieno_types::{Command, ParamId};
use ripieno_web::{Event, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long after its last change a parameter is written into the studio: a turn of a knob is one step of its history.
const SETTLING: Duration = Duration::from_millis(500);

/// Every parameter as it is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// By name, 0 to 1.
    pub values: BTreeMap<&'static str, f32>,
    /// When what has changed is to be kept.
    pub due: Option<Instant>,
}

impl Effects {
    /// Defaults, and what a studio says instead.
    pub fn of(kept: &BTreeMap<String, f32>) -> Self {
        let value = |info: &ripieno_fx::ParamInfo| kept.get(info.name).copied().unwrap_or(info.default);
        Self { values: PARAMS.iter().map(|info| (info.name, value(info))).collect(), due: None }
    }

    /// What is not as it is by default.
    fn kept(&self) -> BTreeMap<String, f32> {
        let differs = |info: &&ripieno_fx::ParamInfo| self.values.get(info.name).is_some_and(|v| *v != info.default);
        PARAMS.iter().filter(differs).map(|info| (info.name.into(), self.values[info.name])).collect()
    }
}

/// Reads `{"reverb.mix": 0.3}`; an effect alone means its main parameter.
fn changes(body: &Value) -> Result<Vec<(ParamId, &'static str, f32)>, Refusal> {
    let Value::Object(members) = body else {
        return Err(Refusal::Invalid("an object of parameters is wanted, such as {\"reverb.mix\": 0.3}".into()));
    };
    members.iter().map(|(name, value)| change(name, value)).collect()
}

fn change(name: &str, value: &Value) -> Result<(ParamId, &'static str, f32), Refusal> {
    let info = ripieno_fx::param(name).ok_or_else(|| {
        let meant = closest(name, PARAMS.iter().map(|info| info.name));
        let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        Refusal::Unknown(format!("no effect has a parameter `{name}`{meant}"))
    })?;
    match value.as_f64() {
        Some(value) if (0.0..=1.0).contains(&value) => Ok((info.id, info.name, value as f32)),
        _ => Err(Refusal::Invalid(format!("{name}: a number from 0 to 1 is wanted, not {value}"))),
    }
}

impl Owner {
    /// Sets parameters, all or none of them.
    pub(super) fn change_effects(&mut self, body: &Value) -> Result<Value, Refusal> {
        for (id, name, value) in changes(body)? {
            self.session.command(Command::Parameter { id, value });
            self.take_effect(name, value);
        }
        Ok(told(&self.effects.values))
    }

    /// A panel has moved a parameter.
    pub(super) fn effect_moved(&mut self, id: ParamId, value: f32) {
        if let Some(info) = PARAMS.iter().find(|info| info.id == id) {
            self.take_effect(info.name, value);
        }
    }

    /// A parameter is heard with this value now.
    fn take_effect(&mut self, name: &'static str, value: f32) {
        if self.effects.values.insert(name, value) == Some(value) {
            return;
        }
        self.effects.due = Some(Instant::now() + SETTLING);
        // Not by the whole section: this is what happens most often.
        let patch = json!({ "fx": { name: told(&value) } });
        self.publisher.publish(&Event::ParamChanged { target: name.into(), value }, patch);
    }

    /// Keeps what has changed.
    pub(super) fn keep_effects(&mut self) {
        if self.effects.due.take().is_none() {
            return;
        }
        let kept = self.effects.kept();
        let change = |model: &mut Model| {
            model.fx = kept;
            Ok(())
        };
        if let Err(refusal) = self.edit("effects", change, |_, ()| Vec::new()) {
            self.fail("fx", format!("the effects cannot be kept: {refusal}"));
        }
    }

    /// The studio says something else: make it heard.
    pub(super) fn follow_effects(&mut self) {
        let wanted = Effects::of(&self.studio.model().fx);
        for info in &PARAMS {
            let value = wanted.values[info.name];
            if self.effects.values.get(info.name) != Some(&value) {
                self.session.command(Command::Parameter { id: info.id, value });
            }
        }
        self.effects = wanted;
    }

    /// Sends every parameter, as to a session that has just begun.
    pub(super) fn send_effects(&self) {
        for info in &PARAMS {
            self.session.command(Command::Parameter { id: info.id, value: self.effects.values[info.name] });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_in_full_or_by_their_effect() {
        let check = |body: Value, expected: &[(&str, f32)]| {
            let found = changes(&body).unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
            let found: Vec<_> = found.into_iter().map(|(_, name, value)| (name, value)).collect();
            assert_eq!(found, expected, "{body}");
        };
        check(json!({"reverb.mix": 0.25, "reverb.decay": 1}), &[("reverb.decay", 1.0), ("reverb.mix", 0.25)]);
        check(json!({"reverb": 0, "pan": 0.5}), &[("pan.pan", 0.5), ("reverb.mix", 0.0)]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_name() {
        let check = |body: Value, unknown: bool, word: &str| {
            let refusal = changes(&body).unwrap_err();
            assert_eq!(matches!(refusal, Refusal::Unknown(_)), unknown, "{refusal:?}");
            assert!(refusal.to_string().contains(word), "{refusal}");
        };
        check(json!([]), false, "object");
        check(json!({"revreb.mix": 0.3}), true, "did you mean reverb.mix?");
        check(json!({"reverb.mix": 0.3, "reverb.size": 0.3}), true, "reverb.size");
        check(json!({"reverb.mix": 1.5}), false, "1.5");
        check(json!({"reverb.mix": -0.1}), false, "reverb.mix");
        check(json!({"reverb.mix": "loud"}), false, "loud");
        check(json!({"reverb.mix": null}), false, "null");
    }

    #[test]
    fn only_what_differs_is_kept() {
        let kept = BTreeMap::from([("reverb.mix".to_owned(), 0.9)]);
        assert_eq!(Effects::of(&kept).kept(), kept);
        assert_eq!(Effects::of(&BTreeMap::new()).kept(), BTreeMap::new());
    }
}
