//! The driver's end of an input: bytes in, stamped messages into a ring.

use ripieno_ports::{InputId, Message, Micros};
use ripieno_ring::spsc::Producer;
use ripieno_types::midi::{Assembled, Assembler, SysEx, SysExPart};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;

/// A sign of life that devices send several times a second and that nobody here listens to.
const ACTIVE_SENSING: u8 = 0xFE;

/// The longest SysEx body that is passed on, in bytes: tunings of all keys have at most 514.
pub const LONGEST_SYSEX: usize = 1024;

/// What travels from a feed to the inputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A message that arrived.
    Message { at: Micros, message: Message },
    /// Everything that this input holds is to be let go: it was unplugged, or words were lost here.
    LetGo { at: Micros },
}

impl Entry {
    pub fn at(&self) -> Micros {
        let (Self::Message { at, .. } | Self::LetGo { at }) = self;
        *at
    }
}

/// What both ends and the control side may see of an input.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    /// True while words are lost because the ring is full, until the place of the loss could be marked in it. Stored by
    /// the feed (release) before it pushes again, loaded by the inputs (acquire) after they found the ring empty.
    pub is_broken: AtomicBool,
    pub arrived: AtomicU64,
    pub lost: AtomicU64,
    pub sysex: AtomicU64,
}

/// Counts of one input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedStats {
    /// Messages that arrived, active sensing and too long SysEx aside.
    pub arrived: u64,
    /// Messages that were dropped because nobody took them.
    pub lost: u64,
    /// SysEx messages. Those of more than [`LONGEST_SYSEX`] bytes are dropped.
    pub sysex: u64,
}

impl Gauge {
    pub fn stats(&self) -> FeedStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        FeedStats { arrived: read(&self.arrived), lost: read(&self.lost), sysex: read(&self.sysex) }
    }
}

/// The writing end of one input: lent to a driver while a device is bound, whose callback it may run in.
///
/// A message that finds the ring full is dropped and counted. So that a lost note-off leaves no note sounding, everything the
/// input holds is let go at the place of the loss, by [`Inputs`](crate::Inputs), which knows what its listener was told:
/// at the latest once it has taken what the ring still held. The same happens when a feed is dropped.
#[derive(Debug)]
pub struct Feed {
    id: InputId,
    outlet: Outlet,
    assembler: Assembler<LONGEST_SYSEX>,
    /// The latest stamp, so that stamps never run backwards.
    last: Micros,
}

/// The ring, and whether it has overflowed.
#[derive(Debug)]
struct Outlet {
    ring: Producer<'static, Entry>,
    gauge: Arc<Gauge>,
    is_broken: bool,
}

impl Feed {
    pub(crate) fn new(id: InputId, ring: Producer<'static, Entry>, gauge: Arc<Gauge>) -> Self {
        Self { id, outlet: Outlet { ring, gauge, is_broken: false }, assembler: Assembler::new(), last: Micros(0) }
    }

    /// Which input this feeds. Any.
    pub fn id(&self) -> InputId {
        self.id
    }

    /// Takes bytes that arrived at `at`: whole messages, parts of them, or anything. Real-time.
    pub fn take(&mut self, at: Micros, bytes: &[u8]) {
        let at = self.last.max(at);
        self.last = at;
        let outlet = &mut self.outlet;
        for byte in bytes {
            match self.assembler.feed(*byte) {
                Some(Assembled::Word(word)) if word.as_bytes() == [ACTIVE_SENSING] => {}
                Some(assembled) => {
                    count(&outlet.gauge.arrived);
                    let mut push = |message| outlet.push(Entry::Message { at, message });
                    match assembled {
                        Assembled::Word(word) => push(Message::Word(word)),
                        Assembled::SysEx(body) => match SysEx::new(body) {
                            Some(body) => push(Message::SysEx(body)),
                            None => SysExPart::of_body(body).for_each(|part| push(Message::Part(part))),
                        },
                    }
                }
                None => {}
            }
            if *byte == 0xF0 {
                count(&outlet.gauge.sysex);
            }
        }
    }

