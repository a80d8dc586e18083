//! The host's side: jobs done by a worker process, with the same events and ends as in this one.

use super::CANCEL_GRACE;
use super::message::{JobId, Line, Meaning, PROTOCOL};
use super::order;
use super::process::{Heard, Process};
use crate::{Cancel, ErrorCode, JobError, JobSettings, Observer, Outcome};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// How often a wish to stop is looked for.
const TICK: Duration = Duration::from_millis(20);
/// What a worker has beyond its own grace to say that it stopped.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Lines that are none of the protocol's before a worker is given up.
const MOST_GARBAGE: u32 = 100;

/// How a worker is started and how long its silence is borne.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// What makes a worker of it.
    pub arguments: Vec<OsString>,
    /// A worker that says nothing for so long hangs: it speaks every second while it works.
    pub silence: Duration,
}

impl Launch {
    /// The usual patience with a silent worker.
    pub const SILENCE: Duration = Duration::from_secs(60);

    /// A worker of the `ripieno` program.
    pub fn program(program: impl Into<PathBuf>) -> Self {
        let arguments = ["worker", "--config", "-", "--lifeline"].map(OsString::from).into();
        Self { program: program.into(), arguments, silence: Self::SILENCE }
    }
}

/// Does jobs in a worker process. The process is started with the first job and kept for the next; one that died is
/// replaced. Dropping the supervisor ends it.
#[derive(Debug)]
pub struct Supervisor {
    launch: Launch,
    process: Option<Process>,
    jobs: u64,
}

/// What became of the process with a job.
enum End {
    /// It waits for the next.
    Over(Result<Outcome, JobError>),
    /// It must not go on.
    Unfit(JobError),
    /// It was gone before the job began.
    Absent(JobError),
}

impl Supervisor {
    /// Nothing is started yet. Any.
    pub fn new(launch: Launch) -> Self {
        Self { launch, process: None, jobs: 0 }
    }

    /// Does a job as [`Session::run`](crate::Session::run) does; the plan's event has no segments. A worker that dies,
    /// hangs or talks nonsense is an error and is gone when this returns; a wish to stop is obeyed within two seconds,
    /// whatever the model does. Worker; blocks.
    ///
    /// # Errors
    /// The job's, or [`ErrorCode::WorkerDied`].
    pub fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        if cancel.is_requested() {
            return Err(JobError::new(ErrorCode::Cancelled, "cancelled before it began"));
        }
        self.jobs += 1;
        let order = order::run(self.jobs, settings)?;
        if let Some(process) = self.process.take().filter(Process::is_alive) {
            match self.job(&process, &order, observer, cancel) {
                // It died while it waited, which is no fault of this job.
                End::Absent(_) => {}
                end => return self.settle(process, end),
            }
        }
        let process = self.start()?;
        let end = self.job(&process, &order, observer, cancel);
        self.settle(process, end)
    }

    /// Keeps a process that waits for the next job, and ends any other.
    fn settle(&mut self, process: Process, end: End) -> Result<Outcome, JobError> {
        match end {
            End::Over(end) => {
                self.process = Some(process);
                end
            }
            End::Unfit(error) | End::Absent(error) => Err(error),
        }
    }

    /// The worker's process id, while there is one. Any.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    fn start(&self) -> Result<Process, JobError> {
        Process::start(&self.launch.program, &self.launch.arguments).map_err(|error| {
            let program = self.launch.program.display();
            JobError::new(ErrorCode::WorkerDied, format!("the worker {program} cannot be started: {error}"))
        })
    }

    /// Gives the process a job and listens until it is over.
    fn job(&self, process: &Process, order: &[u8], observer: &mut dyn Observer, cancel: &Cancel) -> End {
        let ours = JobId::Number(self.jobs.into());
        let unfit = |message: String| End::Unfit(JobError::new(ErrorCode::WorkerDied, message));
        process.order(order.to_vec());
        let (mut begun, mut garbage, mut last) = (false, 0, Instant::now());
        let mut asked: Option<Instant> = None;
        loop {
            if asked.is_none() && cancel.is_requested() {
                asked = Some(Instant::now());
                process.order(order::cancel(self.jobs));
            }
            if asked.is_some_and(|asked| asked.elapsed() >= CANCEL_GRACE + LAST_WORDS) {
                return End::Unfit(JobError::new(ErrorCode::Cancelled, super::STOPPED));
            }
            if last.elapsed() >= self.launch.silence {
                let secs = self.launch.silence.as_secs_f64();
                return unfit(format!("the worker said nothing for {secs} s and was ended{}", process.last_words()));
            }
            match process.hear(TICK) {
                Heard::Nothing => continue,
                Heard::End if asked.is_some() => {
                    return End::Unfit(JobError::new(ErrorCode::Cancelled, super::STOPPED));
                }
                Heard::End => {
                    let error = JobError::new(ErrorCode::WorkerDied, obituary(process));
                    return if begun { End::Unfit(error) } else { End::Absent(error) };
                }
                Heard::Line(line) => {
                    last = Instant::now();
                    let Line { said, job } = *line;
                    match said.meaning() {
                        Some(Meaning::Hello(version)) if version != PROTOCOL => {
                            return unfit(format!(
                                "the worker speaks version {version} of the protocol, not {PROTOCOL}"
                            ));
                        }
                        // Of another job, or of none.
                        Some(_) if job.as_ref() != Some(&ours) => {}
                        Some(Meaning::Hello(_) | Meaning::Alive) => begun = true,
                        Some(Meaning::Event(event)) => {
                            begun = true;
                            observer.event(event);
                        }
                        Some(Meaning::Over(end)) => return End::Over(end),
                        None => garbage += 1,
                    }
                }
                Heard::Garbage => {
                    last = Instant::now();
                    garbage += 1;
                }
            }
            if garbage > MOST_GARBAGE {
                return unfit(format!("the worker talks nonsense and was ended{}", process.last_words()));
            }
        }
    }
}

/// Of what a worker died, as far as can be known.
fn obituary(process: &Process) -> String {
    let how = match process.end() {
        Some(status) => ended(status),
        None => "it cannot be ended".into(),
    };
    format!("the worker died: {how}{}", process.last_words())
}

fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let hint =
            if signal == 9 { "; if the system ran out of memory, --max-len-s makes windows smaller" } else { "" };
        return format!("signal {signal}{hint}");
    }
    status.code().map_or_else(|| "in an unknown way".into(), |code| format!("exit code {code}"))
}
