//! The LFOs of a part: the three of SFZ v1, which are sines, and those of v2, which are sums of waves.

use super::kit::Kit;
use super::luck::chance;
use super::senses::bounded;
use super::shapes::{FlexLfo, LfoPart, LfoWave};
use ripieno_dsp::maths::sin_turns;

/// Waves of one LFO that count.
const MOST_WAVES: u32 = 16;

/// An LFO in time: silent for its delay, then there in full after its fade.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cycle {
    /// Seconds since the voice began.
    age: f32,
    /// Turns since the delay was over.
    turns: f64,
}

impl Cycle {
    /// `seconds` later, at `hertz`, where the delay takes `delay` seconds.
    pub fn advance(&mut self, seconds: f32, hertz: f32, delay: f32) {
        self.age += seconds;
        let running = bounded(self.age - delay, 0.0, seconds);
        self.turns += f64::from(running * hertz);
    }

    /// How far it is there, 0..=1.
    fn presence(&self, delay: f32, fade: f32) -> f32 {
        let since = self.age - delay;
        if since < 0.0 {
            0.0
        } else if fade > 0.0 {
            bounded(since / fade, 0.0, 1.0)
        } else {
            1.0
        }
    }

    /// A sine from 0 upwards, −1..=1.
    pub fn sine(&self, delay: f32, fade: f32) -> f32 {
        let presence = self.presence(delay, fade);
        if presence > 0.0 { presence * sin_turns(fraction(self.turns)) } else { 0.0 }
    }

    /// The waves of a flex LFO; `lfo` with what links add. Chance comes from `seed`.
    pub fn wave(&self, kit: &Kit<'_>, lfo: &FlexLfo, seed: u32) -> f32 {
        let presence = self.presence(lfo.delay, lfo.fade);
        if presence <= 0.0 {
            return 0.0;
        }
        let end = if lfo.count > 0 { f64::from(lfo.count) } else { f64::MAX };
        let turns = self.turns.min(end);
        let sum = kit.lfo_parts.run(lfo.parts.first(MOST_WAVES)).fold(0.0, |sum, part| {
            let ratio = bounded(part.ratio, 0.0, 1000.0);
            let turns = turns * f64::from(ratio) + f64::from(lfo.phase);
            sum + bounded(part.offset + part.scale * wave(kit, lfo, &part, turns, seed), -1e3, 1e3)
        });
        presence * bounded(sum, -1e3, 1e3)
    }
}

/// What is beyond whole turns.
fn fraction(turns: f64) -> f32 {
    let x = (turns - libm::floor(turns)) as f32;
    // Rounding may have made it whole.
    if x < 1.0 { x } else { 0.0 }
}

