//! What each call promises.

use super::super::handle::SPARE_SEATS;
use super::*;
use ReaderPolicy::{DropOldest, Latest, Lossless};

const MOMENT: Option<Duration> = Some(Duration::from_millis(2));

#[test]
fn nothing_is_lost_before_the_first_reader_comes() {
    let stream = stream(Place::Heap, DType::I32, 2, 4, &[Lossless, Lossless]);
    let mut writer = writer(&stream).typed::<i32>().unwrap();
    for value in 0..4 {
        assert_eq!(writer.try_write(&[value, -value]), Ok(true));
    }
    assert_eq!(writer.try_write(&[4, -4]), Ok(false), "two declared readers are not there yet");
    for seat in 0..2 {
        let mut reader = reader(&stream, seat).typed::<i32>().unwrap();
        for value in 0..4 {
            let (stamp, frame) = reader.read().unwrap().unwrap();
            assert_eq!((stamp.sequence, frame), (value as u64, vec![value, -value]));
        }
        assert_eq!((reader.pending(), reader.missed()), (0, 0));
    }
    assert_eq!(writer.try_write(&[4, -4]), Ok(true), "they have gone");
}

#[test]
fn a_stream_ends_when_its_writer_goes_and_is_drained() {
    let stream = stream(Place::Heap, DType::U8, 3, 8, &[Lossless]);
    let mut reader = reader(&stream, 0);
    assert!(!reader.is_ended(), "the writer is yet to come");
    let mut writer = writer(&stream);
    writer.write(&[1; 3]).unwrap();
    writer.write(&[2; 3]).unwrap();
    drop(writer);
    assert!(!reader.is_ended());
    assert_eq!(reader.read().unwrap().unwrap().1, [1; 3]);
    assert_eq!(reader.read().unwrap().unwrap().1, [2; 3]);
    assert_eq!(reader.read().unwrap(), None);
    assert!(reader.is_ended() && reader.look().unwrap().is_none() && reader.look_window(2).unwrap().is_none());
}

#[test]
fn one_that_stays_is_followed_by_another() {
    let stream = stream(Place::Heap, DType::I32, 1, 8, &[Lossless]);
    let mut first = writer(&stream).staying();
    let frame = |value: i32| bytemuck::bytes_of(&value).to_vec();
    first.write(&frame(7)).unwrap();
    first.write(&frame(8)).unwrap();
    drop(first);
    let mut early = reader(&stream, 0).staying();
    assert_eq!(early.read().unwrap().unwrap().1, frame(7));
    early.set_timeout(MOMENT);
    assert_eq!(early.look().unwrap().unwrap().stamp().sequence, 1);
    drop(early);
    writer(&stream).write(&frame(9)).unwrap();
    let mut late = reader(&stream, 0);
    let mut next = || late.read().unwrap().map(|(stamp, frame)| (stamp.sequence, frame));
    assert_eq!((next(), next(), next()), (Some((1, frame(8))), Some((2, frame(9))), None));
    assert!(matches!(stream.reader(0, &Origin::new(), Wait::Park), Err(StreamError::Taken { .. })));
    drop(late);
    assert!(stream.end_writer() && stream.evict_reader(0), "nobody has them");
}

#[test]
fn every_place_is_taken_once() {
    let stream = stream(Place::Heap, DType::I32, 1, 8, &[Lossless]);
    let (_writer, _reader) = (writer(&stream), reader(&stream, 0));
    assert!(matches!(stream.writer(&Origin::new(), Wait::Park), Err(StreamError::Taken { .. })));
    assert!(matches!(stream.reader(0, &Origin::new(), Wait::Park), Err(StreamError::Taken { .. })));
    assert!(matches!(stream.reader(99, &Origin::new(), Wait::Park), Err(StreamError::Taken { .. })));
    assert!(!stream.end_writer() && !stream.evict_reader(0));
    let spare: Vec<_> = (0..SPARE_SEATS).map(|_| stream.spare_reader(Lossless).unwrap()).collect();
    assert!(stream.spare_reader(Lossless).is_none());
    drop(spare);
    assert!(stream.spare_reader(Latest).is_some());
}

