//! The one clock of all layers: frames to steps and back in whole numbers, so that it never drifts.

/// Units of a step for each hertz: a step is the fourth part of a quarter note, tempo counts thousandths a minute.
const STEP: u64 = 60 * 1_000 / 4;

/// Counts units, of which a frame passes as many as the tempo says and a step takes [`STEP`] times the rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    rate: u32,
    /// Thousandths of a quarter note a minute, never 0.
    tempo: u32,
    /// A frame, and the units that had passed by then. None while it stands.
    mark: Option<(u64, u64)>,
}

impl Clock {
    pub fn new(rate: u32, tempo: u32) -> Self {
        Self { rate, tempo, mark: None }
    }

    pub fn tempo(&self) -> u32 {
        self.tempo
    }

    pub fn is_running(&self) -> bool {
        self.mark.is_some()
    }

    /// Begins with step 0 at a frame.
    pub fn begin(&mut self, now: u64) {
        self.mark = Some((now, 0));
    }

    pub fn stop(&mut self) {
        self.mark = None;
    }

    /// Another tempo from a frame on; the place within the step stays. 0 counts as 1.
    pub fn set_tempo(&mut self, now: u64, tempo: u32) {
        self.mark = self.mark.map(|_| (now, self.passed(now)));
        self.tempo = tempo.max(1);
    }

    /// The same moment counted by other frames.
    pub fn rebase(&mut self, old_now: u64, new_now: u64, rate: u32) {
        let units = u128::from(self.passed(old_now)) * u128::from(rate) / u128::from(self.rate.max(1));
        self.mark = self.mark.map(|_| (new_now, u64::try_from(units).unwrap_or(u64::MAX)));
        self.rate = rate;
    }

    /// Where a step begins, if every second one is later by `swing` 65536ths of a step.
    fn start_of(&self, step: u64, swing: u16) -> u64 {
        let length = STEP * u64::from(self.rate);
        let late = if step % 2 == 1 { (length * u64::from(swing)) >> 16 } else { 0 };
        step.saturating_mul(length).saturating_add(late)
    }

    fn passed(&self, now: u64) -> u64 {
        self.mark.map_or(0, |(frame, units)| {
            units.saturating_add(now.saturating_sub(frame).saturating_mul(u64::from(self.tempo)))
        })
    }

    /// The first frame of a step, or the present one if that has passed. None while the clock stands.
    pub fn frame_of(&self, step: u64, swing: u16) -> Option<u64> {
        let (frame, units) = self.mark?;
        let to_go = self.start_of(step, swing).saturating_sub(units);
        Some(frame.saturating_add(to_go.div_ceil(u64::from(self.tempo.max(1)))))
    }

    /// The first step that begins at a frame or after it.
    pub fn step_from(&self, now: u64, swing: u16) -> u64 {
        let passed = self.passed(now);
        let mut step = passed / (STEP * u64::from(self.rate)).max(1);
        while self.frame_of(step, swing).is_some_and(|frame| frame < now) {
            step += 1;
        }
        step
    }
}
