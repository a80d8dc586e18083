//! One set-up takes the place of another while everything runs. Both are in order of preset, address and place among equals,
//! so that one walk finds what stays, and the states move within their own memory.

use super::Mapper;
use super::act::{rest, stays};
use super::cell::{CARRIED, CHOSEN, Cell, Gesture, ON, QUEUED, REARM};
use super::held::{Orphan, Route};
use super::output::Output;
use super::slots::Slots;
use crate::action::Action;
use crate::glue::Press;
use crate::panels::{BankId, PanelId, PanelKind, PresetId};
use crate::score::LAYERS;
use crate::setup::read::range;
use crate::setup::{Mapping, SetupRead};
use core::ops::Range;

/// No mapping.
const NONE: u16 = u16::MAX;

impl<
    S: SetupRead,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
> Mapper<S, MAPPINGS, DEVICES, HELD, KNOBS, RARE>
{
    pub(super) fn exchange(&mut self, setup: &mut S, each: &mut dyn FnMut(Output)) {
        let mut links = [NONE; MAPPINGS];
        same(&self.setup, setup, &mut |old, new| {
            if let Some(link) = links.get_mut(usize::from(old)) {
                *link = new;
            }
        });
        let link = |mapping: u16| links.get(usize::from(mapping)).copied().filter(|link| *link != NONE);
        for mapping in 0..self.cells.len() as u16 {
            self.part(mapping, link(mapping), setup, each);
        }
        self.send_keys_on(link);
        self.timings.move_to(link);
        core::mem::swap(&mut self.setup, setup);
        self.move_cells(link);
        self.settle();
        self.reseat(setup, each);
        self.end_layers(setup, each);
    }

    /// Brings everything that follows from the set-up in line with it.
    pub(super) fn settle(&mut self) {
        for place in 0..self.setup.mapping_count() {
            let Some(own) = self.setup.mapping_at(place) else { break };
            if usize::from(place) >= self.cells.len() {
                // There are as many places as the set-up has mappings at most.
                _ = self.cells.push(Cell::new(&own));
            }
            if let Some(value) = own.value {
                self.targets.seed(&own.action, value);
            }
        }
        for cell in &mut self.cells {
            cell.clear(CHOSEN);
        }
        // Of those of a radio group that are on, the last is the chosen one.
        for mapping in 0..self.cells.len() as u16 {
            let press = self.setup.press(mapping).filter(|press| matches!(press, Press::Radio(_)));
            if press.is_none() || !self.cell(mapping).is_some_and(|cell| cell.is(ON)) {
                continue;
            }
            for other in self.setup.siblings(mapping).filter(|other| *other <= mapping) {
                if let (true, Some(cell)) = (self.setup.press(other) == press, self.cells.get_mut(usize::from(other))) {
                    if other == mapping { cell.set(CHOSEN) } else { cell.clear(CHOSEN) }
                }
            }
        }
    }

    /// Decides what of a mapping's state goes on, and ends what does not.
    fn part(&mut self, mapping: u16, link: Option<u16>, setup: &S, each: &mut dyn FnMut(Output)) {
        let mut own = Mapping::NOTHING;
        let Some(mut cell) = self.look(mapping, &mut own) else { return };
        let Some(new) = link.and_then(|link| setup.mapping_at(link)) else {
            return self.abandon(mapping, &own, each);
        };
        let is_same_action = own.action == new.action;
        if !is_same_action || own.glue.mode != new.glue.mode || own.glue.press != new.glue.press {
            self.abandon(mapping, &own, each);
            self.timings.forget(mapping);
            cell.clear(ON);
            cell.set_gesture(Gesture::new(&new));
            cell.set(REARM);
        }
        if !is_same_action {
            cell = Cell::new(&new);
        } else if own.glue != new.glue {
            cell.way = new.glue.unshape(cell.value);
        }
        cell.set(CARRIED);
        if let Some(place) = self.cell(mapping) {
            *place = cell;
        }
    }

    /// Ends what a mapping has begun that does not go on: with its control's release if that is down, else now.
    fn abandon(&mut self, mapping: u16, own: &Mapping, each: &mut dyn FnMut(Output)) {
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
        let control = self.keys.iter().find(|key| key.route().leads_to(mapping)).map(|key| key.control);
        let orphan = control.filter(|_| own.glue.press == Press::Momentary);
        let is_kept = orphan.is_some_and(|control| self.orphans.push(Orphan::new(control, &own.action)).is_ok());
        if !is_kept {
            self.end_orphan(&own.action, each);
        }
    }

    /// Releases go to the mappings that are now where their presses went.
    fn send_keys_on(&mut self, link: impl Fn(u16) -> Option<u16>) {
        for key in &mut self.keys {
            let Route::Mapped(group) = key.route() else { continue };
            let first = link(group.start);
            let stays =
                |place: &u16| first.is_some() && link(*place) == first.map(|first| first + (place - group.start));
            let count = group.clone().take_while(stays).count() as u16;
            key.set_route(first.map_or(Route::Lost, |first| Route::Mapped(first..first + count)));
        }
    }

    /// Moves each state that goes on to its mapping's new place. Their order stays, so that those that move down never meet
    /// those that move up.
    fn move_cells(&mut self, link: impl Fn(u16) -> Option<u16>) {
        let (old, new) = (self.cells.len() as u16, self.setup.mapping_count());
        for own in (old..new).filter_map(|place| self.setup.mapping_at(place)) {
            // There are as many places as the set-up has mappings at most.
            _ = self.cells.push(Cell::new(&own));
        }
        for from in 0..old {
            self.move_cell(from, link(from).filter(|to| *to < from));
        }
        for from in (0..old).rev() {
            self.move_cell(from, link(from).filter(|to| *to > from));
        }
        self.cells.truncate(usize::from(new));
        for (place, cell) in (0..).zip(&mut self.cells) {
            if let (false, Some(own)) = (cell.take(CARRIED), self.setup.mapping_at(place)) {
                *cell = Cell::new(&own);
            }
            cell.clear(QUEUED);
        }
    }

    fn move_cell(&mut self, from: u16, to: Option<u16>) {
        let (from, Some(to)) = (usize::from(from), to.map(usize::from)) else { return };
        let is_carried = self.cells.get(from).is_some_and(|cell| cell.is(CARRIED));
        if is_carried && to < self.cells.len() {
            self.cells.swap(from, to);
            if let Some(left) = self.cells.get_mut(from) {
                left.clear(CARRIED);
            }
        }
    }

    /// The slots as the new set-up has them; `before` is the old one.
    fn reseat(&mut self, before: &S, each: &mut dyn FnMut(Output)) {
        let old = core::mem::replace(&mut self.slots, Slots::new(&self.setup));
        for (kind, bank, was) in old.iter() {
            let is = self.slots.at(kind, bank);
            if is.panel != was.panel {
                each(Output::Activated { kind, bank, panel: is.panel, previous: was.panel });
            }
            if preset(before, was.panel) != preset(&self.setup, is.panel) {
                self.rearm(&is.mappings);
            }
            if kind == PanelKind::Piano && bank == BankId::PLAY && is.panel.is_none() && was.panel.is_some() {
                self.let_go(each);
            }
        }
        self.show_all();
        for (_, _, was) in old.iter() {
            for own in was.mappings.filter_map(|place| before.mapping_at(place)) {
                self.darken(&own);
            }
        }
    }

    /// Ends the layers that no mapping can end any more.
    fn end_layers(&mut self, before: &S, each: &mut dyn FnMut(Output)) {
        let lost = layers(before) & !layers(&self.setup);
        for place in (0..LAYERS as u16).filter(|place| lost & 1 << place != 0) {
            self.end_orphan(&Action::Layer(place), each);
        }
    }
}

