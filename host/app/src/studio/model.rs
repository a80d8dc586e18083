//! What a studio says, typed. The file's text is the truth; this is what it means.

use crate::live;
use ripieno_panel::{Role, Run};
use ripieno_web::shape::{Kind, Panel, Panels, Preset};
use serde_json::Value;
use std::collections::BTreeMap;

/// A slot: at most one panel is active in each.
pub type Slot = (Kind, String);

/// Everything that a studio says, in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Controllers that are known by name.
    pub devices: Vec<DeviceSpec>,
    /// Layouts of their controls. The one called `default` is that of every controller without its own.
    pub layouts: Vec<LayoutSpec>,
    /// Presets: pads', knobs' and keys', each kind in its own order. No two of a kind have one name, no two at all one id.
    pub presets: Vec<Preset>,
    /// Panels.
    pub panels: Vec<PanelSpec>,
    /// The active panel of each slot that is not empty.
    pub active: BTreeMap<Slot, String>,
    /// Instruments beyond the built-in ones.
    pub instruments: Vec<InstrumentSpec>,
    /// The instrument that plays, by name.
    pub instrument: Option<String>,
    /// Effect parameters that are not at their default, 0 to 1, and bypasses that are 1.
    pub fx: BTreeMap<String, f32>,
    /// The names of the effects in their order; nothing for the usual one.
    pub fx_order: Vec<String>,
    /// How sound is played.
    pub audio: live::Settings,
    /// Settings of pages and other clients; no nulls, finite numbers.
    pub settings: BTreeMap<String, Value>,
    /// What the computer may be made to do.
    pub actions: ActionsSpec,
    /// What happens when an application comes to the front.
    pub contexts: Vec<ContextSpec>,
    /// Phrases and layers.
    pub score: ScoreSpec,
    /// Sounds of sample pads.
    pub samples: Vec<SampleSpec>,
}

/// A controller that is known by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSpec {
    /// Its id.
    pub id: String,
    /// What its port's name contains, whatever the case.
    pub name: String,
    /// The id of its layout, of this studio or a built-in one.
    pub layout: Option<String>,
    /// True if its lights are to show what is.
    pub lights: bool,
}

/// A layout of controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutSpec {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
    /// What port names of such a controller contain.
    pub ports: Vec<String>,
    /// Its rules; the first that meets a control decides.
    pub zones: Vec<ZoneSpec>,
}

/// One rule of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSpec {
    /// The device's id; any if nothing is said.
    pub device: Option<String>,
    /// 1 to 16; any if nothing is said.
    pub channel: Option<u8>,
    /// The controls.
    pub run: Run,
    /// What they are for.
    pub role: Role,
    /// What their lights are sent for off and on, 0 to 127, if they have any.
    pub light: Option<[u8; 2]>,
}

/// A panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelSpec {
    /// Stable and opaque.
    pub id: String,
    /// Its kind, which never changes.
    pub kind: Kind,
    /// `A` to `P`; `play` or `map` for piano panels.
    pub bank: String,
    /// The id of its preset. It may be that of a preset that is gone: such a panel is silent, and reconciling tells.
    pub preset_id: Option<String>,
    /// What stands above it.
    pub title: String,
}

/// An instrument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstrumentSpec {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub path: String,
}

/// A sound of sample pads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleSpec {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub path: String,
}

/// What the computer may be made to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActionsSpec {
    /// Kinds of action that are allowed.
    pub allow: Vec<String>,
    /// Tables below `[actions]`, such as `obs` and `reaper`. Secrets in them are references.
    pub tables: BTreeMap<String, Value>,
}

/// What happens when an application comes to the front: one of panel and preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextSpec {
    /// The application, whatever the case.
    pub process: String,
    /// The id of a panel to make active.
    pub panel: Option<String>,
    /// The id of a preset for the active panels of its kind.
    pub preset: Option<String>,
}

/// Phrases and layers, and their clock.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreSpec {
    /// Quarter notes a minute, 40 to 300.
    pub tempo: f32,
    /// How much later every second step is, in steps, 0 to 0.5.
    pub swing: f32,
    /// Phrases.
    pub phrases: Vec<PhraseSpec>,
    /// Layers.
    pub layers: Vec<LayerSpec>,
}

impl Default for ScoreSpec {
    fn default() -> Self {
        let tempo = ripieno_panel::TEMPO as f32 / 1_000.0;
        Self { tempo, swing: 0.0, phrases: Vec::new(), layers: Vec::new() }
    }
}

