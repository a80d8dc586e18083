//! One set-up takes the place of another while everything runs. Both are in order of preset, address and place among equals,
//! so that one walk finds what stays, and the states move within their own memory.

use super::Mapper;
use super::act::{rest, stays};
use super::cell::{CARRIED, Cell, Gesture, LEADER, NONE, ON, QUEUED, REARM, TIMED};
use super::held::{Orphan, Route};
use super::output::Output;
use super::slots::Slots;
use crate::action::Action;
use crate::glue::Press;
use crate::panels::{BankId, PanelKind};
use crate::score::LAYERS;
use crate::setup::{Mapping, Setup};

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize, const DEVICES: usize, const HELD: usize>
    Mapper<PANELS, PRESETS, MAPPINGS, DEVICES, HELD>
{
    pub(super) fn exchange(&mut self, setup: &mut Setup<PANELS, PRESETS, MAPPINGS>, each: &mut impl FnMut(Output)) {
        for cell in &mut self.cells {
            cell.link = NONE;
        }
        let cells = &mut self.cells;
        same(&self.setup, setup, |old, new| {
            if let Some(cell) = cells.get_mut(usize::from(old)) {
                cell.link = new;
            }
        });
        for mapping in 0..self.cells.len() as u16 {
            self.part(mapping, setup, each);
        }
        self.send_keys_on();
        self.timers.retain(|mapping| self.cells.get(usize::from(*mapping)).is_some_and(|cell| cell.is(TIMED)));
        for mapping in &mut self.timers {
            *mapping = self.cells.get(usize::from(*mapping)).map_or(NONE, |cell| cell.link);
        }
        core::mem::swap(&mut self.setup, setup);
        self.move_cells();
        self.settle();
        self.reseat(setup, each);
        self.end_layers(setup, each);
    }

    /// Brings everything that follows from the set-up in line with it.
    pub(super) fn settle(&mut self) {
        self.chords.clear();
        for (place, own) in self.setup.mappings().iter().enumerate() {
            if place >= self.cells.len() {
                // There are as many places as the set-up has mappings at most.
                _ = self.cells.push(Cell::new(own));
            }
            if let Some(with) = own.chord() {
                // A set-up holds no more of them.
                _ = self.chords.push((with, place as u16));
            }
            if let Some(value) = own.value {
                self.targets.seed(&own.action, value);
            }
        }
        for preset in self.setup.presets() {
            let mut leaders = [NONE; 256];
            for mapping in preset.first..preset.first.saturating_add(preset.count) {
                let press = self.setup.mappings().get(usize::from(mapping)).map(|own| own.glue.press);
                let Some(cell) = self.cells.get_mut(usize::from(mapping)) else { break };
                cell.clear(LEADER);
                cell.link = NONE;
                let Some(Press::Radio(group)) = press else { continue };
                let Some(leader) = leaders.get_mut(usize::from(group)) else { continue };
                if *leader == NONE {
                    *leader = mapping;
                    cell.set(LEADER);
                } else {
                    cell.link = *leader;
                }
                let (leader, is_on) = (*leader, cell.is(ON));
                if let (Some(cell), true) = (self.cells.get_mut(usize::from(leader)), is_on) {
                    cell.link = mapping;
                }
            }
        }
    }

    /// Decides what of a mapping's state goes on, and ends what does not.
    fn part(&mut self, mapping: u16, setup: &Setup<PANELS, PRESETS, MAPPINGS>, each: &mut impl FnMut(Output)) {
        let Some((own, mut cell)) = self.look(mapping) else { return };
        let Some(new) = setup.mappings().get(usize::from(cell.link)) else {
            self.abandon(mapping, &own, each);
            return self.forget_timer(mapping);
        };
        let is_same_action = own.action == new.action;
        if !is_same_action || own.glue.mode != new.glue.mode || own.glue.press != new.glue.press {
            self.abandon(mapping, &own, each);
            self.forget_timer(mapping);
            cell.clear(ON | TIMED);
            cell.gesture = Gesture::new(new);
            cell.set(REARM);
        }
        if !is_same_action {
            let link = cell.link;
            cell = Cell::new(new);
            cell.link = link;
        } else if own.glue != new.glue {
            cell.way = new.glue.unshape(cell.value);
        }
        cell.set(CARRIED);
        if let Some(place) = self.cell(mapping) {
            *place = cell;
        }
    }

    fn forget_timer(&mut self, mapping: u16) {
        if let Some(cell) = self.cell(mapping) {
            cell.clear(TIMED);
        }
    }

    /// Ends what a mapping has begun that does not go on: with its control's release if that is down, else now.
    fn abandon(&mut self, mapping: u16, own: &Mapping, each: &mut impl FnMut(Output)) {
        if !self.cell(mapping).is_some_and(|cell| cell.take(ON)) {
            return;
        }
        if stays(&own.action) {
            if own.glue.press == Press::Momentary {
                self.targets.set(&own.action, rest(own));
                self.send(None, &own.action, rest(own), each);
            }
            return;
        }
        // A layer that was turned on goes on for as long as the set-up names it.
        if matches!(own.action, Action::Layer(_)) && own.glue.press != Press::Momentary {
            return;
        }
        let control = self.keys.iter().find(|key| key.route.leads_to(mapping)).map(|key| key.control);
        let orphan = control.filter(|_| own.glue.press == Press::Momentary);
        let is_kept = orphan.is_some_and(|control| self.orphans.push(Orphan { control, action: own.action }).is_ok());
        if !is_kept {
            self.end_orphan(&own.action, each);
        }
    }

    /// Releases go to the mappings that are now where their presses went.
    fn send_keys_on(&mut self) {
        for key in &mut self.keys {
            let Route::Mapped(group) = &key.route else { continue };
            let link = |mapping: u16| self.cells.get(usize::from(mapping)).map_or(NONE, |cell| cell.link);
            let first = link(group.start);
            let count = group
                .clone()
                .take_while(|mapping| first != NONE && link(*mapping) == first.saturating_add(*mapping - group.start));
            let count = count.count() as u16;
            key.route = if count == 0 { Route::Lost } else { Route::Mapped(first..first + count) };
        }
    }

    /// Moves each state that goes on to its mapping's new place. Their order stays, so that those that move down never meet
    /// those that move up.
    fn move_cells(&mut self) {
        let old = self.cells.len();
        for own in self.setup.mappings().iter().skip(old) {
            // There are as many places as the set-up has mappings at most.
            _ = self.cells.push(Cell::new(own));
        }
        for from in 0..old {
            self.move_cell(from, |to| to < from);
        }
        for from in (0..old).rev() {
            self.move_cell(from, |to| to > from);
        }
        self.cells.truncate(self.setup.mappings().len());
        for (cell, own) in self.cells.iter_mut().zip(self.setup.mappings()) {
            if !cell.take(CARRIED) {
                *cell = Cell::new(own);
            }
            cell.clear(QUEUED);
        }
    }

    fn move_cell(&mut self, from: usize, goes: impl Fn(usize) -> bool) {
        let Some(cell) = self.cells.get(from).copied() else { return };
        let to = usize::from(cell.link);
        if cell.is(CARRIED) && goes(to) && to < self.cells.len() {
            self.cells.swap(from, to);
            if let Some(left) = self.cells.get_mut(from) {
                left.clear(CARRIED);
            }
        }
    }

    /// The slots as the new set-up has them; `before` is the old one.
    fn reseat(&mut self, before: &Setup<PANELS, PRESETS, MAPPINGS>, each: &mut impl FnMut(Output)) {
        let old = core::mem::replace(&mut self.slots, Slots::new(&self.setup));
        for (kind, bank, was) in old.iter() {
            let is = self.slots.at(kind, bank);
            if is.panel != was.panel {
                each(Output::Activated { kind, bank, panel: is.panel, previous: was.panel });
            }
            let preset = |setup: &Setup<PANELS, PRESETS, MAPPINGS>| {
                setup.panels().iter().find(|panel| panel.is_active && panel.kind == kind && panel.bank == bank)?.preset
            };
            if preset(before) != preset(&self.setup) {
                self.rearm(&is.mappings);
            }
            if kind == PanelKind::Piano && bank == BankId::PLAY && is.panel.is_none() && was.panel.is_some() {
                self.let_go(each);
            }
        }
        self.show_all();
        for (_, _, was) in old.iter() {
            let range = usize::from(was.mappings.start)..usize::from(was.mappings.end);
            for own in before.mappings().get(range).unwrap_or_default() {
                self.darken(own);
            }
        }
    }

    /// Ends the layers that no mapping can end any more.
    fn end_layers(&mut self, before: &Setup<PANELS, PRESETS, MAPPINGS>, each: &mut impl FnMut(Output)) {
        let lost = layers(before) & !layers(&self.setup);
        for place in (0..LAYERS as u16).filter(|place| lost & 1 << place != 0) {
            self.end_orphan(&Action::Layer(place), each);
        }
    }
}