#[test]
fn waits_time_out_and_stop() {
    let stream = stream(Place::Heap, DType::I32, 1, 2, &[Lossless]);
    let (mut writer, mut reader) = (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0));
    writer.set_timeout(MOMENT);
    reader.set_timeout(MOMENT);
    assert_eq!(reader.read(), Err(timed_out()));
    assert_eq!(reader.try_read_into(&mut [0; 4]), Ok(None));
    assert_eq!(reader.look_window(2).unwrap_err(), timed_out());
    assert_eq!((writer.write(&[1]), writer.write(&[2]), writer.write(&[3])), (Ok(()), Ok(()), Err(timed_out())));
    assert_eq!(writer.look().unwrap_err(), timed_out());
    assert_eq!(reader.read().unwrap().unwrap().0.sequence, 0, "a timeout loses nothing");
    stream.stop();
    assert!(stream.is_stopped());
    assert_eq!((reader.read(), writer.write(&[4])), (Err(StreamError::Stopped), Err(StreamError::Stopped)));
    assert_eq!(writer.look().unwrap_err(), StreamError::Stopped);
}

#[test]
fn a_stop_wakes_all_who_sleep() {
    for wait in [Wait::Park, Wait::Spin] {
        watched(move || {
            let stream = stream(Place::Shared, DType::I32, 1, 2, &[Lossless, Lossless]);
            let (mut full, mut reader) = (writer(&stream), stream.reader(0, &Origin::new(), wait).unwrap());
            while full.try_write(&[0; 4]).unwrap() {}
            let writing = std::thread::spawn(move || full.write(&[0; 4]));
            let reading = std::thread::spawn(move || (0..3).try_for_each(|_| reader.read().map(|_| ())));
            stream.stop();
            assert_eq!(writing.join().unwrap(), Err(StreamError::Stopped));
            assert_eq!(reading.join().unwrap(), Err(StreamError::Stopped));
        });
    }
}

#[test]
fn wrong_lengths_types_and_windows_are_named() {
    let stream = stream(Place::Heap, DType::F32, 3, 4, &[Lossless]);
    let (mut writer, mut reader) = (writer(&stream).typed::<f32>().unwrap(), reader(&stream, 0));
    let length = |expected, given| StreamError::WrongLength { stream: "s".into(), expected, given };
    assert_eq!(writer.write(&[0.0; 4]), Err(length(3, 4)));
    assert_eq!(reader.read_into(&mut [0; 11]), Err(length(12, 11)));
    let window = |frames| StreamError::WrongWindow { stream: "s".into(), frames, capacity: 4 };
    assert_eq!((reader.look_window(0).unwrap_err(), reader.look_window(5).unwrap_err()), (window(0), window(5)));
    let wrong = reader.typed::<f64>().unwrap_err();
    assert_eq!(wrong, StreamError::WrongType { stream: "s".into(), expected: DType::F64, found: DType::F32 });
}

#[test]
fn looks_are_in_place_and_seen_again_until_passed() {
    for policy in [Lossless, DropOldest, Latest] {
        let stream = stream(Place::Heap, DType::I16, 3, 4, &[policy]);
        let mut writer = writer(&stream).typed::<i16>().unwrap();
        writer.look().unwrap().fill(1);
        let mut look = writer.look().unwrap();
        look.copy_from_slice(&[1, 2, 3]);
        look.set_nanos(77);
        look.increment();
        let origin = Origin::new();
        let mut reader = stream.reader(0, &origin, Wait::Park).unwrap().typed::<i16>().unwrap();
        for _ in 0..2 {
            let look = reader.look().unwrap().unwrap();
            assert_eq!((&*look, look.stamp().sequence, look.stamp().nanos), (&[1, 2, 3][..], 0, 77), "{policy:?}");
        }
        assert_eq!((origin.nanos(), reader.pending()), (77, 1));
        reader.look().unwrap().unwrap().increment();
        assert_eq!((reader.pending(), reader.missed()), (0, 0), "{policy:?}");
    }
}

#[test]
fn odd_shapes_never_meet_a_seam() {
    for (elements, frames) in [(3, 5), (1, 3), (7, 6), (65, 7)] {
        let stream = stream(Place::Heap, DType::U8, elements, frames, &[Lossless]);
        assert_eq!(stream.capacity(), frames.next_power_of_two());
        let (mut writer, mut reader) = (writer(&stream), reader(&stream, 0));
        for value in 0..300 {
            writer.look().unwrap().iter_mut().for_each(|byte| *byte = value as u8);
            let mut look = writer.look().unwrap();
            look.fill(value as u8);
            look.increment();
            let look = reader.look().unwrap().unwrap();
            assert!(look.len() == elements && look.iter().all(|byte| *byte == value as u8));
            look.increment();
        }
    }
}