/// A phrase of timed notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseSpec {
    /// Its name.
    pub name: String,
    /// 1 to 16.
    pub channel: u8,
    /// True: it ends when its control is released.
    pub ends_on_release: bool,
    /// True: as loud as the press.
    pub scaled: bool,
    /// Its notes, in order of time.
    pub notes: Vec<PhraseNote>,
}

/// A note of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseNote {
    /// Milliseconds from the start.
    pub at: u32,
    /// Key, 0 to 127.
    pub note: u8,
    /// 1 to 127.
    pub velocity: u8,
    /// Milliseconds, at least 30.
    pub length: u32,
}

/// A layer of up to sixteen steps.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSpec {
    /// Its name.
    pub name: String,
    /// 1 to 16.
    pub channel: u8,
    /// 1 to 127.
    pub velocity: u8,
    /// Milliseconds of each note, at least 30.
    pub length: u32,
    /// As the score's, if it has its own.
    pub swing: Option<f32>,
    /// Keys of each step, 0 to 127.
    pub steps: Vec<Vec<u8>>,
}

impl Model {
    /// A panel by id. Any.
    pub fn panel(&self, id: &str) -> Option<&PanelSpec> {
        self.panels.iter().find(|panel| panel.id == id)
    }

    /// True if a panel receives MIDI. Any.
    pub fn is_active(&self, panel: &PanelSpec) -> bool {
        self.active.get(&(panel.kind, panel.bank.clone())).is_some_and(|id| *id == panel.id)
    }

    /// A preset of a kind, by id or by name; names whatever their case and outer spaces. Any.
    pub fn preset(&self, kind: Kind, id_or_name: &str) -> Option<&Preset> {
        let of_kind = || self.presets.iter().filter(move |preset| preset.kind == kind);
        let named = || of_kind().find(|preset| super::names::same(&preset.name, id_or_name));
        of_kind().find(|preset| preset.id == id_or_name).or_else(named)
    }

    /// Presets of a kind, in order. Any.
    pub fn presets_of(&self, kind: Kind) -> impl Iterator<Item = &Preset> {
        self.presets.iter().filter(move |preset| preset.kind == kind)
    }

    /// What the computer may be made to do, for those who do it; `resolve` looks secrets up. Any.
    ///
    /// # Errors
    /// Names what cannot be used.
    pub fn actions_config(&self, resolve: impl Fn(&Value) -> Value) -> Result<ripieno_actions::Config, String> {
        let mut all: serde_json::Map<String, Value> =
            self.actions.tables.iter().map(|(key, value)| (key.clone(), resolve(value))).collect();
        all.insert("allow".into(), self.actions.allow.clone().into());
        serde_json::from_value(all.into()).map_err(|error| error.to_string())
    }

    /// A panel as it is served. Any.
    pub fn served_panel(&self, panel: &PanelSpec) -> Panel {
        let preset = panel.preset_id.as_ref().and_then(|id| self.preset(panel.kind, id));
        Panel {
            id: panel.id.clone(),
            kind: panel.kind,
            bank: panel.bank.clone(),
            preset: preset.map(|preset| preset.name.clone()).unwrap_or_default(),
            preset_id: preset.map(|preset| preset.id.clone()),
            title: panel.title.clone(),
        }
    }

    /// All panels and slots as they are served: slots are those of banks A and B, play and map, and every other that a
    /// panel is in. Any.
    pub fn served_panels(&self) -> Panels {
        let usual = [(Kind::Pad, ["A", "B"]), (Kind::Knob, ["A", "B"]), (Kind::Piano, ["play", "map"])];
        let mut slots: BTreeMap<Slot, Option<String>> = usual
            .into_iter()
            .flat_map(|(kind, banks)| banks.map(|bank| ((kind, bank.to_owned()), None)))
            .chain(self.panels.iter().map(|panel| ((panel.kind, panel.bank.clone()), None)))
            .collect();
        slots.extend(self.active.iter().map(|(slot, id)| (slot.clone(), Some(id.clone()))));
        Panels {
            panels: self.panels.iter().map(|panel| (panel.id.clone(), self.served_panel(panel))).collect(),
            active_panels: slots.into_iter().map(|(slot, id)| (slot_name(&slot), id)).collect(),
        }
    }
}

/// A slot as it is served: `pad:A`. Any.
pub fn slot_name((kind, bank): &Slot) -> String {
    format!("{}:{bank}", super::bank::kind_name(*kind))
}
