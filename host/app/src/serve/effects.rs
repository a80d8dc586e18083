//! Effect parameters, bypasses and order: set by the page or by knobs, heard at once, kept a little later.

use super::Owner;
use super::served::{Section, told};
use crate::settings::closest;
use crate::studio::{Model, rack};
use ripieno_fx::PARAMS;
use ripieno_types::{Command, EffectId, ParamId};
use ripieno_web::{Event, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long after its last change a parameter is written into the studio: a turn of a knob is one step of its history.
const SETTLING: Duration = Duration::from_millis(500);

/// Every setting of the effects as it is heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    /// By name: parameters, 0 to 1, and bypasses, 0 or 1.
    pub values: BTreeMap<&'static str, f32>,
    /// First to last.
    pub order: rack::Order,
    /// When what has changed is to be kept.
    pub due: Option<Instant>,
}

impl Effects {
    /// Defaults, and what a studio says instead.
    pub fn of(model: &Model) -> Self {
        let value = |name: &str, usual: f32| model.fx.get(name).copied().unwrap_or(usual);
        let params = PARAMS.iter().map(|info| (info.name, value(info.name, info.default)));
        let bypasses = rack::BYPASS.iter().map(|name| (*name, value(name, 0.0)));
        // What is read or was edited here names every effect.
        let order = rack::order(&model.fx_order).unwrap_or(rack::usual());
        Self { values: params.chain(bypasses).collect(), order, due: None }
    }

    /// What is not as it is by default.
    fn kept(&self) -> BTreeMap<String, f32> {
        let defaults = PARAMS.iter().map(|info| (info.name, info.default));
        let all = defaults.chain(rack::BYPASS.map(|name| (name, 0.0)));
        let differing = all.filter(|(name, usual)| self.values.get(name).is_some_and(|value| value != usual));
        differing.map(|(name, _)| (name.into(), self.values[name])).collect()
    }

    /// The names of the order, nothing for the usual one.
    fn kept_order(&self) -> Vec<String> {
        if self.order == rack::usual() { Vec::new() } else { rack::names(&self.order) }
    }

