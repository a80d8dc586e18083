//! What the farm knows of a job: what is to be done, and how it stands.

use crate::{FarmError, FarmErrorKind};
use ripieno_separate::JobSettings;
use ripieno_separate::span::Division;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The part of the names under which jobs' records lie.
pub const JOBS: &str = "job";

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In line.
    Queued,
    /// Somebody works on it.
    Running,
    /// Its outputs are in the bucket.
    Done,
    /// It was tried as often as it may be: it is on the dead-letter list, with its error.
    Failed,
    /// Somebody took it out.
    Cancelled,
}

impl Standing {
    /// Whether nothing more happens by itself. Any.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// As JSON has it. Any.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The recording of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
    /// When it was changed last, in nanoseconds since 1970: outputs say which job made them, and this is part of it.
    pub changed: u64,
    /// Where all machines find it; `None`: in the bucket.
    pub path: Option<PathBuf>,
}

/// The model of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelRef {
    /// One that every program has, by its name.
    BuiltIn(String),
    /// One with files, which lie in the bucket under its hash.
    Files {
        /// SHA-256 over all of them.
        hash: String,
        /// The one that is opened.
        entry: String,
        /// All of them, by their names from the model's folder.
        files: Vec<ModelFile>,
    },
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// From the model's folder, with `/` between its parts.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many they are.
    pub bytes: u64,
}

/// How a recording is divided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Windows in all.
    pub windows: u64,
    /// Windows of a span.
    pub span: u64,
    /// Mean and deviation of the recording, where the model wants them.
    pub statistics: Option<(f32, f32)>,
}

impl From<Split> for Division {
    fn from(split: Split) -> Self {
        Self { windows: split.windows, span: split.span.max(1), statistics: split.statistics }
    }
}

/// An output in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// `target`, `residual` or the stem's name.
    pub part: String,
    /// The name of its file, from the folder of the outputs, with `/` between its parts.
    pub name: String,
    /// Its name in the bucket.
    pub object: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of them, in hexadecimal digits.
    pub sha256: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// By what is to be done: the same work has the same one.
    pub id: String,
    /// The recording.
    pub input: Input,
    /// The model.
    pub model: ModelRef,
    /// All else that is to be done, as the worker's protocol writes it.
    pub settings: serde_json::Value,
    /// Where outputs go when they are fetched on the machine that asked for them.
    pub folder: PathBuf,
    /// How the recording is divided, where many share it.
    pub split: Option<Split>,
    /// How long the recording is, in seconds; 0 where it does not say.
    pub seconds: f64,
    /// How often it is tried.
    pub most_tries: u32,
    /// How it stands.
    pub standing: Standing,
    /// How often it was put in line by hand; older tasks are no longer its own.
    pub round: u32,
    /// Percent that is done, 0 to 100; of a divided one, of putting it together.
    pub percent: f64,
    /// Who works on it, or did last; of a divided one, who puts it together.
    pub worker: Option<String>,
    /// The last error.
    pub error: Option<String>,
    /// When it was first put in line, in seconds since 1970.
    pub queued: f64,
    /// When work on it began.
    pub begun: Option<f64>,
    /// When it ended.
    pub ended: Option<f64>,
    /// What it left.
    pub outputs: Vec<Stored>,
    /// How often a worker gave it back because it was asked to stop: those are no tries.
    #[serde(default)]
    pub stops: u32,
    /// Whether all its tasks of this round were put in line.
    #[serde(default)]
    pub in_line: bool,
}

impl Record {
    /// Under which name its record lies. Any.
    pub fn name(&self) -> String {
        format!("{JOBS}.{}", self.id)
    }

    /// As bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // It holds nothing that JSON has no word for: numbers that are none become null.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From bytes that anybody may have written. Any.
    ///
    /// # Errors
    /// [`FarmErrorKind::Corrupt`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FarmError> {
        let record: Self = serde_json::from_slice(bytes).map_err(|error| {
            FarmError::corrupt(format!("a job's record is damaged, or of another version: {error}"))
        })?;
        record.check()?;
        Ok(record)
    }

    /// What to do, with the recording and the model yet to be put in their places. What is each machine's own is as it usually
    /// is, whatever the record says: it may come from anybody.
    ///
    /// # Errors
    /// [`FarmErrorKind::Invalid`].
    pub fn job(&self) -> Result<JobSettings, FarmError> {
        let mut job = JobSettings::from_json(&self.settings)
            .map_err(|error| FarmError::new(FarmErrorKind::Invalid, format!("job {}: {error}", self.id)))?;
        (job.out_dir, job.out_target, job.out_residual) = (None, None, None);
        (job.ort_lib, job.threads, job.resume, job.force) = (None, None, false, false);
        Ok(job)
    }

    /// How many tries it may have, with those that a worker gave back.
    pub(crate) fn tries_allowed(&self) -> u32 {
        self.most_tries.saturating_add(self.stops)
    }

    /// Names that become files on this machine must stay in their folder.
    fn check(&self) -> Result<(), FarmError> {
        let names = match &self.model {
            ModelRef::BuiltIn(_) => Vec::new(),
            ModelRef::Files { hash, entry, files } => {
                let all = files.iter().map(|file| file.name.as_str());
                all.chain([hash.as_str(), entry.as_str()]).collect()
            }
        };
        let is_inner = |name: &str| {
            name.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']))
        };
        let is_plain = |name: &str| is_inner(name) && !name.contains('/');
        let inner = self.outputs.iter().map(|output| output.name.as_str()).chain(names);
        if inner.into_iter().all(is_inner) && is_plain(&self.input.name) && is_plain(&self.id) {
            return Ok(());
        }
        Err(FarmError::corrupt(format!("job {:.40}: a file's name leads out of its folder", self.id)))
    }
}

/// Seconds since 1970, by this machine.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
