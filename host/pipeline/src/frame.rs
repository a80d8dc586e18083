//! What a stream carries: frames of one element type and one shape, each with a sequence number and a time.
//!
//! A frame is dense and row-major, as NumPy's C order: of shape `[256, 2]` it is 256 rows of two channels.

use core::fmt;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A complex number of two `f32`, real part first.
pub type Complex32 = num_complex::Complex<f32>;

/// Most dimensions of a frame.
pub const MAX_DIMS: usize = 4;

/// Most bytes of a frame.
pub const MAX_FRAME_BYTES: usize = 1 << 30;

/// The type of a frame's elements, native-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum DType {
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 16-bit signed integer.
    I16,
    /// 32-bit signed integer.
    I32,
    /// Byte.
    U8,
    /// Two 32-bit floats, real part first.
    Complex32,
}

impl DType {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::F32, Self::F64, Self::I16, Self::I32, Self::U8, Self::Complex32];

    /// Bytes of an element. Any.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::F32 | Self::I32 => 4,
            Self::F64 | Self::Complex32 => 8,
        }
    }

    /// As graph files write it. Any.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::U8 => "u8",
            Self::Complex32 => "complex32",
        }
    }

    /// As NumPy writes it, little-endian. Any.
    pub const fn numpy(self) -> &'static str {
        match self {
            Self::F32 => "<f4",
            Self::F64 => "<f8",
            Self::I16 => "<i2",
            Self::I32 => "<i4",
            Self::U8 => "|u1",
            Self::Complex32 => "<c8",
        }
    }

    /// The number that stands for it in shared memory and files; never changes. Any.
    pub const fn code(self) -> u32 {
        match self {
            Self::F32 => 1,
            Self::F64 => 2,
            Self::I16 => 3,
            Self::I32 => 4,
            Self::U8 => 5,
            Self::Complex32 => 6,
        }
    }

    /// The type that `code` stands for. Any.
    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.code() == code)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<DType> for &'static str {
    fn from(dtype: DType) -> Self {
        dtype.name()
    }
}

/// Takes our names and NumPy's.
impl FromStr for DType {
    type Err = FrameSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |dtype: &Self| text == dtype.name() || text == dtype.numpy();
        Self::ALL.into_iter().find(named).ok_or_else(|| FrameSpecError::UnknownType(text.into()))
    }
}

impl TryFrom<String> for DType {
    type Error = FrameSpecError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A type that frames can be made of; exactly those of [`DType`].
pub trait Element: bytemuck::Pod + sealed::Sealed + Send + Sync + Default + fmt::Debug + PartialEq {
    /// Its name at run time.
    const DTYPE: DType;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($element:ty => $dtype:ident),*) => {$(
        impl sealed::Sealed for $element {}
        impl Element for $element {
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}
elements!(f32 => F32, f64 => F64, i16 => I16, i32 => I32, u8 => U8, Complex32 => Complex32);

/// Why there can be no such frames.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameSpecError {
    /// No such element type.
    #[error("unknown element type '{0}': there are f32, f64, i16, i32, u8 and complex32")]
    UnknownType(String),
    /// A dimension is zero.
    #[error("a shape with a dimension of 0 has no elements")]
    Empty,
    /// Too many dimensions.
    #[error("a shape of {0} dimensions: at most {MAX_DIMS} are possible")]
    TooManyDims(usize),
    /// Too large.
    #[error("a frame of more than {MAX_FRAME_BYTES} bytes: make it smaller and batch it")]
    TooLarge,
    /// A rate that is none.
    #[error("a rate of {0} rows per second: it must be a finite number above 0")]
    Rate(String),
}

/// The dimensions of a frame, outermost first; none for a single element.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "Vec<usize>", try_from = "Vec<usize>")]
pub struct Shape {
    dims: [usize; MAX_DIMS],
    rank: usize,
}

impl Shape {
    /// A shape of these dimensions. Any.
    ///
    /// # Errors
    /// More than [`MAX_DIMS`], one of 0, or so many elements that their bytes pass [`MAX_FRAME_BYTES`].
    pub fn new(dims: &[usize]) -> Result<Self, FrameSpecError> {
        if dims.len() > MAX_DIMS {
            return Err(FrameSpecError::TooManyDims(dims.len()));
        }
        if dims.contains(&0) {
            return Err(FrameSpecError::Empty);
        }
        let elements = dims.iter().try_fold(1_usize, |product, dim| product.checked_mul(*dim));
        if elements.is_none_or(|elements| elements > MAX_FRAME_BYTES) {
            return Err(FrameSpecError::TooLarge);
        }
        let mut shape = Self { dims: [0; MAX_DIMS], rank: dims.len() };
        shape.dims[..dims.len()].copy_from_slice(dims);
        Ok(shape)
    }

    /// The dimensions. Any.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank]
    }

    /// Elements of a frame. Any.
    pub fn elements(&self) -> usize {
        self.dims().iter().product()
    }

    /// The outermost dimension: samples in time, 1 for a single element. Any.
    pub fn rows(&self) -> usize {
        self.dims().first().copied().unwrap_or(1)
    }

    /// Elements of a row. Any.
    pub fn row_elements(&self) -> usize {
        self.dims().iter().skip(1).product()
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.dims(), f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.dims(), f)
    }
}

