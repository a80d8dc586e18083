//! Streams between processes: guests, imports, and what is left of those that are killed.
#![cfg(target_os = "linux")]

use ripieno_pipeline::{DType, Pipeline, Ports, ReaderPolicy, Running, TaskError, share};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Long enough for a busy machine.
const WATCHDOG: Duration = Duration::from_secs(50);

const ELEMENTS: usize = 1000;

/// This test program again, as a process of its own that only plays `part`.
fn start(part: &str, name: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--nocapture"])
        .env("SHARE_PART", part)
        .env("SHARE_NAME", name)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts again")
}

/// Waits until a process has said something that ends with `end`.
fn hear(child: &mut Child, end: &str) -> BufReader<std::process::ChildStdout> {
    let mut told = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    while !line.trim().ends_with(end) {
        line.clear();
        assert_ne!(told.read_line(&mut line).expect("readable"), 0, "it ended before it said '{end}'");
    }
    told
}

fn name(test: &str) -> String {
    format!("test-{test}-{}", std::process::id())
}

/// Not a test by itself: the part of a process that others start.
#[test]
fn child() {
    let (Ok(part), Ok(name)) = (std::env::var("SHARE_PART"), std::env::var("SHARE_NAME")) else { return };
    match part.as_str() {
        "guest" => {
            let shared = share::open(&name).expect("it is exported");
            let mut reader = shared.reader(ReaderPolicy::Lossless).expect("a seat").typed::<f32>().expect("f32");
            println!("attached");
            let mut frame = [0.0; ELEMENTS];
            let mut next = None;
            let mut count = 0_u64;
            while let Some(stamp) = reader.read_into(&mut frame).expect("it is not stopped") {
                assert_eq!(*next.get_or_insert(stamp.sequence), stamp.sequence, "no frame is missing");
                assert!(frame.iter().all(|element| *element == stamp.sequence as f32), "no frame is torn");
                next = Some(stamp.sequence + 1);
                count += 1;
            }
            println!("read {count}");
        }
        "sleeper" => {
            let shared = share::open(&name).expect("it is exported");
            let mut reader = shared.reader(ReaderPolicy::Lossless).expect("a seat");
            reader.read().expect("a frame");
            println!("attached");
            std::thread::sleep(WATCHDOG);
        }
        "exporter" => {
            let mut pipe = Pipeline::new("exporter");
            export(&mut pipe, &name);
            // Each life marks its frames.
            let body = |ports: &mut Ports| {
                let mut out = ports.writer::<f32>("out")?;
                let mut frame = [std::process::id() as f32; ELEMENTS];
                for number in 0_u32.. {
                    frame[1] = number as f32;
                    out.write(&frame)?;
                }
                Ok(())
            };
            pipe.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
            pipe.run().expect("it runs");
        }
        other => panic!("there is no part '{other}'"),
    }
}

fn export(pipe: &mut Pipeline, name: &str) {
    let stream = pipe.add_stream("frames", &[ELEMENTS], DType::F32, 16).expect("a legal stream");
    stream.export = Some(name.into());
}

/// Writes frames full of their own number, once `guest` has a reader.
fn write(ports: &mut Ports, frames: u64, guest: Option<&str>) -> Result<(), TaskError> {
    let mut out = ports.writer::<f32>("out")?;
    while guest.is_some_and(|name| share::open(name).expect("it is exported").figures().reader_pids.is_empty()) {
        ports.pause(Duration::from_millis(5))?;
    }
    for number in 0..frames {
        if ports.is_stopping() {
            break;
        }
        out.write(&[number as f32; ELEMENTS])?;
    }
    Ok(())
}

fn finish(running: &Running) {
    running.wait_for(WATCHDOG).expect("it ends within the watchdog").expect("it ends well");
}

#[test]
fn a_guest_sees_every_frame() {
    let name = name("guest");
    let mut pipe = Pipeline::new("guest");
    export(&mut pipe, &name);
    let own = name.clone();
    let body = move |ports: &mut Ports| write(ports, 20_000, Some(&own));
    pipe.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    let listed = share::list().into_iter().find(|exported| exported.name == name).expect("it is listed");
    assert_eq!((listed.spec.elements(), listed.capacity), (ELEMENTS, 16));
    let mut guest = start("guest", &name);
    finish(&running);
    let _told = hear(&mut guest, "read 20000");
    assert!(guest.wait().expect("it ends").success());
    drop(running);
    assert!(share::open(&name).is_err(), "nothing is left");
}

