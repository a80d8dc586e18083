//! A set-up made presets and panels of a studio again: what a controller plays, as something to be edited. Names and labels
//! are not in a set-up, nor is what only the studio knows that it was made of.

use super::address::source_text;
use super::bank::{bank_name, kind_name};
use super::model::Model;
use super::names::Fresh;
use super::{EditError, glue};
use crate::panels::HostSetup;
use ripieno_fx::{EFFECTS, PARAMS};
use ripieno_panel::glue as core;
use ripieno_panel::value::to_unit;
use ripieno_panel::{Action as Core, Light, Mapping, PanelId, PanelKind, PresetId, Source};
use ripieno_web::shape::{EntryAddress, EntryChange, Kind, NewPanel};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What has come of a set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Ids of the new presets.
    pub presets: Vec<String>,
    /// Ids of the new panels; none of them is active.
    pub panels: Vec<String>,
    /// What could not be taken over, and why.
    pub warnings: Vec<String>,
}

impl Model {
    /// Adds presets and panels that say what a set-up does. `name` is the beginning of their names; panels are not made
    /// active. Any.
    ///
    /// # Errors
    /// [`EditError::Conflict`] when there is no room for them.
    pub fn recover(&mut self, setup: &HostSetup, name: &str, fresh: Fresh) -> Result<Recovered, EditError> {
        let mut recovered = Recovered::default();
        let mut presets: BTreeMap<PresetId, String> = BTreeMap::new();
        for preset in setup.presets() {
            let kind = kind(preset.kind);
            let name = self.free_preset_name(kind, name);
            presets.insert(preset.id, self.create_preset(kind, &name, fresh)?);
        }
        let mut panels: BTreeMap<PanelId, String> = BTreeMap::new();
        for panel in setup.panels() {
            let kind = kind(panel.kind);
            let new = NewPanel {
                kind,
                bank: Some(bank_name(kind, panel.bank)),
                preset: panel.preset.and_then(|id| presets.get(&id).cloned()),
                title: Some(format!("{name} {} {}", kind_name(kind), bank_name(kind, panel.bank))),
                activate: false,
            };
            panels.insert(panel.id, self.create_panel(&new, fresh)?);
        }
        for preset in setup.presets() {
            let (first, count) = (usize::from(preset.first), usize::from(preset.count));
            let mappings = setup.mappings().get(first..first + count).unwrap_or_default();
            let mut before: Option<(&Mapping, u8)> = None;
            for mapping in mappings {
                // Those of one control stand together.
                let nth = before.filter(|(other, _)| other.at == mapping.at).map_or(0, |(_, nth)| nth + 1);
                before = Some((mapping, nth));
                let Some(id) = presets.get(&preset.id) else { continue };
                if let Err(cause) = self.recover_entry(setup, kind(preset.kind), id, mapping, nth, &panels) {
                    recovered.warnings.push(cause);
                }
            }
        }
        recovered.presets = presets.into_values().collect();
        recovered.panels = panels.into_values().collect();
        Ok(recovered)
    }

