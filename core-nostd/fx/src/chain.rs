//! Seven effects in one chain: any order, each one bypassed or not, never a click.

use crate::effect::Effect;
use crate::effects::{Chorus, Delay, Filter, Pan, Pitch, Reverb, Volume, clean_block};
use crate::memory::ChainMemory;
use crate::param::{EFFECTS, PARAMS, id};
use crate::state::{ChainState, Refused};
use core::fmt;
use ripieno_dsp::{GRID, Grid, Segment, Smooth};
use ripieno_types::{Block, EffectId, ParamId, SampleRate};

/// Effects in a chain.
const COUNT: usize = EFFECTS.len();

/// Mono buses that feed only the wet paths of chorus and reverb, as a synth's per-voice sends do. Frames that a bus lacks
/// are silent; with the effect's mix at 0 nothing of its bus is heard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sends<'a> {
    /// Into the chorus.
    pub chorus: &'a [f32],
    /// Into the reverb.
    pub reverb: &'a [f32],
}

/// An order that is not a permutation of the seven effects; the chain keeps the one it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderError {
    /// The refused order.
    pub order: [EffectId; COUNT],
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.order.map(|effect| effect.0);
        write!(f, "effect order {ids:?} does not name each of the effects 0..={} once", COUNT - 1)
    }
}

impl core::error::Error for OrderError {}

/// The seven effects and what joins them. `M` is the delay lines' memory: `&mut [f32]`, `Box<[f32]>`, an array.
#[derive(Clone, Debug)]
pub struct Chain<M> {
    volume: Volume,
    filter: Filter,
    pitch: Pitch<M>,
    chorus: Chorus<M>,
    delay: Delay<M>,
    reverb: Reverb<M>,
    pan: Pan,
    bypassed: [bool; COUNT],
    /// How much of each effect is in the path, 0..=1.
    presence: [Smooth; COUNT],
    shares: [Segment; COUNT],
    /// What sounds, and what is asked for: they differ while the level dips for a change of order.
    order: [u8; COUNT],
    wanted: [u8; COUNT],
    level: Smooth,
    level_line: Segment,
    grid: Grid,
}

impl<M: AsMut<[f32]>> Chain<M> {
    /// A chain that leaves the signal as it is: full volume, open filter, no shift, dry, centred. Control.
    pub fn new(memory: ChainMemory<M>, rate: SampleRate) -> Self {
        let order = [0, 1, 2, 3, 4, 5, 6];
        let present = Smooth::new(1.0, rate);
        Self {
            volume: Volume::new(rate),
            filter: Filter::new(rate),
            pitch: Pitch::new(memory.pitch, rate),
            chorus: Chorus::new(memory.chorus, rate),
            delay: Delay::new(memory.delay, rate),
            reverb: Reverb::new(memory.reverb, rate),
            pan: Pan::new(rate),
            bypassed: [false; COUNT],
            presence: [present; COUNT],
            shares: [Segment::flat(1.0); COUNT],
            order,
            wanted: order,
            level: present,
            level_line: Segment::flat(1.0),
            grid: Grid::default(),
        }
    }

    /// Adopts a sample rate and forgets all sound; parameters, bypass and order stay. Memory stays too: sized for a lower
    /// rate it shortens what it holds. Control.
    pub fn prepare(&mut self, rate: SampleRate) {
        for index in 0..COUNT {
            self.effect(index).prepare(rate);
        }
        self.presence.iter_mut().chain([&mut self.level]).for_each(|smooth| smooth.prepare(rate));
        self.reset();
    }

    /// Forgets all sound and ends every glide and fade at its target. Real-time, but clears delay memory.
    pub fn reset(&mut self) {
        for index in 0..COUNT {
            self.effect(index).reset();
        }
        self.order = self.wanted;
        self.level.set(1.0);
        self.presence.iter_mut().chain([&mut self.level]).for_each(Smooth::reset);
        self.grid = Grid::default();
    }

    /// Changes the block in place. Real-time.
    pub fn process(&mut self, mut block: Block<'_>, sends: Option<Sends<'_>>) {
        let mut sends = sends.unwrap_or_default();
        // Once for all effects: what is audio stays audio from one to the next.
        clean_block(&mut block);
        while !block.is_empty() {
            if self.grid.is_due() {
                self.tick();
            }
            // While nothing fades each effect gets all that is left at once, which is the quickest.
            let settled = self.is_settled();
            let frames = if settled { block.frames() } else { self.grid.run(block.frames()) };
            let mut part = block.split_front(frames);
            let now = Sends { chorus: split(&mut sends.chorus, frames), reverb: split(&mut sends.reverb, frames) };
            self.dip(&mut part);
            for index in self.order {
                let index = usize::from(index);
                let Some(share) = self.shares.get(index).copied() else { continue };
                if share == Segment::flat(1.0) {
                    self.run(index, part.reborrow(), now);
                } else if !share.is_zero() {
                    self.run_beside(index, share, part.reborrow(), now);
                }
            }
            self.dip(&mut part);
            self.grid.advance(frames);
        }
    }

