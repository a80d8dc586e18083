//! The envelopes of SFZ v1: delay, attack, hold, decay, sustain, release.
//!
//! As sfizz has it the attack is straight, and decay and release fall by e⁻⁹ (78 dB) in their times, towards nothing: the
//! decay stops at the sustain level, the release goes on beyond its time. A shape bends a stage instead, by
//! `(eˢˣ - 1) / (eˢ - 1)`, and then it ends on time.

use super::numbers::Numbers;
use super::parameter::Parameter;
use super::senses::bounded;
use crate::lanes::Ramp;

/// The exponent at which decay and release fall in their times.
const FALL: f32 = 9.0;

/// Natural logarithm of 100 dB: what has fallen so far has ended.
const END: f32 = 11.512_925;

/// Where the numbers of an envelope are: each with what velocity adds.
#[derive(Debug)]
pub struct Layout {
    delay: [Parameter; 2],
    start: Parameter,
    attack: [Parameter; 2],
    hold: [Parameter; 2],
    decay: [Parameter; 2],
    sustain: [Parameter; 2],
    release: [Parameter; 2],
    /// Of attack, decay and release.
    shapes: Option<[Parameter; 3]>,
}

macro_rules! layout {
    ($delay:ident $start:ident $attack:ident $hold:ident $decay:ident $sustain:ident $release:ident,
     $vdelay:ident $vattack:ident $vhold:ident $vdecay:ident $vsustain:ident $vrelease:ident, $shapes:expr) => {
        Layout {
            delay: [Parameter::$delay, Parameter::$vdelay],
            start: Parameter::$start,
            attack: [Parameter::$attack, Parameter::$vattack],
            hold: [Parameter::$hold, Parameter::$vhold],
            decay: [Parameter::$decay, Parameter::$vdecay],
            sustain: [Parameter::$sustain, Parameter::$vsustain],
            release: [Parameter::$release, Parameter::$vrelease],
            shapes: $shapes,
        }
    };
}

/// `ampeg`.
pub const AMP: Layout = layout!(AmpDelay AmpStart AmpAttack AmpHold AmpDecay AmpSustain AmpRelease,
    AmpVelocityDelay AmpVelocityAttack AmpVelocityHold AmpVelocityDecay AmpVelocitySustain AmpVelocityRelease,
    Some([Parameter::AmpAttackShape, Parameter::AmpDecayShape, Parameter::AmpReleaseShape]));

/// `fileg`.
pub const FILTER: Layout = layout!(FilterDelay FilterStart FilterAttack FilterHold FilterDecay FilterSustain FilterRelease,
    FilterVelocityDelay FilterVelocityAttack FilterVelocityHold FilterVelocityDecay FilterVelocitySustain
    FilterVelocityRelease, None);

/// `pitcheg`.
pub const PITCH: Layout = layout!(PitchDelay PitchStart PitchAttack PitchHold PitchDecay PitchSustain PitchRelease,
    PitchVelocityDelay PitchVelocityAttack PitchVelocityHold PitchVelocityDecay PitchVelocitySustain
    PitchVelocityRelease, None);

/// Lengths in frames and levels 0..=1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    pub delay: f32,
    pub start: f32,
    pub attack: f32,
    pub hold: f32,
    pub decay: f32,
    pub sustain: f32,
    pub release: f32,
    /// Of attack, decay and release; 0 as above.
    pub shapes: [f32; 3],
}

impl Times {
    /// An envelope's numbers for a velocity of 0..=1.
    pub fn new(numbers: &Numbers, layout: &Layout, velocity: f32, rate: f32) -> Self {
        let both = |[own, by_velocity]: [Parameter; 2]| {
            bounded(numbers.at(own) + numbers.at(by_velocity) * velocity, 0.0, 100.0)
        };
        Self {
            delay: both(layout.delay) * rate,
            start: numbers.at(layout.start) * 0.01,
            attack: both(layout.attack) * rate,
            hold: both(layout.hold) * rate,
            decay: both(layout.decay) * rate,
            sustain: both(layout.sustain) * 0.01,
            release: both(layout.release) * rate,
            shapes: layout.shapes.map_or([0.0; 3], |shapes| shapes.map(|shape| numbers.at(shape))),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Delay,
    Attack,
    Hold,
    Decay,
    Sustain,
    Release,
    Over,
}

/// One envelope on its way.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    pub times: Times,
    stage: Stage,
    /// Frames in the stage.
    at: f32,
    /// Frames that the stage lasts.
    length: f32,
    /// The level it began at.
    from: f32,
    /// The time and the shape that the release was begun with.
    falling: [f32; 2],
    /// How far a straight attack had come when it was cut short.
    reached: Option<f32>,
}

impl Envelope {
    /// At its very beginning.
    pub fn new(times: Times) -> Self {
        let mut envelope = Self {
            times,
            stage: Stage::Delay,
            at: 0.0,
            length: 0.0,
            from: times.start,
            falling: [0.0; 2],
            reached: None,
        };
        envelope.enter(Stage::Delay);
        envelope.advance(0.0, 0.0);
        envelope
    }

