//! The log that clients see: the last lines, none of them said over and over.

use ripieno_web::shape::LogEntry;
use std::collections::VecDeque;

/// Lines that are kept.
const KEPT: usize = 200;
/// Lines that are part of the served state.
pub const SERVED: usize = 50;
/// How often one line may follow itself.
const REPEATS: usize = 3;
/// Seconds in which a line that follows itself is a repetition.
const WINDOW: f64 = 10.0;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The lines, each with its number, from 0.
#[derive(Debug, Default)]
pub struct Log {
    lines: VecDeque<LogEntry>,
    /// The number of the next line.
    next: u64,
    /// How often the last line was wanted.
    repeats: usize,
}

impl Log {
    /// Adds a line at `now` (seconds since 1970), and gives it back unless it only repeats the one before.
    pub fn add(&mut self, now: f64, level: Level, tag: &str, message: String) -> Option<LogEntry> {
        let entry = LogEntry { tag: tag.into(), message, level: level.name().into(), ts: now };
        let repeats = |last: &LogEntry| {
            (&last.tag, &last.message, &last.level) == (&entry.tag, &entry.message, &entry.level)
                && (0.0..WINDOW).contains(&(now - last.ts))
        };
        self.repeats = if self.lines.back().is_some_and(repeats) { self.repeats + 1 } else { 0 };
        if self.repeats >= REPEATS {
            return None;
        }
        self.lines.push_back(entry.clone());
        if self.lines.len() > KEPT {
            self.lines.pop_front();
        }
        self.next += 1;
        Some(entry)
    }

    /// All that are kept, the oldest first.
    pub fn lines(&self) -> Vec<LogEntry> {
        self.lines.iter().cloned().collect()
    }

    /// The last ones with their numbers.
    pub fn served(&self) -> impl Iterator<Item = (u64, &LogEntry)> {
        let from = self.lines.len().saturating_sub(SERVED);
        let first = self.next - (self.lines.len() - from) as u64;
        (first..).zip(self.lines.range(from..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_follows_itself_is_said_three_times() {
        let mut log = Log::default();
        let mut say = |now: f64, message: &str| log.add(now, Level::Info, "midi", message.into()).is_some();
        let said: Vec<bool> = (0..5).map(|n| say(f64::from(n) * 0.1, "lost")).collect();
        assert_eq!(said, [true, true, true, false, false]);
        assert!(say(1.0, "found") && say(1.1, "lost"));
        assert!(say(20.0, "lost"), "after a while it is news again");
    }

    #[test]
    fn the_last_are_kept_under_their_numbers() {
        let mut log = Log::default();
        for n in 0..300 {
            log.add(f64::from(n), Level::Warning, "test", n.to_string());
        }
        assert_eq!((log.lines().len(), log.lines()[0].message.as_str()), (KEPT, "100"));
        let served: Vec<_> = log.served().map(|(number, line)| (number, line.message.clone())).collect();
        assert_eq!((served.len(), served[0].clone(), served[49].0), (SERVED, (250, "250".into()), 299));
    }
}
