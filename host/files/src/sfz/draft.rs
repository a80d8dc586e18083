//! A region while it is read: what its headers have set so far. A header begins with a copy of the one above it.

use super::opcode::{Envelope, Given, Lfo};
use super::report::Place;
use ripieno_synth::sampler::{FadeBy, LfoField, LfoWave, Parameter, Part, Point, Repeat};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most links, envelopes and LFOs that a region may have.
pub const LINKS: usize = 1024;
/// Most flex envelopes, most points of one, most flex LFOs: their numbers are below.
pub const ENVELOPES: u16 = 64;
/// As above.
pub const POINTS: u16 = 64;
/// As above.
pub const LFOS: u16 = 256;
/// Waves of an LFO.
pub const WAVES: u16 = 8;
/// Steps of an LFO.
pub const STEPS: u16 = 128;

/// Names a link: target, source and what scales it, by the numbers of the synth; LFOs and envelopes by the text's.
pub type LinkKey = (u16, u16, u16);

/// A link so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkDraft {
    pub depth: f32,
    /// A curve by the text's number.
    pub curve: u16,
    /// Milliseconds.
    pub smooth: f32,
    pub step: f32,
}

/// Names a crossfade: by what, out or in, and the controller.
pub type FadeKey = (u8, bool, u16);

/// Conditions (false) and starters (true), by source: least and greatest value.
pub type Ranges = BTreeMap<(bool, u16), [f32; 2]>;

/// Crossfades: from where to where, as far as that is said.
pub type Fades = BTreeMap<FadeKey, [Option<f32>; 2]>;

/// A flex envelope so far.
#[derive(Clone, Debug, Default)]
pub struct EnvelopeDraft {
    pub points: BTreeMap<u16, Point>,
    pub sustain: u8,
    pub is_amplitude: bool,
    pub is_dynamic: bool,
}

/// A flex LFO so far.
#[derive(Clone, Debug, Default)]
pub struct LfoDraft {
    /// By [`LfoField`].
    pub fields: [f32; 4],
    pub count: u32,
    pub waves: BTreeMap<u16, WaveDraft>,
    pub step_count: Option<u16>,
    pub steps: BTreeMap<u16, f32>,
}

/// One wave of a flex LFO.
#[derive(Clone, Copy, Debug)]
pub struct WaveDraft {
    pub wave: LfoWave,
    pub offset: f32,
    pub ratio: f32,
    pub scale: f32,
}

impl Default for WaveDraft {
    fn default() -> Self {
        Self { wave: LfoWave::Triangle, offset: 0.0, ratio: 1.0, scale: 1.0 }
    }
}

/// Where the key comes from at which the wave sounds as recorded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Root {
    Key(f32),
    /// From the recording.
    Sample,
}

/// A region while it is read.
#[derive(Clone, Debug)]
pub struct Draft {
    pub part: Part,
    pub values: [Option<f32>; Parameter::COUNT],
    /// Own, group's, master's, global: added.
    pub volumes: [f32; 4],
    /// The same: multiplied.
    pub amplitudes: [f32; 4],
    /// Own, group's, master's, global and transposition, in cents: added.
    pub tunes: [f32; 5],
    /// Pan and position: centre key, and per cent a key.
    pub tracks: [[f32; 2]; 2],
    pub sample: Option<Rc<str>>,
    pub sample_place: Place,
    pub root: Root,
    /// Keys may be none at all: then no note starts it.
    pub keys: [Option<u8>; 2],
    pub switch_keys: [Option<u8>; 2],
    pub switch_last: Option<u8>,
    pub switch_range: [Option<u8>; 2],
    pub switch_label: Option<Rc<str>>,
    pub repeat: Option<Repeat>,
    /// Last frames, as the text has them.
    pub end: Option<i64>,
    pub loop_start: Option<u32>,
    pub loop_end: Option<u32>,
    pub loop_crossfade: f32,
    pub offset: f64,
    pub is_offset_percent: bool,
    /// The header that said how many voices there may be.
    pub polyphony_of: u32,
    pub velocity_curve: Rc<BTreeMap<u16, f32>>,
    pub links: Rc<BTreeMap<LinkKey, LinkDraft>>,
    pub ranges: Rc<Ranges>,
    pub fades: Rc<Fades>,
    pub envelopes: Rc<BTreeMap<u16, EnvelopeDraft>>,
    pub lfos: Rc<BTreeMap<u16, LfoDraft>>,
    /// Entries that were copied because a header changed what it had from above: the price of inheriting.
    pub copied: usize,
}

/// Adds what copying costs, and makes a map that is shared one's own.
fn own<'a, K: Clone, V: Clone>(map: &'a mut Rc<BTreeMap<K, V>>, copied: &mut usize) -> &'a mut BTreeMap<K, V> {
    if Rc::strong_count(map) > 1 {
        *copied += map.len();
    }
    Rc::make_mut(map)
}

impl Draft {
    pub fn new() -> Self {
        Self {
            part: Part::WHOLE,
            values: [None; Parameter::COUNT],
            volumes: [0.0; 4],
            amplitudes: [1.0; 4],
            tunes: [0.0; 5],
            tracks: [[60.0, 0.0]; 2],
            sample: None,
            sample_place: Place::default(),
            root: Root::Key(60.0),
            keys: [Some(0), Some(127)],
            switch_keys: [None; 2],
            switch_last: None,
            switch_range: [None; 2],
            switch_label: None,
            repeat: None,
            end: None,
            loop_start: None,
            loop_end: None,
            loop_crossfade: 0.0,
            offset: 0.0,
            is_offset_percent: false,
            polyphony_of: 0,
            velocity_curve: Rc::default(),
            links: Rc::default(),
            ranges: Rc::default(),
            fades: Rc::default(),
            envelopes: Rc::default(),
            lfos: Rc::default(),
            copied: 0,
        }
    }

