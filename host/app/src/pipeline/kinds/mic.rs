//! `mic`: what an audio input hears. Its callback fills a ring and wakes the task, which never polls.

use super::device::{self, AHEAD_SECS, DEVICE, LOOK, NULL};
use super::sound::{self, BLOCK, RATE, Sound};
use ripieno_audio::{Input, Null};
use ripieno_pipeline::{FrameSpec, Kind, KindFault, Param, Params, Port, Ports, Task, TaskError, Wiring};
use ripieno_ports::{AudioIn, FormatRequest, FrameSink, Stream};
use ripieno_ring::spsc::{self, Producer};
use ripieno_types::{Block, SampleRate};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};

/// Records from a device.
#[derive(Debug)]
pub struct Mic;

const PARAMS: &[Param] = &[DEVICE, BLOCK, RATE];
const OUTPUTS: &[Port] = &[sound::port("out", "what is heard, in two channels")];
/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["overruns", "waiting_frames"];

impl Kind for Mic {
    fn name(&self) -> &'static str {
        "mic"
    }

    fn summary(&self) -> &'static str {
        "records from an audio input; `device = \"null\"` is silence in real time"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        written(wiring)?.only("out")
    }

    fn is_paced(&self, _params: &Params) -> bool {
        true
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Ok(Box::new(Listening { device: wiring.params.text("device").to_owned(), sound: written(wiring)? }))
    }
}

fn written(wiring: &Wiring<'_>) -> Result<Sound, KindFault> {
    let usual = || {
        let rate = SampleRate::new(wiring.params.usize("rate") as u32);
        let rate = rate.map_err(|error| KindFault::at("rate", error.to_string()))?;
        Ok(Sound { rows: wiring.params.usize("block"), channels: 2, rate, is_flat: false })
    };
    Sound::written(wiring, "out", usual)?.with_channels("out", 2)
}

struct Listening {
    device: String,
    sound: Sound,
}

impl Task for Listening {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        if self.device == NULL {
            return self.hear(Null, ports);
        }
        let input = Input::open(device::choice(&self.device)).map_err(device::unavailable)?;
        self.hear(input, ports)
    }
}

impl Listening {
    fn hear<D: AudioIn>(&self, input: D, ports: &mut Ports) -> Result<(), TaskError> {
        let mut out = ports.writer::<f32>("out")?;
        let [overruns, waiting] = [ports.gauge(GAUGES[0]), ports.gauge(GAUGES[1])];
        let mut wanted = FormatRequest::default();
        wanted.rate = Some(self.sound.rate);
        let format = input.format(&wanted).map_err(device::unavailable)?;
        let room = device::frames(AHEAD_SECS, self.sound).max(4 * format.buffer as usize);
        let (frames, mut heard) = spsc::channel::<[f32; 2]>(room);
        let lost = Arc::new(AtomicU64::new(0));
        let ear = Ear { frames, lost: lost.clone(), task: thread::current() };
        let stream = input.start(format, ear).map_err(|refused| device::unavailable(refused.error))?;
        while !ports.is_stopping() {
            if heard.ready() < self.sound.rows {
                ports.pause(std::time::Duration::ZERO)?;
                if let Some(cause) = stream.health().lost {
                    return Err(TaskError::failed(format!("the audio input is gone ({cause:?}); restart the task")));
                }
                thread::park_timeout(LOOK);
                continue;
            }
            let mut block = out.look()?;
            let grant = heard.grant(self.sound.rows);
            let (first, second) = grant.parts();
            for (to, from) in block.chunks_exact_mut(2).zip(first.iter().chain(second)) {
                to.copy_from_slice(from);
            }
            grant.commit(self.sound.rows);
            block.increment();
            overruns.set(lost.load(Ordering::Relaxed) as f64);
            waiting.set(heard.ready() as f64);
        }
        Ok(())
    }
}

/// The device's side.
struct Ear {
    frames: Producer<'static, [f32; 2]>,
    /// Frames that found no room: the pipeline is too slow.
    lost: Arc<AtomicU64>,
    task: Thread,
}

impl FrameSink for Ear {
    fn take(&mut self, mut block: Block<'_>) {
        let frames = block.frames();
        let [left, right] = block.channels();
        let taken = self.frames.push_from(left.iter().zip(right.iter()).map(|(left, right)| [*left, *right]));
        if taken < frames {
            self.lost.fetch_add((frames - taken) as u64, Ordering::Relaxed);
        }
        self.task.unpark();
    }
}
