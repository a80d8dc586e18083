//! Who gives way: to a note that finds no free slot, and when fewer voices may sound.

use super::note::{Note, Slot, Stage};
use super::{Strategy, VoiceAllocator};

impl<const VOICES: usize> VoiceAllocator<VOICES> {
    /// Takes one slot of the note that gives way; the whole note ends.
    pub(super) fn steal(&mut self, newcomer: Option<usize>) -> Option<usize> {
        let levels = self.levels();
        let notes = self.notes.iter().zip(levels).enumerate();
        let candidates = notes.filter(|(n, (note, _))| note.is_used() && Some(*n) != newcomer);
        let (victim, _) = candidates.min_by_key(|(_, (note, level))| self.rank(note, *level))?;
        let slot = self.slots.iter().position(|slot| usize::from(slot.note) == victim)?;
        self.has_news |= self.notes.get_mut(victim)?.end();
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
        let rank = |n: u16| {
            let n = usize::from(n);
            self.notes.get(n).zip(levels.get(n)).map(|(note, level)| self.rank(note, *level))
        };
        // Sorted as they come: the library's sort has a panic in it, for orders that are none.
        let mut victims = [0_u16; VOICES];
        let mut count = 0;
        for (n, _) in self.notes.iter().enumerate().filter(|(_, note)| note.is_used() && note.stage != Stage::Ending) {
            let mut moved = n as u16;
            let own = rank(moved);
            let place = victims.get(..count).unwrap_or(&[]).partition_point(|&other| rank(other) < own);
            count += 1;
            victims.iter_mut().take(count).skip(place).for_each(|victim| core::mem::swap(victim, &mut moved));
        }
        for &n in victims.iter().take(count) {
            if kept <= most {
                break;
            }
            let Some(note) = self.notes.get_mut(usize::from(n)) else { continue };
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
    fn rank(&self, note: &Note, level: f32) -> (u64, u64) {
        let strategy = self.strategy;
        let stage = match (note.stage, strategy) {
            (Stage::Ending, _) => 0,
            (Stage::Releasing, Strategy::ReleasingThenQuietestThenOldest) => 1,
            _ => 2,
        };
        let level = if strategy == Strategy::Oldest && stage > 0 { 0 } else { level.to_bits() };
        (stage << 32 | u64::from(level), note.serial)
    }
}
