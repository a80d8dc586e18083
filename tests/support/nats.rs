//! A NATS server of a test's own: on loopback, with JetStream on disk, and gone with the test.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server has to answer.
const START: Duration = Duration::from_secs(20);

/// A running server.
#[derive(Debug)]
pub struct Nats {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
}

impl Nats {
    /// Starts one that lets everybody in.
    ///
    /// # Panics
    /// When Debian's `nats-server` is not installed (`cargo xtask setup` installs it) or does not answer.
    pub fn start() -> Self {
        Self::with("")
    }

    /// Starts one with more in its configuration.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let store = folder.path().join("store");
        let text =
            format!("listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\" }}\n{config}\n", store.display());
        write(&folder.path().join("nats.conf"), &text);
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
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(self.folder.path().join("nats.conf")).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{path}:/usr/sbin"));
        let child = command.spawn().unwrap_or_else(|error| panic!("nats-server does not start: {error}"));
        self.child = Some(child);
        let until = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(Instant::now() < until, "nats-server does not answer on port {}", self.port);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it as a fault of the machine would.
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

fn write(path: &Path, text: &str) {
    std::fs::File::create(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .expect("writing the server's configuration");
}
