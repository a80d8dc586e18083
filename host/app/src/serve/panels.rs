//! Panels and presets: requests become edits, edits become events.

use super::Owner;
use crate::studio::{Fresh, Model, Slot};
use ripieno_web::shape::*;
use ripieno_web::{Event, Refusal};

impl Owner {
    pub(super) fn create_panel(&mut self, new: &NewPanel) -> Result<Panel, Refusal> {
        let fresh = Fresh::draw();
        let id = self.edit(
            "create panel",
            |model| model.create_panel(new, fresh),
            |model, id| panel(model, id).map(|panel| Event::PanelCreated { panel }).into_iter().collect(),
        )?;
        self.panel(&id)
    }

    pub(super) fn change_panel(&mut self, id: &str, change: &PanelChange) -> Result<Panel, Refusal> {
        self.edit(
            "change panel",
            |model| model.change_panel(id, change),
            |model, ()| panel(model, id).map(|panel| Event::PanelUpdated { panel }).into_iter().collect(),
        )?;
        self.panel(id)
    }

    pub(super) fn delete_panel(&mut self, id: &str) -> Result<(), Refusal> {
        let deleted = |_: &Model, _: &_| vec![Event::PanelDeleted { panel: id.into() }];
        self.edit("delete panel", |model| model.delete_panel(id), deleted).map(drop)
    }

    /// Makes a panel active, or empties its slot; the change of the slot is an event of itself.
    pub(super) fn activate_panel(&mut self, id: &str, on: bool) -> Result<(), Refusal> {
        let label = if on { "activate panel" } else { "deactivate panel" };
        let change = |model: &mut Model| {
            if on { model.activate(id).map(drop) } else { model.deactivate(id).map(drop) }
        };
        self.edit(label, change, |_, ()| Vec::new())
    }

    pub(super) fn reconcile(&mut self, fix_titles: bool) -> Result<Reconciled, Refusal> {
        let found = self.edit("reconcile panels", |model| Ok(model.reconcile(fix_titles)), |_, _| Vec::new())?;
        let Reconciled { fixed, warnings } = found.clone();
        self.publish(&Event::PanelsReconciled { fixed, warnings }, &[]);
        Ok(found)
    }

    pub(super) fn presets(&self, kind: Kind) -> Vec<Preset> {
        self.studio.model().presets_of(kind).cloned().collect()
    }

    pub(super) fn create_preset(&mut self, kind: Kind, name: &str) -> Result<Preset, Refusal> {
        let fresh = Fresh::draw();
        let id = self.edit(
            "create preset",
            |model| model.create_preset(kind, name, fresh),
            |model, id| preset_changed(model, kind, id),
        )?;
        self.preset(kind, &id)
    }

    pub(super) fn rename_preset(&mut self, kind: Kind, preset: &str, name: &str) -> Result<Preset, Refusal> {
        // Its name may be what it is asked for by.
        let id = self.preset(kind, preset)?.id;
        self.edit(
            "rename preset",
            |model| model.rename_preset(kind, &id, name),
            |model, ()| preset_changed(model, kind, &id),
        )?;
        self.preset(kind, &id)
    }

    pub(super) fn delete_preset(&mut self, kind: Kind, preset: &str) -> Result<(), Refusal> {
        let deleted = |_: &Model, preset: &Preset| vec![Event::PresetDeleted { id: preset.id.clone(), kind }];
        self.edit("delete preset", |model| model.delete_preset(kind, preset), deleted).map(drop)
    }

    pub(super) fn change_entry(
        &mut self,
        kind: Kind,
        preset: &str,
        at: &EntryAddress,
        change: &EntryChange,
    ) -> Result<Entry, Refusal> {
        self.edit(
            "change control",
            |model| model.change_entry(kind, preset, at, change),
            |model, _| preset_changed(model, kind, preset),
        )
    }

    pub(super) fn clear_entry(&mut self, kind: Kind, preset: &str, at: &EntryAddress) -> Result<(), Refusal> {
        self.edit(
            "clear control",
            |model| model.clear_entry(kind, preset, at),
            |model, ()| preset_changed(model, kind, preset),
        )
    }

    pub(super) fn unlearn(&mut self, kind: Kind, preset: &str, at: &EntryAddress) -> Result<(), Refusal> {
        self.edit(
            "unlearn control",
            |model| model.remove_entry(kind, preset, at),
            |model, ()| preset_changed(model, kind, preset),
        )
    }

    pub(super) fn swap_entries(
        &mut self,
        kind: Kind,
        preset: &str,
        one: &EntryAddress,
        other: &EntryAddress,
    ) -> Result<(), Refusal> {
        self.edit(
            "swap controls",
            |model| model.swap_entries(kind, preset, one, other),
            |model, ()| preset_changed(model, kind, preset),
        )
    }

    fn panel(&self, id: &str) -> Result<Panel, Refusal> {
        let gone = || Refusal::Unknown(format!("there is no panel {id}"));
        panel(self.studio.model(), id).ok_or_else(gone)
    }

    pub(super) fn preset(&self, kind: Kind, preset: &str) -> Result<Preset, Refusal> {
        let gone = || Refusal::Unknown(format!("there is no preset {preset:?} of that kind"));
        self.studio.model().preset(kind, preset).cloned().ok_or_else(gone)
    }
}

fn panel(model: &Model, id: &str) -> Option<Panel> {
    model.panel(id).map(|panel| model.served_panel(panel))
}

/// The event of a preset that was made or changed.
pub fn preset_changed(model: &Model, kind: Kind, preset: &str) -> Vec<Event> {
    let preset = model.preset(kind, preset).cloned();
    preset.map(|preset| Event::PresetChanged { preset }).into_iter().collect()
}

/// One event for each slot that has changed hands between two states.
pub fn slots_changed(before: &Model, after: &Model) -> Vec<Event> {
    let slots: std::collections::BTreeSet<&Slot> = before.active.keys().chain(after.active.keys()).collect();
    let changed = slots.into_iter().filter(|slot| before.active.get(*slot) != after.active.get(*slot));
    let event = |slot: &Slot| Event::PanelActivated {
        panel: after.active.get(slot).cloned(),
        previous: before.active.get(slot).cloned(),
        kind: slot.0,
        bank: slot.1.clone(),
    };
    changed.map(event).collect()
}
