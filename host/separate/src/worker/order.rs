//! What a host asks: one definition for both sides, as `message` is for the answers.

use super::line::MAX_LINE;
use super::message::JobId;
use crate::{ErrorCode, JobError, JobSettings};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// A line for the worker.
#[derive(Debug)]
pub(super) enum Order {
    /// A job.
    Run { id: Option<JobId>, settings: Box<JobSettings> },
    /// Stop this job, or all of them.
    Cancel(Option<JobId>),
}

/// A line that is no order, and whose it seems to be.
#[derive(Debug)]
pub(super) struct Refused {
    pub id: Option<JobId>,
    pub error: JobError,
}

/// The longest name of a job, in bytes: it comes back in each of its lines.
const MAX_ID: usize = 256;

impl Order {
    /// Reads a line. Keys that it does not know are ignored.
    pub fn read(line: &[u8]) -> Result<Self, Refused> {
        let nameless = |message: String| Refused { id: None, error: JobError::new(ErrorCode::BadSettings, message) };
        let value: Value =
            serde_json::from_slice(line).map_err(|error| nameless(format!("this is no JSON: {error}")))?;
        let Value::Object(keys) = &value else {
            return Err(nameless("a job is a JSON object".into()));
        };
        let id = job_id(keys).map_err(nameless)?;
        let refused = |error: JobError| Refused { id: id.clone(), error };
        match keys.get("cancel") {
            Some(Value::Bool(true)) => return Ok(Self::Cancel(id)),
            Some(Value::Bool(false)) | None => {}
            Some(_) => {
                let message = "cancel: true is wanted, to stop a job";
                return Err(refused(JobError::new(ErrorCode::BadSettings, message)));
            }
        }
        let settings = JobSettings::from_json(&value).map_err(|error| refused(error.into()))?;
        Ok(Self::Run { id, settings: Box::new(settings) })
    }
}

/// Reads the order that is a whole file.
pub(super) fn read_file(path: &Path) -> Result<Order, Refused> {
    let refuse = |problem: String| Refused {
        id: None,
        error: JobError::new(ErrorCode::BadSettings, format!("{}: {problem}", path.display())),
    };
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    file.take(MAX_LINE as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if text.len() > MAX_LINE {
        return Err(refuse(format!("a job has at most {MAX_LINE} bytes")));
    }
    Order::read(&text).map_err(|mut refused| {
        refused.error.message = format!("{}: {}", path.display(), refused.error.message);
        refused
    })
}

fn job_id(keys: &Map<String, Value>) -> Result<Option<JobId>, String> {
    match keys.get("job") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_ID => Ok(Some(JobId::Text(text.clone()))),
        Some(Value::Number(number)) => Ok(Some(JobId::Number(number.clone()))),
        Some(_) => Err(format!("job: a text of at most {MAX_ID} bytes or a number is wanted")),
    }
}

/// A job as a line, with its end.
pub(super) fn run(id: u64, settings: &JobSettings) -> Result<Vec<u8>, JobError> {
    let paths = [&settings.out_dir, &settings.out_target, &settings.out_residual, &settings.ort_lib];
    for path in paths.into_iter().flatten().chain([&settings.audio]) {
        if path.to_str().is_none() {
            let path = path.display();
            let message = format!("{path}: its name is no Unicode, which no worker can be told; use --in-process");
            return Err(JobError::new(ErrorCode::BadSettings, message));
        }
    }
    let mut value = settings.to_json();
    value["job"] = id.into();
    let line = line(&value);
    if line.len() > MAX_LINE {
        let message = format!("the job has more than {MAX_LINE} bytes, which no worker can be told; use fewer anchors");
        return Err(JobError::new(ErrorCode::BadSettings, message));
    }
    Ok(line)
}

/// The wish to stop it.
pub(super) fn cancel(id: u64) -> Vec<u8> {
    line(&serde_json::json!({"cancel": true, "job": id}))
}

fn line(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}
