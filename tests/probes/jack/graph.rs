//! What every verb needs of the server's graph: a client, a connection to a port that may not be there yet, an end.

use crate::Result;
use jack::{Client, ClientOptions, PortFlags};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a port may be awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at something that is awaited.
pub const LOOK: Duration = Duration::from_millis(1);

pub fn open(name: &str) -> Result<Client> {
    Client::new(name, ClientOptions::NO_START_SERVER)
        .map(|(client, _)| client)
        .map_err(|error| format!("no JACK server answers: {error}").into())
}

pub fn ports() -> Result<()> {
    let client = open("probe-ports")?;
    say(&json!(client.ports(None, None, PortFlags::empty())));
    Ok(())
}

/// One line on stdout.
pub fn say(line: &Value) {
    println!("{line}");
}

/// Waits until both ports exist and connects them.
pub fn connect(client: &Client, from: &str, to: &str) -> Result<()> {
    let start = Instant::now();
    loop {
        let both = [from, to].into_iter().all(|name| client.port_by_name(name).is_some());
        match both.then(|| client.connect_ports_by_name(from, to)) {
            Some(Ok(()) | Err(jack::Error::PortAlreadyConnected(..))) => break,
            // A port may go again between the look and the call.
            _ if start.elapsed() < PATIENCE => std::thread::sleep(LOOK),
            Some(Err(error)) => return Err(format!("'{from}' does not connect to '{to}': {error}").into()),
            None => return Err(format!("waited in vain for '{from}' or '{to}'").into()),
        }
    }
    say(&json!({ "event": "connected", "from": from, "to": to }));
    Ok(())
}

/// When a verb that runs on is over.
pub struct Until {
    deadline: Instant,
    is_told: Arc<AtomicBool>,
}

impl Until {
    /// So many seconds from now, or a line on stdin.
    pub fn new(seconds: f64) -> Self {
        let is_told = Arc::new(AtomicBool::new(false));
        let told = is_told.clone();
        std::thread::spawn(move || {
            if std::io::stdin().read_line(&mut String::new()).is_ok_and(|bytes| bytes > 0) {
                told.store(true, Ordering::Relaxed);
            }
        });
        Self { deadline: Instant::now() + Duration::from_secs_f64(seconds), is_told }
    }

    pub fn is_over(&self) -> bool {
        self.is_told.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }
}

/// Counts the xruns that the server tells its clients of.
#[derive(Clone, Default)]
pub struct Xruns(Arc<AtomicU64>);

impl Xruns {
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl jack::NotificationHandler for Xruns {
    fn xrun(&mut self, _: &Client) -> jack::Control {
        self.0.fetch_add(1, Ordering::Relaxed);
        jack::Control::Continue
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