    /// Sets or clears a flag of the part.
    pub fn flag(&mut self, flag: u16, is_on: bool) {
        self.part.flags = if is_on { self.part.flags | flag } else { self.part.flags & !flag };
    }

    /// `key`: both ends and the centre; a negative one leaves the region to controllers.
    pub fn set_key(&mut self, key: Option<u8>) {
        self.keys = [key; 2];
        if let Some(key) = key {
            self.root = Root::Key(f32::from(key));
        }
    }

    /// A point of `amp_velcurve_N`.
    pub fn set_velocity_point(&mut self, velocity: u16, gain: f32) {
        own(&mut self.velocity_curve, &mut self.copied).insert(velocity, gain);
    }

    /// The link of this name; `None` if there are too many.
    pub fn link(&mut self, key: LinkKey) -> Option<&mut LinkDraft> {
        if self.links.len() >= LINKS && !self.links.contains_key(&key) {
            return None;
        }
        Some(own(&mut self.links, &mut self.copied).entry(key).or_default())
    }

    /// One end of a condition or of a starter, 0..=1.
    pub fn set_range(&mut self, is_starter: bool, control: u16, end: usize, value: f32) {
        own(&mut self.ranges, &mut self.copied).entry((is_starter, control)).or_insert([0.0, 1.0])[end] = value;
    }

    /// One end of a crossfade.
    pub fn set_fade(&mut self, by: FadeBy, is_out: bool, control: u16, end: usize, value: f32) {
        let key = (by as u8, is_out, control);
        own(&mut self.fades, &mut self.copied).entry(key).or_default()[end] = Some(value);
    }

    /// Part of a flex LFO; false if the name's numbers are out of bounds.
    pub fn set_lfo(&mut self, what: Lfo, given: &Given) -> bool {
        let [number, index, _] = given.n;
        let waves = matches!(what, Lfo::Wave | Lfo::Offset | Lfo::Ratio | Lfo::Scale);
        let is_low =
            number >= LFOS || waves && index > WAVES || matches!(what, Lfo::Step) && !(1..=STEPS).contains(&index);
        if number == 0 || is_low {
            return false;
        }
        let value = given.float();
        let lfo = own(&mut self.lfos, &mut self.copied).entry(number).or_default();
        // A name without the wave's number means the first one.
        let wave = |lfo: &mut LfoDraft, set: &dyn Fn(&mut WaveDraft)| set(lfo.waves.entry(index.max(1)).or_default());
        match what {
            Lfo::Field(field) => lfo.fields[field as usize] = value,
            Lfo::Count => lfo.count = given.number as u32,
            Lfo::Wave => wave(lfo, &|wave| wave.wave = lfo_wave(given.number)),
            Lfo::Offset => wave(lfo, &|wave| wave.offset = value),
            Lfo::Ratio => wave(lfo, &|wave| wave.ratio = value),
            Lfo::Scale => wave(lfo, &|wave| wave.scale = value),
            Lfo::Steps => lfo.step_count = Some(given.number as u16),
            Lfo::Step => _ = lfo.steps.insert(index, value / 100.0),
        }
        true
    }

    /// Part of a flex envelope; false if the name's numbers are out of bounds.
    pub fn set_envelope(&mut self, what: Envelope, given: &Given) -> bool {
        let [number, index, _] = given.n;
        if number == 0 || number >= ENVELOPES || index >= POINTS {
            return false;
        }
        let envelope = own(&mut self.envelopes, &mut self.copied).entry(number).or_default();
        let points = &mut envelope.points;
        let none = Point { time: 0.0, level: 0.0, shape: 0.0 };
        match what {
            Envelope::Time => points.entry(index).or_insert(none).time = given.float(),
            Envelope::Level => points.entry(index).or_insert(none).level = given.float(),
            Envelope::Shape => points.entry(index).or_insert(none).shape = given.float(),
            Envelope::Sustain => envelope.sustain = given.byte(),
            Envelope::IsAmplitude => envelope.is_amplitude = given.is_on(),
            Envelope::IsDynamic => envelope.is_dynamic = given.is_on(),
        }
        true
    }

    /// Sees to it that an LFO that something is to follow is there.
    pub fn touch_lfo(&mut self, number: u16) -> bool {
        let is_one = (1..LFOS).contains(&number);
        if is_one && !self.lfos.contains_key(&number) {
            own(&mut self.lfos, &mut self.copied).insert(number, LfoDraft::default());
        }
        is_one
    }

    /// The same for an envelope.
    pub fn touch_envelope(&mut self, number: u16) -> bool {
        let is_one = (1..ENVELOPES).contains(&number);
        if is_one && !self.envelopes.contains_key(&number) {
            own(&mut self.envelopes, &mut self.copied).insert(number, EnvelopeDraft::default());
        }
        is_one
    }
}

/// The waves as ARIA numbers them.
fn lfo_wave(number: f64) -> LfoWave {
    match number as i32 {
        1 => LfoWave::Sine,
        2 => LfoWave::Pulse75,
        3 => LfoWave::Square,
        4 => LfoWave::Pulse25,
        5 => LfoWave::Pulse12,
        6 => LfoWave::RampUp,
        7 => LfoWave::RampDown,
        -1 | 12 => LfoWave::SampleHold,
        _ => LfoWave::Triangle,
    }
}

/// Where a field of an LFO lies in [`LfoDraft::fields`].
pub const FREQUENCY: usize = LfoField::Frequency as usize;
/// As above.
pub const PHASE: usize = LfoField::Phase as usize;
/// As above.
pub const DELAY: usize = LfoField::Delay as usize;
/// As above.
pub const FADE: usize = LfoField::Fade as usize;
