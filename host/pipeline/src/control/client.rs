//! The side that asks: terminal views, scripts, the command line.

use super::{ControlError, folder};
use crate::metrics::Status;
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest time an answer may take, if nothing is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest time that a pipeline may take to tell its name: a machine under load is no reason to call it dead.
const NAME_PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer.
const LONGEST_ANSWER: u64 = 64 << 20;

/// A pipeline that answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Found {
    /// Its process.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Where it answers.
    pub socket: PathBuf,
}

/// A connection to a running pipeline.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// The pipelines of this user that answer. Sockets of dead processes are removed. Control.
    pub fn find() -> Vec<Found> {
        let name = |socket: &Path| {
            let mut client = Self::open(socket).ok()?;
            client.set_timeout(NAME_PATIENCE);
            client.ask("name", Json::Null).ok()?.as_str().map(str::to_owned)
        };
        let sockets = folder::sweep().into_iter();
        sockets.filter_map(|(pid, _, socket)| Some(Found { pid, name: name(&socket)?, socket })).collect()
    }

    /// Connects to the pipeline of this process. Control.
    ///
    /// # Errors
    /// There is none.
    pub fn connect(pid: u32) -> Result<Self, ControlError> {
        let mut sockets = folder::sockets().into_iter().filter(|(found, _, _)| *found == pid);
        sockets.find_map(|(_, _, socket)| Self::open(&socket).ok()).ok_or(ControlError::NotRunning(pid))
    }

    /// Connects to the pipeline that answers at this socket. Control.
    ///
    /// # Errors
    /// Nobody does.
    pub fn open(socket: &Path) -> Result<Self, ControlError> {
        let failed = ControlError::io(format!("connect to '{}'", socket.display()));
        let stream = UnixStream::connect(socket).map_err(failed)?;
        let mut client = Self { stream: BufReader::new(stream) };
        client.set_timeout(PATIENCE);
        Ok(client)
    }

    /// The longest time an answer may take; 10 s at first. Any.
    pub fn set_timeout(&mut self, timeout: Duration) {
        let timeout = Some(timeout.max(Duration::from_millis(1)));
        let stream = self.stream.get_ref();
        // They only fail for a timeout of zero.
        let _ = (stream.set_read_timeout(timeout), stream.set_write_timeout(timeout));
    }

    /// Asks, and waits for the answer: `ask` as the [module](super) lists it, its fields in the object `with`, or null. Control.
    ///
    /// # Errors
    /// The connection fails, or it refuses.
    pub fn ask(&mut self, ask: &str, with: Json) -> Result<Json, ControlError> {
        let mut question = match with {
            Json::Object(fields) => fields,
            _ => serde_json::Map::new(),
        };
        question.insert("ask".into(), ask.into());
        let mut line = Json::Object(question).to_string();
        line.push('\n');
        let failed = || ControlError::io("ask the pipeline");
        self.stream.get_mut().write_all(line.as_bytes()).map_err(failed())?;
        let mut answer = Vec::new();
        Read::by_ref(&mut self.stream).take(LONGEST_ANSWER).read_until(b'\n', &mut answer).map_err(failed())?;
        if answer.last() != Some(&b'\n') {
            return Err(ControlError::Answer("it ends before it is whole".into()));
        }
        let mut answer: Json =
            serde_json::from_slice(&answer).map_err(|error| ControlError::Answer(error.to_string()))?;
        if let Some(error) = answer.get("error").and_then(Json::as_str) {
            return Err(ControlError::Refused(error.into()));
        }
        let ok = answer.get_mut("ok").map(Json::take);
        ok.ok_or_else(|| ControlError::Answer("it is neither a yes nor a no".into()))
    }

    /// Its figures. Control.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn status(&mut self) -> Result<Status, ControlError> {
        let status = self.ask("status", Json::Null)?;
        serde_json::from_value(status).map_err(|error| ControlError::Answer(error.to_string()))
    }
}
