//! Whether two runs are the same job: the same recording, model, settings and outputs give the same bytes.

use crate::{ErrorCode, JobError, JobSettings};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Bytes at either end of a recording that are looked at.
const ENDS: u64 = 1 << 20;

/// Settings that do not change what the outputs hold, or are told otherwise.
const ASIDE: [&str; 9] =
    ["audio", "force", "model", "name", "ort_lib", "out_dir", "out_residual", "out_target", "resume"];

/// Of a recording: its length, when it was changed, and what its first and last megabyte hold.
pub(crate) fn recording(path: &Path) -> Result<Value, JobError> {
    let ends = || -> io::Result<Value> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut digest = Sha256::new();
        let mut end = Vec::new();
        file.by_ref().take(ENDS).read_to_end(&mut end)?;
        digest.update(&end);
        file.seek(SeekFrom::Start(metadata.len().saturating_sub(ENDS)))?;
        end.clear();
        file.take(ENDS).read_to_end(&mut end)?;
        digest.update(&end);
        Ok(json!({"bytes": metadata.len(), "changed": changed.to_string(), "ends": hex(&digest.finalize())}))
    };
    ends().map_err(|error| JobError::new(ErrorCode::BadInput, format!("{} cannot be read: {error}", path.display())))
}

/// A job's identity: text that is the same for the same job.
pub(crate) fn of(
    recording: Value,
    (model, engine): (&str, &str),
    settings: &JobSettings,
    outputs: &[PathBuf],
) -> String {
    let mut kept = settings.to_json();
    if let Value::Object(keys) = &mut kept {
        ASIDE.iter().for_each(|key| drop(keys.remove(*key)));
    }
    let place =
        |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned();
    let outputs: Vec<String> = outputs.iter().map(place).collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "version": version, "recording": recording, "model": model, "engine": engine, "settings": kept,
        "outputs": outputs,
    })
    .to_string()
}

/// The same in 16 digits, without the places of the outputs: what outputs say of the job that made them.
pub(crate) fn short(identity: &str) -> String {
    let mut keys = parsed(identity);
    keys.remove("outputs");
    let digest = hex(&Sha256::digest(Value::Object(keys).to_string()));
    digest[..16].to_owned()
}

/// In what two identities differ, for people.
pub(crate) fn difference(one: &str, other: &str) -> String {
    let (one, other) = (parsed(one), parsed(other));
    let differ = |key: &str| one.get(key) != other.get(key);
    let told = [
        ("recording", "the recording was changed"),
        ("model", "another model"),
        ("engine", "another engine"),
        ("version", "another version of this program"),
        ("outputs", "other outputs"),
    ];
    if let Some((_, told)) = told.into_iter().find(|(key, _)| differ(key)) {
        return told.to_owned();
    }
    let empty = Map::new();
    let settings =
        |keys: &'_ Map<String, Value>| keys.get("settings").and_then(Value::as_object).unwrap_or(&empty).clone();
    let (one, other) = (settings(&one), settings(&other));
    match one.iter().find(|(key, value)| other.get(*key) != Some(value)) {
        Some((key, _)) => format!("another {key}"),
        None => "another job".to_owned(),
    }
}

fn parsed(identity: &str) -> Map<String, Value> {
    match serde_json::from_str(identity) {
        Ok(Value::Object(keys)) => keys,
        _ => Map::new(),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn identity(change: impl Fn(&mut JobSettings), outputs: &[&str]) -> String {
        let mut settings = JobSettings::new("m", "song.wav");
        change(&mut settings);
        let outputs: Vec<PathBuf> = outputs.iter().map(PathBuf::from).collect();
        of(json!({"bytes": 7}), ("ab", "built in"), &settings, &outputs)
    }

    #[test]
    fn what_changes_the_outputs_changes_the_identity() {
        let plain = identity(|_| (), &["/a.wav"]);
        assert_eq!(plain, identity(|job| (job.resume, job.force) = (true, true), &["/a.wav"]));
        let check = |change: fn(&mut JobSettings), expected: &str| {
            let other = identity(change, &["/a.wav"]);
            assert_eq!(difference(&plain, &other), expected);
            assert_ne!(short(&plain), short(&other));
        };
        check(|job| job.overlap_secs = Some(1.0), "another overlap_s");
        check(|job| job.seed = 7, "another seed");
        check(|job| job.description = "drums".to_owned(), "another description");
        let elsewhere = identity(|_| (), &["/b.wav"]);
        assert_eq!(difference(&plain, &elsewhere), "other outputs");
        assert_eq!(short(&plain), short(&elsewhere));
        assert_eq!(difference(&plain, "no json"), "the recording was changed");
    }

    #[test]
    fn recordings_are_told_apart_by_their_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let of = |bytes: &[u8]| {
            File::create(&path).unwrap().write_all(bytes).unwrap();
            let value = recording(&path).unwrap();
            (value["bytes"].clone(), value["ends"].clone())
        };
        let mut long = vec![0_u8; 3 << 20];
        let first = of(&long);
        long[(3 << 20) - 1] = 1;
        assert_ne!(first, of(&long));
        assert_ne!(of(b""), of(b"a"));
        assert!(recording(&folder.path().join("missing")).is_err());
    }
}
