//! A contact that bounces.
//!
//! | state | sample | state | edge |
//! |---|---|---|---|
//! | up | open | up | |
//! | up | closed | down | down, at once |
//! | down | closed | down | |
//! | down | open for less than the time, without a break | down | |
//! | down | open for the time, without a break | up | up |
//!
//! A press is told with its first sample, so it costs no latency; bounces of press and release alike are closed within the
//! time. One sample that reads closed by mistake is a press: keep wires short.

/// A contact's news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Closed.
    Down,
    /// Open.
    Up,
}

/// See the head of this file. Real-time.
///
/// ```
/// use ripieno_firmware::scan::{Debounce, Edge};
///
/// let mut key = Debounce::new(5_000);
/// assert_eq!(key.sample(0, true), Some(Edge::Down));
/// let bounces = [(500, false), (900, true), (20_000, false), (21_000, true), (22_000, false), (26_999, false)];
/// assert!(bounces.iter().all(|(now, closed)| key.sample(*now, *closed).is_none()));
/// assert_eq!(key.sample(27_000, false), Some(Edge::Up));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debounce {
    micros: u32,
    is_down: bool,
    /// Since when it is open, while it is down.
    open_since: Option<u64>,
}

impl Debounce {
    /// Up. `micros` is how long a release is open before it counts: longer than the contact bounces; 5,000 does for most.
    pub const fn new(micros: u32) -> Self {
        Self { micros, is_down: false, open_since: None }
    }

    /// Takes a sample.
    pub fn sample(&mut self, now: u64, is_closed: bool) -> Option<Edge> {
        if is_closed {
            self.open_since = None;
            return (!core::mem::replace(&mut self.is_down, true)).then_some(Edge::Down);
        }
        if !self.is_down {
            return None;
        }
        let since = *self.open_since.get_or_insert(now);
        if now.saturating_sub(since) < u64::from(self.micros) {
            return None;
        }
        (self.is_down, self.open_since) = (false, None);
        Some(Edge::Up)
    }

    /// As told last.
    pub const fn is_down(&self) -> bool {
        self.is_down
    }
}
