//! The side that answers: a thread that accepts, and one for each who asks.

use super::request::Session;
use super::{ControlError, folder};
use crate::run::{Shared, lock};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// Pipelines of one process that may answer.
const PIPELINES: u32 = 256;

/// Who may ask at the same time.
const CLIENTS: usize = 16;

/// Bytes of a question.
pub(super) const LONGEST_LINE: usize = 4 << 20;

/// How long a question may take to come, once it has begun, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one may be connected and ask nothing.
const IDLE: Duration = Duration::from_secs(300);

/// A pipeline's socket, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Server {
    path: PathBuf,
    hall: Arc<Hall>,
    accepting: Option<JoinHandle<()>>,
}

/// Who is there.
#[derive(Debug, Default)]
struct Hall {
    closing: AtomicBool,
    /// By number.
    guests: Mutex<BTreeMap<u64, Guest>>,
}

#[derive(Debug)]
struct Guest {
    /// So that a wait at it can be ended.
    stream: UnixStream,
    thread: JoinHandle<()>,
}

impl Server {
    /// Answers for this pipeline from now on.
    pub fn start(shared: &Arc<Shared>) -> Result<Self, ControlError> {
        let folder = folder::folder()?;
        folder::sweep();
        let (listener, path) = bind(&folder)?;
        let hall = Arc::<Hall>::default();
        let (shared, inside) = (shared.clone(), hall.clone());
        let accepting = Builder::new().name("control".into()).spawn(move || accept(&listener, &shared, &inside));
        match accepting {
            Ok(accepting) => Ok(Self { path, hall, accepting: Some(accepting) }),
            Err(error) => {
                let _ = std::fs::remove_file(&path);
                Err(ControlError::io("start a thread")(error))
            }
        }
    }
}

fn bind(folder: &std::path::Path) -> Result<(UnixListener, PathBuf), ControlError> {
    let pid = std::process::id();
    let mut busy = io::Error::from(io::ErrorKind::AddrInUse);
    for index in 0..PIPELINES {
        let path = folder::socket(folder, pid, index);
        match UnixListener::bind(&path) {
            Ok(listener) => return Ok((listener, path)),
            // Another pipeline of this process; or of one that had its number and was killed.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if UnixStream::connect(&path).is_err() {
                    let _ = std::fs::remove_file(&path);
                    if let Ok(listener) = UnixListener::bind(&path) {
                        return Ok((listener, path));
                    }
                }
                busy = error;
            }
            Err(error) => return Err(ControlError::io(format!("listen at '{}'", path.display()))(error)),
        }
    }
    Err(ControlError::io(format!("listen in '{}'", folder.display()))(busy))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.hall.closing.store(true, Ordering::SeqCst);
        // Who accepts waits for someone to come.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
        let guests = std::mem::take(&mut *lock(&self.hall.guests));
        for guest in guests.into_values() {
            let _ = guest.stream.shutdown(Shutdown::Both);
            let _ = guest.thread.join();
        }
    }
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>, hall: &Arc<Hall>) {
    for (number, stream) in (0..).zip(listener.incoming()) {
        if hall.closing.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Too many open files, most likely: others will be closed, or not, but this shall not spin.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let Ok(kept) = stream.try_clone() else { continue };
        let mut guests = lock(&hall.guests);
        if guests.len() >= CLIENTS {
            let _ = say(&stream, &serde_json::json!({ "error": "too many ask at once" }));
            continue;
        }
        let (session, inside) = (Session::new(shared.clone()), hall.clone());
        let serve = move || {
            let _ = attend(&stream, session);
            // Gone before it is joined: there is nothing left to wait for.
            lock(&inside.guests).remove(&number);
        };
        if let Ok(thread) = Builder::new().name("control".into()).spawn(serve) {
            guests.insert(number, Guest { stream: kept, thread });
        }
    }
}

/// Answers until the other side closes or breaks a rule.
fn attend(stream: &UnixStream, mut session: Session) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream);
    loop {
        match line(&mut lines, stream)? {
            Line::End => return Ok(()),
            Line::TooLong => {
                let most = format!("a question has at most {LONGEST_LINE} bytes");
                return say(stream, &serde_json::json!({ "error": most }));
            }
            Line::Whole(bytes) => say(stream, &session.answer(&bytes))?,
        }
    }
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

fn line(lines: &mut BufReader<&UnixStream>, stream: &UnixStream) -> io::Result<Line> {
    stream.set_read_timeout(Some(IDLE))?;
    let mut line = Vec::new();
    let mut until = None;
    loop {
        let found = lines.fill_buf()?;
        if found.is_empty() {
            return Ok(Line::End);
        }
        let end = found.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(found.len(), |end| end + 1);
        line.extend_from_slice(&found[..end.unwrap_or(used)]);
        lines.consume(used);
        if line.len() > LONGEST_LINE {
            return Ok(Line::TooLong);
        }
        if end.is_some() {
            return Ok(Line::Whole(line));
        }
        let left = until.get_or_insert_with(|| Instant::now() + PATIENCE).saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
    }
}

fn say(mut stream: &UnixStream, answer: &serde_json::Value) -> io::Result<()> {
    let mut text = answer.to_string();
    text.push('\n');
    stream.write_all(text.as_bytes())
}
