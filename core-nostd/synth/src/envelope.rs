//! Delay, attack, hold, decay, sustain, release (SF 2.04 section 8.1.2): a pure function of the note's age, so that no
//! stage boundary depends on when it is asked.

use crate::pedal;
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

    /// The same with the damper pedal at a place (0..=127): what it takes from the release, it gives to the way down of the
    /// held envelope.
    #[inline]
    pub fn damped(&self, from: f32, since: f32, damper: u8) -> f32 {
        if damper <= pedal::UP {
            return self.released(from, since);
        }
        let held = pedal::damper(damper);
        let slow = (1.0 - held) / self.release.max(1.0);
        let fast = slow + held / self.decay.max(1.0);
        // The held envelope goes no further than its sustain level.
        let bend = ((from - self.sustain) / fast).clamp(0.0, since.max(0.0));
        (from - bend * fast - (since - bend) * slow).max(0.0)
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

    #[test]
    fn a_damper_pedal_is_between_release_and_sustain() {
        let held = |from, since| ENVELOPE.damped(from, since, pedal::DOWN);
        assert_eq!([held(1.0, 50.0), held(1.0, 75.0), held(1.0, 9e9)], [0.5, 0.25, 0.25]);
        // Below the sustain level nothing moves.
        assert_eq!(held(0.125, 9e9), 0.125);
        for (from, since) in [(1.0, 10.0), (1.0, 60.0), (0.2, 3.0)] {
            assert_eq!(ENVELOPE.damped(from, since, pedal::UP), ENVELOPE.released(from, since));
            let levels = [16, 24, 32, 40, 48, 56, 64].map(|place| ENVELOPE.damped(from, since, place));
            assert!(levels.is_sorted() && levels[0] < levels[6], "{levels:?}");
        }
        // Where it is asked on its way makes no difference.
        let half = |from, since| ENVELOPE.damped(from, since, 40);
        for since in [10.0, 50.0, 90.0_f32] {
            assert!((half(half(1.0, since), 20.0) - half(1.0, since + 20.0)).abs() < 1e-6, "{since}");
        }
    }
}