impl From<Shape> for Vec<usize> {
    fn from(shape: Shape) -> Self {
        shape.dims().to_vec()
    }
}

impl TryFrom<Vec<usize>> for Shape {
    type Error = FrameSpecError;

    fn try_from(dims: Vec<usize>) -> Result<Self, Self::Error> {
        Self::new(&dims)
    }
}

/// What all frames of a stream are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameSpec {
    dtype: DType,
    shape: Shape,
    rate_hz: Option<f64>,
}

impl FrameSpec {
    /// Frames of this type and these dimensions, at no stated rate. Any.
    ///
    /// # Errors
    /// As for [`Shape::new`].
    pub fn new(dtype: DType, dims: &[usize]) -> Result<Self, FrameSpecError> {
        let shape = Shape::new(dims)?;
        if shape.elements() * dtype.bytes() > MAX_FRAME_BYTES {
            return Err(FrameSpecError::TooLarge);
        }
        Ok(Self { dtype, shape, rate_hz: None })
    }

    /// The same, with so many rows a second of the signal: samples a second for `[samples, channels]`. Any.
    ///
    /// # Errors
    /// `rate_hz` is no finite number above 0.
    pub fn with_rate(self, rate_hz: f64) -> Result<Self, FrameSpecError> {
        if !(rate_hz.is_finite() && rate_hz > 0.0) {
            return Err(FrameSpecError::Rate(rate_hz.to_string()));
        }
        Ok(Self { rate_hz: Some(rate_hz), ..self })
    }

    /// The same without a stated rate. Any.
    pub fn without_rate(self) -> Self {
        Self { rate_hz: None, ..self }
    }

    /// Type of the elements. Any.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The dimensions. Any.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Rows a second of the signal, if stated. Any.
    pub fn rate_hz(&self) -> Option<f64> {
        self.rate_hz
    }

    /// Elements of a frame. Any.
    pub fn elements(&self) -> usize {
        self.shape.elements()
    }

    /// Bytes of a frame. Any.
    pub fn bytes(&self) -> usize {
        self.shape.elements() * self.dtype.bytes()
    }

    /// Seconds of signal in a frame, if the rate is stated. Any.
    pub fn secs(&self) -> Option<f64> {
        self.rate_hz.map(|rate| self.shape.rows() as f64 / rate)
    }

    /// Whether type and shape are the same, whatever is said of the rate. Any.
    pub fn fits(&self, other: &Self) -> bool {
        self.dtype == other.dtype && self.shape == other.shape
    }
}

impl fmt::Display for FrameSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dtype, self.shape)?;
        self.rate_hz.map_or(Ok(()), |rate| write!(f, " at {rate} Hz"))
    }
}

/// What every frame carries beside its elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Frames of this stream before this one. Grows by one a frame, over restarts of the writer too.
    pub sequence: u64,
    /// When the data came into the pipeline, in nanoseconds of the machine's monotonic clock: a task's output carries the time of
    /// the input that it was made of.
    pub nanos: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_lead_back() {
        for dtype in DType::ALL {
            assert_eq!(dtype.name().parse(), Ok(dtype));
            assert_eq!(dtype.numpy().parse(), Ok(dtype));
            assert_eq!(DType::from_code(dtype.code()), Some(dtype));
        }
        assert_eq!("float".parse::<DType>(), Err(FrameSpecError::UnknownType("float".into())));
    }

    #[test]
    fn shapes_have_limits() {
        let check = |dims: &[usize], expected: Result<usize, FrameSpecError>| {
            assert_eq!(FrameSpec::new(DType::F64, dims).map(|spec| spec.bytes()), expected, "{dims:?}");
        };
        check(&[], Ok(8));
        check(&[256, 2], Ok(4096));
        check(&[4, 0], Err(FrameSpecError::Empty));
        check(&[1; 5], Err(FrameSpecError::TooManyDims(5)));
        check(&[1 << 30], Err(FrameSpecError::TooLarge));
        check(&[usize::MAX, 2], Err(FrameSpecError::TooLarge));
    }

    #[test]
    fn rows_are_time() {
        let spec = FrameSpec::new(DType::F32, &[256, 2]).and_then(|spec| spec.with_rate(48_000.0)).expect("legal");
        assert_eq!((spec.shape().rows(), spec.shape().row_elements()), (256, 2));
        assert_eq!(spec.secs(), Some(256.0 / 48_000.0));
        assert_eq!(spec.to_string(), "f32 [256, 2] at 48000 Hz");
        assert!(spec.with_rate(f64::NAN).is_err());
    }
}
