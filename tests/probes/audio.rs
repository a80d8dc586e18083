//! An audio program for tests: which sound system it sees is said by the environment of its process. It reports as JSON
//! lines on stdout and fails with a reason on stderr.

use clap::{Parser, Subcommand};
use ripieno_audio::{AudioError, Input, Keeper, Kept, LastError, Opener, Output, devices, now};
use ripieno_ports::{AudioIn, AudioOut, BufferSize, Format, FormatRequest, FrameSink, SampleEncoding, Stream};
use ripieno_tests::audio_out::{Case, Counting, conforms, hears, signal};
use ripieno_types::{Block, SampleRate};
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// Plays on the devices of this process's environment.
#[derive(Parser)]
struct Options {
    /// The device, if not the default.
    #[arg(long, global = true)]
    device: Option<String>,
    /// Frames a second.
    #[arg(long, global = true)]
    rate: Option<u32>,
    /// Frames a period.
    #[arg(long, global = true)]
    buffer: Option<u32>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Print every device.
    List,
    /// Print the format that the device agrees to.
    Format,
    /// Run the conformance suites of output and input.
    Conform {
        /// Seconds to play each time.
        #[arg(long, default_value_t = 0.3)]
        seconds: f64,
    },
    /// Play so many frames of the counting signal, in another encoding than the best one if one is named.
    Count {
        #[arg(long)]
        frames: u64,
        #[arg(long)]
        encoding: Option<String>,
        /// Left and right on these channels.
        #[arg(long, value_delimiter = ',')]
        channels: Vec<u16>,
    },
    /// Record so many frames and say where they are not the counting signal.
    Capture {
        #[arg(long)]
        frames: u64,
    },
    /// Play through a keeper until it has restarted so often, and print what happens.
    Keep {
        #[arg(long)]
        restarts: u32,
    },
    /// Print our time, JACK's and ours again.
    Clock,
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("audio-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let mut wanted = FormatRequest::default();
    wanted.rate = options.rate.map(SampleRate::new).transpose()?;
    wanted.buffer = options.buffer.map_or(BufferSize::Device, BufferSize::Frames);
    let device = options.device.as_deref();
    match &options.verb {
        Verb::List => list(),
        Verb::Format => {
            let output = Output::open(device)?;
            let format = output.format(&wanted)?;
            say(&json!({ "id": output.id(), "name": output.name(), "rate": format.rate.hz(), "buffer": format.buffer,
                "channels": format.channels, "map": format.map, "encoding": format!("{:?}", format.encoding) }));
            Ok(())
        }
        Verb::Conform { seconds } => {
            let output = Output::open(device)?;
            let frames = (seconds * f64::from(output.format(&wanted)?.rate.hz())) as u64;
            // Neither a server nor a card takes all of this.
            let spoil = |format| Format { rate: odd_rate(), buffer: 4_000_000_000, ..format };
            let pass = |progress: &ripieno_tests::audio_out::Progress, frames| progress.wait(frames);
            conforms(
                output.id().to_owned().as_str(),
                output,
                &Case { wanted, frames, pass: &pass, spoil: Some(&spoil) },
            );
            hears("input", Input::open(device)?, &wanted, frames);
            Ok(())
        }
        Verb::Count { frames, encoding, channels } => {
            if let [left, right] = channels[..] {
                wanted.channels = Some([left, right]);
            }
            count(device, &wanted, *frames, encoding.as_deref())
        }
        Verb::Capture { frames } => capture(device, &wanted, *frames),
        Verb::Keep { restarts } => keep(device, &wanted, *restarts),
        Verb::Clock => clock(),
    }
}

/// A rate that no server of a test runs at.
fn odd_rate() -> SampleRate {
    SampleRate::new(12_345).expect("a legal rate")
}

fn say(value: &serde_json::Value) {
    println!("{value}");
}

fn list() -> Result<()> {
    let found = devices();
    for (way, list) in [("out", found.outputs), ("in", found.inputs)] {
        for device in list {
            say(&json!({ "way": way, "id": device.id, "name": device.name, "default": device.is_default,
                "rates": device.rates_hz, "channels": device.channels, "buffer": device.buffer_frames,
                "problem": device.problem }));
        }
    }
    for absent in found.absent {
        say(&json!({ "absent": absent.interface, "reason": absent.reason }));
    }
    Ok(())
}

fn count(device: Option<&str>, wanted: &FormatRequest, frames: u64, encoding: Option<&str>) -> Result<()> {
    let output = Output::open(device)?;
    let mut format = output.format(wanted)?;
    if let Some(encoding) = encoding {
        format.encoding = self::encoding(encoding)?;
    }
    let (source, progress) = Counting::new(frames);
    let stream = output.start(format, source).map_err(|refused| refused.error)?;
    progress.wait(frames);
    let (format, health, error) = (stream.format(), stream.health(), stream.last_error());
    let last = stream.stop().1.last_period().unwrap_or_default();
    say(&json!({ "rate": format.rate.hz(), "buffer": format.buffer, "channels": format.channels,
        "encoding": format!("{:?}", format.encoding), "xruns": health.xruns, "denied": health.realtime_denied,
        "latency": last.latency.0, "error": error }));
    Ok(())
}

fn encoding(name: &str) -> Result<SampleEncoding> {
    Ok(match name {
        "f32" => SampleEncoding::F32,
        "f64" => SampleEncoding::F64,
        "i32" => SampleEncoding::I32,
        "i24" => SampleEncoding::I24,
        "i16" => SampleEncoding::I16,
        "u16" => SampleEncoding::U16,
        "u8" => SampleEncoding::U8,
        _ => return Err(format!("no encoding {name}").into()),
    })
}

/// Compares what it hears with the counting signal.
struct Comparing {
    count: u64,
    end: u64,
    heard: Arc<AtomicU64>,
    /// Where it differs first.
    differs: Option<u64>,
}

impl FrameSink for Comparing {
    fn take(&mut self, mut block: Block<'_>) {
        let [left, right] = block.channels();
        for (left, right) in left.iter().zip(right) {
            if self.count < self.end && [*left, *right] != signal(self.count) {
                self.differs.get_or_insert(self.count);
            }
            self.count += 1;
        }
        self.heard.store(self.count, SeqCst);
        if self.count >= self.end {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn capture(device: Option<&str>, wanted: &FormatRequest, frames: u64) -> Result<()> {
    let input = Input::open(device)?;
    let format = input.format(wanted)?;
    let heard = Arc::<AtomicU64>::default();
    let sink = Comparing { count: 0, end: frames, heard: heard.clone(), differs: None };
    let stream = input.start(format, sink).map_err(|refused| refused.error)?;
    let start = Instant::now();
    while heard.load(SeqCst) < frames {
        if start.elapsed() > Duration::from_secs(20) {
            return Err("too few frames were heard".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let health = stream.health();
    let (input, sink) = stream.stop();
    say(&json!({ "id": input.id(), "heard": sink.count, "differs": sink.differs, "xruns": health.xruns }));
    Ok(())
}

struct ByName<'n>(Option<&'n str>);

impl Opener for ByName<'_> {
    type Device = Output;

    fn open(&mut self) -> std::result::Result<Output, AudioError> {
        Output::open(self.0)
    }
}

fn keep(device: Option<&str>, wanted: &FormatRequest, mut restarts: u32) -> Result<()> {
    let (source, progress) = Counting::new(u64::MAX);
    let mut keeper = Keeper::start(ByName(device), wanted, source, now()).map_err(|refused| refused.error)?;
    progress.wait(1);
    say(&json!({ "event": "playing" }));
    while restarts > 0 {
        let error = keeper.stream().and_then(LastError::last_error);
        match keeper.poll(now()) {
            Some(Kept::Lost(kind)) => say(&json!({ "event": "lost", "kind": format!("{kind:?}"), "error": error })),
            Some(Kept::Restarted) => {
                restarts -= 1;
                progress.wait(progress.frames() + 1);
                say(&json!({ "event": "restarted", "frames": progress.frames() }));
            }
            Some(Kept::Moved) => say(&json!({ "event": "moved" })),
            None => {}
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let (_, source) = keeper.stop();
    say(&json!({ "event": "stopped", "frames": source.count() }));
    Ok(())
}

fn clock() -> Result<()> {
    let (client, _) = jack::Client::new("clock", jack::ClientOptions::NO_START_SERVER)?;
    let (before, time) = (now().0, client.time());
    say(&json!([before, time, now().0]));
    Ok(())
}
