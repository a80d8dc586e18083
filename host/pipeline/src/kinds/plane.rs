//! A frame as lines along one of its dimensions: what transforms run over.

use crate::frame::Shape;
use crate::kind::Params;

/// The element `i` of line `(o, k)` lies at `(o * length + i) * inner + k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plane {
    pub(super) outer: usize,
    pub(super) length: usize,
    pub(super) inner: usize,
    first: bool,
}

impl Plane {
    /// The lines of `shape` along the dimension that the parameter `axis` names.
    pub(super) fn new(shape: Shape, params: &Params) -> Self {
        if params.text("axis") == "last" {
            let length = shape.dims().last().copied().unwrap_or(1);
            return Self { outer: shape.elements() / length, length, inner: 1, first: shape.dims().len() < 2 };
        }
        Self { outer: 1, length: shape.rows(), inner: shape.row_elements(), first: true }
    }

    /// The dimensions of a frame with lines of another length.
    pub(super) fn dims(&self, shape: Shape, length: usize) -> Vec<usize> {
        let mut dims = shape.dims().to_vec();
        match if self.first { dims.first_mut() } else { dims.last_mut() } {
            Some(dim) => *dim = length,
            None => dims.push(length),
        }
        dims
    }
}
