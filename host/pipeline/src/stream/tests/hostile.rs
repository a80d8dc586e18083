//! Memory that another program fills with anything: refused, or a ring that is full, empty or wrong in its frames, but nothing else.

use super::super::layout::{LINE, at};
use super::*;
use crate::memory::{Memory, MemoryError};
use proptest::prelude::*;
use std::sync::atomic::Ordering;

const VALUES: [u64; 12] = [0, 1, 2, 3, 5, 63, 64, 1 << 20, 1 << 31, 1 << 40, 1 << 63, u64::MAX];

fn sample() -> Stream {
    let policies = [ReaderPolicy::Lossless, ReaderPolicy::DropOldest, ReaderPolicy::Latest];
    stream(Place::Shared, DType::I32, 5, 4, &policies)
}

/// Calls whatever there is on a stream; what comes of it does not matter, only that all return.
fn exercise(stream: &Stream) {
    let moment = Some(Duration::ZERO);
    let spec = stream.spec();
    let bytes = spec.bytes().min(1 << 20);
    let mut frame = vec![0; bytes];
    if let Ok(mut writer) = stream.writer(&Origin::new(), Wait::Park) {
        writer.set_timeout(moment);
        for _ in 0..3 {
            let _ = (writer.write(&frame), writer.try_write(&frame), writer.room());
            let _ = writer.look().map(|look| look.increment());
        }
        drop(writer.staying());
    }
    let seats = (0..stream.declared().min(8)).map(|seat| stream.reader(seat, &Origin::new(), Wait::Park).ok());
    let spare = [ReaderPolicy::Lossless, ReaderPolicy::Latest].map(|policy| stream.spare_reader(policy));
    for mut reader in seats.chain(spare).flatten() {
        reader.set_timeout(moment);
        for blocking in [true, false, true] {
            let _ = (reader.read_into(&mut frame), reader.try_read_into(&mut frame), reader.pending());
            let _ = reader.look().map(|look| look.map(|look| look.increment()));
            let _ = reader.look_window(2).map(|window| window.map(|window| window.increment(1)));
            reader.set_blocking(blocking);
            let _ = (reader.skip_to_latest(), reader.is_ended(), reader.missed());
        }
    }
    let _ = (stream.gauge(), stream.evict_dead(), stream.evict_reader(0), stream.end_writer());
}

#[test]
fn headers_are_believed_in_nothing() {
    watched(|| {
        for index in 0..at::SEAT {
            let stream = sample();
            let path = stream.path().unwrap();
            let memory = Memory::open(&path).unwrap();
            let true_value = memory.words(0..at::SEAT)[index].load(Ordering::Relaxed);
            for value in VALUES.into_iter().chain([true_value + 1, true_value.swap_bytes()]) {
                memory.words(0..at::SEAT)[index].store(value, Ordering::Relaxed);
                match Stream::open(&path) {
                    Ok(other) => {
                        let sizes = [at::RANK, at::CAPACITY, at::STRIDE, at::PAYLOAD, at::SEATS, at::RING];
                        assert!(value == true_value || !sizes.contains(&index), "word {index} of {value:#x}");
                        other.ring().word(at::STOPPED).store(0, Ordering::Relaxed);
                        exercise(&other);
                    }
                    Err(error) => assert!(matches!(error, MemoryError::Layout(_)) && value != true_value, "{error}"),
                }
            }
        }
    });
}

#[test]
fn memory_of_another_kind_is_refused() {
    let refused = |bytes: usize, fill: fn(&Memory), expected: &str| {
        let memory = Memory::anonymous(bytes).unwrap();
        fill(&memory);
        let error = Stream::open(&memory.path().unwrap()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused(8, |_| {}, "too short");
    refused(8192, |_| {}, "still being made");
    refused(8192, |memory| memory.words(0..1024).iter().for_each(|word| word.store(7, Ordering::Relaxed)), "no stream");
    refused(8192, |memory| memory.words(0..1)[0].store(super::super::layout::MAGIC, Ordering::Relaxed), "version 0");
    let event = crate::Event::create("e", 0, true).unwrap();
    assert!(Stream::open(&event.path().unwrap()).unwrap_err().to_string().contains("too short"));
}

#[test]
fn one_of_another_shape_does_not_fit() {
    let stream = sample();
    let spec = Stream::open(&stream.path().unwrap()).unwrap().spec();
    assert!(spec.fits(&stream.spec()) && !spec.fits(&FrameSpec::new(DType::I32, &[5, 1]).unwrap()));
    let cut = Memory::open(&stream.path().unwrap()).unwrap();
    let short = Memory::anonymous(cut.bytes() - 8).unwrap();
    for (from, to) in cut.words(0..short.bytes() / 8).iter().zip(short.words(0..short.bytes() / 8)) {
        to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    assert!(matches!(Stream::open(&short.path().unwrap()), Err(MemoryError::Layout(_))), "a word short");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn positions_are_believed_in_nothing(
        scribbles in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&VALUES[..])), 1..40),
        beforehand in 0..9_usize,
    ) {
        watched(move || {
            let stream = sample();
            let memory = Memory::open(&stream.path().unwrap()).unwrap();
            let mut writer = writer(&stream).staying();
            let mut readers: Vec<AnyReader> = (0..3).map(|seat| reader(&stream, seat)).collect();
            let _ = (0..beforehand).try_for_each(|_| writer.try_write(&[1; 20]).map(|_| ()));
            let words = memory.words(0..memory.bytes() / 8);
            // All but the stop, with which nothing would be tried any more; and the magic number, looked at only once.
            let targets: Vec<usize> = (LINE..words.len()).filter(|index| *index != at::STOPPED).collect();
            for (index, value) in scribbles {
                words[*index.get(&targets)].store(value, Ordering::Relaxed);
                let _ = writer.try_write(&[2; 20]);
                for reader in &mut readers {
                    reader.set_timeout(Some(Duration::from_micros(20)));
                    let _ = (reader.read(), reader.pending());
                }
            }
            drop((writer, readers));
            exercise(&stream);
        });
    }
}
