//! The slots: who has each, and which mappings that puts in reach. Dispatch looks here and walks nothing.

use crate::panels::{BANKS, BankId, Panel, PanelId, PanelKind};
use crate::setup::{SetupRead, read};
use core::ops::Range;

/// Slots of all kinds. Those of pianos come last, which have the fewest banks.
pub(super) const SLOTS: usize = 2 * BANKS as usize + PanelKind::Piano.banks() as usize;

/// Who has one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub panel: Option<PanelId>,
    /// The mappings of its preset; empty without one.
    pub mappings: Range<u16>,
}

/// A slot as it is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    panel: PanelId,
    first: u16,
    /// How many mappings, or [`NOBODY`].
    count: u16,
}

const NOBODY: u16 = u16::MAX;

const EMPTY: Kept = Kept { panel: PanelId(0), first: 0, count: NOBODY };

/// All slots.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    list: [Kept; SLOTS],
}

impl Slots {
    pub fn new(setup: &impl SetupRead) -> Self {
        let mut slots = Self { list: [EMPTY; SLOTS] };
        let panels = (0..).map_while(|place| setup.panel_at(place));
        for panel in panels.filter(|panel| panel.is_active) {
            slots.set(panel.kind, panel.bank, Slot::of(setup, &panel));
        }
        slots
    }

    /// Who has a slot; nobody has one that does not exist.
    pub fn at(&self, kind: PanelKind, bank: BankId) -> Slot {
        self.list.get(place(kind, bank)).map(Kept::slot).unwrap_or_default()
    }

    /// The mappings that a slot puts in reach, by the slot's place in 0..[`SLOTS`].
    pub fn mappings(&self, place: usize) -> Range<u16> {
        self.list.get(place).map(|kept| kept.slot().mappings).unwrap_or_default()
    }

    /// True when some slot puts a mapping in reach.
    pub fn reach(&self, mapping: u16) -> bool {
        self.list.iter().any(|kept| kept.slot().mappings.contains(&mapping))
    }

    /// Hands a slot over; returns who had it.
    pub fn set(&mut self, kind: PanelKind, bank: BankId, slot: Slot) -> Slot {
        let Some(kept) = self.list.get_mut(place(kind, bank)) else { return Slot::default() };
        let old = kept.slot();
        *kept = match slot.panel {
            Some(panel) => Kept { panel, first: slot.mappings.start, count: slot.mappings.len() as u16 },
            None => EMPTY,
        };
        old
    }

    /// All slots with their kind and bank.
    pub fn iter(&self) -> impl Iterator<Item = (PanelKind, BankId, Slot)> {
        self.list.iter().enumerate().map(|(place, kept)| {
            let (kind, bank) = named(place as u8);
            (kind, bank, kept.slot())
        })
    }
}

impl Kept {
    fn slot(&self) -> Slot {
        if self.count == NOBODY {
            return Slot::default();
        }
        Slot { panel: Some(self.panel), mappings: self.first..self.first.saturating_add(self.count) }
    }
}

impl Slot {
    /// A slot that a panel has.
    pub fn of(setup: &impl SetupRead, panel: &Panel) -> Self {
        let preset = panel.preset.and_then(|id| setup.find_preset(id)).filter(|preset| preset.kind == panel.kind);
        Self { panel: Some(panel.id), mappings: read::range(preset.as_ref()) }
    }
}

/// A slot's place; past the end for a bank that does not exist.
pub(super) const fn place(kind: PanelKind, bank: BankId) -> usize {
    if bank.0 < kind.banks() { kind as usize * BANKS as usize + bank.0 as usize } else { SLOTS }
}

/// The kind and bank of a slot's place.
pub(super) const fn named(place: u8) -> (PanelKind, BankId) {
    let kind = match place / BANKS {
        0 => PanelKind::Pad,
        1 => PanelKind::Knob,
        _ => PanelKind::Piano,
    };
    (kind, BankId(place % BANKS))
}
