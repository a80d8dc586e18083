//! The place of a kit's player in a synth: a type of its own, so that a synth whose banks have no kits carries none.

use crate::channel::Channel;
use crate::glide::Glide;
use crate::tuning::Tunings;
use crate::voice::Surroundings;
use crate::{Bank, SynthConfig};
use core::fmt;

/// What a player sees of its synth. It and [`PartPlayer`]'s methods are the synth's business; banks only choose one.
#[derive(Debug)]
pub struct Room<'a, B> {
    /// The present bank and the one before it, or the present one twice.
    pub(crate) banks: [&'a B; 2],
    pub(crate) channels: &'a [Channel; 16],
    pub(crate) tunings: &'a Tunings,
    pub(crate) around: &'a Surroundings,
    pub(crate) config: &'a SynthConfig,
    /// Frames rendered so far.
    pub(crate) frame: u64,
    /// Where the next frame lies in its control period.
    pub(crate) from: usize,
    /// How far ahead of it the voices are steered.
    pub(crate) pending: f32,
    /// How long a fade takes, in frames.
    pub(crate) fade_frames: f32,
}

impl<B> Room<'_, B> {
    /// What a key is tuned by on its own, in cents; see [`Channel::key_cents`]. The tuning of the channel as a whole is
    /// [`Channel::tuning_cents`].
    pub(crate) fn key_cents(&self, channel: u8, key: u8) -> f32 {
        self.channels[usize::from(channel & 15)].key_cents(key, self.tunings)
    }

    /// How a note that now begins comes to its pitch; over at once without portamento.
    pub(crate) fn glide(&self, channel: u8, key: u8) -> Glide {
        self.channels[usize::from(channel & 15)].glide(key, self.tunings, self.around.rate)
    }
}

/// Plays the kits of banks.
pub trait PartPlayer: fmt::Debug {
    /// A silent one. Control.
    #[doc(hidden)]
    fn new(config: &SynthConfig) -> Self;

    /// A note-on for the present bank, which has a kit. Real-time.
    #[doc(hidden)]
    fn note_on<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, key: u8, velocity: u8);

    /// A note-off. Real-time.
    #[doc(hidden)]
    fn note_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, key: u8, velocity: u8);

    /// Key pressure. Real-time.
    #[doc(hidden)]
    fn press_key(&mut self, channel: u8, key: u8, value: u8);

    /// A controller below 120, which the channel has taken already, pedals included. Real-time.
    #[doc(hidden)]
    fn control<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8, controller: u8, value: u8);

    /// Keys of a channel were tuned anew, for notes that sound too: their [`Room::key_cents`] is another. Real-time.
    #[doc(hidden)]
    fn retune<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8) {
        let _ = (room, channel);
    }

    /// Every key of the channel goes up; pedals still hold. Real-time.
    #[doc(hidden)]
    fn all_notes_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8);

    /// Every note of the channel fades. Real-time.
    #[doc(hidden)]
    fn all_sound_off<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8);

    /// Controllers of a channel were reset: its pedals are up. Real-time.
    #[doc(hidden)]
    fn reset_controllers<B: Bank>(&mut self, room: &Room<'_, B>, channel: u8);

    /// So many voices at most from now on. Real-time.
    #[doc(hidden)]
    fn set_polyphony<B: Bank>(&mut self, room: &Room<'_, B>, polyphony: usize);

    /// A control period begins. Real-time.
    #[doc(hidden)]
    fn steer<B: Bank>(&mut self, room: &Room<'_, B>);

    /// Adds the frames `room.from..` of the period to left, right, chorus and reverb: as many as `left` holds; the sends
    /// may be empty. Real-time.
    #[doc(hidden)]
    fn add<B: Bank>(&mut self, room: &Room<'_, B>, buses: [&mut [f32]; 4]);

    /// The bank was exchanged: what sounds belongs to the old one now. Real-time.
    #[doc(hidden)]
    fn bank_swapped<B: Bank>(&mut self, room: &Room<'_, B>);

    /// True while something still plays the old bank. Real-time.
    #[doc(hidden)]
    fn plays_old_bank(&self) -> bool;

    /// What still plays the old bank fades. Real-time.
    #[doc(hidden)]
    fn fade_old_bank<B: Bank>(&mut self, room: &Room<'_, B>);

    /// Voices that sound, stolen ones that still fade not counted. Real-time.
    #[doc(hidden)]
    fn active_voices(&self) -> usize;

    /// True when nothing sounds or fades. Real-time.
    #[doc(hidden)]
    fn is_silent(&self) -> bool;

    /// What it has counted. Real-time.
    #[doc(hidden)]
    fn stats(&self) -> PlayerStats;
}

/// What a player has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayerStats {
    pub(crate) steals: u64,
    pub(crate) voices_peak: usize,
    pub(crate) dropped_notes: u64,
    /// Control periods of voices that were silent because their frames had not arrived.
    pub(crate) late_reads: u64,
}

/// For banks without kits.
#[derive(Clone, Copy, Debug)]
pub struct NoSampler;

impl PartPlayer for NoSampler {
    #[inline(always)]
    fn new(_: &SynthConfig) -> Self {
        Self
    }

    #[inline(always)]
    fn note_on<B: Bank>(&mut self, _: &Room<'_, B>, _: u8, _: u8, _: u8) {}

    #[inline(always)]
    fn note_off<B: Bank>(&mut self, _: &Room<'_, B>, _: u8, _: u8, _: u8) {}

    #[inline(always)]
    fn press_key(&mut self, _: u8, _: u8, _: u8) {}

    #[inline(always)]
    fn control<B: Bank>(&mut self, _: &Room<'_, B>, _: u8, _: u8, _: u8) {}

    #[inline(always)]
    fn all_notes_off<B: Bank>(&mut self, _: &Room<'_, B>, _: u8) {}

    #[inline(always)]
    fn all_sound_off<B: Bank>(&mut self, _: &Room<'_, B>, _: u8) {}

    #[inline(always)]
    fn reset_controllers<B: Bank>(&mut self, _: &Room<'_, B>, _: u8) {}

    #[inline(always)]
    fn set_polyphony<B: Bank>(&mut self, _: &Room<'_, B>, _: usize) {}

    #[inline(always)]
    fn steer<B: Bank>(&mut self, _: &Room<'_, B>) {}

    #[inline(always)]
    fn add<B: Bank>(&mut self, _: &Room<'_, B>, _: [&mut [f32]; 4]) {}

    #[inline(always)]
    fn bank_swapped<B: Bank>(&mut self, _: &Room<'_, B>) {}

    #[inline(always)]
    fn plays_old_bank(&self) -> bool {
        false
    }

    #[inline(always)]
    fn fade_old_bank<B: Bank>(&mut self, _: &Room<'_, B>) {}

    #[inline(always)]
    fn active_voices(&self) -> usize {
        0
    }

    #[inline(always)]
    fn is_silent(&self) -> bool {
        true
    }

    #[inline(always)]
    fn stats(&self) -> PlayerStats {
        PlayerStats::default()
    }
}
