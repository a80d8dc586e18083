//! Every interleaving of small rings, and every stale value that the orderings allow:
//! `cargo test -p ripieno-ring --features loom --test loom --release`.

use loom::thread;
use ripieno_ring::model::{broadcast, spsc};

/// Explores a model with at most `preemptions` forced switches between threads, which finds nearly all faults and keeps
/// the run short.
fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn spsc_single_items() {
    explore(2, || {
        let (mut producer, mut consumer) = spsc::channel::<usize>(2);
        let pushing = thread::spawn(move || {
            for item in 0..3 {
                while producer.push(item).is_err() {
                    thread::yield_now();
                }
            }
        });
        let mut next = 0;
        while next < 3 {
            if consumer.peek().is_some_and(|item| *item == next) {
                assert_eq!(consumer.pop(), Some(next));
                next += 1;
            } else {
                thread::yield_now();
            }
        }
        pushing.join().unwrap();
        assert_eq!(consumer.pop(), None);
    });
}

#[test]
fn spsc_bursts() {
    explore(2, || {
        let (mut producer, mut consumer) = spsc::channel::<usize>(2);
        let pushing = thread::spawn(move || {
            let mut burst = producer.burst();
            burst.push(0).unwrap();
            burst.push(1).unwrap();
            drop(burst);
            // Refused at most until the first two are given back.
            producer.burst().push(2).is_ok()
        });
        let mut next = 0;
        while next < 2 {
            for item in consumer.burst() {
                assert_eq!(item, next);
                next += 1;
            }
            thread::yield_now();
        }
        let pushed = pushing.join().unwrap();
        assert_eq!(consumer.pop().is_some(), pushed && next == 2);
    });
}

#[test]
fn spsc_slices_and_grants() {
    explore(2, || {
        let (mut producer, mut consumer) = spsc::channel::<usize>(2);
        let pushing = thread::spawn(move || {
            assert_eq!(producer.push_slice(&[0]), 1);
            let mut next = 1;
            while next < 4 {
                let mut grant = producer.grant(4 - next);
                let (first, second) = grant.parts();
                for (slot, item) in first.iter_mut().chain(second).zip(next..) {
                    *slot = item;
                }
                let count = grant.len();
                next += grant.commit(count);
                thread::yield_now();
            }
        });
        let mut next = 0;
        while next < 4 {
            if next == 0 {
                let mut items = [9; 2];
                let count = consumer.pop_slice(&mut items);
                assert!(items[..count].iter().copied().eq(0..count));
                next = count;
            } else {
                let grant = consumer.grant(2);
                let count = grant.len();
                let (first, second) = grant.parts();
                assert!(first.iter().chain(second).copied().eq(next..next + count));
                next += grant.commit(count);
            }
            thread::yield_now();
        }
        pushing.join().unwrap();
    });
}

#[test]
fn spsc_farewells_follow_the_last_item() {
    explore(2, || {
        let (mut producer, mut consumer) = spsc::channel::<usize>(2);
        let pushing = thread::spawn(move || {
            producer.push(7).unwrap();
            // The farewell is sent here.
        });
        while !consumer.is_abandoned() {
            thread::yield_now();
        }
        assert_eq!(consumer.pop(), Some(7));
        pushing.join().unwrap();
    });
}

#[test]
fn spsc_items_left_are_dropped_by_the_last_handle() {
    explore(2, || {
        let item = std::sync::Arc::new(());
        let (mut producer, mut consumer) = spsc::channel(4);
        let own = item.clone();
        let pushing = thread::spawn(move || {
            for _ in 0..3 {
                producer.push(own.clone()).unwrap();
            }
        });
        drop(consumer.pop());
        drop(consumer);
        pushing.join().unwrap();
        assert_eq!(std::sync::Arc::strong_count(&item), 1);
    });
}

/// Two equal bytes, to notice a torn read.
type Pair = [u8; 2];

#[test]
fn lossless_subscribers_miss_nothing() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::channel::<Pair>(1, 2);
        let (mut fast, mut slow) = (subscribers.pop().unwrap(), subscribers.pop().unwrap());
        let publishing = thread::spawn(move || {
            for item in 0..2 {
                while publisher.push([item; 2]).is_err() {
                    thread::yield_now();
                }
            }
        });
        for next in 0..2 {
            loop {
                let grant = fast.grant(1).expect("lossless");
                let ready = grant.len();
                assert!(grant.parts().0.iter().all(|item| *item == [next; 2]));
                if grant.commit(ready) == 1 {
                    break;
                }
                thread::yield_now();
            }
            assert_eq!(slow.pop(), Ok(Some([next; 2])));
        }
        publishing.join().unwrap();
    });
}

