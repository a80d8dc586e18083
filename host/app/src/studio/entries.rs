//! What can be done with the controls of a preset.

use super::address::{checked, default_label};
use super::error::EditError;
use super::model::Model;
use super::panels::checked_title;
use super::{action, glue};
use crate::panels::MAPPINGS;
use ripieno_web::shape::{Entry, EntryAddress, EntryChange, Kind};
use serde_json::{Map, Value};

/// Fields of an entry that a change may name; the others say which entry it is.
pub(super) const FIELDS: [&str; 13] = [
    "label", "action", "color", "button", "press", "takeover", "encoder", "curve", "min", "max", "invert", "steps",
    "light",
];

impl Model {
    /// The entry of a control in a preset. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset or entry; [`EditError::Invalid`] address.
    pub fn entry(&self, kind: Kind, preset: &str, at: &EntryAddress) -> Result<&Entry, EditError> {
        let preset = &self.presets[self.preset_place(kind, preset)?];
        let at = checked(kind, at).map_err(EditError::Invalid)?;
        let unknown = || EditError::Unknown(format!("{:?} has nothing on {}", preset.name, at.source));
        preset.entries.iter().find(|entry| entry.at == at).ok_or_else(unknown)
    }

    /// Changes an entry, or makes it. What the change does not name stays, null takes away; the fields of an action are
    /// changed one by one unless its type is another. An entry with nothing left goes. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset; [`EditError::Invalid`] names the field, the value and what would do.
    pub fn change_entry(
        &mut self,
        kind: Kind,
        preset: &str,
        at: &EntryAddress,
        change: &EntryChange,
    ) -> Result<Entry, EditError> {
        let place = self.preset_place(kind, preset)?;
        let at = self.known(kind, at)?;
        let entries = &self.presets[place].entries;
        let found = entries.iter().position(|entry| entry.at == at);
        let old = found.map(|n| entries[n].clone()).unwrap_or_else(|| empty(kind, &at));
        let new = changed(kind, &old, &change.0)?;
        if new.action != old.action
            && let Some(action) = &new.action
        {
            action::check(self, action).map_err(EditError::Invalid)?;
        }
        glue::glue(kind, &new).map_err(EditError::Invalid)?;
        let is_bare = new == empty(kind, &at);
        match found {
            Some(n) if is_bare => _ = self.presets[place].entries.remove(n),
            Some(n) => self.presets[place].entries[n] = new.clone(),
            None if is_bare => {}
            None => self.add_entry(place, new.clone())?,
        }
        self.renumber(place);
        Ok(new)
    }

    /// Takes away what a control does, and how; colour and light stay, and an entry with nothing left goes. Any.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    pub fn clear_entry(&mut self, kind: Kind, preset: &str, at: &EntryAddress) -> Result<(), EditError> {
        let old = self.entry(kind, preset, at)?.clone();
        let place = self.preset_place(kind, preset)?;
        let bare = empty(kind, &old.at);
        let new = Entry { color: old.color, light: old.light, ..bare.clone() };
        let entries = &mut self.presets[place].entries;
        entries.retain_mut(|entry| {
            if entry.at == old.at {
                entry.clone_from(&new);
            }
            *entry != bare
        });
        self.renumber(place);
        Ok(())
    }

    /// Takes an entry out of a preset, whatever it has. Any.
    ///
    /// # Errors
    /// As [`entry`](Self::entry).
    pub fn remove_entry(&mut self, kind: Kind, preset: &str, at: &EntryAddress) -> Result<(), EditError> {
        let at = self.entry(kind, preset, at)?.at.clone();
        let place = self.preset_place(kind, preset)?;
        self.presets[place].entries.retain(|entry| entry.at != at);
        self.renumber(place);
        Ok(())
    }

    /// Exchanges all that two controls have, but for where they listen. One of them may be empty. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset, or two empty controls; [`EditError::Invalid`] address.
    pub fn swap_entries(
        &mut self,
        kind: Kind,
        preset: &str,
        one: &EntryAddress,
        other: &EntryAddress,
    ) -> Result<(), EditError> {
        let place = self.preset_place(kind, preset)?;
        let [one, other] = [self.known(kind, one)?, self.known(kind, other)?];
        let preset = &mut self.presets[place];
        let [a, b] = [&one, &other].map(|at| preset.entries.iter().position(|entry| entry.at == *at));
        match (a, b) {
            (None, None) => {
                let name = &preset.name;
                return Err(EditError::Unknown(format!("{name:?} has nothing on {} and {}", one.source, other.source)));
            }
            (Some(a), Some(b)) => {
                let moved = [moved(kind, &preset.entries[a], &other), moved(kind, &preset.entries[b], &one)];
                let [to_b, to_a] = moved;
                (preset.entries[a], preset.entries[b]) = (to_a, to_b);
            }
            (Some(n), None) => preset.entries[n] = moved(kind, &preset.entries[n], &other),
            (None, Some(n)) => preset.entries[n] = moved(kind, &preset.entries[n], &one),
        }
        self.renumber(place);
        Ok(())
    }

    /// Puts an entry behind the others of its preset.
    pub(super) fn add_entry(&mut self, place: usize, entry: Entry) -> Result<(), EditError> {
        if self.presets.iter().map(|preset| preset.entries.len()).sum::<usize>() >= MAPPINGS {
            return Err(EditError::Conflict(format!("there is no room for another control: {MAPPINGS} at most")));
        }
        let entries = &mut self.presets[place].entries;
        let before = entries.iter().filter(|other| is_beside(&other.at, &entry.at)).count();
        if usize::from(entry.at.nth) > before {
            let source = &entry.at.source;
            return Err(EditError::Invalid(format!("nth {}: {source} has {before} entries", entry.at.nth)));
        }
        entries.push(entry);
        Ok(())
    }

    /// A checked address whose device is known.
    pub(super) fn known(&self, kind: Kind, at: &EntryAddress) -> Result<EntryAddress, EditError> {
        let at = checked(kind, at).map_err(EditError::Invalid)?;
        match at.device.as_ref().filter(|id| !self.devices.iter().any(|device| device.id == **id)) {
            Some(device) => Err(EditError::Invalid(format!("there is no device {device:?} in the studio"))),
            None => Ok(at),
        }
    }

    /// Counts the entries of each control anew.
    pub(super) fn renumber(&mut self, place: usize) {
        number(&mut self.presets[place].entries);
    }
}

