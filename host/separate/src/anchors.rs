//! Anchors in JSON: a list within a job, or a file beside a recording.
//!
//! The file is `{"version":1,"anchors":[{"sign":"+","start_s":1.0,"end_s":2.5}]}`; a job's list may also hold
//! `["+",1.0,2.5]`. A job with an anchor that is none is refused; a file gives those that are sound, and says which are not,
//! because it is edited by hand and by other programs.

use crate::{ErrorCode, JobError, Warning, WarningCode};
use ripieno_types::{Anchor, Sign};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The most anchors a job may have: more are a mistake, and every window looks at all of them.
pub const MOST: usize = 10_000;

/// The longest file that is read, in bytes.
const LONGEST_FILE: u64 = 4 << 20;

/// What a file of anchors gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anchors {
    /// In the file's order.
    pub anchors: Vec<Anchor>,
    /// What was left out, and why.
    pub warnings: Vec<Warning>,
}

/// Where a recording's anchors are kept: `song.anchors.json` beside `song.flac`. Any.
pub fn sidecar_path(recording: &Path) -> PathBuf {
    let mut name = recording.file_stem().unwrap_or_default().to_os_string();
    name.push(".anchors.json");
    recording.with_file_name(name)
}

/// The anchors beside a recording; `None` where there is no such file. Control; blocks.
///
/// # Errors
/// As [`load`].
pub fn sidecar(recording: &Path) -> Result<Option<Anchors>, JobError> {
    let path = sidecar_path(recording);
    if path.exists() { load(&path).map(Some) } else { Ok(None) }
}

/// Reads a file of anchors. Control; blocks.
///
/// # Errors
/// [`ErrorCode::BadInput`] when it cannot be read or is not such a file.
pub fn load(path: &Path) -> Result<Anchors, JobError> {
    let refuse = |problem: String| JobError::new(ErrorCode::BadInput, format!("{}: {problem}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    file.take(LONGEST_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if text.len() as u64 > LONGEST_FILE {
        return Err(refuse(format!("a file of anchors has at most {LONGEST_FILE} bytes")));
    }
    let value: Value = serde_json::from_str(&text).map_err(|error| refuse(format!("is no JSON: {error}")))?;
    let list = match &value {
        Value::Array(list) => list,
        Value::Object(object) => {
            if object.get("version").is_some_and(|version| version.as_u64() != Some(1)) {
                return Err(refuse("only version 1 is known".to_owned()));
            }
            (object.get("anchors").and_then(Value::as_array))
                .ok_or_else(|| refuse("has no list 'anchors'".to_owned()))?
        }
        _ => return Err(refuse("is neither a list of anchors nor an object with one".to_owned())),
    };
    if list.len() > MOST {
        return Err(refuse(format!("has {} anchors; at most {MOST} can be used", list.len())));
    }
    let mut found = Anchors::default();
    for (index, entry) in list.iter().enumerate() {
        match anchor(entry) {
            Ok(anchor) => found.anchors.push(anchor),
            Err(problem) => found.warnings.push(Warning {
                code: WarningCode::AnchorDropped,
                message: format!("{}: anchor {index} is left out: {problem}", path.display()),
            }),
        }
    }
    Ok(found)
}

/// The anchors of a job; `null` is none.
pub(crate) fn from_json(value: &Value) -> Result<Vec<Anchor>, String> {
    let list = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err("must be a list such as [[\"+\",1.0,2.5]]".to_owned()),
    };
    if list.len() > MOST {
        return Err(format!("has {}; at most {MOST} can be used", list.len()));
    }
    let read = |(index, entry)| anchor(entry).map_err(|problem| format!("anchor {index}: {problem}"));
    list.iter().enumerate().map(read).collect()
}

