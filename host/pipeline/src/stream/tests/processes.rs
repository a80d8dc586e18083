//! Two processes at one stream, one of them killed at any instant. This program starts itself again as the other one.

use super::*;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const JOB: &str = "RIPIENO_STREAM_TEST_JOB";
const ELEMENTS: usize = 96;

/// Starts this program again to do one of the jobs below on some streams.
fn start(job: &str, streams: &[&Stream]) -> Child {
    let paths = streams.iter().map(|stream| stream.path().unwrap().display().to_string());
    let job = [job.to_owned()].into_iter().chain(paths).collect::<Vec<_>>().join(" ");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let command = command.args(["--exact", "stream::tests::processes::other", "--nocapture"]).env(JOB, job);
    command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Not a test by itself: what the other process does.
#[test]
fn other() {
    let Ok(job) = std::env::var(JOB) else { return };
    let mut words = job.split(' ');
    let job = words.next();
    let streams: Vec<Stream> = words.map(|path| Stream::open(path.as_ref()).unwrap()).collect();
    match job {
        Some("pass") => {
            let mut input = reader(&streams[0], 0).staying().typed::<i32>().unwrap();
            let mut output = writer(&streams[1]).staying().typed::<i32>().unwrap();
            while let Some(look) = input.look().unwrap() {
                let mut out = output.look().unwrap();
                out.copy_from_slice(&look);
                out.increment();
                look.increment();
            }
        }
        Some(job @ ("hold" | "stay")) => {
            let input = streams[0].spare_reader(ReaderPolicy::Lossless).unwrap();
            let mut input = if job == "stay" { input.staying() } else { input };
            drop(input.read().unwrap());
            writer(&streams[1]).staying().write(&[1]).unwrap();
            loop {
                thread::park();
            }
        }
        Some("write") => {
            let mut output = writer(&streams[0]).typed::<i32>().unwrap();
            (0..).try_for_each(|value| output.write(&[value; ELEMENTS])).unwrap();
        }
        job => panic!("no such job: {job:?}"),
    }
}

fn shared(frames: usize, readers: &[ReaderPolicy]) -> Stream {
    stream(Place::Shared, DType::I32, ELEMENTS, frames, readers)
}

#[test]
fn a_task_killed_at_any_instant_is_followed_by_another_without_a_gap() {
    const KILLS: u32 = 40;
    watched(|| {
        let (input, output) = (shared(8, &[ReaderPolicy::Lossless]), shared(8, &[ReaderPolicy::Lossless]));
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut source = writer(&input).typed::<i32>().unwrap();
                let mut value = 0;
                while !done.load(Ordering::Relaxed) {
                    source.write(&[value; ELEMENTS]).unwrap();
                    value += 1;
                }
            });
            scope.spawn(|| {
                // Never torn, even where a task died while it wrote.
                let mut tap = output.spare_reader(ReaderPolicy::Latest).unwrap().typed::<i32>().unwrap();
                while let Some(look) = tap.look().unwrap() {
                    assert!(look.iter().all(|value| *value == look[0]), "torn");
                    look.increment();
                }
            });
            let checking = scope.spawn(|| {
                let mut sink = reader(&output, 0).typed::<i32>().unwrap();
                let (mut next, mut twice, mut count) = (0, 0, 0);
                while let Some((stamp, values)) = sink.read().unwrap() {
                    assert!(values.iter().all(|value| *value == values[0]), "torn");
                    assert_eq!(stamp.sequence, count, "numbers go on over restarts");
                    count += 1;
                    // Who dies between writing and passing leaves a frame to be passed on once more.
                    twice += u32::from(values[0] == next - 1);
                    assert!(values[0] == next || values[0] == next - 1, "{} after {}", values[0], next - 1);
                    next = values[0] + 1;
                }
                (next, twice)
            });
            let mut random = 0x1234_5678_u32;
            let mut before = 0;
            for round in 0..KILLS {
                let task = start("pass", &[&input, &output]);
                // Let it get going, then die at some instant of its work.
                while output.gauge().published < before + 20 {
                    thread::yield_now();
                }
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                for _ in 0..random >> 14 {
                    std::hint::spin_loop();
                }
                kill(task);
                before = output.gauge().published;
                if round == KILLS - 1 {
                    done.store(true, Ordering::Relaxed);
                }
            }
            let task = start("pass", &[&input, &output]);
            assert!(task.wait_with_output().unwrap().status.success());
            assert!(output.end_writer() && input.evict_reader(0));
            let (passed, twice) = checking.join().unwrap();
            assert!(passed > 20 * KILLS as i32 && twice <= KILLS, "{passed} frames, {twice} of them twice");
            assert_eq!(input.gauge().published, passed as u64);
        });
    });
}

