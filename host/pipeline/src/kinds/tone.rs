//! Sines.

use super::glide::{Glide, from_db};
use super::real::{Real, by_real};
use super::source::{BANK, CHANNELS, Made, PACED, RATE, ROWS, Sounding, Source, made};
use super::table::{AXIS, FRAMES, REAL, choice, live, number, numbers, port};
use super::wiring::{Outputs, of_type, out};
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::{Live, Ports, Task};
use std::f64::consts::TAU;
use std::marker::PhantomData;

/// A sine, or several, in each channel.
#[derive(Debug)]
pub(super) struct Tone;

impl Kind for Tone {
    fn name(&self) -> &'static str {
        "tone"
    }
    fn summary(&self) -> &'static str {
        "makes sines, the same or another in each channel"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                live(number("hz", 440.0, [0.0, 1e12], "Hz", "the frequency in the first channel")),
                live(number("db", -12.0, [-200.0, 60.0], "dB", "the peak level of each sine; 0 is 1")),
                number("spread_hz", 0.0, [-1e12, 1e12], "Hz", "by how much each channel is higher than the one before"),
                numbers("more_hz", "Hz", "further sines in the first channel, higher in the others by as much"),
                ROWS,
                CHANNELS,
                choice("dtype", &["auto", "f32", "f64"], "type of the samples; auto: as the stream says, or f32"),
                RATE,
                AXIS,
                FRAMES,
                PACED,
                BANK,
            ]
        }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", REAL, "the sines")] }
    }
    fn is_paced(&self, params: &Params) -> bool {
        params.bool("paced")
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let made = made(wiring)?;
        of_type(&made.spec, "out", REAL)?;
        Ok(out(made.spec))
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let made = made(wiring)?;
        let params = wiring.params;
        Ok(by_real!(made.spec.dtype(), T => Sounding::new(Sines::<T>::new(&made, params), &made.spec, params)))
    }
}

struct Sines<T> {
    channels: usize,
    /// Samples of a channel lie so far apart, and channels so.
    stride: usize,
    channel_stride: usize,
    rate_hz: f64,
    hz: Glide,
    level: Glide,
    set: [f64; 2],
    live: Option<[Live; 2]>,
    spread_hz: f64,
    /// Beside the first.
    more_hz: Vec<f64>,
    /// 0 to 1, all sines of a channel after each other.
    phases: Vec<f64>,
    of: PhantomData<T>,
}

impl<T: Real> Sines<T> {
    fn new(made: &Made, params: &Params) -> Self {
        let plane = made.plane;
        let channels = plane.outer * plane.inner;
        let (stride, channel_stride) = if plane.outer == 1 { (plane.inner, 1) } else { (1, plane.length) };
        let more_hz = params.numbers("more_hz").to_vec();
        Self {
            channels,
            stride,
            channel_stride,
            rate_hz: made.rate_hz,
            hz: Glide::at_rate(Some(made.rate_hz)),
            level: Glide::at_rate(Some(made.rate_hz)),
            set: [params.f64("hz"), params.f64("db")],
            live: None,
            spread_hz: params.f64("spread_hz"),
            phases: vec![0.0; channels * (1 + more_hz.len())],
            more_hz,
            of: PhantomData,
        }
    }
}

impl<T: Real> Source for Sines<T> {
    type Out = T;

    fn begin(&mut self, ports: &Ports) {
        self.live = Some([ports.live("hz"), ports.live("db")]);
    }

    fn fill(&mut self, output: &mut [T]) {
        if let Some(live) = &self.live {
            self.set = live.each_ref().map(Live::get);
        }
        self.hz.aim(self.set[0]);
        self.level.aim(from_db(self.set[1]));
        for at in 0..output.len() / self.channels {
            let (hz, level) = (self.hz.next(), self.level.next());
            for (channel, phases) in self.phases.chunks_exact_mut(1 + self.more_hz.len()).enumerate() {
                let higher = self.spread_hz * channel as f64;
                let mut sum = 0.0;
                for (phase, hz) in phases.iter_mut().zip(std::iter::once(hz).chain(self.more_hz.iter().copied())) {
                    sum += (TAU * *phase).sin();
                    *phase = (*phase + (hz + higher) / self.rate_hz).rem_euclid(1.0);
                }
                output[at * self.stride + channel * self.channel_stride] = T::of(level * sum);
            }
        }
    }
}
