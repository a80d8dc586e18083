//! What a MIDI channel remembers: controllers, bend, pressure, registered parameters, bank and program.

use crate::shape::{Source, general};
use crate::{Bank, PresetIndex};
use ripieno_types::midi::pedal_is_down;

/// Controller numbers that the synth treats by name (MIDI 1.0 table III, RP-015).
pub mod cc {
    pub const BANK_MSB: u8 = 0;
    pub const MODULATION: u8 = 1;
    pub const DATA_MSB: u8 = 6;
    pub const VOLUME: u8 = 7;
    pub const PAN: u8 = 10;
    pub const EXPRESSION: u8 = 11;
    pub const DATA_LSB: u8 = 38;
    pub const SUSTAIN: u8 = 64;
    pub const PORTAMENTO: u8 = 65;
    pub const SOSTENUTO: u8 = 66;
    pub const SOFT: u8 = 67;
    pub const REVERB: u8 = 91;
    pub const NRPN_LSB: u8 = 98;
    pub const NRPN_MSB: u8 = 99;
    pub const RPN_LSB: u8 = 100;
    pub const RPN_MSB: u8 = 101;
    pub const ALL_SOUND_OFF: u8 = 120;
    pub const RESET: u8 = 121;
    pub const LOCAL: u8 = 122;
    pub const ALL_NOTES_OFF: u8 = 123;
}

/// The zero-based number of MIDI channel 10.
pub const PERCUSSION_CHANNEL: u8 = 9;

/// The bank in which a SoundFont keeps its percussion.
const PERCUSSION_BANK: u16 = 128;

/// What plays where a program is missing: the lowest program of bank 0, else whatever preset is first. Looked for once a
/// bank, because one that lacks it is read many times over.
pub fn first_melodic(bank: &impl Bank) -> PresetIndex {
    (0..128).find_map(|program| bank.find(0, program)).unwrap_or(PresetIndex(0))
}

/// One channel's state.
#[derive(Clone, Debug)]
pub struct Channel {
    controllers: [u8; 128],
    /// 0..=16383.
    wheel: u16,
    pressure: u8,
    /// Selected registered parameter; `NO_PARAMETER` for none and for every non-registered one.
    parameter: u16,
    wheel_range_semitones: u8,
    wheel_range_cents: u8,
    fine_tune: u16,
    coarse_tune: u8,
    is_percussion: bool,
    /// What the next program change looks in.
    bank: u16,
    /// Bank and program of the last program change.
    selected: (u16, u8),
    preset: Option<PresetIndex>,
    sustain: bool,
    sostenuto: bool,
    soft: bool,
}

/// RPN 7F 7F: data entry goes nowhere.
const NO_PARAMETER: u16 = 0x3FFF;

/// A pedal that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pedal {
    /// Controller 64.
    Sustain(bool),
    /// Controller 66.
    Sostenuto(bool),
}

impl Channel {
    /// The state after power-on: General MIDI's defaults, program 0.
    pub const fn new(number: u8) -> Self {
        let mut controllers = [0; 128];
        controllers[cc::VOLUME as usize] = 100;
        controllers[cc::PAN as usize] = 64;
        // Balance.
        controllers[8] = 64;
        controllers[cc::EXPRESSION as usize] = 127;
        controllers[cc::REVERB as usize] = 40;
        // Sound controllers 1 to 10 are relative: 64 is no change.
        let mut sound = 70;
        while sound < 80 {
            controllers[sound] = 64;
            sound += 1;
        }
        Self {
            controllers,
            wheel: 8192,
            pressure: 0,
            parameter: NO_PARAMETER,
            wheel_range_semitones: 2,
            wheel_range_cents: 0,
            fine_tune: 8192,
            coarse_tune: 64,
            is_percussion: number == PERCUSSION_CHANNEL,
            bank: 0,
            selected: (0, 0),
            preset: None,
            sustain: false,
            sostenuto: false,
            soft: false,
        }
    }

    /// The preset that a note plays.
    pub fn preset(&self) -> Option<PresetIndex> {
        self.preset
    }

    /// Selects a program in the bank chosen before: exactly, else in bank 0, else the [`first_melodic`] preset.
    /// The percussion channel looks in bank 128 only, and falls back to that bank's program 0.
    pub fn select(&mut self, program: u8, bank: &impl Bank, first_melodic: PresetIndex) {
        self.selected = (self.bank, program);
        self.resolve(bank, first_melodic);
    }