#[test]
fn a_reader_that_died_is_evicted_and_holds_nobody_back() {
    watched(|| {
        let (stream, ready) =
            (shared(4, &[]), super::stream(Place::Shared, DType::U8, 1, 4, &[ReaderPolicy::Lossless]));
        let task = start("hold", &[&stream, &ready]);
        let mut output = writer(&stream).typed::<i32>().unwrap();
        while stream.gauge().readers.is_empty() {
            thread::yield_now();
        }
        output.write(&[0; ELEMENTS]).unwrap();
        assert!(reader(&ready, 0).read().unwrap().is_some(), "it has read its first frame");
        thread::scope(|scope| {
            let writing = scope.spawn(move || (0..100).try_for_each(|_| output.write(&[1; ELEMENTS])));
            while stream.gauge().published < 5 {
                thread::yield_now();
            }
            assert!(!stream.evict_reader(0), "it lives");
            assert_eq!(stream.evict_dead(), 0);
            kill(task);
            assert_eq!(stream.evict_dead(), 1);
            assert_eq!(writing.join().unwrap(), Ok(()));
        });
        assert_eq!((stream.gauge().published, stream.gauge().readers.len()), (101, 0));
    });
}

#[test]
fn a_seat_that_is_kept_waits_for_another_reader() {
    watched(|| {
        let (stream, ready) =
            (shared(4, &[]), super::stream(Place::Shared, DType::U8, 1, 4, &[ReaderPolicy::Lossless]));
        let task = start("stay", &[&stream, &ready]);
        let mut output = writer(&stream).typed::<i32>().unwrap();
        while stream.gauge().readers.is_empty() {
            thread::yield_now();
        }
        (0..2).for_each(|value| output.write(&[value; ELEMENTS]).unwrap());
        assert!(reader(&ready, 0).read().unwrap().is_some(), "it has read its first frame");
        kill(task);
        assert_eq!(stream.evict_dead(), 0);
        let mut another = reader(&stream, 0).typed::<i32>().unwrap();
        assert_eq!(another.read().unwrap().unwrap().1[0], 1, "the one that was killed had passed one frame");
    });
}

#[test]
fn a_writer_that_died_ends_its_stream() {
    watched(|| {
        let stream = shared(4, &[ReaderPolicy::Lossless]);
        let mut reader = reader(&stream, 0).typed::<i32>().unwrap();
        let task = start("write", &[&stream]);
        assert_eq!(reader.read().unwrap().unwrap().1, [0; ELEMENTS]);
        assert!(!stream.end_writer(), "it lives");
        kill(task);
        assert!(!stream.gauge().ended);
        assert!(stream.end_writer());
        let mut next = 1;
        while let Some((stamp, values)) = reader.read().unwrap() {
            assert_eq!((stamp.sequence, values), (next, vec![next as i32; ELEMENTS]));
            next += 1;
        }
        assert_eq!(next, stream.gauge().published);
    });
}

#[test]
fn a_reader_that_sleeps_is_woken_from_another_process() {
    watched(|| {
        let stream = shared(4, &[ReaderPolicy::Lossless]);
        let mut reader = reader(&stream, 0).typed::<i32>().unwrap();
        thread::scope(|scope| {
            let reading = scope.spawn(move || reader.read().unwrap().unwrap().1);
            let task = start("write", &[&stream]);
            assert_eq!(reading.join().unwrap(), [0; ELEMENTS]);
            kill(task);
        });
        assert!(stream.end_writer());
    });
}

#[test]
fn exported_streams_are_found_by_name() {
    let name = format!("stream-test-{}", std::process::id());
    let stream = stream(Place::Named(name.clone()), DType::F32, 3, 4, &[]);
    let other = Stream::open_named(&name).unwrap();
    assert_eq!((other.name(), other.spec(), other.capacity(), other.declared()), ("s", stream.spec(), 4, 0));
    let mut guest = other.spare_reader(ReaderPolicy::Lossless).unwrap().typed::<f32>().unwrap();
    writer(&stream).typed().unwrap().write(&[1.0, 2.0, 3.0_f32]).unwrap();
    assert_eq!(guest.read().unwrap().unwrap().1, [1.0, 2.0, 3.0]);
    drop(stream);
    assert!(matches!(Stream::open_named(&name), Err(crate::MemoryError::Missing(_))));
    assert_eq!(guest.read(), Ok(None), "who is attached drains it");
}
