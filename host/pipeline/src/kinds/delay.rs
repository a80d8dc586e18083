//! A signal, later.

use super::per_frame::{Each, PerFrame};
use super::table::{ANY, integer, number, port};
use super::wiring::{Outputs, input, out, rate_of};
use crate::frame::{FrameSpec, MAX_FRAME_BYTES};
use crate::kind::{Kind, KindFault, Needs, Param, Params, Port, Wiring};
use crate::ports::Task;

/// Delays by rows, across frames; zeros come first.
#[derive(Debug)]
pub(super) struct Delay;

impl Delay {
    fn rows(spec: &FrameSpec, params: &Params) -> Result<usize, KindFault> {
        let millis = params.f64("ms");
        let timed = if millis > 0.0 { (rate_of(spec, "in")? * millis / 1000.0).round() } else { 0.0 };
        let rows = params.f64("rows") + timed;
        if rows * (spec.bytes() / spec.shape().rows()) as f64 > MAX_FRAME_BYTES as f64 {
            return Err(KindFault::at("ms", format!("a delay of {rows} rows takes more than {MAX_FRAME_BYTES} bytes")));
        }
        Ok(rows as usize)
    }
}

impl Kind for Delay {
    fn name(&self) -> &'static str {
        "delay"
    }
    fn summary(&self) -> &'static str {
        "delays a signal by rows or milliseconds; zeros come first"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                integer("rows", 0, [0, MAX_FRAME_BYTES as i64], "rows", "the delay, on top of 'ms'"),
                number("ms", 0.0, [0.0, 1e9], "ms", "the delay, rounded to rows, on top of 'rows'"),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "a signal")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the signal, delayed")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", ANY)?;
        Self::rows(&spec, wiring.params)?;
        Ok(out(spec))
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let latency_secs = input(wiring, "in", ANY).ok().and_then(|spec| {
            let rows = Self::rows(&spec, wiring.params).ok()?;
            Some(rows as f64 / spec.rate_hz()?)
        });
        Needs { latency_secs: latency_secs.unwrap_or(0.0), ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", ANY)?;
        let bytes = Self::rows(&spec, wiring.params)? * (spec.bytes() / spec.shape().rows());
        Ok(Box::new(Each(Line { held: vec![0; bytes], at: 0 })))
    }
}

/// What came last, in a circle. All-zero bytes are a zero of every type.
struct Line {
    held: Vec<u8>,
    at: usize,
}

impl PerFrame for Line {
    type In = u8;
    type Out = u8;

    fn frame(&mut self, input: &[u8], output: &mut [u8]) {
        let held = self.held.len();
        if held == 0 {
            return output.copy_from_slice(input);
        }
        let (mut input, mut output) = (input, output);
        while !input.is_empty() {
            let run = input.len().min(held - self.at);
            let place = &mut self.held[self.at..self.at + run];
            output[..run].copy_from_slice(place);
            place.copy_from_slice(&input[..run]);
            (input, output) = (&input[run..], &mut output[run..]);
            self.at = (self.at + run) % held;
        }
    }
}