    /// Lets a parameter glide to `value` 0..=1. False for an unknown id or a NaN, which change nothing. Real-time.
    pub fn set(&mut self, param: ParamId, value: f32) -> bool {
        let Some(info) = PARAMS.get(usize::from(param.0)) else { return false };
        let effect = usize::from(info.effect.0);
        let index = usize::from(param.0 - EFFECTS[effect].params.0);
        self.effect(effect).set(index, value);
        !value.is_nan()
    }

    /// Where a parameter is or glides to; nothing for an unknown id. Any.
    pub fn value(&self, param: ParamId) -> Option<f32> {
        let info = PARAMS.get(usize::from(param.0))?;
        let index = usize::from(param.0 - EFFECTS[usize::from(info.effect.0)].params.0);
        Some(match info.effect {
            id::VOLUME => self.volume.value(index),
            id::FILTER => self.filter.value(index),
            id::PITCH => self.pitch.value(index),
            id::CHORUS => self.chorus.value(index),
            id::DELAY => self.delay.value(index),
            id::REVERB => self.reverb.value(index),
            _ => self.pan.value(index),
        })
    }

    /// Takes an effect out of the path or back in, with a cross-fade of 50 ms. Out, it costs nothing and forgets its
    /// sound. False for an unknown id. Real-time.
    pub fn bypass(&mut self, effect: EffectId, bypassed: bool) -> bool {
        let Some(slot) = self.bypassed.get_mut(usize::from(effect.0)) else { return false };
        *slot = bypassed;
        self.presence[usize::from(effect.0)].set(if bypassed { 0.0 } else { 1.0 });
        true
    }

    /// True while an effect is, or is about to be, out of the path. Any.
    pub fn is_bypassed(&self, effect: EffectId) -> bool {
        self.bypassed.get(usize::from(effect.0)).copied().unwrap_or(false)
    }

    /// Puts the effects in another order. The level dips to silence and back, 0.2 s in all, and tails end, as two orders
    /// cannot sound at once. Real-time, but clears delay memory once.
    ///
    /// # Errors
    /// [`OrderError`] when an effect is missing; nothing changes.
    pub fn order(&mut self, order: [EffectId; COUNT]) -> Result<(), OrderError> {
        let mut seen = [false; COUNT];
        for effect in order {
            *seen.get_mut(usize::from(effect.0)).ok_or(OrderError { order })? = true;
        }
        if seen != [true; COUNT] {
            return Err(OrderError { order });
        }
        self.wanted = order.map(|effect| effect.0);
        if self.grid == Grid::default() && self.level == self.fresh_level() {
            self.order = self.wanted;
        }
        Ok(())
    }

    /// The order that is set. Any.
    pub fn current_order(&self) -> [EffectId; COUNT] {
        self.wanted.map(EffectId)
    }

    /// True when a synth should make [`Sends`]: chorus or reverb is in the path and wet. Real-time.
    pub fn wants_sends(&self) -> bool {
        let is_heard = |effect: EffectId| {
            let presence = &self.presence[usize::from(effect.0)];
            presence.is_moving() || presence.target() > 0.0
        };
        (is_heard(id::CHORUS) && self.chorus.is_wet()) || (is_heard(id::REVERB) && self.reverb.is_wet())
    }

    /// Frames by which the dry signal is late, on average: the pitch shifter's, while it shifts. Any.
    pub fn latency_frames(&self) -> usize {
        if self.is_bypassed(id::PITCH) { 0 } else { self.pitch.latency_frames() }
    }

    /// All that [`restore`](Self::restore) needs. Any.
    pub fn state(&self) -> ChainState {
        let mut values = [0.0; PARAMS.len()];
        for (value, info) in values.iter_mut().zip(&PARAMS) {
            *value = self.value(info.id).unwrap_or(info.default);
        }
        ChainState { values, bypassed: self.bypassed, order: self.current_order() }
    }

    /// Takes over a whole state, gliding there. Real-time.
    ///
    /// # Errors
    /// [`OrderError`] for a bad order; values and bypass are taken over all the same.
    pub fn restore(&mut self, state: &ChainState) -> Result<(), OrderError> {
        for (info, value) in PARAMS.iter().zip(state.values) {
            self.set(info.id, value);
        }
        for (effect, bypassed) in EFFECTS.iter().zip(state.bypassed) {
            self.bypass(effect.id, bypassed);
        }
        self.order(state.order)
    }

