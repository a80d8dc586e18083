//! Separators that need no weights, between a real plan and a real overlap-add: how a recording is cut is not heard.

use ripieno_chunk::{Edge, Output, OverlapAdd, Plan, PlanSettings, Window, pad};
use ripieno_infer::{Recording, builtin};
use ripieno_ports::{Conditions, Separator};
use ripieno_types::{SampleRate, WindowFrames};

const RATE: SampleRate = SampleRate::CD;
const FRAMES: usize = 5 * 44_100;
/// What a cut may change, below full scale.
const UNHEARD_DB: f64 = -100.0;

/// A chord that moves, and a drum.
fn recording() -> Vec<f32> {
    let sample = |at: usize, side: f32| {
        let secs = at as f32 / RATE.as_f32();
        let tone = |hz: f32| (std::f32::consts::TAU * (hz * secs).fract()).sin();
        let struck = (at * 7_919 % 1_009) as f32 / 504.5 - 1.0;
        0.2 * (tone(220.0 + 20.0 * secs) + side * tone(331.0)) + 0.4 * struck * (-((at % 9_000) as f32) / 700.0).exp()
    };
    let channel = |side: f32| (0..FRAMES).map(move |at| sample(at, side));
    channel(1.0).chain(channel(-0.3)).collect()
}

/// The stems of a recording of two channels that is cut into windows.
fn separated(separator: &mut builtin::Builtin, mix: &[f32], max_len_secs: Option<f64>, overlap_secs: f64) -> Vec<f32> {
    let geometry = separator.geometry();
    let channels = geometry.stems * geometry.channels;
    let window = match max_len_secs {
        Some(_) => geometry.window,
        None => WindowFrames::Flexible { align: 1, most: 1 << 30, preferred: None },
    };
    let mut settings = PlanSettings::new(FRAMES as u64, geometry.rate, window);
    settings.context = geometry.context;
    settings.max_len_secs = max_len_secs;
    settings.overlap_secs = Some(overlap_secs);
    let plan = Plan::new(&settings).expect("a plan");
    let memory = vec![0.0; OverlapAdd::memory(channels, &plan)];
    let mut sum = OverlapAdd::new(memory, channels, &plan, Window::Linear).expect("an overlap-add");
    let mut whole = vec![0.0; channels * FRAMES];
    let mut done = 0;
    for segment in plan.segments() {
        let length = segment.window();
        let mut sent = vec![0.0; length * geometry.channels];
        for (sent, channel) in sent.chunks_exact_mut(length).zip(mix.chunks_exact(FRAMES)) {
            let from = segment.start as usize;
            sent[segment.before..][..segment.frames].copy_from_slice(&channel[from..from + segment.frames]);
            pad(sent, segment.before, segment.frames, Edge::Reflect);
        }
        let mut stems = vec![0.0; length * channels];
        let start_frame = segment.start as i64 - segment.before as i64;
        let conditions = Conditions { start_frame, ..Conditions::default() };
        assert_eq!(separator.separate(&sent, &conditions, &mut stems), Ok(length));
        sum.add(&segment, Output::whole(&stems, channels)).expect("a window of the plan");
        let frames = sum.ready();
        let mut taken = vec![0.0; frames * channels];
        sum.take(&mut taken);
        for (whole, taken) in whole.chunks_exact_mut(FRAMES).zip(taken.chunks_exact(frames.max(1))) {
            whole[done..done + frames].copy_from_slice(taken);
        }
        done += frames;
    }
    assert!(sum.is_complete() && done == FRAMES);
    whole
}

#[test]
fn a_cut_is_not_heard() {
    let mix = recording();
    for reference in ["hpss", "hpss,margin=3", "center", "bands"] {
        let recording = Recording { rate: RATE, channels: 2 };
        let mut separator = builtin::open(reference, recording).expect("a built-in separator");
        let whole = separated(&mut separator, &mix, None, 0.0);
        for (max_len_secs, overlap_secs) in [(3.0, 0.0), (1.0, 0.1), (1.37, 0.5), (4.0, 2.0), (2.0, 0.0)] {
            let cut = separated(&mut separator, &mix, Some(max_len_secs), overlap_secs);
            let off = whole.iter().zip(&cut).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
            let off_db = 20.0 * (off + 1e-12).log10();
            assert!(off_db < UNHEARD_DB, "{reference} in windows of {max_len_secs} s: {off_db:.1} dB");
        }
    }
}
