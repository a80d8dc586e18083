//! Streams without files: what goes in comes out, whatever goes wrong on the way.

use super::*;
use proptest::prelude::*;
use ripieno_chunk::{AnchorMode, PlanSettings, Tail};
use ripieno_ports::{DelaySeparator, FaultySeparator, Geometry, IdentitySeparator, Mishap};
use ripieno_types::WindowFrames;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

/// A recording in memory; reading fails where `fails_at` says, once so many reads were made.
#[derive(Clone, Debug)]
struct Tape {
    rate: SampleRate,
    channels: Vec<Vec<f32>>,
    reads: Arc<AtomicUsize>,
    fails_at: usize,
}

impl Tape {
    fn new(rate: u32, channels: Vec<Vec<f32>>) -> Self {
        Self { rate: SampleRate::new(rate).unwrap(), channels, reads: Arc::default(), fails_at: usize::MAX }
    }

    /// Soft noise of 24 bits, another for each channel.
    fn noise(rate: u32, channels: usize, frames: usize) -> Self {
        let sample = |channel: usize, frame: usize| {
            let mixed = (frame * 4 + channel + 1) as u64;
            let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            ((mixed ^ mixed >> 29) as i32 >> 10) as f32 / (1 << 23) as f32
        };
        Self::new(
            rate,
            (0..channels).map(|channel| (0..frames).map(|frame| sample(channel, frame)).collect()).collect(),
        )
    }
}

struct Head {
    tape: Tape,
    at: usize,
}

impl Recording for Tape {
    type Reader = Head;

    fn rate(&self) -> SampleRate {
        self.rate
    }

    fn channels(&self) -> usize {
        self.channels.len()
    }

    fn frames(&self) -> u64 {
        self.channels[0].len() as u64
    }

    fn reader(&self) -> Result<Head, JobError> {
        Ok(Head { tape: self.clone(), at: 0 })
    }
}

impl Reader for Head {
    fn seek(&mut self, frame: u64) -> Result<(), JobError> {
        self.at = frame as usize;
        Ok(())
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize, JobError> {
        if self.tape.reads.fetch_add(1, Ordering::Relaxed) >= self.tape.fails_at {
            return Err(JobError::new(ErrorCode::BadInput, "the tape is torn"));
        }
        let frames = out[0].len().min(self.tape.channels[0].len() - self.at);
        for (out, channel) in out.iter_mut().zip(&self.tape.channels) {
            out[..frames].copy_from_slice(&channel[self.at..self.at + frames]);
        }
        self.at += frames;
        Ok(frames)
    }
}

/// Keeps what it gets; `fails_at` is the number of the call that fails.
#[derive(Clone, Debug, Default)]
struct Shelf {
    channels: Vec<Vec<f32>>,
    calls: usize,
    fails_at: Option<usize>,
}

impl Shelf {
    fn call(&mut self) -> Result<(), JobError> {
        self.calls += 1;
        if self.fails_at == Some(self.calls - 1) {
            return Err(JobError::new(ErrorCode::WriteFailed, "the shelf is full"));
        }
        Ok(())
    }

    fn back_to(&self, state: &[u8]) -> Self {
        let frames = usize::from_le_bytes(state.try_into().unwrap());
        Self { channels: self.channels.iter().map(|row| row[..frames].to_vec()).collect(), ..Self::default() }
    }
}

impl Sink for Shelf {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), JobError> {
        self.call()?;
        self.channels.resize(channels.len(), Vec::new());
        self.channels.iter_mut().zip(channels).for_each(|(row, channel)| row.extend_from_slice(channel));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<u8>, JobError> {
        self.call()?;
        Ok(self.channels.first().map_or(0, Vec::len).to_le_bytes().to_vec())
    }

    fn sync(&mut self) -> Result<(), JobError> {
        self.call()
    }
}

/// Keeps every state.
#[derive(Default)]
struct Album(Vec<State>);

impl Keeper for Album {
    fn due(&mut self) -> Due {
        if self.0.len() % 3 == 2 { Due::Machine } else { Due::Process }
    }

    fn keep(&mut self, state: &State, _: Due) -> Result<(), JobError> {
        self.0.push(state.clone());
        Ok(())
    }
}

fn geometry(rate: u32, channels: usize, stems: usize, window: usize) -> Geometry {
    let window = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(window) };
    Geometry { rate: SampleRate::new(rate).unwrap(), channels, stems, window, context: 0, wants_statistics: false }
}

