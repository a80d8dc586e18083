//! Registered and non-registered parameters: selection, data entry, increment and decrement (MIDI 1.0 table IIIa, RP-018,
//! GM2 for the depth of modulation, MPE for its zones).

use super::generators::{self, AWE32};
use super::{Channel, cc};

/// Numbers of registered parameters.
mod rpn {
    pub const WHEEL_RANGE: u16 = 0;
    pub const FINE_TUNE: u16 = 1;
    pub const COARSE_TUNE: u16 = 2;
    pub const TUNING_PROGRAM: u16 = 3;
    pub const TUNING_BANK: u16 = 4;
    pub const MODULATION_RANGE: u16 = 5;
    pub const MPE_ZONE: u16 = 6;
    /// 7F 7F: data entry goes nowhere.
    pub const NONE: u16 = 0x3FFF;
}

/// Set in a selection of a non-registered parameter.
const NON_REGISTERED: u16 = 0x8000;

/// Where a 14-bit value has its centre.
const CENTRE: u16 = 0x2000;

/// The depth of modulation unless set, in 128ths of a semitone: 50 cents.
const MODULATION_RANGE: u16 = 64;

/// One channel's parameters.
#[derive(Clone, Debug)]
pub(super) struct Parameters {
    selected: u16,
    /// Data has been entered since the selection: its less significant half now counts at once.
    is_entered: bool,
    wheel_range_semitones: u8,
    wheel_range_cents: u8,
    /// 0..=16383 for ±100 cents.
    fine_tune: u16,
    /// 64 is no semitone.
    coarse_tune: u8,
    tuning_program: u8,
    tuning_bank: u8,
    /// 128ths of a semitone.
    modulation_range: u16,
    /// Members that an MPE configuration message asked for, until it is seen to.
    zone: Option<u8>,
}

impl Parameters {
    pub(super) const DEFAULT: Self = Self {
        selected: rpn::NONE,
        is_entered: false,
        wheel_range_semitones: 2,
        wheel_range_cents: 0,
        fine_tune: CENTRE,
        coarse_tune: 64,
        tuning_program: 0,
        tuning_bank: 0,
        modulation_range: MODULATION_RANGE,
        zone: None,
    };

    /// Data entry goes nowhere until the next selection.
    pub(super) fn deselect(&mut self) {
        self.selected = rpn::NONE;
    }

    fn enter(&mut self, is_msb: bool, value: u8) {
        match (self.selected, is_msb) {
            (rpn::WHEEL_RANGE, true) => (self.wheel_range_semitones, self.wheel_range_cents) = (value, 0),
            (rpn::WHEEL_RANGE, false) => self.wheel_range_cents = value,
            (rpn::FINE_TUNE, true) => self.fine_tune = u16::from(value) << 7,
            (rpn::FINE_TUNE, false) => self.fine_tune = self.fine_tune & !0x7F | u16::from(value),
            (rpn::COARSE_TUNE, true) => self.coarse_tune = value,
            (rpn::TUNING_PROGRAM, true) => self.tuning_program = value,
            (rpn::TUNING_BANK, true) => self.tuning_bank = value,
            (rpn::MODULATION_RANGE, true) => self.modulation_range = u16::from(value) << 7,
            (rpn::MODULATION_RANGE, false) => {
                self.modulation_range = self.modulation_range & !0x7F | u16::from(value);
            }
            (rpn::MPE_ZONE, true) => self.zone = Some(value),
            _ => {}
        }
    }

    /// One step up or down in the parameter's smallest unit (RP-018).
    fn step(&mut self, is_up: bool) {
        match self.selected {
            rpn::WHEEL_RANGE => {
                let cents = u16::from(self.wheel_range_semitones) * 100 + u16::from(self.wheel_range_cents.min(99));
                let cents = stepped(cents, is_up, 127 * 100 + 99);
                (self.wheel_range_semitones, self.wheel_range_cents) = ((cents / 100) as u8, (cents % 100) as u8);
            }
            rpn::FINE_TUNE => self.fine_tune = stepped(self.fine_tune, is_up, 0x3FFF),
            rpn::COARSE_TUNE => self.coarse_tune = stepped_byte(self.coarse_tune, is_up),
            rpn::TUNING_PROGRAM => self.tuning_program = stepped_byte(self.tuning_program, is_up),
            rpn::TUNING_BANK => self.tuning_bank = stepped_byte(self.tuning_bank, is_up),
            rpn::MODULATION_RANGE => self.modulation_range = stepped(self.modulation_range, is_up, 0x3FFF),
            _ => {}
        }
    }
}

fn stepped(value: u16, is_up: bool, max: u16) -> u16 {
    if is_up { value.saturating_add(1).min(max) } else { value.saturating_sub(1) }
}

