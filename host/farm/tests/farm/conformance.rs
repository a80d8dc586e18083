//! What every queue and every bucket must do, asked of all of them.

use crate::server::{Farms, Nats};
use crate::support::{LONG, in_process};
use ripieno_farm::{Bucket, FarmErrorKind, InProcess, JobQueue};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(60);

#[test]
fn the_queue_in_this_process_conforms() {
    queue(in_process);
}

#[test]
fn the_queue_on_jetstream_conforms() {
    let nats = Nats::start();
    let number = Mutex::new(0);
    queue(|| {
        let mut number = number.lock().unwrap();
        *number += 1;
        nats.open(&format!("queue{number}"))
    });
}

#[test]
fn the_bucket_in_this_process_conforms() {
    bucket(&in_process(), &InProcess::new(SHORT, 1 << 20));
}

#[test]
fn the_bucket_on_jetstream_conforms() {
    let nats = Nats::start();
    let small = nats.try_open(&nats.url(), |layout| layout.room = Some(1 << 20)).unwrap();
    bucket(&nats.open("large"), &small);
}

fn queue<Q: JobQueue>(new: impl Fn() -> Q) {
    records_change_by_comparison(&new());
    scans_show_every_record_once(&new());
    racing_changes_are_never_lost(&new());
    equal_tasks_are_one_and_come_in_order(&new());
    tasks_come_until_they_are_settled(&new());
    a_task_that_comes_late_is_waited_for(&new());
    claimers_never_share_a_task(&new());
}

fn records_change_by_comparison(queue: &impl JobQueue) {
    assert_eq!(queue.read("job.a").unwrap(), None);
    assert!(queue.create("job.a", b"one").unwrap());
    assert!(!queue.create("job.a", b"two").unwrap(), "there is one already");
    let first = queue.read("job.a").unwrap().unwrap();
    assert_eq!(first.value, b"one");
    assert!(queue.replace("job.a", b"two", first.version).unwrap());
    assert!(!queue.replace("job.a", b"three", first.version).unwrap(), "somebody was first");
    assert_eq!(queue.read("job.a").unwrap().unwrap().value, b"two");
    assert!(!queue.replace("job.none", b"x", 77).unwrap(), "there is none");
    queue.remove("job.a").unwrap();
    queue.remove("job.a").unwrap();
    assert_eq!(queue.read("job.a").unwrap(), None);
    assert!(!queue.replace("job.a", b"x", first.version).unwrap());
    assert!(queue.create("job.a", b"").unwrap(), "what was removed can be made again");
    assert_eq!(queue.read("job.a").unwrap().unwrap().value, b"");
}

fn scans_show_every_record_once(queue: &impl JobQueue) {
    let shown = |part: &str| {
        let mut shown = BTreeMap::new();
        let mut show = |name: &str, value: &[u8]| {
            assert!(shown.insert(name.to_owned(), value.to_vec()).is_none(), "{name} came twice");
            ControlFlow::Continue(())
        };
        queue.scan(part, &mut show).unwrap();
        shown
    };
    assert!(shown("job").is_empty());
    let names: Vec<String> = (0..2_500).map(|number| format!("job.{number}")).collect();
    thread::scope(|scope| {
        for names in names.chunks(250) {
            scope.spawn(move || names.iter().for_each(|name| assert!(queue.create(name, name.as_bytes()).unwrap())));
        }
    });
    assert!(queue.create("jobs.other", b"").unwrap());
    assert!(queue.create("span.a.1", b"").unwrap());
    assert!(queue.create("span.b.1", b"").unwrap());
    let expected: BTreeMap<_, _> = names.iter().map(|name| (name.clone(), name.clone().into_bytes())).collect();
    assert_eq!(shown("job"), expected);
    assert_eq!(shown("span").len(), 2);
    assert_eq!(shown("span.a").into_keys().collect::<Vec<_>>(), ["span.a.1"]);
    assert!(shown("none").is_empty());
    let count = |part: &str| queue.count(part).unwrap();
    assert_eq!((count("job"), count("span"), count("span.a"), count("none")), (2_500, 2, 1, 0));

    names[..2_499].iter().filter(|name| name.ends_with('7')).for_each(|name| queue.remove(name).unwrap());
    assert_eq!((shown("job").len(), count("job")), (2_500 - 250, 2_500 - 250));
    let mut seen = 0;
    queue
        .scan("job", &mut |_, _| {
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(seen, 3, "a scan ends when it is told to");
}

fn racing_changes_are_never_lost(queue: &impl JobQueue) {
    assert!(queue.create("job.count", b"0").unwrap());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut left = 25;
                while left > 0 {
                    let found = queue.read("job.count").unwrap().unwrap();
                    let count: u32 = String::from_utf8(found.value).unwrap().parse().unwrap();
                    let more = (count + 1).to_string();
                    left -= i32::from(queue.replace("job.count", more.as_bytes(), found.version).unwrap());
                }
            });
        }
    });
    assert_eq!(queue.read("job.count").unwrap().unwrap().value, b"100");
}

