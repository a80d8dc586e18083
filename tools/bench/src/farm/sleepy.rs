//! A model that gives back what it gets, after a fixed time.

use ripieno_farm::Runner;
use ripieno_farm::record::{Input, ModelRef, Record, Standing, now};
use ripieno_infer::{Choice, Model, OpenOptions, Recording};
use ripieno_ports::{Conditions, Geometry, Separator};
use ripieno_separate::span::{self, Division};
use ripieno_separate::{About, Cancel, JobError, JobModel, JobSettings, Observer, Outcome, run_with};
use ripieno_types::SampleRate;
use std::io::Write;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Of the recording: low, so that its bytes cost little beside the queue.
pub fn rate() -> SampleRate {
    SampleRate::new(SampleRate::MIN_HZ).expect("a rate")
}

/// The model.
pub struct Sleepy(Model, Duration);

impl Sleepy {
    /// For recordings in mono at [`rate`].
    pub fn open(job: &JobSettings, sleep: Duration) -> Self {
        let mut options = OpenOptions::default();
        options.recording = Some(Recording { rate: rate(), channels: 1 });
        Self(Model::open(&job.model, &options).expect("a built-in model"), sleep)
    }
}

impl Separator for Sleepy {
    type Error = <Model as Separator>::Error;

    fn geometry(&self) -> Geometry {
        self.0.geometry()
    }

    fn separate(&mut self, mix: &[f32], with: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        thread::sleep(self.1);
        self.0.separate(mix, with, stems)
    }
}

impl JobModel for Sleepy {
    fn about(&self) -> About {
        self.0.about()
    }

    fn choose(&self, description: &str) -> Result<Choice, String> {
        JobModel::choose(&self.0, description)
    }

    fn memory_bytes(&self, window_frames: usize) -> u64 {
        self.0.memory_bytes(window_frames)
    }
}

/// Does jobs with it, and notes what lies between one span and the next.
pub struct Sleeper<'a> {
    sleep: Duration,
    ended: Option<Instant>,
    gaps: &'a Mutex<Vec<Duration>>,
}

impl<'a> Sleeper<'a> {
    /// With a model that sleeps so long.
    pub fn new(sleep: Duration, gaps: &'a Mutex<Vec<Duration>>) -> Self {
        Self { sleep, ended: None, gaps }
    }
}

impl Runner for Sleeper<'_> {
    fn whole(&mut self, job: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
        run_with(&mut Sleepy::open(job, self.sleep), job, observer, cancel)
    }

    fn span(
        &mut self,
        job: &JobSettings,
        span: (&Division, u64),
        out: &mut dyn Write,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        if let Some(ended) = self.ended {
            self.gaps.lock().expect("a list").push(ended.elapsed());
        }
        let done = span::separate_with(&mut Sleepy::open(job, self.sleep), job, span, out, observer, cancel);
        self.ended = Some(Instant::now());
        done
    }

    fn join(
        &mut self,
        job: &JobSettings,
        division: &Division,
        open: span::Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        span::join_with(&mut Sleepy::open(job, self.sleep), job, division, open, observer, cancel)
    }
}

/// A job in line that nobody does.
pub fn record() -> Record {
    let settings = JobSettings::new("-", "-").to_json();
    let input = Input { name: "song.wav".into(), sha256: "00".repeat(32), bytes: 1, changed: 0, path: None };
    Record {
        id: String::new(),
        input,
        model: ModelRef::BuiltIn("builtin:identity".into()),
        settings,
        folder: "/".into(),
        split: None,
        seconds: 180.0,
        most_tries: 3,
        standing: Standing::Queued,
        round: 0,
        in_line: true,
        stops: 0,
        percent: 0.0,
        worker: None,
        error: None,
        queued: now(),
        begun: None,
        ended: None,
        outputs: Vec::new(),
    }
}
