//! An LFO's phase as a 32-bit count of turns: it wraps by itself and never drifts.

use ripieno_types::SampleRate;

/// Phase in 2⁻³² turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase(pub u32);

impl Phase {
    /// How far a frequency turns in `frames` frames. `hz` ≥ 0 and well below the rate. Control.
    pub fn advance_of(hz: f32, frames: usize, rate: SampleRate) -> u32 {
        const TURN: f32 = 4_294_967_296.0;
        (hz * frames as f32 / rate.as_f32() * TURN) as u32
    }

    /// The phase in turns, −0.5..0.5, as [`sin_turns`](crate::maths::sin_turns) wants it. Real-time.
    #[inline(always)]
    pub fn turns(self) -> f32 {
        self.0 as i32 as f32 * (1.0 / 4_294_967_296.0)
    }

    /// This phase, later. Real-time.
    #[inline(always)]
    pub fn plus(self, advance: u32) -> Self {
        Self(self.0.wrapping_add(advance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_once_a_second_at_one_hertz() {
        let advance = Phase::advance_of(1.0, 32, SampleRate::STUDIO);
        let mut phase = Phase::default();
        for _ in 0..1_500 {
            phase = phase.plus(advance);
        }
        assert!(phase.turns().abs() < 1e-5, "{}", phase.turns());
        assert_eq!(Phase(1 << 30).turns(), 0.25);
    }
}