#[test]
fn latest_only_never_reads_a_torn_or_reordered_item() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::channel::<Pair>(1, 1);
        let mut subscriber = subscribers.pop().unwrap();
        let reading = thread::spawn(move || {
            subscriber.set_latest_only();
            let (mut last, mut counted) = (0, 0);
            for _ in 0..2 {
                match subscriber.pop() {
                    Ok(Some([a, b])) => {
                        assert_eq!(a, b, "torn");
                        assert!(a > last, "out of order");
                        last = a;
                        counted += 1;
                        assert_eq!(a, counted, "the items read and missed are all");
                    }
                    Ok(None) => thread::yield_now(),
                    Err(broadcast::Lagged(missed)) => counted += missed as u8,
                }
            }
        });
        for item in 1..4 {
            // Refused only as long as the subscriber has not asked to be latest-only.
            if publisher.push([item; 2]).is_err() {
                thread::yield_now();
                if publisher.push([item; 2]).is_err() {
                    break;
                }
            }
        }
        reading.join().unwrap();
    });
}

#[test]
fn back_to_lossless_misses_nothing_from_there() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::channel::<Pair>(2, 1);
        let mut subscriber = subscribers.pop().unwrap();
        subscriber.set_latest_only();
        for item in 1..4 {
            publisher.push([item; 2]).unwrap();
        }
        let publishing = thread::spawn(move || {
            let mut item = 4;
            for _ in 0..3 {
                if publisher.push([item; 2]).is_ok() {
                    item += 1;
                } else {
                    thread::yield_now();
                }
            }
        });
        subscriber.set_lossless();
        let mut last = None;
        let mut lossless = false;
        for _ in 0..3 {
            match subscriber.pop() {
                Ok(Some([a, b])) => {
                    assert_eq!(a, b, "torn");
                    if lossless && let Some(last) = last {
                        assert_eq!(a, last + 1, "missed while lossless");
                    }
                    last = Some(a);
                }
                Ok(None) => thread::yield_now(),
                Err(broadcast::Lagged(_)) => assert!(!lossless, "missed while lossless"),
            }
            lossless |= subscriber.grant(0).is_some();
        }
        publishing.join().unwrap();
    });
}

#[test]
fn switching_forth_and_back_races_nothing() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::channel::<Pair>(1, 1);
        let mut subscriber = subscribers.pop().unwrap();
        let reading = thread::spawn(move || {
            subscriber.set_latest_only();
            check(subscriber.pop());
            subscriber.set_lossless();
            if let Some(grant) = subscriber.grant(1) {
                for [a, b] in grant.parts().0 {
                    assert_eq!(a, b);
                }
                grant.commit(1);
            }
            subscriber.set_latest_only();
        });
        for item in 1..4 {
            let _ = publisher.push([item; 2]);
        }
        reading.join().unwrap();
    });
}

fn check(read: Result<Option<Pair>, broadcast::Lagged>) {
    if let Ok(Some([a, b])) = read {
        assert_eq!(a, b, "torn");
    }
}

#[test]
fn words_are_stored_until_the_subscriber_has_confirmed() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::channel::<Pair>(1, 1);
        let mut subscriber = subscribers.pop().unwrap();
        subscriber.set_latest_only();
        publisher.push([1; 2]).unwrap();
        let publishing = thread::spawn(move || {
            for item in 2..5 {
                let _ = publisher.push([item; 2]);
            }
        });
        subscriber.set_lossless();
        check(subscriber.pop());
        publishing.join().unwrap();
    });
}

