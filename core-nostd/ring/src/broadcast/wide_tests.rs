//! Rings of run-time width in a region, against plain queues, while ends die and others go on in their place.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use proptest::prelude::*;

use super::super::layout::{Line, RegionError};
use super::{Lagged, Publisher, Region, Subscriber, Wide};

const CAPACITY: usize = 4;
const SEATS: usize = 3;
/// What a publisher leaves that dies while it writes.
const GARBAGE: u64 = u64::MAX;

#[derive(Clone, Copy, Debug)]
enum Step {
    Push(usize),
    WriteWithin,
    Look,
    PublisherDies,
    PublisherLeaves,
    Pop(usize, usize),
    ReadGrant(usize, usize),
    LatestOnly(usize),
    Lossless(usize),
    Dies(usize),
    Evict(usize),
    Join(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (n, who) = (0..6_usize, 0..SEATS);
    let step = prop_oneof![
        4 => n.clone().prop_map(Step::Push),
        2 => Just(Step::WriteWithin),
        2 => Just(Step::Look),
        1 => Just(Step::PublisherDies),
        1 => Just(Step::PublisherLeaves),
        4 => (who.clone(), n.clone()).prop_map(|(who, count)| Step::Pop(who, count)),
        4 => (who.clone(), n).prop_map(|(who, max)| Step::ReadGrant(who, max)),
        1 => who.clone().prop_map(Step::LatestOnly),
        1 => who.clone().prop_map(Step::Lossless),
        2 => who.clone().prop_map(Step::Dies),
        1 => who.clone().prop_map(Step::Evict),
        1 => who.prop_map(Step::Join),
    ];
    prop::collection::vec(step, 0..150)
}

/// Memory for a ring, aligned.
fn memory(width: usize) -> Vec<Line<[u64; 16]>> {
    let bytes = Region::<u64, Wide>::wide_bytes(CAPACITY, SEATS, width).unwrap();
    (0..bytes.div_ceil(128)).map(|_| Line([GARBAGE; 16])).collect()
}

fn bytes_of(memory: &mut [Line<[u64; 16]>]) -> *mut [u8] {
    core::ptr::slice_from_raw_parts_mut(memory.as_mut_ptr().cast(), size_of_val(memory))
}

/// Item `number` is `width` times its number; so a subscriber is known by the next number it must see.
struct Model {
    width: usize,
    published: u64,
    next: [u64; SEATS],
    lossless: [bool; SEATS],
    /// Whether the publisher has looked since the subscriber joined.
    answered: [bool; SEATS],
}

impl Model {
    fn free(&self, there: &[bool; SEATS]) -> usize {
        let held = (0..SEATS).filter(|who| there[*who] && self.lossless[*who]);
        CAPACITY - held.map(|who| self.published - self.next[who]).max().unwrap_or(0) as usize
    }

    fn items(&self, count: usize) -> Vec<u64> {
        (self.published..).take(count).flat_map(|number| vec![number; self.width]).collect()
    }

