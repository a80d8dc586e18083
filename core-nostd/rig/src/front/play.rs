//! A front with its inputs and its listener, as a rig's source of commands.

use super::{Front, Inputs};
use crate::{Clips, Commands};
use core::ops::{Deref, DerefMut};
use ripieno_panel::{Mapper, Output, Score, SetupRead};
use ripieno_types::{Block, Command, Timed};

/// Made by [`Front::play`].
#[derive(Debug)]
pub struct Play<'a, M, S, C, I, O> {
    front: &'a mut Front<M, S, C>,
    inputs: I,
    out: O,
}

impl<'a, M, S, C, I, O> Play<'a, M, S, C, I, O> {
    pub(super) fn new(front: &'a mut Front<M, S, C>, inputs: I, out: O) -> Self {
        Self { front, inputs, out }
    }
}

impl<
    M,
    S,
    C,
    I,
    O,
    P,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
    const NOTES: usize,
> Commands for Play<'_, M, S, C, I, O>
where
    M: DerefMut<Target = Mapper<P, MAPPINGS, DEVICES, HELD, KNOBS, RARE>>,
    P: SetupRead,
    S: Deref<Target = Score<NOTES>>,
    C: Clips,
    I: Inputs,
    O: FnMut(Timed<Output>),
{
    /// Timers first, then the sequencer, then inputs, until nothing is due.
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        let Self { front, inputs, out } = self;
        loop {
            let (timer, step, input) = (front.timer(), front.sequencer.due(), inputs.next_at());
            let is_due = |at: Option<u64>| at.is_some_and(|at| at <= now);
            if is_due(timer) {
                front.tick(now, each, out);
            } else if is_due(step) {
                front.sequence(now, each);
            } else if is_due(input) {
                let Some(input) = inputs.take() else { return timer.into_iter().chain(step).min() };
                front.obey(input, now, each, out);
            } else {
                return timer.into_iter().chain(step).chain(input).min();
            }
        }
    }

    fn mix(&mut self, block: Block<'_>) {
        self.front.sampler.mix(block);
    }
}
