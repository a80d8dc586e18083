//! Which preset a channel plays: bank select in the style of the module that a song was written for.

use super::{Channel, cc};
use crate::{Bank, PresetIndex};

/// The bank in which a SoundFont keeps its percussion.
const PERCUSSION_BANK: u16 = 128;

/// What the two bank select controllers (0 and 32) mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BankStyle {
    /// General MIDI: nothing. Channel 10 is percussion.
    Gm,
    /// Controller 0 is the bank. Channel 10 is percussion, and others if a GS message says so.
    #[default]
    Gs,
    /// Controller 32 is the bank; controller 0 makes a channel percussion (120, 126, 127) or melodic (all others).
    Xg,
    /// Controller 32 is the bank; controller 0 makes a channel percussion (120) or melodic (121).
    Gm2,
}

/// What plays where a program is missing: the lowest program of bank 0, else whatever preset is first. Looked for once a
/// bank, because one that lacks it is read many times over.
pub fn first_melodic(bank: &impl Bank) -> PresetIndex {
    (0..128).find_map(|program| bank.find(0, program)).unwrap_or(PresetIndex(0))
}

impl Channel {
    /// The preset that a note plays.
    pub fn preset(&self) -> Option<PresetIndex> {
        self.preset
    }

    /// True if the channel plays percussion from its next program change on.
    pub fn is_percussion(&self) -> bool {
        self.is_percussion
    }

    /// Makes the channel percussion or melodic, from its next program change on.
    pub fn set_percussion(&mut self, is_percussion: bool) {
        self.is_percussion = is_percussion;
    }

    /// Reads bank select in another style; the bank chosen before stays.
    pub fn set_bank_style(&mut self, style: BankStyle) {
        self.bank_style = style;
    }

    /// One of the two bank select controllers. Waits for the next program change.
    pub(super) fn choose_bank(&mut self, controller: u8, value: u8) {
        let is_msb = controller == cc::BANK_MSB;
        match self.bank_style {
            BankStyle::Gs if is_msb => self.bank = u16::from(value),
            BankStyle::Xg if is_msb => self.is_percussion = matches!(value, 120 | 126 | 127),
            BankStyle::Gm2 if is_msb => match value {
                120 => self.is_percussion = true,
                121 => self.is_percussion = false,
                _ => {}
            },
            BankStyle::Xg | BankStyle::Gm2 => self.bank = u16::from(value),
            BankStyle::Gm | BankStyle::Gs => {}
        }
    }

    /// The program of the last program change.
    pub fn program(&self) -> u8 {
        self.selected.1
    }

    /// Selects a program in the bank chosen before: exactly, else in bank 0, else the [`first_melodic`] preset.
    /// A percussion channel looks in bank 128 only, and falls back to that bank's program 0.
    pub fn select(&mut self, program: u8, bank: &impl Bank, first_melodic: PresetIndex) {
        self.selected = (if self.is_percussion { PERCUSSION_BANK } else { self.bank }, program);
        self.resolve(bank, first_melodic);
    }

    /// Plays what another channel plays.
    pub fn play_as(&mut self, other: &Self) {
        (self.bank, self.selected, self.preset) = (other.bank, other.selected, other.preset);
        self.is_percussion = other.is_percussion;
    }

    /// Looks the selected program up, as after the bank was exchanged.
    pub fn resolve(&mut self, bank: &impl Bank, first_melodic: PresetIndex) {
        let (number, program) = self.selected;
        self.preset = if number == PERCUSSION_BANK {
            bank.find(PERCUSSION_BANK, program).or_else(|| bank.find(PERCUSSION_BANK, 0))
        } else {
            bank.find(number, program).or_else(|| bank.find(0, program)).or(Some(first_melodic))
        };
    }
}
