//! How much another host's monotonic clock is ahead of ours.

use std::collections::VecDeque;

/// Answers that are remembered: of these the quickest counts.
const MEMORY: usize = 8;

/// What is known of the other clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Offset {
    answers: VecDeque<Answer>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    round_trip: u64,
    ahead: i64,
}

impl Offset {
    /// Another clock said `theirs` to a question that was asked at `asked` and answered at `answered`, all in nanoseconds.
    pub fn learn(&mut self, asked: u64, theirs: u64, answered: u64) {
        let round_trip = answered.saturating_sub(asked);
        let middle = asked.wrapping_add(round_trip / 2);
        if self.answers.len() == MEMORY {
            self.answers.pop_front();
        }
        self.answers.push_back(Answer { round_trip, ahead: theirs.wrapping_sub(middle).cast_signed() });
    }

    /// Forgets all: it is another clock now.
    pub fn forget(&mut self) {
        self.answers.clear();
    }

    /// Nanoseconds that the other is ahead, and the round trip that says so; `None` before the first answer.
    pub fn ahead(&self) -> Option<(i64, u64)> {
        let quickest = self.answers.iter().min_by_key(|answer| answer.round_trip)?;
        Some((quickest.ahead, quickest.round_trip))
    }

    /// The time of ours at which the other showed `theirs`; at most `now`, as nothing comes before it was sent.
    pub fn ours(&self, theirs: u64, now: u64) -> u64 {
        match self.ahead() {
            Some((ahead, _)) if theirs != 0 => theirs.wrapping_sub(ahead.cast_unsigned()).min(now).max(1),
            _ => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_answer_counts() {
        let mut offset = Offset::default();
        assert_eq!(offset.ours(5, 77), 77, "nothing is known yet");
        offset.learn(1_000, 6_500, 3_000);
        assert_eq!(offset.ahead(), Some((4_500, 2_000)));
        offset.learn(10_000, 15_010, 10_020);
        assert_eq!(offset.ahead(), Some((5_000, 20)));
        assert_eq!(offset.ours(15_100, 20_000), 10_100);
        assert_eq!(offset.ours(35_100, 20_000), 20_000, "nothing comes before it was sent");
        for _ in 0..MEMORY {
            offset.learn(20_000, 24_000, 20_100);
        }
        assert_eq!(offset.ahead(), Some((3_950, 100)), "what is old is forgotten");
        offset.forget();
        assert_eq!(offset.ahead(), None);
    }

    #[test]
    fn a_clock_may_be_behind() {
        let mut offset = Offset::default();
        offset.learn(1_000_000, 400, 1_000_200);
        assert_eq!(offset.ours(500, 2_000_000), 1_000_200);
    }
}