fn wave(kit: &Kit<'_>, lfo: &FlexLfo, part: &LfoPart, turns: f64, seed: u32) -> f32 {
    let x = fraction(turns);
    let pulse = |width: f32| if x < width { 1.0 } else { 0.0 };
    match LfoWave::from_number(part.wave) {
        LfoWave::Triangle if x < 0.25 => 4.0 * x,
        LfoWave::Triangle if x < 0.75 => 2.0 - 4.0 * x,
        LfoWave::Triangle => 4.0 * x - 4.0,
        LfoWave::Sine => sin_turns(x),
        LfoWave::Pulse75 => pulse(0.75),
        LfoWave::Square => pulse(0.5),
        LfoWave::Pulse25 => pulse(0.25),
        LfoWave::Pulse12 => pulse(0.125),
        LfoWave::RampUp => 2.0 * x - 1.0,
        LfoWave::RampDown => 1.0 - 2.0 * x,
        LfoWave::SampleHold => 2.0 * chance(seed, (2.0 * turns) as u32) - 1.0,
        LfoWave::Steps => {
            let step = (x * lfo.steps.count as f32) as u32;
            let exists = step < lfo.steps.count;
            let level = kit.steps.at(lfo.steps.start.saturating_add(step)).filter(|_| exists);
            bounded(level.unwrap_or(0.0), -1e3, 1e3)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::KitDraft;
    use crate::sampler::record::Run;
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    const LFO: FlexLfo = FlexLfo {
        frequency: 5.0,
        phase: 0.0,
        delay: 0.0,
        fade: 0.0,
        count: 0,
        parts: Run { start: 0, count: 1 },
        steps: Run { start: 0, count: 4 },
    };

    /// The wave by second.
    fn run(lfo: FlexLfo, parts: &[LfoPart], seconds: &[f32]) -> Vec<f32> {
        let draft = KitDraft { lfo_parts: parts, steps: &[1.0, 0.5, -0.5, 0.0], ..KitDraft::default() };
        let mut bytes = vec![0; draft.len()];
        draft.write(&mut bytes).unwrap();
        let kit = Kit::new(&bytes).unwrap();
        let (mut cycle, mut now) = (Cycle::default(), 0.0);
        let each = seconds.iter().map(|second| {
            cycle.advance(second - now, lfo.frequency, lfo.delay);
            now = *second;
            cycle.wave(&kit, &lfo, 9)
        });
        each.collect()
    }

    fn part(wave: LfoWave) -> LfoPart {
        LfoPart { wave: wave as u8, unused: [0; 3], offset: 0.0, ratio: 1.0, scale: 1.0 }
    }

    fn check(lfo: FlexLfo, part: LfoPart, seconds: &[f32], expected: &[f32]) {
        for (found, expected) in run(lfo, &[part], seconds).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{part:?}: {found} {expected}");
        }
    }

    #[test]
    fn waves_are_those_of_sfizz() {
        let seconds = [0.001, 0.02, 0.03, 0.07, 0.099, 0.101, 0.12, 0.17, 0.19];
        for (wave, expected) in [
            (LfoWave::Triangle, [0.02, 0.4, 0.6, 0.6, 0.02, -0.02, -0.4, -0.6, -0.2]),
            (LfoWave::Pulse75, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]),
            (LfoWave::Square, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
            (LfoWave::Pulse25, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            (LfoWave::Pulse12, [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            (LfoWave::RampUp, [-0.99, -0.8, -0.7, -0.3, -0.01, 0.01, 0.2, 0.7, 0.9]),
            (LfoWave::RampDown, [0.99, 0.8, 0.7, 0.3, 0.01, -0.01, -0.2, -0.7, -0.9]),
            (LfoWave::Steps, [1.0, 1.0, 1.0, 0.5, 0.5, -0.5, -0.5, 0.0, 0.0]),
        ] {
            check(LFO, part(wave), &seconds, &expected);
        }
    }

    #[test]
    fn delay_fade_phase_scale_and_count() {
        // A sine of 5 Hz, delayed by 0.1 s, faded in over 0.2 s.
        let mut cycle = Cycle::default();
        for (expected, now) in [(0.0, 0.1), (0.25, 0.15), (0.0, 0.2), (-0.75, 0.25), (0.0, 0.3), (1.0, 0.35)] {
            cycle.advance(0.05 * if now == 0.1 { 2.0 } else { 1.0 }, 5.0, 0.1);
            assert!((cycle.sine(0.1, 0.2) - expected).abs() < 1e-4, "{now}");
        }
        let shifted = LfoPart { offset: 0.5, scale: 0.5, ..part(LfoWave::Sine) };
        check(FlexLfo { phase: 0.25, ..LFO }, shifted, &[0.0001, 0.05, 0.1], &[1.0, 0.5, 0.0]);
        check(FlexLfo { count: 2, ..LFO }, part(LfoWave::RampUp), &[0.3, 0.4, 0.5, 3.0], &[0.0, -1.0, -1.0, -1.0]);
        let sum = run(LFO, &[part(LfoWave::Square)], &[0.01]);
        assert_eq!(sum, [1.0]);
    }

    #[test]
    fn sample_and_hold_moves_twice_a_turn() {
        let seconds: Vec<f32> = (1..40).map(|n| n as f32 * 0.05 - 0.025).collect();
        let values = run(LFO, &[part(LfoWave::SampleHold)], &seconds);
        for (n, pair) in values.windows(2).enumerate() {
            assert!(pair[0].abs() <= 1.0 && (pair[0] == pair[1]) == (n % 2 == 0), "{n} {pair:?}");
        }
    }
}
