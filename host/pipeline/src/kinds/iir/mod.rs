//! Filters of infinite impulse response, as second-order sections: given, Butterworth's, or a biquad.

mod design;

use super::per_frame::{Each, PerFrame};
use super::real::{Real, by_real, lanes};
use super::table::{SIGNAL, choice, integer, number, numbers, port};
use super::wiring::{Outputs, input, out};
use crate::kind::{Kind, KindFault, Needs, Param, Port, Wiring};
use crate::ports::Task;
use design::Section;
use std::marker::PhantomData;

/// Runs each channel through second-order sections.
#[derive(Debug)]
pub(super) struct Iir;

impl Kind for Iir {
    fn name(&self) -> &'static str {
        "iir"
    }
    fn summary(&self) -> &'static str {
        "filters each channel by second-order sections, given or designed"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                choice(
                    "design",
                    &["sos", "lowpass", "highpass", "bandpass", "bandstop", "notch", "peak", "low-shelf", "high-shelf"],
                    "the sections that are given, a Butterworth filter (to bandstop), or a biquad",
                ),
                numbers("sos", "", "six numbers a section: b0, b1, b2, a0, a1, a2, as SciPy lists them"),
                integer("order", 4, [1, 24], "", "order of the Butterworth filter; a band counts it at each edge"),
                number("low_hz", 0.0, [0.0, 1e12], "Hz", "the lower edge, of a highpass or a band"),
                number("high_hz", 0.0, [0.0, 1e12], "Hz", "the upper edge, of a lowpass or a band"),
                number("hz", 1000.0, [0.0, 1e12], "Hz", "the frequency of a notch, peak or shelf"),
                number(
                    "q",
                    std::f64::consts::FRAC_1_SQRT_2,
                    [0.01, 1000.0],
                    "",
                    "how narrow a notch, peak or shelf is",
                ),
                number("db", 0.0, [-60.0, 60.0], "dB", "how much a peak or shelf lifts"),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", SIGNAL, "a signal, rows of channels")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "the filtered signal")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", SIGNAL)?;
        design::sections(&spec, wiring.params)?;
        Ok(out(spec))
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let latency_secs = input(wiring, "in", SIGNAL).ok().and_then(|spec| {
            let sections = design::sections(&spec, wiring.params).ok()?;
            Some(design::delay_rows(&sections) / spec.rate_hz()?)
        });
        Needs { latency_secs: latency_secs.unwrap_or(0.0), ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", SIGNAL)?;
        let sections = design::sections(&spec, wiring.params)?;
        Ok(by_real!(spec.dtype(), T => Each(Cascade::<T>::new(sections, lanes(&spec)))))
    }
}

/// Rows after which what has decayed to nothing is set to nothing, counted from the start: numbers that small are slow.
const SWEEP_ROWS: usize = 1024;
/// What counts as nothing.
const NOTHING: f64 = 1e-250;

/// The sections with their state, in transposed direct form II and in f64 whatever the signal is.
struct Cascade<T> {
    sections: Vec<Section>,
    lanes: usize,
    /// Two numbers a section and lane, section by section.
    state: Vec<[f64; 2]>,
    row: Vec<f64>,
    rows: usize,
    of: PhantomData<T>,
}

impl<T: Real> Cascade<T> {
    fn new(sections: Vec<Section>, lanes: usize) -> Self {
        let state = vec![[0.0; 2]; sections.len() * lanes];
        Self { sections, lanes, state, row: vec![0.0; lanes], rows: 0, of: PhantomData }
    }
}

impl<T: Real> PerFrame for Cascade<T> {
    type In = T;
    type Out = T;

    fn frame(&mut self, input: &[T], output: &mut [T]) {
        for (input, output) in input.chunks_exact(self.lanes).zip(output.chunks_exact_mut(self.lanes)) {
            self.row.iter_mut().zip(input).for_each(|(row, input)| *row = input.wide());
            for (section, state) in self.sections.iter().zip(self.state.chunks_exact_mut(self.lanes)) {
                for (x, state) in self.row.iter_mut().zip(state) {
                    let y = section.b[0] * *x + state[0];
                    state[0] = section.b[1] * *x - section.a[0] * y + state[1];
                    state[1] = section.b[2] * *x - section.a[1] * y;
                    *x = y;
                }
            }
            output.iter_mut().zip(&self.row).for_each(|(output, row)| *output = T::of(*row));
            self.rows = (self.rows + 1) % SWEEP_ROWS;
            if self.rows == 0 {
                let tiny = |value: &&mut f64| value.abs() < NOTHING;
                self.state.iter_mut().flatten().filter(tiny).for_each(|value| *value = 0.0);
            }
        }
    }
}
