//! Numbers of ids, and the table back.

use ripieno_panel::{DeviceId, MappingId, PanelId, PresetId, Source};
use ripieno_web::shape::{Action, EntryAddress};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Numbers of panels and presets: kept from one set-up to the next, so that a number stays its own for as long as its id
/// lives, and is not given to another soon.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    pub(super) panels: Numbering,
    pub(super) presets: Numbering,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Numbering {
    of: BTreeMap<String, u16>,
    next: u16,
}

impl Numbering {
    /// Forgets ids that are gone and numbers those that are new.
    pub(super) fn follow<'i>(&mut self, ids: impl Iterator<Item = &'i String> + Clone) {
        let there: BTreeSet<&String> = ids.clone().collect();
        self.of.retain(|id, _| there.contains(id));
        for id in ids {
            if !self.of.contains_key(id) {
                while self.of.values().any(|taken| *taken == self.next) {
                    self.next = self.next.wrapping_add(1);
                }
                self.of.insert(id.clone(), self.next);
                self.next = self.next.wrapping_add(1);
            }
        }
    }

    fn number(&self, id: &str) -> Option<u16> {
        self.of.get(id).copied()
    }

    fn id(&self, number: u16) -> Option<&str> {
        self.of.iter().find(|(_, n)| **n == number).map(|(id, _)| id.as_str())
    }
}

/// An action that the rig cannot carry out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// What.
    pub action: Action,
    /// The label of its control.
    pub label: String,
}

/// What numbers of a set-up are.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub(super) numbers: Numbers,
    pub(super) devices: Vec<String>,
    pub(super) mappings: Vec<(String, EntryAddress)>,
    pub(super) places: HashMap<(String, EntryAddress), MappingId>,
    pub(super) outside: Vec<Outside>,
    pub(super) samples: Vec<String>,
    pub(super) phrases: Vec<String>,
    pub(super) layers: Vec<String>,
    pub(super) patterns: Vec<Vec<Option<u8>>>,
}

impl Names {
    /// A panel's number. Any.
    pub fn panel(&self, id: &str) -> Option<PanelId> {
        self.numbers.panels.number(id).map(PanelId)
    }

    /// A panel's id. Any.
    pub fn panel_id(&self, panel: PanelId) -> Option<&str> {
        self.numbers.panels.id(panel.0)
    }

    /// A preset's number. Any.
    pub fn preset(&self, id: &str) -> Option<PresetId> {
        self.numbers.presets.number(id).map(PresetId)
    }

    /// A preset's id. Any.
    pub fn preset_id(&self, preset: PresetId) -> Option<&str> {
        self.numbers.presets.id(preset.0)
    }

    /// A device's number. Any.
    pub fn device(&self, id: &str) -> Option<DeviceId> {
        self.devices.iter().position(|device| device == id).map(|n| DeviceId(n as u8))
    }

    /// A device's id. Any.
    pub fn device_id(&self, device: DeviceId) -> Option<&str> {
        self.devices.get(usize::from(device.0)).map(String::as_str)
    }

    /// A mapping's preset and address. Any.
    pub fn mapping(&self, mapping: MappingId) -> Option<(&str, &EntryAddress)> {
        self.mappings.get(usize::from(mapping.0)).map(|(preset, at)| (preset.as_str(), at))
    }

    /// The mapping of an entry. Any.
    pub fn mapping_of(&self, preset: &str, at: &EntryAddress) -> Option<MappingId> {
        self.places.get(&(preset.to_owned(), at.clone())).copied()
    }

    /// What [`Outside`](ripieno_panel::Action::Outside) is. Any.
    pub fn outside(&self, number: u16) -> Option<&Outside> {
        self.outside.get(usize::from(number))
    }

    /// A sample's name. Any.
    pub fn sample(&self, number: u16) -> Option<&str> {
        self.samples.get(usize::from(number)).map(String::as_str)
    }

    /// A phrase's name. Any.
    pub fn phrase(&self, number: u16) -> Option<&str> {
        self.phrases.get(usize::from(number)).map(String::as_str)
    }

    /// A layer's name. Any.
    pub fn layer(&self, number: u16) -> Option<&str> {
        self.layers.get(usize::from(number)).map(String::as_str)
    }

    /// A source as the API spells it. Any.
    pub fn source(&self, source: Source) -> String {
        crate::studio::address::source_text(source, |n| self.patterns.get(usize::from(n)).map(Vec::as_slice))
    }
}
