//! From the document to what the audio thread goes by: numbers for names, and a table back.

mod names;

pub use names::{Names, Numbers, Outside};

use super::action::{self, Meaning};
use super::address::{Heard, source_of};
use super::bank::{bank_id, panel_kind};
use super::glue;
use super::model::{LayerSpec, Model, PanelSpec, ScoreSpec, ZoneSpec};
use super::rack;
use crate::panels::{HostScore, HostSetup};
use ripieno_panel::glue::{Button, Fire, Mode};
use ripieno_panel::value::from_unit;
use ripieno_panel::{
    Action as Core, Address, CHORDS, DeviceId, GROUP, Layer, Light, Mapping, MappingId, Panel, PanelKind, Pattern,
    Phrase, PresetId, ScoreNote, Setup, Source, TextId, Zone,
};
use ripieno_web::shape::{Action, Entry, EntryAddress, Kind, Preset};

/// A model as the audio thread goes by it.
#[derive(Debug)]
pub struct Compiled {
    /// Layout, panels, presets.
    pub setup: Box<HostSetup>,
    /// Phrases and layers.
    pub score: Box<HostScore>,
    /// What the numbers in both are.
    pub names: Names,
    /// What had to be left out, and why.
    pub warnings: Vec<String>,
}

/// Makes a set-up of a model. What does not fit, or refers to what is not there, is left out and told. Control: allocates.
pub fn compile(model: &Model, numbers: &mut Numbers) -> Compiled {
    numbers.panels.follow(model.panels.iter().map(|panel| &panel.id));
    numbers.presets.follow(model.presets.iter().map(|preset| &preset.id));
    let names = Names {
        numbers: numbers.clone(),
        devices: model.devices.iter().take(usize::from(u8::MAX)).map(|device| device.id.clone()).collect(),
        samples: model.samples.iter().map(|sample| sample.name.clone()).collect(),
        ..Names::default()
    };
    let mut compiler = Compiler {
        model,
        names,
        setup: Box::new(HostSetup::new()),
        zones: Vec::new(),
        chords: 0,
        warnings: Vec::new(),
    };
    let score = compiler.score(&model.score);
    compiler.zones();
    compiler.presets();
    compiler.panels();
    Compiled { setup: compiler.setup, score, names: compiler.names, warnings: compiler.warnings }
}

struct Compiler<'m> {
    model: &'m Model,
    names: Names,
    setup: Box<HostSetup>,
    /// The rules, with what their lights are sent.
    zones: Vec<(Zone, Option<[u8; 2]>)>,
    /// Buttons so far that fire together with another.
    chords: usize,
    warnings: Vec<String>,
}

