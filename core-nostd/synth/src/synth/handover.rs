//! What changes while the synth plays: the bank, the polyphony, and the synth itself for another of its kind.
//!
//! A voice copies its region at note-on; all that it reads later is the pool of samples. So an exchanged bank stays, and
//! the voices that read it are marked, until the last of them has ended.

use super::{Synth, obey};
use crate::channel::first_melodic;
use crate::sampler::PartPlayer;
use crate::voice::{Sound, Source};
use crate::{Bank, SynthConfig};

impl<B: Bank, const VOICES: usize> Synth<B, VOICES> {
    /// From the next note on, `bank` plays; channels keep their bank and program numbers and look them up in it. What
    /// sounds ends as if nothing had happened, on the bank that it began with; that one then waits in
    /// [`retired_bank`](Self::retired_bank). Nothing is dropped here. Real-time.
    ///
    /// # Errors
    /// The refused bank, while the bank before the present one has not been fetched. If voices still sound from it they
    /// now fade, within 5 ms: fetch it and try again a few blocks later.
    pub fn swap_bank(&mut self, bank: B) -> Result<(), B> {
        if self.old_bank.is_some() {
            self.fade_old_bank();
            return Err(bank);
        }
        self.old_bank = Some(core::mem::replace(&mut self.bank, bank));
        self.first_melodic = first_melodic(&self.bank);
        let voices = self.voices.iter_mut().flatten().map(|voice| &mut voice.sound);
        for sound in voices.chain(self.ghosts.iter_mut().flatten()) {
            sound.is_of_old_bank = matches!(sound.source, Source::Sample(_));
        }
        for channel in &mut self.channels {
            channel.resolve(&self.bank, self.first_melodic);
            channel.begin_kit(self.bank.kit(), |_| true);
        }
        self.with_player(|player, room| player.bank_swapped(room));
        Ok(())
    }

    /// The bank before the present one, once nothing sounds from it; freeing it is the caller's, elsewhere. Real-time.
    pub fn retired_bank(&mut self) -> Option<B> {
        self.old_bank.as_ref()?;
        let voices = self.voices.iter().flatten().map(|voice| &voice.sound);
        let reads_it = |sound: &Sound| sound.is_of_old_bank;
        let is_read = voices.chain(self.ghosts.iter().flatten()).any(reads_it) || self.player.plays_old_bank();
        if is_read { None } else { self.old_bank.take() }
    }

    /// Lets at most `polyphony` voices (1..=`VOICES`, clamped) sound from now on; notes that are too many fade, in the
    /// order in which they would be stolen. Real-time.
    pub fn set_polyphony(&mut self, polyphony: usize) {
        let polyphony = polyphony.clamp(1, VOICES);
        self.config = SynthConfig { polyphony, ..self.config };
        let (from, pending) = self.place();
        let fade = self.fade_frames;
        let voices = &mut self.voices;
        self.allocator.set_polyphony(polyphony, |decision| obey(voices, decision, from, pending, fade));
        self.with_player(|player, room| player.set_polyphony(room, polyphony));
    }

    /// Takes over what the channels of another synth remember: programs (looked up in this synth's own bank), controllers,
    /// bends, tunings. Its notes it does not, so pedals that hold notes begin lifted; nor its settings. Real-time.
    pub fn inherit(&mut self, other: &Self) {
        self.tunings.clone_from(&other.tunings);
        self.tunings.abandon();
        self.zones.clone_from(&other.zones);
        self.master = other.master;
        self.offsets.clone_from(&other.offsets);
        self.set_gain();
        for number in 0..16 {
            let channel = &mut self.channels[usize::from(number)];
            channel.clone_from(&other.channels[usize::from(number)]);
            channel.lift_pedals();
            channel.keys.clear();
            channel.resolve(&self.bank, self.first_melodic);
            self.damp(number);
            let (from, pending) = self.place();
            let voices = &mut self.voices;
            self.allocator.sostenuto(number, false, |decision| obey(voices, decision, from, pending, 0.0));
            self.touch(number, |_| true);
            self.with_player(|player, room| player.reset_controllers(room, number));
        }
    }

    fn fade_old_bank(&mut self) {
        let (from, pending) = self.place();
        let fade = self.fade_frames;
        let mut is_meant = [false; VOICES];
        for (is_meant, voice) in is_meant.iter_mut().zip(&self.voices) {
            *is_meant = voice.as_ref().is_some_and(|voice| voice.sound.is_of_old_bank);
        }
        let voices = &mut self.voices;
        self.allocator.fade(|slot| is_meant[usize::from(slot)], |decision| obey(voices, decision, from, pending, fade));
        self.with_player(|player, room| player.fade_old_bank(room));
    }
}
