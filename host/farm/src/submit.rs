//! From recordings and wishes to jobs in line.

use crate::digest::{self, Watched, hexadecimal};
use crate::ledger::{self, put_in_line};
use crate::record::{Input, ModelFile, ModelRef, Record, Split, Standing, now};
use crate::{Bucket, FarmError, FarmErrorKind, JobQueue};
use ripieno_files::AudioFile;
use ripieno_separate::{Cancel, ErrorCode, JobError, JobSettings, Session};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Settings that are each machine's own, or only say where outputs go.
const OWN: [&str; 9] =
    ["audio", "force", "model", "ort_lib", "out_dir", "out_residual", "out_target", "resume", "threads"];

/// A record that is longer than this does not go into any queue, in bytes.
const MOST_RECORD: usize = 900_000;

/// Digits of a job's id.
const ID_DIGITS: usize = 32;

/// How jobs are put in line.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Recordings stay where they are, and every worker finds them by the same path.
    pub by_path: bool,
    /// Windows of a span, where a recording is to be shared by many workers.
    pub span: Option<u64>,
    /// How often a job is tried before it is given up.
    pub tries: u32,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The job.
    pub id: String,
    /// Whether its work is put in line now: not when it is in line, or done, already.
    pub new: bool,
    /// How it stood when that was seen.
    pub standing: Standing,
    /// Spans that it is divided into; 1 for a whole one.
    pub spans: u64,
}

/// Puts jobs in line. A model that several of them want is looked at and stored once.
#[derive(Debug)]
pub struct Submitter<Q, B> {
    queue: Q,
    bucket: B,
    session: Session,
    /// The model that was looked at last.
    model: Option<(String, ModelRef)>,
    /// Files that were stored anew, for jobs that failed with them.
    renewed: HashSet<String>,
}

impl<Q: JobQueue, B: Bucket> Submitter<Q, B> {
    /// For this queue and this bucket. Any.
    pub fn new(queue: Q, bucket: B) -> Self {
        Self { queue, bucket, session: Session::new(), model: None, renewed: HashSet::new() }
    }

    /// Puts one job in line: the recording and the model are in the bucket before anybody can take it. Worker; blocks for as
    /// long as reading and sending take.
    ///
    /// # Errors
    /// [`FarmError`] by kind; nothing is in line then.
    pub fn submit(&mut self, settings: &JobSettings, manner: Manner, cancel: &Cancel) -> Result<Submitted, FarmError> {
        settings.check().map_err(JobError::from)?;
        let seconds = length(&settings.audio)?;
        let input = input(settings, manner.by_path, cancel)?;
        let model = self.model(&settings.model, cancel)?;
        let kept = kept(settings);
        let id = id(&input, &model, &kept);
        let folder =
            settings.out_dir.as_deref().or(settings.audio.parent()).filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::path::absolute(folder.unwrap_or(Path::new("."))).unwrap_or_default();
        if let Some(known) = ledger::find(&self.queue, &id)? {
            if matches!(known.standing, Standing::Failed | Standing::Cancelled) {
                self.renew(&known, settings, cancel)?;
            }
            return self.again(known);
        }
        if !manner.by_path {
            self.store(&input_object(&input.sha256), input.bytes, &settings.audio, cancel)?;
        }
        let split = match manner.span {
            None => None,
            Some(span) => {
                let division = self.session.divide(settings, span, cancel)?;
                let split = Split { windows: division.windows, span: division.span, statistics: division.statistics };
                // A single span is a job like any other.
                (division.spans() > 1).then_some(split)
            }
        };
        let record = Record {
            id,
            input,
            model,
            settings: kept,
            folder,
            split,
            seconds,
            most_tries: manner.tries.max(1),
            standing: Standing::Queued,
            round: round()?,
            percent: 0.0,
            worker: None,
            error: None,
            queued: now(),
            begun: None,
            ended: None,
            outputs: Vec::new(),
            stops: 0,
            in_line: false,
        };
        let bytes = record.to_bytes();
        if bytes.len() > MOST_RECORD {
            let message = format!("{}: its settings take too much room; use fewer anchors", settings.audio.display());
            return Err(FarmError::new(FarmErrorKind::Invalid, message));
        }
        if self.queue.create(&record.name(), &bytes)? {
            put_in_line(&self.queue, &record)?;
            return Ok(Submitted { id: record.id, new: true, standing: Standing::Queued, spans: spans(split) });
        }
        let known = ledger::get(&self.queue, &record.id)?;
        self.again(known)
    }

    /// A job that is known already. One that was given up is tried again; one of which not all is in line is put there once
    /// more: whoever did so first never came to its end.
    fn again(&self, known: Record) -> Result<Submitted, FarmError> {
        let new = match known.standing {
            Standing::Failed | Standing::Cancelled => ledger::retry(&self.queue, &known.id)?,
            Standing::Queued | Standing::Running => {
                if !known.in_line {
                    put_in_line(&self.queue, &known)?;
                }
                false
            }
            Standing::Done => false,
        };
        Ok(Submitted { id: known.id, new, standing: known.standing, spans: spans(known.split) })
    }

