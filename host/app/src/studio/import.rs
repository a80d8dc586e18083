//! A studio out of midi-macropad's files: `config.toml`, and its settings or a profile of them. What is broken or unknown is
//! told and left out; what means the same is taken over.

mod actions;

use super::audio;
use super::bank::{bank_id, bank_name, template_title};
use super::entries::{empty, number};
use super::error::Notice;
use super::model::{DeviceSpec, Model, PanelSpec};
use super::names::{Fresh, check_name, same};
use super::panels::checked_title;
use super::read::{STARTED, json_of};
use crate::live::{Latency, Settings};
use ripieno_web::shape::{Entry, EntryAddress, Kind, Preset};
use serde_json::{Map, Value};
use toml_edit::Document;

/// What came of importing.
#[derive(Debug)]
pub struct Imported {
    /// The studio's text.
    pub text: String,
    /// What was taken over.
    pub done: Vec<String>,
    /// What was not, and why.
    pub left: Vec<String>,
}

/// Makes a studio of a `config.toml` and, if there are any, settings as JSON. Control.
///
/// # Errors
/// Where `config` is no TOML at all: there is nothing to take over then.
pub fn import(config: &str, settings: Option<&str>, fresh: Fresh) -> Result<Imported, Notice> {
    let document = Document::parse(config).map_err(|error| {
        Notice::at(config, error.span().map(|span| span.start), error.message().trim().replace('\n', "; "))
    })?;
    let mut import = Import { model: Model::default(), fresh, done: Vec::new(), left: Vec::new() };
    let config = json_of(document.as_item()).unwrap_or_else(|cause| {
        import.left.push(cause);
        Value::Null
    });
    import.config(&config);
    let settings = settings.and_then(|text| match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(settings)) => Some(settings),
        Ok(_) => {
            import.left.push("the settings are no JSON object".into());
            None
        }
        Err(error) => {
            import.left.push(format!("the settings are no JSON: {error}"));
            None
        }
    });
    import.settings(&settings.unwrap_or_default());
    let Import { model, done, mut left, .. } = import;
    let text = super::store::written(STARTED, &Model::default(), &model);
    let (text, reading) = text.map_err(|error| Notice::at("", None, error.to_string()))?;
    left.extend(reading.warnings.into_iter().map(|notice| notice.cause));
    Ok(Imported { text, done, left })
}

struct Import {
    model: Model,
    fresh: Fresh,
    done: Vec<String>,
    left: Vec<String>,
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

impl Import {
    fn config(&mut self, config: &Value) {
        if let Some(name) = config.get("device").and_then(|device| text(device, "name")).filter(|name| !name.is_empty())
        {
            let layout = self.model.layout_for(name).map(|layout| layout.id.clone());
            self.model.devices.push(DeviceSpec { id: "controller".into(), name: name.into(), layout, lights: false });
            self.done.push(format!("the device {name:?}"));
        }
        let kinds = [
            (Kind::Pad, "pad_presets", "pads", "note"),
            (Kind::Knob, "knob_presets", "knobs", "cc"),
            (Kind::Piano, "piano_presets", "keys", "note"),
        ];
        for (kind, presets, controls, source) in kinds {
            for (n, preset) in list(config, presets).iter().enumerate() {
                let name = text(preset, "name").map_or_else(|| format!("Preset {}", n + 1), str::to_owned);
                self.preset(kind, &name, list(preset, controls), source);
            }
        }
        let knobs = list(config, "knobs");
        if !knobs.is_empty() {
            self.preset(Kind::Knob, "Knobs", knobs, "cc");
        }
        if self.model.presets_of(Kind::Pad).next().is_none() {
            self.preset(Kind::Pad, "Default", &[], "note");
        }
        let known = ["device", "knobs", "pad_presets", "knob_presets", "piano_presets"];
        for key in
            config.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| !known.contains(&key.as_str()))
        {
            self.left.push(format!("[{key}] of the configuration is unknown"));
        }
    }

    fn preset(&mut self, kind: Kind, wanted: &str, controls: &[Value], source: &str) {
        let name = self.free_name(kind, wanted);
        let id = match self.model.create_preset(kind, &name, self.fresh) {
            Ok(id) => id,
            Err(error) => return self.left.push(format!("the preset {wanted:?}: {error}")),
        };
        self.fresh = self.fresh.next();
        let mut entries: Vec<Entry> = controls.iter().filter_map(|it| self.entry(kind, &name, it, source)).collect();
        number(&mut entries);
        self.done.push(format!("the preset {name:?} with {} controls", entries.len()));
        if let Some(preset) = self.model.presets.iter_mut().find(|preset| preset.id == id) {
            preset.entries = entries;
        }
    }

