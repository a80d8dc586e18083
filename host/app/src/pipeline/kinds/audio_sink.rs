//! `audio-sink`: a stream to an audio output. A ring lies between: the callback takes what is there and wakes the task.

use super::device::{self, DEVICE, LOOK, NULL};
use super::sound::{self, Sound, fixed};
use ripieno_audio::{Null, Output};
use ripieno_pipeline::{
    FrameSpec, Kind, KindFault, Needs, Param, ParamType, Params, Port, Ports, Task, TaskError, Wiring,
};
use ripieno_ports::{AudioOut, FormatRequest, FrameSource, RingSource, Stream};
use ripieno_ring::spsc::{self, Producer};
use ripieno_types::Block;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// Plays to a device.
#[derive(Debug)]
pub struct AudioSink;

const PARAMS: &[Param] = &[
    DEVICE,
    fixed(
        "ahead",
        ParamType::Number { default: Some(0.05), min: 0.001, max: 5.0 },
        "s",
        "sound that waits for the device: more of it is safer and later",
    ),
];
const INPUTS: &[Port] = &[sound::port("in", "what is played, in one or two channels")];
/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["underruns", "waiting_frames"];

impl Kind for AudioSink {
    fn name(&self) -> &'static str {
        "audio-sink"
    }

    fn summary(&self) -> &'static str {
        "plays to an audio output; `device = \"null\"` plays to nobody in real time"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        INPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        read(wiring)?;
        Ok(BTreeMap::new())
    }

    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        Needs { latency_secs: wiring.params.f64("ahead"), ..Needs::default() }
    }

    fn is_paced(&self, _params: &Params) -> bool {
        true
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let device = wiring.params.text("device").to_owned();
        Ok(Box::new(Playing { device, sound: read(wiring)?, ahead_secs: wiring.params.f64("ahead") }))
    }
}

fn read(wiring: &Wiring<'_>) -> Result<Sound, KindFault> {
    let sound = Sound::read(wiring, "in")?;
    if sound.channels > 2 {
        let fault = KindFault::at("in", format!("a device plays one or two channels, not {}", sound.channels));
        return Err(fault.help("mix them down before"));
    }
    Ok(sound)
}

struct Playing {
    device: String,
    sound: Sound,
    ahead_secs: f64,
}

impl Task for Playing {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        if self.device == NULL {
            return self.play(Null, ports);
        }
        let output = Output::open(device::choice(&self.device)).map_err(device::unavailable)?;
        self.play(output, ports)
    }
}

impl Playing {
    fn play<D: AudioOut>(&self, output: D, ports: &mut Ports) -> Result<(), TaskError> {
        let mut input = ports.reader::<f32>("in")?;
        let [underruns, waiting] = [ports.gauge(GAUGES[0]), ports.gauge(GAUGES[1])];
        let mut wanted = FormatRequest::default();
        wanted.rate = Some(self.sound.rate);
        let format = output.format(&wanted).map_err(device::unavailable)?;
        // Less than a period and a block would never be enough.
        let least = format.buffer as usize + self.sound.rows;
        let (mut frames, near) = spsc::channel(device::frames(self.ahead_secs, self.sound).max(least));
        let shared = Arc::new(Shared::default());
        let mouth = Mouth { frames: RingSource::new(near), shared: shared.clone(), task: thread::current() };
        let (mut output, mut mouth) = (Some(output), Some(mouth));
        let mut stream = None;
        let channels = self.sound.channels;
        while let Some(block) = input.look()? {
            for frame in block.chunks_exact(channels) {
                let frame = [frame[0], frame[channels - 1]];
                while frames.push(frame).is_err() {
                    // It begins with all that may wait, or with all there is.
                    if let (Some(output), Some(mouth)) = (output.take(), mouth.take()) {
                        let started = output.start(format, mouth);
                        stream = Some(started.map_err(|refused| device::unavailable(refused.error))?);
                    }
                    wait(ports, stream.as_ref())?;
                }
            }
            block.increment();
            underruns.set(shared.missed.load(Ordering::Relaxed) as f64);
            waiting.set((frames.capacity() - frames.free()) as f64);
        }
        if let (Some(output), Some(mouth)) = (output, mouth) {
            stream = Some(output.start(format, mouth).map_err(|refused| device::unavailable(refused.error))?);
        }
        shared.is_ending.store(true, Ordering::Relaxed);
        drain(&mut frames, ports, stream.as_ref())?;
        underruns.set(shared.missed.load(Ordering::Relaxed) as f64);
        waiting.set(0.0);
        Ok(())
    }
}

/// Until the device has taken all.
fn drain<S: Stream>(
    frames: &mut Producer<'_, [f32; 2]>,
    ports: &mut Ports,
    stream: Option<&S>,
) -> Result<(), TaskError> {
    while frames.free() < frames.capacity() {
        wait(ports, stream)?;
    }
    Ok(())
}

/// Until the device has called, or it is time to look at it.
fn wait<S: Stream>(ports: &mut Ports, stream: Option<&S>) -> Result<(), TaskError> {
    ports.pause(Duration::ZERO)?;
    if let Some(cause) = stream.and_then(|stream| stream.health().lost) {
        return Err(TaskError::failed(format!("the audio output is gone ({cause:?}); restart the task")));
    }
    thread::park_timeout(LOOK);
    Ok(())
}

#[derive(Debug, Default)]
struct Shared {
    /// Calls that did not get all they asked for.
    missed: AtomicU64,
    /// True once nothing more is to come.
    is_ending: AtomicBool,
}

/// The device's side.
struct Mouth {
    frames: RingSource<'static>,
    shared: Arc<Shared>,
    task: Thread,
}

impl FrameSource for Mouth {
    fn fill(&mut self, block: Block<'_>) -> usize {
        let wanted = block.frames();
        let real = self.frames.fill(block);
        if real < wanted && !self.shared.is_ending.load(Ordering::Relaxed) {
            self.shared.missed.fetch_add(1, Ordering::Relaxed);
        }
        self.task.unpark();
        real
    }
}
