//! Panels and their slots: any number of panels, at most one active for each kind and bank.

use crate::setup::SetupError;
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// A panel, by a number that stays its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PanelId(pub u16);

/// A preset, by a number that stays its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PresetId(pub u16);

/// A text outside: titles and names are interned there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TextId(pub u16);

/// A bank: 0 is A. Piano panels have [`BankId::PLAY`] and [`BankId::MAP`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BankId(pub u8);

/// Banks of a kind at most.
pub const BANKS: u8 = 16;

impl BankId {
    /// The bank of piano panels that play.
    pub const PLAY: Self = Self(0);
    /// The bank of piano panels whose keys are mapped.
    pub const MAP: Self = Self(1);
}

/// What a panel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PanelKind {
    /// Pads.
    Pad,
    /// Knobs, and every other control that is no key.
    Knob,
    /// Keys.
    Piano,
}

impl PanelKind {
    /// All of them. Any.
    pub const ALL: [Self; 3] = [Self::Pad, Self::Knob, Self::Piano];

    /// How many banks panels of this kind have. Any.
    pub const fn banks(self) -> u8 {
        match self {
            Self::Pad | Self::Knob => BANKS,
            Self::Piano => 2,
        }
    }
}

/// One panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// Its number.
    pub id: PanelId,
    /// Its kind, which never changes.
    pub kind: PanelKind,
    /// Its bank.
    pub bank: BankId,
    /// Its preset; none is a panel without controls.
    pub preset: Option<PresetId>,
    /// Its title.
    pub title: TextId,
    /// True if it receives MIDI.
    pub is_active: bool,
}

/// What is to become of a panel; what is none stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Its new bank.
    pub bank: Option<BankId>,
    /// Its new preset, which may be none.
    pub preset: Option<Option<PresetId>>,
    /// Its new title.
    pub title: Option<TextId>,
}

/// What [`Panels::reconcile`] did or saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Fixed: an empty slot has exactly one panel, which is active now.
    Filled(PanelId),
    /// A warning: the slot is empty and so many panels could have it.
    Ambiguous {
        /// The slot's kind.
        kind: PanelKind,
        /// The slot's bank.
        bank: BankId,
        /// How many, 2 or more.
        candidates: u16,
    },
    /// A warning: the panel's preset does not exist.
    NoPreset(PanelId, PresetId),
    /// A warning: the panel's preset is of this other kind.
    OtherKind(PanelId, PresetId, PanelKind),
}

/// Panels in the order in which they were added. Of one kind and bank at most one is active, whatever is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Panels<const N: usize> {
    list: Vec<Panel, N>,
}

impl<const N: usize> Panels<N> {
    /// No panels. Any.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Panels that are known to be in order.
    pub(crate) const fn of(list: Vec<Panel, N>) -> Self {
        Self { list }
    }

    /// All panels. Any.
    pub fn as_slice(&self) -> &[Panel] {
        &self.list
    }

    /// One panel. Any.
    pub fn find(&self, id: PanelId) -> Option<&Panel> {
        self.list.iter().find(|panel| panel.id == id)
    }

    /// Who has a slot. Any.
    pub fn active(&self, kind: PanelKind, bank: BankId) -> Option<&Panel> {
        self.list.iter().find(|panel| panel.is_active && panel.kind == kind && panel.bank == bank)
    }

    /// Adds a panel behind the others. One that wants to be active and finds its slot taken is inactive. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Taken`] id, [`SetupError::Range`] bank.
    pub fn create(&mut self, mut panel: Panel) -> Result<(), SetupError> {
        check_bank(panel.kind, panel.bank)?;
        if self.find(panel.id).is_some() {
            return Err(SetupError::Taken("panel", panel.id.0));
        }
        panel.is_active &= self.active(panel.kind, panel.bank).is_none();
        self.list.push(panel).map_err(|_| SetupError::Full("panels", N))
    }

    /// Gives a panel its slot; returns who had it: nobody, another, or the panel itself. Real-time.
    ///
    /// # Errors
    /// [`SetupError::Unknown`].
    pub fn activate(&mut self, id: PanelId) -> Result<Option<PanelId>, SetupError> {
        let panel = *self.find(id).ok_or(SetupError::Unknown("panel", id.0))?;
        let previous = self.active(panel.kind, panel.bank).map(|panel| panel.id);
        for other in self.list.iter_mut().filter(|other| other.kind == panel.kind && other.bank == panel.bank) {
            other.is_active = other.id == id;
        }
        Ok(previous)
    }