fn stepped_byte(value: u8, is_up: bool) -> u8 {
    stepped(u16::from(value), is_up, 0x7F) as u8
}

impl Channel {
    /// One of the controllers that select a parameter or enter its data.
    pub(super) fn enter(&mut self, controller: u8, value: u8) {
        match controller {
            cc::RPN_LSB | cc::RPN_MSB => self.choose(cc::RPN_MSB, cc::RPN_LSB, 0),
            cc::NRPN_LSB | cc::NRPN_MSB => {
                let before = self.parameters.selected & !NON_REGISTERED;
                self.choose(cc::NRPN_MSB, cc::NRPN_LSB, NON_REGISTERED);
                let now = self.parameters.selected & !NON_REGISTERED;
                let is_beyond = match controller {
                    cc::NRPN_LSB => generators::is_prefix(before) && !generators::is_prefix(now),
                    _ => generators::is_prefix(now),
                };
                if is_beyond {
                    self.parameters.deselect();
                }
            }
            _ if self.parameters.selected & NON_REGISTERED != 0 => self.enter_non_registered(controller),
            cc::DATA_MSB | cc::DATA_LSB => self.parameters.enter(controller == cc::DATA_MSB, value),
            _ => self.parameters.step(controller == cc::INCREMENT),
        }
    }

    /// Selects what two controllers name. What data there was belonged to the parameter before.
    fn choose(&mut self, msb: u8, lsb: u8, kind: u16) {
        self.parameters.selected = kind | self.value(msb) << 7 | self.value(lsb);
        self.parameters.is_entered = false;
        self.set(cc::DATA_LSB, 0);
    }

    /// Some send the less significant half first (as SoundFont 2.04 has it), some last, most never: the more significant
    /// one completes a value, and later a less significant one changes it. The AWE32's come with the more significant half
    /// first, or without it: there the less significant one completes.
    fn enter_non_registered(&mut self, controller: u8) {
        let is_awe32 = self.parameters.selected & 0x3FFF >> 7 << 7 == AWE32 << 7;
        match controller {
            cc::DATA_MSB if is_awe32 => return,
            cc::DATA_LSB if is_awe32 => {}
            cc::DATA_MSB => self.parameters.is_entered = true,
            cc::DATA_LSB if !self.parameters.is_entered => return,
            cc::DATA_LSB => {}
            _ => self.set(cc::DATA_MSB, stepped(self.value(cc::DATA_MSB), controller == cc::INCREMENT, 0x7F) as u8),
        }
        let value = self.value(cc::DATA_MSB) << 7 | self.value(cc::DATA_LSB);
        self.non_registered(self.parameters.selected & 0x3FFF, value);
    }

    /// How far the wheel bends either way, in semitones (RPN 0).
    pub fn wheel_range_semitones(&self) -> f32 {
        f32::from(self.parameters.wheel_range_semitones) + f32::from(self.parameters.wheel_range_cents) * 0.01
    }

    /// The same in semitones and cents.
    pub fn wheel_range(&self) -> (u8, u8) {
        (self.parameters.wheel_range_semitones, self.parameters.wheel_range_cents)
    }

    /// Sets how far the wheel bends either way, in semitones and cents.
    pub fn set_wheel_range(&mut self, range: (u8, u8)) {
        (self.parameters.wheel_range_semitones, self.parameters.wheel_range_cents) = range;
    }

    /// How deep modulation is, as a multiple of its 50 cents by default (RPN 5).
    pub fn modulation_scale(&self) -> f32 {
        f32::from(self.parameters.modulation_range) * (1.0 / MODULATION_RANGE as f32)
    }

    /// Bank and program of the tuning that keys are looked up in (RPN 4 and 3).
    pub fn tuning_program(&self) -> (u8, u8) {
        (self.parameters.tuning_bank, self.parameters.tuning_program)
    }

    /// Fine and coarse tuning (RPN 1 and 2), in cents.
    pub(super) fn registered_cents(&self) -> f32 {
        let Parameters { fine_tune, coarse_tune, .. } = self.parameters;
        (f32::from(fine_tune) - f32::from(CENTRE)) * (100.0 / 8192.0) + (f32::from(coarse_tune) - 64.0) * 100.0
    }

    /// True while data entry goes to what an MPE zone's manager and its members each have for themselves.
    pub fn enters_own(&self) -> bool {
        matches!(self.parameters.selected, rpn::WHEEL_RANGE | rpn::MPE_ZONE)
    }

    /// True while data entry goes to the wheel's range.
    pub fn enters_wheel_range(&self) -> bool {
        self.parameters.selected == rpn::WHEEL_RANGE
    }

    /// The members that an MPE configuration message has asked for since the last call.
    pub fn take_zone(&mut self) -> Option<u8> {
        self.parameters.zone.take()
    }
}
