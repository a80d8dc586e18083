//! Medians of windows that slide, many side by side.
//!
//! Each window is kept sorted; a step takes its oldest value out and puts a new one in, in one pass over the ranks without
//! a branch. [`LANES`] windows do so in lockstep, which compilers turn into vector instructions; only comparisons and
//! copies are made, so every processor gives the same.

/// Windows that slide in lockstep.
pub const LANES: usize = 16;

/// One value of each lane.
pub type Row = [f32; LANES];

/// Takes `old` out of every lane's sorted window and puts `new` in. Each `old` must be there, and no value may be NaN.
fn slide(sorted: &mut [Row], old: &Row, new: &Row) {
    let mut carry = *new;
    let Some(last) = sorted.len().checked_sub(1) else { return };
    for rank in 0..last {
        let next = sorted[rank + 1];
        let row = &mut sorted[rank];
        for lane in 0..LANES {
            // Without `old`, all ranks from its own on move down by one.
            let kept = if row[lane] < old[lane] { row[lane] } else { next[lane] };
            let (low, high) = if kept < carry[lane] { (kept, carry[lane]) } else { (carry[lane], kept) };
            row[lane] = low;
            carry[lane] = high;
        }
    }
    sorted[last] = carry;
}

/// One window for every column of a table whose rows come one after the other.
pub struct ColumnMedians {
    length: usize,
    /// For every [`LANES`] columns the sorted windows, rank by rank.
    sorted: Vec<Row>,
}

impl ColumnMedians {
    /// Windows of `length` values, odd, over columns in as many tiles.
    pub fn new(length: usize, tiles: usize) -> Self {
        Self { length, sorted: vec![[0.0; LANES]; length * tiles] }
    }

    /// Fills the windows anew, with as many rows as they are long.
    pub fn fill<'a>(&mut self, rows: impl Iterator<Item = &'a [Row]>) {
        self.sorted.fill([0.0; LANES]);
        for row in rows {
            for (window, new) in self.sorted.chunks_exact_mut(self.length).zip(row) {
                slide(window, &[0.0; LANES], new);
            }
        }
    }

    /// Takes a row that is in the windows out of them, and another in.
    pub fn slide(&mut self, old: &[Row], new: &[Row]) {
        for ((window, old), new) in self.sorted.chunks_exact_mut(self.length).zip(old).zip(new) {
            slide(window, old, new);
        }
    }

    /// Writes the medians of all columns, tile by tile.
    pub fn medians(&self, out: &mut [Row]) {
        for (out, window) in out.iter_mut().zip(self.sorted.chunks_exact(self.length)) {
            *out = window[self.length / 2];
        }
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sorted)
    }
}

/// The median around every value of a row. The row is cut into [`LANES`] stretches over which windows slide side by side.
pub struct RowMedians {
    length: usize,
    /// Values of a stretch.
    stretch: usize,
    sorted: Vec<Row>,
    /// What the windows meet, step by step.
    steps: Vec<Row>,
}

impl RowMedians {
    /// Windows of `length` values, odd, over rows of `values`, at least one.
    pub fn new(length: usize, values: usize) -> Self {
        let stretch = values.div_ceil(LANES);
        Self { length, stretch, sorted: vec![[0.0; LANES]; length], steps: vec![[0.0; LANES]; stretch + length - 1] }
    }

    /// Writes the medians of `row` to `out`, which is as long. Beyond its ends lies its mirror image.
    pub fn medians(&mut self, row: &[f32], out: &mut [f32]) {
        let half = self.length / 2;
        for lane in 0..LANES {
            let first = lane * self.stretch;
            let inside = (first + self.steps.len()).saturating_sub(half);
            if first >= half && inside <= row.len() {
                for (step, value) in self.steps.iter_mut().zip(&row[first - half..]) {
                    step[lane] = *value;
                }
            } else {
                for (at, step) in self.steps.iter_mut().enumerate() {
                    step[lane] = row[mirrored((first + at) as isize - half as isize, row.len())];
                }
            }
        }
        self.sorted.fill([0.0; LANES]);
        for step in &self.steps[..self.length - 1] {
            slide(&mut self.sorted, &[0.0; LANES], step);
        }
        let mut old = [0.0; LANES];
        for at in 0..self.stretch {
            slide(&mut self.sorted, &old, &self.steps[at + self.length - 1]);
            old = self.steps[at];
            for (lane, median) in self.sorted[half].iter().enumerate() {
                if let Some(out) = out.get_mut(lane * self.stretch + at) {
                    *out = *median;
                }
            }
        }
    }

    /// Bytes of its memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.sorted) + size_of_val(&*self.steps)
    }
}

/// Where the mirror image of `0..length` has what lies at `at`; the edge itself is repeated.
pub fn mirrored(at: isize, length: usize) -> usize {
    let period = 2 * length;
    let at = at.rem_euclid(period as isize) as usize;
    at.min(period - 1 - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn median(mut values: Vec<f32>) -> f32 {
        values.sort_by(f32::total_cmp);
        values[values.len() / 2]
    }

    /// Few different values, so that many are equal.
    fn values(most: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec((0u8..9).prop_map(f32::from), 1..most)
    }

    proptest! {
        #[test]
        fn rows_are_as_if_sorted(row in values(150), half in 0usize..12) {
            let mut out = vec![0.0; row.len()];
            RowMedians::new(2 * half + 1, row.len()).medians(&row, &mut out);
            for (at, out) in out.iter().enumerate() {
                let around = (0..=2 * half).map(|k| row[mirrored((at + k) as isize - half as isize, row.len())]);
                prop_assert_eq!(*out, median(around.collect()));
            }
        }

        #[test]
        fn columns_are_as_if_sorted(column in values(60), half in 0usize..6, lane in 0..2 * LANES) {
            let length = 2 * half + 1;
            let mut medians = ColumnMedians::new(length, 2);
            let mut got = [[0.0; LANES]; 2];
            let rows: Vec<[Row; 2]> = column.iter().map(|value| {
                let mut row = [[1.0; LANES]; 2];
                row[lane / LANES][lane % LANES] = *value;
                row
            }).collect();
            let row = |at: usize| &rows[at.min(rows.len() - 1)];
            medians.fill((0..length).map(|at| &row(at)[..]));
            for at in 0..rows.len() {
                medians.medians(&mut got);
                let window = (at..at + length).map(|at| row(at)[lane / LANES][lane % LANES]).collect();
                prop_assert_eq!(got[lane / LANES][lane % LANES], median(window));
                medians.slide(row(at), row(at + length));
            }
        }
    }

    #[test]
    fn mirrors_repeat_the_edge() {
        let seen: Vec<usize> = (-4..7).map(|at| mirrored(at, 3)).collect();
        assert_eq!(seen, [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
        assert!((-5..5).all(|at| mirrored(at, 1) == 0));
    }
}
