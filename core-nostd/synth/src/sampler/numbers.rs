//! The numbers of a part as controllers and its note have them: its own values and what its links add.

use super::kit::Kit;
use super::link::{LfoField, Link, PointField, Source, Target};
use super::loudness::controls_of_fades;
use super::parameter::{Combination, Parameter};
use super::part::Part;
use super::record::Run;
use super::senses::{Senses, bounded, shape, shape_value};
use super::smoother::Smoother;

/// Links of one part that may be smoothed; further ones follow at once.
const SMOOTHED: usize = 12;

/// Links and values of one part that count: no image may keep a voice busy for long.
const MOST: u32 = 1024;

/// No sum of links leaves this range, so that all that is made of it is finite.
const FAR: f32 = 1e9;

/// What a part's links read.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Controllers and the note.
    pub senses: Senses<'a>,
    /// Values of the part's flex LFOs.
    pub lfos: &'a [f32],
    /// Values of the part's flex envelopes.
    pub envelopes: &'a [f32],
}

impl Inputs<'_> {
    /// A source's value as a curve has it; LFOs and envelopes have none.
    fn read(&self, kit: &Kit<'_>, number: u16, curve: u16) -> f32 {
        let own = |values: &[f32], n: u8| values.get(usize::from(n)).copied().unwrap_or(0.0);
        match Source::from_number(number) {
            Some(Source::Lfo(n)) => own(self.lfos, n),
            Some(Source::Envelope(n)) => own(self.envelopes, n),
            Some(Source::Control(control)) if !self.senses.is_centred(control) => {
                shape_value(kit, curve, self.senses.channel.controller(control))
            }
            Some(source) => shape(kit, curve, self.senses.read(source)),
            None if number == Source::NONE => 1.0,
            None => 0.0,
        }
    }

    /// What a link adds, before it is smoothed.
    pub fn contribution(&self, kit: &Kit<'_>, link: &Link) -> f32 {
        let sources = self.read(kit, link.source, link.curve) * self.read(kit, link.scale, link.scale_curve);
        let free = bounded(link.depth * sources, -FAR, FAR);
        let step = bounded(link.step, 0.0, FAR);
        if step > 0.0 { libm::truncf(free / step) * step } else { free }
    }
}

/// True for an LFO or an envelope.
fn is_moving(number: u16) -> bool {
    (Source::LFOS..Source::NONE).contains(&number)
}

/// True if a link has to be looked at in every period.
pub fn moves(link: &Link) -> bool {
    is_moving(link.source) || is_moving(link.scale)
}

/// What a part's links are like, found out once a voice.
#[derive(Clone, Copy, Debug)]
pub struct Wiring {
    /// From the first to the last link that an LFO or an envelope has a part in.
    pub moving: Run,
    /// Some links move flex LFOs.
    pub has_lfo_links: bool,
    /// Some links move points of flex envelopes.
    pub has_point_links: bool,
}

impl Wiring {
    /// Looks through a part's links.
    pub fn new(kit: &Kit<'_>, part: &Part) -> Self {
        let mut wiring = Self { moving: Run::EMPTY, has_lfo_links: false, has_point_links: false };
        for (n, link) in kit.links.run(part.links.first(MOST)).enumerate() {
            let n = n as u32;
            if moves(&link) {
                if wiring.moving.count == 0 {
                    wiring.moving.start = part.links.start.saturating_add(n);
                }
                wiring.moving.count = part.links.start.saturating_add(n) - wiring.moving.start + 1;
            }
            match Target::from_number(link.target) {
                Some(Target::Lfo(..)) => wiring.has_lfo_links = true,
                Some(Target::Envelope(..)) => wiring.has_point_links = true,
                _ => {}
            }
        }
        wiring
    }
}

/// A number that is another one when a controller that the part's numbers or crossfades listen to has moved.
pub fn fingerprint(kit: &Kit<'_>, part: &Part, senses: &Senses<'_>) -> u32 {
    // Odd factor: one value that changes always shows.
    let add = |sum: u32, value: f32| (sum ^ value.to_bits()).wrapping_mul(0x0100_0193);
    let read = |number| Source::from_number(number).map_or(0.0, |source| senses.read(source));
    let links = kit.links.run(part.links.first(MOST)).filter(|link| !moves(link));
    let sum = links.fold(1, |sum, link| {
        let sum = add(sum, read(link.source));
        if link.scale == Source::NONE { sum } else { add(sum, read(link.scale)) }
    });
    controls_of_fades(kit, part).fold(sum, |sum, control| add(sum, f32::from(senses.channel.controller(control))))
}