    /// Lets go of everything that this input holds, from `at` on, and forgets a half-received message: the device has
    /// left. Real-time.
    pub fn let_go(&mut self, at: Micros) {
        self.assembler.reset();
        self.last = self.last.max(at);
        self.outlet.let_go(self.last);
    }

    /// Counts of this input. Any.
    pub fn stats(&self) -> FeedStats {
        self.outlet.gauge.stats()
    }

    pub(crate) fn gauge(&self) -> Arc<Gauge> {
        Arc::clone(&self.outlet.gauge)
    }
}

impl Outlet {
    fn let_go(&mut self, at: Micros) {
        if self.is_broken {
            // The mark of the loss lets go as well.
            self.mark(at);
        } else if self.ring.push(Entry::LetGo { at }).is_err() {
            self.set_broken(true);
        }
    }

    fn push(&mut self, entry: Entry) {
        if !self.mark(entry.at()) || self.ring.push(entry).is_err() {
            count(&self.gauge.lost);
            self.set_broken(true);
        }
    }

    /// Marks the place of a loss, if there was one; false while there is no room for the mark.
    fn mark(&mut self, at: Micros) -> bool {
        if self.is_broken {
            if self.ring.push(Entry::LetGo { at }).is_err() {
                return false;
            }
            self.set_broken(false);
        }
        true
    }

    fn set_broken(&mut self, is_broken: bool) {
        self.is_broken = is_broken;
        self.gauge.is_broken.store(is_broken, Ordering::Release);
    }
}

/// One writer: a plain load and store, no read-modify-write.
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// A feed away from home, in the hands of a driver: wherever it is dropped, it flies back.
#[derive(Debug)]
pub(crate) struct Loan {
    feed: Option<Feed>,
    home: Sender<Feed>,
}

impl Loan {
    pub fn new(feed: Feed, home: Sender<Feed>) -> Self {
        Self { feed: Some(feed), home }
    }

    pub fn feed(&mut self) -> Option<&mut Feed> {
        self.feed.as_mut()
    }

    #[cfg_attr(not(feature = "jack"), allow(dead_code, reason = "only JACK needs it"))]
    pub fn id(&self) -> InputId {
        self.feed.as_ref().map_or(InputId(0), Feed::id)
    }
}

impl Drop for Loan {
    /// Control: allocates.
    fn drop(&mut self) {
        if let Some(feed) = self.feed.take() {
            // Without a home nobody plays any more, and the dropped feed lets its notes go.
            let _ = self.home.send(feed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Inputs;
    use ripieno_ports::MidiIn;

    #[test]
    fn sysex_comes_whole_or_in_parts_or_not_at_all() {
        let (mut inputs, mut feeds) = Inputs::new();
        let mut check = |length: usize, entries: usize| {
            let body = (0..length).map(|n| (n % 128) as u8);
            let wire: Vec<u8> = [0xF0].into_iter().chain(body).chain([0xF7]).collect();
            let (first, rest) = wire.split_at(wire.len() / 2);
            feeds[2].take(Micros(5), first);
            assert_eq!(inputs.poll(), None);
            feeds[2].take(Micros(6), rest);
            let (mut found, mut count) = (vec![], 0);
            while let Some(arrived) = inputs.poll() {
                count += 1;
                assert_eq!((arrived.at, arrived.input), (Micros(6), InputId(2)));
                match arrived.message {
                    Message::SysEx(body) => found.extend([&[0xF0], body.as_bytes(), &[0xF7]].concat()),
                    Message::Part(part) => found.extend(part.as_bytes()),
                    Message::Word(word) => panic!("{word:?}"),
                }
            }
            assert_eq!((count, found), (entries, if entries > 0 { wire } else { vec![] }), "{length} bytes");
        };
        check(0, 1);
        check(SysEx::BYTES, 1);
        check(SysEx::BYTES + 1, (SysEx::BYTES + 3).div_ceil(SysExPart::BYTES));
        check(LONGEST_SYSEX, (LONGEST_SYSEX + 2).div_ceil(SysExPart::BYTES));
        check(LONGEST_SYSEX + 1, 0);
        assert_eq!((feeds[2].stats().arrived, feeds[2].stats().sysex), (4, 5));
    }
}
