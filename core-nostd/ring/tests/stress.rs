//! Real threads, as fast as they can. A watchdog ends a run that hangs; no time is asserted.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ripieno_ring::{RegionError, broadcast, spsc};

/// Runs `test` on a thread of its own and fails if it does not come back at all.
fn watched(test: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let running = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    if wait.recv_timeout(Duration::from_secs(300)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the threads hang");
    }
    running.join().unwrap();
}

#[test]
fn spsc_keeps_order_by_every_way() {
    const ITEMS: u64 = 200_000;
    watched(|| {
        let (mut producer, mut consumer) = spsc::channel::<u64>(64);
        let pushing = thread::spawn(move || {
            let mut next = 0;
            while next < ITEMS {
                let until = ITEMS.min(next + 1 + next % 40);
                let pushed = match next % 3 {
                    0 => producer.push_from(next..until) as u64,
                    1 => producer.push_slice(&(next..until).collect::<Vec<_>>()) as u64,
                    _ => u64::from(producer.push(next).is_ok()),
                };
                if pushed == 0 {
                    thread::yield_now();
                }
                next += pushed;
            }
        });
        let mut next = 0;
        let mut out = [0; 48];
        while !consumer.is_abandoned() || consumer.ready() > 0 {
            let popped = match next % 3 {
                0 => consumer.burst().take(30).enumerate().map(|(i, item)| assert_eq!(item, next + i as u64)).count(),
                1 => {
                    let count = consumer.pop_slice(&mut out);
                    assert!(out[..count].iter().copied().eq(next..next + count as u64));
                    count
                }
                _ => {
                    let grant = consumer.grant(20);
                    let (first, second) = grant.parts();
                    let count = first.len() + second.len();
                    assert!(first.iter().chain(second).copied().eq(next..next + count as u64));
                    grant.commit(count)
                }
            };
            if popped == 0 {
                thread::yield_now();
            }
            next += popped as u64;
        }
        assert_eq!(next, ITEMS);
        pushing.join().unwrap();
    });
}

#[test]
fn broadcast_is_whole_and_in_order_through_changes_of_mode() {
    const ITEMS: u64 = 100_000;
    watched(|| {
        let (mut publisher, subscribers) = broadcast::channel::<[u64; 3]>(64, 3);
        let mut reading = Vec::new();
        for (who, mut subscriber) in subscribers.into_iter().enumerate() {
            reading.push(thread::spawn(move || {
                let (mut next, mut reads) = (0, 0_u32);
                let mut out = [[0; 3]; 16];
                while next < ITEMS {
                    reads = reads.wrapping_add(1);
                    if who > 0 && reads.is_multiple_of(if who == 1 { 7 } else { 64 }) {
                        subscriber.set_latest_only();
                    } else if who > 0 && reads.is_multiple_of(5) {
                        subscriber.set_lossless();
                    }
                    match subscriber.pop_slice(&mut out) {
                        Ok(0) if subscriber.is_abandoned() && subscriber.pop() == Ok(None) => break,
                        Ok(0) => thread::yield_now(),
                        Ok(count) => {
                            assert!(out[..count].iter().all(|[a, b, c]| a == b && b == c), "torn");
                            assert!(out[0][0] >= next, "out of order");
                            assert!(who > 0 || out[0][0] == next, "missed while lossless");
                            assert!(out[..count].windows(2).all(|pair| pair[0][0] + 1 == pair[1][0]));
                            next = out[count - 1][0] + 1;
                        }
                        Err(broadcast::Lagged(missed)) => {
                            assert!(who > 0 && missed > 0);
                        }
                    }
                }
                next
            }));
        }
        let mut next = 0;
        while next < ITEMS {
            let items: Vec<_> = (next..ITEMS.min(next + 9)).map(|item| [item; 3]).collect();
            let pushed = publisher.push_slice(&items);
            if pushed == 0 {
                thread::yield_now();
            }
            next += pushed as u64;
        }
        drop(publisher);
        let reached: Vec<u64> = reading.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(reached[0], ITEMS);
    });
}

/// Memory as a mapping would give it: aligned, and not ours to type.
#[repr(align(128))]
struct Region([u8; 4096]);

#[test]
#[allow(unsafe_code, reason = "regions are attached to by unsafe calls")]
fn regions_are_checked_and_survive_their_handles() {
    let mut memory = Region([0x5a; 4096]);
    let region = &raw mut memory.0 as *mut [u8];
    let cut = |bytes| core::ptr::slice_from_raw_parts_mut(region.cast::<u8>(), bytes);
    // SAFETY: the region is ours alone; each end is attached to once at a time.
    unsafe {
        assert_eq!(spsc::attach_producer::<u32>(region).unwrap_err(), RegionError::NotARing);
        assert!(matches!(spsc::initialise::<u32>(region, 3), Err(RegionError::Capacity(_))));
        assert!(matches!(spsc::initialise::<u32>(region, 4096), Err(RegionError::TooSmall { .. })));
        spsc::initialise::<u32>(region, 8).unwrap();
        assert_eq!(spsc::attach_consumer::<u64>(region).unwrap_err(), RegionError::ItemSize { expected: 8, found: 4 });
        assert!(matches!(spsc::attach_consumer::<u32>(cut(400)), Err(RegionError::TooSmall { .. })));
        assert_eq!(broadcast::Region::<u32>::attach(region).unwrap_err(), RegionError::NotARing);
        let mut producer = spsc::attach_producer::<u32>(region).unwrap();
        assert_eq!(producer.push_slice(&[1, 2, 3]), 3);
        drop(producer);
        let mut consumer = spsc::attach_consumer::<u32>(region).unwrap();
        assert!(consumer.is_abandoned());
        assert_eq!(consumer.pop(), Some(1));
        drop(consumer);
        assert_eq!(spsc::attach_consumer::<u32>(region).unwrap().pop(), Some(2));

        let ring = broadcast::Region::<u32>::initialise(region, 4, 2).unwrap();
        let mut publisher = ring.publisher();
        assert_eq!(publisher.push_slice(&[1; 9]), 4, "nobody is there");
        let same = broadcast::Region::<u32>::attach(region).unwrap();
        assert!(same.join(2).is_err());
        let mut subscriber = same.join(1).unwrap();
        assert_eq!(subscriber.pop(), Ok(None));
        assert_eq!(publisher.push_slice(&[2, 3]), 2);
        assert_eq!((subscriber.pop(), subscriber.pop()), (Ok(Some(2)), Ok(Some(3))));
        std::mem::forget(subscriber);
        assert_eq!(publisher.push_slice(&[4; 9]), 4, "held back by one that died");
        assert_eq!(publisher.push_slice(&[5; 9]), 0);
        same.evict(1).unwrap();
        assert_eq!(publisher.push_slice(&[5; 9]), 4);
    }
}
