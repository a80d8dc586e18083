//! Buffers that flash drivers take: some want whole words of RAM.

/// Bytes that begin at a multiple of four.
#[derive(Clone, Copy, Debug)]
#[repr(align(4))]
pub struct Aligned<const LENGTH: usize>(pub [u8; LENGTH]);
