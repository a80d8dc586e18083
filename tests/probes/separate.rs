//! A separation that is killed, for tests: a delay stands in for a model, takes its time for every window, and notes it in a
//! file once it is done.

use clap::Parser;
use ripieno_chunk::{Edge, Window};
use ripieno_infer::Choice;
use ripieno_ports::{Conditions, DelaySeparator, Geometry, Separator};
use ripieno_separate::{About, Cancel, Container, JobModel, JobSettings, run_with};
use ripieno_types::{SampleRate, WindowFrames};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// Separates a recording, or goes on with that.
#[derive(Parser)]
struct Options {
    /// The recording, of two channels.
    song: PathBuf,
    /// Where the outputs go.
    out_dir: PathBuf,
    /// A line is added to it for every window.
    log: PathBuf,
    /// How long a window takes, in milliseconds.
    millis: u64,
    /// FLAC instead of WAV.
    #[arg(long)]
    flac: bool,
}

/// The stand-in.
struct Slow {
    inner: DelaySeparator,
    log: File,
    millis: u64,
}

impl Separator for Slow {
    type Error = std::convert::Infallible;

    fn geometry(&self) -> Geometry {
        self.inner.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        std::thread::sleep(Duration::from_millis(self.millis));
        let frames = self.inner.separate(mix, conditions, stems);
        self.log.write_all(format!("{}\n", conditions.start_frame).as_bytes()).expect("the log holds");
        frames
    }
}

impl JobModel for Slow {
    fn about(&self) -> About {
        About {
            id: "slow".to_owned(),
            stems: vec!["late".to_owned()],
            complement: None,
            conditioned: false,
            anchors: false,
            hash: "0123456789abcdef".to_owned(),
            engine: "a delay".to_owned(),
            overlap: Some(0.25),
            window: Window::Hann,
            edge: Edge::Reflect,
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

fn main() {
    let Options { song, out_dir, log, millis, flac } = Options::parse();
    let window = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(32_000) };
    let rate = SampleRate::STUDIO;
    let geometry = Geometry { rate, channels: 2, stems: 1, window, context: 100, wants_statistics: false };
    let log = File::options().append(true).create(true).open(log).expect("a log");
    let mut model = Slow { inner: DelaySeparator::new(geometry, 9), log, millis };
    let mut job = JobSettings::new("slow", song);
    (job.out_dir, job.resume) = (Some(out_dir), true);
    job.container = if flac { Container::Flac } else { Container::Wav };
    let outcome = run_with(&mut model, &job, &mut |_| (), &Cancel::default()).unwrap_or_else(|error| panic!("{error}"));
    println!("{}", outcome.resumed);
}
