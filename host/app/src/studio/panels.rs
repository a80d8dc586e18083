//! What can be done with panels: pure changes of the model, each whole or refused.

use super::bank::{bank_id, bank_name, banks_of, default_bank, is_template, kind_name, template_title};
use super::error::EditError;
use super::model::{Model, PanelSpec, Slot, slot_name};
use super::names::Fresh;
use crate::panels::PANELS;
use ripieno_web::shape::{Kind, NewPanel, PanelChange, Reconciled};
use std::collections::BTreeMap;

/// Characters of a title at most.
const LONGEST_TITLE: usize = 100;

impl Model {
    /// Makes a panel and returns its id. Without a preset it has the first of its kind; with `activate` it takes its slot from
    /// whoever has it. Any.
    ///
    /// # Errors
    /// [`EditError::Invalid`] bank, preset or title; [`EditError::Conflict`] when there is no room.
    pub fn create_panel(&mut self, new: &NewPanel, fresh: Fresh) -> Result<String, EditError> {
        let kind = new.kind;
        if self.panels.len() >= PANELS {
            return Err(EditError::Conflict(format!("there is no room for another panel: {PANELS} at most")));
        }
        let bank = checked_bank(kind, new.bank.as_deref().unwrap_or(default_bank(kind)))?;
        let preset_id = match &new.preset {
            Some(preset) => Some(self.named_preset(kind, preset)?),
            None => self.presets_of(kind).next().map(|preset| preset.id.clone()),
        };
        let title = match new.title.as_deref().map(str::trim) {
            None | Some("") => template_title(kind, &bank),
            Some(title) => checked_title(title)?,
        };
        let mut fresh = fresh;
        while self.panel(&fresh.panel_id(kind)).is_some() {
            fresh = fresh.next();
        }
        let id = fresh.panel_id(kind);
        self.panels.push(PanelSpec { id: id.clone(), kind, bank, preset_id, title });
        if new.activate {
            self.activate(&id)?;
        }
        Ok(id)
    }

    /// Changes a panel. An active one that moves takes an empty slot with it; from an occupied one the occupant is not
    /// driven, and the panel becomes inactive. Titles that nobody chose follow. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] panel; [`EditError::Invalid`] bank, preset or title.
    pub fn change_panel(&mut self, id: &str, change: &PanelChange) -> Result<(), EditError> {
        let at = self.place(id)?;
        let old = self.panels[at].clone();
        let mut new = old.clone();
        if let Some(bank) = &change.bank {
            new.bank = checked_bank(old.kind, bank)?;
        }
        if let Some(preset) = &change.preset {
            new.preset_id = Some(self.named_preset(old.kind, preset)?);
        }
        match change.title.as_deref().map(str::trim) {
            Some("") => new.title = template_title(new.kind, &new.bank),
            Some(title) => new.title = checked_title(title)?,
            None if is_template(&old.title) && new.bank != old.bank => {
                new.title = template_title(new.kind, &new.bank);
            }
            None => {}
        }
        if new.bank != old.bank && self.is_active(&old) {
            self.active.remove(&slot(&old));
            self.active.entry(slot(&new)).or_insert_with(|| new.id.clone());
        }
        self.panels[at] = new;
        Ok(())
    }

    /// Deletes a panel; its slot is empty then. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] panel.
    pub fn delete_panel(&mut self, id: &str) -> Result<PanelSpec, EditError> {
        let at = self.place(id)?;
        self.active.retain(|_, active| active != id);
        Ok(self.panels.remove(at))
    }

    /// Makes a panel active and returns who had its slot before. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] panel.
    pub fn activate(&mut self, id: &str) -> Result<Option<String>, EditError> {
        let panel = &self.panels[self.place(id)?];
        Ok(self.active.insert(slot(panel), panel.id.clone()))
    }

