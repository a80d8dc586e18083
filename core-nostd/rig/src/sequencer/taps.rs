//! A tempo by tapping it: the mean of the last few intervals.

/// Taps that count.
const TAPS: usize = 5;
/// Seconds after which a tap begins anew: slower than the slowest tempo.
const PATIENCE_SECS: u64 = 2;

/// Frames of the last taps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taps {
    frames: [u64; TAPS],
    count: usize,
}

impl Taps {
    /// Taps at a frame; gives the tempo in thousandths of a quarter note a minute from the second tap on.
    pub fn tap(&mut self, now: u64, rate: u32) -> Option<u32> {
        let since = now.saturating_sub(self.frames[0]);
        if self.count > 0 && (since == 0 || since > PATIENCE_SECS * u64::from(rate)) {
            self.count = 0;
        }
        // The newest comes first.
        self.frames.rotate_right(1);
        self.frames[0] = now;
        self.count = TAPS.min(self.count + 1);
        let intervals = self.count as u64 - 1;
        let oldest = *self.frames.get(self.count.checked_sub(1)?)?;
        let tempo = (60_000 * u64::from(rate) * intervals).checked_div(now.saturating_sub(oldest))?;
        Some(u32::try_from(tempo).unwrap_or(u32::MAX))
    }

    pub fn clear(&mut self) {
        self.count = 0;
    }
}
