//! A NATS server of a test's own: on loopback, and gone with the test.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server has to answer; other tests may keep the machine busy.
const START: Duration = Duration::from_secs(20);

/// What a configuration says to have JetStream on disk.
pub const JETSTREAM: &str = "jetstream { store_dir: STORE }\n";

/// A running server.
#[derive(Debug)]
pub struct Nats {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
}

impl Nats {
    /// Starts one with JetStream that lets everybody in.
    ///
    /// # Panics
    /// When Debian's `nats-server` is not installed (`cargo xtask setup` installs it) or does not answer.
    pub fn start() -> Self {
        Self::with(JETSTREAM)
    }

    /// Starts one with this configuration, where `STORE` is the folder of its files.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let store = format!("{:?}", folder.path().join("store"));
        let mut file = File::create(folder.path().join("nats.conf")).expect("a configuration");
        write!(file, "listen: \"127.0.0.1:{port}\"\n{}\n", config.replace("STORE", &store)).expect("a configuration");
        let mut server = Self { child: None, folder, port };
        server.up();
        server
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Starts it again, with what it had stored.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn up(&mut self) {
        let log = File::create(self.folder.path().join("log")).expect("a log");
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(self.folder.path().join("nats.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // Debian has it where only administrators look.
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/sbin"));
        let why = "install Debian's package nats-server";
        let child = command.spawn().unwrap_or_else(|error| panic!("nats-server does not start: {error}; {why}"));
        let child = self.child.insert(child);
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let until = Instant::now() + START;
        while !greets(self.port) {
            assert!(Instant::now() < until, "nats-server does not answer on port {}:\n{}", self.port, log());
            let ended = child.try_wait().expect("its state");
            assert!(ended.is_none(), "nats-server ended:\n{}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it as a power cut would.
    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.down();
    }
}

/// A server greets whoever connects.
fn greets(port: u16) -> bool {
    let mut greeting = [0; 5];
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.read_exact(&mut greeting)
        })
        .is_ok_and(|()| greeting == *b"INFO ")
}
