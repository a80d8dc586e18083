//! Arrays between drivers and engines: row-major, on the host, owned.

/// What a tensor's elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElementKind {
    /// 32-bit float.
    F32,
    /// 16-bit float; drivers see it as [`F32`](Self::F32).
    F16,
    /// 64-bit integer.
    I64,
    /// Truth value, one byte each.
    Bool,
}

/// Elements in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub enum Elements {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// 64-bit integers.
    I64(Vec<i64>),
    /// Truth values.
    Bool(Vec<bool>),
}

impl Elements {
    /// How many there are. Any.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(all) => all.len(),
            Self::I64(all) => all.len(),
            Self::Bool(all) => all.len(),
        }
    }

    /// Whether there is none. Any.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Of which kind they are. Any.
    pub fn kind(&self) -> ElementKind {
        match self {
            Self::F32(_) => ElementKind::F32,
            Self::I64(_) => ElementKind::I64,
            Self::Bool(_) => ElementKind::Bool,
        }
    }
}

/// Elements and their shape: the product of the shape is their number.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    elements: Elements,
}

impl Tensor {
    /// Gives elements a shape. Any.
    ///
    /// # Panics
    /// When the shape does not hold as many.
    pub fn new(shape: &[usize], elements: Elements) -> Self {
        let wanted = shape.iter().try_fold(1usize, |all, axis| all.checked_mul(*axis));
        assert_eq!(wanted, Some(elements.len()), "shape {shape:?}");
        Self { shape: shape.to_vec(), elements }
    }

    /// Floats of a shape. Any.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    pub fn floats(shape: &[usize], elements: Vec<f32>) -> Self {
        Self::new(shape, Elements::F32(elements))
    }

    /// Length of each axis. Any.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements. Any.
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// The elements where they are floats. Any.
    pub fn as_floats(&self) -> Option<&[f32]> {
        match &self.elements {
            Elements::F32(all) => Some(all),
            _ => None,
        }
    }

    /// Gives up shape for elements. Any.
    pub fn into_elements(self) -> Elements {
        self.elements
    }
}
