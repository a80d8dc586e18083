//! Millions of small frames and many large ones through every policy, as fast as the threads can.

use super::*;
use ReaderPolicy::{DropOldest, Latest, Lossless};
use std::thread;

const FRAMES: u64 = 10_000_000;

/// A frame of which every element says which it is.
fn frame(sequence: u64) -> [i32; 4] {
    [sequence as i32; 4]
}

/// Reads all of a stream; returns how many frames were read and how many missed. Every frame must be whole, and where it comes
/// must be just behind those read and missed before.
fn read_all(mut reader: AnyReader) -> (u64, u64) {
    let mut read = 0;
    while let Some(look) = reader.look().unwrap() {
        let sequence = look.stamp().sequence;
        assert!(look.chunks(4).all(|element| element == (sequence as i32).to_ne_bytes()), "frame {sequence} is torn");
        look.increment();
        assert_eq!(sequence, read + reader.missed(), "gaps are told exactly");
        read += 1;
    }
    (read, reader.missed())
}

fn write_all(stream: &Stream, frames: u64) -> u64 {
    let mut writer = writer(stream).typed::<i32>().unwrap();
    for sequence in 0..frames {
        // What is dropped does not count.
        let number = sequence - writer.dropped();
        writer.write_at(1, &frame(number)).unwrap();
    }
    writer.dropped()
}

#[test]
fn ten_million_frames_by_every_policy_of_readers() {
    watched(|| {
        let policies = [Lossless, Lossless, DropOldest, Latest];
        let stream = stream(Place::Heap, DType::I32, 4, 1024, &policies);
        thread::scope(|scope| {
            let reading: Vec<_> =
                (0..4).map(|seat| (seat, reader(&stream, seat))).map(|(_, r)| scope.spawn(|| read_all(r))).collect();
            write_all(&stream, FRAMES);
            for (policy, reading) in policies.iter().zip(reading) {
                let (read, missed) = reading.join().unwrap();
                // Who holds nobody back may still be passed over at the very end: what it has not seen it has counted.
                assert_eq!(read + missed, FRAMES, "{policy:?}");
                assert!(*policy != Lossless || missed == 0);
            }
        });
    });
}

#[test]
fn ten_million_frames_to_a_full_ring() {
    watched(|| {
        let decl = StreamDecl { frames: 64, overflow: Overflow::DropNewest, ..StreamDecl::new("s") };
        let spec = FrameSpec::new(DType::I32, &[4]).unwrap();
        let stream = Stream::create(Place::Shared, &decl, spec, &[Lossless]).unwrap();
        let reader = reader(&stream, 0);
        thread::scope(|scope| {
            let reading = scope.spawn(|| read_all(reader));
            let dropped = write_all(&stream, FRAMES);
            assert_eq!(reading.join().unwrap(), (FRAMES - dropped, 0));
        });
    });
}

#[test]
fn large_frames_are_whole_by_every_policy() {
    const ELEMENTS: usize = 128 * 1024;
    const FRAMES: u64 = 300;
    watched(|| {
        let policies = [Lossless, DropOldest, Latest];
        let stream = stream(Place::Shared, DType::I32, ELEMENTS, 4, &policies);
        thread::scope(|scope| {
            for (seat, policy) in policies.into_iter().enumerate() {
                let mut reader = reader(&stream, seat).typed::<i32>().unwrap();
                scope.spawn(move || {
                    let mut out = vec![0; ELEMENTS];
                    let mut read = 0;
                    while let Some(stamp) = reader.read_into(&mut out).unwrap() {
                        assert!(out.iter().all(|value| *value == stamp.sequence as i32), "{policy:?}: torn");
                        assert_eq!(stamp.sequence, read + reader.missed());
                        read += 1;
                    }
                    assert!(policy != Lossless || read == FRAMES);
                });
            }
            let mut writer = writer(&stream).typed::<i32>().unwrap();
            for sequence in 0..FRAMES {
                let mut look = writer.look().unwrap();
                look.fill(sequence as i32);
                look.increment();
            }
        });
    });
}

#[test]
fn going_to_and_fro_under_load_tears_and_hides_nothing() {
    const FRAMES: u64 = 300_000;
    watched(|| {
        let stream = stream(Place::Heap, DType::I32, 4, 16, &[Lossless, Lossless]);
        let mut reading = reader(&stream, 0).typed::<i32>().unwrap();
        let steady = reader(&stream, 1);
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(read_all(steady), (FRAMES, 0)));
            scope.spawn(|| write_all(&stream, FRAMES));
            let mut read = 0;
            let mut blocking = true;
            while let Some((stamp, values)) = reading.read().unwrap() {
                assert!(values.iter().all(|value| *value == stamp.sequence as i32), "torn");
                assert_eq!(stamp.sequence, read + reading.missed());
                read += 1;
                if read % 37 == 0 {
                    blocking = !blocking;
                    reading.set_blocking(blocking);
                }
            }
            assert_eq!(read + reading.missed(), FRAMES);
        });
    });
}

#[test]
fn no_ring_is_capped_by_a_timer() {
    // One that only looks again every 5 ms would take 100 s for as many frames.
    watched(|| {
        let stream = stream(Place::Heap, DType::I32, 4, 2, &[Lossless]);
        let reader = reader(&stream, 0);
        thread::scope(|scope| {
            let reading = scope.spawn(|| read_all(reader));
            write_all(&stream, 40_000);
            assert_eq!(reading.join().unwrap(), (40_000, 0));
        });
    });
}

#[test]
fn waiting_takes_no_part_in_order() {
    // Two tasks in a row, each waiting in its own way, with rings that are mostly full or mostly empty.
    for waits in [[Wait::Park, Wait::Spin], [Wait::Spin, Wait::Park]] {
        watched(move || {
            let [first, second] = [2, 64].map(|frames| stream(Place::Shared, DType::I32, 4, frames, &[Lossless]));
            let origin = Origin::new();
            let mut input = first.reader(0, &origin, waits[0]).unwrap();
            let mut output = second.writer(&origin, waits[1]).unwrap();
            let last = second.reader(0, &Origin::new(), waits[0]).unwrap();
            thread::scope(|scope| {
                scope.spawn(move || {
                    while let Some(look) = input.look().unwrap() {
                        output.write(&look).unwrap();
                        look.increment();
                    }
                });
                let reading = scope.spawn(|| read_all(last));
                write_all(&first, 20_000);
                assert_eq!(reading.join().unwrap(), (20_000, 0));
            });
        });
    }
}
