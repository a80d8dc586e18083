//! A counter: every element one more than the one before, over all frames. What is lost or torn on the way shows.

use super::source::{CHANNELS, PACED, RATE, ROWS, Sounding, Source, made};
use super::table::{ANY, AXIS, FRAMES, choice, port};
use super::wiring::{Outputs, out};
use crate::frame::{Complex32, DType, Element};
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::Task;

/// Counts elements from 0, in any type.
#[derive(Debug)]
pub(super) struct Ramp;

impl Kind for Ramp {
    fn name(&self) -> &'static str {
        "ramp"
    }
    fn summary(&self) -> &'static str {
        "counts elements from 0 over all frames, in any type; integers wrap, floats do where they stop to be exact"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                ROWS,
                CHANNELS,
                choice(
                    "dtype",
                    &["auto", "f32", "f64", "i16", "i32", "u8", "complex32"],
                    "type of the elements; auto: as the stream says, or f32",
                ),
                RATE,
                AXIS,
                FRAMES,
                PACED,
            ]
        }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the counter")] }
    }
    fn is_paced(&self, params: &Params) -> bool {
        params.bool("paced")
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Ok(out(made(wiring)?.spec))
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = made(wiring)?.spec;
        let params = wiring.params;
        Ok(match spec.dtype() {
            DType::F32 => Box::new(Sounding::new(Counter::new(|n| (n % (1 << 24)) as f32), &spec, params)),
            DType::F64 => Box::new(Sounding::new(Counter::new(|n| (n % (1 << 53)) as f64), &spec, params)),
            DType::I16 => Box::new(Sounding::new(Counter::new(|n| n as i16), &spec, params)),
            DType::I32 => Box::new(Sounding::new(Counter::new(|n| n as i32), &spec, params)),
            DType::U8 => Box::new(Sounding::new(Counter::new(|n| n as u8), &spec, params)),
            DType::Complex32 => {
                let at = |n| Complex32::new((n % (1 << 24)) as f32, 0.0);
                Box::new(Sounding::new(Counter::new(at), &spec, params))
            }
        })
    }
}

struct Counter<F> {
    next: u64,
    value: F,
}

impl<F> Counter<F> {
    fn new(value: F) -> Self {
        Self { next: 0, value }
    }
}

impl<T: Element, F: Fn(u64) -> T + Send> Source for Counter<F> {
    type Out = T;

    fn fill(&mut self, output: &mut [T]) {
        for element in output {
            *element = (self.value)(self.next);
            self.next += 1;
        }
    }
}