fn equal_tasks_are_one_and_come_in_order(queue: &impl JobQueue) {
    assert!(queue.claim(Duration::ZERO).unwrap().is_none(), "an empty line gives nothing at once");
    let before = Instant::now();
    assert!(queue.claim(Duration::from_millis(300)).unwrap().is_none());
    assert!(before.elapsed() >= Duration::from_millis(250), "a claim waits");
    for task in ["a.1.whole", "b.1.whole", "a.1.whole", "c.1.whole"] {
        queue.push(task).unwrap();
    }
    for expected in ["a.1.whole", "b.1.whole", "c.1.whole"] {
        let delivery = queue.claim(LONG).unwrap().unwrap();
        assert_eq!((delivery.task.as_str(), delivery.tries), (expected, 1));
        queue.settle(&delivery.ticket).unwrap();
    }
    queue.push("b.1.whole").unwrap();
    assert!(queue.claim(SHORT).unwrap().is_none(), "the same task within two minutes is one, also when it is done");
}

fn tasks_come_until_they_are_settled(queue: &impl JobQueue) {
    let patience = queue.patience();
    assert_eq!(patience, Duration::from_secs(1));
    queue.push("a.1.whole").unwrap();
    let first = queue.claim(LONG).unwrap().unwrap();
    for _ in 0..8 {
        thread::sleep(patience / 5);
        queue.extend(&first.ticket).unwrap();
    }
    assert!(queue.claim(Duration::ZERO).unwrap().is_none(), "who gives signs keeps a task");
    let vanished = Instant::now();
    let second = queue.claim(LONG).unwrap().unwrap();
    assert_eq!((second.task.as_str(), second.tries), ("a.1.whole", 2));
    assert!(vanished.elapsed() >= patience / 2, "it was taken away {:?} after a sign", vanished.elapsed());

    queue.give_back(&second.ticket, Duration::ZERO).unwrap();
    let third = queue.claim(LONG).unwrap().unwrap();
    assert_eq!(third.tries, 3);
    let given = Instant::now();
    queue.give_back(&third.ticket, Duration::from_millis(700)).unwrap();
    let fourth = queue.claim(LONG).unwrap().unwrap();
    assert!(given.elapsed() >= Duration::from_millis(600), "it rests as long as was said");
    assert_eq!(fourth.tries, 4);
    queue.settle(&fourth.ticket).unwrap();
    assert!(queue.claim(patience * 3 / 2).unwrap().is_none(), "what is settled never comes again");
    queue.settle(&fourth.ticket).unwrap();
}

fn a_task_that_comes_late_is_waited_for(queue: &impl JobQueue) {
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(300));
            queue.push("late.1.whole").unwrap();
        });
        let delivery = queue.claim(LONG).unwrap().unwrap();
        assert_eq!(delivery.task, "late.1.whole");
        queue.settle(&delivery.ticket).unwrap();
    });
}

fn claimers_never_share_a_task(queue: &impl JobQueue) {
    let all: BTreeSet<String> = (0..60).map(|number| format!("{number}.1.whole")).collect();
    all.iter().for_each(|task| queue.push(task).unwrap());
    let taken = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(delivery) = queue.claim(Duration::from_millis(400)).unwrap() {
                    queue.settle(&delivery.ticket).unwrap();
                    taken.lock().unwrap().push(delivery.task);
                }
            });
        }
    });
    let taken = taken.into_inner().unwrap();
    assert_eq!(taken.len(), all.len(), "each comes once");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), all);
}

fn bucket<B: Bucket>(bucket: &B, small: &B) {
    files_come_back_as_they_were(bucket);
    what_cannot_be_read_leaves_nothing(bucket);
    a_full_bucket_says_so(small);
    writers_of_one_name_leave_one_whole_file(bucket);
}

fn content(seed: u8, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0] ^ seed).collect()
}

fn put(bucket: &impl Bucket, name: &str, bytes: &[u8]) {
    bucket.put(name, bytes.len() as u64, &mut &*bytes).unwrap();
}

fn get(bucket: &impl Bucket, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    bucket.get(name, &mut bytes).unwrap();
    bytes
}