/// The usual stream of a tape: one stem and what it leaves, at the tape's rate.
fn stream<'a>(
    tape: &'a Tape,
    geometry: &Geometry,
    overlap: f64,
    parts: &'a [Part],
    cancel: &'a Cancel,
) -> Stream<'a, Tape> {
    let total = Resampler::frames(tape.rate, geometry.rate, tape.frames());
    let mut settings = PlanSettings::new(total, geometry.rate, geometry.window);
    settings.context = geometry.context;
    settings.model_overlap = Some(overlap);
    Stream {
        recording: tape,
        plan: Plan::new(&settings).unwrap(),
        window: Window::RaisedCosine,
        edge: Edge::Reflect,
        anchors: &[],
        prompts: PromptSettings::new(AnchorMode::Strict, geometry.rate),
        description: "",
        seed: 0,
        statistics: None,
        parts,
        rate: tape.rate,
        integers: false,
        cancel,
    }
}

fn both() -> [Part; 2] {
    [Part::Sum(vec![0]), Part::Rest(vec![0])]
}

fn shelves() -> Vec<Shelf> {
    vec![Shelf::default(); 2]
}

/// The greatest difference of two recordings of one shape.
fn distance(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    assert_eq!(one.len(), other.len());
    let mut most = 0.0_f32;
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one.len(), other.len());
        most = one.iter().zip(other).fold(most, |most, (one, other)| most.max((one - other).abs()));
    }
    most
}

/// Whether target and residual add up to the tape, to the last bit.
fn assert_null(tape: &Tape, target: &Shelf, residual: &Shelf) {
    for ((mix, target), residual) in tape.channels.iter().zip(&target.channels).zip(&residual.channels) {
        for ((mix, target), residual) in mix.iter().zip(target).zip(residual) {
            assert_eq!(target + residual, *mix, "{target} {residual}");
            assert_eq!(f64::from(*target) + f64::from(*residual), f64::from(*mix));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn an_identity_gives_the_recording_back(
        frames in prop_oneof![Just(1_usize), Just(499), Just(500), Just(501), 1_usize..40_000],
        window in 200_usize..9_000,
        overlap in 0.0_f64..0.95,
        channels in 1_usize..4,
        context in 0_usize..90,
        short_tail in any::<bool>(),
    ) {
        let tape = Tape::noise(48_000, channels, frames);
        let geometry = Geometry { context, ..geometry(48_000, channels, 2, window) };
        let (parts, cancel) = (both(), Cancel::default());
        let mut stream = stream(&tape, &geometry, overlap, &parts, &cancel);
        if short_tail {
            let mut settings = PlanSettings::new(frames as u64, geometry.rate, geometry.window);
            (settings.context, settings.tail, settings.model_overlap) = (context, Tail::Short, Some(overlap));
            stream.plan = Plan::new(&settings).unwrap();
        }
        let mut sinks = shelves();
        stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut |_| ()).unwrap();
        prop_assert!(distance(&sinks[0].channels, &tape.channels) < 1e-6);
        assert_null(&tape, &sinks[0], &sinks[1]);
    }

    #[test]
    fn every_state_goes_on_to_the_same_bits(
        frames in 5_000_usize..30_000,
        model_rate in prop::sample::select(vec![48_000_u32, 44_100, 16_000]),
        window in 1_000_usize..6_000,
        overlap in 0.0_f64..0.9,
    ) {
        let tape = Tape::noise(48_000, 2, frames);
        let geometry = geometry(model_rate, 2, 1, window);
        let (parts, cancel) = (both(), Cancel::default());
        let stream = stream(&tape, &geometry, overlap, &parts, &cancel);
        let mut model = DelaySeparator::new(geometry, 7);
        let (mut sinks, mut album) = (shelves(), Album::default());
        stream.run(&mut model, &mut sinks, Some(&mut album), None, &mut |_| ()).unwrap();
        prop_assert_eq!(album.0.len() as u64, stream.plan.chunks());
        prop_assert_eq!(sinks[0].channels[0].len(), frames);
        assert_null(&tape, &sinks[0], &sinks[1]);
        let step = album.0.len().div_ceil(6);
        for state in album.0.into_iter().step_by(step) {
            let mut resumed: Vec<Shelf> = sinks.iter().zip(&state.sinks).map(|(sink, state)| sink.back_to(state)).collect();
            let windows = state.windows;
            stream.run(&mut model, &mut resumed, None, Some(state), &mut |_| ()).unwrap();
            for (resumed, sink) in resumed.iter().zip(&sinks) {
                prop_assert!(resumed.channels == sink.channels, "differs after window {}", windows);
            }
        }
    }

    #[test]
    fn whenever_it_is_cancelled_it_ends(after in 0_u64..12, frames in 1_usize..20_000) {
        let tape = Tape::noise(48_000, 1, frames);
        let geometry = geometry(44_100, 1, 1, 2_000);
        let (parts, cancel) = (both(), Cancel::default());
        let stream = stream(&tape, &geometry, 0.25, &parts, &cancel);
        let mut calls = 0;
        let mut tell = |_| {
            calls += 1;
            if calls > after {
                cancel.request();
            }
        };
        let mut sinks = shelves();
        match stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut tell) {
            Ok(()) => prop_assert_eq!(sinks[0].channels[0].len(), frames),
            Err(error) => prop_assert_eq!(error.code, ErrorCode::Cancelled),
        }
    }
}