/// A broadcast ring of two bytes an item in memory of its own, as several processes would share it.
struct Shared(#[expect(dead_code, reason = "kept")] Box<[Lines]>);

#[repr(align(128))]
struct Lines(#[expect(dead_code, reason = "room")] [u8; 2048]);

type Region = broadcast::Region<'static, u8, broadcast::Wide>;

impl Shared {
    /// The first `seats` of two seats are reserved.
    #[allow(unsafe_code, reason = "rings in raw memory")]
    fn new(capacity: usize, seats: usize) -> std::sync::Arc<(Region, Self)> {
        let width = broadcast::Wide::new(2).unwrap();
        let bytes = Region::wide_bytes(capacity, 2, width_of(width)).unwrap();
        let mut memory: Box<[Lines]> = (0..bytes.div_ceil(2048)).map(|_| Lines([0; 2048])).collect();
        let region = core::ptr::slice_from_raw_parts_mut(memory.as_mut_ptr().cast(), memory.len() * 2048);
        // SAFETY: the memory is new, and lives as long as the region that it is returned with; every model below keeps it
        // until all ends are gone.
        let region = unsafe { Region::initialise_wide(region, capacity, 2, width).unwrap() };
        // SAFETY: no end was made yet.
        unsafe {
            // Each atomic comes to life when it is touched: all before there is a second thread.
            region.reserve(2);
            (seats..2).for_each(|seat| region.evict(seat).unwrap());
        }
        std::sync::Arc::new((region, Self(memory)))
    }
}

fn width_of(width: broadcast::Wide) -> usize {
    broadcast::Width::values(width)
}

#[test]
#[allow(unsafe_code, reason = "an end is taken over from one that is gone")]
fn a_publisher_that_dies_while_it_writes_tears_nothing() {
    explore(2, || {
        let shared = Shared::new(1, 1);
        // SAFETY: the one subscriber; the first publisher, and the second once the first is forgotten.
        let mut subscriber = unsafe { shared.0.resume(0).unwrap() };
        subscriber.set_latest_only();
        let own = shared.clone();
        let publishing = thread::spawn(move || {
            // SAFETY: as above.
            let mut first = unsafe { own.0.publisher() };
            assert_eq!(first.push_slice(&[1, 1]), 1);
            let mut grant = first.grant(1);
            grant.write_within(0, 0, &[9]);
            core::mem::forget(first);
            // SAFETY: as above.
            let mut second = unsafe { own.0.publisher() };
            assert_eq!(second.push_slice(&[2, 2]), 1);
        });
        let mut last = 0;
        for _ in 0..3 {
            let mut pair = [0; 2];
            match subscriber.pop_slice(&mut pair) {
                Ok(1) => {
                    assert!(pair[0] == pair[1] && (last + 1..3).contains(&pair[0]), "{pair:?} after {last}");
                    last = pair[0];
                }
                Ok(_) => thread::yield_now(),
                Err(broadcast::Lagged(_)) => {}
            }
        }
        publishing.join().unwrap();
    });
}

#[test]
#[allow(unsafe_code, reason = "an end is taken over from one that is gone")]
fn a_subscriber_that_dies_is_followed_without_a_gap() {
    explore(2, || {
        let shared = Shared::new(2, 1);
        let own = shared.clone();
        let publishing = thread::spawn(move || {
            // SAFETY: the one publisher.
            let mut publisher = unsafe { own.0.publisher() };
            for item in 1..4 {
                while publisher.push_slice(&[item; 2]) == 0 {
                    thread::yield_now();
                }
            }
        });
        let mut next = 1;
        // SAFETY: one subscriber after the other; each is forgotten before the next comes.
        let mut subscriber = unsafe { shared.0.resume(0).unwrap() };
        while next < 4 {
            let seen = subscriber.grant(1).is_some_and(|grant| {
                assert!(grant.is_empty() || grant.item(0) == [next; 2]);
                // The first that sees an item dies before it passes it.
                next % 2 == 0 && grant.commit(1) == 1
            });
            next += u8::from(seen);
            if next % 2 == 1 {
                core::mem::forget(subscriber);
                // SAFETY: as above.
                subscriber = unsafe { shared.0.resume(0).unwrap() };
                let mut pair = [0; 2];
                if subscriber.pop_slice(&mut pair).unwrap() == 1 {
                    assert_eq!(pair, [next; 2]);
                    next += 1;
                }
            }
            thread::yield_now();
        }
        publishing.join().unwrap();
    });
}

#[test]
#[allow(unsafe_code, reason = "a seat is taken from one that is gone")]
fn one_that_dies_while_it_joins_is_evicted_and_followed() {
    explore(2, || {
        let shared = Shared::new(1, 1);
        let own = shared.clone();
        let publishing = thread::spawn(move || {
            // SAFETY: the one publisher.
            let mut publisher = unsafe { own.0.publisher() };
            for item in 1..3 {
                while publisher.push_slice(&[item; 2]) == 0 {
                    thread::yield_now();
                }
            }
        });
        // SAFETY: each of those who come is forgotten before the next.
        unsafe {
            core::mem::forget(shared.0.resume(0));
            core::mem::forget(shared.0.join(1));
            core::mem::forget(shared.0.resume(1));
            shared.0.evict(0).unwrap();
            shared.0.evict(1).unwrap();
            let mut last = shared.0.join(1).unwrap();
            let mut pair = [0; 2];
            // What was published before it joined it may have missed.
            if last.pop_slice(&mut pair) == Ok(1) {
                assert_eq!(pair[0], pair[1]);
            }
        }
        publishing.join().unwrap();
    });
}

#[test]
fn items_of_several_values_are_whole() {
    explore(2, || {
        let (mut publisher, mut subscribers) = broadcast::wide_channel::<u8>(1, 2, 2);
        let (mut lossless, mut latest) = (subscribers.pop().unwrap(), subscribers.pop().unwrap());
        latest.set_latest_only();
        let publishing = thread::spawn(move || {
            for item in 1..3 {
                while publisher.push_slice(&[item; 2]) == 0 {
                    thread::yield_now();
                }
            }
        });
        for item in 1..3 {
            let mut pair = [0; 2];
            while lossless.pop_slice(&mut pair) != Ok(1) {
                thread::yield_now();
            }
            assert_eq!(pair, [item; 2]);
            if latest.pop_slice(&mut pair) == Ok(1) {
                assert_eq!(pair[0], pair[1], "torn");
            }
        }
        publishing.join().unwrap();
    });
}