/// What links add to a flex LFO.
pub fn lfo_sum(kit: &Kit<'_>, part: &Part, inputs: &Inputs<'_>, lfo: u8, field: LfoField) -> f32 {
    sum(kit, part, inputs, Target::Lfo(lfo, field))
}

/// What links add to a point of a flex envelope.
pub fn point_sum(kit: &Kit<'_>, part: &Part, inputs: &Inputs<'_>, envelope: u8, point: u8, field: PointField) -> f32 {
    sum(kit, part, inputs, Target::Envelope(envelope, point, field))
}

fn sum(kit: &Kit<'_>, part: &Part, inputs: &Inputs<'_>, target: Target) -> f32 {
    let meant = kit.links.run(part.links.first(MOST)).filter(|link| Target::from_number(link.target) == Some(target));
    meant.fold(0.0, |sum, link| bounded(sum + inputs.contribution(kit, &link), -FAR, FAR))
}

/// Where the smoothed links of a voice have got to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoothers([Smoother; SMOOTHED]);

impl Smoothers {
    /// True while one is on its way.
    pub fn are_moving(&self) -> bool {
        self.0.iter().any(Smoother::is_moving)
    }
}

/// How smoothed links are followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// They are there at once.
    Jump,
    /// So many frames have passed, at so many a millisecond.
    Frames(f32, f32),
}

/// Every parameter of a part.
#[derive(Clone, Copy, Debug)]
pub struct Numbers([f32; Parameter::COUNT]);

impl Numbers {
    /// A part's own values, moved by every link that is no LFO's or envelope's.
    pub fn new(kit: &Kit<'_>, part: &Part, inputs: &Inputs<'_>, smoothers: &mut Smoothers, pace: Pace) -> Self {
        let mut numbers = Self(Parameter::DEFAULTS);
        for value in kit.values.run(part.values.first(MOST)) {
            if let Some(slot) = numbers.0.get_mut(usize::from(value.parameter)) {
                *slot = bounded(value.value, -FAR, FAR);
            }
        }
        let mut places = smoothers.0.iter_mut();
        for link in kit.links.run(part.links.first(MOST)).filter(|link| !moves(link)) {
            let Some(Target::Parameter(parameter)) = Target::from_number(link.target) else { continue };
            let free = inputs.contribution(kit, &link);
            let smoother = if link.smooth > 0 { places.next() } else { None };
            let contribution = match (smoother, pace) {
                (None, _) => free,
                (Some(smoother), Pace::Jump) => {
                    smoother.jump(free);
                    free
                }
                (Some(smoother), Pace::Frames(frames, a_milli)) => {
                    smoother.follow(free, f32::from(link.smooth) * a_milli, frames)
                }
            };
            if let Some(slot) = numbers.0.get_mut(parameter as usize) {
                *slot = joined(*slot, parameter, contribution);
            }
        }
        numbers
    }

    /// A number within its range.
    pub fn at(&self, parameter: Parameter) -> f32 {
        let (low, high) = parameter.range();
        bounded(self.0.get(parameter as usize).copied().unwrap_or(0.0), low, high)
    }

    /// The numbers that envelopes and LFOs may move, within their ranges.
    pub fn live(&self) -> Live {
        let mut live = Live([0.0; Parameter::LIVE]);
        for (slot, parameter) in live.0.iter_mut().zip(Parameter::ALL) {
            *slot = self.at(*parameter);
        }
        live
    }
}

/// A number with what a link adds.
fn joined(number: f32, parameter: Parameter, contribution: f32) -> f32 {
    let sum = match parameter.combination() {
        Combination::Sum => number + contribution,
        Combination::Product => number * contribution,
    };
    bounded(sum, -FAR, FAR)
}

/// The numbers below [`Parameter::LIVE`].
#[derive(Clone, Copy, Debug)]
pub struct Live([f32; Parameter::LIVE]);

impl Live {
    /// A number; 0 for one that is not among them.
    #[inline(always)]
    pub fn at(&self, parameter: Parameter) -> f32 {
        self.0.get(parameter as usize).copied().unwrap_or(0.0)
    }

    /// Changes a number.
    pub fn set(&mut self, parameter: Parameter, value: f32) {
        if let Some(slot) = self.0.get_mut(parameter as usize) {
            *slot = bounded(value, -FAR, FAR);
        }
    }

    /// The same, moved by LFOs and envelopes.
    pub fn moved(mut self, kit: &Kit<'_>, wiring: &Wiring, inputs: &Inputs<'_>) -> Self {
        for link in kit.links.run(wiring.moving).filter(moves) {
            if let Some(Target::Parameter(parameter)) = Target::from_number(link.target)
                && let Some(slot) = self.0.get_mut(parameter as usize)
            {
                *slot = joined(*slot, parameter, inputs.contribution(kit, &link));
            }
        }
        self
    }
}
