//! Where a rig's commands come from, in the order they are due.

use ripieno_ring::spsc::Consumer;
use ripieno_types::{Block, Command, Timed};

/// A source of timed commands. Real-time.
pub trait Commands {
    /// Gives out every command that is due at frame `now` or before, in order; returns the frame at which to ask again, if
    /// nothing else is to come before: after `now`.
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64>;

    /// Adds sound of its own to what the synth made of the next frames, ahead of the effects.
    fn mix(&mut self, block: Block<'_>) {
        let _ = block;
    }
}

impl<C: Commands> Commands for &mut C {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        C::due(self, now, each)
    }

    fn mix(&mut self, block: Block<'_>) {
        C::mix(self, block);
    }
}

/// A source that may be missing.
impl<C: Commands> Commands for Option<C> {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        self.as_mut()?.due(now, each)
    }

    fn mix(&mut self, block: Block<'_>) {
        if let Some(source) = self {
            source.mix(block);
        }
    }
}

/// The live source: whatever has arrived in the ring.
impl Commands for Consumer<'_, Timed<Command>> {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        while let Some(at) = self.peek().map(|command| command.at) {
            if at > now {
                return Some(at);
            }
            each(self.pop()?);
        }
        None
    }
}

/// The offline source: a list, consumed from its front.
impl Commands for &[Timed<Command>] {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        while let Some((first, rest)) = self.split_first() {
            if first.at > now {
                return Some(first.at);
            }
            *self = rest;
            each(*first);
        }
        None
    }
}

/// Two sources as one, such as a song's list and a live ring: of two commands due at the same frame the first source's
/// comes first.
///
/// ```
/// use ripieno_rig::{Commands, Merge};
/// use ripieno_types::{Command, Timed};
///
/// let polyphony = |at, voices| Timed { at, value: Command::Polyphony(voices) };
/// let (mut song, mut live) = (&[polyphony(1, 10), polyphony(9, 11)][..], &[polyphony(5, 20), polyphony(9, 21)][..]);
/// let mut both = Merge::new(&mut song, &mut live);
/// let (mut taken, mut next) = (vec![], Some(0));
/// while let Some(now) = next {
///     next = both.due(now, &mut |command| taken.push(command));
/// }
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
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        let (first, second) = (self.first.due(now, each), self.second.due(now, each));
        first.into_iter().chain(second).min()
    }

    fn mix(&mut self, mut block: Block<'_>) {
        self.first.mix(block.reborrow());
        self.second.mix(block);
    }
}
