//! The spectrum of real signals.

use super::per_frame::{Each, PerFrame};
use super::plane::Plane;
use super::real::{Real, by_real};
use super::spectral::{NORM, Spectra, bin, scale};
use super::table::{AXIS, COMPLEX, REAL, port};
use super::wiring::{Outputs, input, lasting, out};
use crate::frame::{Complex32, DType};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::Task;

/// Fourier transform of each real line, the half that says it all. A frame lasts as long as before.
#[derive(Debug)]
pub(super) struct Rfft;

impl Kind for Rfft {
    fn name(&self) -> &'static str {
        "rfft"
    }
    fn summary(&self) -> &'static str {
        "transforms each frame of a real signal to its spectrum, from 0 Hz to half the rate"
    }
    fn params(&self) -> &'static [Param] {
        const { &[AXIS, NORM] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", REAL, "a signal; f64 is transformed in f64")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", COMPLEX, "length / 2 + 1 bins in place of each line")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", REAL)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        lasting(DType::Complex32, &plane.dims(spec.shape(), plane.length / 2 + 1), spec.secs()).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", REAL)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        let scale = scale(wiring.params, plane.length, false);
        Ok(by_real!(spec.dtype(), T => Each(Transform::<T> { spectra: Spectra::new(plane), scale: T::of(scale) })))
    }
}

struct Transform<T: Real> {
    spectra: Spectra<T>,
    scale: T,
}

impl<T: Real> PerFrame for Transform<T> {
    type In = T;
    type Out = Complex32;

    fn frame(&mut self, input: &[T], output: &mut [Complex32]) {
        let scale = self.scale;
        self.spectra.frame(input, output, |value| bin(value, scale));
    }
}
