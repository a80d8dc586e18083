//! Kernels that read between frames from many points, as tables that the compiler makes.
//!
//! For each place between two frames the points' factors are those that read every sine of a band with the least squared
//! error, all frequencies alike (Laakso and others, "Splitting the unit delay", 1996, section "least squares"), and that leave
//! a constant as it is. Up to the band's end the images that reading leaves are all that can be told from the ideal.

use core::f64::consts::PI;

/// Partial sums a frame; points come in so many at once.
pub const WIDTH: usize = 8;

/// Factors of a kernel: in each of `ROWS` parts of the way from one frame to the next a polynomial of `TERMS` terms a point,
/// lowest power first. A row lies on cache lines of its own.
#[derive(Debug)]
#[repr(align(64))]
pub struct Kernel<const POINTS: usize, const TERMS: usize, const ROWS: usize>([[[f32; POINTS]; TERMS]; ROWS]);

/// Points of [`crate::Interpolation::Fine`].
pub const FINE_POINTS: usize = 8;

/// Points of [`crate::Interpolation::Hq`].
pub const HQ_POINTS: usize = 24;

/// Images below −80 dB up to a fifth of the recording's rate.
pub static FINE: Kernel<FINE_POINTS, 2, 32> = Kernel::lines(0.207);

/// Images below −100 dB up to 0.35 of the recording's rate.
pub static HQ: Kernel<HQ_POINTS, 4, 8> = Kernel::cubics(0.37);

impl<const POINTS: usize, const TERMS: usize, const ROWS: usize> Kernel<POINTS, TERMS, ROWS> {
    const ROW_BITS: u32 = ROWS.trailing_zeros();

    /// Every point times its factor at a place between the two middle ones, 0.32: [`WIDTH`] partial sums.
    #[inline(always)]
    pub fn products(&self, place: u32, points: &[f32; POINTS]) -> [f32; WIDTH] {
        let (terms, way) = (self.row(place), Self::way(place));
        let mut sums = [0.0; WIDTH];
        for (n, points) in points.as_chunks::<WIDTH>().0.iter().enumerate() {
            // All factors of a stretch side by side, a term after the other: so compilers keep them in vectors.
            let mut factors = stretch(&terms[TERMS - 1], n);
            for term in terms[..TERMS - 1].iter().rev() {
                let term = stretch(term, n);
                for (factor, term) in factors.iter_mut().zip(term) {
                    *factor = *factor * way + term;
                }
            }
            for ((sum, factor), point) in sums.iter_mut().zip(factors).zip(points) {
                let product = factor * point;
                *sum = if n == 0 { product } else { *sum + product };
            }
        }
        sums
    }

    /// The row for a place.
    #[inline(always)]
    fn row(&self, place: u32) -> &[[f32; POINTS]; TERMS] {
        &self.0[(place >> (32 - Self::ROW_BITS)) as usize % ROWS]
    }

    /// How far into its row a place lies, 0..1.
    #[inline(always)]
    fn way(place: u32) -> f32 {
        ((place << Self::ROW_BITS) >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
    }
}

/// The n-th stretch of a term.
#[inline(always)]
fn stretch<const POINTS: usize>(term: &[f32; POINTS], n: usize) -> [f32; WIDTH] {
    term.as_chunks().0.get(n).copied().unwrap_or([0.0; WIDTH])
}

impl<const POINTS: usize, const ROWS: usize> Kernel<POINTS, 2, ROWS> {
    /// Straight lines between the rows' ends.
    const fn lines(band: f64) -> Self {
        let design = Design::<POINTS>::new(band);
        let mut table = [[[0.0; POINTS]; 2]; ROWS];
        let mut row = 0;
        while row < ROWS {
            let start = design.factors(row as f64 / ROWS as f64);
            let end = design.factors((row + 1) as f64 / ROWS as f64);
            let mut point = 0;
            while point < POINTS {
                table[row][0][point] = start[point] as f32;
                table[row][1][point] = (end[point] - start[point]) as f32;
                point += 1;
            }
            row += 1;
        }
        Self(table)
    }
}

impl<const POINTS: usize, const ROWS: usize> Kernel<POINTS, 4, ROWS> {
    /// Third-order curves through the rows' ends and thirds.
    const fn cubics(band: f64) -> Self {
        let design = Design::<POINTS>::new(band);
        let mut table = [[[0.0; POINTS]; 4]; ROWS];
        let mut row = 0;
        while row < ROWS {
            let mut through = [[0.0; POINTS]; 4];
            let mut third = 0;
            while third < 4 {
                through[third] = design.factors((row as f64 + third as f64 / 3.0) / ROWS as f64);
                third += 1;
            }
            let mut point = 0;
            while point < POINTS {
                let [a, b, c, d] = [through[0][point], through[1][point], through[2][point], through[3][point]];
                table[row][0][point] = a as f32;
                table[row][1][point] = ((-11.0 * a + 18.0 * b - 9.0 * c + 2.0 * d) / 2.0) as f32;
                table[row][2][point] = ((18.0 * a - 45.0 * b + 36.0 * c - 9.0 * d) / 2.0) as f32;
                table[row][3][point] = ((-9.0 * a + 27.0 * b - 27.0 * c + 9.0 * d) / 2.0) as f32;
                point += 1;
            }
            row += 1;
        }
        Self(table)
    }
}

/// The normal equations of a band, solved for any right side.
struct Design<const POINTS: usize> {
    /// End of the band as a share of the rate.
    band: f64,
    /// Their matrix as L·D·Lᵀ: D on the diagonal, L below it.
    matrix: [[f64; POINTS]; POINTS],
    /// What a change of the sum of all factors takes at the least price, times its own sum.
    lift: [f64; POINTS],
}

impl<const POINTS: usize> Design<POINTS> {
    const fn new(band: f64) -> Self {
        let mut design = Self { band, matrix: [[0.0; POINTS]; POINTS], lift: [0.0; POINTS] };
        let (mut row, mut column);
        row = 0;
        while row < POINTS {
            column = 0;
            while column <= row {
                let mut rest = design.correlation((row - column) as f64);
                let mut k = 0;
                while k < column {
                    rest -= design.matrix[row][k] * design.matrix[column][k] * design.matrix[k][k];
                    k += 1;
                }
                design.matrix[row][column] = if column < row { rest / design.matrix[column][column] } else { rest };
                column += 1;
            }
            row += 1;
        }
        let lift = design.solve([1.0; POINTS]);
        let whole = sum(&lift);
        row = 0;
        while row < POINTS {
            design.lift[row] = lift[row] / whole;
            row += 1;
        }
        design
    }

