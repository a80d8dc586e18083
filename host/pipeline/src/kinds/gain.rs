//! Louder or softer, without a click when the level is changed.

use super::glide::{Glide, from_db};
use super::per_frame::{Each, PerFrame};
use super::real::{Real, by_real, lanes};
use super::table::{SIGNAL, live, number, port};
use super::wiring::{Outputs, input, out};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::{Live, Ports, Task};
use std::marker::PhantomData;

/// Multiplies by `factor` and by `db`, both of them live.
#[derive(Debug)]
pub(super) struct Gain;

impl Kind for Gain {
    fn name(&self) -> &'static str {
        "gain"
    }
    fn summary(&self) -> &'static str {
        "multiplies a signal; changes glide"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                live(number("db", 0.0, [-200.0, 60.0], "dB", "the level")),
                live(number("factor", 1.0, [-1e6, 1e6], "", "multiplied on top of the level; negative ones invert")),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", SIGNAL, "a signal")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "the signal at its new level")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", SIGNAL).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", SIGNAL)?;
        Ok(by_real!(spec.dtype(), T => Each(Scale::<T>::new(&spec, wiring.params))))
    }
}

struct Scale<T> {
    lanes: usize,
    glide: Glide,
    factor: f64,
    live: Option<[Live; 2]>,
    of: PhantomData<T>,
}

impl<T: Real> Scale<T> {
    fn new(spec: &FrameSpec, params: &Params) -> Self {
        let factor = from_db(params.f64("db")) * params.f64("factor");
        Self { lanes: lanes(spec), glide: Glide::new(spec), factor, live: None, of: PhantomData }
    }
}

impl<T: Real> PerFrame for Scale<T> {
    type In = T;
    type Out = T;

    fn begin(&mut self, ports: &Ports) {
        self.live = Some([ports.live("db"), ports.live("factor")]);
    }

    fn frame(&mut self, input: &[T], output: &mut [T]) {
        if let Some([db, factor]) = &self.live {
            self.factor = from_db(db.get()) * factor.get();
        }
        self.glide.aim(self.factor);
        if let Some(factor) = self.glide.settled() {
            let factor = T::of(factor);
            return output.iter_mut().zip(input).for_each(|(output, input)| *output = *input * factor);
        }
        for (output, input) in output.chunks_exact_mut(self.lanes).zip(input.chunks_exact(self.lanes)) {
            let factor = T::of(self.glide.next());
            output.iter_mut().zip(input).for_each(|(output, input)| *output = *input * factor);
        }
    }
}
