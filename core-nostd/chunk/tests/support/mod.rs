//! A stream of windows through a stand-in for a model: what a host does with a plan.

use ripieno_chunk::{Edge, Output, OverlapAdd, Plan, PlanSettings, Segment, Window, pad};

/// Numbers that look like noise; the same for the same seed.
#[derive(Clone)]
pub struct Noise(pub u64);

impl Noise {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 29)
    }

    /// From -1 to 1.
    pub fn sample(&mut self) -> f32 {
        (self.bits() as u32 >> 8) as f32 / (1 << 23) as f32 - 1.0
    }

    /// From 0 to `most`.
    pub fn up_to(&mut self, most: usize) -> usize {
        (self.bits() >> 11) as usize % (most + 1)
    }
}

/// A recording of noise, its channels one by one.
pub fn recording(channels: usize, total: u64) -> Vec<Vec<f32>> {
    let mut noise = Noise(total + 1);
    (0..channels).map(|_| (0..total).map(|_| noise.sample()).collect()).collect()
}

/// What a model is given for a window, its channels one after another.
pub fn windowed(recording: &[Vec<f32>], segment: &Segment, edge: Edge) -> Vec<f32> {
    let mut sent = vec![f32::NAN; recording.len() * segment.window()];
    for (sent, channel) in sent.chunks_exact_mut(segment.window()).zip(recording) {
        let real = &channel[segment.start as usize..][..segment.frames];
        sent[segment.before..][..segment.frames].copy_from_slice(real);
        pad(sent, segment.before, segment.frames, edge);
    }
    sent
}

/// Adds the windows of `plan` up, whatever `model` makes of each, and takes what is ready in pieces that `takes` chooses.
pub fn stream(
    plan: &Plan,
    shape: Window,
    channels: usize,
    mut takes: Noise,
    mut model: impl FnMut(&Segment) -> Vec<f32>,
) -> Vec<Vec<f32>> {
    let mut sum = OverlapAdd::new(vec![7.0; OverlapAdd::memory(channels, plan)], channels, plan, shape).unwrap();
    let mut out = vec![Vec::new(); channels];
    for segment in plan.segments() {
        let stems = model(&segment);
        sum.add(&segment, Output::whole(&stems, channels)).unwrap();
        while sum.ready() > 0 {
            let room = 1 + takes.up_to(plan.chunk_frames() * 2);
            take(&mut sum, room, &mut out);
        }
    }
    assert!(sum.is_complete(), "{sum:?}");
    assert_eq!(sum.repaired(), 0);
    out
}

/// Takes at most `room` frames.
pub fn take(sum: &mut OverlapAdd<Vec<f32>>, room: usize, out: &mut [Vec<f32>]) {
    let mut taken = vec![0.0; out.len() * room];
    let frames = sum.take(&mut taken);
    for (out, taken) in out.iter_mut().zip(taken.chunks_exact(room)) {
        out.extend_from_slice(&taken[..frames]);
    }
}

/// An identity model that gives rubbish wherever nothing should be kept.
pub fn identity(recording: &[Vec<f32>], segment: &Segment) -> Vec<f32> {
    let mut stems = windowed(recording, segment, Edge::Reflect);
    for stem in stems.chunks_exact_mut(segment.window()) {
        stem[..segment.kept.start].fill(f32::NAN);
        stem[segment.kept.end..].fill(f32::INFINITY);
    }
    stems
}

/// The largest difference of two recordings of one length.
#[track_caller]
pub fn difference(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    assert_eq!(one.len(), other.len());
    let mut most = 0.0f32;
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one.len(), other.len());
        for (a, b) in one.iter().zip(other) {
            assert!(a.is_finite() && b.is_finite());
            most = most.max((a - b).abs());
        }
    }
    most
}

/// All shapes, with usual parameters.
pub const SHAPES: [Window; 6] = [
    Window::Linear,
    Window::Triangle { power: 1.0 },
    Window::Triangle { power: 3.0 },
    Window::Hann,
    Window::Trapezoid { fade: 0.1 },
    Window::RaisedCosine,
];

/// A plan of chunks of so many frames at 8 kHz, with such an overlap, on a model that takes anything.
pub fn frames_at_8k(settings: &mut PlanSettings, chunk: usize, overlap: usize) {
    settings.max_len_secs = Some(chunk as f64 / 8_000.0);
    settings.overlap_secs = Some(overlap as f64 / 8_000.0);
}