    fn commands(&self) -> impl Iterator<Item = (&'static str, Command)> + '_ {
        let params =
            PARAMS.iter().map(|info| (info.name, Command::Parameter { id: info.id, value: self.values[info.name] }));
        let bypass = |(name, effect): (&'static str, u8)| {
            let bypassed = self.values[name] > 0.0;
            (name, Command::Bypass { effect: EffectId(effect), bypassed })
        };
        params.chain(rack::BYPASS.into_iter().zip(0_u8..).map(bypass))
    }
}

/// One thing that is to be another.
#[derive(Clone, Debug, PartialEq)]
enum Change {
    Param { id: ParamId, name: &'static str, value: f32 },
    Bypass { id: EffectId, name: &'static str, on: bool },
    Order(rack::Order),
}

/// Reads `{"reverb.mix": 0.3}`; an effect alone means its main parameter.
fn changes(body: &Value) -> Result<Vec<Change>, Refusal> {
    let Value::Object(members) = body else {
        return Err(Refusal::Invalid("an object of parameters is wanted, such as {\"reverb.mix\": 0.3}".into()));
    };
    members.iter().map(|(name, value)| change(name, value)).collect()
}

fn change(name: &str, value: &Value) -> Result<Change, Refusal> {
    if name == "order" {
        let names: Vec<String> = serde_json::from_value(value.clone())
            .map_err(|_| Refusal::Invalid("order: a list of the effects' names is wanted".into()))?;
        // Nothing means the usual order in files; whoever asks for an order says which.
        let order = rack::order(&names).ok().filter(|_| !names.is_empty());
        return order.map(Change::Order).ok_or_else(|| {
            let whole = rack::names(&rack::usual()).join(", ");
            Refusal::Invalid(format!("order: each of {whole} is wanted once, not {names:?}"))
        });
    }
    if let Some((id, name)) = rack::bypass(name) {
        let on = value.as_bool().or_else(|| value.as_f64().filter(|v| (0.0..=1.0).contains(v)).map(|v| v >= 0.5));
        let wrong = || Refusal::Invalid(format!("{name}: true or false is wanted, or 1 or 0, not {value}"));
        return Ok(Change::Bypass { id, name, on: on.ok_or_else(wrong)? });
    }
    let info = ripieno_fx::param(name).ok_or_else(|| {
        let known = PARAMS.iter().map(|info| info.name).chain(rack::BYPASS);
        let meant = closest(name, known).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        Refusal::Unknown(format!("no effect has a parameter `{name}`{meant}"))
    })?;
    match value.as_f64() {
        Some(value) if (0.0..=1.0).contains(&value) => {
            Ok(Change::Param { id: info.id, name: info.name, value: value as f32 })
        }
        _ => Err(Refusal::Invalid(format!("{name}: a number from 0 to 1 is wanted, not {value}"))),
    }
}

impl Owner {
    /// Sets parameters, bypasses and order, all or none of them.
    pub(super) fn change_effects(&mut self, body: &Value) -> Result<Value, Refusal> {
        for change in changes(body)? {
            match change {
                Change::Param { id, name, value } => {
                    self.session.command(Command::Parameter { id, value });
                    self.take_effect(name, value);
                }
                Change::Bypass { id, name, on } => {
                    self.session.command(Command::Bypass { effect: id, bypassed: on });
                    self.take_effect(name, f32::from(u8::from(on)));
                }
                Change::Order(order) => self.reorder(order),
            }
        }
        Ok(self.effects())
    }

    /// All settings as they are served.
    pub(super) fn effects(&self) -> Value {
        let mut all = told(&self.effects.values);
        all["order"] = rack::names(&self.effects.order).into();
        all
    }

    /// A panel has moved a parameter.
    pub(super) fn effect_moved(&mut self, id: ParamId, value: f32) {
        if let Some(info) = PARAMS.iter().find(|info| info.id == id) {
            self.take_effect(info.name, value);
        }
    }

    /// A panel has put an effect in the path, or taken it out.
    pub(super) fn effect_bypassed(&mut self, id: EffectId, bypassed: bool) {
        if let Some(name) = rack::BYPASS.get(usize::from(id.0)).copied() {
            self.take_effect(name, f32::from(u8::from(bypassed)));
        }
    }

    /// A setting is heard with this value now.
    fn take_effect(&mut self, name: &'static str, value: f32) {
        if self.effects.values.insert(name, value) == Some(value) {
            return;
        }
        self.effects.due = Some(Instant::now() + SETTLING);
        // Not by the whole section: this is what happens most often.
        let patch = json!({ "fx": { name: told(&value) } });
        self.publisher.publish(&Event::ParamChanged { target: name.into(), value }, patch);
    }

    /// The level dips to silence on the way to another order, so only another one is sent.
    fn reorder(&mut self, order: rack::Order) {
        if std::mem::replace(&mut self.effects.order, order) == order {
            return;
        }
        self.session.command(Command::Order(order));
        self.effects.due = Some(Instant::now() + SETTLING);
        self.publish(&Event::OrderChanged { order: rack::names(&order) }, &[Section::FxOrder]);
    }

    /// Keeps what has changed.
    pub(super) fn keep_effects(&mut self) {
        if self.effects.due.take().is_none() {
            return;
        }
        let (kept, order) = (self.effects.kept(), self.effects.kept_order());
        let change = |model: &mut Model| {
            (model.fx, model.fx_order) = (kept, order);
            Ok(())
        };
        if let Err(refusal) = self.edit("effects", change, |_, ()| Vec::new()) {
            self.fail("fx", format!("the effects cannot be kept: {refusal}"));
        }
    }

    /// The studio says something else: make it heard.
    pub(super) fn follow_effects(&mut self) {
        let wanted = Effects::of(self.studio.model());
        for (name, command) in wanted.commands() {
            if self.effects.values.get(name) != wanted.values.get(name) {
                self.session.command(command);
            }
        }
        if wanted.order != self.effects.order {
            self.session.command(Command::Order(wanted.order));
        }
        self.effects = wanted;
    }

    /// Sends every setting, as to a session that has just begun.
    pub(super) fn send_effects(&self) {
        self.effects.commands().for_each(|(_, command)| self.session.command(command));
        self.session.command(Command::Order(self.effects.order));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_in_full_or_by_their_effect() {
        let check = |body: Value, expected: &[(&str, f32)]| {
            let found = changes(&body).unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
            let found: Vec<_> = found
                .into_iter()
                .map(|change| match change {
                    Change::Param { name, value, .. } => (name, value),
                    Change::Bypass { name, on, .. } => (name, f32::from(u8::from(on))),
                    Change::Order(order) => ("order", f32::from(order[0].0)),
                })
                .collect();
            assert_eq!(found, expected, "{body}");
        };
        check(json!({"reverb.mix": 0.25, "reverb.decay": 1}), &[("reverb.decay", 1.0), ("reverb.mix", 0.25)]);
        check(json!({"reverb": 0, "pan": 0.5}), &[("pan.pan", 0.5), ("reverb.mix", 0.0)]);
        check(json!({"reverb.bypass": true, "pan.bypass": 0}), &[("pan.bypass", 0.0), ("reverb.bypass", 1.0)]);
        let order = ["delay", "volume", "filter", "pitch", "chorus", "reverb", "pan"];
        check(json!({ "order": order }), &[("order", 4.0)]);
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
        check(json!({"reverb.bypas": true}), true, "did you mean reverb.bypass?");
        check(json!({"reverb.bypass": 7}), false, "true or false");
        check(json!({"order": []}), false, "each of volume");
        check(json!({"order": ["pan", "pan"]}), false, "each of volume");
        check(json!({"order": "pan"}), false, "a list");
    }

    #[test]
    fn only_what_differs_is_kept() {
        let mut model = Model::default();
        let effects = Effects::of(&model);
        assert_eq!((effects.kept(), effects.kept_order()), (BTreeMap::new(), Vec::new()));
        model.fx = BTreeMap::from([("reverb.mix".to_owned(), 0.9), ("delay.bypass".to_owned(), 1.0)]);
        model.fx_order = ["pan", "volume", "filter", "pitch", "chorus", "delay", "reverb"].map(str::to_owned).into();
        let effects = Effects::of(&model);
        assert_eq!((effects.kept(), effects.kept_order()), (model.fx, model.fx_order));
    }
}
