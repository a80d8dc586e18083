//! A matrix of contacts: rows are driven low one after the other, columns with pull-ups are read.
//!
//! Without a diode at each key three closed corners of a rectangle close its fourth. With `has_diodes` false, two rows
//! that have two columns or more in common are not believed: their keys stay as they were until that is over.

use embedded_hal::digital::{InputPin, OutputPin};

/// `ROWS` times at most 32 columns. Real-time.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<const ROWS: usize> {
    has_diodes: bool,
    /// One bit a column, 1 is closed.
    closed: [u32; ROWS],
}

impl<const ROWS: usize> Matrix<ROWS> {
    /// All open.
    pub const fn new(has_diodes: bool) -> Self {
        Self { has_diodes, closed: [0; ROWS] }
    }

    /// Reads all contacts; `settle` waits for as long as a column takes to follow its row, a microsecond or so. Columns above
    /// the 32nd are not read.
    ///
    /// # Errors
    /// A pin's own; contacts are as they were before.
    pub fn scan<R: OutputPin, C: InputPin<Error = R::Error>>(
        &mut self,
        rows: &mut [R; ROWS],
        columns: &mut [C],
        mut settle: impl FnMut(),
    ) -> Result<&[u32; ROWS], R::Error> {
        let mut read = [0; ROWS];
        for (row, closed) in rows.iter_mut().zip(&mut read) {
            row.set_low()?;
            settle();
            for (place, column) in columns.iter_mut().enumerate().take(32) {
                *closed |= u32::from(column.is_low()?) << place;
            }
            row.set_high()?;
        }
        for (row, now) in read.iter().enumerate() {
            let mut others = read.iter().enumerate().filter(|(other, _)| *other != row);
            let is_doubtful = !self.has_diodes && others.any(|(_, other)| (other & now).count_ones() >= 2);
            if !is_doubtful && let Some(closed) = self.closed.get_mut(row) {
                *closed = *now;
            }
        }
        Ok(&self.closed)
    }

    /// Whether a contact is closed, as read last.
    pub fn is_closed(&self, row: usize, column: u32) -> bool {
        self.closed.get(row).is_some_and(|closed| closed.checked_shr(column).unwrap_or(0) & 1 == 1)
    }
}