#[test]
fn other_rates_come_back_in_length_and_in_sound() {
    let check = |rate: u32, model_rate: u32, frames: usize| {
        let tone = |frame: usize| (frame as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin() * 0.5;
        let tape = Tape::new(rate, vec![(0..frames).map(tone).collect()]);
        let geometry = geometry(model_rate, 1, 1, 5_000);
        let (parts, cancel) = (both(), Cancel::default());
        let mut stream = stream(&tape, &geometry, 0.5, &parts, &cancel);
        let mut sinks = shelves();
        stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut |_| ()).unwrap();
        assert_eq!(sinks[0].channels[0].len(), frames);
        // The ends ring, as in any band-limited signal that begins at once.
        let middle = |row: &[f32]| vec![row[frames / 4..frames * 3 / 4].to_vec()];
        let distance = distance(&middle(&sinks[0].channels[0]), &middle(&tape.channels[0]));
        assert!(distance < 3e-4, "{rate} {model_rate}: {distance}");
        // At the model's own rate the outputs are as long as what the model saw.
        (stream.rate, sinks) = (geometry.rate, shelves());
        stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut |_| ()).unwrap();
        assert_eq!(sinks[0].channels[0].len() as u64, stream.plan.total());
    };
    check(48_000, 44_100, 30_000);
    check(44_100, 48_000, 30_001);
    check(8_000, 44_100, 9_999);
    check(96_000, 16_000, 100_000);
    check(44_100, 44_101, 30_000);
}

#[test]
fn nothing_gives_nothing() {
    let tape = Tape::noise(48_000, 2, 0);
    let geometry = geometry(44_100, 2, 1, 1_000);
    let (parts, cancel) = (both(), Cancel::default());
    let mut sinks = shelves();
    let stream = stream(&tape, &geometry, 0.25, &parts, &cancel);
    stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut |_| ()).unwrap();
    assert!(sinks.iter().all(|sink| sink.channels.is_empty()));
}

/// Remembers what it was given.
struct Listening {
    geometry: Geometry,
    heard: Vec<(Vec<f32>, Vec<Anchor>, i64, String)>,
}

impl Separator for Listening {
    type Error = std::convert::Infallible;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        let Conditions { description, anchors, start_frame, .. } = *conditions;
        self.heard.push((mix.to_vec(), anchors.to_vec(), start_frame, description.to_owned()));
        stems.copy_from_slice(mix);
        Ok(mix.len())
    }
}

#[test]
fn anchors_and_prompts_reach_the_separator() {
    let tape = Tape::noise(8_000, 1, 40_000);
    let geometry = geometry(8_000, 1, 1, 8_000);
    let anchor = |sign, start, end| Anchor::new(sign, start, end).unwrap();
    let anchors = [anchor(Sign::Present, 0.5, 0.75), anchor(Sign::Absent, 3.0, 3.125)];
    let (parts, cancel) = (both(), Cancel::default());
    let mut stream = stream(&tape, &geometry, 0.0, &parts, &cancel);
    (stream.anchors, stream.description) = (&anchors, "thunder");
    stream.prompts =
        PromptSettings { budgeted: false, fade: 0, ..PromptSettings::new(AnchorMode::PrependNearest, geometry.rate) };
    let mut model = Listening { geometry, heard: Vec::new() };
    let mut sinks = shelves();
    stream.run(&mut model, &mut sinks, None, None, &mut |_| ()).unwrap();
    assert_null(&tape, &sinks[0], &sinks[1]);
    assert_eq!(model.heard.len(), 5);
    let source = &tape.channels[0];
    for (window, (mix, told, start, description)) in model.heard.iter().enumerate() {
        // Both sections go before every window, in the order of time.
        let (first, second) = (&source[4_000..6_000], &source[24_000..25_000]);
        let own = &source[window * 8_000..(window + 1) * 8_000];
        assert!(mix[..] == [first, second, own].concat(), "window {window}");
        assert_eq!(told[..2], [anchor(Sign::Present, 0.0, 0.25), anchor(Sign::Absent, 0.25, 0.375)]);
        assert_eq!(told.len(), if window == 0 || window == 3 { 3 } else { 2 });
        assert_eq!(*start, window as i64 * 8_000 - 3_000);
        assert_eq!(description, "thunder");
    }
}

