//! Pads that tell a force: resistors that feel it, or piezos that ring with it.
//!
//! | state | what | state | told |
//! |---|---|---|---|
//! | idle | at `on` or above | rising, from now | |
//! | rising | the window is over, and no neighbour was hit much harder | held | down, by the highest sample of the window |
//! | rising | the window is over, and a neighbour was | muted | |
//! | held | below `off`, and the mask is over | idle | up |
//! | held | otherwise, and the pressure has changed | held | pressure |
//! | muted | below `off`, and the mask is over | idle | |
//!
//! A neighbour is any other pad that rises, or that was hit as lately as the mask is long. The mask is counted from the end of
//! the window: for so long a pad is deaf to its own ringing, so a note is never shorter and never strikes twice.

use super::Strike;
use super::two_contact::velocity;
use ripieno_panel::glue::Curve;

/// How pads feel. Samples are 0..=65535: a converter of 12 bits is shifted up by four.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForceConfig {
    /// A pad is hit from this sample on.
    pub on: u16,
    /// Below this one it is let go. At most `on`.
    pub off: u16,
    /// This sample, and more, is velocity 127. Above `on`.
    pub full: u16,
    /// Bends the way from `on` to `full`.
    pub curve: Curve,
    /// Microseconds in which the highest sample is looked for.
    pub window_micros: u32,
    /// Microseconds after the window in which a pad is neither let go nor hit again.
    pub mask_micros: u32,
    /// A pad is muted if a neighbour's highest sample is more than so many times its own, in sixteenths. 0 mutes none.
    pub crosstalk: u16,
    /// Tell the pressure on pads that are held.
    pub has_pressure: bool,
}

impl Default for ForceConfig {
    fn default() -> Self {
        Self {
            on: 2_000,
            off: 1_200,
            full: 56_000,
            curve: Curve::Linear,
            window_micros: 2_000,
            mask_micros: 30_000,
            crosstalk: 4 * 16,
            has_pressure: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// Since when, and the highest sample so far.
    Rising(u64, u16),
    /// Hit so hard, deaf until then.
    Held(u16, u64),
    Muted(u64),
}

/// `N` pads that may be each other's neighbours. Real-time.
#[derive(Clone, Copy, Debug)]
pub struct Forces<const N: usize> {
    config: ForceConfig,
    states: [State; N],
    pressures: [u8; N],
}

impl<const N: usize> Forces<N> {
    /// All idle.
    pub const fn new(config: ForceConfig) -> Self {
        Self { config, states: [State::Idle; N], pressures: [0; N] }
    }

    /// Feels otherwise from the next sample on.
    pub const fn set_config(&mut self, config: ForceConfig) {
        self.config = config;
    }

    /// Takes a sample of every pad; `each` is told which pad does what.
    pub fn sample(&mut self, now: u64, samples: &[u16; N], mut each: impl FnMut(usize, Strike)) {
        let config = self.config;
        for (state, sample) in self.states.iter_mut().zip(samples) {
            match state {
                State::Idle if *sample >= config.on => *state = State::Rising(now, *sample),
                State::Rising(_, peak) => *peak = (*peak).max(*sample),
                _ => {}
            }
        }
        for (pad, sample) in samples.iter().enumerate() {
            let Some(&state) = self.states.get(pad) else { continue };
            let (next, told) = self.step(now, pad, *sample, state);
            if let Some(state) = self.states.get_mut(pad) {
                *state = next;
            }
            told.into_iter().for_each(|strike| each(pad, strike));
        }
    }

    fn step(&mut self, now: u64, pad: usize, sample: u16, state: State) -> (State, Option<Strike>) {
        let config = self.config;
        match state {
            State::Rising(since, peak) if now.saturating_sub(since) >= u64::from(config.window_micros) => {
                let until = now.saturating_add(u64::from(config.mask_micros));
                if self.is_crosstalk(now, pad, peak) {
                    return (State::Muted(until), None);
                }
                let way = u32::from(config.full.saturating_sub(config.on).max(1));
                let strength = u32::from(peak.saturating_sub(config.on)) * 0xFFFF / way;
                let velocity = velocity(config.curve, strength.min(0xFFFF) as u16);
                (State::Held(peak, until), Some(Strike::Down(velocity)))
            }
            State::Held(_, until) if sample < config.off && now >= until => {
                if let Some(pressure) = self.pressures.get_mut(pad) {
                    *pressure = 0;
                }
                (State::Idle, Some(Strike::Up))
            }
            State::Held(_, until) if config.has_pressure && now >= until => (state, self.pressure(pad, sample)),
            State::Muted(until) if sample < config.off && now >= until => (State::Idle, None),
            _ => (state, None),
        }
    }

    fn is_crosstalk(&self, now: u64, pad: usize, peak: u16) -> bool {
        let limit = u32::from(peak) * u32::from(self.config.crosstalk);
        let others = self.states.iter().enumerate().filter(|(other, _)| *other != pad);
        self.config.crosstalk > 0
            && others.into_iter().any(|(_, other)| match *other {
                State::Rising(_, peak) => u32::from(peak) * 16 > limit,
                State::Held(peak, until) => now < until && u32::from(peak) * 16 > limit,
                State::Idle | State::Muted(_) => false,
            })
    }

    /// A pressure worth telling: one that has moved by two, or to an end.
    fn pressure(&mut self, pad: usize, sample: u16) -> Option<Strike> {
        let way = u32::from(self.config.full.saturating_sub(self.config.off).max(1));
        let pressure = (u32::from(sample.saturating_sub(self.config.off)) * 127 / way).min(127) as u8;
        let told = self.pressures.get_mut(pad)?;
        let is_news = told.abs_diff(pressure) >= 2 || (*told != pressure && matches!(pressure, 0 | 127));
        is_news.then(|| {
            *told = pressure;
            Strike::Pressure(pressure)
        })
    }
}
