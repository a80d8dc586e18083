//! Gives finished part files the names they were written for.

use crate::atomic::{AtomicError, Existing, Place};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Why not all outputs have their names.
#[derive(Debug, thiserror::Error)]
#[error("{} {error}{}", at.display(), in_place(published))]
pub struct PublishError {
    /// The output that could not be named.
    pub at: PathBuf,
    /// What is in the way.
    #[source]
    pub error: AtomicError,
    /// Outputs that have their names already, and keep them.
    pub published: Vec<PathBuf>,
}

fn in_place(published: &[PathBuf]) -> String {
    let names: Vec<_> = published.iter().map(|path| path.display().to_string()).collect();
    if names.is_empty() { String::new() } else { format!("; in place already: {}", names.join(", ")) }
}

/// Renames a complete part file to its own name, in the same file system. A symbolic link is followed: its target is
/// replaced. Control; blocks.
///
/// # Errors
/// [`AtomicError`]; the part file is still there then, and so is what was at the place.
pub fn publish(part: &Path, to: &Path, existing: Existing) -> Result<(), AtomicError> {
    let place = Place::find(to, existing)?;
    if !fs::symlink_metadata(part)?.is_file() {
        return Err(AtomicError::NotAFile);
    }
    let mut part = TempPath::try_from_path(part)?;
    // Otherwise the work of hours would be gone when it cannot be renamed.
    part.disable_cleanup(true);
    place.give(part)
}

/// The same for several parts and their names. All places are looked at before the first file is renamed, so that an
/// output in the way is found while none is there yet. Control; blocks.
///
/// # Errors
/// [`PublishError`]; it tells which outputs are there.
pub fn publish_all(outputs: &[(PathBuf, PathBuf)], existing: Existing) -> Result<(), PublishError> {
    let failed = |at: &Path, error, done: usize| {
        let published = outputs[..done].iter().map(|(_, to)| to.clone()).collect();
        PublishError { at: at.to_path_buf(), error, published }
    };
    for (part, to) in outputs {
        Place::find(to, existing).map_err(|error| failed(to, error, 0))?;
        fs::symlink_metadata(part).map_err(|error: io::Error| failed(part, error.into(), 0))?;
    }
    for (done, (part, to)) in outputs.iter().enumerate() {
        publish(part, to, existing).map_err(|error| failed(to, error, done))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;

    fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path
    }

    fn text(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    #[test]
    fn a_part_takes_its_name_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let to = folder.join("a.wav");
        let part = file(folder, "a.wav.part", "one");
        publish(&part, &to, Existing::Refuse).unwrap();
        assert_eq!((text(&part), text(&to).as_deref()), (None, Some("one")));
        let part = file(folder, "a.wav.part", "two");
        assert!(matches!(publish(&part, &to, Existing::Refuse), Err(AtomicError::Exists)));
        assert_eq!((text(&part).as_deref(), text(&to).as_deref()), (Some("two"), Some("one")));
        publish(&part, &to, Existing::Replace).unwrap();
        assert_eq!((text(&part), text(&to).as_deref()), (None, Some("two")));
    }

    #[test]
    fn places_and_parts_that_will_not_do() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let part = file(folder, "part", "work");
        let check = |part: &Path, to: &Path, kind: fn(&AtomicError) -> bool| {
            let error = publish(part, to, Existing::Replace).unwrap_err();
            assert!(kind(&error), "{error:?}");
        };
        check(&part, folder, |error| matches!(error, AtomicError::NotAFile));
        check(&part, &folder.join("no/such"), |error| matches!(error, AtomicError::NoFolder(_)));
        check(&folder.join("gone"), &folder.join("a"), |error| matches!(error, AtomicError::Write(_)));
        check(folder, &folder.join("a"), |error| matches!(error, AtomicError::NotAFile));
        assert_eq!(text(&part).as_deref(), Some("work"));
    }

    #[test]
    fn of_several_all_are_published_or_it_is_told_which() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let outputs: Vec<_> = ["a", "b", "c"]
            .map(|name| (file(folder, &format!("{name}.part"), name), folder.join(name)))
            .into_iter()
            .collect();
        file(folder, "c", "in the way");
        let error = publish_all(&outputs, Existing::Refuse).unwrap_err();
        assert_eq!((error.at, error.published.len()), (folder.join("c"), 0));
        assert!(!folder.join("a").exists());
        fs::remove_file(&outputs[1].0).unwrap();
        fs::create_dir(&outputs[1].0).unwrap();
        let error = publish_all(&outputs, Existing::Replace).unwrap_err();
        let told = format!("{0}/b is not a regular file; in place already: {0}/a", folder.display());
        assert_eq!(error.to_string(), told);
        assert_eq!((error.at, error.published), (folder.join("b"), vec![folder.join("a")]));
        assert_eq!(text(&folder.join("c")).as_deref(), Some("in the way"));
        assert_eq!(text(&outputs[2].0).as_deref(), Some("c"));
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_their_targets_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let target = file(folder, "target", "old");
        let (part, link) = (file(folder, "part", "new"), folder.join("link"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        publish(&part, &link, Existing::Replace).unwrap();
        assert_eq!(text(&target).as_deref(), Some("new"));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
