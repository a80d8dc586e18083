//! A day of audio in the memory of a minute: a generated recording through the whole stream, into sinks that only count.
//!
//! Thirty minutes by default; all of 24 hours with `RIPIENO_LONG=1`, which wants `--release`.

#![cfg(target_os = "linux")]

use ripieno_chunk::{AnchorMode, Edge, Plan, PlanSettings, PromptSettings, Window};
use ripieno_ports::{Geometry, IdentitySeparator};
use ripieno_separate::stream::{Part, Reader, Recording, Sink, Stream, Told};
use ripieno_separate::{Cancel, JobError};
use ripieno_types::{SampleRate, WindowFrames};

/// Noise of 16 bits that is the same wherever it is read from.
struct Noise {
    frames: u64,
}

struct NoiseReader {
    frames: u64,
    at: u64,
}

/// The sample of a channel at a frame.
fn sample(frame: u64, channel: usize) -> f32 {
    let mixed = (frame as u32 ^ (channel as u32) << 31).wrapping_mul(0x9e37_79b1);
    ((mixed ^ mixed >> 15) as i16) as f32 / 32_768.0
}

impl Recording for Noise {
    type Reader = NoiseReader;

    fn rate(&self) -> SampleRate {
        SampleRate::STUDIO
    }

    fn channels(&self) -> usize {
        2
    }

    fn frames(&self) -> u64 {
        self.frames
    }

    fn reader(&self) -> Result<NoiseReader, JobError> {
        Ok(NoiseReader { frames: self.frames, at: 0 })
    }
}

impl Reader for NoiseReader {
    fn seek(&mut self, frame: u64) -> Result<(), JobError> {
        self.at = frame;
        Ok(())
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize, JobError> {
        let frames = out[0].len().min((self.frames - self.at) as usize);
        for (channel, out) in out.iter_mut().enumerate() {
            for (nth, out) in out[..frames].iter_mut().enumerate() {
                *out = sample(self.at + nth as u64, channel);
            }
        }
        self.at += frames as u64;
        Ok(frames)
    }
}

/// Counts frames, and those that are not what they should be.
struct Counter {
    expected: fn(u64, usize) -> f32,
    frames: u64,
    wrong: u64,
}

impl Sink for Counter {
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), JobError> {
        for (channel, row) in channels.iter().enumerate() {
            for (nth, found) in row.iter().enumerate() {
                self.wrong += u64::from((found - (self.expected)(self.frames + nth as u64, channel)).abs() > 1e-6);
            }
        }
        self.frames += channels[0].len() as u64;
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<u8>, JobError> {
        Ok(Vec::new())
    }

    fn sync(&mut self) -> Result<(), JobError> {
        Ok(())
    }
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let table = std::fs::read_to_string("/proc/self/statm").expect("a table");
    let pages: u64 = table.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * 4096
}

#[test]
fn memory_does_not_grow_with_the_recording() {
    let is_long = std::env::var_os("RIPIENO_LONG").is_some();
    let minutes = if is_long { 24 * 60 } else { 30 };
    let recording = Noise { frames: minutes * 60 * 48_000 };
    let window = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(10 * 48_000) };
    let geometry =
        Geometry { rate: SampleRate::STUDIO, channels: 2, stems: 2, window, context: 0, wants_statistics: false };
    let plan = Plan::new(&PlanSettings::new(recording.frames, geometry.rate, window)).expect("a plan");
    let parts = [Part::Sum(vec![0]), Part::Rest(vec![0])];
    let stream = Stream {
        recording: &recording,
        plan,
        window: Window::Linear,
        edge: Edge::Zero,
        anchors: &[],
        prompts: PromptSettings::new(AnchorMode::Strict, geometry.rate),
        description: "",
        seed: 0,
        statistics: None,
        parts: &parts,
        rate: geometry.rate,
        integers: false,
        cancel: &Cancel::default(),
    };
    let counter = |expected| Counter { expected, frames: 0, wrong: 0 };
    let mut sinks = [counter(sample), counter(|_, _| 0.0)];
    let before = resident();
    // Five minutes are enough for all buffers to have their size.
    let settled_at = 5 * 60 * 48_000 / plan.step_frames() as u64;
    let (mut settled, mut most) = (0, 0);
    let mut tell = |told| {
        if let Told::Done(windows) = told {
            let now = resident();
            most = most.max(now);
            settled = if windows <= settled_at { settled.max(now) } else { settled };
        }
    };
    let start = std::time::Instant::now();
    stream.run(&mut IdentitySeparator::new(geometry), &mut sinks, None, None, &mut tell).expect("a whole day");
    for sink in &sinks {
        assert_eq!((sink.frames, sink.wrong), (recording.frames, 0));
    }
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let speed = minutes as f64 * 60.0 / start.elapsed().as_secs_f64();
    println!(
        "{minutes} minutes: {:.1} MiB before, {:.1} MiB after five minutes, {:.1} MiB at most, {speed:.0} times real time",
        mib(before),
        mib(settled),
        mib(most)
    );
    assert!(mib(most) < 300.0, "{:.1} MiB", mib(most));
    assert!(mib(most.saturating_sub(settled)) < 4.0, "{:.1} MiB more than after five minutes", mib(most - settled));
}
