//! Convolution of interleaved channels: directly for few taps, by FFT with overlap-save for many.

use crate::kinds::per_frame::PerFrame;
use crate::kinds::real::Real;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Floats of the output that are computed at a time, so that they stay in the first cache while all taps pass over them.
const STRETCH: usize = 2048;
/// What a butterfly of an FFT is taken to cost, in multiplications of the direct form. An estimate: near it, both cost the same.
const FFT_COST: f64 = 2.5;

/// Filters frames of one size.
pub(super) struct Convolution<T: Real> {
    taps: Vec<T>,
    lanes: usize,
    /// Rows before the frame in `line`: those that came before, or zeros.
    front: usize,
    /// `taps - 1` rows more than a frame.
    line: Vec<T>,
    seamless: bool,
    fft: Option<OverlapSave<T>>,
}

impl<T: Real> Convolution<T> {
    /// `seamless`: frames follow each other; else each stands alone, and the output is centred.
    pub(super) fn new(taps: &[f64], rows: usize, lanes: usize, seamless: bool, method: &str) -> Self {
        let before = taps.len() - 1;
        let front = if seamless { before } else { before - before / 2 };
        let (size, cost) = OverlapSave::<T>::best_size(taps.len(), rows);
        let fft = match method {
            "direct" => false,
            "fft" => true,
            _ => cost < (taps.len() * rows) as f64,
        };
        Self {
            taps: taps.iter().map(|tap| T::of(*tap)).collect(),
            lanes,
            front,
            line: vec![T::of(0.0); (rows + before) * lanes],
            seamless,
            fft: fft.then(|| OverlapSave::new(taps, size)),
        }
    }

    fn direct(&self, output: &mut [T]) {
        let last = self.taps.len() - 1;
        for (stretch, output) in output.chunks_mut(STRETCH).enumerate() {
            output.fill(T::of(0.0));
            for (index, tap) in self.taps.iter().enumerate() {
                let input = &self.line[stretch * STRETCH + (last - index) * self.lanes..][..output.len()];
                output.iter_mut().zip(input).for_each(|(output, input)| *output += *input * *tap);
            }
        }
    }
}

impl<T: Real> PerFrame for Convolution<T> {
    type In = T;
    type Out = T;

    fn frame(&mut self, input: &[T], output: &mut [T]) {
        self.line[self.front * self.lanes..][..input.len()].copy_from_slice(input);
        match &mut self.fft {
            Some(fft) => (0..self.lanes).for_each(|lane| fft.lane(&self.line, output, self.lanes, lane)),
            None => self.direct(output),
        }
        if self.seamless {
            self.line.copy_within(input.len().., 0);
        }
    }
}

/// One transform's size, and the spectrum of the taps.
struct OverlapSave<T> {
    forward: Arc<dyn RealToComplex<T>>,
    inverse: Arc<dyn ComplexToReal<T>>,
    taps: Vec<Complex<T>>,
    before: usize,
    block: Vec<T>,
    spectrum: Vec<Complex<T>>,
    scratch: Vec<Complex<T>>,
}

impl<T: Real> OverlapSave<T> {
    /// The transform size that costs the least for a frame of one lane, and that cost.
    fn best_size(taps: usize, rows: usize) -> (usize, f64) {
        let cost = |size: usize| {
            let blocks = rows.div_ceil(size - (taps - 1)) as f64;
            blocks * FFT_COST * size as f64 * (size as f64).log2()
        };
        let most = (rows + taps - 1).next_power_of_two().max(2);
        let mut size = taps.next_power_of_two().max(2);
        let mut best = (most, cost(most));
        while size < most {
            if cost(size) < best.1 {
                best = (size, cost(size));
            }
            size *= 2;
        }
        best
    }

    fn new(taps: &[f64], size: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let mut block = forward.make_input_vec();
        let mut spectrum = forward.make_output_vec();
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        // The inverse transform is not scaled: the taps make up for it.
        block.iter_mut().zip(taps).for_each(|(block, tap)| *block = T::of(*tap / size as f64));
        let mut scratch = vec![Complex::new(T::of(0.0), T::of(0.0)); scratch];
        forward.process_with_scratch(&mut block, &mut spectrum, &mut scratch).expect("sized by the plan");
        let before = taps.len() - 1;
        Self { forward, inverse, taps: spectrum.clone(), before, block, spectrum, scratch }
    }

    /// Filters one of the interleaved lanes of `line` into `output`.
    fn lane(&mut self, line: &[T], output: &mut [T], lanes: usize, lane: usize) {
        let rows = output.len() / lanes;
        let step = self.block.len() - self.before;
        for at in (0..rows).step_by(step) {
            let input = line[at * lanes + lane..].iter().step_by(lanes);
            let mut taken = 0;
            for (block, input) in self.block.iter_mut().zip(input) {
                *block = *input;
                taken += 1;
            }
            self.block[taken..].fill(T::of(0.0));
            let sized = "sized by the plan";
            self.forward.process_with_scratch(&mut self.block, &mut self.spectrum, &mut self.scratch).expect(sized);
            self.spectrum.iter_mut().zip(&self.taps).for_each(|(bin, tap)| *bin = *bin * *tap);
            // The first and last bins of real signals are real; rounding may have left a trace.
            self.spectrum[0].im = T::of(0.0);
            if let Some(last) = self.spectrum.last_mut() {
                last.im = T::of(0.0);
            }
            self.inverse.process_with_scratch(&mut self.spectrum, &mut self.block, &mut self.scratch).expect(sized);
            let output = output[at * lanes + lane..].iter_mut().step_by(lanes);
            output.zip(&self.block[self.before..]).for_each(|(output, block)| *output = *block);
        }
    }
}
