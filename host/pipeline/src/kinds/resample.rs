//! Another rate, by windowed sinc and FFT, the filter's delay taken out.
//!
//! The signal is cut into blocks at fixed places, each of a whole number of rows at both rates: so the output does not depend on
//! the frames that it came in.

use super::real::{Real, by_real, lanes};
use super::reframe::{Arrivals, Gathered, Reframe};
use super::table::{SIGNAL, integer, needed, number, port};
use super::wiring::{Outputs, at_rate, input, out, rate_of};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Needs, Param, Port, Wiring};
use crate::ports::Task;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, Sample, WindowFunction};

/// Most rows of a block: rates that have little in common make long ones.
const LONGEST_BLOCK: u64 = 1 << 21;

/// Changes the rate. Row `n` of the output is the input at the time of row `n`.
#[derive(Debug)]
pub(super) struct Resample;

/// Rows of a block at either rate.
#[derive(Clone, Copy, Debug)]
struct Block {
    from: usize,
    to: usize,
}

impl Block {
    fn new(wiring: &Wiring<'_>, spec: &FrameSpec) -> Result<Self, KindFault> {
        let whole = |rate: f64, at: &str| {
            let is_whole = rate.fract() == 0.0 && (1.0..=4e9).contains(&rate);
            let message = || format!("a rate of {rate} Hz: it must be a whole number from 1 to 4e9");
            if is_whole { Ok(rate as u64) } else { Err(KindFault::at(at, message())) }
        };
        let (from, to) = (whole(rate_of(spec, "in")?, "in")?, whole(wiring.params.f64("to_hz"), "to_hz")?);
        let divisor = greatest_common_divisor(from, to);
        let (from, to) = (from / divisor, to / divisor);
        // An even number of the smallest blocks keeps half a block, the delay, a whole number of rows at both rates.
        let times = 2 * (wiring.params.usize("filter_rows") as u64).div_ceil(2 * from.min(to)).max(1);
        if from.max(to) > LONGEST_BLOCK / times {
            let message = format!("rates of {from} to {to} have too little in common: a block would be too long");
            return Err(
                KindFault::at("to_hz", message).help("take a rate that shares a greater divisor with the input's")
            );
        }
        Ok(Self { from: (from * times) as usize, to: (to * times) as usize })
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Kind for Resample {
    fn name(&self) -> &'static str {
        "resample"
    }
    fn summary(&self) -> &'static str {
        "changes the rate of a signal; the last frame is filled up with zeros"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                needed(number("to_hz", 48_000.0, [1.0, 4e9], "Hz", "rows a second of the output, a whole number")),
                integer("rows", 0, [0, 1 << 30], "rows", "rows of a frame that goes out; 0: as many as come in"),
                integer(
                    "filter_rows",
                    256,
                    [32, 1 << 20],
                    "rows",
                    "least rows of the filter at the lower rate: more are steeper, and later",
                ),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", SIGNAL, "a signal that states its rate")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "the signal at the other rate")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", SIGNAL)?;
        Block::new(wiring, &spec)?;
        let mut dims = spec.shape().dims().to_vec();
        match (wiring.params.usize("rows"), dims.first_mut()) {
            (0, _) => {}
            (rows, Some(first)) => *first = rows,
            (rows, None) => dims.push(rows),
        }
        at_rate(spec.dtype(), &dims, Some(wiring.params.f64("to_hz"))).map(out)
    }
    /// A block has to be there, and half of the next.
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let latency_secs = input(wiring, "in", SIGNAL).ok().and_then(|spec| {
            let block = Block::new(wiring, &spec).ok()?;
            Some(1.5 * block.from as f64 / spec.rate_hz()?)
        });
        Needs { latency_secs: latency_secs.unwrap_or(0.0), ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", SIGNAL)?;
        let block = Block::new(wiring, &spec)?;
        let made = self.produces(wiring)?;
        let rows = made.values().next().map_or(1, |spec| spec.shape().rows());
        let lanes = lanes(&spec);
        Ok(by_real!(spec.dtype(), T => Gathered(Blocks::<T>::new(block, lanes, spec.shape().rows(), rows))))
    }
}

