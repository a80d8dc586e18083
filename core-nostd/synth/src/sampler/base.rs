//! What a voice is made of between two moves of a controller, and the aim that comes of it once envelopes and LFOs are
//! where they are.

use super::aim::{Aim, EqAim, FilterAim};
use super::kit::Kit;
use super::loudness::{crossfades, matrix, velocity_gain};
use super::luck::chance;
use super::numbers::{Live, Numbers};
use super::parameter::Parameter;
use super::part::{Part, Trigger};
use super::senses::{Senses, bounded, part as part_of};
use super::shapes::WaveKind;
use crate::units::{KEY_0_HZ, ratio};
use ripieno_dsp::maths::gain_from_db;

/// What numbers drawn by chance are for.
mod draw {
    pub const AMP: u32 = 0;
    pub const PITCH: u32 = 1;
    pub const CUTOFF: u32 = 2;
    pub const DELAY: u32 = 4;
    pub const OFFSET: u32 = 5;
}

/// Delay and fade of one of the three LFOs of SFZ v1, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct LfoTimes {
    pub delay: f32,
    pub fade: f32,
}

/// How the pitch wheel acts.
#[derive(Clone, Copy, Debug)]
struct Wheel {
    up: f32,
    down: f32,
    step: f32,
    milliseconds: f32,
}

/// Numbers of a voice that only controllers change.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    /// What envelopes and LFOs may move, with everything that the note itself adds.
    pub live: Live,
    cutoffs_hz: [f32; 2],
    /// Of amplitude, filter and pitch.
    pub lfos: [LfoTimes; 3],
    wheel: Wheel,
    /// What of the aim stays unless flex envelopes and LFOs move it; the gains are those of level 1.
    rest: Aim,
    is_stereo: bool,
    /// What a pitch of key 0 is in the aim's unit; 1 for a recording, whose pitch is measured from its own.
    unit: f32,
}

/// The state of all that moves by itself.
#[derive(Clone, Copy, Debug)]
pub struct Motion {
    /// Linear gain of the amplitude envelope.
    pub amplitude: f32,
    /// Levels of the filter's and the pitch's envelope.
    pub envelopes: [f32; 2],
    /// Values of the LFOs of amplitude, filter and pitch.
    pub lfos: [f32; 3],
    /// Wheel and tuning.
    pub cents: f32,
}

