//! Who has to go when a part starts: groups that turn others off, and limits of voices.

use super::aim::Cue;
use super::part::Part;
use super::slots::Slots;
use super::voice::{Place, SamplerVoice};

/// A part that is about to start.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    pub part: &'a Part,
    pub cue: &'a Cue,
    pub event: u32,
}

impl Newcomer<'_> {
    /// Makes room for it: ends what its group turns off, and what its limits leave no room for. Voices of its own event
    /// never have to go for each other.
    pub fn make_room<const VOICES: usize>(&self, slots: &mut Slots<VOICES>, place: &Place) {
        if self.part.group != 0 {
            slots.each(|_, voice| {
                if self.turns_off(voice) {
                    voice.end(place);
                }
            });
        }
        if self.part.polyphony != 0 {
            let shares = |voice: &SamplerVoice| {
                if self.part.polyphony_set != 0 {
                    voice.part.polyphony_set == self.part.polyphony_set
                } else {
                    voice.part.group == self.part.group
                }
            };
            self.limit(slots, place, self.part.polyphony, shares, |_| Some(0));
        }
        if self.part.note_polyphony != 0 {
            let shares = |voice: &SamplerVoice| {
                voice.part.group == self.part.group
                    && voice.cue.key == self.cue.key
                    && voice.cue.channel == self.cue.channel
                    && voice.cue.is_by_note() == self.cue.is_by_note()
            };
            let spares_louder = !self.part.has(Part::NO_SELF_MASK);
            let rank = |voice: &SamplerVoice| match spares_louder {
                false => Some(0),
                true => Some(voice.cue.velocity).filter(|velocity| *velocity <= self.cue.velocity),
            };
            self.limit(slots, place, self.part.note_polyphony, shares, rank);
        }
    }

    /// True if the part's group ends the voice.
    fn turns_off(&self, voice: &SamplerVoice) -> bool {
        // The sample of a release joins its own note, it does not cut it off.
        let joins = self.cue.is_release()
            && voice.part.group == self.part.group
            && voice.cue.key == self.cue.key
            && voice.cue.channel == self.cue.channel;
        voice.part.off_by == self.part.group && voice.event != self.event && !voice.cue.is_release() && !joins
    }

    /// Ends voices, event by event, until there is room for one more: those of least rank first, of these the oldest; none
    /// that has no rank.
    fn limit<const VOICES: usize>(
        &self,
        slots: &mut Slots<VOICES>,
        place: &Place,
        most: u8,
        shares: impl Fn(&SamplerVoice) -> bool,
        rank: impl Fn(&SamplerVoice) -> Option<u8>,
    ) {
        // What is on its way out takes no one's place.
        let counts = |voice: &SamplerVoice| !voice.is_ending && !voice.is_released() && shares(voice);
        for _ in 0..VOICES {
            if slots.iter().filter(|voice| counts(voice)).count() < usize::from(most) {
                return;
            }
            // The order is that of their beginnings.
            let others = slots.iter().filter(|voice| counts(voice) && voice.event != self.event);
            let ranked = others.filter_map(|voice| Some((rank(voice)?, voice.event)));
            let Some((_, goes)) = ranked.min_by_key(|(rank, _)| *rank) else { return };
            slots.each(|_, voice| {
                if voice.event == goes && counts(voice) {
                    voice.end(place);
                }
            });
        }
    }
}
