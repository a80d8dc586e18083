//! `record`: what output ports carry, frame by frame of the server's own count.

use crate::Result;
use crate::graph::{self, LOOK, Until, Xruns, say};
use jack::{AudioIn, Client, Control, Port, ProcessScope};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A recording whose cycles stop for so long has lost its server.
const SILENCE: Duration = Duration::from_secs(2);

struct Tape {
    ports: Vec<Port<AudioIn>>,
    /// One a port; their capacity is the whole recording.
    channels: Vec<Vec<f32>>,
    capacity: usize,
    first_frame: Option<u32>,
    gaps: u64,
    gap_frames: u64,
    cycles: Arc<AtomicU64>,
    has_ended: Arc<AtomicBool>,
}

impl jack::ProcessHandler for Tape {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        // Ports fall silent a cycle before the last, while the client leaves the graph: that is not theirs.
        if self.has_ended.load(Ordering::Relaxed) {
            return Control::Continue;
        }
        let now = scope.last_frame_time();
        let first = *self.first_frame.get_or_insert(now);
        let expected = self.channels[0].len();
        let start = (now.wrapping_sub(first) as usize).min(self.capacity);
        if start > expected && expected < self.capacity {
            self.gaps += 1;
            self.gap_frames += (start - expected) as u64;
        }
        for (channel, port) in self.channels.iter_mut().zip(&self.ports) {
            channel.resize(start.max(expected), 0.0);
            let room = self.capacity - channel.len();
            let heard = port.as_slice(scope);
            channel.extend_from_slice(&heard[..room.min(heard.len())]);
        }
        // Two halves in one: the cycle count, and the frame that the recording began with.
        let cycles = (self.cycles.load(Ordering::Relaxed) >> 32) + 1;
        self.cycles.store(cycles << 32 | u64::from(first), Ordering::Relaxed);
        Control::Continue
    }
}

pub fn run(sources: &[String], seconds: f64, out: &Path) -> Result<()> {
    let client = graph::open("probe-record")?;
    let rate = client.sample_rate();
    let capacity = (seconds * f64::from(rate)).ceil() as usize;
    let ports = (0..sources.len())
        .map(|n| client.register_port(&format!("in_{n}"), AudioIn::default()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let names = ports.iter().map(Port::name).collect::<std::result::Result<Vec<_>, _>>()?;
    if ports.is_empty() {
        return Err("no port to record".into());
    }
    // Written once here, so that the process callback meets no page for the first time.
    let channels = vec![vec![1.0; capacity]; ports.len()];
    let channels = channels
        .into_iter()
        .map(|mut channel| {
            channel.clear();
            channel
        })
        .collect();
    let cycles = Arc::new(AtomicU64::new(0));
    let has_ended = Arc::new(AtomicBool::new(false));
    let tape = Tape {
        ports,
        channels,
        capacity,
        first_frame: None,
        gaps: 0,
        gap_frames: 0,
        cycles: cycles.clone(),
        has_ended: has_ended.clone(),
    };
    let xruns = Xruns::default();
    let until = Until::new(seconds);
    let active = client.activate_async(xruns.clone(), tape)?;

    let alive = || cycles.load(Ordering::Relaxed);
    while alive() == 0 && !until.is_over() {
        std::thread::sleep(LOOK);
    }
    say(&json!({ "event": "recording", "rate": rate, "first_frame": alive() as u32 }));
    for (from, to) in sources.iter().zip(&names) {
        graph::connect(active.as_client(), from, to)?;
    }
    let (mut seen, mut at) = (alive(), Instant::now());
    while !until.is_over() {
        std::thread::sleep(10 * LOOK);
        if alive() != seen {
            (seen, at) = (alive(), Instant::now());
        } else if at.elapsed() > SILENCE {
            return Err("the server stopped".into());
        }
    }
    has_ended.store(true, Ordering::Relaxed);
    let (_client, _, tape) = active.deactivate()?;
    write(&tape, rate, out)?;
    say(&json!({
        "event": "recorded", "first_frame": tape.first_frame, "frames": tape.channels[0].len(),
        "gaps": tape.gaps, "gap_frames": tape.gap_frames, "xruns": xruns.count(),
    }));
    Ok(())
}

fn write(tape: &Tape, rate: u32, out: &Path) -> Result<()> {
    let spec = hound::WavSpec {
        channels: u16::try_from(tape.channels.len())?,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(out, spec)?;
    for frame in 0..tape.channels[0].len() {
        for channel in &tape.channels {
            file.write_sample(channel[frame])?;
        }
    }
    Ok(file.finalize()?)
}
