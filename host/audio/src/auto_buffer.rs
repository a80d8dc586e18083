//! "The smallest buffer that holds": when to take a larger one.

use ripieno_ports::Micros;

/// The largest buffer that is ever proposed, in frames.
pub const LARGEST_AUTO: u32 = 2048;

/// So many underruns within the window are too many.
const TOO_MANY: usize = 3;
const WINDOW_MICROS: u64 = 2_000_000;
/// A stream that has just started may stumble over its own preparations.
const GRACE_MICROS: u64 = 1_000_000;

/// Watches the underruns of one stream. Time is an argument.
#[derive(Clone, Copy, Debug)]
pub struct AutoBuffer {
    frames: u32,
    started: Micros,
    xruns: u64,
    /// When the latest underruns were seen, the oldest first.
    latest: [Option<Micros>; TOO_MANY],
}

impl AutoBuffer {
    /// Watches a stream that starts `now` with a buffer of so many frames. Any.
    pub fn new(frames: u32, now: Micros) -> Self {
        Self { frames, started: now, xruns: 0, latest: [None; TOO_MANY] }
    }

    /// Takes note of the stream's underruns so far and returns a larger buffer if this one does not hold. Call it several
    /// times a second, and begin anew with the stream that has the larger buffer. Any.
    pub fn observe(&mut self, now: Micros, xruns: u64) -> Option<u32> {
        let fresh = xruns.saturating_sub(self.xruns);
        self.xruns = xruns;
        let since = |earlier: Micros| now.0.saturating_sub(earlier.0);
        if since(self.started) < GRACE_MICROS {
            return None;
        }
        for _ in 0..fresh.min(TOO_MANY as u64) {
            self.latest.rotate_left(1);
            self.latest[TOO_MANY - 1] = Some(now);
        }
        let holds = self.latest[0].is_none_or(|oldest| since(oldest) > WINDOW_MICROS);
        if holds {
            return None;
        }
        self.latest = [None; TOO_MANY];
        let larger = self.frames.saturating_mul(2).min(LARGEST_AUTO);
        (larger > self.frames).then_some(larger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Underruns at given milliseconds; what was proposed, and when, looking every 100 ms for ten seconds.
    fn check(frames: u32, underruns_ms: &[u64], expected: &[(u64, u32)]) {
        let mut auto = AutoBuffer::new(frames, Micros(7_000_000));
        let proposed: Vec<_> = (0..100)
            .filter_map(|look| {
                let ms = look * 100;
                let xruns = underruns_ms.iter().filter(|at| **at <= ms).count() as u64;
                auto.observe(Micros(7_000_000 + ms * 1_000), xruns).map(|frames| (ms, frames))
            })
            .collect();
        assert_eq!(proposed, expected, "{underruns_ms:?}");
    }

    #[test]
    fn three_underruns_within_two_seconds_double_it() {
        check(64, &[], &[]);
        check(64, &[1_500, 1_550, 1_650], &[(1_700, 128)]);
        check(64, &[3_050, 4_000, 4_950], &[(5_000, 128)]);
        check(64, &[3_000, 5_200, 7_400, 9_600], &[]);
        check(64, &[100, 200, 300, 400, 900], &[]);
        check(1_500, &[2_000, 2_001, 2_002], &[(2_100, 2_048)]);
        check(64, &[1_000, 2_900, 3_100, 3_300], &[(3_300, 128)]);
        check(2_048, &[2_000, 2_001, 2_002], &[]);
    }
}