#[test]
fn windows_overlap_and_cross_the_seam() {
    for policy in [Lossless, DropOldest] {
        let stream = stream(Place::Heap, DType::I32, 1, 8, &[policy]);
        let (mut writer, mut reader) = (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0));
        for value in 0..5 {
            writer.write(&[value]).unwrap();
        }
        let mut reader = {
            reader.set_timeout(MOMENT);
            reader.typed::<i32>().unwrap()
        };
        for first in 0..40 {
            let window = reader.look_window(5).unwrap().unwrap();
            let values: Vec<i32> = (0..window.len()).map(|index| window.frame(index)[0]).collect();
            assert_eq!(values, (first..first + 5).collect::<Vec<_>>(), "{policy:?}");
            assert_eq!(window.stamp(4).sequence, first as u64 + 4);
            window.increment(1);
            assert_eq!(reader.look_window(5).unwrap_err(), timed_out());
            writer.write(&[first + 5]).unwrap();
        }
        drop(writer);
        reader.look_window(3).unwrap().unwrap().increment(9);
        assert!(reader.look_window(3).unwrap().is_none(), "two are left");
        assert_eq!(reader.read().unwrap().unwrap().1, [43]);
    }
}

#[test]
fn the_latest_is_the_newest_and_gaps_are_counted() {
    let stream = stream(Place::Heap, DType::I32, 1, 4, &[Latest]);
    let (mut writer, mut reader) =
        (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0).typed::<i32>().unwrap());
    let mut write = |values: std::ops::Range<i32>| values.for_each(|value| writer.write(&[value]).unwrap());
    write(0..3);
    assert_eq!((reader.read().unwrap().unwrap().1, reader.missed()), (vec![2], 2));
    write(3..30);
    assert_eq!(reader.look().unwrap().unwrap()[0], 29);
    write(30..31);
    assert_eq!((reader.look().unwrap().unwrap()[0], reader.missed()), (30, 29), "a newer one takes its place");
    reader.read().unwrap();
    write(31..40);
    let window = reader.look_window(3).unwrap().unwrap();
    assert_eq!((0..3).map(|index| window.frame(index)[0]).collect::<Vec<_>>(), [37, 38, 39]);
    window.increment(2);
    assert_eq!((reader.missed(), reader.pending()), (35, 1));
}

#[test]
fn the_oldest_left_come_first_and_gaps_are_counted() {
    let stream = stream(Place::Heap, DType::I32, 1, 8, &[DropOldest]);
    let (mut writer, mut reader) =
        (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0).typed::<i32>().unwrap());
    for value in 0..21 {
        writer.write(&[value]).unwrap();
    }
    let (stamp, frame) = reader.read().unwrap().unwrap();
    assert_eq!((stamp.sequence, frame[0] as u64), (reader.missed(), reader.missed()));
    assert!(stamp.sequence > 12, "what was written over is gone");
    assert_eq!(reader.skip_to_latest(), 20 - stamp.sequence - 1);
    assert_eq!((reader.read().unwrap().unwrap().1, reader.missed()), (vec![20], 19));
}

#[test]
fn a_full_ring_drops_the_newest_if_told_to() {
    let stream = dropping(2);
    let (mut writer, mut reader) =
        (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0).typed::<i32>().unwrap());
    for value in 0..5 {
        writer.write(&[value]).unwrap();
    }
    let mut look = writer.look().unwrap();
    look[0] = 5;
    look.increment();
    writer.look().unwrap()[0] = 5;
    assert_eq!((writer.dropped(), writer.try_write(&[6])), (4, Ok(false)));
    assert_eq!((reader.read().unwrap().unwrap().1, writer.room()), (vec![0], 1));
    writer.write(&[7]).unwrap();
    assert_eq!(stream.gauge().dropped, 4);
    drop(writer);
    assert_eq!((reader.read().unwrap().unwrap().1, reader.read().unwrap().unwrap().1), (vec![1], vec![7]));
}