/// Counts the entries of each control from 0.
pub(super) fn number(entries: &mut [Entry]) {
    for n in 0..entries.len() {
        let (before, from) = entries.split_at_mut(n);
        if let Some(entry) = from.first_mut() {
            let nth = before.iter().filter(|other| is_beside(&other.at, &entry.at)).count();
            entry.at.nth = nth.min(usize::from(u8::MAX)) as u8;
        }
    }
}

/// True for addresses that differ at most in their count.
fn is_beside(one: &EntryAddress, other: &EntryAddress) -> bool {
    one.source == other.source && one.channel == other.channel && one.device == other.device
}

/// An entry that has nothing.
pub(super) fn empty(kind: Kind, at: &EntryAddress) -> Entry {
    Entry { at: at.clone(), label: default_label(kind, &at.source), ..Entry::default() }
}

/// An entry at another address. A label that nobody chose follows.
fn moved(kind: Kind, entry: &Entry, to: &EntryAddress) -> Entry {
    let is_default = entry.label == default_label(kind, &entry.at.source);
    let label = if is_default { default_label(kind, &to.source) } else { entry.label.clone() };
    Entry { at: to.clone(), label, ..entry.clone() }
}

pub(super) fn changed(kind: Kind, old: &Entry, change: &Map<String, Value>) -> Result<Entry, EditError> {
    let mut fields = match serde_json::to_value(old) {
        Ok(Value::Object(fields)) => fields,
        other => return Err(EditError::Invalid(format!("an entry that cannot be told: {other:?}"))),
    };
    for (name, value) in change {
        if !FIELDS.contains(&name.as_str()) {
            let fields = FIELDS.join(", ");
            return Err(EditError::Invalid(format!("an entry has no field {name:?} to change; it has {fields}")));
        }
        match value {
            Value::Null if name == "label" => {
                fields.insert(name.clone(), default_label(kind, &old.at.source).into());
            }
            Value::Null => _ = fields.remove(name),
            Value::Object(new) if name == "action" => {
                let before = fields.get("action").and_then(Value::as_object);
                fields.insert(name.clone(), action_with(before, new).into());
            }
            value => _ = fields.insert(name.clone(), value.clone()),
        }
        // One at a time, so that a mistake is told with the name of its field.
        if let Err(error) = serde_json::from_value::<Entry>(fields.clone().into()) {
            return Err(EditError::Invalid(format!("{name}: {value} will not do: {error}")));
        }
    }
    let new: Entry = serde_json::from_value(fields.into()).map_err(|error| EditError::Invalid(error.to_string()))?;
    let label = match new.label.trim() {
        "" => default_label(kind, &old.at.source),
        label => checked_title(label)?,
    };
    Ok(Entry { label, ..new })
}

/// An action with some of its fields changed; one of another type begins anew.
fn action_with(old: Option<&Map<String, Value>>, new: &Map<String, Value>) -> Map<String, Value> {
    let is_kept = |old: &&Map<String, Value>| new.get("type").is_none_or(|kind| old.get("type") == Some(kind));
    let mut fields = old.filter(is_kept).cloned().unwrap_or_default();
    for (name, value) in new {
        match value {
            Value::Null => _ = fields.remove(name),
            value => _ = fields.insert(name.clone(), value.clone()),
        }
    }
    fields
}
