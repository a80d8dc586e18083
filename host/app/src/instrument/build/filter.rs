//! A windowed sinc at any place between frames.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Frames at the lower of two rates that the filter reaches to either side.
pub const HALF: u32 = 24;
/// Its corner as a part of the lower rate's Nyquist frequency; what is stopped begins a little above that.
const CORNER: f64 = 0.9;
/// Kaiser's shape parameter: stops 80 dB.
const SHAPE: f64 = 8.0;
/// Places of the table between two frames.
const STEPS: usize = 512;

/// A low-pass filter for one ratio.
#[derive(Debug)]
pub struct Kernel {
    /// Source frames to frames at the lower rate.
    scale: f64,
    /// The right half, [`STEPS`] places a frame at the lower rate.
    table: &'static [f64],
}

/// For frames that lose something, and for those that do not.
static LOWERING: LazyLock<Vec<f64>> = LazyLock::new(|| table(CORNER));
static WHOLE: LazyLock<Vec<f64>> = LazyLock::new(|| table(1.0));

fn table(corner: f64) -> Vec<f64> {
    let value = |n: usize| {
        let at = n as f64 / STEPS as f64;
        let angle = PI * corner * at;
        let sinc = if n == 0 { 1.0 } else { angle.sin() / angle };
        let rest = 1.0 - (at / f64::from(HALF)).powi(2);
        corner * sinc * bessel(SHAPE * rest.max(0.0).sqrt()) / bessel(SHAPE)
    };
    // One more, to lead to from the last.
    (0..=HALF as usize * STEPS).map(value).chain([0.0]).collect()
}

impl Kernel {
    /// For frames that are taken at `scale` times their rate, at most 1.
    pub fn new(scale: f64) -> Self {
        let table = if scale < 1.0 { &LOWERING } else { &WHOLE };
        Self { scale, table }
    }

    /// The value at a place, silence around the frames.
    pub fn at(&self, frames: &[f64], place: f64) -> f64 {
        let reach = f64::from(HALF) / self.scale;
        let first = (place - reach).ceil().max(0.0) as usize;
        let past = ((place + reach).floor() + 1.0).clamp(0.0, frames.len() as f64) as usize;
        let Some(near) = frames.get(first..past) else { return 0.0 };
        let sum: f64 = near
            .iter()
            .enumerate()
            .map(|(n, frame)| {
                let at = (place - (first + n) as f64).abs() * self.scale * STEPS as f64;
                let (whole, part) = (at as usize, at.fract());
                match self.table.get(whole..whole + 2) {
                    Some([one, next]) => frame * (one + (next - one) * part),
                    _ => 0.0,
                }
            })
            .sum();
        sum * self.scale
    }
}

/// The modified Bessel function of order 0.
fn bessel(x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 1.0;
    for n in 1..40 {
        term *= (x / 2.0 / f64::from(n)).powi(2);
        sum += term;
    }
    sum
}
