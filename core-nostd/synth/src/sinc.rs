//! The table of the windowed sinc, made by the compiler: a Kaiser window, each row normalised to unit gain at DC.

use core::f64::consts::PI;

/// Points of the kernel.
pub const POINTS: usize = 16;

/// Rows a frame; between them the kernel is interpolated linearly.
pub const PHASES: usize = 128;

/// Kaiser's shape parameter: side lobes near −80 dB.
const BETA: f64 = 8.0;

/// Cutoff as a share of the Nyquist frequency: puts the transition band astride it.
const CUTOFF: f64 = 1.0;

/// `TABLE[phase][point]`, one row more than there are phases.
pub static TABLE: [[f32; POINTS]; PHASES + 1] = table();

const fn table() -> [[f32; POINTS]; PHASES + 1] {
    let mut table = [[0.0; POINTS]; PHASES + 1];
    let mut phase = 0;
    while phase <= PHASES {
        let mut row = [0.0; POINTS];
        let mut sum = 0.0;
        let mut point = 0;
        while point < POINTS {
            // Distance from the point to the phase, which lies between the two middle points.
            let x = point as f64 - (POINTS / 2 - 1) as f64 - phase as f64 / PHASES as f64;
            row[point] = sinc(x * CUTOFF) * kaiser(x / (POINTS / 2) as f64);
            sum += row[point];
            point += 1;
        }
        point = 0;
        while point < POINTS {
            table[phase][point] = (row[point] / sum) as f32;
            point += 1;
        }
        phase += 1;
    }
    table
}

/// sin(πx) / πx.
const fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    // Reduced to ±½ turn of π, then Taylor: 11 terms are exact to f64 there.
    let whole = (x + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let y = (x - whole as f64) * PI;
    let (mut term, mut sum, mut n) = (y, y, 1.0);
    while n < 21.0 {
        term *= -y * y / ((n + 1.0) * (n + 2.0));
        sum += term;
        n += 2.0;
    }
    (if whole % 2 == 0 { sum } else { -sum }) / (PI * x)
}

/// The Kaiser window for x in −1..=1, not normalised: rows are.
const fn kaiser(x: f64) -> f64 {
    let under_root = 1.0 - x * x;
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
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_unit_gain_and_mirror_each_other() {
        for (row, mirrored) in TABLE.iter().zip(TABLE.iter().rev()) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            for (a, b) in row.iter().zip(mirrored.iter().rev()) {
                assert!((a - b).abs() < 1e-7);
            }
        }
        assert!(TABLE[0][POINTS / 2 - 1] > 0.9);
    }
}
