//! A quadrature encoder with detents.
//!
//! Its two contacts go through four places, one after the other either way. A place beside the one before is a quarter
//! up or down; the place opposite means that a sample came too late, and counts as two quarters the way it went last. At
//! a place with a detent the quarters are counted: they are rounded to detents, half of one up, and nothing is carried on. So a
//! contact that bounces between two places comes to nothing, and a place that was missed never shifts the detents.

/// Places from detent to detent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detents {
    /// A detent where both contacts are open, four quarters apart.
    #[default]
    Fourth,
    /// Detents where both contacts are open or both closed, two quarters apart.
    Second,
    /// A detent at each place. A contact that bounces turns back and forth.
    Each,
}

/// See the head of this file. How fast it turns is no business of it: acceleration is the mapping's.
/// Real-time.
///
/// ```
/// use ripieno_firmware::scan::{Detents, Encoder};
///
/// let mut encoder = Encoder::new(Detents::Fourth);
/// let turn = [(true, false), (true, true), (false, true), (false, false)];
/// assert_eq!(turn.map(|(a, b)| encoder.sample(a, b)), [0, 0, 0, 1]);
/// let back = [(false, true), (true, true), (true, false), (false, false)];
/// assert_eq!(back.map(|(a, b)| encoder.sample(a, b)), [0, 0, 0, -1]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    detents: Detents,
    /// 0..=3 in the order in which they come, once it was read.
    place: Option<u8>,
    quarters: i8,
    /// The way it went last.
    way: i8,
}

impl Encoder {
    /// One that nobody has read.
    pub const fn new(detents: Detents) -> Self {
        Self { detents, place: None, quarters: 0, way: 0 }
    }

    /// Takes a sample of both contacts, true is closed; gives the detents that were passed, up is positive: seldom more
    /// than one.
    pub fn sample(&mut self, a: bool, b: bool) -> i8 {
        let place = match (a, b) {
            (false, false) => 0,
            (true, false) => 1,
            (true, true) => 2,
            (false, true) => 3,
        };
        let Some(before) = self.place.replace(place) else { return 0 };
        let quarters = match place.wrapping_sub(before) & 3 {
            0 => return 0,
            1 => 1,
            3 => -1,
            _ => 2 * self.way,
        };
        if quarters != 0 {
            self.way = quarters.signum();
        }
        self.quarters = self.quarters.saturating_add(quarters);
        let (has_detent, each) = match self.detents {
            Detents::Fourth => (place == 0, 4),
            Detents::Second => (place & 1 == 0, 2),
            Detents::Each => (true, 1),
        };
        if !has_detent {
            return 0;
        }
        let quarters = core::mem::take(&mut self.quarters);
        // More than one if the place of a detent was missed.
        let detents = (quarters.unsigned_abs() + each / 2) / each;
        quarters.signum() * detents as i8
    }
}
