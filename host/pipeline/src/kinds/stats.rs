//! Figures of what comes by.

use super::table::{ANY, choice, port};
use super::wiring::{Outputs, input};
use crate::frame::{Complex32, DType};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};
use std::collections::BTreeMap;

/// Shows the least and greatest element, the root of the mean square, and how many frames there were.
#[derive(Debug)]
pub(super) struct Stats;

impl Kind for Stats {
    fn name(&self) -> &'static str {
        "stats"
    }
    fn summary(&self) -> &'static str {
        "shows the least and greatest element, the RMS and the number of frames; of complex ones, by magnitude"
    }
    fn params(&self) -> &'static [Param] {
        const { &[choice("over", &["run", "frame"], "whether figures are of all frames so far, or of the last one")] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn gauges(&self) -> &'static [&'static str] {
        &["frames", "max", "min", "rms"]
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", ANY).map(|_| BTreeMap::new())
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let dtype = input(wiring, "in", ANY)?.dtype();
        let by_frame = wiring.params.text("over") == "frame";
        Ok(Box::new(move |ports: &mut Ports| watch(ports, dtype, by_frame)))
    }
}

fn watch(ports: &mut Ports, dtype: DType, by_frame: bool) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let [frames, max, min, rms] = ["frames", "max", "min", "rms"].map(|name| ports.gauge(name));
    let (mut count, mut figures) = (0.0, Figures::default());
    while let Some(frame) = reader.look()? {
        if by_frame {
            figures = Figures::default();
        }
        figures.add(dtype, &frame);
        frame.increment();
        count += 1.0;
        let [least, greatest, root] = figures.shown(dtype);
        frames.set(count);
        max.set(greatest);
        min.set(least);
        rms.set(root);
    }
    Ok(())
}

/// Sums that are kept side by side, so that they need not wait for each other.
const SIDE_BY_SIDE: usize = 8;

/// Of the elements, or of the squared magnitudes of complex ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    elements: u64,
    least: f64,
    greatest: f64,
    squares: f64,
}

impl Default for Figures {
    fn default() -> Self {
        Self { elements: 0, least: f64::INFINITY, greatest: f64::NEG_INFINITY, squares: 0.0 }
    }
}

impl Figures {
    pub(super) fn add(&mut self, dtype: DType, frame: &[u8]) {
        match dtype {
            DType::F32 => self.sum::<f32>(bytemuck::cast_slice(frame), |x| (x.into(), f64::from(x) * f64::from(x))),
            DType::F64 => self.sum::<f64>(bytemuck::cast_slice(frame), |x| (x, x * x)),
            DType::I16 => self.sum::<i16>(bytemuck::cast_slice(frame), |x| (x.into(), f64::from(x) * f64::from(x))),
            DType::I32 => self.sum::<i32>(bytemuck::cast_slice(frame), |x| (x.into(), f64::from(x) * f64::from(x))),
            DType::U8 => self.sum::<u8>(frame, |x| (x.into(), f64::from(x) * f64::from(x))),
            DType::Complex32 => self.sum::<Complex32>(bytemuck::cast_slice(frame), |x| {
                let power = f64::from(x.re) * f64::from(x.re) + f64::from(x.im) * f64::from(x.im);
                (power, power)
            }),
        }
    }

    fn sum<T: Copy>(&mut self, elements: &[T], of: impl Fn(T) -> (f64, f64)) {
        let mut least = [self.least; SIDE_BY_SIDE];
        let mut greatest = [self.greatest; SIDE_BY_SIDE];
        let mut squares = [0.0; SIDE_BY_SIDE];
        for chunk in elements.chunks(SIDE_BY_SIDE) {
            for (at, element) in chunk.iter().enumerate() {
                let (value, square) = of(*element);
                least[at] = if value < least[at] { value } else { least[at] };
                greatest[at] = if value > greatest[at] { value } else { greatest[at] };
                squares[at] += square;
            }
        }
        self.elements += elements.len() as u64;
        self.least = least.into_iter().fold(f64::INFINITY, f64::min);
        self.greatest = greatest.into_iter().fold(f64::NEG_INFINITY, f64::max);
        self.squares += squares.iter().sum::<f64>();
    }

    /// Least, greatest, and the root of the mean square.
    pub(super) fn shown(&self, dtype: DType) -> [f64; 3] {
        let root = (self.squares / self.elements.max(1) as f64).sqrt();
        match dtype {
            DType::Complex32 => [self.least.sqrt(), self.greatest.sqrt(), root],
            _ => [self.least, self.greatest, root],
        }
    }
}
