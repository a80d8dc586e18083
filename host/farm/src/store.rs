//! What a worker has on its own disk: models by their hash, and the recording at hand.

use crate::digest::{self, Digesting, Watched};
use crate::record::{Input, ModelRef, Record};
use crate::scratch::Scratch;
use crate::submit::{input_object, model_object};
use crate::{Bucket, FarmError};
use ripieno_separate::Cancel;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use tempfile::{NamedTempFile, TempDir};

/// What a model's folder is called until all of it is there.
const FETCHING: &str = ".fetch-";

/// One that is older was left by a worker that was killed.
const ABANDONED: Duration = Duration::from_secs(24 * 3_600);

/// Files of one worker, beside those that all workers of the machine share.
#[derive(Debug)]
pub(crate) struct Store {
    models: PathBuf,
    /// For what lasts as long as a job.
    scratch: Scratch,
    /// The recording that was fetched last: the spans of one come one after the other.
    recording: Option<(String, TempDir, PathBuf)>,
    /// Models that were found whole.
    whole: HashSet<String>,
}

impl Store {
    /// With models in one folder and all else in another. Both are made.
    pub(crate) fn new(models: &Path, scratch: &Path) -> Result<Self, FarmError> {
        fs::create_dir_all(models).map_err(|error| FarmError::file(models, &error))?;
        sweep_models(models);
        let scratch = Scratch::new(scratch)?;
        Ok(Self { models: models.to_owned(), scratch, recording: None, whole: HashSet::new() })
    }

    /// A folder that is gone when it is dropped.
    pub(crate) fn folder(&self) -> Result<TempDir, FarmError> {
        self.scratch.folder()
    }

    /// The recording of a job, under its own name and as old as where it came from.
    pub(crate) fn recording(
        &mut self,
        bucket: &impl Bucket,
        input: &Input,
        cancel: &Cancel,
    ) -> Result<PathBuf, FarmError> {
        let key = format!("{}/{}/{}", input.sha256, input.name, input.changed);
        if let Some((_, _, path)) = self.recording.as_ref().filter(|(known, ..)| *known == key) {
            return Ok(path.clone());
        }
        self.recording = None;
        let folder = self.folder()?;
        let path = match &input.path {
            Some(path) => {
                let (sha256, _) = digest::of_file(path, cancel)?;
                if sha256 != input.sha256 {
                    let message = format!("{} is not what was submitted: submit it again", path.display());
                    return Err(FarmError::corrupt(message));
                }
                path.clone()
            }
            None => {
                let path = folder.path().join(&input.name);
                fetch(bucket, &input_object(&input.sha256), &path, &input.sha256, cancel)?;
                let changed = UNIX_EPOCH + Duration::from_nanos(input.changed);
                let file = File::options().write(true).open(&path);
                file.and_then(|file| file.set_modified(changed)).map_err(|error| FarmError::file(&path, &error))?;
                path
            }
        };
        self.recording = Some((key, folder, path.clone()));
        Ok(path)
    }

    /// What opens the model of a job. One that is not on this machine is fetched, checked, and there whole or not at all.
    pub(crate) fn model(
        &mut self,
        bucket: &impl Bucket,
        record: &Record,
        cancel: &Cancel,
    ) -> Result<String, FarmError> {
        let (hash, entry, files) = match &record.model {
            ModelRef::BuiltIn(name) => return Ok(name.clone()),
            ModelRef::Files { hash, entry, files } => (hash, entry, files),
        };
        let home = self.models.join(hash);
        if !home.is_dir() {
            let temp = tempfile::Builder::new().prefix(FETCHING).tempdir_in(&self.models);
            let temp = temp.map_err(|error| FarmError::file(&self.models, &error))?;
            for file in files {
                let path = temp.path().join(&file.name);
                let folder = path.parent().unwrap_or(temp.path());
                fs::create_dir_all(folder).map_err(|error| FarmError::file(folder, &error))?;
                fetch(bucket, &model_object(hash, &file.name), &path, &file.sha256, cancel)?;
            }
            match fs::rename(temp.path(), &home) {
                Ok(()) => drop(temp.keep()),
                // Another worker of this machine was faster.
                Err(_) if home.is_dir() => {}
                Err(error) => return Err(FarmError::file(&home, &error)),
            }
        }
        let path = home.join(entry);
        let reference = path.to_string_lossy().into_owned();
        if !self.whole.contains(hash) {
            let found = ripieno_infer::files(&reference).map_err(ripieno_separate::JobError::from);
            let found = found.map(|found| found.map(|found| found.hash));
            if !matches!(&found, Ok(Some(found)) if found == hash) {
                let message = format!(
                    "the model in {} is not the one of hash {hash:.16}: remove the folder to have it fetched again",
                    home.display()
                );
                return Err(FarmError::corrupt(message));
            }
            self.whole.insert(hash.clone());
        }
        Ok(reference)
    }
}

/// Removes what workers that were killed left of models.
fn sweep_models(models: &Path) {
    for entry in fs::read_dir(models).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|data| data.modified()).ok();
        let age = changed.and_then(|changed| changed.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with(FETCHING) && age.is_some_and(|age| age > ABANDONED) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A file out of the bucket, which appears when all of it is there and is what its name says.
pub(crate) fn fetch(
    bucket: &impl Bucket,
    object: &str,
    path: &Path,
    sha256: &str,
    cancel: &Cancel,
) -> Result<(), FarmError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| FarmError::file(path, &error);
    let file = NamedTempFile::new_in(folder).map_err(failed)?;
    let mut to = Digesting::new(BufWriter::new(Watched { inner: file, cancel }));
    bucket.get(object, &mut to)?;
    let (to, found) = to.finish();
    let file = to.into_inner().map_err(|error| failed(error.into_error()))?.inner;
    if found != sha256 {
        return Err(FarmError::corrupt(format!(
            "{object} in the bucket is damaged: it has the SHA-256 {found:.16}..., not {sha256:.16}...; submit it again"
        )));
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