#[test]
fn a_killed_guest_holds_nobody_back() {
    let name = name("killed");
    let mut pipe = Pipeline::new("killed");
    export(&mut pipe, &name);
    let own = name.clone();
    let body = move |ports: &mut Ports| write(ports, 5_000, Some(&own));
    pipe.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    let mut guest = start("sleeper", &name);
    let _told = hear(&mut guest, "attached");
    assert!(running.wait_for(Duration::from_millis(300)).is_none(), "the guest holds the writer back");
    guest.kill().expect("it is ours");
    finish(&running);
    guest.wait().expect("it is dead");
}

#[test]
fn all_seats_for_guests_can_be_taken_and_given_back() {
    let name = name("seats");
    let mut pipe = Pipeline::new("seats");
    export(&mut pipe, &name);
    let body = |ports: &mut Ports| write(ports, u64::MAX, None);
    pipe.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    let shared = share::open(&name).expect("it is exported");
    let mut readers: Vec<_> = std::iter::from_fn(|| shared.reader(ReaderPolicy::Latest).ok()).collect();
    assert_eq!(readers.len(), 4);
    assert!(matches!(shared.reader(ReaderPolicy::Latest), Err(share::ShareError::Full(_))));
    readers.pop();
    let mut reader = shared.reader(ReaderPolicy::Lossless).expect("a seat");
    reader.read().expect("it goes on").expect("a frame");
    drop((reader, readers));
    assert!(shared.writer().is_err(), "it has a writer");
    running.stop();
    finish(&running);
}

