//! Who has which slot, and to which bank knobs belong.

use super::Mapper;
use super::cell::{REARM, TELL};
use super::output::Output;
use super::slots::Slot;
use crate::panels::{BANKS, BankId, PanelId, PanelKind, next};
use crate::setup::SetupRead;
use core::ops::Range;

impl<
    S: SetupRead,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
> Mapper<S, MAPPINGS, DEVICES, HELD, KNOBS, RARE>
{
    /// Makes a panel active, or empties its slot if it has it; false when there is no such panel.
    pub(super) fn seat(&mut self, id: PanelId, on: bool, each: &mut dyn FnMut(Output)) -> bool {
        let mut panels = (0..).map_while(|place| self.setup.panel_at(place));
        let Some(panel) = panels.find(|panel| panel.id == id) else { return false };
        if (self.slots.at(panel.kind, panel.bank).panel == Some(id)) == on {
            return true;
        }
        self.setup.keep_active(id, on);
        let slot = if on { Slot::of(&self.setup, &panel) } else { Slot::default() };
        self.hand_over(panel.kind, panel.bank, slot, each);
        true
    }

    /// A slot changes hands: its knobs have to take over again, and its lights show what is now.
    pub(super) fn hand_over(&mut self, kind: PanelKind, bank: BankId, slot: Slot, each: &mut dyn FnMut(Output)) {
        let (panel, mappings) = (slot.panel, slot.mappings.clone());
        let old = self.slots.set(kind, bank, slot);
        each(Output::Activated { kind, bank, panel, previous: old.panel });
        if kind == PanelKind::Piano && bank == BankId::PLAY && panel.is_none() {
            self.let_go(each);
        }
        self.show_again(&old.mappings);
        self.rearm(&mappings);
    }

    /// The next panel of a slot, or the one before.
    pub(super) fn next_panel(&mut self, kind: PanelKind, bank: BankId, by: i8, each: &mut dyn FnMut(Output)) {
        let active = self.slots.at(kind, bank).panel;
        let panels = (0..).map_while(|place| self.setup.panel_at(place));
        let next =
            next(panels.filter(|panel| panel.kind == kind && panel.bank == bank).map(|panel| panel.id), active, by);
        if let Some(next) = next {
            self.seat(next, true, each);
        }
    }

    /// The next bank that has a panel of knobs, or the one before.
    pub(super) fn next_bank(&mut self, by: i8, each: &mut dyn FnMut(Output)) {
        let step = if by < 0 { BANKS - 1 } else { 1 };
        let mut bank = self.bank;
        for _ in 0..BANKS {
            bank = BankId((bank.0 + step) % BANKS);
            let mut panels = (0..).map_while(|place| self.setup.panel_at(place));
            if panels.any(|panel| panel.kind == PanelKind::Knob && panel.bank == bank) {
                return self.turn_to_bank(bank, each);
            }
        }
    }

    /// Knobs that have no bank of their own belong to this one now.
    pub(super) fn turn_to_bank(&mut self, bank: BankId, each: &mut dyn FnMut(Output)) {
        let before = core::mem::replace(&mut self.bank, bank);
        if before == bank {
            return;
        }
        each(Output::Bank(bank));
        let left = self.slots.at(PanelKind::Knob, before);
        let entered = self.slots.at(PanelKind::Knob, bank);
        self.show_again(&left.mappings);
        self.rearm(&entered.mappings);
    }

    /// Knobs in a range may have moved for others since these mappings last heard them; their values are told.
    pub(super) fn rearm(&mut self, mappings: &Range<u16>) {
        for mapping in mappings.clone() {
            if let Some(cell) = self.cell(mapping) {
                cell.set(REARM | TELL);
            }
            self.enqueue(mapping);
        }
    }
}
