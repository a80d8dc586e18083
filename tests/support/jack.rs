//! A private JACK server on the dummy driver, which plays to nobody in real time, and clients of it as child processes.
//!
//! Which server a client joins is said by the environment of its process (`JACK_DEFAULT_SERVER`), so a test never opens a
//! client itself: it starts children with [`Server::lend`], most of them [`Server::probe`].
//! Servers of one machine disturb each other's deadlines, so a start waits for its turn, in whatever process it is.

use crate::process::{sibling, stereo};
use rustix::process::{Pid, Signal, getuid, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long a server or a client may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a probe at work may say nothing: longer than any is asked to run, on a machine several times slower.
const SILENCE: Duration = Duration::from_secs(150);

/// What a server does at the end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It waits for its clients (`--sync`): nothing that they play is lost because one was late.
    Waiting,
    /// It goes on, and names in its log each client that was not finished.
    Strict,
}

/// A running server; it ends when dropped. Starting a second one in the same thread waits for ever.
#[derive(Debug)]
pub struct Server {
    name: String,
    rate_hz: u32,
    period: u32,
    mode: Mode,
    log: tempfile::NamedTempFile,
    process: Option<Child>,
    /// The turn of this server among all on this machine; released by the system if the test dies.
    _turn: File,
}

impl Server {
    /// A server of `rate_hz` and `period` frames, two playback and two capture ports, that answers.
    ///
    /// # Panics
    /// When `jackd` is missing or ends by itself: with its log.
    pub fn start(rate_hz: u32, period: u32) -> Self {
        Self::start_in(Mode::Waiting, rate_hz, period)
    }

    /// The same in a mode.
    ///
    /// # Panics
    /// As there.
    pub fn start_in(mode: Mode, rate_hz: u32, period: u32) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let present = Command::new("jackd").arg("--version").output().is_ok_and(|run| run.status.success());
        assert!(present, "no jackd: install jackd2, or run `cargo xtask setup`");
        let turn = File::create(std::env::temp_dir().join("ripieno-jack.lock")).expect("the lock among servers");
        turn.lock().expect("a turn among servers");
        let name = format!("ripieno-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let log = tempfile::NamedTempFile::new().expect("a log for jackd");
        let mut server = Self { name, rate_hz, period, mode, log, process: None, _turn: turn };
        server.restart();
        server
    }

    /// Starts it again under the same name after [`stop`](Self::stop) or [`crash`](Self::crash).
    ///
    /// # Panics
    /// When `jackd` ends by itself: with its log.
    pub fn restart(&mut self) {
        self.stop();
        // Some systems only print a warning when they refuse real-time priority, others let the server fail.
        for priority in ["--realtime", "--no-realtime"] {
            self.launch(priority);
            if self.answers() {
                return;
            }
            self.stop();
        }
        panic!("jackd does not answer:\n{}", self.log());
    }

    fn launch(&mut self, priority: &str) {
        sweep();
        let log = self.log.reopen().expect("the log of jackd");
        // Should the test be killed, the system ends the server.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "jackd", "--name", &self.name, priority, "--no-mlock"]);
        command.args((self.mode == Mode::Waiting).then_some("--sync"));
        command.args(["-d", "dummy", "--rate", &self.rate_hz.to_string(), "--period", &self.period.to_string()]);
        command.args(["--capture", "2", "--playback", "2"]);
        command.env("JACK_NO_AUDIO_RESERVATION", "1").stdin(Stdio::null());
        command.stdout(log.try_clone().expect("the log of jackd")).stderr(log);
        self.process = Some(command.spawn().expect("setpriv starts jackd"));
    }