    /// Sets parameters by name, long or short. What cannot be set is left out and reported. Returns how many were set.
    /// Control: compares names.
    pub fn apply<'n>(
        &mut self,
        pairs: impl IntoIterator<Item = (&'n str, f32)>,
        mut report: impl FnMut(Refused<'n>),
    ) -> usize {
        let mut set = 0;
        for (name, value) in pairs {
            match crate::param::param(name) {
                None => report(Refused::UnknownName(name)),
                Some(_) if value.is_nan() => report(Refused::NotANumber(name)),
                Some(info) => set += usize::from(self.set(info.id, value)),
            }
        }
        set
    }

    fn fresh_level(&self) -> Smooth {
        let mut level = self.level;
        level.reset();
        level
    }

    fn tick(&mut self) {
        if self.wanted != self.order {
            if self.level.now() == 0.0 {
                // Nothing sounds and nothing comes in: what the effects hold would jump into its new neighbours.
                (0..COUNT).for_each(|index| self.effect(index).reset());
                self.order = self.wanted;
                self.level.set(1.0);
            } else {
                self.level.set(0.0);
            }
        } else {
            self.level.set(1.0);
        }
        self.level_line = self.level.segment();
        for index in 0..COUNT {
            let share = self.presence[index].segment();
            // On the way out for good: what it held must not be heard when it comes back.
            if share.is_zero() && !self.shares[index].is_zero() {
                self.effect(index).reset();
                match EffectId(index as u8) {
                    id::CHORUS => self.chorus.wake(),
                    id::DELAY => self.delay.wake(),
                    id::REVERB => self.reverb.wake(),
                    _ => {}
                }
            }
            self.shares[index] = share;
        }
    }

    /// Turns the level down around a change of order: before the effects, so that their inputs do not jump, and after.
    fn dip(&self, part: &mut Block<'_>) {
        if self.level_line == Segment::flat(1.0) {
            return;
        }
        let places = self.grid.places(part.frames());
        for channel in part.channels() {
            for (x, place) in channel.iter_mut().zip(places) {
                *x = ripieno_dsp::guard::flush(*x * self.level_line.at(*place));
            }
        }
    }

    fn is_settled(&self) -> bool {
        let still = |line: &Segment, smooth: &Smooth| line.is_flat() && !smooth.is_moving();
        self.order == self.wanted
            && still(&self.level_line, &self.level)
            && self.shares.iter().zip(&self.presence).all(|(line, smooth)| still(line, smooth))
    }

    fn effect(&mut self, index: usize) -> &mut dyn Effect {
        match EffectId(index as u8) {
            id::VOLUME => &mut self.volume,
            id::FILTER => &mut self.filter,
            id::PITCH => &mut self.pitch,
            id::CHORUS => &mut self.chorus,
            id::DELAY => &mut self.delay,
            id::REVERB => &mut self.reverb,
            _ => &mut self.pan,
        }
    }

    fn run(&mut self, index: usize, block: Block<'_>, sends: Sends<'_>) {
        match EffectId(index as u8) {
            id::VOLUME => self.volume.run(block),
            id::FILTER => self.filter.run(block),
            id::PITCH => self.pitch.run(block),
            id::CHORUS => self.chorus.run(block, sends.chorus),
            id::DELAY => self.delay.run(block),
            id::REVERB => self.reverb.run(block, sends.reverb),
            _ => self.pan.run(block),
        }
    }

    /// Runs an effect on at most one segment and fades its output against its input.
    fn run_beside(&mut self, index: usize, share: Segment, mut block: Block<'_>, sends: Sends<'_>) {
        let frames = block.frames().min(GRID);
        let places = self.grid.places(frames);
        let mut dry = [[0.0; GRID]; 2];
        for (dry, channel) in dry.iter_mut().zip(block.channels()) {
            dry.iter_mut().zip(channel).for_each(|(dry, x)| *dry = *x);
        }
        self.run(index, block.reborrow(), sends);
        for (dry, channel) in dry.iter().zip(block.channels()) {
            for ((x, dry), place) in channel.iter_mut().zip(dry).zip(places) {
                let share = share.at(*place);
                *x = ripieno_dsp::guard::flush(share * *x + (1.0 - share) * dry);
            }
        }
    }
}

/// Takes up to `frames` frames off the front.
fn split<'a>(bus: &mut &'a [f32], frames: usize) -> &'a [f32] {
    let (now, later) = bus.split_at(frames.min(bus.len()));
    *bus = later;
    now
}
