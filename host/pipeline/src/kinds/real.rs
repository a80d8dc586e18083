//! The two floats that signals are computed in, and the choice between them at run time. A `complex32` is a pair of `f32` to
//! everything that only scales and adds.

use crate::frame::{DType, Element, FrameSpec};
use realfft::FftNum;
use realfft::num_traits::Float;
use std::ops::{AddAssign, MulAssign};

/// `f32` or `f64`.
pub(super) trait Real: Element + FftNum + Float + AddAssign + MulAssign {
    /// The nearest of its values.
    fn of(value: f64) -> Self;
    /// The same number.
    fn wide(self) -> f64;
    /// The nearest `f32`.
    fn narrow(self) -> f32;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as f32
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
    fn narrow(self) -> f32 {
        self
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }
    fn wide(self) -> f64 {
        self
    }
    fn narrow(self) -> f32 {
        self as f32
    }
}

/// Makes a task of `$body`, in which `$real` is the float that elements of `$dtype` consist of.
macro_rules! by_real {
    ($dtype:expr, $real:ident => $body:expr) => {
        match $dtype {
            $crate::frame::DType::F64 => {
                type $real = f64;
                Box::new($body) as Box<dyn $crate::ports::Task>
            }
            _ => {
                type $real = f32;
                Box::new($body) as Box<dyn $crate::ports::Task>
            }
        }
    };
}
pub(super) use by_real;

/// Floats in a row of a frame.
pub(super) fn lanes(spec: &FrameSpec) -> usize {
    spec.shape().row_elements() * if spec.dtype() == DType::Complex32 { 2 } else { 1 }
}