impl Compiler<'_> {
    /// Those of each device's layout, for that device alone, then those of every other.
    fn zones(&mut self) {
        let model = self.model;
        for (n, device) in model.devices.iter().enumerate().take(usize::from(u8::MAX)) {
            let Some(layout) = device.layout.as_ref().and_then(|id| model.layout(id)) else { continue };
            for zone in &layout.zones {
                self.zone(zone, Some(DeviceId(n as u8)), device.lights);
            }
        }
        for zone in &model.default_layout().zones {
            self.zone(zone, None, true);
        }
    }

    fn zone(&mut self, spec: &ZoneSpec, device: Option<DeviceId>, has_lights: bool) {
        let own = match &spec.device {
            Some(id) => match self.names.device(id) {
                Some(own) if device.is_none_or(|device| device == own) => Some(own),
                _ => return,
            },
            None => device,
        };
        let channel = spec.channel.map(|channel| channel - 1);
        let zone = Zone { device: own, channel, run: spec.run, role: spec.role };
        match self.setup.zone(zone) {
            Ok(()) => self.zones.push((zone, spec.light.filter(|_| has_lights))),
            Err(error) => self.warnings.push(format!("a zone of a layout is left out: {error}")),
        }
    }

    fn presets(&mut self) {
        let mut presets: Vec<(&Preset, PresetId)> =
            self.model.presets.iter().filter_map(|preset| Some((preset, self.names.preset(&preset.id)?))).collect();
        // The core's order; mappings are numbered by it.
        presets.sort_by_key(|(_, id)| *id);
        for (preset, id) in presets {
            let mut mappings: Vec<(Mapping, &EntryAddress)> = Vec::new();
            for entry in &preset.entries {
                let fits = self.mapping(preset.kind, entry).and_then(|mapping| self.fits(mapping, &mappings));
                match fits {
                    Ok(mapping) => mappings.push((mapping, &entry.at)),
                    Err(cause) => {
                        self.warnings.push(format!("{:?}: {} is left out: {cause}", preset.name, entry.at.source));
                    }
                }
            }
            // Stable: several of one control stay in their order.
            mappings.sort_by_key(|(mapping, _)| mapping.at);
            let bare: Vec<Mapping> = mappings.iter().map(|(mapping, _)| *mapping).collect();
            if let Err(error) = self.setup.preset(id, panel_kind(preset.kind), &bare) {
                self.warnings.push(format!("the preset {:?} is left out: {error}", preset.name));
                continue;
            }
            for (_, at) in mappings {
                let place = MappingId(self.names.mappings.len() as u16);
                let key = (preset.id.clone(), at.clone());
                self.names.places.insert(key.clone(), place);
                self.names.mappings.push(key);
            }
        }
    }

    /// A mapping that the core takes beside the others: one that it does not take is not to cost the whole preset.
    fn fits(&mut self, mapping: Mapping, others: &[(Mapping, &EntryAddress)]) -> Result<Mapping, String> {
        let alone = Setup::<1, 1, 1>::new().preset(PresetId(0), PanelKind::Pad, &[mapping]);
        alone.map_err(|error| error.to_string())?;
        if others.iter().filter(|(other, _)| other.at == mapping.at).count() >= GROUP {
            return Err(format!("a control does {GROUP} things at most"));
        }
        if matches!(mapping.glue.mode, Mode::Button(Button { fire: Fire::Chord { .. }, .. })) {
            if self.chords >= CHORDS {
                return Err(format!("there are {CHORDS} chords of buttons at most"));
            }
            self.chords += 1;
        }
        Ok(mapping)
    }

    fn mapping(&mut self, kind: Kind, entry: &Entry) -> Result<Mapping, String> {
        let source = match source_of(kind, &entry.at.source)? {
            Heard::Source(source) => source,
            Heard::Pattern(bytes) => Source::SysEx(self.pattern(bytes)?),
        };
        let device = match &entry.at.device {
            Some(id) => Some(self.names.device(id).ok_or_else(|| format!("there is no device {id:?}"))?),
            None => None,
        };
        let at = Address { source, device, channel: entry.at.channel.map(|channel| channel - 1) };
        let glue = glue::glue(kind, entry)?;
        let action = match &entry.action {
            // What cannot be carried out does nothing: that was told when the document was read.
            Some(action) => self.action(action, &entry.label).unwrap_or(Core::Nothing),
            None => Core::Nothing,
        };
        let light = match entry.light.or_else(|| self.light(&at)) {
            Some([off, on]) => Light::Own { off, on },
            None => Light::None,
        };
        Ok(Mapping { at, glue, action, value: self.value(&action), light })
    }

    /// The number of a pattern, of one that is there already if it is the same.
    fn pattern(&mut self, bytes: Vec<Option<u8>>) -> Result<u8, String> {
        if let Some(n) = self.names.patterns.iter().position(|other| *other == bytes) {
            return Ok(n as u8);
        }
        let pattern = Pattern { bytes: bytes.iter().copied().collect() };
        let number = self.setup.pattern(pattern).map_err(|error| error.to_string())?;
        self.names.patterns.push(bytes);
        Ok(number)
    }

    fn action(&mut self, action: &Action, label: &str) -> Result<Core, String> {
        Ok(match action::meaning(self.model, action)? {
            Meaning::Core(action) => action,
            Meaning::Panel { panel, on } => {
                Core::Panel { panel: self.names.panel(&panel).ok_or("its panel is gone")?, on }
            }
            Meaning::Sample(n) => Core::Sample(n as u16),
            Meaning::Phrase(n) => Core::Phrase(n as u16),
            Meaning::Layer(n) => Core::Layer(n as u16),
            Meaning::Outside => {
                self.names.outside.push(Outside { action: action.clone(), label: label.into() });
                Core::Outside((self.names.outside.len() - 1) as u16)
            }
        })
    }

    /// What an action's value is as the document has it.
    fn value(&self, action: &Core) -> Option<u16> {
        match action {
            Core::Parameter(id) => {
                let info = ripieno_fx::PARAMS.get(usize::from(id.0))?;
                Some(from_unit(self.model.fx.get(info.name).copied().unwrap_or(info.default)))
            }
            Core::Effect(id) => {
                let name = rack::BYPASS.get(usize::from(id.0))?;
                // One that is in the path is so without a word.
                self.model.fx.contains_key(*name).then_some(0)
            }
            Core::Master => Some(from_unit(self.model.audio.master)),
            _ => None,
        }
    }

    /// What lights a control, by the first rule that can mean it.
    fn light(&self, at: &Address) -> Option<[u8; 2]> {
        let meets = |zone: &Zone| {
            std::mem::discriminant(&zone.run.first) == std::mem::discriminant(&at.source)
                && (zone.run.first..=zone.run.last).contains(&at.source)
                && (at.device.is_none() || zone.device.is_none() || at.device == zone.device)
                && (at.channel.is_none() || zone.channel.is_none() || at.channel == zone.channel)
        };
        self.zones.iter().find(|(zone, light)| light.is_some() && meets(zone)).and_then(|(_, light)| *light)
    }

    fn panels(&mut self) {
        for (n, spec) in self.model.panels.iter().enumerate() {
            if let Err(cause) = self.panel(spec, n) {
                self.warnings.push(format!("the panel {:?} is left out: {cause}", spec.title));
            }
        }
    }

    fn panel(&mut self, spec: &PanelSpec, n: usize) -> Result<(), String> {
        let id = self.names.panel(&spec.id).ok_or("it has no number")?;
        let bank = bank_id(spec.kind, &spec.bank).ok_or("it has no bank")?;
        let preset = spec.preset_id.as_ref().and_then(|id| self.model.preset(spec.kind, id));
        let panel = Panel {
            id,
            kind: panel_kind(spec.kind),
            bank,
            // One that was left out leaves a silent panel.
            preset: preset
                .and_then(|preset| self.names.preset(&preset.id))
                .filter(|id| self.setup.presets().iter().any(|preset| preset.id == *id)),
            title: TextId(n as u16),
            is_active: self.model.is_active(spec),
        };
        self.setup.panel(panel).map_err(|error| error.to_string())
    }

    fn score(&mut self, spec: &ScoreSpec) -> Box<HostScore> {
        let mut score = Box::new(HostScore::new());
        score.tempo = (spec.tempo * 1_000.0).round() as u32;
        for phrase in &spec.phrases {
            let first = score.notes.len() as u16;
            let each = phrase.notes.iter().map(|note| ScoreNote {
                at: note.at,
                channel: phrase.channel - 1,
                note: note.note,
                velocity: note.velocity,
                length_ms: note.length,
            });
            let count = phrase.notes.len() as u16;
            let run = Phrase { first, count, ends_on_release: phrase.ends_on_release, is_scaled: phrase.scaled };
            if score.notes.extend_from_slice(&each.collect::<Vec<_>>()).is_err() || score.phrases.push(run).is_err() {
                self.warnings.push(format!("the phrase {:?} is left out: there is no room for it", phrase.name));
                break;
            }
            self.names.phrases.push(phrase.name.clone());
        }
        for layer in &spec.layers {
            let first = score.notes.len() as u16;
            let notes = layer_notes(layer);
            let swing = (layer.swing.unwrap_or(spec.swing) * 65_536.0) as u16;
            let run = Layer { first, count: notes.len() as u16, swing };
            if score.notes.extend_from_slice(&notes).is_err() || score.layers.push(run).is_err() {
                self.warnings.push(format!("the layer {:?} is left out: there is no room for it", layer.name));
                break;
            }
            self.names.layers.push(layer.name.clone());
        }
        score
    }
}

fn layer_notes(layer: &LayerSpec) -> Vec<ScoreNote> {
    let step = |(at, keys): (usize, &Vec<u8>)| {
        let note = |note: &u8| ScoreNote {
            at: at as u32,
            channel: layer.channel - 1,
            note: *note,
            velocity: layer.velocity,
            length_ms: layer.length,
        };
        keys.iter().map(note).collect::<Vec<_>>()
    };
    layer.steps.iter().enumerate().flat_map(step).collect()
}

impl Model {
    /// The rules for controllers without their own layout: the layout called `default`, or the usual one. Any.
    pub(super) fn default_layout(&self) -> std::borrow::Cow<'_, super::model::LayoutSpec> {
        match self.layouts.iter().find(|layout| layout.id == super::controllers::DEFAULT) {
            Some(layout) => std::borrow::Cow::Borrowed(layout),
            None => std::borrow::Cow::Owned(super::controllers::usual()),
        }
    }
}

#[cfg(test)]
mod tests;