    /// A name that is legal and free: as near as can be to the one that was.
    fn free_name(&mut self, kind: Kind, wanted: &str) -> String {
        let plain: String = wanted.chars().map(|c| if check_name(&c.to_string()).is_ok() { c } else { ' ' }).collect();
        let plain: String = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(44).collect();
        let plain = if plain.is_empty() { "Preset".to_owned() } else { plain };
        let is_taken = |name: &String| self.model.presets_of(kind).any(|preset| same(&preset.name, name));
        let numbered = (2..).map(|n| format!("{plain} ({n})"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default();
        if !same(&name, wanted) {
            self.left.push(format!("the name {wanted:?} cannot be kept; the preset is called {name:?}"));
        }
        name
    }

    fn entry(&mut self, kind: Kind, preset: &str, control: &Value, source: &str) -> Option<Entry> {
        let Some(number) = control.get(source).and_then(Value::as_u64).filter(|number| *number < 128) else {
            self.left.push(format!("{preset:?}: a control without a {source} from 0 to 127"));
            return None;
        };
        let at = EntryAddress { source: format!("{source}:{number}"), ..EntryAddress::default() };
        let mut entry = empty(kind, &at);
        if let Some(label) = text(control, "label").map(str::trim).filter(|label| !label.is_empty()) {
            match checked_title(label) {
                Ok(label) => entry.label = label,
                Err(error) => self.left.push(format!("{preset:?}: the label of {}: {error}", at.source)),
            }
        }
        if text(control, "hotkey").is_some_and(|hotkey| !hotkey.is_empty()) {
            self.left.push(format!("{preset:?}: the hotkey of {:?}: there are none here", entry.label));
        }
        if let Some(action) = control.get("action") {
            match actions::translated(kind, action) {
                Ok((action, None)) => entry.action = action,
                Ok((action, Some(cause))) => {
                    entry.action = action;
                    self.left.push(format!("{preset:?}: {:?}: {cause}", entry.label));
                }
                Err(cause) => self.left.push(format!("{preset:?}: {:?}: {cause}", entry.label)),
            }
        }
        Some(entry)
    }

    fn settings(&mut self, settings: &Map<String, Value>) {
        match (
            settings.get("panels").and_then(Value::as_object),
            settings.get("active_panels").and_then(Value::as_object),
        ) {
            (Some(panels), Some(active)) => self.panels(panels, active),
            _ => self.legacy_banks(settings),
        }
        if let Some(piano) = settings.get("piano_audio") {
            self.audio(piano);
        }
        if let Some(obs) = settings.get("obs_session_plugin") {
            self.obs(obs);
        }
        let taken = ["panels", "active_panels", "panel_presets", "piano_audio", "obs_session_plugin", "ui_layout"];
        for key in settings.keys().filter(|key| !taken.contains(&key.as_str())) {
            self.left.push(format!("the setting {key:?} means nothing here"));
        }
        if !self.model.panels.iter().any(|panel| panel.kind == Kind::Piano) {
            self.left.push("there is no piano panel, so keys are silent; make one of the bank `play`".into());
        }
    }

    fn panels(&mut self, panels: &Map<String, Value>, active: &Map<String, Value>) {
        for (id, panel) in panels {
            let kind = match text(panel, "type") {
                Some("pad") => Kind::Pad,
                Some("knob") => Kind::Knob,
                Some("piano") => Kind::Piano,
                _ => {
                    self.left.push(format!("the panel {id:?} is of no kind"));
                    continue;
                }
            };
            let Some(bank) = text(panel, "bank").and_then(|bank| bank_id(kind, bank)) else {
                self.left.push(format!("the panel {id:?} has no bank"));
                continue;
            };
            let title = text(panel, "title").unwrap_or_default();
            let preset = text(panel, "preset").unwrap_or_default();
            self.panel(id, kind, &bank_name(kind, bank), preset, title);
        }
        for (slot, id) in active {
            let Some(id) = id.as_str() else { continue };
            let panel = self.model.panel(id).map(|panel| (panel.kind, panel.bank.clone()));
            match panel {
                Some(panel) if super::model::slot_name(&panel) == *slot => {
                    _ = self.model.active.insert(panel, id.into());
                }
                _ => self.left.push(format!("{slot} has the panel {id:?}, which is not there")),
            }
        }
        self.done.push(format!("{} panels", self.model.panels.len()));
    }

    fn panel(&mut self, id: &str, kind: Kind, bank: &str, preset: &str, title: &str) {
        let found: Option<&Preset> = self.model.preset(kind, preset).or_else(|| self.model.presets_of(kind).next());
        let preset_id = found.map(|preset| preset.id.clone());
        if !preset.is_empty() && !found.is_some_and(|found| same(&found.name, preset)) {
            self.left.push(format!("the panel {id:?} had the preset {preset:?}, which is not there"));
        }
        let title = checked_title(title.trim()).unwrap_or_default();
        let title = if title.is_empty() { template_title(kind, bank) } else { title };
        let is_plain =
            id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && (1..=100).contains(&id.len());
        let id = if is_plain && self.model.panel(id).is_none() { id.to_owned() } else { self.fresh.panel_id(kind) };
        self.fresh = self.fresh.next();
        self.model.panels.push(PanelSpec { id, kind, bank: bank.into(), preset_id, title });
    }

    /// Before there were panels there were four banks: each becomes a panel, and all four are active.
    fn legacy_banks(&mut self, settings: &Map<String, Value>) {
        let presets = settings.get("panel_presets").cloned().unwrap_or_default();
        let index = settings.get("preset_index").and_then(Value::as_u64).unwrap_or(0) as usize;
        let pad = self.model.presets_of(Kind::Pad).nth(index).or_else(|| self.model.presets_of(Kind::Pad).next());
        let pad = pad.map(|preset| preset.name.clone()).unwrap_or_default();
        let knob = self.model.presets_of(Kind::Knob).next().map(|preset| preset.name.clone()).unwrap_or_default();
        let old_knob = text(&presets, "knobs").filter(|name| !name.is_empty()).unwrap_or(&knob).to_owned();
        let banks = [
            (Kind::Pad, "A", "bankA", &pad),
            (Kind::Pad, "B", "bankB", &pad),
            (Kind::Knob, "A", "knobBank-A", &old_knob),
            (Kind::Knob, "B", "knobBank-B", &old_knob),
        ];
        for (kind, bank, key, default) in banks {
            let preset = text(&presets, key).filter(|name| !name.is_empty()).unwrap_or(default).to_owned();
            let id = self.fresh.panel_id(kind);
            self.panel(&id, kind, bank, &preset, "");
            if let Some(panel) = self.model.panels.last() {
                self.model.active.insert((kind, bank.into()), panel.id.clone());
            }
        }
        self.done.push("four panels of the four banks, all of them active".into());
    }

    fn audio(&mut self, piano: &Value) {
        let int = |key: &str| piano.get(key).and_then(Value::as_u64);
        let defaults = Settings::default();
        let latency = match text(piano, "latency_mode") {
            Some("medium") => Latency::Medium,
            Some("high") => Latency::High,
            _ => Latency::Low,
        };
        let master = piano.get("master_volume").and_then(Value::as_f64).map_or(defaults.master, |volume| volume as f32);
        let wanted = Settings {
            rate: int("sample_rate").and_then(|n| u32::try_from(n).ok()),
            buffer: int("block_size").and_then(|n| u32::try_from(n).ok()),
            voices: int("max_polyphony").and_then(|n| usize::try_from(n).ok()).unwrap_or(defaults.voices),
            latency,
            master,
            ..defaults
        };
        match wanted.check() {
            Ok(()) => {
                self.model.audio = wanted;
                self.done.push(format!("the sound's settings: {}", audio::KEYS[1..].join(", ")));
            }
            Err(error) => self.left.push(format!("the sound's settings: {error}")),
        }
        if piano.get("output_device").is_some_and(|device| !device.is_null()) {
            self.left.push("the output device was known by a number; choose it anew".into());
        }
        if let Some(name) = text(piano, "default_instrument").or_else(|| text(piano, "instrument")) {
            self.model.instrument = Some(name.into());
        }
    }

    fn obs(&mut self, obs: &Value) {
        let mut table = Map::new();
        for key in ["host", "port"] {
            table.extend(obs.get(key).filter(|value| !value.is_null()).map(|value| (key.to_owned(), value.clone())));
        }
        match text(obs, "password").unwrap_or_default() {
            "" => {}
            reference if reference.starts_with("${vault:") => _ = table.insert("password".into(), reference.into()),
            _ => {
                table.insert("password".into(), "${vault:obs.password}".into());
                self.left
                    .push("the password of OBS stays where it is: put it into secrets.json as obs.password".into());
            }
        }
        if !table.is_empty() {
            self.model.actions.tables.insert("obs".into(), table.into());
            self.done.push("where OBS listens".into());
        }
    }
}

#[cfg(test)]
mod tests;