    /// Of two points so far apart, over the band.
    const fn correlation(&self, distance: f64) -> f64 {
        2.0 * self.band * sinc(2.0 * self.band * distance)
    }

    /// The factors for a place between the two middle points.
    const fn factors(&self, place: f64) -> [f64; POINTS] {
        let mut right = [0.0; POINTS];
        let mut point = 0;
        while point < POINTS {
            right[point] = self.correlation(point as f64 - (POINTS / 2 - 1) as f64 - place);
            point += 1;
        }
        let mut factors = self.solve(right);
        let missing = 1.0 - sum(&factors);
        point = 0;
        while point < POINTS {
            factors[point] += missing * self.lift[point];
            point += 1;
        }
        factors
    }

    const fn solve(&self, mut x: [f64; POINTS]) -> [f64; POINTS] {
        let (mut row, mut k);
        row = 0;
        while row < POINTS {
            k = 0;
            while k < row {
                x[row] -= self.matrix[row][k] * x[k];
                k += 1;
            }
            row += 1;
        }
        while row > 0 {
            row -= 1;
            x[row] /= self.matrix[row][row];
            k = row + 1;
            while k < POINTS {
                x[row] -= self.matrix[k][row] * x[k];
                k += 1;
            }
        }
        x
    }
}

const fn sum<const POINTS: usize>(x: &[f64; POINTS]) -> f64 {
    let (mut sum, mut k) = (0.0, 0);
    while k < POINTS {
        sum += x[k];
        k += 1;
    }
    sum
}

/// sin(πx) / πx.
pub const fn sinc(x: f64) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The factors at a place.
    fn at<const POINTS: usize, const TERMS: usize, const ROWS: usize>(
        kernel: &Kernel<POINTS, TERMS, ROWS>,
        place: u32,
    ) -> [f64; POINTS] {
        let (terms, x) = (kernel.row(place), Kernel::<POINTS, TERMS, ROWS>::way(place));
        core::array::from_fn(|point| {
            terms.iter().rev().fold(0.0, |sum, term| sum * f64::from(x) + f64::from(term[point]))
        })
    }

    fn check<const POINTS: usize, const TERMS: usize, const ROWS: usize>(kernel: &Kernel<POINTS, TERMS, ROWS>) {
        let tolerance = 2e-6;
        for n in 0..1_000_u32 {
            let place = n * 4_294_967;
            let factors = at(kernel, place);
            assert!((factors.iter().sum::<f64>() - 1.0).abs() < tolerance, "{place:x}");
            // Read from the other side it is the same.
            let mirrored = at(kernel, 0_u32.wrapping_sub(place));
            if place != 0 {
                assert!(factors.iter().zip(mirrored.iter().rev()).all(|(a, b)| (a - b).abs() < tolerance), "{place:x}");
            }
        }
        // A frame itself is what it is, all but for the ripple of the band.
        let factors = at(kernel, 0);
        assert!((factors[POINTS / 2 - 1] - 1.0).abs() < 1e-3, "{factors:?}");
    }

    #[test]
    fn rows_have_unit_gain_and_mirror_each_other() {
        check(&FINE);
        check(&HQ);
    }

    #[test]
    fn rows_follow_each_other_without_a_step() {
        for row in 1..8_u32 {
            let (before, after) = (at(&HQ, (row << 29) - 1), at(&HQ, row << 29));
            assert!(before.iter().zip(after).all(|(a, b)| (a - b).abs() < 2e-6), "{row}");
        }
    }
}