    /// Looks the selected program up, as after the bank was exchanged.
    pub fn resolve(&mut self, bank: &impl Bank, first_melodic: PresetIndex) {
        let (number, program) = self.selected;
        self.preset = if self.is_percussion {
            bank.find(PERCUSSION_BANK, program).or_else(|| bank.find(PERCUSSION_BANK, 0))
        } else {
            bank.find(number, program).or_else(|| bank.find(0, program)).or(Some(first_melodic))
        };
    }

    /// A control change below 120. Returns the pedal that it moved.
    pub fn control(&mut self, controller: u8, value: u8) -> Option<Pedal> {
        if let Some(slot) = self.controllers.get_mut(usize::from(controller)) {
            *slot = value;
        }
        match controller {
            cc::BANK_MSB => self.bank = u16::from(value),
            cc::DATA_MSB | cc::DATA_LSB => self.enter(controller == cc::DATA_MSB, value),
            cc::NRPN_LSB | cc::NRPN_MSB => self.parameter = NO_PARAMETER,
            cc::RPN_LSB | cc::RPN_MSB => {
                let [high, low] = [cc::RPN_MSB, cc::RPN_LSB].map(|n| u16::from(self.controllers[usize::from(n)]));
                self.parameter = high << 7 | low;
            }
            cc::SUSTAIN => return moved(&mut self.sustain, value).then_some(Pedal::Sustain(self.sustain)),
            cc::SOSTENUTO => return moved(&mut self.sostenuto, value).then_some(Pedal::Sostenuto(self.sostenuto)),
            cc::SOFT => {
                moved(&mut self.soft, value);
            }
            _ => {}
        }
        None
    }

    fn enter(&mut self, is_msb: bool, value: u8) {
        match (self.parameter, is_msb) {
            (0, true) => (self.wheel_range_semitones, self.wheel_range_cents) = (value, 0),
            (0, false) => self.wheel_range_cents = value,
            (1, true) => self.fine_tune = u16::from(value) << 7,
            (1, false) => self.fine_tune = self.fine_tune & !0x7F | u16::from(value),
            (2, true) => self.coarse_tune = value,
            _ => {}
        }
    }

    /// Reset all controllers (RP-015): volume, pan, bank, program, sends and tunings stay.
    pub fn reset_controllers(&mut self) {
        for (controller, value) in [
            (cc::MODULATION, 0),
            (cc::EXPRESSION, 127),
            (cc::SUSTAIN, 0),
            (cc::PORTAMENTO, 0),
            (cc::SOSTENUTO, 0),
            (cc::SOFT, 0),
            (cc::RPN_LSB, 127),
            (cc::RPN_MSB, 127),
        ] {
            self.controllers[usize::from(controller)] = value;
        }
        (self.wheel, self.pressure, self.parameter) = (8192, 0, NO_PARAMETER);
        (self.sustain, self.sostenuto, self.soft) = (false, false, false);
    }

    /// Lifts the pedals that hold notes.
    pub fn lift_pedals(&mut self) {
        for pedal in [cc::SUSTAIN, cc::SOSTENUTO] {
            self.control(pedal, 0);
        }
    }

    /// The pitch wheel, 0..=16383.
    pub fn bend(&mut self, value: u16) {
        self.wheel = value;
    }

    /// The channel's pressure, 0..=127.
    pub fn press(&mut self, value: u8) {
        self.pressure = value;
    }

    /// True while the soft pedal is down.
    pub fn is_soft(&self) -> bool {
        self.soft
    }

    /// Fine and coarse tuning (RPN 1 and 2) in cents.
    pub fn tuning_cents(&self) -> f32 {
        (f32::from(self.fine_tune) - 8192.0) * (100.0 / 8192.0) + (f32::from(self.coarse_tune) - 64.0) * 100.0
    }

    /// Reads a modulator's source for a note; `None` when it has no controller or an unknown one.
    #[inline(always)]
    pub fn read(&self, source: Source, note: &NoteSources) -> Option<f32> {
        let value = match (source.controller(), source.general()) {
            (Some(controller), _) => self.controllers.get(usize::from(controller)).copied()?,
            (_, general::VELOCITY) => note.velocity,
            (_, general::KEY) => note.key,
            (_, general::KEY_PRESSURE) => note.pressure,
            (_, general::CHANNEL_PRESSURE) => self.pressure,
            (_, general::WHEEL) => return Some(source.shape(f32::from(self.wheel) * (1.0 / 16384.0))),
            (_, general::WHEEL_RANGE) => {
                let semitones = f32::from(self.wheel_range_semitones) + f32::from(self.wheel_range_cents) * 0.01;
                return Some(source.shape((semitones * (1.0 / 127.0)).min(1.0)));
            }
            _ => return None,
        };
        Some(source.shape_value(value))
    }
}

