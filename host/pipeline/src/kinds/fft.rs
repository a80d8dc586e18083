//! The complex Fourier transform and its inverse.

use super::per_frame::{Each, PerFrame};
use super::plane::Plane;
use super::spectral::{NORM, apart, scale, together};
use super::table::{AXIS, COMPLEX, port};
use super::wiring::{Outputs, input, out};
use crate::frame::Complex32;
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::Task;
use rustfft::{Fft as Plan, FftPlanner};
use std::sync::Arc;

/// Fourier transform of each complex line.
#[derive(Debug)]
pub(super) struct Fft;

/// Its inverse.
#[derive(Debug)]
pub(super) struct Ifft;

impl Kind for Fft {
    fn name(&self) -> &'static str {
        "fft"
    }
    fn summary(&self) -> &'static str {
        "transforms each frame of a complex signal to its spectrum"
    }
    fn params(&self) -> &'static [Param] {
        const { &[AXIS, NORM] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", COMPLEX, "a complex signal")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", COMPLEX, "as many bins, 0 Hz first, negative frequencies last")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", COMPLEX).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        transform(wiring, false)
    }
}

impl Kind for Ifft {
    fn name(&self) -> &'static str {
        "ifft"
    }
    fn summary(&self) -> &'static str {
        "transforms each spectrum back to a complex signal"
    }
    fn params(&self) -> &'static [Param] {
        const { &[AXIS, NORM] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", COMPLEX, "spectra, as fft makes them")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", COMPLEX, "the complex signal")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", COMPLEX).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        transform(wiring, true)
    }
}

fn transform(wiring: &Wiring<'_>, inverse: bool) -> Result<Box<dyn Task>, KindFault> {
    let spec = input(wiring, "in", COMPLEX)?;
    let plane = Plane::new(spec.shape(), wiring.params);
    let mut planner = FftPlanner::new();
    let plan = if inverse { planner.plan_fft_inverse(plane.length) } else { planner.plan_fft_forward(plane.length) };
    let scale = scale(wiring.params, plane.length, inverse) as f32;
    let lines = vec![Complex32::default(); plane.length * plane.inner];
    let scratch = vec![Complex32::default(); plan.get_inplace_scratch_len()];
    Ok(Box::new(Each(Transform { inner: plane.inner, plan, scale, lines, scratch })))
}

struct Transform {
    inner: usize,
    plan: Arc<dyn Plan<f32>>,
    scale: f32,
    lines: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl PerFrame for Transform {
    type In = Complex32;
    type Out = Complex32;

    fn frame(&mut self, input: &[Complex32], output: &mut [Complex32]) {
        let slab = self.lines.len();
        for (input, output) in input.chunks_exact(slab).zip(output.chunks_exact_mut(slab)) {
            apart(input, self.inner, &mut self.lines, |value| value);
            self.plan.process_with_scratch(&mut self.lines, &mut self.scratch);
            let scale = self.scale;
            together(&self.lines, self.inner, output, |value| value * scale);
        }
    }
}
