//! Spectra of overlapping stretches of a signal.

use super::real::{Real, by_real};
use super::reframe::{Arrivals, Gathered, Reframe};
use super::spectral::{bin, together};
use super::table::{COMPLEX, REAL, choice, integer, port};
use super::window::{self, BETA, SYMMETRIC, WINDOW};
use super::wiring::{Outputs, input, lasting, out};
use crate::frame::{Complex32, DType, FrameSpec};
use crate::kind::{Kind, KindFault, Needs, Param, Params, Port, Wiring};
use crate::ports::Task;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Short-time Fourier transform: a spectrum of `size` rows each `hop` rows, whatever the frames of the input.
#[derive(Debug)]
pub(super) struct Stft;

impl Kind for Stft {
    fn name(&self) -> &'static str {
        "stft"
    }
    fn summary(&self) -> &'static str {
        "transforms overlapping stretches of a real signal to spectra; the first begins at its first row"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                integer("size", 1024, [1, 1 << 24], "rows", "rows of a stretch"),
                integer("hop", 512, [1, 1 << 24], "rows", "rows from the begin of a stretch to that of the next"),
                WINDOW,
                BETA,
                SYMMETRIC,
                choice(
                    "scale",
                    &["none", "amplitude", "power"],
                    "bins as they are, divided by the sum of the window, or by the root of the sum of its squares",
                ),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", REAL, "a signal, rows of channels")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", COMPLEX, "size / 2 + 1 bins of each channel, with the time of the stretch's first row")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", REAL)?;
        let mut dims = spec.shape().dims().to_vec();
        let bins = wiring.params.usize("size") / 2 + 1;
        match dims.first_mut() {
            Some(rows) => *rows = bins,
            None => dims.push(bins),
        }
        let secs = spec.rate_hz().map(|rate| wiring.params.f64("hop") / rate);
        lasting(DType::Complex32, &dims, secs).map(out)
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let rate = input(wiring, "in", REAL).ok().and_then(|spec| spec.rate_hz());
        Needs { latency_secs: rate.map_or(0.0, |rate| wiring.params.f64("size") / rate), ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", REAL)?;
        self.produces(wiring)?;
        Ok(by_real!(spec.dtype(), T => Gathered(Stretches::<T>::new(&spec, wiring.params))))
    }
}

pub(super) struct Stretches<T: Real> {
    size: usize,
    hop: usize,
    channels: usize,
    window: Vec<T>,
    scale: T,
    plan: Arc<dyn RealToComplex<T>>,
    /// Each channel's rows, `capacity` apart; those from `begin` to `end` are there.
    rows: Vec<T>,
    capacity: usize,
    begin: usize,
    end: usize,
    /// Rows to drop before the next stretch begins, where the hop is longer than a stretch.
    skip: usize,
    /// Rows that came in all.
    came: u64,
    arrivals: Arrivals,
    stretch: Vec<T>,
    spectra: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> Stretches<T> {
    pub(super) fn new(spec: &FrameSpec, params: &Params) -> Self {
        let (size, hop) = (params.usize("size"), params.usize("hop"));
        let window = window::values(params, size, params.bool("symmetric"));
        let scale = match params.text("scale") {
            "amplitude" => 1.0 / window.iter().sum::<f64>(),
            "power" => 1.0 / window.iter().map(|value| value * value).sum::<f64>().sqrt(),
            _ => 1.0,
        };
        let plan = RealFftPlanner::new().plan_fft_forward(size);
        let (channels, capacity, zero) = (spec.shape().row_elements(), size + spec.shape().rows(), T::of(0.0));
        Self {
            size,
            hop,
            channels,
            window: window.into_iter().map(T::of).collect(),
            scale: T::of(scale),
            rows: vec![zero; capacity * channels],
            capacity,
            begin: 0,
            end: 0,
            skip: 0,
            came: 0,
            arrivals: Arrivals::with_rows(capacity, spec.shape().rows()),
            stretch: vec![zero; size],
            spectra: vec![Complex::new(zero, zero); plan.complex_len() * channels],
            scratch: plan.make_scratch_vec(),
            plan,
        }
    }
}

impl<T: Real> Reframe for Stretches<T> {
    type In = T;
    type Out = Complex32;

    fn take(&mut self, input: &[T], nanos: u64) {
        let rows = input.len() / self.channels;
        let dropped = self.skip.min(rows);
        self.skip -= dropped;
        if dropped < rows {
            self.arrivals.push(self.came, nanos);
        }
        self.came += rows as u64;
        let input = &input[dropped * self.channels..];
        for (channel, own) in self.rows.chunks_exact_mut(self.capacity).enumerate() {
            own.copy_within(self.begin..self.end, 0);
            let new = own[self.end - self.begin..].iter_mut();
            new.zip(input.iter().skip(channel).step_by(self.channels)).for_each(|(new, input)| *new = *input);
        }
        self.end = self.end - self.begin + rows - dropped;
        self.begin = 0;
    }

    fn is_ready(&self) -> bool {
        self.end - self.begin >= self.size
    }

    fn give(&mut self, output: &mut [Complex32]) -> u64 {
        let nanos = self.arrivals.of(self.came - (self.end - self.begin) as u64);
        let spectra = self.spectra.chunks_exact_mut(self.plan.complex_len());
        for (own, spectrum) in self.rows.chunks_exact(self.capacity).zip(spectra) {
            let windowed = own[self.begin..].iter().zip(&self.window);
            self.stretch.iter_mut().zip(windowed).for_each(|(to, (row, window))| *to = *row * *window);
            self.plan.process_with_scratch(&mut self.stretch, spectrum, &mut self.scratch).expect("sized by the plan");
        }
        let scale = self.scale;
        together(&self.spectra, self.channels, output, |value| bin(value, scale));
        let there = self.end - self.begin;
        self.skip += self.hop.saturating_sub(there);
        self.begin += self.hop.min(there);
        nanos
    }

    /// A stretch that is not full is no stretch.
    fn finish(&mut self) {}
}
