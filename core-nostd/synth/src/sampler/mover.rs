//! How one voice of a part moves: from what its part sets, its links, envelopes and LFOs to the [`Aim`] of each control
//! period.

use super::aim::{Aim, Cue};
use super::base::{Base, Motion};
use super::cycles::Cycle;
use super::flex::{Flex, Surroundings};
use super::kit::Kit;
use super::luck::mix;
use super::numbers::{Inputs, Numbers, Pace, Smoothers, Wiring, fingerprint};
use super::parameter::Parameter;
use super::part::Part;
use super::senses::{Senses, bounded, part as part_of};
use super::smoother::Smoother;
use super::stages::{AMP, Envelope, FILTER, PITCH, Times};
use crate::channel::Channel;
use crate::lanes::CONTROL_FRAMES;

/// The three LFOs of SFZ v1: their frequencies, in the order of [`Base::lfos`].
const FREQUENCIES: [Parameter; 3] =
    [Parameter::AmpLfoFrequency, Parameter::FilterLfoFrequency, Parameter::PitchLfoFrequency];

/// All that moves one voice.
#[derive(Clone, Copy, Debug)]
pub struct Mover {
    rate: f32,
    cue: Cue,
    /// Of the voice's chances.
    seed: u32,
    /// Key pressure.
    pressure: u8,
    /// The channel's count of moves when the voice last looked; none when it must look again.
    heard: Option<u32>,
    /// What the numbers were made from.
    fingerprint: u32,
    wiring: Wiring,
    base: Base,
    smoothers: Smoothers,
    wheel: Smoother,
    amp: Envelope,
    filter: Envelope,
    pitch: Envelope,
    cycles: [Cycle; 3],
    flex: Flex,
    offset: u32,
    /// Frames until the voice begins, and in all.
    waiting: f32,
    delay: f32,
    /// Seconds since the release that the flex envelopes have not been told of yet.
    news: Option<f32>,
    /// How far a pedal holds a release up.
    damper: f32,
    is_released: bool,
    /// Linear level at the period's end.
    level: f32,
}

/// The times of all three envelopes.
fn times(numbers: &Numbers, flex: &Flex, cue: &Cue, rate: f32) -> [Times; 3] {
    let velocity = part_of(cue.velocity);
    let amp = match flex.amplitude() {
        // A flex envelope has the amplitude to itself.
        Some(_) => Times { sustain: 1.0, ..Times::default() },
        None => Times::new(numbers, &AMP, velocity, rate),
    };
    [amp, Times::new(numbers, &FILTER, velocity, rate), Times::new(numbers, &PITCH, velocity, rate)]
}

impl Mover {
    /// A voice of `part`, not steered yet. `rate` is frames a second.
    pub fn new(kit: &Kit<'_>, part: &Part, cue: &Cue, channel: &Channel, rate: f32) -> Self {
        let seed = mix(mix(cue.serial, part.wave), mix(part.values.start, part.links.start));
        let wiring = Wiring::new(kit, part);
        let senses = Senses { channel, cue, pressure: 0 };
        let around = Surroundings { kit, part, wiring: &wiring, senses, seed };
        let flex = Flex::new(&around);
        let mut smoothers = Smoothers::default();
        let numbers = Numbers::new(kit, part, &flex.inputs(senses), &mut smoothers, Pace::Jump);
        let base = Base::new(&numbers, kit, part, &senses, seed);
        let (offset, delay_secs) = Base::start(&numbers, part, seed);
        let delay = bounded(libm::floorf(delay_secs * rate), 0.0, 1e9);
        let mut wheel = Smoother::default();
        wheel.jump(base.bend_cents(channel.wheel(), channel.wheel_range_semitones()));
        let [amp, filter, pitch] = times(&numbers, &flex, cue, rate).map(Envelope::new);
        Self {
            rate,
            cue: *cue,
            seed,
            pressure: 0,
            heard: Some(channel.moves()),
            fingerprint: fingerprint(kit, part, &senses),
            wiring,
            base,
            smoothers,
            wheel,
            amp,
            filter,
            pitch,
            cycles: [Cycle::default(); 3],
            flex,
            offset,
            waiting: delay,
            delay,
            news: None,
            damper: 0.0,
            is_released: false,
            level: 0.0,
        }
    }

    /// The first frame of the wave to play.
    pub fn offset_frames(&self) -> u32 {
        self.offset
    }

    /// Frames to wait before the voice sounds.
    pub fn delay_frames(&self) -> u32 {
        self.delay as u32
    }

    /// The aim at the very start, to be reached at once.
    pub fn begin(&mut self, kit: &Kit<'_>, part: &Part, channel: &Channel) -> Aim {
        self.aim(kit, part, channel)
    }

