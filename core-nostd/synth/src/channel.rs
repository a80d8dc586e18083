//! What a MIDI channel remembers: controllers, bend, pressure, parameters, bank and program.

pub mod cc;
mod generators;
mod keys;
mod non_registered;
mod parameters;
mod portamento;
mod program;

pub use generators::{Change, Kind};
pub use keys::{Key, Keys, Lift};
pub use program::{BankStyle, first_melodic};

use crate::PresetIndex;
use crate::sampler::Kit;
use crate::shape::{Source, general};
use crate::tuning::TuningStore;
use parameters::Parameters;
use ripieno_types::midi::pedal_is_down;

/// The zero-based number of MIDI channel 10.
pub const PERCUSSION_CHANNEL: u8 = 9;

/// One channel's state.
#[derive(Clone, Debug)]
pub struct Channel {
    controllers: [u8; 128],
    /// 0..=16383.
    wheel: u16,
    pressure: u8,
    moves: u32,
    parameters: Parameters,
    bank_style: BankStyle,
    is_percussion: bool,
    /// What the next program change looks in.
    bank: u16,
    /// Bank and program of the last program change; percussion has its own bank.
    selected: (u16, u8),
    preset: Option<PresetIndex>,
    sustain: bool,
    sostenuto: bool,
    soft: bool,
    /// Master tuning, and what an MPE zone's manager bends all its members by; in cents.
    shared_cents: f32,
    /// What each key of the octave, from C on, is tuned by: 8192ths of 100 cents.
    octave: [i16; 12],
    /// The key struck last.
    last_key: Option<u8>,
    /// The key that portamento control has named for the next note.
    next_source: Option<u8>,
    is_mono: bool,
    /// What data entry last did to a generator, until it is seen to.
    change: Option<Change>,
    /// Keys that are down while one note sounds at a time.
    pub keys: Keys,
}

/// A pedal that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pedal {
    /// Controller 64, however little.
    Sustain,
    /// Controller 66.
    Sostenuto(bool),
}

