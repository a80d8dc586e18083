//! Every version of every port keeps the port's promises.

use ripieno_ports::{Clock, Faulty, FrameSource, ManualClock, RingSource, Scripted, Silence, Traced};
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

#[test]
fn a_manual_clock_never_runs_backwards() {
    let clock = ManualClock::default();
    let mut last = clock.now();
    for step in [0, 1, u64::MAX, 5] {
        clock.advance(step);
        assert!(clock.now() >= last);
        last = clock.now();
    }
}
