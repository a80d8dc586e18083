//! A program with MIDI devices, for tests: which system it finds and which server it joins is said by its environment. It
//! reports as JSON lines on stdout, errors too; whatever appears on stderr was printed by a library.

use clap::{Parser, Subcommand, ValueEnum};
use jack::{AsyncClient, Client, ClientOptions, Control, ProcessHandler, ProcessScope};
use ripieno_midi::{Driver, Hub, MidiError, Output, Wanted};
use ripieno_ports::{Fault, Message, MidiIn, MidiOut};
use ripieno_ring::spsc::{self, Consumer, Producer};
use ripieno_types::midi::Held;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Opens MIDI devices and tells of them as JSON lines.
#[derive(Parser)]
struct Options {
    #[arg(long, value_enum)]
    driver: Choice,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    Auto,
    Jack,
    /// The operating system's.
    Own,
}

#[derive(Subcommand)]
enum Verb {
    /// Print all ports.
    Ports,
    /// Print what the inputs say, and what happens to them, until a line comes on stdin.
    Listen {
        /// Names of inputs; all devices without.
        #[arg(long, value_delimiter = ',')]
        wanted: Option<Vec<String>>,
        /// Tell at which frames of the JACK server a message may have been stamped.
        #[arg(long)]
        frames: bool,
    },
    /// Send the messages of stdin, each a line of hexadecimal bytes, and tell how each went.
    Send {
        /// The name of the output.
        #[arg(long)]
        to: String,
    },
}

fn main() {
    let Options { driver, verb } = Options::parse();
    let driver = match driver {
        Choice::Auto => Driver::Auto,
        Choice::Jack => Driver::Jack,
        Choice::Own => Driver::System,
    };
    let run = match verb {
        Verb::Ports => ripieno_midi::ports(driver).map(|ports| {
            let port = |port: &ripieno_midi::PortInfo| json!([port.name, port.id, format!("{:?}", port.direction)]);
            say(json!({ "event": "ports", "ports": ports.iter().map(port).collect::<Value>() }));
        }),
        Verb::Listen { wanted, frames } => listen(driver, wanted.map_or(Wanted::Hardware, Wanted::Named), frames),
        Verb::Send { to } => send(driver, &to),
    };
    if let Err(error) = run {
        say(json!({ "event": "refused", "kind": format!("{:?}", error.kind()), "error": error.to_string() }));
    }
}

fn say(line: Value) {
    println!("{line}");
}

fn listen(driver: Driver, wanted: Wanted, frames: bool) -> Result<(), MidiError> {
    let (hub, mut inputs) = Hub::open(driver, wanted)?;
    // Who does not read at once must not hold up the inputs.
    let (teller, told) = mpsc::channel();
    let printer = std::thread::spawn(move || told.into_iter().for_each(say));
    let say = |line| teller.send(line).expect("the printer runs");
    let mut cycles = frames.then(Cycles::new);
    say(json!({ "event": "open", "driver": format!("{:?}", hub.driver()), "files": open_files() }));
    let (is_over, mut held) = (stop(), Held::new());
    loop {
        // Asked first, so that what came before the end is printed.
        let was_over = is_over.load(Ordering::Relaxed);
        while let Some(message) = inputs.poll() {
            let (Message::Word(word), at, input) = (message.message, message.at.0, message.input.0) else { continue };
            held.follow(word);
            let bytes: String = word.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            let frames = cycles.as_mut().map(|cycles| cycles.frames(at));
            say(json!({ "event": "heard", "at": at, "input": input, "bytes": bytes, "frames": frames }));
        }
        for event in hub.events() {
            say(json!({ "event": "hub", "what": format!("{event:?}") }));
        }
        if was_over {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let lost: u64 = hub.status().iter().map(|status| status.stats.lost).sum();
    let connected = hub.status().iter().filter(|status| status.is_connected).count();
    let files = open_files();
    drop(hub);
    while let Some(message) = inputs.poll() {
        _ = message.word().map(|word| held.follow(word));
    }
    say(json!({ "event": "closed", "lost": lost, "holds": !held.is_empty(), "connected": connected, "files": files }));
    drop(teller);
    printer.join().expect("all is printed");
    Ok(())
}

fn send(driver: Driver, to: &str) -> Result<(), MidiError> {
    let mut output = Output::open(driver, to)?;
    say(json!({ "event": "open", "port": output.port().name }));
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let bytes: Vec<u8> =
            (0..line.len() / 2).filter_map(|n| u8::from_str_radix(&line[2 * n..2 * n + 2], 16).ok()).collect();
        let kind = output.send(&bytes).err().map(|error| format!("{:?}", error.kind()));
        say(json!({ "event": "sent", "refused": kind }));
    }
    Ok(())
}

/// Turns true when a line comes on stdin, or it ends.
fn stop() -> Arc<AtomicBool> {
    let is_over = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_over);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_line(&mut String::new());
        told.store(true, Ordering::Relaxed);
    });
    is_over
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// A period of the server: its first frame, its time and the next one's in microseconds, its length.
type Cycle = (u32, u64, u64, u32);

/// Tells of each period.
struct Watch(Producer<'static, Cycle>);

impl ProcessHandler for Watch {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        let times = scope.cycle_times().expect("the server tells its times");
        let _ = self.0.push((times.current_frames, times.current_usecs, times.next_usecs, scope.n_frames()));
        Control::Continue
    }
}

/// The periods of the server, as a second client sees them.
struct Cycles {
    _client: AsyncClient<(), Watch>,
    news: Consumer<'static, Cycle>,
    seen: Vec<Cycle>,
}

impl Cycles {
    fn new() -> Self {
        let (client, _) = Client::new("probe-cycles", ClientOptions::NO_START_SERVER).expect("a server runs");
        let (teller, news) = spsc::channel(65_536);
        let client = client.activate_async((), Watch(teller)).expect("the client starts");
        Self { _client: client, news, seen: Vec::new() }
    }

    /// The frames whose time, to the nearest microsecond, is exactly this. Where the server woke
    /// late, periods overlap in time, and there can be two.
    fn frames(&mut self, at: u64) -> Vec<u32> {
        // This period may not have been told of yet.
        for _ in 0..100 {
            while let Some(cycle) = self.news.pop() {
                self.seen.push(cycle);
            }
            let frames: Vec<u32> = self.seen.iter().filter_map(|cycle| frame(cycle, at)).collect();
            if !frames.is_empty() {
                return frames;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Vec::new()
    }
}

/// The frame of a period whose time is exactly this: it lies as far into the time until the next period.
fn frame(&(first, start, next, length): &Cycle, at: u64) -> Option<u32> {
    let (micros, frames) = (next.checked_sub(start)?.max(1), u64::from(length));
    let offset = (at.checked_sub(start)? * frames + micros / 2) / micros;
    let is_exact = offset < frames && start + (offset * micros + frames / 2) / frames == at;
    is_exact.then(|| first.wrapping_add(offset as u32))
}
