//! Many recordings at once: folders and patterns, the anchors beside each, and no two jobs for one output.

use crate::outputs::extension;
use crate::settings::JobSettings;
use crate::{ErrorCode, JobError, Warning, anchors, names};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a file's name ends in where it is taken from a folder. A file that is named itself may be called anything.
pub const EXTENSIONS: &[&str] =
    &["aif", "aifc", "aiff", "bw64", "flac", "m4a", "mp3", "mp4", "oga", "ogg", "opus", "rf64", "w64", "wav"];

/// A job of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchJob {
    /// What to do.
    pub settings: JobSettings,
    /// What the anchors beside the recording gave rise to.
    pub warnings: Vec<Warning>,
    /// Why the job is not to be done: the anchors beside the recording cannot be read, and without them it would be another.
    pub refused: Option<JobError>,
}

/// The recordings that files, folders and patterns such as `live/*.flac` name, each once, in this order; those of a folder
/// or a pattern by name. A folder gives its recordings, not those of folders within: a pattern with `**` does. Control;
/// blocks.
///
/// # Errors
/// [`ErrorCode::BadInput`] for a name that nothing is found by.
pub fn expand(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, JobError> {
    let mut found: Vec<PathBuf> = Vec::new();
    for input in inputs {
        for recording in named_by(input)? {
            if !found.contains(&recording) {
                found.push(recording);
            }
        }
    }
    Ok(found)
}

fn named_by(input: &Path) -> Result<Vec<PathBuf>, JobError> {
    let refuse = |problem: String| JobError::new(ErrorCode::BadInput, format!("{}: {problem}", input.display()));
    if input.is_dir() {
        let entries = input.read_dir().map_err(|error| refuse(format!("cannot be read: {error}")))?;
        let mut files: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| is_recording(path)).collect();
        files.sort();
        if files.is_empty() {
            return Err(refuse(format!("holds no recording ({})", EXTENSIONS.join(", "))));
        }
        return Ok(files);
    }
    // A name that has stars in it and is there is meant as it is.
    let pattern = input.to_str().filter(|text| !input.exists() && text.contains(['*', '?', '[']));
    let Some(pattern) = pattern else { return Ok(vec![input.to_path_buf()]) };
    let matches = glob::glob(pattern).map_err(|error| refuse(format!("is no pattern: {error}")))?;
    let files: Vec<PathBuf> = matches.flatten().filter(|path| is_recording(path)).collect();
    if files.is_empty() {
        return Err(refuse("matches no recording".to_owned()));
    }
    Ok(files)
}

fn is_recording(path: &Path) -> bool {
    let known = |ext: &str| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(ext));
    path.extension().and_then(|ext| ext.to_str()).is_some_and(known) && path.is_file()
}

/// One job a recording, all as `like` says. Where `like` has no anchors, those beside each recording are used. Control;
/// blocks.
///
/// # Errors
/// [`ErrorCode::BadSettings`] when two recordings would give files of one name, or all would go to one file. Anchors that
/// cannot be read are the matter of one [job](BatchJob::refused) alone.
pub fn jobs(like: &JobSettings, recordings: &[PathBuf]) -> Result<Vec<BatchJob>, JobError> {
    like.check()?;
    let several = recordings.len() > 1;
    if several && (like.out_target.is_some() || like.out_residual.is_some()) {
        let message =
            "out_target and out_residual name one file each: they go with one recording; use out_dir and name";
        return Err(JobError::new(ErrorCode::BadSettings, message));
    }
    let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
    let mut jobs = Vec::new();
    for recording in recordings {
        let place =
            output(like, recording, "part").map_err(|problem| JobError::new(ErrorCode::BadSettings, problem))?;
        if let Some(other) = taken.insert(place, recording) {
            let message = format!(
                "{} and {} would be written to files of one name; use different out_dir, or a name with {{ext}} apart",
                other.display(),
                recording.display()
            );
            return Err(JobError::new(ErrorCode::BadSettings, message));
        }
        let mut settings = like.clone();
        settings.audio.clone_from(recording);
        let beside = if settings.anchors.is_empty() { anchors::sidecar(recording) } else { Ok(None) };
        let (warnings, refused) = match beside {
            Ok(None) => (Vec::new(), None),
            Ok(Some(beside)) => {
                settings.anchors = beside.anchors;
                (beside.warnings, None)
            }
            Err(error) => (Vec::new(), Some(error)),
        };
        jobs.push(BatchJob { settings, warnings, refused });
    }
    Ok(jobs)
}

/// Where a part of a recording goes by the job's template.
fn output(settings: &JobSettings, recording: &Path, part: &str) -> Result<PathBuf, String> {
    let ext = extension(settings.container);
    names::place(&settings.name, recording, settings.out_dir.as_deref(), part, "model", ext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;

    #[test]
    fn folders_and_patterns_give_recordings() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("deep/er.wav")).unwrap();
        for name in ["b.wav", "a.FLAC", "notes.txt", "deep/c.mp3", "[x].wav", "song.anchors.json"] {
            File::create(at(name)).unwrap();
        }
        let check = |inputs: &[&str], expected: Option<&[&str]>| {
            let inputs: Vec<_> = inputs.iter().map(|name| at(name)).collect();
            let expected = expected.map(|names| names.iter().map(|name| at(name)).collect::<Vec<_>>());
            assert_eq!(expand(&inputs).ok(), expected, "{inputs:?}");
        };
        check(&[""], Some(&["[x].wav", "a.FLAC", "b.wav"]));
        check(&["b.wav", "", "b.wav"], Some(&["b.wav", "[x].wav", "a.FLAC"]));
        check(&["**/*.mp3"], Some(&["deep/c.mp3"]));
        check(&["*"], Some(&["[x].wav", "a.FLAC", "b.wav"]));
        check(&["[x].wav"], Some(&["[x].wav"]));
        check(&["notes.txt"], Some(&["notes.txt"]));
        check(&["missing.wav"], Some(&["missing.wav"]));
        check(&["*.ogg"], None);
        check(&["***"], None);
        check(&["deep/er.wav"], None);
    }

    #[test]
    fn every_job_has_its_own_files_and_anchors() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let text = br#"{"version":1,"anchors":[{"sign":"+","start_s":1,"end_s":2},{}]}"#;
        File::create(at("a.anchors.json")).unwrap().write_all(text).unwrap();
        let like = JobSettings::new("builtin:hpss", "x");
        let made = jobs(&like, &[at("a.wav"), at("b.wav")]).unwrap();
        assert_eq!(made[0].settings.anchors.len(), 1);
        assert_eq!(made[0].warnings.len(), 1);
        assert_eq!((made[1].settings.anchors.len(), &made[1].settings.audio), (0, &at("b.wav")));
        assert!(jobs(&like, &[at("a.wav"), at("a.flac")]).is_err());
        let one_file = JobSettings { out_target: Some(at("t.wav")), ..like.clone() };
        assert!(jobs(&one_file, &[at("a.wav"), at("b.wav")]).is_err());
        assert!(jobs(&one_file, &[at("a.wav")]).is_ok());
        File::create(at("c.anchors.json")).unwrap().write_all(b"{").unwrap();
        let made = jobs(&like, &[at("c.wav"), at("d.wav")]).unwrap();
        assert_eq!(made.iter().map(|job| job.refused.is_some()).collect::<Vec<_>>(), [true, false]);
    }
}
