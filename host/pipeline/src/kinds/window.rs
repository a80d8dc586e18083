//! Windows: their values, and the kind that fades each frame with one.

use super::per_frame::{Each, PerFrame};
use super::plane::Plane;
use super::real::{Real, by_real};
use super::table::{AXIS, SIGNAL, choice, number, port, truth};
use super::wiring::{Outputs, input, out};
use crate::frame::DType;
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::Task;
use std::f64::consts::TAU;
use std::marker::PhantomData;

/// Which window.
pub(super) const WINDOW: Param = choice(
    "window",
    &["hann", "hamming", "blackman", "blackman-harris", "flat-top", "kaiser", "rectangular"],
    "the shape of the window",
);
/// How wide Kaiser's window is.
pub(super) const BETA: Param = number("beta", 8.6, [0.0, 50.0], "", "the shape of a kaiser window");
/// Whether the last value equals the first.
pub(super) const SYMMETRIC: Param = truth(
    "symmetric",
    false,
    "whether the last value is the first one again (as NumPy's hanning), rather than the one before it",
);

/// The window that the parameters name.
pub(super) fn values(params: &Params, length: usize, symmetric: bool) -> Vec<f64> {
    if length == 1 {
        return vec![1.0];
    }
    let period = if symmetric { length - 1 } else { length } as f64;
    let at = |index: usize| index as f64 / period;
    let cosines = |weights: &[f64]| -> Vec<f64> {
        let sign = |order: usize| if order.is_multiple_of(2) { 1.0 } else { -1.0 };
        let value = |x: f64| {
            weights
                .iter()
                .enumerate()
                .map(|(order, weight)| sign(order) * weight * (TAU * order as f64 * x).cos())
                .sum()
        };
        (0..length).map(|index| value(at(index))).collect()
    };
    match params.text("window") {
        "hamming" => cosines(&[0.54, 0.46]),
        "blackman" => cosines(&[0.42, 0.5, 0.08]),
        "blackman-harris" => cosines(&[0.358_75, 0.488_29, 0.141_28, 0.011_68]),
        "flat-top" => cosines(&[0.215_578_95, 0.416_631_58, 0.277_263_158, 0.083_578_947, 0.006_947_368]),
        "kaiser" => {
            let beta = params.f64("beta");
            let arch = |x: f64| bessel_i0(beta * (1.0 - (2.0 * x - 1.0).powi(2)).max(0.0).sqrt()) / bessel_i0(beta);
            (0..length).map(|index| arch(at(index))).collect()
        }
        "rectangular" => vec![1.0; length],
        _ => cosines(&[0.5, 0.5]),
    }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for order in 1..200 {
        term *= quarter / f64::from(order * order);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// Multiplies each frame by a window along one dimension.
#[derive(Debug)]
pub(super) struct Window;

impl Kind for Window {
    fn name(&self) -> &'static str {
        "window"
    }
    fn summary(&self) -> &'static str {
        "multiplies each frame by a window that fades it in and out"
    }
    fn params(&self) -> &'static [Param] {
        const { &[WINDOW, BETA, SYMMETRIC, AXIS] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", SIGNAL, "a signal")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "the windowed signal")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", SIGNAL).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", SIGNAL)?;
        let plane = Plane::new(spec.shape(), wiring.params);
        let values = values(wiring.params, plane.length, wiring.params.bool("symmetric"));
        let width = plane.inner * if spec.dtype() == DType::Complex32 { 2 } else { 1 };
        Ok(by_real!(spec.dtype(), T => Each(Fade::<T>::new(&values, width))))
    }
}

/// Runs of `width` floats share a value of the window.
struct Fade<T> {
    values: Vec<T>,
    width: usize,
    of: PhantomData<T>,
}

impl<T: Real> Fade<T> {
    fn new(values: &[f64], width: usize) -> Self {
        Self { values: values.iter().map(|value| T::of(*value)).collect(), width, of: PhantomData }
    }
}

impl<T: Real> PerFrame for Fade<T> {
    type In = T;
    type Out = T;

    fn frame(&mut self, input: &[T], output: &mut [T]) {
        let runs = output.chunks_exact_mut(self.width).zip(input.chunks_exact(self.width));
        for ((output, input), value) in runs.zip(self.values.iter().cycle()) {
            output.iter_mut().zip(input).for_each(|(output, input)| *output = *input * *value);
        }
    }
}
