//! Learning a control, and looking up what one does.

use super::action;
use super::address::canonical;
use super::entries::empty;
use super::error::EditError;
use super::model::Model;
use ripieno_web::shape::{Action, Entry, EntryAddress, Kind, Preset, Use};

/// What became of learning a control.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it lives for a moment")]
pub enum Learned {
    /// It is mapped now.
    Mapped(Entry),
    /// It was mapped already, and nothing has changed.
    Conflict(Vec<Use>),
}

impl Model {
    /// Maps a control in a preset. One that is mapped there already is a conflict, or `replace`d. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset; [`EditError::Invalid`] address or action; [`EditError::Conflict`] when there is no room.
    pub fn learn(
        &mut self,
        kind: Kind,
        preset: &str,
        at: &EntryAddress,
        action: &Action,
        replace: bool,
    ) -> Result<Learned, EditError> {
        let place = self.preset_place(kind, preset)?;
        let at = EntryAddress { nth: 0, ..self.known(kind, at)? };
        action::check(self, action).map_err(EditError::Invalid)?;
        let preset = &self.presets[place];
        let taken: Vec<&Entry> = preset.entries.iter().filter(|entry| overlaps(&entry.at, &at)).collect();
        if !taken.is_empty() && !replace {
            return Ok(Learned::Conflict(taken.into_iter().map(|entry| self.use_of(preset, entry)).collect()));
        }
        let entry = Entry { action: Some(action.clone()), ..empty(kind, &at) };
        let entries = &mut self.presets[place].entries;
        match entries.iter().position(|entry| overlaps(&entry.at, &at)) {
            // In the place of the first that it replaces, with what does not belong to the old action.
            Some(n) => {
                let (color, light) = (entries[n].color, entries[n].light);
                entries[n] = Entry { color, light, ..entry.clone() };
                let mut nth = 0..;
                entries.retain(|other| nth.next() == Some(n) || !overlaps(&other.at, &at));
            }
            None => self.add_entry(place, entry)?,
        }
        self.renumber(place);
        let entries = &self.presets[place].entries;
        let unknown = || EditError::Unknown(at.source.clone());
        entries.iter().find(|entry| entry.at == at).cloned().map(Learned::Mapped).ok_or_else(unknown)
    }

    /// What a control does, everywhere. A bare number is a note of pads and keys and a controller of knobs. Any.
    ///
    /// # Errors
    /// [`EditError::Invalid`] address.
    pub fn uses(&self, at: &EntryAddress) -> Result<Vec<Use>, EditError> {
        let mut found = Vec::new();
        for preset in &self.presets {
            let source = canonical(preset.kind, &at.source).map_err(EditError::Invalid)?;
            let at = EntryAddress { source, ..at.clone() };
            let theirs = preset.entries.iter().filter(|entry| overlaps(&entry.at, &at));
            found.extend(theirs.map(|entry| self.use_of(preset, entry)));
        }
        Ok(found)
    }

    fn use_of(&self, preset: &Preset, entry: &Entry) -> Use {
        let is_its = |id: &Option<String>| id.as_ref() == Some(&preset.id);
        let panels = || self.panels.iter().filter(|panel| panel.kind == preset.kind && is_its(&panel.preset_id));
        Use {
            at: entry.at.clone(),
            preset: preset.id.clone(),
            preset_name: preset.name.clone(),
            action: entry.action.clone(),
            label: entry.label.clone(),
            active: panels().any(|panel| self.is_active(panel)),
            panels: panels().map(|panel| panel.id.clone()).collect(),
        }
    }
}

/// True when one control can be meant by both addresses.
fn overlaps(one: &EntryAddress, other: &EntryAddress) -> bool {
    fn meets<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    one.source == other.source && meets(&one.channel, &other.channel) && meets(&one.device, &other.device)
}