    fn take(&mut self, who: usize, read: Result<usize, Lagged>, wanted: usize, values: &[u64]) {
        match read {
            Ok(0) if !self.answered[who] => {}
            Ok(count) => {
                assert_eq!(count as u64, (self.published - self.next[who]).min(wanted as u64));
                for (item, number) in values.chunks(self.width).zip(self.next[who]..).take(count) {
                    assert!(item.iter().all(|value| *value == number), "{item:?} for {number}");
                }
                self.next[who] += count as u64;
            }
            Err(Lagged(missed)) => {
                assert!(!self.lossless[who], "a lossless subscriber missed {missed}");
                self.next[who] += missed as u64;
                assert!(self.next[who] <= self.published);
            }
        }
    }
}

fn check(width: usize, steps: &[Step]) {
    let mut memory = memory(width);
    let wide = Wide::new(width).unwrap();
    // SAFETY: the memory outlives all; each end exists once at a time, as one that died is forgotten.
    unsafe {
        let region = Region::<u64, Wide>::initialise_wide(bytes_of(&mut memory), CAPACITY, SEATS, wide).unwrap();
        region.reserve(SEATS);
        let mut publisher: Publisher<'_, u64, Wide> = region.publisher();
        let mut subscribers: [Option<Subscriber<'_, u64, Wide>>; SEATS] =
            core::array::from_fn(|seat| region.resume(seat).ok());
        let mut model =
            Model { width, published: 0, next: [0; SEATS], lossless: [true; SEATS], answered: [true; SEATS] };
        for step in steps {
            let there = core::array::from_fn(|who| subscribers[who].is_some());
            let free = model.free(&there);
            match *step {
                Step::Push(count) => {
                    assert_eq!(publisher.push_slice(&model.items(count)), free.min(count));
                    model.published += free.min(count) as u64;
                }
                Step::WriteWithin => {
                    let item = model.items(1);
                    let mut grant = publisher.grant(1);
                    assert_eq!(grant.len(), free.min(1));
                    if grant.len() == 1 {
                        grant.write_within(0, 0, &item[..width / 2]);
                        grant.write_within(0, width / 2, &item[width / 2..]);
                        assert!(grant.item(0).is_none_or(|written| written == item));
                        assert_eq!(grant.item(0).is_some(), grant.item_mut(0).is_some());
                        model.published += grant.commit(1) as u64;
                    }
                }
                Step::Look => {
                    assert_eq!(publisher.free(), free);
                    model.answered = [true; SEATS];
                }
                Step::PublisherDies => {
                    let mut grant = publisher.grant(CAPACITY);
                    for slot in 0..grant.len() {
                        grant.write_within(slot, 0, &[GARBAGE]);
                    }
                    let _ = grant;
                    mem::forget(mem::replace(&mut publisher, region.publisher()));
                    assert!(!region.is_abandoned());
                }
                Step::PublisherLeaves => {
                    publisher.set_staying(true);
                    drop(publisher);
                    assert!(!region.is_abandoned());
                    publisher = region.publisher();
                    drop(publisher);
                    assert!(region.is_abandoned());
                    publisher = region.publisher();
                    model.answered = [true; SEATS];
                }
                Step::Pop(who, count) => {
                    if let Some(subscriber) = &mut subscribers[who] {
                        let mut values = vec![0; count * width];
                        let read = subscriber.pop_slice(&mut values);
                        model.take(who, read, count, &values);
                    }
                }
                Step::ReadGrant(who, max) => {
                    let Some(subscriber) = &mut subscribers[who] else { continue };
                    let lossless = subscriber.is_lossless();
                    assert_eq!(subscriber.settle(), Ok(()));
                    let ready = subscriber.ready(max);
                    if let Some(grant) = subscriber.grant(max) {
                        assert!(lossless && grant.len() == ready);
                        let values: Vec<u64> = (0..grant.len()).flat_map(|item| grant.item(item).to_vec()).collect();
                        assert!(grant.parts().0.iter().chain(grant.parts().1).eq(&values));
                        let count = grant.len();
                        model.take(who, Ok(grant.commit(count)), max, &values);
                    }
                }
                Step::LatestOnly(who) => {
                    if let Some(subscriber) = &mut subscribers[who] {
                        subscriber.set_latest_only();
                        model.lossless[who] = false;
                    }
                }
                Step::Lossless(who) => {
                    if let Some(subscriber) = &mut subscribers[who] {
                        model.next[who] += subscriber.set_lossless() as u64;
                        model.lossless[who] = true;
                    }
                }
                Step::Dies(who) => {
                    if let Some(subscriber) = subscribers[who].take() {
                        // One that may not be known as what it asked to be has to be answered before it reads again.
                        model.answered[who] &= model.lossless[who] && subscriber.is_lossless();
                        mem::forget(subscriber);
                        subscribers[who] = Some(region.resume(who).unwrap());
                    }
                }
                Step::Evict(who) => {
                    mem::forget(subscribers[who].take());
                    region.evict(who).unwrap();
                    assert!(region.position(who).is_none());
                }
                Step::Join(who) => {
                    if subscribers[who].is_none() {
                        subscribers[who] = Some(region.join(who).unwrap());
                        (model.next[who], model.lossless[who], model.answered[who]) = (model.published, true, false);
                    }
                }
            }
            assert_eq!(region.published() as u64, model.published);
            for (who, subscriber) in subscribers.iter().enumerate() {
                assert_eq!(
                    region.position(who).map(|position| position as u64),
                    subscriber.is_some().then_some(model.next[who])
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn whoever_dies_another_goes_on(width in 1..4_usize, steps in steps()) {
        check(width, &steps);
    }
}

#[test]
fn one_that_joins_as_latest_only_holds_nobody_back_even_if_it_never_reads() {
    let mut memory = memory(1);
    let wide = Wide::new(1).unwrap();
    // SAFETY: the memory is ours alone, and each end exists once at a time.
    unsafe {
        let region = Region::<u64, Wide>::initialise_wide(bytes_of(&mut memory), CAPACITY, SEATS, wide).unwrap();
        let mut publisher = region.publisher();
        let mut subscriber = region.join(0).unwrap();
        subscriber.set_latest_only();
        for item in 0..3 * CAPACITY as u64 {
            assert_eq!(publisher.push_slice(&[item]), 1);
        }
        let mut items = [0; CAPACITY];
        let missed = subscriber.pop_slice(&mut items).unwrap_err().0;
        let count = subscriber.pop_slice(&mut items).unwrap();
        assert_eq!((missed + count, items[count - 1]), (3 * CAPACITY, 3 * CAPACITY as u64 - 1));
    }
}

#[test]
fn regions_of_another_width_are_refused() {
    let mut memory = memory(3);
    let region = bytes_of(&mut memory);
    let wide = |width| Wide::new(width).unwrap();
    // SAFETY: the memory is ours alone.
    unsafe {
        assert_eq!(Region::<u64, Wide>::attach_wide(region, wide(3)).unwrap_err(), RegionError::NotARing);
        Region::<u64, Wide>::initialise_wide(region, CAPACITY, SEATS, wide(3)).unwrap();
        let other = |width| Region::<u64, Wide>::attach_wide(region, wide(width)).map(|region| region.capacity());
        assert_eq!((other(3), other(2)), (Ok(CAPACITY), Err(RegionError::ItemSize { expected: 16, found: 24 })));
        assert!(Region::<u64>::attach(region).is_err());
    }
    assert_eq!(Wide::new(0), None);
    for (capacity, seats, width) in [(1, 1, 0), (usize::MAX, 1, 2), (1 << 40, 1, 1 << 30), (1, usize::MAX, 1)] {
        assert_eq!(Region::<u64, Wide>::wide_bytes(capacity, seats, width), None);
    }
}

#[test]
fn a_seat_beyond_the_publishers_reach_is_damage() {
    let mut memory = memory(1);
    // SAFETY: the memory is ours alone, and each end exists once at a time.
    unsafe {
        let wide = Wide::new(1).unwrap();
        let region = Region::<u64, Wide>::initialise_wide(bytes_of(&mut memory), CAPACITY, SEATS, wide).unwrap();
        region.reserve(1);
        region.memory.seats()[0].request.0.position.store(7, super::Ordering::Relaxed);
        assert_eq!(region.resume(0).unwrap_err(), RegionError::Damaged);
        assert_eq!(region.resume(SEATS).unwrap_err(), RegionError::NoSuchSubscriber { subscribers: SEATS });
        let mut publisher = region.publisher();
        assert_eq!(
            (publisher.push_slice(&[1; 9]), publisher.push_slice(&[1; 9])),
            (CAPACITY, 0),
            "as if it had not moved"
        );
    }
}
