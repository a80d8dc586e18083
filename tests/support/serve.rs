//! `ripieno serve` as a child, and clients of it: one that asks, and one that hears of everything.

use crate::process::sibling;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket, client::IntoClientRequest};

/// How long the program may take to appear, to answer or to end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server that runs.
#[derive(Debug)]
pub struct Serve {
    process: Child,
    folder: Arc<TempDir>,
    agent: ureq::Agent,
    /// Where it listens.
    pub addr: SocketAddr,
    /// What clients show.
    pub token: String,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: Option<i32>,
    /// What it said on stdout after the first line.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
}

impl Serve {
    /// Without a card and without MIDI, with a studio of its own, which is `document` at first.
    pub fn start(document: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder for the studio"));
        if !document.is_empty() {
            store(&folder.path().join("studio.toml"), document);
        }
        Self::again(folder, &["--null-audio", "--midi", "none"], |_| {})
    }

    /// On the studio of a server that was.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn again(folder: Arc<TempDir>, arguments: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let mut command = command(&folder.path().join("studio.toml"), arguments);
        prepare(&mut command);
        let mut process = command.spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::with_capacity(1, process.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            panic!("it does not come up: {line} {:?}", end(&mut process));
        };
        let text = |key: &str| ready[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {ready}")).to_owned();
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
        let addr = text("addr").parse().expect("an address");
        Self { process, folder, agent: config.build().into(), addr, token: text("token") }
    }

    /// The folder of the studio: it stays for as long as anybody has it.
    pub fn folder(&self) -> Arc<TempDir> {
        self.folder.clone()
    }

    /// The studio's file.
    pub fn studio(&self) -> PathBuf {
        self.folder.path().join("studio.toml")
    }

    /// Asks, and gives code and JSON of the answer.
    ///
    /// # Panics
    /// When no JSON comes.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.addr))
            .header("authorization", format!("Bearer {}", self.token));
        let answer = match body {
            Some(body) => {
                let request = request.header("content-type", "application/json").body(body.to_string());
                self.agent.run(request.expect("a request"))
            }
            // Said to be empty rather than left open.
            None if method == "POST" => self.agent.run(request.body("").expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = answer.body_mut().read_to_string().expect("text");
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}"));
        (answer.status().as_u16(), json)
    }

    /// Brings a recording, as a page does with a file.
    ///
    /// # Panics
    /// When no JSON comes.
    pub fn upload(&self, name: &str, bytes: &[u8]) -> (u16, Value) {
        let request = ureq::http::Request::post(format!("http://{}/api/recordings?name={name}", self.addr))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/octet-stream")
            .body(bytes)
            .expect("a request");
        let mut answer = self.agent.run(request).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = answer.body_mut().read_to_string().expect("text");
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"));
        (answer.status().as_u16(), json)
    }

    /// A file by its ticket, as a media element asks for it: without a token, perhaps for a part alone.
    ///
    /// # Panics
    /// When nothing comes.
    pub fn fetch(&self, url: &str, range: Option<&str>) -> (u16, Vec<u8>) {
        let mut request = ureq::http::Request::get(format!("http://{}{url}", self.addr));
        if let Some(range) = range {
            request = request.header("range", range);
        }
        let answer = self.agent.run(request.body(()).expect("a request"));
        let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
        let bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec().expect("bytes");
        (answer.status().as_u16(), bytes)
    }