impl Base {
    /// From all numbers of a part.
    pub fn new(numbers: &Numbers, kit: &Kit<'_>, part: &Part, senses: &Senses<'_>, seed: u32) -> Self {
        use Parameter as P;
        let cue = senses.cue;
        let (key, velocity) = (f32::from(cue.key & 0x7F), part_of(cue.velocity));
        let at = |parameter| numbers.at(parameter);
        let by_chance = |parameter, purpose| at(parameter) * chance(seed, purpose);
        let wave = kit.waves.at(part.wave);
        let kind = wave.map_or(WaveKind::Silence, |wave| WaveKind::from_number(wave.kind));
        let unit = match wave {
            Some(wave) if kind == WaveKind::Recording && part.has(Part::OSCILLATOR) => {
                // All of the recording is one period.
                KEY_0_HZ * wave.frames as f32 / wave.rate_hz.max(1) as f32
            }
            _ if kind == WaveKind::Recording => 1.0,
            _ => KEY_0_HZ,
        };
        // Those know keys only; they sound as recorded, so to speak, at their key centre's own pitch.
        let is_absolute = kind != WaveKind::Recording || part.has(Part::OSCILLATOR);
        let mut live = numbers.live();

        let age = if matches!(Trigger::from_number(part.trigger), Trigger::Release | Trigger::ReleaseKey) {
            bounded(cue.age_secs, 0.0, 1e6)
        } else {
            0.0
        };
        let decibels = at(P::AmpKeytrack) * (key - at(P::AmpKeycenter)) + by_chance(P::AmpRandom, draw::AMP)
            - at(P::RtDecay) * age;
        live.set(P::Volume, live.at(P::Volume) + decibels);
        let gain = velocity_gain(kit, part, cue.velocity, at(P::AmpVeltrack) * 0.01) * crossfades(kit, part, senses);
        live.set(P::Amplitude, live.at(P::Amplitude) * gain);

        let centre = at(P::PitchKeycenter);
        let absolute = if is_absolute { 100.0 * centre } else { 0.0 };
        let cents = absolute
            + at(P::PitchKeytrack) * (key - centre)
            + at(P::PitchVeltrack) * velocity
            + by_chance(P::PitchRandom, draw::PITCH);
        live.set(P::Tune, live.at(P::Tune) + cents);

        for (n, [cents, track, centre, by_velocity, random]) in [
            [P::CutoffCents1, P::CutoffKeytrack1, P::CutoffKeycenter1, P::CutoffVeltrack1, P::CutoffRandom1],
            [P::CutoffCents2, P::CutoffKeytrack2, P::CutoffKeycenter2, P::CutoffVeltrack2, P::CutoffRandom2],
        ]
        .into_iter()
        .enumerate()
        {
            let note = at(track) * (key - at(centre)) + at(by_velocity) * velocity;
            live.set(cents, live.at(cents) + note + by_chance(random, draw::CUTOFF + n as u32));
        }
        for (parameter, by_velocity) in [
            (P::EqFrequency1, P::EqVelocityFrequency1),
            (P::EqGain1, P::EqVelocityGain1),
            (P::EqFrequency2, P::EqVelocityFrequency2),
            (P::EqGain2, P::EqVelocityGain2),
            (P::EqFrequency3, P::EqVelocityFrequency3),
            (P::EqGain3, P::EqVelocityGain3),
            (P::FilterDepth, P::FilterVelocityDepth),
            (P::PitchDepth, P::PitchVelocityDepth),
        ] {
            live.set(parameter, live.at(parameter) + at(by_velocity) * velocity);
        }
        let is_stereo = wave.is_some_and(|wave| wave.channels >= 2);
        Self {
            rest: rest(&live, is_stereo),
            live,
            cutoffs_hz: [at(P::Cutoff1), at(P::Cutoff2)],
            lfos: [
                LfoTimes { delay: at(P::AmpLfoDelay), fade: at(P::AmpLfoFade) },
                LfoTimes { delay: at(P::FilterLfoDelay), fade: at(P::FilterLfoFade) },
                LfoTimes { delay: at(P::PitchLfoDelay), fade: at(P::PitchLfoFade) },
            ],
            wheel: Wheel {
                up: at(P::BendUp),
                down: at(P::BendDown),
                step: at(P::BendStep),
                milliseconds: at(P::BendSmooth),
            },
            is_stereo,
            unit,
        }
    }

    /// The first frame of the wave, and seconds before the voice begins.
    pub fn start(numbers: &Numbers, part: &Part, seed: u32) -> (u32, f32) {
        let random = f64::from(part.offset_random) * f64::from(chance(seed, draw::OFFSET));
        let offset = f64::from(part.offset) + f64::from(numbers.at(Parameter::Offset)) + random;
        let later = numbers.at(Parameter::DelayRandom) * chance(seed, draw::DELAY);
        (offset as u32, numbers.at(Parameter::Delay) + later)
    }

    /// Cents that the wheel at −1..=1 bends by. A range that the channel was given (RPN 0) stands above the part's own.
    pub fn bend_cents(&self, wheel: f32, channel_semitones: f32) -> f32 {
        if channel_semitones != DEFAULT_BEND_SEMITONES {
            return wheel * channel_semitones * 100.0;
        }
        let free = if wheel > 0.0 { wheel * self.wheel.up } else { -wheel * self.wheel.down };
        // One cent is no step at all; a whole wheel of 8191 counts as one of 8192.
        if self.wheel.step > 1.0 { libm::truncf(free * WHOLE / self.wheel.step) * self.wheel.step } else { free }
    }

