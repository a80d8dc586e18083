//! The two low-frequency oscillators of a voice: triangles that start at zero, rising, after a delay.

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

    /// −1..=1.
    #[inline]
    pub fn value(&self) -> f32 {
        let x = self.turn;
        if x < 0.25 {
            4.0 * x
        } else if x < 0.75 {
            2.0 - 4.0 * x
        } else {
            4.0 * x - 4.0
        }
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
            assert_eq!(lfo.value(), value, "{age}");
        }
    }

    #[test]
    fn a_delay_may_end_within_a_step() {
        let mut lfo = Lfo::default();
        lfo.advance(64.0, 64.0, 48.0, 1.0 / 128.0);
        assert_eq!(lfo.value(), 0.5);
    }
}