struct Blocks<T> {
    block: Block,
    lanes: usize,
    fft: Fft<T>,
    input: Vec<T>,
    filled: usize,
    output: Vec<T>,
    /// What goes out, from `begin`.
    ready: Vec<T>,
    begin: usize,
    out_rows: usize,
    /// Rows that come out before the first that counts.
    delay: usize,
    came: u64,
    /// Rows that became ready, and those that went out.
    made: u64,
    gone: u64,
    arrivals: Arrivals,
}

impl<T: Real + Sample> Blocks<T> {
    fn new(block: Block, lanes: usize, in_rows: usize, out_rows: usize) -> Self {
        let window = WindowFunction::BlackmanHarris2;
        let fft = Fft::new_custom(block.from, block.to, block.from, 1, lanes, window, FixedSync::Both)
            .expect("rates and block are not zero");
        let held = block.to + out_rows + (in_rows as u64 * block.to as u64 / block.from as u64) as usize;
        let arriving = 2 * block.from + in_rows + (out_rows as u64 * block.from as u64 / block.to as u64) as usize;
        Self {
            block,
            lanes,
            fft,
            input: vec![T::of(0.0); block.from * lanes],
            filled: 0,
            output: vec![T::of(0.0); block.to * lanes],
            ready: Vec::with_capacity((held + block.to) * lanes),
            begin: 0,
            out_rows,
            delay: block.to / 2,
            came: 0,
            made: 0,
            gone: 0,
            arrivals: Arrivals::with_rows(arriving, in_rows),
        }
    }

    fn process(&mut self) {
        let sized = "sized in `new`";
        let input = InterleavedSlice::new(&self.input, self.lanes, self.block.from).expect(sized);
        let mut output = InterleavedSlice::new_mut(&mut self.output, self.lanes, self.block.to).expect(sized);
        self.fft.process_into_buffer(&input, &mut output, None).expect("both blocks have the filter's sizes");
        self.filled = 0;
        let dropped = self.delay.min(self.block.to);
        self.delay -= dropped;
        self.ready.drain(..self.begin);
        self.begin = 0;
        self.ready.extend_from_slice(&self.output[dropped * self.lanes..]);
        self.made += (self.block.to - dropped) as u64;
    }
}

impl<T: Real + Sample> Reframe for Blocks<T> {
    type In = T;
    type Out = T;

    fn take(&mut self, input: &[T], nanos: u64) {
        self.arrivals.push(self.came, nanos);
        self.came += (input.len() / self.lanes) as u64;
        let mut input = input;
        while !input.is_empty() {
            let run = input.len().min(self.input.len() - self.filled);
            self.input[self.filled..self.filled + run].copy_from_slice(&input[..run]);
            self.filled += run;
            input = &input[run..];
            if self.filled == self.input.len() {
                self.process();
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.ready.len() - self.begin >= self.out_rows * self.lanes
    }

    fn give(&mut self, output: &mut [T]) -> u64 {
        output.copy_from_slice(&self.ready[self.begin..self.begin + output.len()]);
        self.begin += output.len();
        let row = u128::from(self.gone) * self.block.from as u128 / self.block.to as u128;
        self.gone += self.out_rows as u64;
        self.arrivals.of(row as u64)
    }

    fn finish(&mut self) {
        let total = (u128::from(self.came) * self.block.to as u128).div_ceil(self.block.from as u128) as u64;
        while self.made < total {
            self.input[self.filled..].fill(T::of(0.0));
            self.process();
        }
        let beyond = (self.made - total) as usize * self.lanes;
        self.ready.truncate(self.ready.len().saturating_sub(beyond).max(self.begin));
        let frame = self.out_rows * self.lanes;
        let there = self.ready.len() - self.begin;
        self.ready.resize(self.begin + there.div_ceil(frame) * frame, T::of(0.0));
    }
}