    /// Asks for something that must succeed.
    ///
    /// # Panics
    /// When it is refused.
    pub fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let (code, answer) = self.ask(method, path, body);
        assert_eq!(code, 200, "{method} {path}: {answer}");
        answer
    }

    /// Asks for something that must be refused with this code; gives the reason.
    ///
    /// # Panics
    /// When it is not.
    pub fn refused(&self, code: u16, method: &str, path: &str, body: Value) -> String {
        let body = (!body.is_null()).then_some(body);
        let (given, answer) = self.ask(method, path, body);
        assert_eq!(given, code, "{method} {path}: {answer}");
        answer["error"].as_str().unwrap_or_else(|| panic!("no error in {answer}")).into()
    }

    /// What is there.
    pub fn get(&self, path: &str) -> Value {
        self.done("GET", path, Value::Null)
    }

    /// Waits until something is as it should be.
    ///
    /// # Panics
    /// When it does not become so.
    pub fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let state = self.get(path);
            if is_so(&state) {
                return state;
            }
            assert!(start.elapsed() < PATIENCE, "{path} stays {state}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Somebody who hears of everything from now on.
    pub fn socket(&self) -> Socket {
        Socket::open(self.addr, &self.token)
    }

    /// What it has worked so far, of all its threads.
    ///
    /// # Panics
    /// Where the system does not tell.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("a process");
        // Its name may have spaces; the fields behind it are counted from 3. Ticks are hundredths of a second everywhere.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
        Duration::from_millis(10 * ticks)
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.process), signal);
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait(mut self) -> Ended {
        end(&mut self.process)
    }

    /// Ends it as a service manager does, and checks that it went well.
    ///
    /// # Panics
    /// When it did not.
    pub fn stop(self) -> Arc<TempDir> {
        let folder = self.folder();
        self.signal(Signal::TERM);
        let ended = self.wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        folder
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program on a studio, on a port of its own.
pub fn command(studio: &Path, arguments: &[&str]) -> Command {
    // Should the test be killed, the system ends the program.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(sibling("ripieno-under-test"));
    command.args(["serve", "--json", "--studio"]).arg(studio).args(arguments);
    if !arguments.contains(&"--addr") {
        command.args(["--addr", "127.0.0.1:0"]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes a file as a person would with an editor.
///
/// # Panics
/// When it cannot be written.
pub fn store(path: &Path, text: &str) {
    use ripieno_ports::Storage;
    ripieno_files::FileStorage::new(path).store(text.as_bytes()).expect("the file is written");
}

/// Waits for a child's end.
///
/// # Panics
/// When it does not come.
pub fn end(process: &mut Child) -> Ended {
    let start = Instant::now();
    while process.try_wait().is_ok_and(|status| status.is_none()) {
        assert!(start.elapsed() < PATIENCE, "the program does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    let text = |pipe: Option<&mut dyn Read>| {
        let mut text = String::new();
        pipe.expect("a pipe").read_to_string(&mut text).expect("text");
        text
    };
    Ended {
        code: process.wait().expect("it has ended").code(),
        stdout: text(process.stdout.as_mut().map(|pipe| pipe as _)),
        stderr: text(process.stderr.as_mut().map(|pipe| pipe as _)),
    }
}

/// A client that keeps a copy of the state, as a page does.
#[derive(Debug)]
pub struct Socket {
    socket: WebSocket<TcpStream>,
    /// Where it is connected, and what it shows there.
    pub addr: SocketAddr,
    /// See above.
    pub token: String,
    /// The state as this client knows it.
    pub state: Value,
    /// The number of the last event in it.
    pub seq: u64,
    /// Snapshots so far.
    pub snapshots: usize,
}

impl Socket {
    /// Joins, and takes the first snapshot.
    ///
    /// # Panics
    /// When it is not let in.
    pub fn open(addr: SocketAddr, token: &str) -> Self {
        let mut request = format!("ws://{addr}/ws").into_client_request().expect("a request");
        let bearer = format!("Bearer {token}").parse().expect("a token is text");
        request.headers_mut().insert("authorization", bearer);
        let stream = TcpStream::connect(addr).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (socket, _) = tungstenite::client(request, stream).expect("the server lets us in");
        let mut socket = Self { socket, addr, token: token.into(), state: Value::Null, seq: 0, snapshots: 0 };
        while socket.snapshots == 0 {
            socket.read().expect("a snapshot");
        }
        socket
    }

    /// The next message, its patch applied; nothing once the server has closed. A gap leads to another snapshot.
    ///
    /// # Errors
    /// The code of the server's farewell, if there was one.
    ///
    /// # Panics
    /// When what comes is no message, or nothing comes for long.
    pub fn read(&mut self) -> Result<Value, Option<CloseCode>> {
        let text = loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => break text,
                Ok(Message::Close(farewell)) => {
                    // Our own farewell goes out with the next look.
                    let _ = self.socket.read();
                    return Err(farewell.map(|farewell| farewell.code));
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("nothing comes from the server")
                }
                Err(_) => return Err(None),
            }
        };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let seq = message["seq"].as_u64();
        if message["type"] == "response" && message["id"] == "handshake" {
            (self.state, self.seq) = (message["payload"].clone(), seq.expect("a number"));
            self.snapshots += 1;
        } else if message["type"] == "event" {
            let seq = seq.expect("a number");
            if seq == self.seq + 1 {
                merge(&mut self.state, &message["patch"]);
                self.seq = seq;
            } else if seq > self.seq {
                self.say(&json!({"type": "resync"}));
            }
        }
        Ok(message)
    }

    /// The next event of this name.
    ///
    /// # Panics
    /// When the server closes before.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.read().unwrap_or_else(|code| panic!("closed with {code:?} before `{name}`"));
            if message["event"] == name {
                return message["payload"].clone();
            }
        }
    }

    /// Sends a message.
    pub fn say(&mut self, message: &Value) {
        // A server that has gone is noticed when it is read from.
        let _ = self.socket.send(Message::text(message.to_string()));
    }

    /// Asks as over HTTP; gives the code and the answer. Events before it are applied.
    ///
    /// # Panics
    /// When the server closes before.
    pub fn ask(&mut self, method: &str, path: &str, body: Value) -> (u64, Value) {
        let id = format!("{method} {path} {}", self.seq);
        self.say(&json!({"type": "request", "id": id, "method": method, "path": path, "body": body}));
        loop {
            let message = self.read().unwrap_or_else(|code| panic!("closed with {code:?} before {id}"));
            if message["type"] == "response" && message["id"] == id.as_str() {
                return (message["code"].as_u64().expect("a code"), message["payload"].clone());
            }
        }
    }

    /// Asks for the state's number and hash until this copy has that number, and compares.
    ///
    /// # Panics
    /// When it differs, or the server closes before.
    pub fn agree(&mut self) {
        loop {
            let (_, stamp) = self.ask("GET", "/api/state/stamp", Value::Null);
            let seq = stamp["seq"].as_u64().expect("a number");
            self.catch_up(seq);
            if self.seq == seq {
                assert_eq!(ripieno_web::hash(&self.state), stamp["hash"], "a copy differs at {seq}");
                return;
            }
        }
    }

    /// Reads until the state has this number.
    ///
    /// # Panics
    /// When the server closes before.
    pub fn catch_up(&mut self, seq: u64) {
        while self.seq < seq {
            self.read().unwrap_or_else(|code| panic!("closed with {code:?} at {} of {seq}", self.seq));
        }
    }
}

/// Applies a merge patch (RFC 7396).
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, member) in members {
        if member.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), member);
        }
    }
}
