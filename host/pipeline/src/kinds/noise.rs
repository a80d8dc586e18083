//! Noise that is the same for the same seed.

use super::glide::{Glide, from_db};
use super::real::{Real, by_real};
use super::source::{BANK, CHANNELS, PACED, RATE, ROWS, Sounding, Source, made};
use super::table::{AXIS, FRAMES, REAL, choice, integer, live, number, port};
use super::wiring::{Outputs, of_type, out};
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::{Live, Ports, Task};
use std::f64::consts::TAU;
use std::marker::PhantomData;

/// White noise, each channel its own.
#[derive(Debug)]
pub(super) struct Noise;

impl Kind for Noise {
    fn name(&self) -> &'static str {
        "noise"
    }
    fn summary(&self) -> &'static str {
        "makes white noise, the same for the same seed"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                live(number(
                    "db",
                    -12.0,
                    [-200.0, 60.0],
                    "dB",
                    "the peak level of uniform noise, the RMS of gaussian; 0 is 1",
                )),
                choice("form", &["uniform", "gaussian"], "the distribution of the samples"),
                integer("seed", 1, [i64::MIN, i64::MAX], "", "what the noise follows from"),
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
        const { &[port("out", REAL, "the noise")] }
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
        let lanes = made.plane.outer * made.plane.inner;
        let level = Glide::at_rate(Some(made.rate_hz));
        let seed = match params.value("seed") {
            Some(crate::kind::Value::Integer(seed)) => *seed as u64,
            _ => 1,
        };
        let gaussian = params.text("form") == "gaussian";
        let db = params.f64("db");
        Ok(by_real!(made.spec.dtype(), T => {
            let white = White::<T> { random: SplitMix(seed), gaussian, lanes, level, db, live: None, of: PhantomData };
            Sounding::new(white, &made.spec, params)
        }))
    }
}

/// Random numbers by SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

struct White<T> {
    random: SplitMix,
    gaussian: bool,
    lanes: usize,
    level: Glide,
    db: f64,
    live: Option<Live>,
    of: PhantomData<T>,
}

impl<T: Real> Source for White<T> {
    type Out = T;

    fn begin(&mut self, ports: &Ports) {
        self.live = Some(ports.live("db"));
    }

    fn fill(&mut self, output: &mut [T]) {
        if let Some(live) = &self.live {
            self.db = live.get();
        }
        self.level.aim(from_db(self.db));
        for row in output.chunks_exact_mut(self.lanes) {
            let level = self.level.next();
            for sample in row {
                let value = if self.gaussian {
                    // Box and Muller; 1 - u is never 0.
                    (-2.0 * (1.0 - self.random.unit()).ln()).sqrt() * (TAU * self.random.unit()).cos()
                } else {
                    2.0 * self.random.unit() - 1.0
                };
                *sample = T::of(level * value);
            }
        }
    }
}