    /// The name, or the name and the first number from 2 that is free.
    fn free_preset_name(&self, kind: Kind, name: &str) -> String {
        let numbered = (2_u32..).map(|n| format!("{name} {n}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| self.preset(kind, name).is_none()).unwrap_or_default()
    }

    fn recover_entry(
        &mut self,
        setup: &HostSetup,
        kind: Kind,
        preset: &str,
        mapping: &Mapping,
        nth: u8,
        panels: &BTreeMap<PanelId, String>,
    ) -> Result<(), String> {
        let pattern = |n: u8| setup.patterns().get(usize::from(n)).map(|pattern| pattern.bytes.as_slice());
        let device = mapping.at.device.and_then(|device| self.devices.get(usize::from(device.0)));
        let at = EntryAddress {
            source: source_text(mapping.at.source, pattern),
            channel: mapping.at.channel.map(|channel| channel + 1),
            device: device.map(|device| device.id.clone()),
            nth,
        };
        let told = |cause: String| format!("{}: {cause}", at.source);
        let (mut fields, loses_fire) = behaviour(&mapping.glue, kind, mapping.at.source);
        if let Light::Own { off, on } = mapping.light {
            fields.insert("light".into(), json!([off, on]));
        }
        let action = action(&mapping.action, panels);
        fields.extend(action.clone().ok().flatten().map(|action| ("action".to_owned(), action)));
        self.change_entry(kind, preset, &at, &EntryChange(fields)).map_err(|error| told(error.to_string()))?;
        if loses_fire {
            return Err(told("a studio has no word for when it fires; it fires when it is pressed".into()));
        }
        action.map(drop).map_err(told)
    }
}

fn kind(kind: PanelKind) -> Kind {
    match kind {
        PanelKind::Pad => Kind::Pad,
        PanelKind::Knob => Kind::Knob,
        PanelKind::Piano => Kind::Piano,
    }
}

/// An action as documents write it; nothing for one that does nothing.
fn action(action: &Core, panels: &BTreeMap<PanelId, String>) -> Result<Option<Value>, String> {
    let with = |mut fields: Value, key: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields[key] = value;
        }
        fields
    };
    Ok(Some(match *action {
        Core::Nothing => return Ok(None),
        Core::Note { channel, note, velocity } => {
            let fields = json!({"type": "note", "note": note, "channel": channel + 1});
            with(fields, "velocity", velocity.map(Value::from))
        }
        Core::Chord { channel, notes, velocity } => {
            let notes: Vec<u8> = notes.into_iter().flatten().collect();
            let fields = json!({"type": "chord", "notes": notes, "channel": channel + 1});
            with(fields, "velocity", velocity.map(Value::from))
        }
        Core::Control { channel, number } => json!({"type": "cc", "number": number, "channel": channel + 1}),
        Core::Program { channel, bank, program } => {
            let fields = json!({"type": "program", "program": program, "channel": channel + 1});
            with(fields, "bank", bank.map(Value::from))
        }
        Core::PitchBend { channel } => json!({"type": "pitch_bend", "channel": channel + 1}),
        Core::Parameter(id) => {
            let info = PARAMS.get(usize::from(id.0)).ok_or("it sets an effect parameter that is unknown here")?;
            json!({"type": "fx", "target": info.name})
        }
        Core::Effect(id) => {
            let info = EFFECTS.get(usize::from(id.0)).ok_or("it switches an effect that is unknown here")?;
            json!({"type": "effect", "target": info.name})
        }
        Core::Master => json!({"type": "master"}),
        Core::Transpose { by } => json!({"type": "transpose", "by": by}),
        Core::Panic => json!({"type": "panic"}),
        Core::Tempo => json!({"type": "tempo"}),
        Core::Panel { panel, on } => {
            let panel = panels.get(&panel).ok_or("it switches a panel that the set-up does not have")?;
            json!({"type": "panel", "panel": panel, "on": on})
        }
        Core::NextPanel { kind, bank, by } => {
            let kind = self::kind(kind);
            json!({"type": "next_panel", "kind": kind_name(kind), "bank": bank_name(kind, bank), "by": by})
        }
        Core::NextBank { by } => json!({"type": "next_bank", "by": by}),
        Core::Sample(_) | Core::Phrase(_) | Core::Layer(_) | Core::Outside(_) => {
            return Err("what it does is known only where the set-up was made; it does nothing here".into());
        }
        _ => return Err("it does something that is not known here".into()),
    }))
}