impl Channel {
    /// The state after power-on: General MIDI's defaults, program 0.
    pub const fn new(number: u8) -> Self {
        let mut controllers = [0; 128];
        controllers[cc::VOLUME as usize] = 100;
        controllers[cc::PAN as usize] = 64;
        controllers[cc::BALANCE as usize] = 64;
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
            moves: 0,
            parameters: Parameters::DEFAULT,
            bank_style: BankStyle::Gs,
            is_percussion: number == PERCUSSION_CHANNEL,
            bank: 0,
            selected: (0, 0),
            preset: None,
            sustain: false,
            sostenuto: false,
            soft: false,
            shared_cents: 0.0,
            octave: [0; 12],
            last_key: None,
            next_source: None,
            is_mono: false,
            change: None,
            keys: Keys::NONE,
        }
    }

    /// A controller's value as a number to count with, 0..=127.
    fn value(&self, controller: u8) -> u16 {
        self.controllers.get(usize::from(controller)).copied().map_or(0, u16::from)
    }

    fn set(&mut self, controller: u8, value: u8) {
        self.moves = self.moves.wrapping_add(1);
        if let Some(slot) = self.controllers.get_mut(usize::from(controller)) {
            *slot = value;
        }
    }

    /// A control change below 120. Returns the pedal that it moved.
    pub fn control(&mut self, controller: u8, value: u8) -> Option<Pedal> {
        self.set(controller, value);
        match controller {
            cc::BANK_MSB | cc::BANK_LSB => self.choose_bank(controller, value),
            cc::DATA_MSB | cc::DATA_LSB | cc::INCREMENT..=cc::RPN_MSB => self.enter(controller, value),
            cc::PORTAMENTO_SOURCE => self.next_source = Some(value),
            cc::LEGATO if value < 64 => self.keys.keep_top(),
            cc::SUSTAIN => {
                moved(&mut self.sustain, value);
                return Some(Pedal::Sustain);
            }
            cc::SOSTENUTO => return moved(&mut self.sostenuto, value).then_some(Pedal::Sostenuto(self.sostenuto)),
            cc::SOFT => {
                moved(&mut self.soft, value);
            }
            _ => {}
        }
        None
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
            (cc::LEGATO, 0),
            (cc::NRPN_LSB, 127),
            (cc::NRPN_MSB, 127),
            (cc::RPN_LSB, 127),
            (cc::RPN_MSB, 127),
        ] {
            self.set(controller, value);
        }
        self.bend(8192);
        self.press(0);
        self.parameters.deselect();
        self.next_source = None;
        self.keys.keep_top();
        (self.sustain, self.sostenuto, self.soft) = (false, false, false);
    }

    /// Moves the controllers that are meant to where a kit has them begin. Real-time.
    pub fn begin_kit(&mut self, kit: Option<Kit<'_>>, is_meant: impl Fn(u8) -> bool) {
        for start in kit.into_iter().flat_map(|kit| kit.controls.iter()) {
            if start.control < u16::from(cc::ALL_SOUND_OFF) && is_meant(start.control as u8) {
                self.set(start.control as u8, (start.value * 127.0 + 0.5).clamp(0.0, 127.0) as u8);
            }
        }
    }

    /// Lifts the pedals that hold notes.
    pub fn lift_pedals(&mut self) {
        for pedal in [cc::SUSTAIN, cc::SOSTENUTO] {
            self.control(pedal, 0);
        }
    }

    /// The pitch wheel, 0..=16383.
    pub fn bend(&mut self, value: u16) {
        self.moves = self.moves.wrapping_add(1);
        self.wheel = value;
    }

    /// The channel's pressure, 0..=127.
    pub fn press(&mut self, value: u8) {
        self.moves = self.moves.wrapping_add(1);
        self.pressure = value;
    }

    /// Where the sustain pedal is, 0..=127; as a switch at one of its ends.
    pub fn damper(&self, is_continuous: bool) -> u8 {
        match (is_continuous, self.sustain) {
            (true, _) => self.controller(cc::SUSTAIN),
            (false, is_down) => 127 * u8::from(is_down),
        }
    }

    /// True while the soft pedal is down.
    pub fn is_soft(&self) -> bool {
        self.soft
    }

    /// A controller's value, 0..=127.
    pub fn controller(&self, controller: u8) -> u8 {
        self.controllers.get(usize::from(controller)).copied().unwrap_or(0)
    }

    /// The channel's pressure, 0..=127.
    pub fn pressure(&self) -> u8 {
        self.pressure
    }

    /// Counts what has moved of controllers, wheel and pressure; it wraps.
    pub fn moves(&self) -> u32 {
        self.moves
    }

    /// The wheel's place, −1..=1.
    pub fn wheel(&self) -> f32 {
        (f32::from(self.wheel) - 8192.0) * (1.0 / 8192.0)
    }

    /// What every key of the channel is tuned by, in cents: fine and coarse tuning (RPN 1 and 2), the master tuning, and
    /// in an MPE zone what its manager bends. Live: to be read whenever a voice is steered anew.
    pub fn tuning_cents(&self) -> f32 {
        self.registered_cents() + self.shared_cents
    }

    /// Sets what the channel shares of tunings and bends, in cents; true if that is news.
    pub fn share_cents(&mut self, cents: f32) -> bool {
        core::mem::replace(&mut self.shared_cents, cents) != cents
    }

    /// What a key is tuned by on its own, in cents from equal temperament: the tuning program's table and the octave's
    /// tuning. A voice asks when its note begins and when it is told that this very note is tuned anew; percussion is not
    /// tuned by key.
    pub fn key_cents<const TABLES: usize>(&self, key: u8, tunings: &TuningStore<TABLES>) -> f32 {
        if self.is_percussion {
            return 0.0;
        }
        let octave = self.octave.get(usize::from(key % 12)).copied().unwrap_or(0);
        tunings.key_cents(self.tuning_program(), key) + f32::from(octave) * (100.0 / 8192.0)
    }

    /// Tunes one key of every octave, 0 for C: in 8192ths of 100 cents.
    pub fn tune_octave(&mut self, key: u8, value: i16) {
        if let Some(slot) = self.octave.get_mut(usize::from(key)) {
            *slot = value;
        }
    }

    /// Reads a modulator's source for a note: no controller is always full; `None` for an unknown one.
    #[inline(always)]
    pub fn read(&self, source: Source, note: &NoteSources) -> Option<f32> {
        let value = match (source.controller(), source.general()) {
            (Some(controller), _) => self.controllers.get(usize::from(controller)).copied()?,
            (_, general::NONE) => return Some(1.0),
            (_, general::VELOCITY) => note.velocity,
            (_, general::KEY) => note.key,
            (_, general::KEY_PRESSURE) => note.pressure,
            (_, general::CHANNEL_PRESSURE) => self.pressure,
            (_, general::WHEEL) => return Some(source.shape(f32::from(self.wheel) * (1.0 / 16384.0))),
            (_, general::WHEEL_RANGE) => {
                return Some(source.shape((self.wheel_range_semitones() * (1.0 / 127.0)).min(1.0)));
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
    use crate::Bank;

    const NOTE: NoteSources = NoteSources { key: 60, velocity: 100, pressure: 0 };

    #[test]
    fn a_trembling_pedal_moves_once() {
        let mut channel = Channel::new(0);
        let moves: [_; 7] = [3, 64, 60, 66, 57, 55, 63].map(|value| channel.control(cc::SOSTENUTO, value));
        let (down, up) = (Some(Pedal::Sostenuto(true)), Some(Pedal::Sostenuto(false)));
        assert_eq!(moves, [None, down, None, None, None, up, None]);
        let dampers = [3, 64, 60, 55].map(|value| {
            channel.control(cc::SUSTAIN, value);
            [channel.damper(true), channel.damper(false)]
        });
        assert_eq!(dampers, [[3, 0], [64, 127], [60, 127], [55, 0]]);
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
            type Player<const VOICES: usize> = crate::sampler::NoSampler;

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
        assert_eq!([channel.damper(true), channel.damper(false)], [0, 0]);
    }
}
