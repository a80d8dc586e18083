//! The host's end of a worker process: what it says, what it complained about last, and its certain end.

use super::line::{Line as Text, Lines, MAX_LINE};
use super::message::Line;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that are read before somebody listens.
const AHEAD: usize = 64;
/// Last lines of its stderr that are kept, and the longest, in bytes.
const LAST_LINES: usize = 8;
const LONGEST_LINE: usize = 512;
/// How long a process may live on without an output.
const FAREWELL: Duration = Duration::from_secs(1);
/// How often the end of a process is looked for.
const TICK: Duration = Duration::from_millis(5);

/// What comes from a worker.
#[derive(Debug)]
pub(super) enum Heard {
    /// A line of the protocol.
    Line(Box<Line>),
    /// Anything else.
    Garbage,
    /// Not a line, so far.
    Nothing,
    /// There will be no more lines.
    End,
}

/// A worker process. Dropping it ends the process.
#[derive(Debug)]
pub(super) struct Process {
    child: Arc<Mutex<Child>>,
    orders: Sender<Vec<u8>>,
    heard: Receiver<Heard>,
    complaints: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    /// Starts `program`.
    ///
    /// # Errors
    /// The system's.
    pub fn start(program: &Path, arguments: &[OsString]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (hand_over, started) = mpsc::channel();
        let (say, heard) = mpsc::sync_channel(AHEAD);
        // Where a child dies with its parent, that is the thread which made it: this one lives as long as the child.
        thread::Builder::new().name("ripieno-worker".into()).spawn(move || keep(command, &hand_over, &say))?;
        let (child, stdin, stderr) = started.recv().map_err(|_| io::Error::other("the thread for it is gone"))??;
        let process = Self { child, orders: feed(stdin)?, heard, complaints: Arc::default() };
        let complaints = process.complaints.clone();
        thread::Builder::new().name("ripieno-worker-errors".into()).spawn(move || collect(stderr, &complaints))?;
        Ok(process)
    }

    /// Gives it a line, some time.
    pub fn order(&self, line: Vec<u8>) {
        // A process that is gone shows by its silence.
        let _ = self.orders.send(line);
    }

    /// Waits so long for what it says.
    pub fn hear(&self, patience: Duration) -> Heard {
        self.heard.recv_timeout(patience).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => Heard::Nothing,
            RecvTimeoutError::Disconnected => Heard::End,
        })
    }

    /// Whether it runs.
    pub fn is_alive(&self) -> bool {
        matches!(lock(&self.child).try_wait(), Ok(None))
    }

    /// How it ended, after it has said its last; ends it when it lingers.
    pub fn end(&self) -> Option<ExitStatus> {
        reap(&self.child, FAREWELL)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        lock(&self.child).id()
    }

    /// Its last lines on stderr, as the end of a message; empty if it had none.
    pub fn last_words(&self) -> String {
        let lines = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        if lines.is_empty() { String::new() } else { format!("; its last words:\n{}", lines.join("\n")) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        reap(&self.child, Duration::ZERO);
    }
}

type Started = io::Result<(Arc<Mutex<Child>>, ChildStdin, ChildStderr)>;

/// Starts the child, listens to it until its end, and sees to it that it ends.
fn keep(mut command: Command, hand_over: &Sender<Started>, say: &SyncSender<Heard>) {
    let (child, stdout) = match command.spawn().and_then(Pipes::of) {
        Ok(Pipes { child, stdin, stdout, stderr }) => {
            let child = Arc::new(Mutex::new(child));
            if hand_over.send(Ok((child.clone(), stdin, stderr))).is_err() {
                reap(&child, Duration::ZERO);
                return;
            }
            (child, stdout)
        }
        Err(error) => {
            let _ = hand_over.send(Err(error));
            return;
        }
    };
    let mut lines = Lines::new(BufReader::new(stdout), MAX_LINE);
    while let Ok(Some(line)) = lines.next() {
        let heard = match line {
            Text::Whole(line) => {
                serde_json::from_slice(&line).map_or(Heard::Garbage, |line| Heard::Line(Box::new(line)))
            }
            Text::TooLong => Heard::Garbage,
        };
        if say.send(heard).is_err() {
            break;
        }
    }
    reap(&child, FAREWELL);
}

struct Pipes {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    stderr: ChildStderr,
}

impl Pipes {
    fn of(mut child: Child) -> io::Result<Self> {
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok(Self { child, stdin, stdout, stderr }),
            _ => Err(io::Error::other("a pipe is missing")),
        }
    }
}

/// Writes orders from a thread of its own: a child that does not read holds up nobody else.
fn feed(mut stdin: ChildStdin) -> io::Result<Sender<Vec<u8>>> {
    let (orders, lines) = mpsc::channel::<Vec<u8>>();
    thread::Builder::new().name("ripieno-worker-orders".into()).spawn(move || {
        for line in lines {
            if stdin.write_all(&line).is_err() {
                return;
            }
        }
    })?;
    Ok(orders)
}

/// Reads all of stderr, keeps its last lines.
fn collect(stderr: impl Read, complaints: &Mutex<VecDeque<String>>) {
    let mut lines = Lines::new(BufReader::new(stderr), LONGEST_LINE);
    while let Ok(Some(line)) = lines.next() {
        let line = match line {
            Text::Whole(line) => String::from_utf8_lossy(&line).into_owned(),
            Text::TooLong => "...".to_owned(),
        };
        let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(line);
        if kept.len() > LAST_LINES {
            kept.pop_front();
        }
    }
}

/// Waits so long for the child's own end, then ends it. Only what the system itself cannot end yet remains.
fn reap(child: &Mutex<Child>, patience: Duration) -> Option<ExitStatus> {
    let mut until = Instant::now() + patience;
    let mut killed = false;
    loop {
        let mut child = lock(child);
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => {}
            Ok(None) if !killed => {
                let _ = child.kill();
                killed = true;
                until = Instant::now() + FAREWELL;
            }
            _ => return None,
        }
        drop(child);
        thread::sleep(TICK);
    }
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}