#[test]
fn outputs_that_fall_short_are_repaired_and_told() {
    let tape = Tape::noise(48_000, 1, 20_000);
    let geometry = geometry(48_000, 1, 1, 4_000);
    let check = |plan: fn(u64) -> Mishap, expected: &[(u64, bool, bool)]| {
        let (parts, cancel) = (both(), Cancel::default());
        let stream = stream(&tape, &geometry, 0.25, &parts, &cancel);
        let mut model = FaultySeparator::new(IdentitySeparator::new(geometry), plan);
        let (mut sinks, mut told) = (shelves(), Vec::new());
        let mut tell = |event| {
            if let Told::Repaired { window, missing, samples } = event {
                told.push((window, missing > 0, samples > 0));
            }
        };
        stream.run(&mut model, &mut sinks, None, None, &mut tell).unwrap();
        assert_eq!(told, expected);
        assert_null(&tape, &sinks[0], &sinks[1]);
        // What lies before the trouble is untouched.
        assert!(
            sinks[0].channels[0][..3_000].iter().zip(&tape.channels[0]).all(|(one, other)| (one - other).abs() < 1e-6)
        );
    };
    check(|_| Mishap::None, &[]);
    check(|call| if call == 2 { Mishap::Short(900) } else { Mishap::None }, &[(2, true, false)]);
    check(|call| if call == 1 { Mishap::NotANumber } else { Mishap::None }, &[(1, false, true)]);
}

#[test]
fn whatever_fails_ends_the_stream_with_its_cause() {
    let geometry = geometry(44_100, 1, 1, 4_000);
    let tape = Tape::noise(48_000, 1, 100_000);
    let run = |tape: &Tape, sinks: &mut Vec<Shelf>, plan: fn(u64) -> Mishap| {
        let (parts, cancel) = (both(), Cancel::default());
        let stream = stream(tape, &geometry, 0.25, &parts, &cancel);
        let mut model = FaultySeparator::new(IdentitySeparator::new(geometry), plan);
        stream.run(&mut model, sinks, Some(&mut Album::default()), None, &mut |_| ()).map_err(|error| error.code)
    };
    let mut sinks = shelves();
    assert_eq!(run(&tape, &mut sinks, |_| Mishap::None), Ok(()));
    let calls: Vec<usize> = sinks.iter().map(|sink| sink.calls).collect();
    for (sink, calls) in calls.into_iter().enumerate() {
        for call in 0..calls {
            let mut sinks = shelves();
            sinks[sink].fails_at = Some(call);
            assert_eq!(
                run(&tape, &mut sinks, |_| Mishap::None),
                Err(ErrorCode::WriteFailed),
                "sink {sink} call {call}"
            );
        }
    }
    let reads = tape.reads.swap(0, Ordering::Relaxed);
    assert!(reads > 20);
    for read in 0..20 {
        let torn = Tape { fails_at: read, reads: Arc::default(), ..tape.clone() };
        assert_eq!(run(&torn, &mut shelves(), |_| Mishap::None), Err(ErrorCode::BadInput), "read {read}");
    }
    let check = |plan: fn(u64) -> Mishap, code| assert_eq!(run(&tape, &mut shelves(), plan), Err(code));
    check(|call| if call == 0 { Mishap::Fails(FaultKind::OutOfMemory) } else { Mishap::None }, ErrorCode::OutOfMemory);
    check(|call| if call == 9 { Mishap::Fails(FaultKind::Gone) } else { Mishap::None }, ErrorCode::ModelUnavailable);
    check(|call| if call == 3 { Mishap::Fails(FaultKind::Failed) } else { Mishap::None }, ErrorCode::Failed);
}

#[test]
fn channels_must_agree() {
    let tape = Tape::noise(48_000, 1, 100);
    let stereo = geometry(48_000, 2, 1, 50);
    let (parts, cancel) = (both(), Cancel::default());
    let stream = stream(&tape, &stereo, 0.25, &parts, &cancel);
    let ended = stream.run(&mut IdentitySeparator::new(stereo), &mut shelves(), None, None, &mut |_| ());
    assert_eq!(ended.unwrap_err().code, ErrorCode::BadInput);
}

#[test]
fn done_windows_are_told_in_order() {
    let tape = Tape::noise(48_000, 1, 50_000);
    let geometry = geometry(48_000, 1, 1, 4_000);
    let (parts, cancel) = (both(), Cancel::default());
    let stream = stream(&tape, &geometry, 0.25, &parts, &cancel);
    let told = Mutex::new(Vec::new());
    let mut tell = |event| {
        if let Told::Done(windows) = event {
            told.lock().unwrap().push(windows);
        }
    };
    stream.run(&mut IdentitySeparator::new(geometry), &mut shelves(), None, None, &mut tell).unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.windows(2).all(|pair| pair[0] <= pair[1]), "{told:?}");
    assert_eq!(told.last(), Some(&stream.plan.chunks()));
}