/// How a control behaves, as documents write it; what is as it would be anyway is left out. True if they have no word for
/// when it fires.
fn behaviour(glue: &core::Glue, kind: Kind, source: Source) -> (Map<String, Value>, bool) {
    let (mut fields, mut loses_fire) = (Map::new(), false);
    let mut say = |key: &str, value: Value| drop(fields.insert(key.into(), value));
    if glue.mode != glue::usual_mode(kind, source) {
        match glue.mode {
            core::Mode::Button(button) => match self::button(&button) {
                Some(button) => say("button", button),
                None => loses_fire = true,
            },
            core::Mode::Knob(takeover) => say("takeover", self::takeover(takeover)),
            core::Mode::Encoder(encoder) => {
                let coding = match encoder.coding {
                    core::Coding::TwosComplement => "twos-complement",
                    core::Coding::BinaryOffset => "binary-offset",
                    core::Coding::SignBit => "sign-bit",
                    core::Coding::SignBitInverted => "sign-bit-inverted",
                };
                let (step, acceleration) = (to_unit(encoder.step), encoder.acceleration);
                say("encoder", json!({"coding": coding, "step": step, "acceleration": acceleration}));
            }
        }
    }
    match glue.curve {
        core::Curve::Linear => {}
        core::Curve::Soft => say("curve", "soft".into()),
        core::Curve::Softer => say("curve", "softer".into()),
        core::Curve::Hard => say("curve", "hard".into()),
        core::Curve::Harder => say("curve", "harder".into()),
        core::Curve::S => say("curve", "s".into()),
        core::Curve::Fixed => say("curve", "fixed".into()),
        core::Curve::Points(points) => say("curve", json!(points.map(to_unit))),
    }
    if glue.min > 0 {
        say("min", json!(to_unit(glue.min)));
    }
    if glue.max < u16::MAX {
        say("max", json!(to_unit(glue.max)));
    }
    if glue.invert {
        say("invert", true.into());
    }
    if glue.steps > 0 {
        say("steps", glue.steps.into());
    }
    match glue.press {
        core::Press::Momentary => {}
        core::Press::Toggle => say("press", "toggle".into()),
        core::Press::Radio(group) => say("press", json!({"radio": group})),
    }
    (fields, loses_fire)
}

fn button(button: &core::Button) -> Option<Value> {
    let mut said = match button.fire {
        core::Fire::Press => json!({"fire": "press"}),
        core::Fire::Release => json!({"fire": "release"}),
        core::Fire::Short { within_ms } => json!({"fire": "short", "ms": within_ms}),
        core::Fire::Long { after_ms } => json!({"fire": "long", "ms": after_ms}),
        core::Fire::Double { within_ms } => json!({"fire": "double", "ms": within_ms}),
        core::Fire::Repeat { after_ms, every_ms, fastest_ms } => {
            json!({"fire": "repeat", "ms": after_ms, "every_ms": every_ms, "fastest_ms": fastest_ms})
        }
        core::Fire::Latch { hold_ms } => json!({"fire": "latch", "ms": hold_ms}),
        core::Fire::Chord { with: Source::Note(note), within_ms } => {
            json!({"fire": "chord", "with": note, "ms": within_ms})
        }
        core::Fire::Chord { .. } | core::Fire::Triple { .. } => return None,
    };
    if button.guard_ms > 0 {
        said["guard_ms"] = button.guard_ms.into();
    }
    Some(said)
}

