//! What every filter and equaliser is made of: second-order sections as trapezoidal state-variable filters.
//!
//! Their two integrators can only lose energy, whatever their coefficients and however these move, because every mean of
//! such coefficients is one of them again. So coefficients may move along straight lines.

use super::senses::bounded;
use crate::lanes::{CONTROL_FRAMES, Ramp};
use ripieno_dsp::maths::{cos_turns, sin_turns};

/// Coefficients of a section: `band' = a·band + b·(x − low)`, `low' = low + b·band + c·(x − low)`,
/// `y = d·x + e·(band + band') + f·(low + low')`.
pub type Terms = [f32; 6];

/// Leaves the sound alone.
pub const OPEN: Terms = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Below this a state is silence: it is cleared before it could turn denormal.
const SILENT: f32 = 1e-15;

/// Beyond this a state comes from a wave that is no sound.
const GREATEST: f32 = 1e30;

/// Below this (−90 dB) nobody hears what a section still holds.
const INAUDIBLE: f32 = 3e-5;

/// Lowest frequency in hertz.
const LOWEST_HZ: f32 = 1.0;

/// Highest frequency: in hertz, and as a share of the sample rate.
const HIGHEST_HZ: f32 = 20_000.0;
const HIGHEST: f32 = 0.47;

/// Frequency as a share of the sample rate, kept where filters work.
pub fn share(hertz: f32, rate: f32) -> f32 {
    (bounded(hertz, LOWEST_HZ, HIGHEST_HZ) / rate).min(HIGHEST)
}

/// tan(πf/rate) for a share of the sample rate.
pub fn warped(share: f32) -> f32 {
    sin_turns(0.5 * share) / cos_turns(0.5 * share)
}

/// The bilinear form of `(n₂s² + n₁s + n₀) / (s² + d₁s + d₀)`, `s` in units of the frequency that `centre`
/// ([`warped`]) stands for; 1 is a quarter of the sample rate.
pub fn analogue(centre: f32, numerator: [f32; 3], denominator: [f32; 2]) -> Terms {
    let [n2, n1, n0] = numerator;
    let [d1, d0] = denominator;
    let own = libm::sqrtf(d0);
    let (g, k) = (centre * own, d1 / own);
    let a1 = 1.0 / (1.0 + g * (g + k));
    [2.0 * a1 - 1.0, 2.0 * g * a1, 2.0 * g * g * a1, n2, 0.5 * (n1 / own - n2 * k), 0.5 * (n0 / d0 - n2)]
}

/// A section of a voice.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Low and band, of left and right.
    pub states: [[f32; 2]; 2],
    /// [`Terms`] through the period.
    pub terms: [Ramp; 6],
    /// What it belongs to, so that it can be found again.
    pub owner: u8,
}

impl Section {
    /// In nobody's way.
    pub const OPEN: Self = Self { states: [[0.0; 2]; 2], terms: [Ramp { base: 0.0, slope: 0.0 }; 6], owner: u8::MAX };

    /// At rest, with the sound left alone, but on the integrators of `terms`.
    pub fn entering(owner: u8, terms: Terms) -> Self {
        let [a, b, c, ..] = terms;
        let [.., d, e, f] = OPEN;
        Self { terms: [a, b, c, d, e, f].map(Ramp::hold), owner, ..Self::OPEN }
    }

    /// Moves to `terms` by the end of the period whose frame `from` comes next; `jump` is there at once.
    pub fn aim(&mut self, terms: Terms, from: usize, jump: bool) {
        for (ramp, target) in self.terms.iter_mut().zip(terms) {
            *ramp = if jump { Ramp::hold(target) } else { ramp.towards(target, from) };
        }
    }

    /// Stays where the period before ends.
    pub fn freeze(&mut self) {
        if self.is_moving() {
            self.terms = self.terms.map(|ramp| Ramp::hold(ramp.at(CONTROL_FRAMES)));
        }
    }

    /// True while its terms change.
    pub fn is_moving(&self) -> bool {
        self.terms.iter().any(|ramp| !ramp.is_still())
    }

    /// True while it would still be heard after its input has ended.
    pub fn rings(&self) -> bool {
        self.states.as_flattened().iter().any(|state| state.abs() > INAUDIBLE)
    }

    /// Takes a channel's states back. Silence becomes zero where a period ends and nowhere else: a block may end anywhere.
    pub fn keep(&mut self, channel: usize, states: [f32; 2], ends_period: bool) {
        if let Some(place) = self.states.get_mut(channel) {
            let is_sound = |x: f32| (SILENT..=GREATEST).contains(&x.abs());
            *place = states.map(|x| if ends_period && !is_sound(x) { 0.0 } else { x });
        }
    }
}
