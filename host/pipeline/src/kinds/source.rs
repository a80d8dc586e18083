//! What sources share: the frames they make, a bank of frames made beforehand, the pace, and the end.

use super::plane::Plane;
use super::table::{integer, number, truth};
use super::wiring::{at_rate, dtype_of, lasting};
use crate::frame::{DType, Element, FrameSpec};
use crate::kind::{KindFault, Param, Params, Wiring};
use crate::origin::monotonic_nanos;
use crate::ports::{Ports, Task, TaskError};

pub(super) const ROWS: Param =
    integer("rows", 0, [0, 1 << 30], "samples", "samples in a frame along time; 0: as the stream says, or 256");
pub(super) const CHANNELS: Param =
    integer("channels", 0, [0, 1 << 30], "", "channels of a frame; 0: as the stream says, or 1");
pub(super) const RATE: Param =
    number("rate", 0.0, [0.0, 1e12], "Hz", "samples a second; 0: as the stream says, or 48000");
pub(super) const PACED: Param =
    truth("paced", false, "whether frames are made at the pace of their rate, rather than as fast as they are read");
pub(super) const BANK: Param =
    integer("bank", 0, [0, 1 << 16], "frames", "frames that are made once and then repeated for ever; 0: each anew");

/// Samples of a frame where nothing is said.
const DEFAULT_ROWS: usize = 256;
/// Samples a second where nothing is said.
const DEFAULT_HZ: f64 = 48_000.0;

/// The frames of a source, and samples a second along time.
pub(super) struct Made {
    pub(super) spec: FrameSpec,
    pub(super) plane: Plane,
    pub(super) rate_hz: f64,
}

/// What the parameters and the stream's own declaration say together.
pub(super) fn made(wiring: &Wiring<'_>) -> Result<Made, KindFault> {
    let params = wiring.params;
    let declared = wiring.outputs.get("out").copied().unwrap_or_default();
    let dtype = match params.text("dtype") {
        "auto" => declared.spec.map_or(DType::F32, |spec| spec.dtype()),
        _ => dtype_of(params, "dtype")?,
    };
    let dims = match (params.usize("rows"), params.usize("channels"), declared.spec) {
        (0, 0, Some(spec)) => spec.shape().dims().to_vec(),
        (rows, channels, spec) => {
            let own = spec.map(|spec| Plane::new(spec.shape(), params));
            let rows = if rows > 0 { rows } else { own.map_or(DEFAULT_ROWS, |own| own.length) };
            let channels = if channels > 0 { channels } else { own.map_or(1, |own| own.outer * own.inner) };
            if params.text("axis") == "last" { vec![channels, rows] } else { vec![rows, channels] }
        }
    };
    let spec = at_rate(dtype, &dims, None)?;
    let plane = Plane::new(spec.shape(), params);
    // The stream counts rows; where time runs along another dimension, a frame of so many rows lasts as long.
    let declared_hz = declared.rate_hz.or(declared.spec.and_then(|spec| spec.rate_hz()));
    let samples_hz = declared_hz.map(|rate| rate * plane.length as f64 / spec.shape().rows() as f64);
    let rate_hz = match params.f64("rate") {
        0.0 => samples_hz.unwrap_or(DEFAULT_HZ),
        rate => rate,
    };
    let spec = lasting(dtype, &dims, Some(plane.length as f64 / rate_hz))?;
    Ok(Made { spec, plane, rate_hz })
}

/// What fills frames.
pub(super) trait Source: Send {
    /// Elements that go out.
    type Out: Element;

    /// Takes hold of live parameters, at each start.
    fn begin(&mut self, ports: &Ports) {
        let _ = ports;
    }

    /// Fills the next frame. Real-time.
    fn fill(&mut self, output: &mut [Self::Out]);
}

/// A task that writes frames to `out` until it has made as many as it shall, or is asked to stop.
pub(super) struct Sounding<S: Source> {
    source: S,
    frames: u64,
    bank_frames: usize,
    bank: Vec<S::Out>,
    period_nanos: Option<f64>,
}

impl<S: Source> Sounding<S> {
    pub(super) fn new(source: S, spec: &FrameSpec, params: &Params) -> Self {
        let period_nanos = spec.secs().filter(|_| params.bool("paced")).map(|secs| secs * 1e9);
        let frames = params.f64("frames") as u64;
        Self { source, frames, bank_frames: params.usize("bank"), bank: Vec::new(), period_nanos }
    }
}

impl<S: Source> Task for Sounding<S> {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut writer = ports.any_writer("out")?;
        let elements = writer.spec().elements();
        self.source.begin(ports);
        if self.bank_frames > 0 && self.bank.is_empty() {
            self.bank.resize(elements * self.bank_frames, S::Out::default());
            self.bank.chunks_exact_mut(elements).for_each(|frame| self.source.fill(frame));
        }
        let mut pace = self.period_nanos.map(Pace::new);
        let mut made: u64 = 0;
        while !ports.is_stopping() && (self.frames == 0 || made < self.frames) {
            if let Some(pace) = &mut pace {
                pace.wait(ports)?;
            }
            let mut output = writer.look()?;
            let frame: &mut [S::Out] = bytemuck::cast_slice_mut(&mut output);
            if self.bank.is_empty() {
                self.source.fill(frame);
            } else {
                let from = (made % self.bank_frames as u64) as usize * elements;
                frame.copy_from_slice(&self.bank[from..from + elements]);
            }
            output.increment();
            made += 1;
        }
        Ok(())
    }
}

/// Nanoseconds that a pace makes up for; what is later than that, it lets go.
const MOST_BEHIND_NANOS: u64 = 1_000_000_000;

/// Instants at equal distances, that are waited for one by one.
pub(super) struct Pace {
    period_nanos: f64,
    start: u64,
    count: u64,
}

impl Pace {
    pub(super) fn new(period_nanos: f64) -> Self {
        Self { period_nanos, start: 0, count: 0 }
    }

    /// Waits for the next instant; the first is at once. Worker.
    pub(super) fn wait(&mut self, ports: &Ports) -> Result<(), TaskError> {
        let now = monotonic_nanos();
        let due = self.start.saturating_add((self.period_nanos * self.count as f64) as u64);
        if self.count == 0 || now.saturating_sub(due) > MOST_BEHIND_NANOS {
            (self.start, self.count) = (now, 1);
            return Ok(());
        }
        self.count += 1;
        if due > now { ports.wait_until(due) } else { Ok(()) }
    }
}