#[test]
fn an_import_outlives_a_killed_exporter() {
    let name = name("import");
    let mut pipe = Pipeline::new("import");
    let stream = pipe.add_stream("frames", &[ELEMENTS], DType::F32, 16).expect("a legal stream");
    stream.import = Some(name.clone());
    let (count, starts) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (counted, started) = (Arc::clone(&count), Arc::clone(&starts));
    let read = move |ports: &mut Ports| {
        let mut frames = ports.reader::<f32>("in")?;
        let (mut life, mut last) = (0.0, 0.0);
        while let Some(frame) = frames.look()? {
            if frame[0] != life {
                life = frame[0];
                started.fetch_add(1, Ordering::Relaxed);
            } else {
                assert_eq!(frame[1], last + 1.0, "no frame is missing");
            }
            last = frame[1];
            frame.increment();
            counted.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    };
    pipe.add_task("read", &[("in", "frames")], &[], &[], read).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    for life in 1..=3 {
        let mut exporter = start("exporter", &name);
        let before = count.load(Ordering::Relaxed);
        let deadline = Instant::now() + WATCHDOG;
        while starts.load(Ordering::Relaxed) < life || count.load(Ordering::Relaxed) < before + 100 {
            assert!(Instant::now() < deadline, "nothing came in life {life}");
            assert!(running.wait_for(Duration::from_millis(20)).is_none(), "the import goes on");
        }
        exporter.kill().expect("it is ours");
        exporter.wait().expect("it is dead");
    }
    running.stop();
    finish(&running);
    let left = Path::new("/dev/shm").read_dir().expect("a folder").flatten();
    let own = left.filter(|entry| entry.file_name().to_string_lossy().ends_with(&name)).count();
    assert!(own <= 1, "at most what the last one killed left");
}

#[test]
fn no_guest_takes_the_place_of_a_task() {
    let name = name("place");
    let mut exporter = Pipeline::new("exporter");
    export(&mut exporter, &name);
    exporter.add_event("go", 0).expect("a new event");
    // The task has not asked for its writer yet.
    let body = |ports: &mut Ports| {
        ports.event("go")?.wait(None)?;
        write(ports, 3, None)
    };
    exporter.add_task("write", &[], &[("out", "frames")], &[("go", "go")], body).expect("a legal task");
    let exporter = exporter.compile().expect("a legal pipeline").start().expect("it starts");
    let refused = share::open(&name).expect("it is exported").writer();
    assert!(matches!(refused, Err(share::ShareError::NotForGuests(_))), "{refused:?}");
    exporter.event("go").expect("it is declared").signal();
    finish(&exporter);
}

#[test]
fn frames_of_another_kind_are_refused() {
    let name = name("kind");
    let mut exporter = Pipeline::new("exporter");
    export(&mut exporter, &name);
    let body = |ports: &mut Ports| write(ports, u64::MAX, None);
    exporter.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
    let exporter = exporter.compile().expect("a legal pipeline").start().expect("it starts");
    let mut pipe = Pipeline::new("kind");
    pipe.add_stream("frames", &[ELEMENTS], DType::F64, 16).expect("a legal stream").import = Some(name.clone());
    pipe.add_task("read", &[("in", "frames")], &[], &[], |ports: &mut Ports| {
        while ports.reader::<f64>("in")?.read()?.is_some() {}
        Ok(())
    })
    .expect("a legal task");
    let error = pipe.run().expect_err("the frames are others");
    assert!(format!("{error:?}").contains("f32 [1000]"), "{error:?}");
    exporter.stop();
    finish(&exporter);
}

/// Runs a script with NumPy and `ripieno_stream`, and returns what it says.
fn python(script: &str, name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let numpy = root.join("target/python-numpy");
    assert!(numpy.join("numpy").is_dir(), "NumPy is missing: `cargo xtask setup` installs it below target");
    let path = format!("{}:{}", numpy.display(), root.join("tools/python").display());
    let run = Command::new("timeout")
        .args([&WATCHDOG.as_secs().to_string(), "python3", "-c", script, name])
        .env("PYTHONPATH", path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).trim().to_owned()
}

#[test]
fn python_reads_every_frame() {
    const SCRIPT: &str = r#"
import sys, numpy as np, ripieno_stream
with ripieno_stream.reader(sys.argv[1]) as frames:
    assert (frames.shape, frames.dtype, frames.rate) == ((1000,), np.float32, None)
    count = 0
    for frame in frames:
        assert frames.sequence == count and (frame == count).all() and not frame.flags.owndata
        count += 1
print(count, frames.missed)
"#;
    let name = name("python-read");
    let mut pipe = Pipeline::new("python");
    export(&mut pipe, &name);
    let own = name.clone();
    let body = move |ports: &mut Ports| write(ports, 2_000, Some(&own));
    pipe.add_task("write", &[], &[("out", "frames")], &[], body).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    assert_eq!(python(SCRIPT, &name), "2000 0");
    finish(&running);
}

#[test]
fn python_reads_the_newest_and_is_told_what_it_missed() {
    const SCRIPT: &str = r#"
import sys, time, ripieno_stream
with ripieno_stream.reader(sys.argv[1], latest=True) as frames:
    last, first, read = None, None, 0
    while read < 200:
        frame = frames.read()
        assert (frame == frame[0]).all() and frame[0] == frames.sequence
        assert last is None or frames.sequence > last
        first, last, read = first if first is not None else frames.sequence, frames.sequence, read + 1
        missed = frames.missed if read == 1 else missed
        time.sleep(0.0005)
    assert last - first + 1 == read + frames.missed - missed, (first, last, read, frames.missed, missed)
print("well")
"#;
    let name = name("python-latest");
    let mut pipe = Pipeline::new("python");
    export(&mut pipe, &name);
    pipe.add_task("write", &[], &[("out", "frames")], &[], |ports: &mut Ports| write(ports, u64::MAX, None))
        .expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    assert_eq!(python(SCRIPT, &name), "well");
    running.stop();
    finish(&running);
}

#[test]
fn python_writes_what_a_task_reads() {
    const SCRIPT: &str = r#"
import sys, numpy as np, ripieno_stream
with ripieno_stream.writer(sys.argv[1]) as out:
    for number in range(1500):
        if number % 2:
            out.write(np.full(out.shape, number, out.dtype), nanos=number)
        else:
            out.look()[...] = number
            out.increment(nanos=number)
    try:
        out.write(np.zeros(3))
    except ValueError as error:
        print(error)
"#;
    let name = name("python-write");
    let mut pipe = Pipeline::new("python");
    let stream = pipe.add_stream("frames", &[ELEMENTS], DType::F32, 16).expect("a legal stream");
    stream.import = Some(format!("guest:{name}"));
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    let read = move |ports: &mut Ports| {
        let mut frames = ports.reader::<f32>("in")?;
        while let Some(frame) = frames.look()? {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            assert!(frame.iter().all(|element| *element == number as f32), "frame {number}");
            assert_eq!((frame.stamp().sequence, frame.stamp().nanos), (number, number));
            frame.increment();
        }
        Ok(())
    };
    pipe.add_task("read", &[("in", "frames")], &[], &[], read).expect("a legal task");
    let running = pipe.compile().expect("a legal pipeline").start().expect("it starts");
    assert_eq!(python(SCRIPT, &name), format!("'{name}' has frames of float32 (1000,), not float64 (3,)"));
    finish(&running);
    assert_eq!(count.load(Ordering::Relaxed), 1500);
}