    /// Milliseconds in which the wheel is followed.
    pub fn bend_milliseconds(&self) -> f32 {
        self.wheel.milliseconds
    }

    /// The aim, and the linear level that it means. `moved`: the numbers with what flex envelopes and LFOs add, if they do.
    pub fn aim(&self, motion: &Motion, moved: Option<&Live>) -> (Aim, f32) {
        use Parameter as P;
        let live = moved.unwrap_or(&self.live);
        let mut aim = moved.map_or(self.rest, |live| rest(live, self.is_stereo));
        let [amp_lfo, filter_lfo, pitch_lfo] = motion.lfos;
        let [filter_envelope, pitch_envelope] = motion.envelopes;

        let cents = live.at(P::Tune)
            + motion.cents
            + pitch_envelope * live.at(P::PitchDepth)
            + pitch_lfo * live.at(P::PitchLfoDepth);
        aim.ratio = self.unit * ratio(bounded(cents, -MAX_CENTS, MAX_CENTS));

        let decibels = bounded(live.at(P::Volume) + amp_lfo * live.at(P::AmpLfoDepth), -240.0, MAX_DECIBELS);
        let (_, most) = P::Amplitude.range();
        let level = gain_from_db(decibels) * bounded(live.at(P::Amplitude), -most, most) * motion.amplitude;
        aim.gains = aim.gains.map(|row| row.map(|gain| gain * level));

        let by_motion = filter_envelope * live.at(P::FilterDepth) + filter_lfo * live.at(P::FilterLfoDepth);
        let cents = [live.at(P::CutoffCents1) + by_motion, live.at(P::CutoffCents2)];
        for ((filter, hertz), cents) in aim.filters.iter_mut().zip(self.cutoffs_hz).zip(cents) {
            if hertz > 0.0 {
                filter.cutoff_hz = bounded(hertz * ratio(bounded(cents, -MAX_CENTS, MAX_CENTS)), 0.0, MAX_CUTOFF_HZ);
            }
        }
        (aim, level.abs())
    }
}

/// The part of an aim that neither pitch, level nor cutoff has to do with.
fn rest(live: &Live, is_stereo: bool) -> Aim {
    use Parameter as P;
    let within = |parameter: Parameter| {
        let (low, high) = parameter.range();
        bounded(live.at(parameter), low, high)
    };
    let share = |parameter| 0.01 * within(parameter);
    let filter = |resonance, gain| FilterAim { cutoff_hz: 0.0, resonance_db: within(resonance), gain_db: within(gain) };
    let equaliser = |frequency, bandwidth, gain| EqAim {
        frequency_hz: within(frequency),
        bandwidth: within(bandwidth),
        gain_db: within(gain),
    };
    Aim {
        ratio: 0.0,
        gains: matrix(is_stereo, share(P::Pan), share(P::Width), share(P::Position)),
        sends: [share(P::Effect2), share(P::Effect1)],
        filters: [filter(P::Resonance1, P::FilterGain1), filter(P::Resonance2, P::FilterGain2)],
        equalisers: [
            equaliser(P::EqFrequency1, P::EqBandwidth1, P::EqGain1),
            equaliser(P::EqFrequency2, P::EqBandwidth2, P::EqGain2),
            equaliser(P::EqFrequency3, P::EqBandwidth3, P::EqGain3),
        ],
        detune_cents: within(P::OscillatorDetune),
        modulation: share(P::OscillatorDepth),
        onset: None,
    }
}

/// The wheel's range unless a channel is given another one.
const DEFAULT_BEND_SEMITONES: f32 = 2.0;

/// The wheel's upper end is 8191 of 8192.
const WHOLE: f32 = 8192.0 / 8191.0;

/// Sixteen octaves either way, and as many as a generator's key is above key 0.
const MAX_CENTS: f32 = 32_000.0;

/// What sums of volumes end at.
const MAX_DECIBELS: f32 = 60.0;

/// No filter goes further up.
const MAX_CUTOFF_HZ: f32 = 30_000.0;
