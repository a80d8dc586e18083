//! What is down and what sounds: where each release has to go, whatever has changed since the press.

use crate::action::Action;
use crate::mapper::output::MappingId;
use crate::panels::{BankId, PanelId, PanelKind};
use crate::source::Control;
use core::ops::Range;
use heapless::Vec;

/// A control that is down.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub control: Control,
    pub kind: PanelKind,
    pub bank: BankId,
    pub panel: Option<PanelId>,
    pub route: Route,
}

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
    pub control: Control,
    pub action: Action,
}

/// Orphans at most; what one more would be ends at once.
pub(crate) const ORPHANS: usize = 16;

/// How many hold each note of each channel.
#[derive(Debug)]
pub(crate) struct Notes {
    holders: [[u8; 128]; 16],
}

impl Notes {
    pub const fn new() -> Self {
        Self { holders: [[0; 128]; 16] }
    }

    /// One more holds a note. False, and nothing has changed, if it has too many already.
    pub fn hold(&mut self, channel: u8, note: u8) -> bool {
        let Some(holders) = self.holders(channel, note) else { return false };
        let more = holders.checked_add(1);
        *holders = more.unwrap_or(*holders);
        more.is_some()
    }

    /// One holder lets go; true when it was the last.
    pub fn let_go(&mut self, channel: u8, note: u8) -> bool {
        let Some(holders) = self.holders(channel, note) else { return false };
        let was = *holders;
        *holders = was.saturating_sub(1);
        was == 1
    }

    fn holders(&mut self, channel: u8, note: u8) -> Option<&mut u8> {
        self.holders.get_mut(usize::from(channel))?.get_mut(usize::from(note))
    }
}

/// Controls whose place is remembered.
const POSITIONS: usize = 64;

/// Where knobs stand, whichever mapping they last turned for.
#[derive(Debug)]
pub(crate) struct Positions {
    list: Vec<(Control, u16), POSITIONS>,
    /// The next to be forgotten once all places are taken.
    oldest: usize,
}

impl Positions {
    pub const fn new() -> Self {
        Self { list: Vec::new(), oldest: 0 }
    }

    /// Where the first control stands that meets a condition.
    pub fn find(&self, meets: impl Fn(&Control) -> bool) -> Option<u16> {
        self.list.iter().find(|(control, _)| meets(control)).map(|(_, position)| *position)
    }

    /// A control stands somewhere.
    pub fn remember(&mut self, control: Control, position: u16) {
        if let Some(known) = self.list.iter_mut().find(|(known, _)| *known == control) {
            known.1 = position;
        } else if self.list.push((control, position)).is_err() {
            if let Some(place) = self.list.get_mut(self.oldest) {
                *place = (control, position);
            }
            self.oldest = (self.oldest + 1) % POSITIONS;
        }
    }
}
