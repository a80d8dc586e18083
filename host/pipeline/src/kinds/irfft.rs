//! The real signal that a half spectrum stands for.

use super::per_frame::{Each, PerFrame};
use super::plane::Plane;
use super::real::{Real, by_real};
use super::spectral::{NORM, apart, scale, together};
use super::table::{AXIS, COMPLEX, REAL, choice, integer, port};
use super::wiring::{Outputs, dtype_of, input, lasting, out};
use crate::frame::{Complex32, FrameSpec, MAX_FRAME_BYTES};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::Task;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner};
use std::sync::Arc;

/// Inverse of `rfft`. A frame lasts as long as before.
#[derive(Debug)]
pub(super) struct Irfft;

impl Irfft {
    fn shape(wiring: &Wiring<'_>) -> Result<(FrameSpec, Plane, usize), KindFault> {
        let spec = input(wiring, "in", COMPLEX)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        let length = match wiring.params.usize("length") {
            0 => 2 * (plane.length - 1),
            length => length,
        };
        if length == 0 || length / 2 + 1 != plane.length {
            let (bins, least) = (plane.length, (2 * plane.length).saturating_sub(2).max(1));
            let message =
                format!("{bins} bins are no spectrum of {length} values: they are one of {least} or {}", 2 * bins - 1);
            return Err(KindFault::at("length", message));
        }
        Ok((spec, plane, length))
    }
}

impl Kind for Irfft {
    fn name(&self) -> &'static str {
        "irfft"
    }
    fn summary(&self) -> &'static str {
        "transforms each spectrum, from 0 Hz to half the rate, back to a real signal"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                integer(
                    "length",
                    0,
                    [0, MAX_FRAME_BYTES as i64],
                    "",
                    "values of a line, for odd ones; 0: twice the bins less 2",
                ),
                choice("dtype", &["f32", "f64"], "type of the signal"),
                AXIS,
                NORM,
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", COMPLEX, "half spectra, as rfft makes them")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", REAL, "the signal")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let (spec, plane, length) = Self::shape(wiring)?;
        let dtype = dtype_of(wiring.params, "dtype")?;
        lasting(dtype, &plane.dims(spec.shape(), length), spec.secs()).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let (_, plane, length) = Self::shape(wiring)?;
        let scale = scale(wiring.params, length, true);
        let dtype = dtype_of(wiring.params, "dtype")?;
        Ok(by_real!(dtype, T => Each(Inverse::<T>::new(plane, length, scale))))
    }
}

struct Inverse<T: Real> {
    inner: usize,
    plan: Arc<dyn ComplexToReal<T>>,
    scale: T,
    spectra: Vec<Complex<T>>,
    lines: Vec<T>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Inverse<T> {
    fn new(plane: Plane, length: usize, scale: f64) -> Self {
        let plan = RealFftPlanner::new().plan_fft_inverse(length);
        let zero = T::of(0.0);
        Self {
            inner: plane.inner,
            scale: T::of(scale),
            spectra: vec![Complex::new(zero, zero); plane.length * plane.inner],
            lines: vec![zero; length * plane.inner],
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }
}

impl<T: Real> PerFrame for Inverse<T> {
    type In = Complex32;
    type Out = T;

    fn frame(&mut self, input: &[Complex32], output: &mut [T]) {
        let (length, bins, zero) = (self.plan.len(), self.plan.complex_len(), T::of(0.0));
        let wide = |bin: Complex32| Complex::new(T::of(f64::from(bin.re)), T::of(f64::from(bin.im)));
        let slabs = input.chunks_exact(bins * self.inner).zip(output.chunks_exact_mut(length * self.inner));
        for (input, output) in slabs {
            apart(input, self.inner, &mut self.spectra, wide);
            for (spectrum, line) in self.spectra.chunks_exact_mut(bins).zip(self.lines.chunks_exact_mut(length)) {
                // What a real signal cannot have is left out, as NumPy does.
                spectrum[0].im = zero;
                if length % 2 == 0 {
                    spectrum[bins - 1].im = zero;
                }
                self.plan.process_with_scratch(spectrum, line, &mut self.scratch).expect("sized by the plan");
            }
            let scale = self.scale;
            together(&self.lines, self.inner, output, |value| value * scale);
        }
    }
}
