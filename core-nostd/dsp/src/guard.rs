//! What keeps bad samples and denormals out of recursive state, arithmetically: the FPU mode is never touched.

/// Magnitudes below this (−300 dBFS) count as silence.
pub const TINY: f32 = 1e-15;

/// Magnitudes above this (+120 dBFS) are no audio and count as silence, as NaN and infinities do.
pub const LIMIT: f32 = 1e6;

/// The sample, or 0 when it is NaN, infinite, beyond [`LIMIT`] or below [`TINY`]. Real-time; no branch.
///
/// On the bits, which order as magnitudes do: one comparison, and none of it waits for an FPU's flags.
#[inline(always)]
pub fn clean(x: f32) -> f32 {
    // Twice the bits is the magnitude alone: the sign has gone over the edge.
    const LEAST: u32 = TINY.to_bits() << 1;
    const SPAN: u32 = (LIMIT.to_bits() << 1) - LEAST;
    let bits = x.to_bits();
    f32::from_bits(if (bits << 1).wrapping_sub(LEAST) <= SPAN { bits } else { 0 })
}

/// The sample, or 0 when it is below [`TINY`]: for what is fed back. Real-time; no branch.
#[inline(always)]
pub fn flush(x: f32) -> f32 {
    if x.abs() >= TINY { x } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_audio_passes() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40, -1e-16, 0.0] {
            assert_eq!(clean(x), 0.0, "{x}");
        }
        for x in [1.0, -1.0, 1e-14, -1e6, 3.7e5] {
            assert_eq!((clean(x), flush(x)), (x, x));
        }
        assert_eq!(flush(-1e-20), 0.0);
    }
}
