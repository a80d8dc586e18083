//! Streams against a plain model: one thread, any calls in any order.

use super::super::handle::SPARE_SEATS;
use super::*;
use proptest::prelude::*;

const FRAMES: usize = 4;
const READERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Write,
    WriteLook(bool),
    WriterIsReplaced,
    Read(usize),
    Look(usize, bool),
    Window(usize, usize, usize),
    SetBlocking(usize, bool),
    SkipToLatest(usize),
    IsReplaced(usize),
    Tap(ReaderPolicy),
}

fn policies() -> impl Strategy<Value = ReaderPolicy> {
    prop_oneof![Just(ReaderPolicy::Lossless), Just(ReaderPolicy::DropOldest), Just(ReaderPolicy::Latest)]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (who, n, yes) = (0..READERS, 1..=FRAMES, any::<bool>());
    let step = prop_oneof![
        8 => Just(Step::Write),
        3 => yes.prop_map(Step::WriteLook),
        1 => Just(Step::WriterIsReplaced),
        4 => who.clone().prop_map(Step::Read),
        3 => (who.clone(), yes).prop_map(|(who, pass)| Step::Look(who, pass)),
        3 => (who.clone(), n.clone(), n).prop_map(|(who, frames, pass)| Step::Window(who, frames, pass)),
        2 => (who.clone(), yes).prop_map(|(who, blocking)| Step::SetBlocking(who, blocking)),
        1 => who.clone().prop_map(Step::SkipToLatest),
        1 => who.prop_map(Step::IsReplaced),
        1 => policies().prop_map(Step::Tap),
    ];
    prop::collection::vec(step, 0..120)
}

/// What is known of a reader.
struct Known {
    reader: crate::Reader<i16>,
    /// Whether it may miss frames.
    lossy: bool,
    /// Frames read and passed.
    passed: u64,
    /// Missed by those who had its seat before.
    missed: u64,
    policy: ReaderPolicy,
}

impl Known {
    /// Checks that `frames` in a row come just behind those passed and missed.
    fn check(&self, frames: &[(u64, Vec<i16>)]) {
        for (index, (sequence, values)) in (0..).zip(frames) {
            assert_eq!(*sequence, self.passed + self.reader.missed() + index, "after {}", self.passed);
            assert_eq!(values, &[*sequence as i16; 3]);
        }
        assert!(self.lossy || self.reader.missed() == self.missed, "missed while it holds the writer back");
    }
}

fn take(stream: &Stream, seat: usize) -> crate::Reader<i16> {
    let mut reader = reader(stream, seat).staying();
    reader.set_timeout(Some(Duration::ZERO));
    reader.typed().unwrap()
}

/// What came, with nothing in time taken for nothing there.
fn come<T>(result: Result<Option<T>, StreamError>) -> Option<T> {
    match result {
        Err(StreamError::TimedOut { .. }) => None,
        result => result.unwrap(),
    }
}

fn check(policies: &[ReaderPolicy], steps: &[Step]) {
    let stream = stream(Place::Heap, DType::I16, 3, FRAMES, policies);
    let mut writer = writer(&stream).staying().typed::<i16>().unwrap();
    let known = |(seat, policy): (usize, &ReaderPolicy)| Known {
        reader: take(&stream, seat),
        lossy: *policy != ReaderPolicy::Lossless,
        passed: 0,
        missed: 0,
        policy: *policy,
    };
    let mut readers: Vec<Option<Known>> = policies.iter().enumerate().map(known).map(Some).collect();
    let mut written = 0;
    for step in steps {
        match *step {
            Step::Write => {
                let gauge = stream.gauge();
                let full = gauge.readers.iter().any(|seat| seat.lossless && seat.behind == FRAMES as u64);
                let there = writer.try_write(&[written as i16; 3]).unwrap();
                assert_eq!(there, !full, "{gauge:?}");
                written += u64::from(there);
            }
            Step::WriteLook(publish) => {
                if writer.room() > 0 {
                    let mut look = writer.look().unwrap();
                    look.fill(written as i16);
                    if publish {
                        look.increment();
                        written += 1;
                    }
                }
            }
            Step::WriterIsReplaced => {
                drop(writer);
                writer = super::writer(&stream).staying().typed().unwrap();
            }
            Step::Read(who) => {
                let known = readers[who].as_mut().unwrap();
                let mut out = [0; 3];
                if let Some(stamp) = known.reader.try_read_into(&mut out).unwrap() {
                    known.check(&[(stamp.sequence, out.to_vec())]);
                    known.passed += 1;
                } else {
                    assert_eq!(known.reader.pending(), 0);
                }
            }
            Step::Look(who, pass) => {
                let known = readers[who].as_mut().unwrap();
                let seen = come(known.reader.look()).map(|look| {
                    let seen = (look.stamp().sequence, look.to_vec());
                    if pass {
                        look.increment();
                    }
                    seen
                });
                known.check(seen.as_slice());
                known.passed += u64::from(pass && seen.is_some());
            }
            Step::Window(who, frames, pass) => {
                let known = readers[who].as_mut().unwrap();
                let mut seen = Vec::new();
                if let Some(window) = come(known.reader.look_window(frames)) {
                    assert_eq!(window.len(), frames);
                    seen.extend((0..frames).map(|i| (window.stamp(i).sequence, window.frame(i).to_vec())));
                    window.increment(pass);
                }
                known.check(&seen);
                known.passed += seen.len().min(pass) as u64;
            }
            Step::SetBlocking(who, blocking) => {
                let known = readers[who].as_mut().unwrap();
                known.reader.set_blocking(blocking);
                assert_eq!(known.reader.is_blocking(), blocking);
                // What it missed until now is known now.
                (known.lossy, known.missed) = (!blocking, known.reader.missed());
            }
            Step::SkipToLatest(who) => {
                let known = readers[who].as_mut().unwrap();
                let before = known.reader.missed();
                let skipped = known.reader.skip_to_latest();
                assert_eq!(known.reader.missed(), before + skipped);
                assert!(known.reader.pending() <= 1);
                known.missed += if known.lossy { 0 } else { skipped };
            }
            Step::IsReplaced(who) => {
                let Known { reader, passed, policy, .. } = readers[who].take().unwrap();
                drop(reader);
                let seat = stream.gauge().readers.into_iter().find(|seat| seat.seat == who).unwrap();
                let position = stream.ring().region().position(who).unwrap() as u64;
                assert_eq!((position, seat.reads), (passed + seat.missed, passed));
                let reader = take(&stream, who);
                let (lossy, missed) = (policy != ReaderPolicy::Lossless, reader.missed());
                readers[who] = Some(Known { reader, lossy, passed, missed, policy });
            }
            Step::Tap(policy) => {
                let mut taps: Vec<_> = (0..SPARE_SEATS).map(|_| stream.spare_reader(policy).unwrap()).collect();
                assert!(stream.spare_reader(policy).is_none());
                assert!(taps.iter_mut().all(|tap| tap.pending() == 0));
            }
        }
    }
}

proptest! {
    #[test]
    fn behaves_as_it_says(policies in prop::collection::vec(policies(), READERS), steps in steps()) {
        check(&policies, &steps);
    }
}