    /// Other times from now on. The stage that it is in keeps its own unless `at_once`: then it goes on from as far as
    /// it has come.
    pub fn retime(&mut self, times: Times, at_once: bool) {
        self.times = times;
        if at_once && !matches!(self.stage, Stage::Release | Stage::Over) {
            let old = self.length;
            self.length = self.length_of(self.stage);
            if old > 0.0 && old < f32::MAX {
                self.at = bounded(self.at / old * self.length, 0.0, f32::MAX);
            }
        }
    }

    fn length_of(&self, stage: Stage) -> f32 {
        let times = &self.times;
        match stage {
            Stage::Delay => times.delay,
            // From the level that it begins at, as steep as from nothing.
            Stage::Attack => times.attack * (1.0 - times.start),
            Stage::Hold => times.hold,
            // As long as it takes to come down to the sustain level.
            Stage::Decay if times.shapes[1] == 0.0 => {
                let way = if times.sustain > 0.0 { bounded(-libm::logf(times.sustain), 0.0, END) } else { END };
                times.decay * (way / FALL)
            }
            Stage::Decay => times.decay,
            Stage::Release if self.falling[1] == 0.0 => self.falling[0] * (END / FALL),
            Stage::Release => self.falling[0],
            Stage::Sustain | Stage::Over => f32::MAX,
        }
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.length = self.length_of(stage);
    }

    /// `frames` later. `damper` 0..=1: how much of the release is held up; what would fall anyway still does.
    pub fn advance(&mut self, frames: f32, damper: f32) {
        if self.stage == Stage::Release {
            self.at += frames * (1.0 - damper);
            if damper > 0.0 && self.times.decay > 0.0 && self.from > self.times.sustain {
                let fallen = self.from * libm::expf(-FALL * damper * frames / self.times.decay);
                self.from = fallen.max(self.times.sustain);
            }
        } else {
            self.at += frames;
        }
        while self.at >= self.length {
            let next = match self.stage {
                Stage::Delay => Stage::Attack,
                Stage::Attack => Stage::Hold,
                Stage::Hold => Stage::Decay,
                Stage::Decay if self.times.sustain <= 0.0 => Stage::Over,
                Stage::Decay => Stage::Sustain,
                Stage::Release => Stage::Over,
                Stage::Sustain | Stage::Over => return,
            };
            self.at -= self.length;
            self.enter(next);
        }
    }

    /// The level `before` frames ago, as far back as the stage goes.
    fn level_before(&self, before: f32) -> f32 {
        let at = (self.at - before).max(0.0);
        let x = if self.length > 0.0 { at / self.length } else { 1.0 };
        let [attack, decay, _] = self.times.shapes;
        let sustain = self.times.sustain;
        match self.stage {
            Stage::Delay => self.from,
            Stage::Attack => self.from + (1.0 - self.from) * warped(x, attack),
            Stage::Hold => 1.0,
            Stage::Decay if decay == 0.0 => fall(at, self.times.decay).max(sustain),
            Stage::Decay => 1.0 + (sustain - 1.0) * warped(x, decay),
            Stage::Sustain => sustain,
            Stage::Release if self.falling[1] == 0.0 => self.from * fall(at, self.falling[0]),
            Stage::Release => self.from * (1.0 - warped(x, self.falling[1])),
            Stage::Over => 0.0,
        }
    }

    /// 0..=1.
    pub fn level(&self) -> f32 {
        self.level_before(0.0)
    }

    /// The same without a straight attack: [`Envelope::onset`] has that.
    pub fn body(&self) -> f32 {
        match self.reached {
            Some(reached) => self.level() / reached,
            None if self.is_rising() && self.has_straight_attack() => 1.0,
            None => self.level(),
        }
    }

    fn is_rising(&self) -> bool {
        matches!(self.stage, Stage::Delay | Stage::Attack)
    }

    /// What follows a delay at a level, and a bent attack, are no single line.
    fn has_straight_attack(&self) -> bool {
        self.times.shapes[0] == 0.0 && (self.times.delay == 0.0 || self.from == 0.0)
    }

