//! A private JACK server on the dummy driver, which plays to nobody in real time, and clients of it as child processes.
//!
//! Which server a client joins is said by the environment of its process (`JACK_DEFAULT_SERVER`), so a test never opens a
//! client itself: it starts children with [`Server::lend`], most of them [`Server::probe`].
//! Servers of one machine disturb each other's deadlines, so a start waits for its turn, in whatever process it is.

use crate::process::sibling;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a server or a client may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it ends when dropped. Starting a second one in the same thread waits for ever.
#[derive(Debug)]
pub struct Server {
    name: String,
    rate_hz: u32,
    period: u32,
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
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let present = Command::new("jackd").arg("--version").output().is_ok_and(|run| run.status.success());
        assert!(present, "no jackd: install jackd2, or run `cargo xtask setup`");
        let turn = File::create(std::env::temp_dir().join("ripieno-jack.lock")).expect("the lock among servers");
        turn.lock().expect("a turn among servers");
        let name = format!("ripieno-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let log = tempfile::NamedTempFile::new().expect("a log for jackd");
        let mut server = Self { name, rate_hz, period, log, process: None, _turn: turn };
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
        let log = self.log.reopen().expect("the log of jackd");
        // Should the test be killed, the system ends the server.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "jackd", "--name", &self.name, priority, "--sync", "--no-mlock"]);
        command.args(["-d", "dummy", "--rate", &self.rate_hz.to_string(), "--period", &self.period.to_string()]);
        command.args(["--capture", "2", "--playback", "2"]);
        command.env("JACK_NO_AUDIO_RESERVATION", "1").stdin(Stdio::null());
        command.stdout(log.try_clone().expect("the log of jackd")).stderr(log);
        self.process = Some(command.spawn().expect("setpriv starts jackd"));
    }

    fn answers(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.probe(&["ports"]).output().is_ok_and(|run| run.status.success()) {
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
