//! The ring against a plain queue, across the overflow of its counters.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::mem::MaybeUninit;

use proptest::prelude::*;

use super::{Borrowed, Consumer, Full, Inline, Producer};

#[derive(Clone, Debug)]
enum Step {
    Push,
    PushBurst(usize),
    PushFrom(usize),
    PushSlice(usize),
    WriteGrant(usize, usize),
    Pop,
    PopBurst(usize),
    PopSlice(usize),
    ReadGrant(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 0..12_usize;
    let step = prop_oneof![
        Just(Step::Push),
        n.clone().prop_map(Step::PushBurst),
        n.clone().prop_map(Step::PushFrom),
        n.clone().prop_map(Step::PushSlice),
        (n.clone(), n.clone()).prop_map(|(max, count)| Step::WriteGrant(max, count)),
        Just(Step::Pop),
        n.clone().prop_map(Step::PopBurst),
        n.clone().prop_map(Step::PopSlice),
        (n.clone(), n).prop_map(|(max, count)| Step::ReadGrant(max, count)),
    ];
    prop::collection::vec(step, 0..200)
}

/// Does `steps` to a ring and to a queue, which must agree on everything that can be seen.
fn check(mut producer: Producer<'_, u64>, mut consumer: Consumer<'_, u64>, steps: &[Step]) {
    let mut model = VecDeque::new();
    let capacity = producer.capacity();
    let mut next = 0_u64;
    let mut fresh = |count: usize| -> Vec<u64> {
        next += count as u64;
        (next - count as u64..next).collect()
    };
    for step in steps {
        let free = capacity - model.len();
        match *step {
            Step::Push => {
                let item = fresh(1)[0];
                assert_eq!(producer.push(item), if free > 0 { Ok(()) } else { Err(Full(item)) });
                model.extend((free > 0).then_some(item));
            }
            Step::PushBurst(count) => {
                let mut burst = producer.burst();
                for (index, item) in fresh(count).into_iter().enumerate() {
                    assert_eq!(burst.has_room(), index < free);
                    assert_eq!(burst.push(item).is_ok(), index < free);
                    model.extend((index < free).then_some(item));
                }
            }
            Step::PushFrom(count) => {
                let items = fresh(count);
                let mut rest = items.iter().copied();
                assert_eq!(producer.push_from(rest.by_ref()), count.min(free));
                assert_eq!(rest.len(), count.saturating_sub(free), "no item is lost");
                model.extend(&items[..count.min(free)]);
            }
            Step::PushSlice(count) => {
                let items = fresh(count);
                assert_eq!(producer.push_slice(&items), count.min(free));
                model.extend(&items[..count.min(free)]);
            }
            Step::WriteGrant(max, count) => {
                let mut grant = producer.grant(max);
                assert_eq!((grant.len(), grant.is_empty()), (max.min(free), max.min(free) == 0));
                let items = fresh(grant.len());
                let (first, second) = grant.parts();
                for (slot, item) in first.iter_mut().chain(second).zip(&items) {
                    *slot = *item;
                }
                let done = grant.commit(count);
                assert_eq!(done, count.min(items.len()));
                model.extend(&items[..done]);
            }
            Step::Pop => {
                assert_eq!(consumer.peek(), model.front());
                assert_eq!(consumer.pop(), model.pop_front());
            }
            Step::PopBurst(count) => {
                let mut burst = consumer.burst();
                for _ in 0..count {
                    assert_eq!(burst.pop(), model.pop_front());
                }
            }
            Step::PopSlice(count) => {
                let mut items = vec![u64::MAX; count];
                let done = consumer.pop_slice(&mut items);
                assert_eq!(done, count.min(model.len()));
                assert!(items[..done].iter().copied().eq(model.drain(..done)));
                assert!(items[done..].iter().all(|item| *item == u64::MAX), "the rest is left alone");
            }
            Step::ReadGrant(max, count) => {
                let grant = consumer.grant(max);
                assert_eq!(grant.len(), max.min(model.len()));
                let (first, second) = grant.parts();
                assert!(first.iter().chain(second).eq(model.iter().take(max)));
                let done = grant.commit(count);
                model.drain(..done);
            }
        }
        assert_eq!((producer.free(), consumer.ready()), (capacity - model.len(), model.len()));
    }
}

proptest! {
    #[test]
    fn behaves_as_a_queue(steps in steps(), before_overflow in 0..40_usize) {
        let mut ring = Inline::<u64, 8>::starting_at(0_usize.wrapping_sub(before_overflow));
        let (producer, consumer) = ring.split();
        check(producer, consumer, &steps);
    }

    #[test]
    fn one_slot_will_do(steps in steps()) {
        let mut slots = [MaybeUninit::uninit(); 1];
        let mut ring = Borrowed::new(&mut slots).unwrap();
        let (producer, consumer) = ring.split();
        check(producer, consumer, &steps);
    }
}

/// Notes its number when it is dropped.
struct Noted(u8, Rc<RefCell<Vec<u8>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

#[test]
fn items_left_are_dropped_in_order_once() {
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let mut ring = Inline::<Noted, 4>::starting_at(usize::MAX - 1);
    let (mut producer, mut consumer) = ring.split();
    for number in 0..4 {
        producer.push(Noted(number, dropped.clone())).unwrap();
    }
    drop(consumer.burst().pop());
    assert_eq!(consumer.grant(9).commit(1), 1);
    assert_eq!(*dropped.borrow(), [0, 1]);
    drop((producer, consumer));
    drop(ring);
    assert_eq!(*dropped.borrow(), [0, 1, 2, 3]);
}

#[test]
fn what_a_leaked_handle_moved_out_is_not_dropped_again() {
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let mut ring = Inline::<Noted, 4>::new();
    let (mut producer, mut consumer) = ring.split();
    for number in 0..3 {
        producer.push(Noted(number, dropped.clone())).unwrap();
    }
    let mut burst = consumer.burst();
    drop(burst.pop());
    core::mem::forget(burst);
    core::mem::forget(consumer);
    drop(producer);
    let (producer, mut consumer) = ring.split();
    assert!(consumer.pop().is_none());
    drop((producer, consumer));
    drop(ring);
    assert_eq!(*dropped.borrow(), [0]);
}

#[test]
fn a_ring_is_split_again_where_it_was() {
    let mut ring = Inline::<u8, 4>::new();
    let (mut producer, consumer) = ring.split();
    assert_eq!(producer.push_slice(&[1, 2]), 2);
    assert!(!producer.is_abandoned() && !consumer.is_abandoned());
    drop(consumer);
    assert!(producer.is_abandoned());
    drop(producer);
    let (producer, mut consumer) = ring.split();
    assert!(!consumer.is_abandoned());
    drop(producer);
    assert!(consumer.is_abandoned());
    assert_eq!((consumer.pop(), consumer.pop(), consumer.pop()), (Some(1), Some(2), None));
}

#[test]
fn capacities_are_powers_of_two() {
    assert_eq!(Borrowed::new(&mut [MaybeUninit::<u8>::uninit(); 3]).unwrap_err().capacity, 3);
    assert!(Borrowed::new(&mut [] as &mut [MaybeUninit<u8>]).is_err());
    #[cfg(feature = "alloc")]
    assert_eq!(super::channel::<u8>(5).0.capacity(), 8);
}

#[test]
fn items_of_no_size_are_counted() {
    let mut ring = Inline::<(), 2>::new();
    let (mut producer, mut consumer) = ring.split();
    assert_eq!(producer.push_slice(&[(); 3]), 2);
    assert_eq!((consumer.pop(), consumer.pop(), consumer.pop()), (Some(()), Some(()), None));
}

#[test]
fn a_leaked_push_burst_keeps_what_it_had_shown() {
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let mut ring = Inline::<Noted, 2>::new();
    let (mut producer, mut consumer) = ring.split();
    let mut burst = producer.burst();
    for number in 0..3 {
        assert_eq!(burst.push(Noted(number, dropped.clone())).is_ok(), number < 2, "found full, so shown");
    }
    assert_eq!(consumer.pop().map(|item| item.0), Some(0));
    assert!(burst.push(Noted(3, dropped.clone())).is_ok());
    core::mem::forget(burst);
    assert_eq!(consumer.pop().map(|item| item.0), Some(1));
    assert!(consumer.pop().is_none(), "never shown");
    assert!(producer.push(Noted(4, dropped.clone())).is_ok());
    assert_eq!(consumer.pop().map(|item| item.0), Some(4));
    drop((producer, consumer));
    drop(ring);
    assert_eq!(*dropped.borrow(), [2, 0, 1, 4]);
}

#[test]
fn a_leaked_pop_burst_moves_nothing_out_twice() {
    let dropped = Rc::new(RefCell::new(Vec::new()));
    let mut ring = Inline::<Noted, 2>::new();
    let (mut producer, mut consumer) = ring.split();
    for number in 0..2 {
        producer.push(Noted(number, dropped.clone())).unwrap();
    }
    let mut burst = consumer.burst();
    drop(burst.pop());
    core::mem::forget(burst);
    assert!(consumer.pop().is_none(), "the burst knew of both");
    producer.push(Noted(3, dropped.clone())).unwrap();
    drop(consumer.pop());
    drop((producer, consumer));
    drop(ring);
    assert_eq!(*dropped.borrow(), [0, 3]);
}