/// What a modulator may read from the note itself.
#[derive(Clone, Copy, Debug)]
pub struct NoteSources {
    /// 0..=127, override applied.
    pub key: u8,
    /// 0..=127, override applied.
    pub velocity: u8,
    /// Polyphonic pressure, 0..=127.
    pub pressure: u8,
}

fn moved(is_down: &mut bool, value: u8) -> bool {
    let was_down = *is_down;
    *is_down = pedal_is_down(was_down, value);
    *is_down != was_down
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: NoteSources = NoteSources { key: 60, velocity: 100, pressure: 0 };

    #[test]
    fn a_trembling_pedal_moves_once() {
        let mut channel = Channel::new(0);
        let moves: [_; 7] = [3, 64, 60, 66, 57, 55, 63].map(|value| channel.control(cc::SUSTAIN, value));
        let (down, up) = (Some(Pedal::Sustain(true)), Some(Pedal::Sustain(false)));
        assert_eq!(moves, [None, down, None, None, None, up, None]);
    }

    #[test]
    fn registered_parameters_tune_and_widen() {
        let mut channel = Channel::new(0);
        let enter = |channel: &mut Channel, list: &[(u8, u8)]| {
            for &(controller, value) in list {
                channel.control(controller, value);
            }
        };
        enter(&mut channel, &[(101, 0), (100, 0), (6, 12), (38, 50)]);
        let range = channel.read(Source(general::WHEEL_RANGE), &NOTE).unwrap() * 127.0;
        assert!((range - 12.5).abs() < 1e-4);
        enter(&mut channel, &[(101, 0), (100, 1), (6, 96), (38, 0)]);
        enter(&mut channel, &[(101, 0), (100, 2), (6, 62)]);
        assert_eq!(channel.tuning_cents(), 50.0 - 200.0);
        // A non-registered parameter takes the data entry away.
        enter(&mut channel, &[(99, 1), (98, 8), (6, 0)]);
        assert_eq!(channel.tuning_cents(), 50.0 - 200.0);
    }

    #[test]
    fn another_bank_is_asked_for_what_was_selected() {
        /// Has programs 7 to 9 of bank 3 and of bank 0, so many places further.
        struct Shifted(u16);

        impl Bank for Shifted {
            fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
                let has = matches!(bank, 0 | 3) && matches!(program, 7..=9);
                has.then(|| PresetIndex(100 * bank + self.0 + u16::from(program)))
            }

            fn regions(&self, _: PresetIndex, _: u8, _: u8, _: impl FnMut(&crate::Region)) {}

            fn pool(&self) -> crate::SamplePool<'_> {
                crate::SamplePool::default()
            }
        }

        let other = first_melodic(&Shifted(50));
        let mut channel = Channel::new(0);
        channel.control(cc::BANK_MSB, 3);
        channel.select(7, &Shifted(0), PresetIndex(0));
        // Waits for the next program change.
        channel.control(cc::BANK_MSB, 0);
        channel.resolve(&Shifted(50), other);
        assert_eq!(channel.preset(), Some(PresetIndex(357)));
        channel.select(8, &Shifted(50), other);
        assert_eq!(channel.preset(), Some(PresetIndex(58)));
        // What is missing there is played by the first one that is not.
        channel.select(10, &Shifted(50), other);
        assert_eq!(channel.preset(), Some(PresetIndex(57)));
    }

    #[test]
    fn reset_keeps_volume_and_pan() {
        let mut channel = Channel::new(0);
        for (controller, value) in [(7, 11), (10, 12), (11, 13), (1, 14), (64, 127)] {
            channel.control(controller, value);
        }
        channel.bend(0);
        channel.reset_controllers();
        let read = |controller: u16| channel.read(Source(0x80 | controller), &NOTE).unwrap() * 128.0;
        assert_eq!([7, 10, 11, 1, 64].map(|n| read(n) as u8), [11, 12, 127, 0, 0]);
        assert_eq!(channel.read(Source(0x200 | general::WHEEL), &NOTE), Some(0.0));
        // The pedal is up: the next press counts.
        assert_eq!(channel.control(64, 127), Some(Pedal::Sustain(true)));
    }
}
