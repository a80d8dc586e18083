//! The two low-frequency oscillators of a voice: triangles that start at zero, rising, after a delay.

use crate::lanes::CONTROL_FRAMES;

/// In turns a frame: eight looks a turn. A faster triangle has no turning points to speak of.
const FASTEST: f32 = 1.0 / (8 * CONTROL_FRAMES) as f32;

/// A triangle's place in its cycle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lfo {
    /// Turns, 0..1.
    turn: f32,
}

impl Lfo {
    /// Moves to `age` frames, `frames` after the last call; `delay` in frames, `speed` in turns a frame.
    #[inline]
    pub fn advance(&mut self, age: f32, frames: f32, delay: f32, speed: f32) {
        let running = (age - delay).clamp(0.0, frames);
        self.turn += running * speed;
        self.turn -= self.turn as u32 as f32;
    }

    /// −1..=1, for a look every [`CONTROL_FRAMES`]; `speed` in turns a frame. The look that is nearest to a turning point
    /// counts as the point itself, so that every swing is as deep as asked.
    #[inline]
    pub fn value(&self, speed: f32) -> f32 {
        let x = self.turn;
        let (value, peak) = if x < 0.25 {
            (4.0 * x, 1.0)
        } else if x < 0.75 {
            (2.0 - 4.0 * x, if x < 0.5 { 1.0 } else { -1.0 })
        } else {
            (4.0 * x - 4.0, -1.0)
        };
        // Half a period of the grid, at four units a turn.
        let reach = 1.0 - 2.0 * CONTROL_FRAMES as f32 * speed;
        if value * peak >= reach && speed < FASTEST { peak } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_after_the_delay() {
        let mut lfo = Lfo::default();
        for (age, value) in [(64.0, 0.0), (128.0, 0.5), (192.0, 1.0), (320.0, 0.0), (448.0, -1.0), (576.0, 0.0)] {
            lfo.advance(age, if age > 192.0 { 128.0 } else { 64.0 }, 64.0, 1.0 / 512.0);
            assert_eq!(lfo.value(1.0 / 512.0), value, "{age}");
        }
    }

    #[test]
    fn every_swing_reaches_its_depth() {
        for speed in [1.0 / 513.0_f32, 1.0 / 1_000.0, 1.0 / 5_504.0, 1.0 / 9_999.0] {
            let mut lfo = Lfo::default();
            let (mut peaks, mut previous) = (0, 0.0);
            let looks = (20.0 / (speed * CONTROL_FRAMES as f32)) as u32;
            for _ in 0..looks {
                lfo.advance(f32::MAX, CONTROL_FRAMES as f32, 0.0, speed);
                let value = lfo.value(speed);
                peaks += u32::from(value.abs() == 1.0 && value != previous);
                previous = value;
            }
            assert!((38..=41).contains(&peaks), "{speed}: {peaks}");
        }
    }

    #[test]
    fn a_delay_may_end_within_a_step() {
        let mut lfo = Lfo::default();
        lfo.advance(64.0, 64.0, 48.0, 1.0 / 128.0);
        assert_eq!(lfo.value(1.0 / 128.0), 0.5);
    }
}
