//! The listener's end of all inputs: merged by time, and whatever an input holds let go when it leaves.

use crate::feed::{Entry, Feed, Gauge};
use ripieno_ports::{Arrived, InputId, Message, Micros, MidiIn};
use ripieno_ring::spsc::{self, Consumer};
use ripieno_types::midi::{Held, MidiWord};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Inputs that can be bound at the same time.
pub const SLOTS: usize = 16;

/// Messages that an input can have waiting. A cable carries 1,000 of three bytes a second.
pub const WAITING: usize = 1024;

/// The most words that one input's leave-taking can take: sixteen channels of keys, two pedals, modulation, pressure, bend.
const MOST_ENDINGS: usize = 16 * (128 + 2 + 3);

/// Every input there is, as one [`MidiIn`]: lives with the audio callback for as long as that plays, while devices come
/// and go at the other ends, the [`Feed`]s.
///
/// Messages come by time, the earliest first; those of one input in their order. When an input is unplugged or loses
/// messages, what ends its notes comes in their place: note-offs, pedals up, wheels at rest. A key or wheel that another
/// input holds on the same channel is left to that one.
///
/// ```
/// use ripieno_midi::Inputs;
/// use ripieno_ports::{Micros, MidiIn};
///
/// let (mut inputs, mut feeds) = Inputs::new();
/// feeds[3].take(Micros(20), &[0x90, 60, 100]);
/// feeds[7].take(Micros(10), &[0x90, 64, 100]);
/// feeds[3].let_go(Micros(30)); // unplugged
/// let words: Vec<_> = std::iter::from_fn(|| inputs.poll()).map(|m| m.word().unwrap().as_bytes().to_vec()).collect();
/// assert_eq!(words, [[0x90, 64, 100], [0x90, 60, 100], [0x80, 60, 64]]);
/// ```
#[derive(Debug)]
pub struct Inputs {
    lanes: Vec<Lane>,
    /// What still has to be given out of a leave-taking, from `next` on, and whose it is. Never grows.
    endings: Vec<MidiWord>,
    next: usize,
    leaver: (InputId, Micros),
}

#[derive(Debug)]
struct Lane {
    ring: Consumer<'static, Entry>,
    gauge: Arc<Gauge>,
    /// What the listener was told.
    held: Held,
    /// False only if `held` is empty for certain.
    may_hold: bool,
    /// The time of its last message.
    last: Micros,
}

impl Inputs {
    /// All inputs and the feed of each. Control: allocates.
    pub fn new() -> (Self, Vec<Feed>) {
        let (lanes, feeds) = (0..SLOTS as u8)
            .map(|slot| {
                let (producer, consumer) = spsc::channel(WAITING);
                let gauge = Arc::new(Gauge::default());
                let feed = Feed::new(InputId(slot), producer, Arc::clone(&gauge));
                let lane = Lane { ring: consumer, gauge, held: Held::new(), may_hold: false, last: Micros(0) };
                (lane, feed)
            })
            .unzip();
        let endings = Vec::with_capacity(MOST_ENDINGS);
        (Self { lanes, endings, next: 0, leaver: Default::default() }, feeds)
    }

    /// The lane whose next entry is the earliest; of several, the first.
    fn earliest(&mut self) -> Option<usize> {
        let heads = self.lanes.iter_mut().enumerate().filter_map(|(slot, lane)| Some((lane.ring.peek()?.at(), slot)));
        heads.min().map(|(_, slot)| slot)
    }

    /// A lane that holds something and has nothing more to say: it lost its last words, or its feed is gone.
    fn deserted(&self) -> Option<usize> {
        self.lanes.iter().position(|lane| {
            lane.may_hold && (lane.gauge.is_broken.load(Ordering::Acquire) || lane.ring.is_abandoned())
        })
    }

    /// Prepares the words that end what this lane holds alone.
    fn let_go(&mut self, slot: usize, at: Micros) {
        let lane = &mut self.lanes[slot];
        if !lane.may_hold {
            return;
        }
        let mut rest = lane.held;
        lane.held.clear();
        lane.may_hold = false;
        self.leaver = (InputId(slot as u8), at);
        for lane in self.lanes.iter().filter(|lane| lane.may_hold) {
            rest = rest.without(&lane.held);
        }
        let endings = &mut self.endings;
        rest.release(|word| endings.push(word));
    }

    fn ending(&mut self) -> Option<Arrived> {
        let Some(&word) = self.endings.get(self.next) else {
            self.endings.clear();
            self.next = 0;
            return None;
        };
        self.next += 1;
        let (input, at) = self.leaver;
        Some(Arrived { at, input, message: Message::Word(word) })
    }
}

impl MidiIn for Inputs {
    fn poll(&mut self) -> Option<Arrived> {
        // A round that gives nothing out takes a mark from a ring, or empties a lane; as many as can wait is enough.
        for _ in 0..WAITING {
            if let Some(ending) = self.ending() {
                return Some(ending);
            }
            let Some(slot) = self.earliest() else {
                let slot = self.deserted()?;
                self.let_go(slot, self.lanes[slot].last);
                continue;
            };
            let lane = &mut self.lanes[slot];
            match lane.ring.pop() {
                Some(Entry::Message { at, message }) => {
                    if let Message::Word(word) = message {
                        lane.held.follow(word);
                        lane.may_hold = true;
                    }
                    lane.last = at;
                    return Some(Arrived { at, input: InputId(slot as u8), message });
                }
                Some(Entry::LetGo { at }) => {
                    lane.last = at;
                    self.let_go(slot, at);
                }
                None => {}
            }
        }
        None
    }
}
