//! One voice of a part: what steers it, what sounds of it, and what holds it.

use super::aim::{Aim, Cue};
use super::keys::Pedals;
use super::kit::Kit;
use super::mover::Mover;
use super::part::{OffMode, Part, Repeat};
use super::tone::Tone;
use crate::channel::Channel;
use crate::glide::Glide;
use crate::settings::SOFT_PEDAL_CENTIBELS;
use crate::units;

/// Where in its control period the synth is.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The next frame.
    pub from: usize,
    /// How far ahead of it the voices are steered.
    pub pending: f32,
    /// How long a fade takes, in frames.
    pub fade_frames: f32,
}

/// What a voice of a part consists of.
#[derive(Clone, Debug)]
pub struct SamplerVoice {
    pub part: Part,
    pub cue: Cue,
    pub tone: Tone,
    mover: Mover,
    /// Which event started it: layers of one note share it.
    pub event: u32,
    /// The key that started it is still down.
    pub is_down: bool,
    /// The sostenuto pedal went down with it.
    pub is_caught: bool,
    /// Told to end: nothing holds it any more.
    pub is_ending: bool,
    /// How far it is held, 0..=1.
    hold: f32,
    /// What its key is tuned by on its own, in cents.
    key_cents: f32,
    glide: Glide,
    /// The soft pedal's part in its loudness, linear.
    softness: f32,
}

impl SamplerVoice {
    /// A voice that is held, not steered yet.
    pub fn new(part: Part, cue: Cue, mover: Mover, tone: Tone, event: u32, key_cents: f32, glide: Glide) -> Self {
        let is_down = cue.is_by_note();
        Self {
            part,
            cue,
            tone,
            mover,
            event,
            is_down,
            is_caught: false,
            is_ending: false,
            hold: 1.0,
            key_cents,
            glide,
            softness: 1.0,
        }
    }

    /// Aims it for the frame at which it begins, and if that lies within a period for the period's end.
    pub fn begin(&mut self, kit: &Kit<'_>, channel: &Channel, from: usize) {
        let aim = self.mover.begin(kit, &self.part, channel);
        self.tone.aim(&self.tuned(aim), from, true);
        if from > 0 {
            self.steer(kit, channel, from, 0.0);
        }
    }

    /// Steers it through frames `from..` of a period, `passed` frames after it was steered last; false when it has ended.
    pub fn steer(&mut self, kit: &Kit<'_>, channel: &Channel, from: usize, passed: f32) -> bool {
        if !self.glide.is_over() {
            self.glide.advance(passed);
        }
        let Some(aim) = self.mover.steer(kit, &self.part, channel, from) else { return false };
        self.tone.aim(&self.tuned(aim), from, false);
        !self.tone.has_faded() && !self.tone.is_over()
    }

    /// The soft pedal was down when it began.
    pub fn soften(&mut self) {
        self.softness = units::attenuation(SOFT_PEDAL_CENTIBELS);
    }

    /// The key's own tuning, where portamento has got to, and the soft pedal.
    fn tuned(&self, mut aim: Aim) -> Aim {
        let cents = self.key_cents + self.glide.cents();
        if cents != 0.0 {
            aim.ratio *= units::ratio(cents);
        }
        aim.gains = aim.gains.map(|row| row.map(|gain| gain * self.softness));
        aim
    }

    /// Its key was tuned anew.
    pub fn retune(&mut self, key_cents: f32) {
        self.key_cents = key_cents;
    }

    /// Key pressure.
    pub fn press(&mut self, value: u8) {
        self.mover.press(value);
    }

    /// Linear level at the end of the period, for the choice of a victim.
    pub fn level(&self) -> f32 {
        if self.is_ending { 0.0 } else { self.mover.level() }
    }

    /// True while a key or a pedal keeps it from giving way.
    pub fn is_kept(&self, pedals: &Pedals, is_continuous: bool) -> bool {
        !self.is_ending && (self.is_down || self.pedals(pedals, is_continuous) >= 1.0)
    }

    /// Follows key and pedals.
    pub fn settle(&mut self, pedals: &Pedals, is_continuous: bool, place: &Place) {
        let follows = self.follows_key() && !self.is_ending;
        let hold = if self.is_down { 1.0 } else { self.pedals(pedals, is_continuous) };
        if follows && hold != self.hold {
            self.hold = hold;
            self.mover.release(place.from, place.pending, hold);
            if hold <= 0.0 {
                self.tone.release();
            }
        }
    }

    /// True if it ends with its key.
    fn follows_key(&self) -> bool {
        self.cue.is_by_note() && self.part.repeat != Repeat::OneShot as u8
    }

    /// How far pedals hold it.
    fn pedals(&self, pedals: &Pedals, is_continuous: bool) -> f32 {
        if self.is_caught && pedals.is_sostenuto_down(&self.part) {
            1.0
        } else {
            pedals.damper(&self.part, is_continuous)
        }
    }

    /// True once key and pedals, or others, have let it go.
    pub fn is_released(&self) -> bool {
        self.is_ending || self.hold < 1.0
    }

    /// Fades within milliseconds.
    pub fn fade(&mut self, place: &Place) {
        self.is_ending = true;
        self.tone.fade(place.from, place.fade_frames);
    }

    /// Ends as its part wants to be ended by others.
    pub fn end(&mut self, place: &Place) {
        if self.is_ending {
            return;
        }
        let seconds = match OffMode::from_number(self.part.off_mode) {
            OffMode::Fast => return self.fade(place),
            OffMode::Normal => None,
            OffMode::Time => Some(self.part.off_time),
        };
        self.is_ending = true;
        self.mover.choke(place.from, place.pending, seconds);
        self.tone.release();
    }
}