/// As the reference writes them.
pub(crate) fn to_json(anchors: &[Anchor]) -> Value {
    let one = |anchor: &Anchor| {
        Value::from(vec![anchor.sign().symbol().into(), anchor.start_secs().into(), Value::from(anchor.end_secs())])
    };
    anchors.iter().map(one).collect()
}

fn anchor(entry: &Value) -> Result<Anchor, String> {
    let wanted = "wants a sign, a start and an end, such as [\"+\",1.0,2.5]";
    let (sign, start, end) = match entry {
        Value::Array(parts) => match parts.as_slice() {
            [sign, start, end] => (Some(sign), Some(start), Some(end)),
            _ => return Err(wanted.to_owned()),
        },
        Value::Object(parts) => (parts.get("sign"), parts.get("start_s"), parts.get("end_s")),
        _ => return Err(wanted.to_owned()),
    };
    let sign = sign.and_then(Value::as_str).ok_or("its sign must be \"+\" or \"-\"")?;
    let sign = Sign::from_symbol(sign).ok_or("its sign must be \"+\" or \"-\"")?;
    let start = start.and_then(Value::as_f64).ok_or("its start must be a number of seconds")?;
    let end = end.and_then(Value::as_f64).ok_or("its end must be a number of seconds")?;
    Anchor::new(sign, start, end).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A text in a file: how many anchors, and how many complaints; `None` where it is refused.
    fn check(text: &str, expected: Option<(usize, usize)>) {
        let folder = tempfile::tempdir().unwrap();
        let recording = folder.path().join("song.one.flac");
        let sidecar_file = folder.path().join("song.one.anchors.json");
        assert_eq!(sidecar(&recording).unwrap(), None);
        File::create(&sidecar_file).unwrap().write_all(text.as_bytes()).unwrap();
        let found = sidecar(&recording).ok().flatten();
        assert_eq!(found.map(|found| (found.anchors.len(), found.warnings.len())), expected, "{text:.200}");
    }

    #[test]
    fn files_give_what_is_sound() {
        check(r#"{"version":1,"anchors":[{"sign":"+","start_s":1.0,"end_s":2.5}]}"#, Some((1, 0)));
        check(r#"{"version":1,"anchors":[]}"#, Some((0, 0)));
        check(r#"[["-",0,1],["+",2,3.5]]"#, Some((2, 0)));
        check(r#"{"anchors":[{"sign":"*","start_s":1,"end_s":2},{"sign":"+","start_s":3,"end_s":4}]}"#, Some((1, 1)));
        check(r#"{"anchors":[{"sign":"+","start_s":2,"end_s":2},{},7,["+",1],["+","1",2],null]}"#, Some((0, 6)));
        check(r#"{"version":2,"anchors":[]}"#, None);
        check(r#"{"version":1}"#, None);
        check("7", None);
        check("", None);
        check("[", None);
        check(&"[".repeat(100_000), None);
        check(&format!("[{}[]]", "[],".repeat(MOST)), None);
        check(&" ".repeat(usize::try_from(LONGEST_FILE).unwrap() + 1), None);
    }

    #[test]
    fn jobs_are_refused_by_the_index() {
        let read = |text: &str| from_json(&serde_json::from_str(text).unwrap());
        let anchors = read(r#"[["+",12.3,14.1],{"sign":" - ","start_s":0,"end_s":0.5}]"#).unwrap();
        assert_eq!(to_json(&anchors).to_string(), r#"[["+",12.3,14.1],["-",0.0,0.5]]"#);
        assert_eq!(read("null"), Ok(Vec::new()));
        for (text, part) in [
            (r#"[["+",1,2],["+",3]]"#, "anchor 1: wants a sign"),
            (r#"[["?",1,2]]"#, "anchor 0: its sign"),
            (r#"[["+",2,1]]"#, "anchor 0: an anchor from 2 s to 1 s is no span"),
            (r#"[["+",null,1]]"#, "anchor 0: its start"),
            ("7", "must be a list"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(part), "{error}");
        }
    }
}