    /// What is left of a straight attack, over the frames of a period in which it goes on at frame `first`. One that was
    /// cut short stays where it got to.
    pub fn onset(&self, first: f32) -> Option<Ramp> {
        if let Some(reached) = self.reached {
            return Some(Ramp::hold(reached));
        }
        if !self.is_rising() || !self.has_straight_attack() {
            return None;
        }
        let (begins, length) = match self.stage {
            Stage::Delay => (first + self.length - self.at, self.length_of(Stage::Attack)),
            _ => (first - self.at, self.length),
        };
        // Within a frame at least, so that the slope is a number.
        let slope = (1.0 - self.from) / length.max(1.0);
        Some(Ramp { base: self.from - slope * begins, slope })
    }

    /// Lets go, `pending` frames ago, and falls in `frames` instead of its own release if there are any given.
    pub fn release(&mut self, pending: f32, frames: Option<f32>) {
        if self.stage == Stage::Over {
            return;
        }
        if self.is_rising() && self.has_straight_attack() {
            self.reached = Some(self.level()).filter(|level| *level > 0.0);
        }
        self.from = self.level_before(pending);
        self.falling = match frames {
            Some(frames) => [bounded(frames, 0.0, 1e9), 0.0],
            None => [self.times.release, self.times.shapes[2]],
        };
        self.at = pending.max(0.0);
        self.enter(if self.from > 0.0 { Stage::Release } else { Stage::Over });
    }

    /// True at the end of a release, or of a decay to nothing.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }
}

/// The level `at` frames into a fall of `length`.
fn fall(at: f32, length: f32) -> f32 {
    if length > 0.0 { libm::expf(-FALL * at / length) } else { 0.0 }
}

/// 0..=1 bent: above 0 slow at first, below 0 fast at first.
fn warped(x: f32, shape: f32) -> f32 {
    let x = bounded(x, 0.0, 1.0);
    let shape = bounded(shape, -60.0, 60.0);
    if shape.abs() < 1e-3 { x } else { libm::expm1f(shape * x) / libm::expm1f(shape) }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    const RATE: f32 = 48_000.0;

    fn times(list: [f32; 7]) -> Times {
        let [delay, start, attack, hold, decay, sustain, release] = list;
        let frames = |seconds: f32| seconds * RATE;
        Times {
            delay: frames(delay),
            start,
            attack: frames(attack),
            hold: frames(hold),
            decay: frames(decay),
            sustain,
            release: frames(release),
            shapes: [0.0; 3],
        }
    }

    /// Levels by second, as sfizz 1.2 renders them; released at a time.
    fn check(list: [f32; 7], release: f32, expected: &[(f32, f32)]) {
        let mut envelope = Envelope::new(times(list));
        let (mut frame, mut is_released) = (0.0, false);
        for &(seconds, level) in expected {
            while frame < seconds * RATE {
                let mut step = (seconds * RATE - frame).min(64.0);
                if !is_released && frame + step >= release * RATE {
                    // Steered on first, let go afterwards.
                    envelope.advance(step, 0.0);
                    frame += step;
                    envelope.release(frame - release * RATE, None);
                    (step, is_released) = (0.0, true);
                }
                envelope.advance(step, 0.0);
                frame += step;
            }
            assert!((envelope.level() - level).abs() < 1e-3, "{list:?} at {seconds}: {}", envelope.level());
        }
    }

    #[test]
    fn levels_are_those_of_sfizz() {
        let (never, plain) = (9.0, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.001]);
        check([0.0, 0.0, 0.2, 0.0, 0.0, 1.0, 0.001], never, &[(0.05, 0.25), (0.1, 0.5), (0.19, 0.95), (0.21, 1.0)]);
        check([0.0, 0.3, 0.2, 0.0, 0.0, 1.0, 0.001], never, &[(0.01, 0.35), (0.1, 0.8), (0.14, 1.0)]);
        check([0.1, 0.3, 0.1, 0.0, 0.0, 1.0, 0.001], never, &[(0.05, 0.3), (0.09, 0.3), (0.11, 0.4), (0.15, 0.8)]);
        let decay = [(0.05, 0.406_43), (0.1, 0.165_25), (0.2, 0.027_32), (0.25, 0.011_11), (0.3, 0.004_52)];
        check([0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.001], never, &decay);
        let half = [(0.001, 0.981_79), (0.02, 0.697_43), (0.03, 0.582_54), (0.05, 0.5), (0.5, 0.5)];
        check([0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.001], never, &half);
        let held = [(0.09, 0.0), (0.11, 1.0), (0.19, 1.0), (0.21, 0.835_27), (0.25, 0.406_43), (0.4, 0.027_32)];
        check([0.1, 0.0, 0.0, 0.1, 0.5, 0.0, 0.001], never, &held);
        let fallen = [(0.19, 1.0), (0.21, 0.835_27), (0.25, 0.406_57), (0.3, 0.165_3), (0.5, 0.004_52), (0.65, 0.0003)];
        check([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.5], 0.2, &fallen);
        let early = [(0.1, 0.25), (0.19, 0.475), (0.21, 0.318_55), (0.25, 0.052_66), (0.3, 0.005_55)];
        check([0.0, 0.0, 0.4, 0.0, 0.0, 1.0, 0.2], 0.2, &early);
        check(plain, 0.2, &[(0.2, 1.0), (0.202, 0.0)]);
    }

