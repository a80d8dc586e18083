//! The inner loops: straight runs over slices, which the compiler turns into vector code.

use core::ops::Range;

/// See [`OverlapAdd::LOUDEST`](crate::OverlapAdd::LOUDEST).
pub(super) const LOUDEST: f32 = 1e30;

/// The bit of an `f32` that holds its sign.
const SIGN: u32 = 1 << 31;

/// Kept frames of a segment that lie next to each other in a row, and are all new to it or all not.
pub(super) struct Run {
    /// In the segment's kept frames.
    pub frames: Range<usize>,
    /// Where in a row they stand.
    pub place: usize,
    /// Whether no earlier segment reached them: what stands there is of old.
    pub begins: bool,
}

impl Run {
    /// Lays weighted samples over sums, and returns how many were no number.
    pub fn lay(&self, sums: &mut [f32], samples: &[f32], weights: &[f32]) -> u64 {
        if self.begins {
            weigh(sums, samples, weights, |_, new| new)
        } else {
            weigh(sums, samples, weights, |old, new| old + new)
        }
    }
}

#[inline(always)]
fn weigh(sums: &mut [f32], samples: &[f32], weights: &[f32], join: impl Fn(f32, f32) -> f32) -> u64 {
    let mut odd = 0u32;
    for ((sum, &sample), &weight) in sums.iter_mut().zip(samples).zip(weights) {
        // As integers: the compiler makes no vector code of comparisons of numbers that may be none.
        let bits = sample.to_bits();
        let is_odd = u32::from(bits & !SIGN > LOUDEST.to_bits());
        let sound = f32::from_bits(bits & is_odd.wrapping_sub(1));
        *sum = join(*sum, sound * weight);
        odd += is_odd;
    }
    u64::from(odd)
}

/// Adds a row to another.
pub(super) fn add(sums: &mut [f32], row: &[f32]) {
    for (sum, &value) in sums.iter_mut().zip(row) {
        *sum += value;
    }
}

/// Finished sums, divided by their weights.
pub(super) fn finish(out: &mut [f32], sums: &[f32], weights: &[f32]) {
    for ((out, &sum), &weight) in out.iter_mut().zip(sums).zip(weights) {
        *out = sum / weight;
    }
}
