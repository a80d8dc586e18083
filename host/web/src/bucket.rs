//! How often somebody may: a bucket that fills with time and gives one measure a request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Holds as much as flows in within a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    per_sec: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(per_sec: u32, now: Instant) -> Self {
        let per_sec = f64::from(per_sec);
        Self { per_sec, level: per_sec, at: now }
    }

    /// Takes one measure; false if there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        self.level = self.level_at(now);
        self.at = now;
        let enough = self.level >= 1.0;
        if enough {
            self.level -= 1.0;
        }
        enough
    }

    fn level_at(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.level + elapsed * self.per_sec).min(self.per_sec)
    }
}

/// Addresses that are remembered at once.
const ADDRESSES: usize = 1_024;

/// A bucket for each address.
#[derive(Debug)]
pub(crate) struct Buckets {
    per_sec: u32,
    by_address: Mutex<HashMap<IpAddr, Bucket>>,
}

impl Buckets {
    pub fn new(per_sec: u32) -> Self {
        Self { per_sec, by_address: Mutex::default() }
    }

    /// Takes one measure of the bucket of an address; false if there is none.
    pub fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES && !buckets.contains_key(&address) {
            // A full bucket is what a stranger is given: it need not be remembered.
            buckets.retain(|_, bucket| bucket.level_at(now) < bucket.per_sec);
            if buckets.len() >= ADDRESSES {
                return false;
            }
        }
        buckets.entry(address).or_insert_with(|| Bucket::new(self.per_sec, now)).take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    #[test]
    fn a_second_gives_its_measure() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        let taken = |bucket: &mut Bucket, now| (0..100).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(&mut bucket, start), 10);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(500)), 5);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(60)), 10);
        // A clock that goes back gives nothing.
        assert_eq!(taken(&mut bucket, start), 0);
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let start = Instant::now();
        let buckets = Buckets::new(1);
        let address = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(n));
        for n in 0..ADDRESSES as u32 {
            assert!(buckets.take(address(n), start));
            assert!(!buckets.take(address(n), start));
        }
        assert!(!buckets.take(address(u32::MAX), start));
        assert!(buckets.take(address(u32::MAX), start + Duration::from_secs(2)));
        assert_eq!(buckets.by_address.lock().expect("a lock").len(), 1);
    }
}
