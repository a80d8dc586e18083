//! What can be done with presets as wholes. Panels refer to them by id: a new name changes nothing else.

use super::bank::kind_name;
use super::error::EditError;
use super::model::Model;
use super::names::{Fresh, check_name, same};
use crate::panels::PRESETS;
use ripieno_web::shape::{Kind, Preset};

impl Model {
    /// Makes an empty preset behind the others of its kind and returns its id. Any.
    ///
    /// # Errors
    /// [`EditError::Invalid`] name; [`EditError::Conflict`] with one of that name, or when there is no room.
    pub fn create_preset(&mut self, kind: Kind, name: &str, fresh: Fresh) -> Result<String, EditError> {
        let name = check_name(name)?;
        self.free_name(kind, &name, None)?;
        if self.presets.len() >= PRESETS {
            return Err(EditError::Conflict(format!("there is no room for another preset: {PRESETS} at most")));
        }
        let mut fresh = fresh;
        while self.presets.iter().any(|preset| preset.id == fresh.preset_id(kind, &name)) {
            fresh = fresh.next();
        }
        let id = fresh.preset_id(kind, &name);
        // Kinds stand in their own order, so a new one comes after the last that is not of a later kind.
        let place = self.presets.iter().rposition(|preset| preset.kind <= kind).map_or(0, |last| last + 1);
        self.presets.insert(place, Preset { id: id.clone(), kind, name, entries: Vec::new() });
        Ok(id)
    }

    /// Gives a preset another name. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset; [`EditError::Invalid`] name; [`EditError::Conflict`] with another of that name.
    pub fn rename_preset(&mut self, kind: Kind, id_or_name: &str, name: &str) -> Result<(), EditError> {
        let at = self.preset_place(kind, id_or_name)?;
        let name = check_name(name)?;
        self.free_name(kind, &name, Some(at))?;
        self.presets[at].name = name;
        Ok(())
    }

    /// Deletes a preset that nobody uses. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] preset; [`EditError::Conflict`] names its users, or says that it is the last of pads.
    pub fn delete_preset(&mut self, kind: Kind, id_or_name: &str) -> Result<Preset, EditError> {
        let at = self.preset_place(kind, id_or_name)?;
        let preset = &self.presets[at];
        let is_its = |id: &Option<String>| id.as_ref() == Some(&preset.id);
        let panels = self.panels.iter().filter(|panel| panel.kind == kind && is_its(&panel.preset_id));
        let contexts = self.contexts.iter().filter(|context| is_its(&context.preset));
        let users: Vec<String> = panels
            .map(|panel| format!("the panel {:?} ({})", panel.title, panel.id))
            .chain(contexts.map(|context| format!("the context of {:?}", context.process)))
            .collect();
        if !users.is_empty() {
            return Err(EditError::Conflict(format!("{:?} is used by {}", preset.name, users.join(", "))));
        }
        if kind == Kind::Pad && self.presets_of(kind).count() == 1 {
            return Err(EditError::Conflict(format!("{:?} is the last pad preset, which stays", preset.name)));
        }
        Ok(self.presets.remove(at))
    }

    pub(super) fn preset_place(&self, kind: Kind, id_or_name: &str) -> Result<usize, EditError> {
        let found = self.preset(kind, id_or_name).map(|preset| preset.id.clone());
        let place = found.and_then(|id| self.presets.iter().position(|preset| preset.kind == kind && preset.id == id));
        place.ok_or_else(|| EditError::Unknown(format!("there is no {} preset called {id_or_name:?}", kind_name(kind))))
    }

    fn free_name(&self, kind: Kind, name: &str, but: Option<usize>) -> Result<(), EditError> {
        let others = self.presets.iter().enumerate().filter(|(at, preset)| preset.kind == kind && Some(*at) != but);
        match others.map(|(_, preset)| preset).find(|preset| same(&preset.name, name)) {
            Some(taken) => Err(EditError::Conflict(format!(
                "there is a {} preset called {:?} already",
                kind_name(kind),
                taken.name
            ))),
            None => Ok(()),
        }
    }
}
