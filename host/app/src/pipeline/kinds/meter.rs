//! `meter`: how loud a stream is, as gauges; what comes in goes out as it is where something is bound there.

use super::sound::{self, Sound, fixed};
use ripieno_pipeline::{
    FrameSpec, GaugeHandle, Kind, KindFault, Param, ParamType, Port, Ports, Task, TaskError, Wiring,
};
use std::collections::BTreeMap;

/// Measures levels.
#[derive(Debug)]
pub struct Meter;

const PARAMS: &[Param] = &[fixed(
    "interval",
    ParamType::Number { default: Some(0.1), min: 0.001, max: 60.0 },
    "s",
    "how much sound each figure is of",
)];
const INPUTS: &[Port] = &[sound::port("in", "what is measured")];
const OUTPUTS: &[Port] = &[Port { optional: true, ..sound::port("out", "the same, unchanged") }];
/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["peak_db", "rms_db"];
/// What silence counts as, in decibels: JSON has no infinities.
pub const FLOOR_DB: f64 = -200.0;

impl Kind for Meter {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn summary(&self) -> &'static str {
        "peak and mean level in decibels of full scale"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        INPUTS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        passed_on(wiring)
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let sound = Sound::read(wiring, "in")?;
        let frames = wiring.params.f64("interval") * f64::from(sound.rate.hz());
        Ok(Box::new(Measuring {
            passes_on: wiring.outputs.contains_key("out"),
            interval: (frames as usize).max(1) * sound.channels,
        }))
    }
}

/// What comes in, where something is bound to `out`.
pub fn passed_on(wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
    let sound = Sound::read(wiring, "in")?;
    if wiring.outputs.contains_key("out") { sound.only("out") } else { Ok(BTreeMap::new()) }
}

/// Gives every block to `each`, and on to `out` where it is bound.
pub fn pass(ports: &mut Ports, passes_on: bool, mut each: impl FnMut(&[f32])) -> Result<(), TaskError> {
    let mut input = ports.reader::<f32>("in")?;
    let mut out = if passes_on { Some(ports.writer::<f32>("out")?) } else { None };
    while let Some(block) = input.look()? {
        each(&block);
        if let Some(out) = &mut out {
            out.write(&block)?;
        }
        block.increment();
    }
    Ok(())
}

struct Measuring {
    passes_on: bool,
    /// Samples of a figure.
    interval: usize,
}

impl Task for Measuring {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let gauges = [ports.gauge(GAUGES[0]), ports.gauge(GAUGES[1])];
        let mut levels = Levels { gauges, samples: 0, peak: 0.0, squares: 0.0 };
        pass(ports, self.passes_on, |block| levels.follow(block, self.interval))
    }
}

struct Levels {
    gauges: [GaugeHandle; 2],
    samples: usize,
    peak: f32,
    squares: f64,
}

impl Levels {
    fn follow(&mut self, block: &[f32], interval: usize) {
        for sample in block.iter().filter(|sample| sample.is_finite()) {
            self.peak = self.peak.max(sample.abs());
            self.squares += f64::from(*sample).powi(2);
        }
        self.samples += block.len();
        if self.samples >= interval {
            let [peak, rms] = &self.gauges;
            peak.set(decibels(f64::from(self.peak).powi(2)));
            rms.set(decibels(self.squares / self.samples as f64));
            (self.samples, self.peak, self.squares) = (0, 0.0, 0.0);
        }
    }
}

/// A power in decibels of that of full scale.
pub fn decibels(power: f64) -> f64 {
    (10.0 * power.log10()).max(FLOOR_DB)
}
