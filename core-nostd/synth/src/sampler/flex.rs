//! The flex envelopes and LFOs of one voice.

use super::cycles::Cycle;
use super::kit::Kit;
use super::link::LfoField;
use super::luck::mix;
use super::numbers::{Inputs, Live, Wiring, lfo_sum};
use super::part::Part;
use super::senses::{Senses, bounded};
use super::shapes::FlexLfo;
use super::walk::{Map, Walk};

/// Flex envelopes and LFOs of a part that move; further ones stay where they begin.
const PLACES: usize = Kit::MOST_FLEX;

/// All of them.
#[derive(Clone, Copy, Debug)]
pub struct Flex {
    walks: [Walk; PLACES],
    cycles: [Cycle; PLACES],
    levels: [f32; PLACES],
    values: [f32; PLACES],
    /// The envelope that is the amplitude's.
    amplitude: Option<u8>,
}

/// What they stand in.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub kit: &'a Kit<'a>,
    pub part: &'a Part,
    pub wiring: &'a Wiring,
    pub senses: Senses<'a>,
    pub seed: u32,
}

impl Flex {
    /// At the beginning of a voice.
    pub fn new(around: &Surroundings<'_>) -> Self {
        let mut flex = Self {
            walks: [Walk::default(); PLACES],
            cycles: [Cycle::default(); PLACES],
            levels: [0.0; PLACES],
            values: [0.0; PLACES],
            amplitude: None,
        };
        let envelopes = around.kit.envelopes.run(around.part.envelopes);
        for ((n, envelope), walk) in (0..).zip(envelopes).zip(&mut flex.walks) {
            let map = map(around, &flex.levels, &flex.values);
            walk.begin(&map, n, &envelope);
            if envelope.is_amplitude != 0 && flex.amplitude.is_none() {
                flex.amplitude = Some(n);
            }
        }
        flex.advance(around, 0.0, 0.0);
        flex
    }

    /// `seconds` later; `damper` 0..=1 holds a release up.
    pub fn advance(&mut self, around: &Surroundings<'_>, seconds: f32, damper: f32) {
        let Surroundings { kit, part, wiring, .. } = *around;
        for (((n, envelope), walk), level) in
            (0..).zip(kit.envelopes.run(part.envelopes)).zip(&mut self.walks).zip(&mut self.levels)
        {
            let map = map(around, &[], &self.values);
            let passed = if walk.is_released() { seconds * (1.0 - damper) } else { seconds };
            walk.advance(&map, n, &envelope, passed);
            *level = walk.level();
        }
        let before = self.values;
        for (((n, lfo), cycle), value) in (0..).zip(kit.lfos.run(part.lfos)).zip(&mut self.cycles).zip(&mut self.values)
        {
            let inputs = Inputs { senses: around.senses, lfos: &before, envelopes: &self.levels };
            let add = |field| if wiring.has_lfo_links { lfo_sum(kit, part, &inputs, n, field) } else { 0.0 };
            let moved = FlexLfo {
                frequency: bounded(lfo.frequency + add(LfoField::Frequency), 0.0, 1000.0),
                phase: bounded(lfo.phase + add(LfoField::Phase), -1e3, 1e3),
                delay: bounded(lfo.delay + add(LfoField::Delay), 0.0, 1e3),
                fade: bounded(lfo.fade + add(LfoField::Fade), 0.0, 1e3),
                ..lfo
            };
            cycle.advance(seconds, moved.frequency, moved.delay);
            *value = cycle.wave(kit, &moved, mix(around.seed, u32::from(n)));
        }
    }

    /// Lets go, `pending` seconds ago.
    pub fn release(&mut self, around: &Surroundings<'_>, pending: f32) {
        for ((n, envelope), walk) in (0..).zip(around.kit.envelopes.run(around.part.envelopes)).zip(&mut self.walks) {
            walk.release(&map(around, &self.levels, &self.values), n, &envelope, pending);
        }
    }

    /// Numbers as these envelopes and LFOs have them, if they move any.
    pub fn moved(&self, around: &Surroundings<'_>, live: &Live) -> Option<Live> {
        let inputs = self.inputs(around.senses);
        (around.wiring.moving.count > 0).then(|| live.moved(around.kit, around.wiring, &inputs))
    }

    /// What links read.
    pub fn inputs<'a>(&'a self, senses: Senses<'a>) -> Inputs<'a> {
        Inputs { senses, lfos: &self.values, envelopes: &self.levels }
    }

    fn amplitude_walk(&self) -> Option<(&Walk, f32)> {
        let n = usize::from(self.amplitude?);
        Some((self.walks.get(n)?, self.levels.get(n).copied()?))
    }

    /// The gain of the envelope that is the amplitude's, if one is.
    pub fn amplitude(&self) -> Option<f32> {
        self.amplitude_walk().map(|(_, level)| bounded(level, 0.0, 100.0))
    }

    /// True once that envelope has nothing more to come: a level at its end lasts until the release.
    pub fn has_ended(&self) -> bool {
        self.amplitude_walk().is_some_and(|(walk, level)| walk.is_over() && (walk.is_released() || level <= 0.0))
    }
}

fn map<'a>(around: &'a Surroundings<'a>, levels: &'a [f32], values: &'a [f32]) -> Map<'a> {
    let inputs = Inputs { senses: around.senses, lfos: values, envelopes: levels };
    Map { kit: around.kit, part: around.part, wiring: around.wiring, inputs }
}
