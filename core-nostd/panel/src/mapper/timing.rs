//! The times of those buttons and encoders for which times matter: the others need none, so that a few places are enough.

use heapless::Vec;

/// What the mapper's clock is ahead in here, in microseconds: more than any window, so that [`Timing::default`] is long past.
pub(crate) const AHEAD: u64 = 70_000_000;

/// The times of one mapping's gesture. The default is what is long past.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timing {
    /// When the phase began, or the next repetition is due, or an encoder turned last.
    pub at: u64,
    /// Presses before this time are not taken.
    pub deaf_until: u64,
    /// Until the repetition after the next.
    pub interval_ms: u16,
    pub mapping: u16,
    /// How long `at` matters, in microseconds, and whether something happens at the end of that.
    pub window: u32,
}

/// Marks a window at whose end something happens.
const TIMED: u32 = 1 << 31;

impl Timing {
    /// The times of a mapping's gesture: `at` matters for so many milliseconds, at whose end something may happen.
    pub fn new(mapping: u16, at: u64, window_ms: u16, is_timed: bool) -> Self {
        let timed = if is_timed { TIMED } else { 0 };
        Self { at, mapping, window: (u32::from(window_ms) * 1_000) | timed, ..Self::default() }
    }

    const fn is_timed(&self) -> bool {
        self.window & TIMED != 0
    }

    /// When something happens, if something does.
    fn due(&self) -> Option<u64> {
        self.is_timed().then(|| self.end().saturating_sub(AHEAD))
    }

    fn end(&self) -> u64 {
        self.at.saturating_add(u64::from(self.window & !TIMED))
    }

    fn is_needed(&self, now: u64) -> bool {
        self.is_timed() || self.deaf_until > now || self.end() > now
    }
}

/// All timings.
#[derive(Debug)]
pub(crate) struct Timings<const RARE: usize> {
    list: Vec<Timing, RARE>,
}

impl<const RARE: usize> Timings<RARE> {
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// The times of a mapping.
    pub fn of(&self, mapping: u16) -> Timing {
        let known = self.list.iter().find(|timing| timing.mapping == mapping);
        known.copied().unwrap_or(Timing { mapping, ..Timing::default() })
    }

    /// Keeps the times of a mapping for as long as they matter; false if there is no room for what does.
    pub fn keep(&mut self, timing: Timing, now: u64) -> bool {
        let place = self.list.iter().position(|known| known.mapping == timing.mapping);
        if !timing.is_needed(now) {
            if let Some(place) = place {
                self.list.swap_remove(place);
            }
            return true;
        }
        if let Some(known) = place.and_then(|place| self.list.get_mut(place)) {
            *known = timing;
            return true;
        }
        if self.list.is_full() {
            self.list.retain(|timing| timing.is_needed(now));
        }
        self.list.push(timing).is_ok()
    }

    pub fn forget(&mut self, mapping: u16) {
        self.list.retain(|timing| timing.mapping != mapping);
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// When the next thing happens.
    pub fn due(&self) -> Option<u64> {
        self.list.iter().filter_map(Timing::due).min()
    }

    /// The next that is due in a time, both ends included: of those at one time the first mapping.
    pub fn next(&self, from: u64, to: u64) -> Option<(u64, u16)> {
        let due = self.list.iter().filter_map(|timing| Some((timing.due()?, timing.mapping)));
        due.filter(|(due, _)| (from..=to).contains(due)).min()
    }

    /// How many are to come.
    pub fn timed(&self) -> usize {
        self.list.iter().filter(|timing| timing.is_timed()).count()
    }

    /// The mappings have other places now; those without one are gone.
    pub fn move_to(&mut self, place: impl Fn(u16) -> Option<u16>) {
        self.list.retain_mut(|timing| match place(timing.mapping) {
            Some(mapping) => {
                timing.mapping = mapping;
                true
            }
            None => false,
        });
    }
}
