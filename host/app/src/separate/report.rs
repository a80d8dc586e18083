//! What became of each recording, for people and for programs.

use crate::{Failure, exit, output};
use ripieno_separate::batch::BatchJob;
use ripieno_separate::{ErrorCode, JobError, Outcome, Warning};
use serde::Serialize;
use std::fmt::Write;

/// A batch. Printed as JSON by `--json`; keys are only ever added.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// In the order they were done.
    pub files: Vec<FileReport>,
    /// How many have no stems.
    pub failed: usize,
}

/// One recording.
#[derive(Debug, Serialize)]
pub struct FileReport {
    audio: String,
    model: String,
    /// `ok`, `failed`, `cancelled`, or `skipped` after an end of the whole batch.
    status: &'static str,
    stems: Vec<StemReport>,
    /// What really ran the model.
    engine: Option<String>,
    /// Frames of each stem.
    frames: Option<u64>,
    seconds: Option<f64>,
    /// Windows taken over from an earlier run.
    resumed: Option<u64>,
    warnings: Vec<Told>,
    error: Option<Told>,
    #[serde(skip)]
    end: Option<JobError>,
}

#[derive(Debug, Serialize)]
struct StemReport {
    part: String,
    path: String,
    peak: f32,
    sha256: String,
}

/// A code for programs, a message for people.
#[derive(Debug, Serialize)]
pub struct Told {
    code: &'static str,
    message: String,
}

impl From<&Warning> for Told {
    fn from(warning: &Warning) -> Self {
        Self { code: warning.code.word(), message: warning.message.clone() }
    }
}

impl From<&JobError> for Told {
    fn from(error: &JobError) -> Self {
        Self { code: error.code().word(), message: error.to_string() }
    }
}

impl Report {
    /// Takes the next recording's.
    pub fn add(&mut self, file: FileReport) {
        self.failed += usize::from(file.status != "ok");
        self.files.push(file);
    }

    /// Why it failed, if there was one recording only.
    pub fn only(&self) -> Option<ErrorCode> {
        match self.files.as_slice() {
            [file] => file.code(),
            _ => None,
        }
    }

    /// The last lines for people.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        let skipped: Vec<_> = self.files.iter().filter(|file| file.status == "skipped").collect();
        if self.files.len() > 1 {
            let _ = writeln!(text, "{} of {} recordings done", self.files.len() - self.failed, self.files.len());
        }
        for file in skipped {
            let _ = writeln!(text, "skipped  {}", file.audio);
        }
        text
    }
}

impl FileReport {
    /// What became of a job.
    pub fn of(job: &BatchJob, end: Result<Outcome, JobError>, warnings: &[Warning]) -> Self {
        let mut report = Self::skipped(job);
        report.warnings = warnings.iter().map(Told::from).collect();
        match end {
            Ok(Outcome { stems, engine, frames, seconds, resumed }) => {
                report.status = "ok";
                let stem = |stem: ripieno_separate::Stem| StemReport {
                    part: stem.part,
                    path: stem.path.display().to_string(),
                    peak: stem.peak,
                    sha256: stem.sha256,
                };
                report.stems = stems.into_iter().map(stem).collect();
                report.engine = Some(engine);
                report.frames = Some(frames);
                report.seconds = Some(seconds);
                report.resumed = Some(resumed);
            }
            Err(error) => {
                report.status = if error.code() == ErrorCode::Cancelled { "cancelled" } else { "failed" };
                report.error = Some(Told::from(&error));
                report.end = Some(error);
            }
        }
        report
    }

    /// A job that was not begun.
    pub fn skipped(job: &BatchJob) -> Self {
        Self {
            audio: job.settings.audio.display().to_string(),
            model: job.settings.model.clone(),
            status: "skipped",
            stems: Vec::new(),
            engine: None,
            frames: None,
            seconds: None,
            resumed: None,
            warnings: Vec::new(),
            error: None,
            end: None,
        }
    }

    /// Why there are no stems.
    pub fn code(&self) -> Option<ErrorCode> {
        self.end.as_ref().map(JobError::code)
    }

    /// Tells it to people.
    pub fn show(&self) -> Result<(), Failure> {
        for warning in &self.warnings {
            output::warn(&format!("{}: {}", self.audio, warning.message));
        }
        if let Some(end) = &self.end {
            exit::tell(&Failure::Job(end.clone()));
            return Ok(());
        }
        let mut text = String::new();
        for StemReport { part, path, peak, .. } in &self.stems {
            let level = if *peak > 0.0 { format!("{:.1} dBFS", 20.0 * peak.log10()) } else { "silence".into() };
            let _ = writeln!(text, "{part:<12} {path}  (peak {level})");
        }
        let (engine, seconds) = (self.engine.as_deref().unwrap_or_default(), self.seconds.unwrap_or_default());
        let _ = write!(text, "{:<12} {seconds:.1} s with {} ({engine})", "took", self.model);
        if let Some(windows) = self.resumed.filter(|windows| *windows > 0) {
            let _ = write!(text, ", {windows} windows taken over");
        }
        output::text(&format!("{text}\n"))
    }
}
