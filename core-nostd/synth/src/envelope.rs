//! Delay, attack, hold, decay, sustain, release (SF 2.04 section 8.1.2): a pure function of the note's age, so that no
//! stage boundary depends on when it is asked.

use crate::shape::convex;

/// Stage lengths in frames and the sustain level; see [`Envelope::body`].
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// Frames of nothing.
    pub delay: f32,
    /// Frames from 0 to 1.
    pub attack: f32,
    /// Frames at 1.
    pub hold: f32,
    /// Frames that the full way from 1 to 0 would take.
    pub decay: f32,
    /// Level 0..=1 at which the decay ends.
    pub sustain: f32,
    /// Frames that the full way from 1 to 0 takes after release.
    pub release: f32,
}

impl Envelope {
    /// One that nothing reads.
    pub const NONE: Self = Self { delay: 0.0, attack: 0.0, hold: 0.0, decay: 0.0, sustain: 1.0, release: 0.0 };

    /// How far the attack has come at `age` frames, linear 0..=1; 1 from its end on.
    #[inline(always)]
    pub fn onset(&self, age: f32) -> f32 {
        // At least one frame, so that the quotient is a number.
        ((age - self.delay) / self.attack.max(1.0)).clamp(0.0, 1.0)
    }

    /// The age at which the attack is complete.
    #[inline]
    pub fn onset_end(&self) -> f32 {
        self.delay + self.attack.max(1.0)
    }

    /// The held envelope without its attack: 1 up to the end of hold, then down to the sustain level.
    #[inline]
    pub fn body(&self, age: f32) -> f32 {
        let decaying = age - (self.onset_end() + self.hold);
        if decaying <= 0.0 { 1.0 } else { (1.0 - decaying / self.decay.max(1.0)).max(self.sustain) }
    }

    /// `since` frames after a release that began at level `from`.
    #[inline]
    pub fn released(&self, from: f32, since: f32) -> f32 {
        (from - since / self.release.max(1.0)).max(0.0)
    }

    /// The held modulation envelope: its attack is convex.
    #[inline]
    pub fn modulation(&self, age: f32) -> f32 {
        let onset = self.onset(age);
        if onset < 1.0 { convex(onset) } else { self.body(age) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: Envelope =
        Envelope { delay: 10.0, attack: 20.0, hold: 30.0, decay: 100.0, sustain: 0.25, release: 40.0 };

    #[test]
    fn stages_begin_and_end_on_their_frame() {
        for (age, onset, body) in [
            (0.0, 0.0, 1.0),
            (10.0, 0.0, 1.0),
            (20.0, 0.5, 1.0),
            (30.0, 1.0, 1.0),
            (60.0, 1.0, 1.0),
            (110.0, 1.0, 0.5),
            (135.0, 1.0, 0.25),
            (9e9, 1.0, 0.25),
        ] {
            assert_eq!((ENVELOPE.onset(age), ENVELOPE.body(age)), (onset, body), "{age}");
        }
    }

    #[test]
    fn release_runs_from_where_it_began() {
        assert_eq!(ENVELOPE.released(0.5, 0.0), 0.5);
        assert_eq!(ENVELOPE.released(0.5, 10.0), 0.25);
        assert_eq!(ENVELOPE.released(0.5, 20.0), 0.0);
    }

    #[test]
    fn the_modulation_attack_is_convex() {
        assert_eq!(ENVELOPE.modulation(5.0), 0.0);
        assert!(ENVELOPE.modulation(20.0) > 0.8);
        assert_eq!(ENVELOPE.modulation(30.0), 1.0);
    }
}