    fn answers(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut look = self.probe(&["ports"]);
            look.stderr(Stdio::null());
            let mut look = Probe::run(look);
            // One that has seen the ports leaves in order, before anybody else comes.
            if look.line(PATIENCE).is_ok() && look.line(PATIENCE) == Err(RecvTimeoutError::Disconnected) {
                return true;
            }
            let process = self.process.as_mut().expect("a process was launched");
            if process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Lets it end in order, as when a user quits it: clients are told.
    pub fn stop(&mut self) {
        self.end(Signal::TERM);
    }

    /// Kills it at once: clients find out by themselves.
    pub fn crash(&mut self) {
        self.end(Signal::KILL);
    }

    fn end(&mut self, signal: Signal) {
        let Some(mut process) = self.process.take() else { return };
        let _ = kill_process(Pid::from_child(&process), signal);
        let start = Instant::now();
        while !matches!(process.try_wait(), Ok(Some(_))) {
            if start.elapsed() > PATIENCE {
                let _ = process.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What clients call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Frames a second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Frames a period.
    pub fn period(&self) -> u32 {
        self.period
    }

    /// What the server has printed: its own xruns among it.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap_or_default()
    }

    /// Lets the clients of a program join this server and start none of their own.
    pub fn lend<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("JACK_DEFAULT_SERVER", &self.name).env("JACK_NO_START_SERVER", "1")
    }

    /// The program `jack-probe` as a client of this server; see its `--help`.
    pub fn probe(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(sibling("jack-probe"));
        self.lend(command.args(arguments).stdin(Stdio::null()));
        command
    }

    /// Every port that is registered now.
    ///
    /// # Panics
    /// When the server does not answer.
    pub fn ports(&self) -> Vec<String> {
        let run = self.probe(&["ports"]).output().expect("jack-probe starts");
        assert!(run.status.success(), "jack-probe ports: {}", String::from_utf8_lossy(&run.stderr));
        serde_json::from_slice(&run.stdout).expect("a list of ports")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Takes JACK's database of properties away where no server runs. A client that was killed while it opened leaves it half
/// made, and then every client of this user waits 18 seconds for it, again and again.
fn sweep() {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut names = processes.filter_map(|process| std::fs::read_to_string(process.path().join("comm")).ok());
    if !names.any(|name| name.starts_with("jackd")) {
        let _ = std::fs::remove_dir_all(format!("/dev/shm/jack_db-{}", getuid().as_raw()));
    }
}

/// One `jack-probe` that runs and reports.
#[derive(Debug)]
pub struct Probe {
    process: Child,
    lines: Receiver<String>,
}

impl Probe {
    /// Starts the probe as a client of `server`; see `jack-probe --help` for the arguments.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(server: &Server, arguments: &[&str]) -> Self {
        Self::run(server.probe(arguments))
    }

    /// Starts a program that reports as the probe does.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the probe starts");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let (teller, lines) = mpsc::channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| teller.send(line)));
        Self { process, lines }
    }

    /// The next line, or that none came in time, or that the probe has ended.
    fn line(&mut self, patience: Duration) -> Result<Value, RecvTimeoutError> {
        let line = self.lines.recv_timeout(patience)?;
        Ok(serde_json::from_str(&line).expect("a line of JSON"))
    }

    /// The next line that reports `event`; lines before it are passed over.
    ///
    /// # Panics
    /// When the probe ends without, or says nothing for long.
    pub fn wait_for(&mut self, event: &str) -> Value {
        loop {
            let report = self.line(SILENCE).unwrap_or_else(|error| panic!("no '{event}' from the probe: {error}"));
            if report["event"] == event {
                return report;
            }
        }
    }

    /// Asks it to end and gives what it still reports.
    ///
    /// # Panics
    /// When it fails, or says nothing for long.
    pub fn stop(mut self) -> Vec<Value> {
        // A probe whose time was up has gone already.
        let _ = self.process.stdin.take().map(|mut input| input.write_all(b"stop\n"));
        self.wait()
    }

    /// Lets it end as it can, for its server has gone: killed while it opens a client, it would leave a mess behind.
    pub fn part(mut self) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it ends by itself and gives what it still reports.
    ///
    /// # Panics
    /// When it fails, or says nothing for long.
    pub fn wait(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let mut reports = Vec::new();
        let end = loop {
            match self.line(SILENCE) {
                Ok(report) => reports.push(report),
                Err(end) => break end,
            }
        };
        assert_eq!(end, RecvTimeoutError::Disconnected, "the probe does not end");
        let status = self.process.wait().expect("jack-probe ends");
        assert!(status.success(), "jack-probe failed: {status}");
        reports
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A recording that runs.
#[derive(Debug)]
pub struct Recorder {
    probe: Probe,
    file: tempfile::NamedTempFile,
}

/// What output ports carried.
#[derive(Debug)]
pub struct Recording {
    /// The server's frame that the channels begin with.
    pub first_frame: u32,
    /// One a port.
    pub channels: Vec<Vec<f32>>,
    /// Frames that the recorder missed; they are silent.
    pub gap_frames: u64,
    /// Xruns that the server told the recorder of.
    pub xruns: u64,
}

impl Recorder {
    /// Records two output ports, which may not exist yet, for at most `seconds`; returns once they are connected.
    pub fn start(server: &Server, ports: [&str; 2], seconds: f64) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file for the recording");
        let out = file.path().to_str().expect("a plain path");
        let ports = ports.join(",");
        let arguments = ["record", "--ports", &ports, "--seconds", &seconds.to_string(), "--out", out];
        let mut probe = Probe::start(server, &arguments);
        for _ in 0..2 {
            probe.wait_for("connected");
        }
        Self { probe, file }
    }

    /// Ends the recording.
    pub fn stop(self) -> Recording {
        let reports = self.probe.stop();
        let report = reports.last().expect("a recording is reported");
        let (_, left, right) = stereo(self.file.path());
        let count = |key: &str| report[key].as_u64().unwrap_or_else(|| panic!("no '{key}' in {report}"));
        Recording {
            first_frame: count("first_frame") as u32,
            channels: vec![left, right],
            gap_frames: count("gap_frames"),
            xruns: count("xruns"),
        }
    }
}

/// A message that was sent or heard, and the frame of the server at which it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// The frame.
    pub frame: u32,
    /// The message.
    pub bytes: Vec<u8>,
}

impl Stamped {
    fn parse(report: &Value) -> Self {
        let digits = report["bytes"].as_str().expect("bytes are reported");
        let byte = |n| u8::from_str_radix(&digits[n..n + 2], 16).expect("bytes are hex");
        let frame = report["frame"].as_u64().expect("a frame is reported") as u32;
        Self { frame, bytes: (0..digits.len()).step_by(2).map(byte).collect() }
    }

    /// All that a probe reported as `event`.
    pub fn all(reports: &[Value], event: &str) -> Vec<Self> {
        reports.iter().filter(|report| report["event"] == event).map(Self::parse).collect()
    }
}

/// A client that sends a script.
#[derive(Debug)]
pub struct Performer {
    probe: Probe,
    messages: usize,
}

impl Performer {
    /// Sends each message so many frames after a start that the probe chooses, once the port is there; then stays
    /// connected for `linger` seconds.
    pub fn start<'a>(
        server: &Server,
        to: &str,
        script: impl IntoIterator<Item = (u32, &'a [u8])>,
        linger: f64,
    ) -> Self {
        let mut probe = Probe::start(server, &["notes", "--to", to, "--linger", &linger.to_string()]);
        let (mut text, mut messages) = (String::new(), 0);
        for (frames, bytes) in script {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            text += &format!("+{frames} {hex}\n");
            messages += 1;
        }
        let mut input = probe.process.stdin.take().expect("a pipe");
        input.write_all(text.as_bytes()).expect("jack-probe reads its script");
        Self { probe, messages }
    }

    /// Waits until all have left. The client is still there while this is not dropped, for as long as it lingers.
    ///
    /// # Panics
    /// When the port does not come.
    pub fn finish(&mut self) -> Sent {
        let reports: Vec<_> = (0..self.messages).map(|_| self.probe.wait_for("sent")).collect();
        let late = reports.iter().filter(|report| report["late"] == true).count();
        Sent { messages: Stamped::all(&reports, "sent"), late }
    }
}

/// What a [`Performer`] sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// In order.
    pub messages: Vec<Stamped>,
    /// How many left after their frame: the server or its clients had missed a period.
    pub late: usize,
}

/// [`Performer`] from start to end: returns once it has lingered.
///
/// # Panics
/// When the port does not come, or a message left later than asked.
pub fn send(server: &Server, to: &str, script: &[(u32, &[u8])], linger: f64) -> Vec<Stamped> {
    let mut performer = Performer::start(server, to, script.iter().copied(), linger);
    let Sent { messages, late } = performer.finish();
    assert_eq!(late, 0, "messages left late");
    performer.probe.wait();
    messages
}