fn takeover(takeover: core::Takeover) -> Value {
    match takeover {
        core::Takeover::Off => "off".into(),
        core::Takeover::PickUp => "pick-up".into(),
        core::Takeover::Tolerant { tolerance } => json!({"tolerant": to_unit(tolerance)}),
        core::Takeover::CatchUp => "catch-up".into(),
        core::Takeover::Parallel => "parallel".into(),
        core::Takeover::Proportional => "proportional".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InMemory, Numbers, Studio, compile};
    use super::*;

    /// Every kind of thing that a set-up can hold.
    const TEXT: &str = r#"
version = 1
[[knob_presets]]
id = "k"
name = "K"
knobs = [
  { source = "cc14:1", takeover = { tolerant = 0.05 }, curve = [0.0, 0.2, 0.5, 0.8, 1.0], min = 0.1, max = 0.9, invert = true, steps = 5, action = { type = "fx", target = "reverb.mix" } },
  { cc = 21, channel = 3, encoder = { coding = "sign-bit", step = 0.01, acceleration = 4 }, action = { type = "master" } },
  { cc = 22, takeover = "catch-up", curve = "soft", action = { type = "cc", number = 7, channel = 2 } },
  { source = "pitch-bend", action = { type = "pitch_bend", channel = 1 } },
]
[[pad_presets]]
id = "p"
name = "P"
pads = [
  { note = 16, button = { fire = "long", ms = 700, guard_ms = 20 }, press = "toggle", action = { type = "effect", target = "delay" }, light = [1, 5] },
  { note = 16, button = { fire = "short" }, action = { type = "note", note = 60, channel = 10, velocity = 90 } },
  { note = 17, button = { fire = "repeat", every_ms = 100, fastest_ms = 30 }, action = { type = "chord", notes = [60, 64, 67], channel = 1 } },
  { note = 18, button = { fire = "chord", with = 19 }, press = { radio = 3 }, action = { type = "panel", panel = "a" } },
  { note = 20, action = { type = "program", program = 5, bank = 128, channel = 1 } },
  { note = 21, action = { type = "transpose", by = -12 } },
  { note = 22, action = { type = "next_panel", kind = "pad", bank = "A", by = 1 } },
  { note = 23, action = { type = "next_bank", by = -1 } },
  { note = 24, action = { type = "tempo" } },
  { source = "sysex:7e ?? 06", action = { type = "panic" } },
  { note = 25, action = { type = "keystroke", keys = "ctrl+c" } },
]
[[panels]]
id = "a"
type = "pad"
bank = "A"
preset = "p"
active = true
[[panels]]
id = "b"
type = "knob"
bank = "B"
preset = "k"
"#;

    #[test]
    fn a_set_up_does_the_same_after_it_was_recovered() {
        let studio = Studio::open(InMemory::of(TEXT)).unwrap();
        let made = compile(studio.model(), &mut Numbers::default()).setup;
        let mut again = Studio::open(InMemory::of("version = 1\n")).unwrap();
        let recovered = again.edit("take in", |model| model.recover(&made, "Board", Fresh { millis: 1, random: 2 }));
        let recovered = recovered.unwrap();
        assert_eq!((recovered.presets.len(), recovered.panels.len()), (2, 2));
        let [only] = &recovered.warnings[..] else { panic!("{:?}", recovered.warnings) };
        assert!(only.starts_with("note:25: what it does is known only"), "{only}");
        // Through the file, as an edit goes.
        let text = again.text().to_owned();
        let read = Studio::open(InMemory::of(text)).unwrap();
        let found = compile(read.model(), &mut Numbers::default());
        assert_eq!(found.warnings, Vec::<String>::new());
        let found = found.setup;
        let of = |setup: &HostSetup, kind: PanelKind| -> Vec<Mapping> {
            let presets = setup.presets().iter().filter(|preset| preset.kind == kind);
            let range = |first: u16, count: u16| usize::from(first)..usize::from(first + count);
            presets.flat_map(|preset| setup.mappings()[range(preset.first, preset.count)].to_vec()).collect()
        };
        for kind in [PanelKind::Pad, PanelKind::Knob] {
            // What does nothing here is no entry.
            let mut made = of(&made, kind);
            made.retain(|mapping| !matches!(mapping.action, Core::Outside(_)));
            let found = of(&found, kind);
            assert_eq!(made.len(), found.len());
            for (made, found) in made.iter().zip(&found) {
                assert_eq!(
                    (made.at.channel, made.glue, made.light),
                    (found.at.channel, found.glue, found.light),
                    "{made:?}"
                );
                let (was, is) = (made.action, found.action);
                let same = was == is || matches!((was, is), (Core::Panel { .. }, Core::Panel { .. }));
                assert!(same && made.at.source == found.at.source, "{made:?} {found:?}");
            }
        }
        assert!(found.panels().iter().all(|panel| !panel.is_active));
        assert_eq!(made.patterns(), found.patterns());
        // A second time beside the first.
        let twice =
            again.edit("take in", |model| model.recover(&made, "Board", Fresh { millis: 1, random: 2 })).unwrap();
        assert_eq!(again.model().presets.iter().filter(|preset| preset.name.starts_with("Board")).count(), 4);
        assert!(twice.presets.iter().all(|id| !recovered.presets.contains(id)));
    }
}