/// The preset of a panel.
fn preset(setup: &impl SetupRead, panel: Option<PanelId>) -> Option<PresetId> {
    let mut panels = (0..).map_while(|place| setup.panel_at(place));
    panels.find(|own| Some(own.id) == panel)?.preset
}

/// Pairs the mappings of two set-ups that are of the same preset, address and place among equals.
fn same<S: SetupRead>(old: &S, new: &S, each: &mut dyn FnMut(u16, u16)) {
    let mut others = (0..).map_while(|place| new.preset_at(place)).peekable();
    for own in (0..).map_while(|place| old.preset_at(place)) {
        while others.next_if(|other| other.id < own.id).is_some() {}
        let Some(other) = others.next_if(|other| other.id == own.id) else { continue };
        let Range { start: mut to, end } = range(Some(&other));
        for from in range(Some(&own)) {
            let Some(at) = old.spot(from) else { return };
            while to < end && new.spot(to).is_some_and(|spot| spot < at) {
                to += 1;
            }
            if to < end && new.spot(to) == Some(at) {
                each(from, to);
                to += 1;
            }
        }
    }
}

/// The layers that a set-up names, one bit each.
fn layers(setup: &impl SetupRead) -> u32 {
    const { assert!(LAYERS <= u32::BITS as usize, "one bit a layer") }
    (0..setup.mapping_count()).fold(0, |named, place| match setup.action(place) {
        Some(Action::Layer(place)) if usize::from(place) < LAYERS => named | 1 << place,
        _ => named,
    })
}
