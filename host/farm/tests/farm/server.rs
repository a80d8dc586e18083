//! A real `nats-server` on loopback, with a folder of its own.

use ripieno_farm::FarmError;
use ripieno_farm::jetstream::{JetStream, Layout, Server};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server is waited for; other tests may keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that is killed when it is dropped.
pub struct Nats {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Nats {
    /// With JetStream and nothing else said.
    pub fn new() -> Self {
        Self::with("jetstream { store_dir: STORE }")
    }

    /// With this configuration, where `STORE` is the folder of its files.
    pub fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let store = format!("{:?}", folder.path().join("store"));
        let mut file = File::create(folder.path().join("nats.conf")).unwrap();
        write!(file, "listen: \"127.0.0.1:{port}\"\n{}\n", config.replace("STORE", &store)).unwrap();
        let mut nats = Self { folder, port, child: None };
        nats.start();
        nats
    }

    /// Starts it, again if it was killed, and waits until it answers.
    pub fn start(&mut self) {
        let log = File::create(self.folder.path().join("log")).unwrap();
        let child = Command::new(program())
            .arg("-c")
            .arg(self.folder.path().join("nats.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("nats-server does not start: {error}; install Debian's nats-server"));
        self.child = Some(child);
        let until = Instant::now() + PATIENCE;
        while !self.answers() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "nats-server does not answer:\n{}", log());
            let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none(), "nats-server ended:\n{}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The queue and the bucket of this name, with a patience of a second.
    pub fn open(&self, name: &str) -> JetStream {
        self.try_open(&self.url(), |layout| layout.bucket = name.to_owned()).unwrap()
    }

    pub fn try_open(&self, url: &str, with: impl FnOnce(&mut Layout)) -> Result<JetStream, FarmError> {
        let mut layout = Layout::new("test");
        layout.ack_wait = Some(Duration::from_secs(1));
        with(&mut layout);
        JetStream::open(&Server::new(url), &layout)
    }

    /// A server greets whoever connects.
    fn answers(&self) -> bool {
        let mut greeting = [0; 5];
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))
            .and_then(|mut stream| {
                stream.set_read_timeout(Some(Duration::from_secs(1)))?;
                stream.read_exact(&mut greeting)
            })
            .is_ok_and(|()| greeting == *b"INFO ")
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push(PathBuf::from("/usr/sbin"));
    let found = folders.iter().map(|folder| folder.join("nats-server")).find(|program| program.is_file());
    found.expect("there is no nats-server on PATH or in /usr/sbin: install Debian's package nats-server")
}
