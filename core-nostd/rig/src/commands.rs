//! Where a rig's commands come from, in the order they are due.

use ripieno_ring::spsc::Consumer;
use ripieno_types::{Command, Timed};

/// A queue of timed commands. Real-time.
pub trait Commands {
    /// The frame at which the next command is due.
    fn next_at(&mut self) -> Option<u64>;

    /// Takes the next command.
    fn take(&mut self) -> Option<Timed<Command>>;
}

/// The live source: whatever has arrived in the ring.
impl Commands for Consumer<'_, Timed<Command>> {
    fn next_at(&mut self) -> Option<u64> {
        self.peek().map(|command| command.at)
    }

    fn take(&mut self) -> Option<Timed<Command>> {
        self.pop()
    }
}

/// The offline source: a list, consumed from its front.
impl Commands for &[Timed<Command>] {
    fn next_at(&mut self) -> Option<u64> {
        self.first().map(|command| command.at)
    }

    fn take(&mut self) -> Option<Timed<Command>> {
        let (first, rest) = self.split_first()?;
        *self = rest;
        Some(*first)
    }
}
