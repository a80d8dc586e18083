//! The broadcast ring against plain queues, across the overflow of its counters.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Inline, Lagged, Publisher, Subscriber};

#[derive(Clone, Debug)]
enum Step {
    Push,
    PushSlice(usize),
    Grant(usize, usize),
    Pop(usize),
    PopSlice(usize, usize),
    ReadGrant(usize, usize),
    LatestOnly(usize),
    Lossless(usize),
    SkipToLatest(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (n, who) = (0..12_usize, 0..3_usize);
    let step = prop_oneof![
        Just(Step::Push),
        n.clone().prop_map(Step::PushSlice),
        (n.clone(), n.clone()).prop_map(|(max, count)| Step::Grant(max, count)),
        who.clone().prop_map(Step::Pop),
        (who.clone(), n.clone()).prop_map(|(who, count)| Step::PopSlice(who, count)),
        (who.clone(), n.clone()).prop_map(|(who, max)| Step::ReadGrant(who, max)),
        who.clone().prop_map(Step::LatestOnly),
        who.clone().prop_map(Step::Lossless),
        (who, n).prop_map(|(who, keep)| Step::SkipToLatest(who, keep)),
    ];
    prop::collection::vec(step, 0..200)
}

/// All that was ever published is 0, 1, 2, ...; so a subscriber is known by the next number it must see.
struct Model {
    published: u64,
    next: [u64; 3],
    lossless: [bool; 3],
}

impl Model {
    /// What must fit, and what can at most: one thread does all, but the publisher may not have looked yet.
    fn free(&self, capacity: u64) -> u64 {
        let held = (self.next.iter().zip(self.lossless)).filter(|(_, lossless)| *lossless);
        capacity - held.map(|(next, _)| self.published - next).max().unwrap_or(0)
    }

    fn take(&mut self, who: usize, read: Result<usize, Lagged>, wanted: usize, items: &[u64]) {
        match read {
            Ok(count) => {
                assert_eq!(count as u64, (self.published - self.next[who]).min(wanted as u64));
                assert!(items[..count].iter().copied().eq(self.next[who]..self.next[who] + count as u64));
                self.next[who] += count as u64;
            }
            Err(Lagged(missed)) => {
                assert!(!self.lossless[who], "a lossless subscriber missed {missed}");
                assert!(missed > 0);
                self.next[who] += missed as u64;
                assert!(self.next[who] <= self.published);
            }
        }
    }
}

fn check(mut publisher: Publisher<'_, u64>, mut subscribers: [Subscriber<'_, u64>; 3], steps: &[Step]) {
    let capacity = publisher.capacity() as u64;
    let mut model = Model { published: 0, next: [0; 3], lossless: [true; 3] };
    for step in steps {
        let free = model.free(capacity);
        let fresh = |count: usize| -> Vec<u64> { (model.published..model.published + count as u64).collect() };
        match *step {
            Step::Push => {
                assert_eq!(publisher.push(model.published).is_ok(), free > 0);
                model.published += free.min(1);
            }
            Step::PushSlice(count) => {
                let done = publisher.push_slice(&fresh(count)) as u64;
                assert_eq!(done, free.min(count as u64));
                model.published += done;
            }
            Step::Grant(max, count) => {
                let items = fresh(max);
                let mut grant = publisher.grant(max);
                assert_eq!(grant.len() as u64, free.min(max as u64));
                if let Some((first, second)) = grant.parts() {
                    for (slot, item) in first.iter_mut().chain(second).zip(&items) {
                        *slot = *item;
                    }
                } else {
                    let half = grant.write(0, &items[..max / 2]);
                    assert_eq!(grant.write(half, &items[half..]), grant.len() - half);
                }
                model.published += grant.commit(count) as u64;
            }
            Step::Pop(who) => {
                let read = subscribers[who].pop();
                let item = read.ok().flatten().unwrap_or_default();
                model.take(who, read.map(|item| usize::from(item.is_some())), 1, &[item]);
            }
            Step::PopSlice(who, count) => {
                let mut items = vec![0; count];
                let read = subscribers[who].pop_slice(&mut items);
                model.take(who, read, count, &items);
            }
            Step::ReadGrant(who, max) => {
                let wanted = subscribers[who].is_lossless();
                let grant = subscribers[who].grant(max);
                assert_eq!(grant.is_some(), wanted);
                if let Some(grant) = grant {
                    let items: Vec<u64> = grant.parts().0.iter().chain(grant.parts().1).copied().collect();
                    let count = grant.len();
                    assert_eq!(grant.commit(count), count);
                    model.take(who, Ok(count), max, &items);
                }
            }
            Step::LatestOnly(who) => {
                subscribers[who].set_latest_only();
                model.lossless[who] = false;
            }
            Step::Lossless(who) => {
                subscribers[who].set_lossless();
                if !model.lossless[who] {
                    model.next[who] = model.published;
                }
                model.lossless[who] = true;
            }
            Step::SkipToLatest(who, keep) => model.next[who] += subscribers[who].skip_to_latest(keep) as u64,
        }
        assert_eq!(publisher.free() as u64, model.free(capacity));
    }
}

proptest! {
    #[test]
    fn behaves_as_queues(steps in steps(), before_overflow in 0..40_usize) {
        let mut ring = Inline::<u64, 8, 3>::starting_at(0_usize.wrapping_sub(before_overflow));
        let (publisher, subscribers) = ring.split();
        check(publisher, subscribers, &steps);
    }

    #[test]
    fn one_slot_will_do(steps in steps()) {
        let mut ring = Inline::<u64, 1, 3>::new();
        let (publisher, subscribers) = ring.split();
        check(publisher, subscribers, &steps);
    }
}

#[test]
fn lagging_by_a_lap_is_told_to_the_item() {
    let mut ring = Inline::<[u8; 3], 8, 1>::new();
    let (mut publisher, [mut subscriber]) = ring.split();
    subscriber.set_latest_only();
    for item in 0..20 {
        publisher.push([item; 3]).unwrap();
    }
    assert_eq!(subscriber.pop(), Err(Lagged(16)), "half a ring is left");
    assert_eq!(subscriber.pop(), Ok(Some([16; 3])));
    assert_eq!(subscriber.skip_to_latest(1), 2);
    assert_eq!(subscriber.pop(), Ok(Some([19; 3])));
    assert_eq!(subscriber.pop(), Ok(None));
}

#[test]
fn a_dropped_subscriber_holds_nobody_back() {
    let mut ring = Inline::<u16, 2, 2>::new();
    let (mut publisher, [first, second]) = ring.split();
    drop(first);
    assert_eq!(publisher.push_slice(&[1, 2, 3]), 2);
    assert!(!publisher.is_abandoned());
    drop(second);
    assert!(publisher.is_abandoned());
    assert_eq!(publisher.push_slice(&[1, 2, 3]), 2);
}