    /// Empties a panel's slot, if the panel has it; false if it had not. Any.
    ///
    /// # Errors
    /// [`EditError::Unknown`] panel.
    pub fn deactivate(&mut self, id: &str) -> Result<bool, EditError> {
        let panel = &self.panels[self.place(id)?];
        let was_active = self.is_active(panel);
        if was_active {
            self.active.remove(&slot(panel));
        }
        Ok(was_active)
    }

    /// Puts slots right: references to panels that are gone or live in another slot are cleared, and an empty slot with one
    /// panel gets it. What has two answers is told and left. Done twice it does nothing the second time. Any.
    pub fn reconcile(&mut self, fix_titles: bool) -> Reconciled {
        let mut found = Reconciled::default();
        for (at, id) in self.active.clone() {
            let cause = match self.panel(&id) {
                None => format!("{}: its panel {id} does not exist", slot_name(&at)),
                Some(panel) if slot(panel) != at => {
                    format!("{}: its panel {id} belongs to {}", slot_name(&at), slot_name(&slot(panel)))
                }
                Some(_) => continue,
            };
            self.active.remove(&at);
            found.fixed.push(format!("{cause}; the slot is cleared"));
        }
        let mut candidates: BTreeMap<Slot, Vec<&PanelSpec>> = BTreeMap::new();
        for panel in &self.panels {
            candidates.entry(slot(panel)).or_default().push(panel);
        }
        for (at, panels) in candidates {
            match panels.as_slice() {
                _ if self.active.contains_key(&at) => {}
                [one] => {
                    found.fixed.push(format!("{}: it was empty; its only panel {} has it now", slot_name(&at), one.id));
                    self.active.insert(at, one.id.clone());
                }
                many => {
                    let many = many.len();
                    found.warnings.push(format!("{}: it is empty, and {many} panels could have it", slot_name(&at)));
                }
            }
        }
        for panel in &self.panels {
            if let Some(preset) = panel.preset_id.as_ref().filter(|id| !self.has_preset(panel.kind, id)) {
                found.warnings.push(format!("panel {} has the preset {preset}, which does not exist", panel.id));
            }
        }
        if fix_titles {
            for panel in &mut self.panels {
                let title = template_title(panel.kind, &panel.bank);
                if is_template(&panel.title) && panel.title != title {
                    found.fixed.push(format!("panel {}: it was called {}, now {title}", panel.id, panel.title));
                    panel.title = title;
                }
            }
        }
        found
    }

    fn place(&self, id: &str) -> Result<usize, EditError> {
        let unknown = || EditError::Unknown(format!("there is no panel {id}"));
        self.panels.iter().position(|panel| panel.id == id).ok_or_else(unknown)
    }

    fn has_preset(&self, kind: Kind, id: &str) -> bool {
        self.presets_of(kind).any(|preset| preset.id == id)
    }

    /// The id of a preset that something refers to.
    pub(super) fn named_preset(&self, kind: Kind, id_or_name: &str) -> Result<String, EditError> {
        self.preset(kind, id_or_name)
            .map(|preset| preset.id.clone())
            .ok_or_else(|| EditError::Invalid(format!("there is no {} preset called {id_or_name:?}", kind_name(kind))))
    }
}

fn slot(panel: &PanelSpec) -> Slot {
    (panel.kind, panel.bank.clone())
}

fn checked_bank(kind: Kind, bank: &str) -> Result<String, EditError> {
    match bank_id(kind, bank) {
        Some(id) => Ok(bank_name(kind, id)),
        None => Err(EditError::Invalid(format!(
            "a {} panel has no bank {bank:?}; {} would do",
            kind_name(kind),
            banks_of(kind)
        ))),
    }
}

/// Titles are free but for their length and control characters.
pub(super) fn checked_title(title: &str) -> Result<String, EditError> {
    let length = title.chars().count();
    if length > LONGEST_TITLE {
        return Err(EditError::Invalid(format!("a title has at most {LONGEST_TITLE} characters, not {length}")));
    }
    if title.chars().any(char::is_control) {
        return Err(EditError::Invalid("a title has no control characters".into()));
    }
    Ok(title.into())
}
