//! What the transforms share: the scale of each direction, real transforms of all lines of a frame, transposition.

use super::plane::Plane;
use super::real::Real;
use super::table::choice;
use crate::kind::{Param, Params};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Where a pair of transforms is scaled by the length.
pub(super) const NORM: Param = choice(
    "norm",
    &["backward", "ortho", "forward"],
    "which direction is divided by the length: the inverse, each by its root, or the forward; as NumPy's",
);

/// The factor of a transform of this length.
pub(super) fn scale(params: &Params, length: usize, inverse: bool) -> f64 {
    let length = length as f64;
    match params.text("norm") {
        "ortho" => 1.0 / length.sqrt(),
        "forward" if !inverse => 1.0 / length,
        "forward" => 1.0,
        _ if inverse => 1.0 / length,
        _ => 1.0,
    }
}

/// Rows that are transposed at a time, so that a block of any usual width stays in the first cache.
const BLOCK: usize = 64;

/// Turns `columns` interleaved lines into lines that lie one after the other.
pub(super) fn apart<A: Copy, B>(from: &[A], columns: usize, to: &mut [B], map: impl Fn(A) -> B) {
    let rows = from.len() / columns;
    if columns == 1 {
        return to.iter_mut().zip(from).for_each(|(to, from)| *to = map(*from));
    }
    for start in (0..rows).step_by(BLOCK) {
        let block = &from[start * columns..(start + BLOCK).min(rows) * columns];
        for (column, to) in to.chunks_exact_mut(rows).enumerate() {
            let to = to[start..].iter_mut();
            to.zip(block[column..].iter().step_by(columns)).for_each(|(to, from)| *to = map(*from));
        }
    }
}

/// Turns lines that lie one after the other into `columns` interleaved ones.
pub(super) fn together<A: Copy, B>(from: &[A], columns: usize, to: &mut [B], map: impl Fn(A) -> B) {
    let rows = from.len() / columns;
    if columns == 1 {
        return to.iter_mut().zip(from).for_each(|(to, from)| *to = map(*from));
    }
    for start in (0..rows).step_by(BLOCK) {
        let block = &mut to[start * columns..(start + BLOCK).min(rows) * columns];
        for (column, from) in from.chunks_exact(rows).enumerate() {
            let from = from[start..].iter();
            block[column..].iter_mut().step_by(columns).zip(from).for_each(|(to, from)| *to = map(*from));
        }
    }
}

/// Spectra of the lines of real frames.
pub(super) struct Spectra<T: Real> {
    plane: Plane,
    plan: Arc<dyn RealToComplex<T>>,
    lines: Vec<T>,
    spectra: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Spectra<T> {
    pub(super) fn new(plane: Plane) -> Self {
        let plan = RealFftPlanner::new().plan_fft_forward(plane.length);
        let zero = T::of(0.0);
        Self {
            plane,
            lines: vec![zero; plane.length * plane.inner],
            spectra: vec![Complex::new(zero, zero); plan.complex_len() * plane.inner],
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }

    /// Transforms all lines of `input`; `map` makes of each bin an element of `output`. Real-time.
    pub(super) fn frame<B>(&mut self, input: &[T], output: &mut [B], map: impl Fn(Complex<T>) -> B) {
        let (length, bins) = (self.plane.length, self.plan.complex_len());
        let slabs = input.chunks_exact(length * self.plane.inner).zip(output.chunks_exact_mut(bins * self.plane.inner));
        for (input, output) in slabs {
            apart(input, self.plane.inner, &mut self.lines, |sample| sample);
            for (line, spectrum) in self.lines.chunks_exact_mut(length).zip(self.spectra.chunks_exact_mut(bins)) {
                self.plan.process_with_scratch(line, spectrum, &mut self.scratch).expect("sized by the plan");
            }
            together(&self.spectra, self.plane.inner, output, &map);
        }
    }
}

/// The bin in the precision of streams.
pub(super) fn bin<T: Real>(value: Complex<T>, scale: T) -> Complex<f32> {
    Complex::new((value.re * scale).narrow(), (value.im * scale).narrow())
}