#[test]
fn delay_frames_are_there_first_and_of_no_time() {
    let decl = StreamDecl { frames: 2, delay_frames: 3, ..StreamDecl::new("s") };
    let spec = FrameSpec::new(DType::F64, &[2]).unwrap();
    let stream = Stream::create(Place::Heap, &decl, spec, &[Lossless]).unwrap();
    assert_eq!(stream.capacity(), 4);
    let (mut writer, mut reader) =
        (writer(&stream).typed::<f64>().unwrap(), reader(&stream, 0).typed::<f64>().unwrap());
    writer.write_at(5, &[1.0; 2]).unwrap();
    for sequence in 0..3 {
        let (stamp, frame) = reader.read().unwrap().unwrap();
        assert_eq!((stamp.sequence, stamp.nanos, frame), (sequence, 0, vec![0.0; 2]));
    }
    assert_eq!(reader.read().unwrap().unwrap().0.sequence, 3);
    assert_eq!(stream.gauge().readers[0].latency.count, 1, "what has no time has no latency");
}

#[test]
fn a_task_passes_the_time_of_its_input_on() {
    let (input, output) =
        (stream(Place::Heap, DType::U8, 1, 4, &[Lossless]), stream(Place::Heap, DType::U8, 1, 4, &[Lossless]));
    let origin = Origin::new();
    let mut through = (input.reader(0, &origin, Wait::Park).unwrap(), output.writer(&origin, Wait::Park).unwrap());
    writer(&input).write_at(1234, &[1]).unwrap();
    through.1.write(&[0]).unwrap();
    through.0.read().unwrap();
    through.1.write(&[0]).unwrap();
    let mut reader = reader(&output, 0);
    assert!(reader.read().unwrap().unwrap().0.nanos > 1234, "a source's frames are born now");
    assert_eq!(reader.read().unwrap().unwrap().0.nanos, 1234);
}

#[test]
fn one_that_joins_is_noticed_at_the_next_frame() {
    let stream = stream(Place::Heap, DType::I32, 1, 1024, &[]);
    let mut writer = writer(&stream).typed::<i32>().unwrap();
    (0..10).for_each(|value| writer.write(&[value]).unwrap());
    for policy in [Lossless, DropOldest, Latest] {
        let mut tap = stream.spare_reader(policy).unwrap().typed::<i32>().unwrap();
        writer.write(&[10]).unwrap();
        assert_eq!(tap.read().unwrap().unwrap().1, [10], "{policy:?}");
        assert_eq!(tap.missed(), 0);
    }
    assert_eq!(stream.gauge().readers.len(), 0);
}

#[test]
fn figures_say_what_happened() {
    let stream = stream(Place::Heap, DType::I32, 1, 8, &[Lossless, Latest]);
    let (mut writer, mut first) = (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0));
    (0..5).for_each(|value| writer.write(&[value]).unwrap());
    first.read().unwrap();
    first.read().unwrap();
    reader(&stream, 1).staying().read().unwrap();
    let gauge = stream.gauge();
    assert_eq!((gauge.published, gauge.capacity, gauge.dropped, gauge.ended), (5, 8, 0, false));
    let seats: Vec<_> = gauge.readers.iter().map(|s| (s.seat, s.lossless, s.behind, s.missed, s.reads)).collect();
    assert_eq!(seats, [(0, true, 3, 0, 2), (1, false, 0, 4, 1)]);
    assert!(gauge.readers[0].latency.count >= 1 && gauge.readers[1].pid == 0);
    first.set_timeout(MOMENT);
    while first.read().is_ok() {}
    assert!(stream.gauge().readers[0].waiting_nanos >= 1_000_000);
}

#[test]
fn going_to_and_fro_loses_nothing_that_was_promised() {
    let stream = stream(Place::Heap, DType::I32, 1, 4, &[Lossless]);
    let (mut writer, mut reader) =
        (writer(&stream).typed::<i32>().unwrap(), reader(&stream, 0).typed::<i32>().unwrap());
    (0..4).for_each(|value| writer.write(&[value]).unwrap());
    assert_eq!(writer.try_write(&[4]), Ok(false));
    reader.set_blocking(false);
    assert!(!reader.is_blocking());
    (4..10).for_each(|value| writer.write(&[value]).unwrap());
    reader.set_blocking(true);
    assert!(reader.is_blocking());
    (10..14).for_each(|value| writer.write(&[value]).unwrap());
    assert_eq!(writer.try_write(&[14]), Ok(false), "held back again");
    for value in 10..14 {
        assert_eq!(reader.read().unwrap().unwrap().1, [value]);
    }
    assert_eq!(reader.missed(), 10);
}