    /// A model, with its files in the bucket.
    fn model(&mut self, reference: &str, cancel: &Cancel) -> Result<ModelRef, FarmError> {
        if let Some((_, known)) = self.model.as_ref().filter(|(name, _)| name == reference) {
            return Ok(known.clone());
        }
        let model = match ripieno_infer::files(reference).map_err(JobError::from)? {
            None => ModelRef::BuiltIn(reference.to_owned()),
            Some(found) => {
                let mut files = Vec::new();
                for name in &found.files {
                    let path = found.folder.join(name);
                    let (sha256, bytes) = digest::of_file(&path, cancel)?;
                    let name = plain(name)?;
                    self.store(&model_object(&found.hash, &name), bytes, &path, cancel)?;
                    files.push(ModelFile { name, sha256, bytes });
                }
                ModelRef::Files { hash: found.hash, entry: plain(&found.entry)?, files }
            }
        };
        self.model = Some((reference.to_owned(), model.clone()));
        Ok(model)
    }

    /// Stores what a job that failed works with once more: it may be what was damaged or gone.
    fn renew(&mut self, known: &Record, settings: &JobSettings, cancel: &Cancel) -> Result<(), FarmError> {
        let mut files = Vec::new();
        if known.input.path.is_none() {
            files.push((input_object(&known.input.sha256), known.input.bytes, settings.audio.clone()));
        }
        if let ModelRef::Files { hash, files: parts, .. } = &known.model
            && let Some(found) = ripieno_infer::files(&settings.model).map_err(JobError::from)?
        {
            let part = |file: &ModelFile| (model_object(hash, &file.name), file.bytes, found.folder.join(&file.name));
            files.extend(parts.iter().map(part));
        }
        for (object, bytes, path) in files {
            if self.renewed.insert(object.clone()) {
                let file = File::open(&path).map_err(|error| FarmError::file(&path, &error))?;
                self.bucket.put(&object, bytes, &mut Watched { inner: file, cancel })?;
            }
        }
        Ok(())
    }

    /// Puts a file into the bucket unless it is there: names say what is in them.
    fn store(&self, object: &str, bytes: u64, path: &Path, cancel: &Cancel) -> Result<(), FarmError> {
        if self.bucket.find(object)? == Some(bytes) {
            return Ok(());
        }
        let file = File::open(path).map_err(|error| FarmError::file(path, &error))?;
        self.bucket.put(object, bytes, &mut Watched { inner: file, cancel })
    }
}

/// Where a recording lies in the bucket.
pub(crate) fn input_object(sha256: &str) -> String {
    format!("input/{sha256}")
}

/// Where a model's file lies in the bucket.
pub(crate) fn model_object(hash: &str, name: &str) -> String {
    format!("model/{hash}/{name}")
}

fn spans(split: Option<Split>) -> u64 {
    split.map_or(1, |split| ripieno_separate::span::Division::from(split).spans())
}

/// How long a recording is, in seconds; 0 where it does not say.
fn length(path: &Path) -> Result<f64, FarmError> {
    let file = AudioFile::open(path)
        .map_err(|error| JobError::new(ErrorCode::BadInput, format!("{} {error}", path.display())))?;
    let spec = file.spec();
    Ok(spec.frames.map_or(0.0, |frames| frames as f64 / f64::from(spec.rate.hz())))
}

fn input(settings: &JobSettings, by_path: bool, cancel: &Cancel) -> Result<Input, FarmError> {
    let path = &settings.audio;
    let failed = |error: std::io::Error| FarmError::file(path, &error);
    let unfit = |why: &str| FarmError::new(FarmErrorKind::Invalid, format!("{}: {why}", path.display()));
    let changed = path.metadata().and_then(|data| data.modified()).map_err(failed)?;
    let changed = changed.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let (sha256, bytes) = digest::of_file(path, cancel)?;
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| unfit("its name is no Unicode"))?;
    let path = match by_path {
        true => Some(std::path::absolute(path).map_err(failed)?),
        false => None,
    };
    if path.as_ref().is_some_and(|path| path.to_str().is_none()) {
        return Err(unfit("a folder's name is no Unicode"));
    }
    Ok(Input { name: name.to_owned(), sha256, bytes, changed: u64::try_from(changed).unwrap_or(0), path })
}

/// What of the settings is the same on every machine.
fn kept(settings: &JobSettings) -> Value {
    let mut kept = settings.to_json();
    if let Value::Object(keys) = &mut kept {
        OWN.iter().for_each(|key| drop(keys.remove(*key)));
        // Jobs are read back by the same rules, which ask for both.
        keys.insert("model".into(), Value::from("-"));
        keys.insert("audio".into(), Value::from("-"));
    }
    kept
}

/// A job's id: the same for the same recording, name, model and wishes, whatever else differs.
fn id(input: &Input, model: &ModelRef, kept: &Value) -> String {
    let model = match model {
        ModelRef::BuiltIn(name) => name,
        ModelRef::Files { hash, .. } => hash,
    };
    let version = env!("CARGO_PKG_VERSION");
    let what = json!([version, input.sha256, input.name, model, kept]);
    hexadecimal(&Sha256::digest(what.to_string()))[..ID_DIGITS].to_owned()
}

/// A first round that no earlier record of the same id had: a task is known by it.
fn round() -> Result<u32, FarmError> {
    getrandom::u32().map_err(|error| FarmError::new(FarmErrorKind::Failed, format!("no randomness: {error}")))
}

/// A path within a folder, as it is called in the bucket.
pub(crate) fn plain(path: &Path) -> Result<String, FarmError> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/")).ok_or_else(|| {
        FarmError::new(
            FarmErrorKind::Invalid,
            format!("{}: a model's file has a name that is no Unicode", path.display()),
        )
    })
}