fn files_come_back_as_they_were(bucket: &impl Bucket) {
    let name = "model/0a-b_c/weights.v1.onnx";
    assert_eq!(bucket.find(name).unwrap(), None);
    let error = bucket.get(name, &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind, FarmErrorKind::Missing);
    assert!(error.message.contains(name), "{error}");
    bucket.remove(name).unwrap();

    for (seed, size) in [5 << 20, 0, 1, (1 << 17) - 1, 1 << 17, (1 << 17) + 1].into_iter().enumerate() {
        let bytes = content(seed as u8, size);
        put(bucket, name, &bytes);
        assert_eq!(bucket.find(name).unwrap(), Some(size as u64));
        assert!(get(bucket, name) == bytes, "{size} bytes come back as others");
    }
    put(bucket, "output/other", b"untouched");
    bucket.remove(name).unwrap();
    assert_eq!(bucket.find(name).unwrap(), None);
    assert_eq!(bucket.get(name, &mut Vec::new()).unwrap_err().kind, FarmErrorKind::Missing);
    assert_eq!(get(bucket, "output/other"), b"untouched");
    put(bucket, name, b"again");
    assert_eq!(get(bucket, name), b"again");

    let error = bucket.get(name, &mut Stuck).unwrap_err();
    assert_eq!(error.kind, FarmErrorKind::Failed);
    assert!(error.message.contains("the disk is full"), "{error}");
}

fn what_cannot_be_read_leaves_nothing(bucket: &impl Bucket) {
    let check = |name: &str, before: Option<&[u8]>| {
        let mut torn = content(3, 400_000).chain_error();
        let error = bucket.put(name, 500_000, &mut torn).unwrap_err();
        assert_eq!(error.kind, FarmErrorKind::Failed);
        assert!(error.message.contains(name) && error.message.contains("torn cable"), "{error}");
        let error = bucket.put(name, 500_000, &mut content(4, 400_000).as_slice()).unwrap_err();
        assert_eq!(error.kind, FarmErrorKind::Failed);
        assert!(error.message.contains("was changed"), "{error}");
        match before {
            None => assert_eq!(bucket.find(name).unwrap(), None),
            Some(before) => assert_eq!(get(bucket, name), before, "what was there stays"),
        }
    };
    check("input/new", None);
    put(bucket, "input/old", b"whole");
    check("input/old", Some(b"whole"));
    // Of a source that has more, as much as was said is taken.
    bucket.put("input/long", 4, &mut &b"1234567"[..]).unwrap();
    assert_eq!(get(bucket, "input/long"), b"1234");
}

fn a_full_bucket_says_so(small: &impl Bucket) {
    put(small, "first", &content(1, 400_000));
    let mut never = Never;
    let error = small.put("second", 900_000, &mut never).unwrap_err();
    assert_eq!(error.kind, FarmErrorKind::Full);
    for word in ["full", "second", "0.9 MiB", "free"] {
        assert!(error.message.contains(word), "{error}");
    }
    assert_eq!(small.find("second").unwrap(), None);
    // A store that kept what came to nothing would be full after a while.
    for _ in 0..6 {
        small.put("third", 500_000, &mut content(2, 450_000).chain_error()).unwrap_err();
    }
    put(small, "third", &content(2, 500_000));
    small.remove("first").unwrap();
    put(small, "second", &content(5, 400_000));
    assert!(get(small, "third") == content(2, 500_000));
}

fn writers_of_one_name_leave_one_whole_file(bucket: &impl Bucket) {
    let versions: Vec<Vec<u8>> = (0..4).map(|seed| content(seed, 300_000 + usize::from(seed))).collect();
    thread::scope(|scope| {
        for bytes in &versions {
            scope.spawn(|| (0..3).for_each(|_| put(bucket, "shared", bytes)));
        }
    });
    let left = get(bucket, "shared");
    assert!(versions.contains(&left), "{} bytes that nobody wrote", left.len());
}

/// Bytes, then an error.
struct Torn(io::Cursor<Vec<u8>>);

trait ChainError {
    fn chain_error(self) -> Torn;
}

impl ChainError for Vec<u8> {
    fn chain_error(self) -> Torn {
        Torn(io::Cursor::new(self))
    }
}

impl Read for Torn {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.0.read(to)? {
            0 => Err(io::Error::other("torn cable")),
            read => Ok(read),
        }
    }
}

/// Must not be asked.
struct Never;

impl Read for Never {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("nothing is read for a bucket that is full");
    }
}

struct Stuck;

impl Write for Stuck {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