    #[test]
    fn attacks_are_lines_over_the_period() {
        let mut envelope = Envelope::new(times([0.001, 0.0, 0.001, 0.0, 0.0, 1.0, 0.001]));
        let onset = envelope.onset(16.0).unwrap();
        assert_eq!(([16, 64, 88].map(|n| onset.at(n).max(0.0)), envelope.body()), ([0.0, 0.0, 0.5], 1.0));
        envelope.advance(48.0, 0.0);
        let onset = envelope.onset(0.0).unwrap();
        assert!((onset.at(24) - 0.5).abs() < 1e-6);
        envelope.advance(64.0, 0.0);
        assert!(envelope.onset(0.0).is_none() && envelope.level() == 1.0);
        // From a level, and at once.
        let onset = Envelope::new(times([0.0, 0.5, 0.001, 0.0, 0.0, 1.0, 0.001])).onset(0.0).unwrap();
        assert_eq!([0, 12].map(|n| onset.at(n)), [0.5, 0.75]);
        assert!(Envelope::new(times([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.001])).onset(0.0).is_none());
        // Behind a delay at a level there is no line, and no jump where the attack begins.
        let mut envelope = Envelope::new(times([0.001, 0.5, 0.01, 0.0, 0.0, 1.0, 0.001]));
        for level in [0.5, 0.5 + 16.0 / 480.0, 0.5 + 80.0 / 480.0] {
            assert!(envelope.onset(0.0).is_none() && (envelope.body() - level).abs() < 1e-6);
            envelope.advance(64.0, 0.0);
        }
    }

    #[test]
    fn shapes_bend_and_end_on_time() {
        let bent = |shapes| {
            let times = Times { shapes, ..times([0.0, 0.0, 0.1, 0.0, 0.1, 0.5, 0.1]) };
            let mut envelope = Envelope::new(times);
            assert!(envelope.onset(0.0).is_none() || shapes[0] == 0.0);
            core::array::from_fn::<f32, 5, _>(|n| {
                envelope.advance(2400.0, 0.0);
                if n == 3 {
                    envelope.release(0.0, None);
                }
                envelope.level()
            })
        };
        let [attack, top, decay, end, release] = bent([4.0, -4.0, 4.0]);
        assert!(attack < 0.2 && top == 1.0 && decay < 0.6 && (end - 0.5).abs() < 1e-6 && release > 0.4);
    }

    #[test]
    fn a_damper_holds_a_release_up() {
        let mut envelope = Envelope::new(times([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.1]));
        envelope.release(0.0, None);
        envelope.advance(480.0, 0.5);
        let half = envelope.level();
        assert!((half - libm::expf(-0.45)).abs() < 1e-6);
        envelope.advance(48_000.0, 1.0);
        assert_eq!(envelope.level(), half);
        envelope.advance(9600.0, 0.0);
        assert!(envelope.is_over());
        // What is in its decay goes on to fall.
        let mut envelope = Envelope::new(times([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.1]));
        envelope.release(0.0, None);
        envelope.advance(4800.0, 1.0);
        assert!((envelope.level() - libm::expf(-0.9)).abs() < 1e-6);
    }

    #[test]
    fn other_times_count_at_once_or_from_the_next_stage() {
        let mut envelope = Envelope::new(times([0.0, 0.0, 0.1, 0.0, 0.0, 1.0, 0.1]));
        envelope.advance(2400.0, 0.0);
        let mut other = envelope;
        envelope.retime(times([0.0, 0.0, 0.2, 0.0, 0.0, 1.0, 0.1]), true);
        other.retime(times([0.0, 0.0, 0.2, 0.0, 0.0, 1.0, 0.1]), false);
        assert!((envelope.level() - 0.5).abs() < 1e-6 && (other.level() - 0.5).abs() < 1e-6);
        envelope.advance(2400.0, 0.0);
        other.advance(2400.0, 0.0);
        assert!((envelope.level() - 0.75).abs() < 1e-6 && other.level() == 1.0);
    }
}
