//! Controller numbers that the synth treats by name (MIDI 1.0 table III, RP-015).

pub const BANK_MSB: u8 = 0;
pub const MODULATION: u8 = 1;
pub const PORTAMENTO_TIME: u8 = 5;
pub const DATA_MSB: u8 = 6;
pub const VOLUME: u8 = 7;
pub const BALANCE: u8 = 8;
pub const PAN: u8 = 10;
pub const EXPRESSION: u8 = 11;
pub const BANK_LSB: u8 = 32;
pub const PORTAMENTO_TIME_LSB: u8 = 37;
pub const DATA_LSB: u8 = 38;
pub const SUSTAIN: u8 = 64;
pub const PORTAMENTO: u8 = 65;
pub const SOSTENUTO: u8 = 66;
pub const SOFT: u8 = 67;
pub const LEGATO: u8 = 68;
pub const RESONANCE: u8 = 71;
pub const RELEASE_TIME: u8 = 72;
pub const ATTACK_TIME: u8 = 73;
pub const TIMBRE: u8 = 74;
pub const DECAY_TIME: u8 = 75;
pub const VIBRATO_RATE: u8 = 76;
pub const VIBRATO_DEPTH: u8 = 77;
pub const VIBRATO_DELAY: u8 = 78;
pub const PORTAMENTO_SOURCE: u8 = 84;
pub const REVERB: u8 = 91;
pub const INCREMENT: u8 = 96;
pub const DECREMENT: u8 = 97;
pub const NRPN_LSB: u8 = 98;
pub const NRPN_MSB: u8 = 99;
pub const RPN_LSB: u8 = 100;
pub const RPN_MSB: u8 = 101;
pub const ALL_SOUND_OFF: u8 = 120;
pub const RESET: u8 = 121;
pub const LOCAL: u8 = 122;
pub const ALL_NOTES_OFF: u8 = 123;
pub const MONO: u8 = 126;
pub const POLY: u8 = 127;

/// True if a data entry may come with it: any parameter may have changed.
pub fn is_data(controller: u8) -> bool {
    matches!(controller, DATA_MSB | DATA_LSB | INCREMENT | DECREMENT)
}
