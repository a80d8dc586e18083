//! How one voice of a part sounds: it reads its wave, filters it and knows its gains. What moves it are [`Aim`]s; it goes
//! on without them, so that a stolen voice can fade as a ghost.

use super::aim::{Aim, Cue, EqAim, FilterAim};
use super::equaliser;
use super::filters::{self, MOST_SECTIONS};
use super::frames::Playhead;
use super::gap::Gap;
use super::generator::Generator;
use super::kit::Kit;
use super::parameter::Parameter;
use super::part::{EqKind, FilterKind, Part};
use super::section::{OPEN, Section};
use super::shapes::WaveKind;
use super::waves::Waves;
use crate::Interpolation;
use crate::lanes::{CONTROL_FRAMES, Ramp};

/// Filters, equaliser bands, and the most sections that they are made of.
const FILTERS: usize = 2;
const BANDS: usize = 3;
pub const SECTIONS: usize = FILTERS * MOST_SECTIONS + BANDS;

/// Periods that a voice may still ring once its recording has ended.
const LONGEST_TAIL: u16 = 1500;

/// What makes a voice's frames.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    Silence,
    Recording(Playhead),
    Generator(Generator),
}

/// All that sounds of one voice; Copy, no references.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    /// The wave lies in the bank before the present one.
    pub is_of_old_bank: bool,
    pub(super) source: Source,
    /// Frames of output before the first one.
    pub(super) delay: u32,
    /// From the source's left and right to left, right, chorus and reverb.
    pub(super) gains: [[Ramp; 4]; 2],
    /// The attack, frame by frame; clamped to 0..=1.
    pub(super) onset: Option<Ramp>,
    /// Frames from the period's start to silence, once told to fade.
    pub(super) fade: Option<f32>,
    /// What bridges frames that have not arrived.
    pub(super) gap: Gap,
    /// Filters and equalisers, in the order in which they came into use.
    pub(super) sections: [Section; SECTIONS],
    pub(super) active: usize,
    pub(super) wave: u32,
    reader: u16,
    /// Periods since the recording ended.
    tail: u16,
    filter_kinds: [FilterKind; FILTERS],
    band_kinds: [EqKind; BANDS],
    /// What the sections were last aimed at.
    filters: [FilterAim; FILTERS],
    bands: [EqAim; BANDS],
    /// What a ratio of 1 is in steps, 32.32; a generator's hertz likewise.
    unit: f32,
    sign: f32,
    rate: f32,
    /// How the recording is read, if not as all are.
    pub(super) quality: Option<Interpolation>,
}

impl Tone {
    /// A voice of `part`, silent until aimed. `reader` is its place in the store of waves for as long as it sounds, also as
    /// a ghost; `offset` the first frame of the wave, `delay_frames` those of output before it; `rate` frames a second.
    /// Call [`Tone::start`] next.
    pub fn new(kit: &Kit<'_>, part: &Part, reader: u16, offset: u32, delay_frames: u32, cue: &Cue, rate: f32) -> Self {
        const FRAME: f32 = 4_294_967_296.0;
        let (mut source, mut unit) = (Source::Silence, 1.0 / rate);
        if let Some(wave) = kit.waves.at(part.wave) {
            let is_recording = WaveKind::from_number(wave.kind) == WaveKind::Recording;
            if is_recording && !part.has(Part::OSCILLATOR) {
                unit = wave.rate_hz as f32 / rate * FRAME;
                source = Source::Recording(Playhead::new(part, &wave, reader, offset));
            } else if let Some(generator) = Generator::new(&wave, part, phase(kit, part), cue) {
                source = Source::Generator(generator);
            }
        }
        Self {
            is_of_old_bank: false,
            source,
            delay: delay_frames,
            gains: [[Ramp::default(); 4]; 2],
            onset: None,
            fade: None,
            gap: Gap::NONE,
            sections: [Section::OPEN; SECTIONS],
            active: 0,
            wave: part.wave,
            reader,
            tail: 0,
            filter_kinds: part.filters.map(FilterKind::from_number),
            band_kinds: part.equalisers.map(EqKind::from_number),
            filters: [FilterAim::default(); FILTERS],
            bands: [EqAim::default(); BANDS],
            unit,
            sign: if part.has(Part::INVERTED) { -1.0 } else { 1.0 },
            rate,
            quality: Interpolation::of_quality(part.quality),
        }
    }

