//! The power of each bin of a real signal's spectrum.

use super::per_frame::{Each, PerFrame};
use super::plane::Plane;
use super::real::{Real, by_real};
use super::spectral::{NORM, Spectra, scale};
use super::table::{AXIS, REAL, port};
use super::wiring::{Outputs, input, lasting, out};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::Task;

/// The squared magnitude of `rfft`, in the type of the input.
#[derive(Debug)]
pub(super) struct PowerSpectrum;

impl Kind for PowerSpectrum {
    fn name(&self) -> &'static str {
        "power-spectrum"
    }
    fn summary(&self) -> &'static str {
        "transforms each frame of a real signal to the squared magnitude of its spectrum"
    }
    fn params(&self) -> &'static [Param] {
        const { &[AXIS, NORM] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", REAL, "a signal")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", REAL, "length / 2 + 1 powers in place of each line")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", REAL)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        lasting(spec.dtype(), &plane.dims(spec.shape(), plane.length / 2 + 1), spec.secs()).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", REAL)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        let scale = scale(wiring.params, plane.length, false).powi(2);
        Ok(by_real!(spec.dtype(), T => Each(Power::<T> { spectra: Spectra::new(plane), scale: T::of(scale) })))
    }
}

struct Power<T: Real> {
    spectra: Spectra<T>,
    scale: T,
}

impl<T: Real> PerFrame for Power<T> {
    type In = T;
    type Out = T;

    fn frame(&mut self, input: &[T], output: &mut [T]) {
        let scale = self.scale;
        self.spectra.frame(input, output, |bin| (bin.re * bin.re + bin.im * bin.im) * scale);
    }
}
