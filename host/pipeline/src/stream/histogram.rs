//! Times as counts in buckets: 32 to an octave, so that a percentile is right to 3 %.
//!
//! It lies in words of memory that others may read while one thread records.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets of an octave; below, each nanosecond has its own.
const STEPS: u64 = 32;
const STEP_BITS: u32 = STEPS.ilog2();
/// Times from 2^42 ns on, 73 minutes, are counted in the last bucket.
const OCTAVES: usize = 37;
const BUCKETS: usize = (OCTAVES + 1) * STEPS as usize;

/// A histogram over [`Histogram::WORDS`] words: 0 the longest time, the rest the buckets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Histogram<'m> {
    longest: &'m AtomicU64,
    buckets: &'m [AtomicU64],
}

/// Some percentiles of one reader's frames: from stamp to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Latency {
    pub count: u64,
    pub p50_nanos: u64,
    pub p99_nanos: u64,
    pub p999_nanos: u64,
    pub max_nanos: u64,
}

impl<'m> Histogram<'m> {
    pub const WORDS: usize = 1 + BUCKETS;

    /// # Panics
    /// If there are fewer than [`WORDS`](Self::WORDS).
    pub fn over(words: &'m [AtomicU64]) -> Self {
        let (longest, buckets) = words[..Self::WORDS].split_first().expect("there are more");
        Self { longest, buckets }
    }

    /// Counts `nanos` as often as `weight` says. For one thread at a time. Real-time.
    pub fn record(self, nanos: u64, weight: u64) {
        let bucket = &self.buckets[bucket_of(nanos)];
        bucket.store(bucket.load(Ordering::Relaxed).saturating_add(weight), Ordering::Relaxed);
        if nanos > self.longest.load(Ordering::Relaxed) {
            self.longest.store(nanos, Ordering::Relaxed);
        }
    }

    /// Forgets all. For the recording thread. Real-time.
    pub fn reset(self) {
        self.longest.store(0, Ordering::Relaxed);
        self.buckets.iter().for_each(|bucket| bucket.store(0, Ordering::Relaxed));
    }

    /// What was recorded so far. Any.
    pub fn latency(self) -> Latency {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed)).collect();
        let count = counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
        let max_nanos = self.longest.load(Ordering::Relaxed);
        let percentile = |q: f64| {
            let rank = ((q * count as f64).ceil() as u64).max(1);
            let mut passed: u64 = 0;
            let found = counts.iter().position(|bucket| {
                passed = passed.saturating_add(*bucket);
                passed >= rank
            });
            found.map_or(0, |bucket| middle_of(bucket).min(max_nanos))
        };
        let (p50_nanos, p99_nanos, p999_nanos) = (percentile(0.5), percentile(0.99), percentile(0.999));
        Latency { count, p50_nanos, p99_nanos, p999_nanos, max_nanos }
    }
}

fn bucket_of(nanos: u64) -> usize {
    let Some(shift) = nanos.max(1).ilog2().checked_sub(STEP_BITS) else {
        return nanos as usize;
    };
    let bucket = u64::from(shift + 1) * STEPS + ((nanos >> shift) & (STEPS - 1));
    (bucket as usize).min(BUCKETS - 1)
}

/// A time in the middle of those that are counted in `bucket`.
fn middle_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    match (bucket / STEPS).checked_sub(1) {
        None => bucket,
        Some(shift) => ((STEPS + bucket % STEPS) << shift) + ((1 << shift) >> 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words() -> Vec<AtomicU64> {
        (0..Histogram::WORDS).map(|_| AtomicU64::new(0)).collect()
    }

    proptest! {
        #[test]
        fn percentiles_are_right_to_three_percent(mut times in prop::collection::vec(0..1_u64 << 40, 1..300)) {
            let words = words();
            let histogram = Histogram::over(&words);
            times.iter().for_each(|nanos| histogram.record(*nanos, 1));
            times.sort_unstable();
            let latency = histogram.latency();
            let exact = |q: f64| times[((q * times.len() as f64).ceil() as usize).max(1) - 1];
            for (found, exact) in [(latency.p50_nanos, exact(0.5)), (latency.p99_nanos, exact(0.99))] {
                prop_assert!(found.abs_diff(exact) <= exact / 32 + 1, "{} for {}", found, exact);
            }
            prop_assert_eq!((latency.count, latency.max_nanos), (times.len() as u64, *times.last().unwrap()));
        }
    }

    #[test]
    fn every_time_has_a_bucket() {
        for bits in 0..64 {
            for nanos in [1_u64 << bits, (1 << bits) - 1, u64::MAX >> bits] {
                assert!(bucket_of(nanos) < BUCKETS, "{nanos}");
            }
        }
        let ordered = (0..BUCKETS - 1).all(|bucket| middle_of(bucket) < middle_of(bucket + 1));
        assert!(ordered && (0..BUCKETS).all(|bucket| bucket_of(middle_of(bucket)) == bucket));
    }

    #[test]
    fn weights_count_and_a_reset_forgets() {
        let words = words();
        let histogram = Histogram::over(&words);
        histogram.record(10, 999);
        histogram.record(1_000_000, 1);
        let latency = histogram.latency();
        assert_eq!(
            (latency.count, latency.p50_nanos, latency.p999_nanos, latency.max_nanos),
            (1000, 10, 10, 1_000_000)
        );
        histogram.reset();
        assert_eq!(histogram.latency(), Latency::default());
    }
}
