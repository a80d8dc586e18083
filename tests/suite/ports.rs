//! Every version of every port keeps the port's promises.

use ripieno_files::FileStorage;
use ripieno_ports::{
    Clock, Fault, FaultKind, Faulty, FrameSource, ManualClock, MemoryStorage, RingSource, Scripted, Silence, Storage,
    Traced,
};
use ripieno_tests::frame_source::conforms;
use ripieno_types::Block;

fn ramp(frames: usize) -> Vec<f32> {
    (1..=frames).map(|n| n as f32 / frames as f32).collect()
}

#[test]
fn every_frame_source_conforms() {
    let (left, right) = (ramp(3_000), ramp(3_000));
    conforms("silence", Silence);
    conforms("scripted", Scripted::new(&left, &right));
    conforms("traced", Traced::new(Scripted::new(&left, &right)));
    for period in [0, 1, 3] {
        conforms("faulty", Faulty::new(Silence, period));
    }
    let (mut producer, consumer) = ripieno_ring::spsc::channel::<[f32; 2]>(2_048);
    producer.push_slice(&[[0.5, -0.5]; 2_000]);
    conforms("ring", RingSource::new(consumer));
}

#[test]
fn a_ring_plays_what_was_pushed_and_then_silence() {
    let (mut producer, consumer) = ripieno_ring::spsc::channel::<[f32; 2]>(16);
    let mut source = RingSource::new(consumer);
    let (mut left, mut right) = ([9.0; 4], [9.0; 4]);
    // Over the ring's seam, several times.
    for round in 0..20 {
        let frames = [0, 1, 2].map(|n| [(round * 3 + n) as f32, -1.0]);
        assert_eq!(producer.push_slice(&frames), 3);
        assert_eq!(source.fill(Block::new(&mut left, &mut right)), 3);
        assert_eq!(left, [frames[0][0], frames[1][0], frames[2][0], 0.0]);
        assert_eq!(right, [-1.0, -1.0, -1.0, 0.0]);
    }
}

#[test]
fn a_trace_counts_and_a_fault_shows() {
    let (left, right) = (ramp(100), ramp(100));
    let mut source = Traced::new(Faulty::new(Scripted::new(&left, &right), 2));
    let (mut l, mut r) = ([0.0; 40], [0.0; 40]);
    let real = [0, 1, 2, 3].map(|_| source.fill(Block::new(&mut l, &mut r)));
    // Every second block is half a block short; the script ends after 100 frames.
    assert_eq!(real, [40, 20, 40, 0]);
    let trace = source.trace();
    assert_eq!((trace.blocks, trace.frames, trace.missing, trace.longest), (4, 160, 60, 40));
}

/// What every clock promises: reading it again never gives an earlier time, whatever happens in between.
fn clock_conforms(clock: &impl Clock, mut between: impl FnMut()) {
    let start = clock.now();
    let mut last = start;
    for _ in 0..100 {
        between();
        let now = clock.now();
        assert!(now >= last);
        last = now;
    }
    assert!(last.secs_since(start) > 0.0, "the clock stands still");
}

#[test]
fn every_clock_conforms() {
    let manual = ManualClock::default();
    let mut steps = [0, 1, 1_000_000, u64::MAX].into_iter().cycle();
    clock_conforms(&manual, || manual.advance(steps.next().unwrap()));
    clock_conforms(&ripieno::clock::SystemClock::default(), || {
        std::thread::sleep(std::time::Duration::from_micros(50));
    });
}

/// What every storage promises: nothing is nothing, what was stored is there, whole, and a refusal leaves it.
fn storage_conforms<S: Storage>(mut storage: S, too_much: Option<&[u8]>) {
    let mut buffer = [0xAA; 16];
    let load = |storage: &mut S, buffer: &mut [u8]| storage.load(buffer).expect("a storage that can be read");
    assert_eq!(load(&mut storage, &mut buffer), 0);
    assert_eq!(buffer, [0xAA; 16], "nothing is stored, so nothing is read");
    for bytes in [&b"first"[..], b"the second, longer", b"", b"x"] {
        storage.store(bytes).expect("a storage with room");
        let kept = bytes.len().min(buffer.len());
        assert_eq!(load(&mut storage, &mut buffer), bytes.len(), "the whole length is told");
        assert_eq!(buffer[..kept], bytes[..kept]);
        assert_eq!(load(&mut storage, &mut []), bytes.len());
    }
    if let Some(too_much) = too_much {
        assert_eq!(storage.store(too_much).map_err(|error| error.kind()), Err(FaultKind::Failed));
        assert_eq!((load(&mut storage, &mut buffer), buffer[0]), (1, b'x'), "a refusal leaves what was stored");
    }
}

#[test]
fn every_storage_conforms() {
    storage_conforms(MemoryStorage::<32>::default(), Some(&[0; 33]));
    let folder = tempfile::tempdir().unwrap();
    storage_conforms(FileStorage::new(folder.path().join("state/of/things.toml")), None);
}
