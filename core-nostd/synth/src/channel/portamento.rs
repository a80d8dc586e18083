//! Portamento: which key a note's pitch comes from, and how long it takes.

use super::{Channel, cc};
use crate::glide::Glide;
use crate::tuning::TuningStore;

/// Semitones that [`secs`] is about.
const WAY_SEMITONES: f32 = 36.0;

/// How long a way of 36 semitones takes, in seconds, for controller 5 (with 37 as its fraction): evenly up to 32, from
/// there twice as long every 16 steps. Modules of the General MIDI age glide about like this.
fn secs(time: f32) -> f32 {
    if time < 32.0 { time * (1.0 / 64.0) } else { 0.5 * ripieno_dsp::maths::exp2((time - 32.0) * (1.0 / 16.0)) }
}

impl Channel {
    /// The key that a note of `key` glides from: the one that portamento control (84) named for the next note, else, with
    /// portamento on (65), the one struck before.
    pub fn portamento_source(&self, key: u8) -> Option<u8> {
        let before = if self.value(cc::PORTAMENTO) >= 64 { self.last_key } else { None };
        self.next_source.or(before).filter(|source| *source != key)
    }

    /// The way to a key from [`portamento_source`](Self::portamento_source), if there is one.
    pub fn glide<const TABLES: usize>(&self, key: u8, tunings: &TuningStore<TABLES>, rate: f32) -> Glide {
        let Some(source) = self.portamento_source(key) else { return Glide::default() };
        let cents = |key: u8| f32::from(key) * 100.0 + self.key_cents(key, tunings);
        self.glide_over(cents(source) - cents(key), rate)
    }

    /// The way over so many cents at the speed that controller 5 says.
    pub fn glide_over(&self, cents: f32, rate: f32) -> Glide {
        let time = f32::from(self.value(cc::PORTAMENTO_TIME)) + f32::from(self.value(cc::PORTAMENTO_TIME_LSB)) / 128.0;
        Glide::new(cents, secs(time) * cents.abs() * (0.01 / WAY_SEMITONES) * rate)
    }

    /// A note has begun: the next one may glide from it.
    pub fn struck(&mut self, key: u8) {
        (self.last_key, self.next_source) = (Some(key), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_follows_the_controller() {
        let mut channel = Channel::new(0);
        channel.control(cc::PORTAMENTO, 127);
        let tunings = TuningStore::<1>::new();
        assert!(channel.glide(60, &tunings, 1_000.0).is_over());
        channel.struck(96);
        for (time, secs) in [(0, 0.0), (16, 0.25), (32, 0.5), (64, 2.0), (96, 8.0)] {
            channel.control(cc::PORTAMENTO_TIME, time);
            let mut glide = channel.glide(60, &tunings, 1_000.0);
            glide.advance(secs * 500.0);
            let expected = if secs == 0.0 { 0.0 } else { 1_800.0 };
            assert!((glide.cents() - expected).abs() < 0.01, "{time}: {glide:?}");
            glide.advance(secs * 501.0);
            assert!(glide.is_over(), "{time}: {glide:?}");
        }
        assert!(channel.glide(96, &tunings, 1_000.0).is_over());
    }

    #[test]
    fn portamento_control_names_one_source() {
        let mut channel = Channel::new(0);
        channel.struck(40);
        channel.control(cc::PORTAMENTO_SOURCE, 50);
        assert_eq!(channel.portamento_source(60), Some(50));
        channel.struck(60);
        assert_eq!(channel.portamento_source(62), None);
        channel.control(cc::PORTAMENTO, 64);
        assert_eq!((channel.portamento_source(62), channel.portamento_source(60)), (Some(60), None));
    }
}
