//! The slots: who has each, and which mappings that puts in reach. Dispatch looks here and walks nothing.

use crate::panels::{BANKS, BankId, Panel, PanelId, PanelKind};
use crate::setup::Setup;
use core::ops::Range;

/// Slots of all kinds; piano panels use two of theirs.
pub(super) const SLOTS: usize = BANKS as usize * PanelKind::ALL.len();

/// Who has one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub panel: Option<PanelId>,
    /// The mappings of its preset; empty without one.
    pub mappings: Range<u16>,
}

/// All slots.
#[derive(Debug)]
pub(crate) struct Slots {
    list: [Slot; SLOTS],
}

impl Slots {
    pub fn new<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize>(
        setup: &Setup<PANELS, PRESETS, MAPPINGS>,
    ) -> Self {
        let mut slots = Self { list: core::array::from_fn(|_| Slot::default()) };
        for panel in setup.panels().iter().filter(|panel| panel.is_active) {
            slots.set(panel.kind, panel.bank, Slot::of(setup, panel));
        }
        slots
    }

    /// Who has a slot; nobody has one that does not exist.
    pub fn at(&self, kind: PanelKind, bank: BankId) -> Slot {
        self.list.get(place(kind, bank)).cloned().unwrap_or_default()
    }

    /// The mappings that a slot puts in reach, by the slot's place in 0..[`SLOTS`].
    pub fn mappings(&self, place: usize) -> Range<u16> {
        self.list.get(place).map_or(0..0, |slot| slot.mappings.clone())
    }

    /// Hands a slot over; returns who had it.
    pub fn set(&mut self, kind: PanelKind, bank: BankId, slot: Slot) -> Slot {
        self.list.get_mut(place(kind, bank)).map(|old| core::mem::replace(old, slot)).unwrap_or_default()
    }

    /// All slots with their kind and bank.
    pub fn iter(&self) -> impl Iterator<Item = (PanelKind, BankId, &Slot)> {
        let names = PanelKind::ALL.into_iter().flat_map(|kind| (0..BANKS).map(move |bank| (kind, BankId(bank))));
        names.zip(&self.list).map(|((kind, bank), slot)| (kind, bank, slot))
    }
}

impl Slot {
    /// A slot that a panel has.
    pub fn of<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize>(
        setup: &Setup<PANELS, PRESETS, MAPPINGS>,
        panel: &Panel,
    ) -> Self {
        let preset = panel.preset.and_then(|id| setup.find_preset(id)).filter(|preset| preset.kind == panel.kind);
        let mappings = preset.map_or(0..0, |preset| preset.first..preset.first.saturating_add(preset.count));
        Self { panel: Some(panel.id), mappings }
    }
}

/// A slot's place; past the end for a bank that does not exist.
const fn place(kind: PanelKind, bank: BankId) -> usize {
    if bank.0 < BANKS { kind as usize * BANKS as usize + bank.0 as usize } else { SLOTS }
}
