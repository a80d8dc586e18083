//! What a band-limited jump or bend differs from a sharp one: tables, made by the compiler.
//!
//! The step is the integral of a sinc at half the sample rate under a Kaiser window; the ramp is the step's. Both are over
//! after [`REACH`] frames on either side.

use crate::kernel::sinc;

/// Frames on either side that a jump is felt.
pub const REACH: usize = 16;

/// Entries a frame; between them lies a straight line.
const FINENESS: usize = 128;

/// Kaiser's shape parameter: side lobes near −80 dB.
const BETA: f64 = 8.0;

const ENTRIES: usize = REACH * FINENESS + 2;

/// Residues of a step and of a ramp, from the jump or bend on.
type Tables = ([f32; ENTRIES], [f32; ENTRIES]);

static TABLES: Tables = tables();

/// A unit step's residue `frames` after it, 0 and above; before it, it is the negative.
#[inline(always)]
pub fn step(frames: f32) -> f32 {
    read(&TABLES.0, frames)
}

/// The residue of a slope that grows by one a frame, `frames` before or after it does, 0 and above.
#[inline(always)]
pub fn ramp(frames: f32) -> f32 {
    read(&TABLES.1, frames)
}

#[inline(always)]
fn read(table: &[f32; ENTRIES], frames: f32) -> f32 {
    let place = frames * FINENESS as f32;
    let row = place as u32 as usize;
    let between = place - row as f32;
    match table.get(row..) {
        Some([here, next, ..]) => here + (next - here) * between,
        _ => 0.0,
    }
}

const fn tables() -> Tables {
    let (mut step, mut ramp) = ([0.0; ENTRIES], [0.0; ENTRIES]);
    // Backwards from where both are over: Simpson's rule between entries for the step, and the cubic through values and
    // slopes for the ramp.
    let width = 1.0 / FINENESS as f64;
    let mut integral = [0.0_f64; ENTRIES];
    let mut n = REACH * FINENESS;
    while n > 0 {
        let (here, until) = ((n - 1) as f64 * width, n as f64 * width);
        let area = (kernel(here) + 4.0 * kernel(0.5 * (here + until)) + kernel(until)) * (width / 6.0);
        integral[n - 1] = integral[n] + area;
        n -= 1;
    }
    // Half of the kernel is a half.
    let scale = 0.5 / integral[0];
    let mut second = 0.0;
    n = REACH * FINENESS;
    while n > 0 {
        let (here, until) = (integral[n - 1] * scale, integral[n] * scale);
        step[n - 1] = -here as f32;
        let slopes = (kernel((n - 1) as f64 * width) - kernel(n as f64 * width)) * scale;
        second += 0.5 * width * (here + until) - width * width / 12.0 * slopes;
        ramp[n - 1] = second as f32;
        n -= 1;
    }
    (step, ramp)
}

/// The impulse that band-limits, not normalised.
const fn kernel(x: f64) -> f64 {
    let reach = REACH as f64;
    let under_root = 1.0 - x * x / (reach * reach);
    if under_root <= 0.0 {
        return 0.0;
    }
    // I₀(β√u) = Σ ((β²u/4)ⁿ / n!²).
    let quarter = BETA * BETA * under_root / 4.0;
    let (mut term, mut sum, mut n) = (1.0, 1.0, 1.0);
    while n < 24.0 {
        term *= quarter / (n * n);
        sum += term;
        n += 1.0;
    }
    sinc(x) * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residues_begin_as_they_must_and_end_in_nothing() {
        assert_eq!(step(0.0), -0.5);
        for beyond in [REACH as f32, 100.0, f32::MAX] {
            assert_eq!((step(beyond), ramp(beyond)), (0.0, 0.0));
        }
        // The ramp is the integral of the step's residue.
        for n in 1..REACH * 8 {
            let (x, d) = (n as f32 / 8.0, 1.0 / 16.0);
            let slope = (ramp(x + d) - ramp(x - d)) / (2.0 * d);
            assert!((slope - step(x)).abs() < 2e-3, "{x}: {slope} {}", step(x));
        }
    }
}
