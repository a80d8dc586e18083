//! A job's end: parts become complete, get their names all together, or are kept for another run.

use crate::file::{FileSink, unwritable};
use crate::identity::hex;
use crate::journal::{Complete, Journal};
use crate::outputs::{Place, is_made_by};
use crate::progress::Meter;
use crate::{Cancel, ErrorCode, JobError, Phase, Stem};
use ripieno_files::AudioFile;
use ripieno_files::atomic::{AtomicError, Existing};
use ripieno_files::stem::{StemError, publish_all};
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is done with an output that is there.
pub(crate) const fn existing(force: bool) -> Existing {
    if force { Existing::Replace } else { Existing::Refuse }
}

/// Completes all parts.
pub(crate) fn complete(
    sinks: Vec<FileSink>,
    places: &[Place],
    meter: &mut Meter<'_>,
    cancel: &Cancel,
) -> Result<Vec<Complete>, JobError> {
    let count = sinks.len() as f64;
    let mut complete = Vec::new();
    for (index, (sink, place)) in sinks.into_iter().zip(places).enumerate() {
        meter.phase(Phase::Writing, index as f64 / count, Instant::now(), &format!("completing {}", place.part));
        let finished = sink.finish(|| !cancel.is_requested())?;
        let sha256 = hex(&finished.sha256);
        complete.push(Complete { sha256, frames: finished.frames, peak: finished.levels.peak });
    }
    Ok(complete)
}

/// Gives complete parts their names; those that an earlier run named already keep them.
pub(crate) fn publish(
    places: &[Place],
    complete: &[Complete],
    existing: Existing,
    journal: &mut Journal,
) -> Result<Vec<Stem>, JobError> {
    // Nobody else may begin to write a part between its completion and its name.
    let mut held = Vec::new();
    let mut waiting: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (place, complete) in places.iter().zip(complete) {
        match hold(&place.unfinished) {
            Ok(file) => {
                held.push(file);
                waiting.push((place.unfinished.clone(), place.path.clone()));
            }
            Err(StemError::Write(error)) if error.kind() == io::ErrorKind::NotFound => {
                if digest(&place.path).ok().as_ref() != Some(&complete.sha256) {
                    journal.remove();
                    let message = format!("{} is gone: start again without --resume", place.unfinished.display());
                    return Err(JobError::new(ErrorCode::Failed, message));
                }
            }
            Err(error) => return Err(unwritable(&place.unfinished, &error)),
        }
    }
    if let Err(error) = journal.complete(complete.to_vec()) {
        return Err(leave(error, places, journal));
    }
    publish_all(&waiting, existing).map_err(|failed| {
        let message = format!("{failed}; the outputs are complete: the same again with --resume names them");
        match failed.error {
            AtomicError::Exists => {
                JobError::new(ErrorCode::OutputExists, format!("{message}, with --force in its place"))
            }
            _ => JobError::new(ErrorCode::WriteFailed, message),
        }
    })?;
    journal.remove();
    let stem = |(place, complete): (&Place, &Complete)| Stem {
        part: place.part.clone(),
        path: place.path.clone(),
        peak: complete.peak,
        sha256: complete.sha256.clone(),
    };
    Ok(places.iter().zip(complete).map(stem).collect())
}

/// Outputs that an earlier run of the same job made whole: the stems and their frames.
pub(crate) fn made_before(places: &[Place], number: &str) -> Option<(Vec<Stem>, u64)> {
    let mut stems = Vec::new();
    let mut frames = 0;
    for place in places {
        let mut file = AudioFile::open(&place.path).ok().filter(|file| is_made_by(file.tags(), &place.part, number))?;
        let measured = file.measure(&mut |_| ControlFlow::Continue(())).ok()?;
        frames = measured.frames;
        let sha256 = digest(&place.path).ok()?;
        stems.push(Stem { part: place.part.clone(), path: place.path.clone(), peak: measured.peak, sha256 });
    }
    Some((stems, frames))
}

/// Ends a job that failed: what can be gone on with is kept and said so, all else is removed.
pub(crate) fn leave(error: JobError, places: &[Place], journal: &mut Journal) -> JobError {
    if !journal.holds_state {
        return leave_none(error, places, journal);
    }
    let message = format!("{}; what is done is kept: the same again with --resume goes on", error.message);
    JobError::new(error.code, message)
}

/// Ends a job of which nothing can be used.
pub(crate) fn leave_none(error: JobError, places: &[Place], journal: &mut Journal) -> JobError {
    if !places.is_empty() {
        for place in places {
            // What cannot be removed is written over by the next run.
            let _ = fs::remove_file(&place.unfinished);
        }
        journal.remove();
    }
    error
}

/// Keeps others from writing a part file.
fn hold(part: &Path) -> Result<File, StemError> {
    let file = File::options().read(true).write(true).open(part)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(StemError::Busy),
        // Some network file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The SHA-256 of a file in hexadecimal.
fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&digest.finalize())),
            read => digest.update(&block[..read]),
        }
    }
}