    /// Has frames beyond the head of its wave read ahead, if it will need any.
    pub fn start<W: Waves>(&mut self, waves: &W) {
        match &mut self.source {
            Source::Silence => {}
            Source::Recording(playhead) => playhead.start(waves),
            Source::Generator(generator) => generator.start(waves.head(self.wave)),
        }
    }

    /// The voice is gone: lets its reader go.
    pub fn stop<W: Waves>(&self, waves: &W) {
        if let Source::Recording(playhead) = &self.source {
            playhead.stop(waves);
        }
    }

    /// Begins a period, or what is left of it from frame `from` on: ramps to what it is to be at its end. `jump`: is there
    /// at once (before the first frame).
    pub fn aim(&mut self, aim: &Aim, from: usize, jump: bool) {
        if from == 0 && !jump {
            self.pass_period();
        }
        self.onset = aim.onset;
        self.aim_gains(aim, from, jump);
        // A ratio that is no number stands still.
        let speed = aim.ratio.max(0.0) * self.unit;
        match &mut self.source {
            Source::Silence => {}
            Source::Recording(playhead) => playhead.aim(speed as u64, CONTROL_FRAMES.saturating_sub(from), jump),
            Source::Generator(generator) => generator.aim(speed, aim.detune_cents, aim.modulation, from, jump),
        }
        for (n, filter) in aim.filters.iter().enumerate() {
            self.aim_filter(n, filter, from, jump);
        }
        for (n, band) in aim.equalisers.iter().enumerate() {
            self.aim_band(n, band, from, jump);
        }
    }

    /// A period has passed.
    fn pass_period(&mut self) {
        self.fade = self.fade.map(|left| left - CONTROL_FRAMES as f32);
        self.gap.is_counted = false;
        if self.has_ended() {
            self.tail = self.tail.saturating_add(1);
        }
    }

    fn aim_gains(&mut self, aim: &Aim, from: usize, jump: bool) {
        let mut rows = aim.gains;
        if let (Source::Generator(_), true, [[left, right], _]) = (&self.source, self.is_stereo(), rows) {
            // Voices side by side are spread already.
            rows = [[left, 0.0], [0.0, right]];
        }
        for (ramps, gains) in self.gains.iter_mut().zip(rows) {
            let [left, right] = gains.map(|gain| tame(gain) * self.sign);
            let sends = aim.sends.map(|send| tame(send) * core::f32::consts::FRAC_1_SQRT_2 * (left + right));
            for (ramp, target) in ramps.iter_mut().zip([left, right, sends[0], sends[1]]) {
                *ramp = if jump { Ramp::hold(target) } else { ramp.towards(target, from) };
            }
        }
    }

    fn aim_filter(&mut self, n: usize, aim: &FilterAim, from: usize, jump: bool) {
        let (Some(kind), Some(last)) = (self.filter_kinds.get(n), self.filters.get_mut(n)) else { return };
        // Without a cutoff there is no filter; one that is there stays where it is.
        if aim.cutoff_hz.max(0.0) == 0.0 || (*last == *aim && !jump) {
            return self.settle(n as u8);
        }
        *last = *aim;
        let mut terms = [OPEN; MOST_SECTIONS];
        let count = filters::sections(*kind, aim, self.rate, &mut terms);
        let owner = n as u8;
        if self.owned(owner).is_none() {
            terms.iter().take(count).for_each(|terms| self.enter(Section::entering(owner, *terms)));
        }
        let own = self.sections.iter_mut().filter(|section| section.owner == owner);
        own.zip(&terms).for_each(|(section, terms)| section.aim(*terms, from, jump));
    }