/// Pairs the mappings of two set-ups that are of the same preset, address and place among equals.
fn same<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize>(
    old: &Setup<PANELS, PRESETS, MAPPINGS>,
    new: &Setup<PANELS, PRESETS, MAPPINGS>,
    mut each: impl FnMut(u16, u16),
) {
    let mut others = new.presets().iter().peekable();
    for preset in old.presets() {
        while others.next_if(|other| other.id < preset.id).is_some() {}
        let Some(other) = others.next_if(|other| other.id == preset.id) else { continue };
        let mut to = other.first;
        let end = other.first.saturating_add(other.count);
        for from in preset.first..preset.first.saturating_add(preset.count) {
            let Some(at) = old.mappings().get(usize::from(from)).map(|own| own.at) else { return };
            let is_before = |to: u16| new.mappings().get(usize::from(to)).is_some_and(|own| own.at < at);
            while to < end && is_before(to) {
                to += 1;
            }
            if to < end && new.mappings().get(usize::from(to)).is_some_and(|own| own.at == at) {
                each(from, to);
                to += 1;
            }
        }
    }
}

/// The layers that a set-up names, one bit each.
fn layers<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize>(
    setup: &Setup<PANELS, PRESETS, MAPPINGS>,
) -> u64 {
    const { assert!(LAYERS <= u64::BITS as usize, "one bit a layer") }
    setup.mappings().iter().fold(0, |named, own| match own.action {
        Action::Layer(place) if usize::from(place) < LAYERS => named | 1 << place,
        _ => named,
    })
}
