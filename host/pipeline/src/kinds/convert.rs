//! Another type of element.
//!
//! By `scale = "full-scale"`, integers stand for fractions of their range as in audio files: an `i16` of 16384 is 0.5, a `u8` of
//! 192 is 0.5 (its zero is 128). By `scale = "value"`, a number stays the number that it is. What becomes an integer is rounded to
//! the nearest, halves to the even one, and kept within the range; not-a-number becomes 0. A complex number becomes real by its
//! real part, its imaginary part or its magnitude; a real one gets an imaginary part of 0.

use super::per_frame::{Each, PerFrame};
use super::table::{ANY, choice, port};
use super::wiring::{Outputs, at_rate, dtype_of, input, out};
use crate::frame::{Complex32, DType, Element};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::Task;
use std::marker::PhantomData;

/// Converts element by element.
#[derive(Debug)]
pub(super) struct Convert;

impl Kind for Convert {
    fn name(&self) -> &'static str {
        "convert"
    }
    fn summary(&self) -> &'static str {
        "converts elements to another type: rounded to the nearest, kept within the range"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                choice("to", &["f32", "f64", "i16", "i32", "u8", "complex32"], "the type that goes out"),
                choice(
                    "scale",
                    &["full-scale", "value"],
                    "whether integers are fractions of their range, or the numbers they are",
                ),
                choice(
                    "part",
                    &["real", "imaginary", "magnitude"],
                    "what a complex number becomes where the output is real",
                ),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the same frames in the other type")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", ANY)?;
        at_rate(dtype_of(wiring.params, "to")?, spec.shape().dims(), spec.rate_hz()).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let (from, to) = (input(wiring, "in", ANY)?.dtype(), dtype_of(wiring.params, "to")?);
        let full_scale = wiring.params.text("scale") == "full-scale";
        let part = match wiring.params.text("part") {
            "imaginary" => Part::Imaginary,
            "magnitude" => Part::Magnitude,
            _ => Part::Real,
        };
        Ok(match from {
            DType::F32 => into::<f32>(to, full_scale, part),
            DType::F64 => into::<f64>(to, full_scale, part),
            DType::I16 => into::<i16>(to, full_scale, part),
            DType::I32 => into::<i32>(to, full_scale, part),
            DType::U8 => into::<u8>(to, full_scale, part),
            DType::Complex32 => into::<Complex32>(to, full_scale, part),
        })
    }
}

fn into<A: Number>(to: DType, full_scale: bool, part: Part) -> Box<dyn Task> {
    fn task<A: Number, B: Number>(full_scale: bool, part: Part) -> Box<dyn Task> {
        Box::new(Each(Converter::<A, B>::new(full_scale, part)))
    }
    match to {
        DType::F32 => task::<A, f32>(full_scale, part),
        DType::F64 => task::<A, f64>(full_scale, part),
        DType::I16 => task::<A, i16>(full_scale, part),
        DType::I32 => task::<A, i32>(full_scale, part),
        DType::U8 => task::<A, u8>(full_scale, part),
        DType::Complex32 => task::<A, Complex32>(full_scale, part),
    }
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Real,
    Imaginary,
    Magnitude,
}

/// What is done to a number on its way: full scale is brought to full scale, zero to zero.
#[derive(Clone, Copy, Debug)]
struct Scaling {
    from_zero: f64,
    factor: f64,
    to_zero: f64,
}

impl Scaling {
    fn apply(self, value: f64) -> f64 {
        let scaled = (value - self.from_zero) * self.factor;
        // Adding 0 would lose the sign of a negative zero.
        if self.to_zero == 0.0 { scaled } else { scaled + self.to_zero }
    }
}

/// An element as one or two `f64`, which hold all of them exactly.
trait Number: Element {
    /// Full scale, and what stands for zero.
    const RANGE: [f64; 2] = [1.0, 0.0];

    fn parts(self) -> [f64; 2];

    fn of(parts: [f64; 2], part: Part, scaling: Scaling) -> Self;
}

fn one(parts: [f64; 2], part: Part) -> f64 {
    match part {
        Part::Real => parts[0],
        Part::Imaginary => parts[1],
        Part::Magnitude => parts[0].hypot(parts[1]),
    }
}

macro_rules! real_numbers {
    ($($number:ty, $range:expr, |$value:ident| $cast:expr;)*) => {$(
        impl Number for $number {
            const RANGE: [f64; 2] = $range;

            fn parts(self) -> [f64; 2] {
                [f64::from(self), 0.0]
            }

            fn of(parts: [f64; 2], part: Part, scaling: Scaling) -> Self {
                let $value = scaling.apply(one(parts, part));
                $cast
            }
        }
    )*};
}
// A cast keeps what is too large at the end of the range, and makes 0 of not-a-number.
real_numbers! {
    f32, [1.0, 0.0], |value| value as f32;
    f64, [1.0, 0.0], |value| value;
    i16, [32_768.0, 0.0], |value| value.round_ties_even() as i16;
    i32, [2_147_483_648.0, 0.0], |value| value.round_ties_even() as i32;
    u8, [128.0, 128.0], |value| value.round_ties_even() as u8;
}

impl Number for Complex32 {
    fn parts(self) -> [f64; 2] {
        [f64::from(self.re), f64::from(self.im)]
    }

    fn of(parts: [f64; 2], _: Part, scaling: Scaling) -> Self {
        Self::new(scaling.apply(parts[0]) as f32, parts[1] as f32)
    }
}

struct Converter<A, B> {
    scaling: Scaling,
    part: Part,
    of: PhantomData<(A, B)>,
}

impl<A: Number, B: Number> Converter<A, B> {
    fn new(full_scale: bool, part: Part) -> Self {
        let [[from, from_zero], [to, to_zero]] = if full_scale { [A::RANGE, B::RANGE] } else { [[1.0, 0.0]; 2] };
        // Only a complex number has parts to choose from.
        let part = if A::DTYPE == DType::Complex32 { part } else { Part::Real };
        Self { scaling: Scaling { from_zero, factor: to / from, to_zero }, part, of: PhantomData }
    }
}

impl<A: Number, B: Number> PerFrame for Converter<A, B> {
    type In = A;
    type Out = B;

    fn frame(&mut self, input: &[A], output: &mut [B]) {
        let (part, scaling) = (self.part, self.scaling);
        output.iter_mut().zip(input).for_each(|(output, input)| *output = B::of(input.parts(), part, scaling));
    }
}
