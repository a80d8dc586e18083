//! Who gives way: to a note that finds no free slot, and when fewer voices may sound.

use super::note::{Slot, Stage};
use super::{Strategy, VoiceAllocator};

impl<const VOICES: usize> VoiceAllocator<VOICES> {
    /// Takes one slot of the note that gives way; the whole note ends.
    pub(super) fn steal(&mut self, newcomer: Option<usize>) -> Option<usize> {
        let levels = self.levels();
        let is_candidate = |&n: &usize| self.notes[n].is_used() && Some(n) != newcomer;
        let victim = (0..VOICES).filter(is_candidate).min_by_key(|&n| self.rank(n, &levels))?;
        let slot = self.slots.iter().position(|slot| usize::from(slot.note) == victim)?;
        self.has_news |= self.notes[victim].end();
        self.free(slot);
        Some(slot)
    }

    /// Ends the notes that would give way first, until the others own at most so many slots.
    pub(super) fn end_beyond(&mut self, most: usize) {
        let mut kept = self.slots.iter().filter(|slot| self.is_kept(slot)).count();
        if kept <= most {
            return;
        }
        let levels = self.levels();
        let mut victims = [0_u16; VOICES];
        let mut count = 0;
        for (n, _) in self.notes.iter().enumerate().filter(|(_, note)| note.is_used() && note.stage != Stage::Ending) {
            (victims[count], count) = (n as u16, count + 1);
        }
        let victims = &mut victims[..count];
        victims.sort_unstable_by_key(|&n| self.rank(usize::from(n), &levels));
        for &n in &*victims {
            if kept <= most {
                break;
            }
            let note = &mut self.notes[usize::from(n)];
            kept -= usize::from(note.layers);
            self.has_news |= note.end();
        }
    }

    /// True for a slot whose note has not been told to fade.
    pub(super) fn is_kept(&self, slot: &Slot) -> bool {
        self.notes.get(usize::from(slot.note)).is_some_and(|note| note.stage != Stage::Ending)
    }

    /// How loud each note is: the sum of its slots.
    fn levels(&self) -> [f32; VOICES] {
        let mut levels = [0.0_f32; VOICES];
        for slot in &self.slots {
            if let Some(level) = levels.get_mut(usize::from(slot.note)) {
                *level += slot.level;
            }
        }
        levels
    }

    /// Orders notes by who gives way, the least first. Levels are not negative, so their bits order as they do.
    fn rank(&self, index: usize, levels: &[f32; VOICES]) -> (u64, u64) {
        let (note, strategy) = (&self.notes[index], self.strategy);
        let stage = match (note.stage, strategy) {
            (Stage::Ending, _) => 0,
            (Stage::Releasing, Strategy::ReleasingThenQuietestThenOldest) => 1,
            _ => 2,
        };
        let level = if strategy == Strategy::Oldest && stage > 0 { 0 } else { levels[index].to_bits() };
        (stage << 32 | u64::from(level), note.serial)
    }
}
