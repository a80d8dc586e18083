//! Outputs from the bucket to where they were wanted.

use crate::record::{Record, Standing};
use crate::store;
use crate::{Bucket, FarmError, FarmErrorKind};
use ripieno_separate::Cancel;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Fetches the outputs of a job into a folder, or to where the job said. All appear together, complete, or none does. Those
/// that are there and the same stay as they are. Worker; blocks.
///
/// # Errors
/// [`FarmError`] by kind: nothing is overwritten without `force`.
pub fn fetch(
    bucket: &impl Bucket,
    record: &Record,
    folder: Option<&Path>,
    force: bool,
    cancel: &Cancel,
) -> Result<Vec<PathBuf>, FarmError> {
    let invalid = |message: String| FarmError::new(FarmErrorKind::Invalid, message);
    if record.standing != Standing::Done {
        let why = record.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
        let message = format!("job {} is {}{why}: there is nothing to fetch", record.id, record.standing.word());
        return Err(invalid(message));
    }
    let folder = match folder {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|error| FarmError::file(folder, &error))?;
            folder
        }
        None if record.folder.is_dir() => &record.folder,
        None => {
            let place = record.folder.display();
            return Err(invalid(format!(
                "{place}, where job {} was to leave its outputs, is not on this machine: use --out-dir",
                record.id
            )));
        }
    };
    let mut missing = Vec::new();
    for output in &record.outputs {
        let path = folder.join(&output.name);
        match crate::digest::of_file(&path, cancel) {
            Ok((sha256, _)) if sha256 == output.sha256 => {}
            Ok(_) if !force => {
                return Err(invalid(format!(
                    "{} exists already: use --force to replace it, or another --out-dir",
                    path.display()
                )));
            }
            Err(error) if error.kind == FarmErrorKind::Interrupted => return Err(error),
            // There, and of a kind that cannot be read.
            Err(error) if !force && path.symlink_metadata().is_ok() => return Err(error),
            _ => missing.push((output, path)),
        }
    }
    // Beside where they go, so that they only have to be renamed.
    let temp: TempDir = tempfile::Builder::new()
        .prefix(".ripieno-fetch-")
        .tempdir_in(folder)
        .map_err(|error| FarmError::file(folder, &error))?;
    let part = |number: usize| temp.path().join(number.to_string());
    for (number, (output, _)) in missing.iter().enumerate() {
        store::fetch(bucket, &output.object, &part(number), &output.sha256, cancel)?;
    }
    for (number, (_, path)) in missing.iter().enumerate() {
        let home = path.parent().unwrap_or(folder);
        let moved = fs::create_dir_all(home).and_then(|()| fs::rename(part(number), path));
        moved.map_err(|error| FarmError::file(path, &error))?;
    }
    Ok(record.outputs.iter().map(|output| folder.join(&output.name)).collect())
}
