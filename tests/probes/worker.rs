//! A worker that misbehaves, for tests of who supervises it. How it behaves is a word for each job, in its description;
//! how it starts is its argument.

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Longer than any test waits.
const FOREVER: Duration = Duration::from_secs(600);

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("stillborn") => std::process::exit(3),
        Some("mute") => thread::sleep(FOREVER),
        Some("stranger") => {
            say(&json!({"event": "hello", "message": "", "percent": null, "protocol": 99, "version": "9", "pid": 1}))
        }
        Some("chatty") => (0..50).for_each(|n| print(format!("chatter {n}\n").as_bytes())),
        _ => say(&json!({"event": "hello", "message": "", "percent": null, "protocol": 1, "version": "0", "pid": 1})),
    }
    let (tell, lines) = channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let line: Value = serde_json::from_str(&line.expect("text")).expect("a line of the host is JSON");
            if tell.send(line).is_err() {
                break;
            }
        }
        // The lifeline, which all keep but those who hang anyway.
        std::process::exit(1);
    });
    while let Ok(line) = lines.recv() {
        if line.get("cancel").is_none() {
            Job { id: line["job"].clone(), lines: &lines }.run(line["description"].as_str().unwrap_or_default());
        }
    }
}

struct Job<'a> {
    id: Value,
    lines: &'a Receiver<Value>,
}

impl Job<'_> {
    fn run(&self, how: &str) {
        self.update(10.0);
        match how {
            "good" => {}
            "fails" => return self.fail("bad_input", "no recording"),
            "obeys" => loop {
                self.update(20.0);
                if self.lines.recv_timeout(Duration::from_millis(5)).is_ok() {
                    return self.fail("cancelled", "as asked");
                }
            },
            "deaf" => loop {
                self.say(json!({"event": "heartbeat", "message": "working", "percent": null, "rss_bytes": 1}));
                thread::sleep(Duration::from_millis(50));
            },
            "hangs" => thread::sleep(FOREVER),
            "stops" => signal(rustix::process::Signal::STOP),
            "dies" => signal(rustix::process::Signal::KILL),
            "aborts" => {
                eprintln!("of a broken heart");
                std::process::abort();
            }
            "leaves" => std::process::exit(0),
            "closes" => {
                // Its stdout is gone, the process is not.
                let null = std::fs::File::open("/dev/null").expect("a null device");
                rustix::stdio::dup2_stdout(null).expect("a descriptor");
                thread::sleep(FOREVER);
            }
            "grumbles" => (0..60).for_each(|_| print(b"\xFF\xFE no JSON {\n")),
            "raves" => loop {
                print(b"{\"event\":\"update\",\"percent\":null}\n\n[]\n\0\n");
            },
            "drones" => loop {
                print(&[b'x'; 1 << 16]);
            },
            "long" => {
                // Megabytes of one line, then sense again.
                let megabytes = std::env::var("RIPIENO_LINE_MB").map_or(32, |text| text.parse().expect("a number"));
                (0..megabytes * 16).for_each(|_| print(&[b'y'; 1 << 16]));
                print(b"\n");
            }
            "twice" => {
                self.result();
                self.fail("failed", "no, really");
            }
            "confused" => {
                let other = Job { id: json!("nobody"), lines: self.lines };
                other.result();
                Job { id: Value::Null, lines: self.lines }.fail("failed", "whose?");
                self.say(json!({"event": "later", "message": "new here", "percent": null, "more": {"deep": []}}));
            }
            "late" => {
                // Does not hear, and answers when it is too late.
                thread::sleep(Duration::from_millis(2_100));
            }
            other => return self.fail("bad_settings", &format!("no behaviour is called {other}")),
        }
        self.update(99.0);
        self.result();
    }

    fn say(&self, mut line: Value) {
        if !self.id.is_null() {
            line["job"] = self.id.clone();
        }
        say(&line);
    }

    fn update(&self, percent: f64) {
        self.say(json!({"event": "update", "message": "", "percent": percent, "phase": "separating", "chunk": 0, "chunks": 1, "eta_s": null}));
    }

    fn fail(&self, code: &str, message: &str) {
        self.say(json!({"event": "fail", "message": format!("{code}: {message}"), "percent": null, "code": code}));
    }

    fn result(&self) {
        self.say(json!({
            "event": "result", "message": "OK", "percent": 100.0, "out_target": null, "out_residual": null,
            "stems": [], "engine": "probe", "frames": 7, "seconds": 0.0, "resumed": 0,
        }));
    }
}

fn say(line: &Value) {
    print(format!("{line}\n").as_bytes());
}

/// Whoever does not listen any more ends it.
fn print(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

fn signal(signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::getpid(), signal).expect("a signal to oneself");
    thread::sleep(FOREVER);
}