    fn aim_band(&mut self, n: usize, aim: &EqAim, from: usize, jump: bool) {
        let (Some(kind), Some(last)) = (self.band_kinds.get(n), self.bands.get_mut(n)) else { return };
        let owner = (FILTERS + n) as u8;
        if (*last == *aim && !jump) || (aim.gain_db == 0.0 && last.gain_db == 0.0) {
            return self.settle(owner);
        }
        *last = *aim;
        let terms = equaliser::section(*kind, aim, self.rate);
        if self.owned(owner).is_none() {
            self.enter(Section::entering(owner, terms));
        }
        if let Some(section) = self.owned(owner) {
            section.aim(terms, from, jump);
        }
    }

    fn owned(&mut self, owner: u8) -> Option<&mut Section> {
        self.sections.iter_mut().find(|section| section.owner == owner)
    }

    fn enter(&mut self, section: Section) {
        if let Some(place) = self.sections.get_mut(self.active) {
            *place = section;
            self.active += 1;
        }
    }

    /// What an aim left where it was stays where it got to.
    fn settle(&mut self, owner: u8) {
        let own = self.sections.iter_mut().filter(|section| section.owner == owner);
        own.for_each(Section::freeze);
    }

    /// Begins a period in which nothing but the fade moves.
    pub fn drift(&mut self) {
        self.pass_period();
        self.onset = self.onset.map(|onset| Ramp { base: onset.at(CONTROL_FRAMES), slope: onset.slope });
        for ramp in self.gains.as_flattened_mut() {
            *ramp = Ramp::hold(ramp.at(CONTROL_FRAMES));
        }
        self.sections.iter_mut().take(self.active).for_each(Section::freeze);
        match &mut self.source {
            Source::Silence => {}
            Source::Recording(playhead) => playhead.slope = 0,
            Source::Generator(generator) => generator.freeze(),
        }
    }

    /// Begins to fade at a frame of this period, over `length` frames; an earlier fade stays. Frame 0 lies behind the last
    /// of the period before: the next one has not begun.
    pub fn fade(&mut self, from: usize, length: f32) {
        let from = if from == 0 { CONTROL_FRAMES } else { from };
        self.fade = Some(self.fade.unwrap_or(f32::MAX).min(from as f32 + length));
    }

    /// The fade is over.
    pub fn has_faded(&self) -> bool {
        self.fade.is_some_and(|left| left <= 0.0)
    }

    /// The key and its pedals let go: leaves a loop that lasts until then.
    pub fn release(&mut self) {
        if let Source::Recording(playhead) = &mut self.source {
            playhead.release();
        }
    }

    /// Nothing but silence follows: the recording has ended, and no filter rings any more.
    pub fn is_over(&self) -> bool {
        let rings = || self.sections.iter().take(self.active).any(Section::rings);
        self.has_ended() && (self.tail >= LONGEST_TAIL || !rings())
    }

    fn has_ended(&self) -> bool {
        match &self.source {
            Source::Silence | Source::Generator(_) => false,
            Source::Recording(playhead) => playhead.is_over(),
        }
    }

    /// The place in the store of waves.
    pub fn reader(&self) -> u16 {
        self.reader
    }

    /// Left and right are two channels; else there is one, which both hear.
    pub(super) fn is_stereo(&self) -> bool {
        match &self.source {
            Source::Silence => false,
            Source::Recording(playhead) => playhead.is_stereo(),
            Source::Generator(generator) => generator.is_stereo(),
        }
    }

    /// True when it has nothing to say, now and for as long as it is there.
    pub(super) fn is_mute(&self) -> bool {
        matches!(self.source, Source::Silence)
    }
}

/// Where a generator begins, in turns.
fn phase(kit: &Kit<'_>, part: &Part) -> f32 {
    let parameter = Parameter::OscillatorPhase;
    let set = kit.values.run(part.values).filter(|value| value.parameter == parameter as u16).last();
    set.map_or(parameter.default(), |value| value.value)
}

/// A gain that filters and sums can bear; one that is no number is silence.
fn tame(gain: f32) -> f32 {
    const MOST: f32 = 1e6;
    if gain.is_nan() { 0.0 } else { gain.clamp(-MOST, MOST) }
}
