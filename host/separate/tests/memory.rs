//! What a plan says of memory is what a job takes: the peak of a process of its own, which runs this one test.

#![cfg(target_os = "linux")]

use ripieno_chunk::{Edge, Window};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_infer::Choice;
use ripieno_ports::{Conditions, Geometry, IdentitySeparator, Separator};
use ripieno_separate::{About, Cancel, Event, JobModel, JobSettings, run_with};
use ripieno_types::{SampleRate, WindowFrames};
use std::convert::Infallible;
use std::fs::File;

/// An identity as a model that takes no memory of its own.
struct Whole(IdentitySeparator);

impl Separator for Whole {
    type Error = Infallible;

    fn geometry(&self) -> Geometry {
        self.0.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Infallible> {
        self.0.separate(mix, conditions, stems)
    }
}

impl JobModel for Whole {
    fn about(&self) -> About {
        About {
            id: "whole".to_owned(),
            stems: ["a", "b", "c", "d"].map(str::to_owned).to_vec(),
            complement: None,
            conditioned: false,
            anchors: false,
            hash: "0".to_owned(),
            engine: "none".to_owned(),
            overlap: Some(0.25),
            window: Window::Hann,
            edge: Edge::Zero,
            warnings: Vec::new(),
        }
    }

    fn choose(&self, _: &str) -> Result<Choice, String> {
        Ok(Choice::Stem(0))
    }

    fn memory_bytes(&self, _: usize) -> u64 {
        0
    }
}

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let table = std::fs::read_to_string("/proc/self/status").expect("a table");
    let line = table.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    1024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
}

#[test]
fn plans_tell_the_memory_that_jobs_take() {
    let folder = tempfile::tempdir().expect("a folder");
    let song = folder.path().join("song.wav");
    let spec = WavSpec { rate: SampleRate::STUDIO, channels: 2, encoding: Encoding::I16 };
    let mut writer = WavWriter::new(File::create(&song).expect("a file"), spec).expect("a header");
    for _ in 0..120 {
        writer.write(&[&[0.25; 48_000], &[-0.25; 48_000]]).expect("room");
    }
    writer.finish().expect("room");

    let window = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(20 * 48_000) };
    let rate = SampleRate::STUDIO;
    let geometry = Geometry { rate, channels: 2, stems: 4, window, context: 0, wants_statistics: false };
    let mut told = 0;
    let mut listen = |event| {
        if let Event::Plan(plan) = event {
            told = plan.memory_bytes;
        }
    };
    let before = peak();
    let job = JobSettings::new("whole", &song);
    run_with(&mut Whole(IdentitySeparator::new(geometry)), &job, &mut listen, &Cancel::default()).expect("a job");
    let taken = peak() - before;
    let ratio = told as f64 / taken as f64;
    println!("told {:.1} MiB, taken {:.1} MiB: {ratio:.2}", told as f64 / 1048576.0, taken as f64 / 1048576.0);
    // The allocator rounds up, and threads do not always overlap as badly as they can.
    assert!((0.85..1.3).contains(&ratio), "told {told}, taken {taken}");
}
