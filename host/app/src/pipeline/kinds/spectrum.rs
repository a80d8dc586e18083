//! `spectrum`: how loud a stream is in each octave, as gauges; what comes in goes out as it is where something is bound.
//!
//! A Hann window a figure, nothing between them left out. A sine of full scale is 0 dB in its octave.

use super::meter::{decibels, pass, passed_on};
use super::sound::{self, Sound, fixed};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use ripieno_pipeline::{
    FrameSpec, GaugeHandle, Kind, KindFault, Param, ParamType, Port, Ports, Task, TaskError, Wiring,
};
use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::sync::Arc;

/// Measures octaves.
#[derive(Debug)]
pub struct Spectrum;

const PARAMS: &[Param] = &[fixed(
    "size",
    ParamType::Integer { default: Some(4_096), min: 64, max: 1 << 20 },
    "frames",
    "the length of a window: longer ones part low octaves better",
)];
const INPUTS: &[Port] = &[sound::port("in", "what is measured: the mean of its channels")];
const OUTPUTS: &[Port] = &[Port { optional: true, ..sound::port("out", "the same, unchanged") }];
/// Gauges by the middle of their octaves.
const GAUGES: &[&str] = &[
    "31_hz_db",
    "63_hz_db",
    "125_hz_db",
    "250_hz_db",
    "500_hz_db",
    "1000_hz_db",
    "2000_hz_db",
    "4000_hz_db",
    "8000_hz_db",
    "16000_hz_db",
];
/// The middle of the lowest octave.
const LOWEST_HZ: f64 = 31.25;

impl Kind for Spectrum {
    fn name(&self) -> &'static str {
        "spectrum"
    }

    fn summary(&self) -> &'static str {
        "the level of each octave in decibels of full scale"
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
        Ok(Box::new(Measuring {
            passes_on: wiring.outputs.contains_key("out"),
            sound,
            octaves: Octaves::new(wiring.params.usize("size"), f64::from(sound.rate.hz())),
        }))
    }
}

struct Measuring {
    passes_on: bool,
    sound: Sound,
    octaves: Octaves,
}

impl Task for Measuring {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let gauges: Vec<GaugeHandle> = GAUGES.iter().map(|name| ports.gauge(name)).collect();
        let channels = self.sound.channels;
        pass(ports, self.passes_on, |block| {
            for frame in block.chunks_exact(channels) {
                let mean = frame.iter().sum::<f32>() / channels as f32;
                if let Some(powers) = self.octaves.push(if mean.is_finite() { mean } else { 0.0 }) {
                    gauges.iter().zip(powers).for_each(|(gauge, power)| gauge.set(decibels(*power)));
                }
            }
        })
    }
}

/// The power in each octave, a window after the other.
struct Octaves {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    samples: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// The octave of each bin.
    octave: Vec<Option<usize>>,
    /// What makes a sum of squared bins a power, a sine of full scale 1.
    scale: f64,
    powers: [f64; GAUGES.len()],
}

impl Octaves {
    fn new(size: usize, rate_hz: f64) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(size);
        let window: Vec<f32> = (0..size).map(|n| 0.5 - 0.5 * (TAU * n as f32 / size as f32).cos()).collect();
        let squares: f64 = window.iter().map(|w| f64::from(*w).powi(2)).sum();
        let octave = |bin: usize| {
            let above = (bin as f64 * rate_hz / size as f64 / LOWEST_HZ).log2() + 0.5;
            (above >= 0.0).then_some(above as usize).filter(|octave| *octave < GAUGES.len())
        };
        Self {
            octave: (0..size / 2 + 1).map(octave).collect(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            samples: Vec::with_capacity(size),
            scale: 4.0 / (size as f64 * squares),
            window,
            fft,
            powers: [0.0; GAUGES.len()],
        }
    }

    /// Takes a sample; gives the powers when a window is full.
    fn push(&mut self, sample: f32) -> Option<&[f64]> {
        self.samples.push(sample * self.window[self.samples.len()]);
        if self.samples.len() < self.window.len() {
            return None;
        }
        // Its lengths are the plan's own, so that it cannot fail.
        let _ = self.fft.process_with_scratch(&mut self.samples, &mut self.bins, &mut self.scratch);
        self.samples.clear();
        self.powers.fill(0.0);
        for (bin, octave) in self.bins.iter().zip(&self.octave) {
            if let Some(octave) = octave {
                self.powers[*octave] += f64::from(bin.norm_sqr()) * self.scale;
            }
        }
        Some(&self.powers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_stands_in_its_octave() {
        let check = |hz: f32, amplitude: f32, octave: usize| {
            let mut octaves = Octaves::new(4_096, 48_000.0);
            let mut powers = None;
            for n in 0..4_096 {
                let sample = amplitude * (TAU * hz * n as f32 / 48_000.0).sin();
                powers = octaves.push(sample).map(<[f64]>::to_vec).or(powers);
            }
            let db: Vec<f64> = powers.expect("a window is full").into_iter().map(decibels).collect();
            let expected = 20.0 * f64::from(amplitude).log10();
            assert!((db[octave] - expected).abs() < 0.3, "{hz} Hz: {db:?}");
            let loudest = db.iter().enumerate().filter(|(other, _)| *other != octave).map(|(_, db)| *db);
            assert!(loudest.fold(f64::MIN, f64::max) < expected - 30.0, "{hz} Hz: {db:?}");
        };
        check(1_000.0, 1.0, 5);
        check(4_000.0, 0.1, 7);
        check(130.0, 0.5, 2);
    }
}
