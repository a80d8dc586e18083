//! Values that may be seen half-written without harm.

/// A value made of nothing but bytes: what may lie in shared memory, be granted before it is written, or be read while
/// another thread writes it (the read is then thrown away).
///
/// # Safety
/// The type has no padding and no interior mutability, holds no pointer, and every pattern of bits is a valid value.
pub unsafe trait Plain: Copy + Send + Sync + 'static {}

macro_rules! plain {
    ($($type:ty)*) => { $(
        // SAFETY: a primitive number: no padding, no pointer, every pattern of bits is a value.
        unsafe impl Plain for $type {}
    )* };
}
plain!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

// SAFETY: an array adds no padding to items that have none.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}
