//! What an SFZ voice is started by, and what it is told to be by the end of each control period: the seam between what
//! chooses, what steers and what sounds.

use super::part::Trigger;
use crate::lanes::Ramp;

/// What started a part.
#[derive(Clone, Copy, Debug)]
pub struct Cue {
    /// What happened.
    pub trigger: Trigger,
    /// 0..=15.
    pub channel: u8,
    /// The key as played; of a controller's part its key centre.
    pub key: u8,
    /// Of the note-on, after `sw_vel`.
    pub velocity: u8,
    /// Of the note-off.
    pub release_velocity: u8,
    /// The note's random number, 0..1: the same for all its parts.
    pub random: f32,
    /// Every other note.
    pub is_alternate: bool,
    /// The key of the note before, this one's if there was none.
    pub previous_key: u8,
    /// Of a release part: seconds since the note-on.
    pub age_secs: f32,
    /// Another key was down when the note began.
    pub others_down: bool,
    /// Counts notes: seeds what differs from voice to voice.
    pub serial: u32,
}

impl Cue {
    /// True if a key that went down started it.
    pub fn is_by_note(&self) -> bool {
        matches!(self.trigger, Trigger::Attack | Trigger::First | Trigger::Legato)
    }

    /// True if a key that went up started it.
    pub fn is_release(&self) -> bool {
        matches!(self.trigger, Trigger::Release | Trigger::ReleaseKey)
    }
}

#[cfg(test)]
impl Cue {
    /// Key 60 struck as hard as possible, the first note.
    pub const HARD: Self = Self {
        trigger: Trigger::Attack,
        channel: 0,
        key: 60,
        velocity: 127,
        release_velocity: 0,
        random: 0.0,
        is_alternate: false,
        previous_key: 60,
        age_secs: 0.0,
        others_down: false,
        serial: 1,
    };
}

/// A filter by the end of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FilterAim {
    /// Hertz.
    pub cutoff_hz: f32,
    /// Decibels.
    pub resonance_db: f32,
    /// Decibels, where the kind has a gain.
    pub gain_db: f32,
}

/// An equaliser band by the end of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EqAim {
    /// Hertz.
    pub frequency_hz: f32,
    /// Octaves.
    pub bandwidth: f32,
    /// Decibels; 0 leaves the band out.
    pub gain_db: f32,
}

/// What a voice is to be by the end of a control period.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aim {
    /// Pitch as a ratio to the recording's own, or a generator's frequency in hertz.
    pub ratio: f32,
    /// Linear: from the wave's left and right to left and right. A wave of one channel reads the first row alone.
    pub gains: [[f32; 2]; 2],
    /// Linear, to the chorus and the reverb bus: from the sum of what goes left and right, 3 dB down, so that a centred voice of
    /// one channel is sent as it is.
    pub sends: [f32; 2],
    /// First and second filter.
    pub filters: [FilterAim; 2],
    /// The equaliser's bands.
    pub equalisers: [EqAim; 3],
    /// Of generators: cents between their voices.
    pub detune_cents: f32,
    /// Of generators: depth of ring or frequency modulation, 1 is 100 per cent.
    pub modulation: f32,
    /// A straight attack, frame by frame, clamped to 0..=1; from frame 0 of the period. It goes away once it has come
    /// to 1.
    pub onset: Option<Ramp>,
}

#[cfg(test)]
impl Cue {
    /// A loud middle C, for tests.
    pub const PLAIN: Self = Self {
        trigger: Trigger::Attack,
        channel: 0,
        key: 60,
        velocity: 127,
        release_velocity: 0,
        random: 0.5,
        is_alternate: false,
        previous_key: 60,
        age_secs: 0.0,
        others_down: false,
        serial: 1,
    };
}