    /// Moves on through frames `from..` of a control period: the aim for the period's end. `None`: the voice has ended.
    pub fn steer(&mut self, kit: &Kit<'_>, part: &Part, channel: &Channel, from: usize) -> Option<Aim> {
        if self.has_ended() {
            return None;
        }
        let passed = CONTROL_FRAMES.saturating_sub(from) as f32;
        if self.has_news(kit, part, channel) || self.smoothers.are_moving() {
            self.renew(kit, part, channel, passed);
        }
        let target = self.base.bend_cents(channel.wheel(), channel.wheel_range_semitones());
        self.wheel.follow(target, self.base.bend_milliseconds() * self.rate * 1e-3, passed);

        // Nothing goes on before the voice begins.
        let waited = self.waiting.min(passed);
        let onset = self.amp.onset(from as f32 + self.waiting);
        self.waiting -= waited;
        let frames = passed - waited;
        let seconds = frames / self.rate;
        for envelope in [&mut self.amp, &mut self.filter, &mut self.pitch] {
            envelope.advance(frames, self.damper);
        }
        for ((cycle, parameter), times) in self.cycles.iter_mut().zip(FREQUENCIES).zip(&self.base.lfos) {
            let hertz = self.base.live.at(parameter);
            if hertz > 0.0 {
                cycle.advance(seconds, hertz, times.delay);
            }
        }
        let around = surroundings(kit, part, channel, &self.wiring, &self.cue, self.pressure, self.seed);
        if let Some(pending) = self.news.take() {
            self.flex.release(&around, pending / self.rate);
        }
        if part.envelopes.count > 0 || part.lfos.count > 0 {
            self.flex.advance(&around, seconds, self.damper);
        }
        let aim = self.aim(kit, part, channel);
        Some(Aim { onset, ..aim })
    }

    /// True if a controller has moved that the numbers listen to.
    fn has_news(&mut self, kit: &Kit<'_>, part: &Part, channel: &Channel) -> bool {
        if self.heard == Some(channel.moves()) {
            return false;
        }
        self.heard = Some(channel.moves());
        let senses = Senses { channel, cue: &self.cue, pressure: self.pressure };
        let before = self.fingerprint;
        self.fingerprint = fingerprint(kit, part, &senses);
        before != self.fingerprint
    }

    /// Makes the numbers anew after controllers have moved.
    fn renew(&mut self, kit: &Kit<'_>, part: &Part, channel: &Channel, passed: f32) {
        let senses = Senses { channel, cue: &self.cue, pressure: self.pressure };
        let inputs: Inputs<'_> = self.flex.inputs(senses);
        let pace = Pace::Frames(passed, self.rate * 1e-3);
        let numbers = Numbers::new(kit, part, &inputs, &mut self.smoothers, pace);
        self.base = Base::new(&numbers, kit, part, &senses, self.seed);
        let [amp, filter, pitch] = times(&numbers, &self.flex, &self.cue, self.rate);
        self.amp.retime(amp, part.has(Part::DYNAMIC_AMP));
        self.filter.retime(filter, part.has(Part::DYNAMIC_FILTER));
        self.pitch.retime(pitch, part.has(Part::DYNAMIC_PITCH));
    }

    /// What everything that moves makes of the voice, where it is.
    fn aim(&mut self, kit: &Kit<'_>, part: &Part, channel: &Channel) -> Aim {
        let around = surroundings(kit, part, channel, &self.wiring, &self.cue, self.pressure, self.seed);
        let moved = self.flex.moved(&around, &self.base.live);
        let [amp, filter, pitch] = self.cycles;
        let [amp_times, filter_times, pitch_times] = self.base.lfos;
        let motion = Motion {
            amplitude: self.amp.body() * self.flex.amplitude().unwrap_or(1.0),
            envelopes: [self.filter.level(), self.pitch.level()],
            lfos: [
                amp.sine(amp_times.delay, amp_times.fade),
                filter.sine(filter_times.delay, filter_times.fade),
                pitch.sine(pitch_times.delay, pitch_times.fade),
            ],
            cents: self.wheel.value() + channel.tuning_cents(),
        };
        let (aim, level) = self.base.aim(&motion, moved.as_ref());
        self.level = level;
        aim
    }

    fn has_ended(&self) -> bool {
        self.amp.is_over() || self.flex.has_ended()
    }

    /// The key went up at frame `from` of a period, `pending` frames before the age that the voice is steered to; or its
    /// pedal moved afterwards. `damper` 0..=1: how much pedals still hold, 1 in full: a release stops where it is.
    pub fn release(&mut self, _from: usize, pending: f32, damper: f32) {
        self.damper = bounded(damper, 0.0, 1.0);
        if self.is_released {
            return;
        }
        self.is_released = true;
        self.news = Some(pending);
        for envelope in [&mut self.filter, &mut self.pitch] {
            envelope.release(pending, None);
        }
        if self.flex.amplitude().is_none() {
            self.amp.release(pending, None);
        }
    }

    /// Ends the voice as `off_mode=normal` (by its release) or `time` (within so many seconds) has it.
    pub fn choke(&mut self, from: usize, pending: f32, seconds: Option<f32>) {
        self.release(from, pending, 0.0);
        if let Some(seconds) = seconds {
            self.amp.release(pending, Some(bounded(seconds, 0.0, 100.0) * self.rate));
        }
    }

    /// Key pressure, 0..=127.
    pub fn press(&mut self, value: u8) {
        if value != self.pressure {
            (self.pressure, self.heard) = (value, None);
        }
    }

    /// Linear level at the end of the period, for the choice of a victim.
    pub fn level(&self) -> f32 {
        self.level
    }
}

fn surroundings<'a>(
    kit: &'a Kit<'a>,
    part: &'a Part,
    channel: &'a Channel,
    wiring: &'a Wiring,
    cue: &'a Cue,
    pressure: u8,
    seed: u32,
) -> Surroundings<'a> {
    Surroundings { kit, part, wiring, senses: Senses { channel, cue, pressure }, seed }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
