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

impl<C: Commands + ?Sized> Commands for &mut C {
    fn next_at(&mut self) -> Option<u64> {
        C::next_at(self)
    }

    fn take(&mut self) -> Option<Timed<Command>> {
        C::take(self)
    }
}

/// A source that may be missing.
impl<C: Commands> Commands for Option<C> {
    fn next_at(&mut self) -> Option<u64> {
        self.as_mut()?.next_at()
    }

    fn take(&mut self) -> Option<Timed<Command>> {
        self.as_mut()?.take()
    }
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

/// Two sources as one, such as a song's list and a live ring: the earlier command first, of two due at the same frame the
/// first source's.
///
/// ```
/// use ripieno_rig::{Commands, Merge};
/// use ripieno_types::{Command, Timed};
///
/// let polyphony = |at, voices| Timed { at, value: Command::Polyphony(voices) };
/// let (mut song, mut live) = (&[polyphony(1, 10), polyphony(9, 11)][..], &[polyphony(5, 20), polyphony(9, 21)][..]);
/// let mut both = Merge::new(&mut song, &mut live);
/// let taken: Vec<_> = std::iter::from_fn(|| both.take()).collect();
/// assert_eq!(taken, [polyphony(1, 10), polyphony(5, 20), polyphony(9, 11), polyphony(9, 21)]);
/// ```
#[derive(Debug)]
pub struct Merge<A, B> {
    first: A,
    second: B,
}

impl<A: Commands, B: Commands> Merge<A, B> {
    /// Joins two sources, each of them in its own order. Any.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Commands, B: Commands> Commands for Merge<A, B> {
    fn next_at(&mut self) -> Option<u64> {
        match (self.first.next_at(), self.second.next_at()) {
            (Some(first), Some(second)) => Some(first.min(second)),
            (first, second) => first.or(second),
        }
    }

    fn take(&mut self) -> Option<Timed<Command>> {
        match (self.first.next_at(), self.second.next_at()) {
            (Some(first), Some(second)) if second < first => self.second.take(),
            (None, _) => self.second.take(),
            _ => self.first.take(),
        }
    }
}
