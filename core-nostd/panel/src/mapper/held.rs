//! What is down and what sounds: where each release has to go, whatever has changed since the press.

use super::slots;
use crate::action::Action;
use crate::mapper::output::MappingId;
use crate::panels::{BankId, PanelId, PanelKind};
use crate::source::{Control, Spot};
use crate::wire::record;
use core::ops::Range;
use heapless::Vec;

/// A control that is down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub control: Spot,
    /// The note and its channel, or the first mapping.
    first: u16,
    panel: PanelId,
    /// Of the kind and bank.
    slot: u8,
    has_panel: bool,
    /// How many mappings, [`SYNTH`] or [`LOST`].
    to: u8,
}

const LOST: u8 = 0;
const SYNTH: u8 = u8::MAX;

/// Where its press went, and where its release goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the synth, as this note.
    Synth { channel: u8, note: u8 },
    /// To these mappings.
    Mapped(Range<u16>),
    /// To nobody.
    Lost,
}

impl Key {
    pub fn new(control: &Control, kind: PanelKind, bank: BankId, panel: Option<PanelId>, route: Route) -> Self {
        let slot = slots::place(kind, bank) as u8;
        let (control, has_panel) = (control.spot(), panel.is_some());
        let mut key = Self { control, first: 0, panel: panel.unwrap_or(PanelId(0)), slot, has_panel, to: LOST };
        key.set_route(route);
        key
    }

    pub fn kind(&self) -> PanelKind {
        slots::named(self.slot).0
    }

    pub fn bank(&self) -> BankId {
        slots::named(self.slot).1
    }

    pub fn panel(&self) -> Option<PanelId> {
        self.has_panel.then_some(self.panel)
    }

    pub fn route(&self) -> Route {
        match self.to {
            LOST => Route::Lost,
            SYNTH => Route::Synth { channel: (self.first >> 8) as u8, note: self.first as u8 },
            count => Route::Mapped(self.first..self.first.saturating_add(u16::from(count))),
        }
    }

    pub fn set_route(&mut self, route: Route) {
        (self.first, self.to) = match route {
            Route::Synth { channel, note } => (u16::from(channel) << 8 | u16::from(note), SYNTH),
            // A set-up has few mappings for one control.
            Route::Mapped(group) => (group.start, group.len().min(usize::from(SYNTH - 1)) as u8),
            Route::Lost => (0, LOST),
        };
    }
}

impl Route {
    /// The first mapping that took the press.
    pub fn first(&self) -> Option<MappingId> {
        match self {
            Self::Mapped(group) => Some(MappingId(group.start)),
            _ => None,
        }
    }

    /// True when a mapping took the press.
    pub fn leads_to(&self, mapping: u16) -> bool {
        matches!(self, Self::Mapped(group) if group.contains(&mapping))
    }
}

/// An action that has begun, whose mapping is gone while its control is still down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orphan {
    pub control: Spot,
    /// As a record: half of what it takes else.
    action: [u8; record::ACTION],
}

impl Orphan {
    pub fn new(control: Spot, action: &Action) -> Self {
        Self { control, action: record::action(action) }
    }

    pub fn action(&self) -> Action {
        record::read_action(&self.action).unwrap_or_default()
    }
}

/// How many hold each note of each channel: one bit for the first, a few places for further ones.
#[derive(Debug)]
pub(crate) struct Notes<const RARE: usize> {
    sounding: [[u32; 4]; 16],
    more: Vec<More, RARE>,
}

/// A note that several hold, and how many but the first.
#[derive(Debug)]
struct More {
    channel: u8,
    note: u8,
    holders: u8,
}

impl<const RARE: usize> Notes<RARE> {
    pub const fn new() -> Self {
        Self { sounding: [[0; 4]; 16], more: Vec::new() }
    }

    /// One more holds a note. False, and nothing has changed, if it has too many already.
    pub fn hold(&mut self, channel: u8, note: u8) -> bool {
        let Some(bits) = self.bits(channel, note) else { return false };
        let bit = 1 << (note % 32);
        if *bits & bit == 0 {
            *bits |= bit;
            return true;
        }
        match self.place(channel, note).and_then(|place| self.more.get_mut(place)) {
            Some(more) => {
                let holders = more.holders.checked_add(1).filter(|holders| *holders < u8::MAX);
                more.holders = holders.unwrap_or(more.holders);
                holders.is_some()
            }
            None => self.more.push(More { channel, note, holders: 1 }).is_ok(),
        }
    }

    /// One holder lets go; true when it was the last.
    pub fn let_go(&mut self, channel: u8, note: u8) -> bool {
        if let Some(place) = self.place(channel, note) {
            if let Some(more) = self.more.get_mut(place) {
                more.holders -= 1;
                if more.holders == 0 {
                    self.more.swap_remove(place);
                }
            }
            return false;
        }
        let Some(bits) = self.bits(channel, note) else { return false };
        let bit = 1 << (note % 32);
        let was = *bits & bit != 0;
        *bits &= !bit;
        was
    }

    fn place(&self, channel: u8, note: u8) -> Option<usize> {
        self.more.iter().position(|more| (more.channel, more.note) == (channel, note))
    }

    fn bits(&mut self, channel: u8, note: u8) -> Option<&mut u32> {
        self.sounding.get_mut(usize::from(channel))?.get_mut(usize::from(note / 32))
    }
}

/// Where knobs stand, whichever mapping they last turned for.
#[derive(Debug)]
pub(crate) struct Positions<const KNOBS: usize> {
    controls: Vec<Spot, KNOBS>,
    positions: [u16; KNOBS],
    /// The next to be forgotten once all places are taken.
    oldest: u16,
}

impl<const KNOBS: usize> Positions<KNOBS> {
    pub const fn new() -> Self {
        Self { controls: Vec::new(), positions: [0; KNOBS], oldest: 0 }
    }

    /// Where the first control stands that meets a condition.
    pub fn find(&self, meets: impl Fn(Spot) -> bool) -> Option<u16> {
        let place = self.controls.iter().position(|control| meets(*control))?;
        self.positions.get(place).copied()
    }

    /// A control stands somewhere.
    pub fn remember(&mut self, control: Spot, position: u16) {
        let known = self.controls.iter().position(|known| *known == control);
        let place = known.unwrap_or_else(|| {
            let count = self.controls.len();
            if self.controls.push(control).is_ok() {
                return count;
            }
            let oldest = usize::from(self.oldest);
            if let Some(place) = self.controls.get_mut(oldest) {
                *place = control;
            }
            self.oldest = if oldest + 1 < KNOBS { self.oldest + 1 } else { 0 };
            oldest
        });
        if let Some(place) = self.positions.get_mut(place) {
            *place = position;
        }
    }
}