    /// Empties a panel's slot if the panel has it; returns whether it had. Real-time.
    ///
    /// # Errors
    /// [`SetupError::Unknown`].
    pub fn deactivate(&mut self, id: PanelId) -> Result<bool, SetupError> {
        let panel = self.find_mut(id)?;
        Ok(core::mem::replace(&mut panel.is_active, false))
    }

    /// Changes a panel; returns it as it was and as it is. An active panel that moves takes an empty slot with it; where
    /// another is active it becomes inactive, and the other stays. Control.
    ///
    /// # Errors
    /// [`SetupError::Unknown`], [`SetupError::Range`] bank; nothing has changed.
    pub fn update(&mut self, id: PanelId, edit: Edit) -> Result<(Panel, Panel), SetupError> {
        let was = *self.find(id).ok_or(SetupError::Unknown("panel", id.0))?;
        let bank = edit.bank.unwrap_or(was.bank);
        check_bank(was.kind, bank)?;
        let is_taken = bank != was.bank && self.active(was.kind, bank).is_some();
        let panel = self.find_mut(id)?;
        panel.bank = bank;
        panel.preset = edit.preset.unwrap_or(was.preset);
        panel.title = edit.title.unwrap_or(was.title);
        panel.is_active &= !is_taken;
        Ok((was, *panel))
    }

    /// Removes a panel, which empties its slot; returns it. Control.
    ///
    /// # Errors
    /// [`SetupError::Unknown`].
    pub fn delete(&mut self, id: PanelId) -> Result<Panel, SetupError> {
        let place = self.list.iter().position(|panel| panel.id == id).ok_or(SetupError::Unknown("panel", id.0))?;
        Ok(self.list.remove(place))
    }

    /// The panel of a slot's kind and bank that comes after the active one (`by` above 0) or before it, round and round;
    /// the first, or the last, of an empty slot. None if there is no other. Real-time.
    pub fn next(&self, kind: PanelKind, bank: BankId, by: i8) -> Option<PanelId> {
        let all = self.list.iter().filter(|panel| panel.kind == kind && panel.bank == bank);
        next(all.map(|panel| panel.id), self.active(kind, bank).map(|panel| panel.id), by)
    }

    /// Gives each empty slot its panel if there is exactly one, and says what else is wrong; a second call fixes nothing
    /// more. `preset` tells a preset's kind, none if there is no such preset. Control.
    pub fn reconcile(&mut self, preset: impl Fn(PresetId) -> Option<PanelKind>, mut each: impl FnMut(Finding)) {
        for kind in PanelKind::ALL {
            for bank in (0..kind.banks()).map(BankId) {
                if self.active(kind, bank).is_some() {
                    continue;
                }
                let mut candidates = self.list.iter_mut().filter(|panel| panel.kind == kind && panel.bank == bank);
                match (candidates.next(), candidates.count()) {
                    (Some(panel), 0) => {
                        panel.is_active = true;
                        each(Finding::Filled(panel.id));
                    }
                    (Some(_), others) => {
                        let candidates = u16::try_from(others).unwrap_or(u16::MAX).saturating_add(1);
                        each(Finding::Ambiguous { kind, bank, candidates });
                    }
                    (None, _) => {}
                }
            }
        }
        for panel in &self.list {
            let Some(id) = panel.preset else { continue };
            match preset(id) {
                None => each(Finding::NoPreset(panel.id, id)),
                Some(kind) if kind != panel.kind => each(Finding::OtherKind(panel.id, id, kind)),
                Some(_) => {}
            }
        }
    }

    fn find_mut(&mut self, id: PanelId) -> Result<&mut Panel, SetupError> {
        self.list.iter_mut().find(|panel| panel.id == id).ok_or(SetupError::Unknown("panel", id.0))
    }
}

impl<const N: usize> Default for Panels<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Of all panels of a slot, the one that comes after the active one or before it: see [`Panels::next`].
pub(crate) fn next(all: impl Iterator<Item = PanelId>, active: Option<PanelId>, by: i8) -> Option<PanelId> {
    let (mut first, mut before, mut last, mut is_past, mut after) = (None, None, None, false, None);
    for id in all {
        first = first.or(Some(id));
        if Some(id) == active {
            (is_past, before) = (true, last);
        } else if is_past && after.is_none() {
            after = Some(id);
        }
        last = Some(id);
    }
    let next = if by > 0 { after.or(first) } else { before.or(last) };
    next.filter(|_| next != active)
}

/// Checks that panels of a kind have a bank.
pub(crate) fn check_bank(kind: PanelKind, bank: BankId) -> Result<(), SetupError> {
    if bank.0 < kind.banks() { Ok(()) } else { Err(SetupError::Range("bank", u32::from(bank.0))) }
}
