//! What the allocator remembers of notes and slots.

use super::NoteId;

/// Where a note is in its life, the first to give way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Told to fade.
    Ending,
    /// Told to release.
    Releasing,
    /// Key up, kept by a pedal.
    Sustained,
    /// Key down.
    Held,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) id: NoteId,
    pub(super) stage: Stage,
    /// Caught by the sostenuto pedal.
    pub(super) caught: bool,
    pub(super) class: u8,
    /// Slots it owns; 0: this entry is unused.
    pub(super) layers: u16,
    pub(super) serial: u64,
    /// Became [`Stage::Ending`] in the current call.
    pub(super) news: bool,
}

impl Note {
    pub(super) const UNUSED: Self = Self {
        id: NoteId { channel: 0, key: 0 },
        stage: Stage::Ending,
        caught: false,
        class: 0,
        layers: 0,
        serial: 0,
        news: false,
    };

    pub(super) fn is_used(&self) -> bool {
        self.layers > 0
    }

    /// True if it was not ending already.
    pub(super) fn end(&mut self) -> bool {
        let is_news = self.stage != Stage::Ending;
        (self.stage, self.news) = (Stage::Ending, self.news | is_news);
        is_news
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Index of the owner; [`Slot::FREE`]: none.
    pub(super) note: u16,
    pub(super) level: f32,
}

impl Slot {
    pub(super) const FREE: u16 = u16::MAX;
}

/// What no [`key`] is.
pub(super) const NO_KEY: u16 = u16::MAX;

/// A masked id as one number.
pub(super) fn key(id: NoteId) -> u16 {
    u16::from(id.channel) << 8 | u16::from(id.key)
}

pub(super) fn masked(id: NoteId) -> NoteId {
    NoteId { channel: id.channel & 15, ..id }
}

pub(super) fn bit(bits: u16, channel: u8) -> bool {
    bits >> channel & 1 == 1
}

pub(super) fn set_bit(bits: &mut u16, channel: u8, is_set: bool) {
    *bits = *bits & !(1 << channel) | u16::from(is_set) << channel;
}
