//! How a knob that stands somewhere else takes over a value without a jump.
//!
//! Knob and value are compared on the knob's own way, so a mapping keeps its value as the *position* that the knob would
//! have there, shapes it on the way out, and takes what others set back through [`Glue::unshape`](super::Glue::unshape).
//! A mapping that keeps nothing but the shaped value loses what its steps round off: that is well once the knob has taken
//! over, but `Parallel` and `Proportional` may then stand still. *Unknown* is before the knob
//! was ever heard, *apart* is when it stands elsewhere, *one* is when it has taken over.
//!
//! | state | event | state | value |
//! |---|---|---|---|
//! | any, `Off` | turn | one | the knob's |
//! | one | turn | one | the knob's |
//! | unknown | turn onto the value | one | stays |
//! | | turn within `tolerance` of it | one | the knob's |
//! | | turn elsewhere | apart | stays |
//! | apart | turn onto the value, or past it | one | the knob's |
//! | | turn within `tolerance` of it | one | the knob's |
//! | | turn elsewhere, `PickUp` and `Tolerant` | apart | stays |
//! | | turn towards the value, `CatchUp` | apart | stays |
//! | | turn away from the value, `CatchUp` | apart, or one where they meet | (1) |
//! | | turn elsewhere, `Parallel` | apart, or one where they meet | moves as far as the knob, up to an end |
//! | | turn elsewhere, `Proportional` | apart, or one where they meet | (1) |
//! | any | value moved, or knob found, elsewhere | apart | |
//! | | value moved, or knob found, at each other | one | |
//! | | knob lost | unknown | |
//!
//! (1) Of what is left of its way to the end that the knob turns to, the value goes the share that the knob goes of its own:
//! by `knob's step * value's way / knob's way`, rounded. At that end they meet. A value that is nearer to the end than the knob
//! moves slower than it, one that is further moves quicker, and very much quicker when the knob stands just before the end.
//!
//! `CatchUp` and `Proportional` differ when the knob turns towards the value: the first leaves the value until the knob
//! arrives, so that it never moves away from a target that is being aimed at; the second moves it ahead of the knob, so that
//! every turn is heard.

use serde::{Deserialize, Serialize};

/// The six ways. Positions and values are 0..=65535.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Takeover {
    /// The value jumps to the knob.
    Off,
    /// Nothing happens until the knob passes the value.
    #[default]
    PickUp,
    /// Nothing happens until the knob is as near to the value as this, or passes it.
    Tolerant {
        /// How near.
        tolerance: u16,
    },
    /// The value moves towards the knob, gradually, so that both meet at the end that the knob turns to. It stays while the
    /// knob comes towards it.
    CatchUp,
    /// The value moves as far as the knob does, until an end brings them together.
    Parallel,
    /// The value moves by the share of its remaining way that the knob takes of its own.
    Proportional,
}

/// Where a knob is and whether it has taken over.
///
/// ```
/// use ripieno_panel::glue::{Takeover, TakeoverState};
///
/// let mut state = TakeoverState::default();
/// assert_eq!(state.turn(Takeover::PickUp, 10_000, 30_000), None);
/// assert_eq!(state.distance(30_000), Some(20_000));
/// assert_eq!(state.turn(Takeover::PickUp, 30_500, 30_000), Some(30_500));
/// assert_eq!(state.distance(30_500), Some(0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakeoverState {
    position: Option<u16>,
    is_one: bool,
}

impl TakeoverState {
    /// The knob is at `position`, the value at `value`: returns the new value if it changes. Real-time.
    pub fn turn(&mut self, takeover: Takeover, position: u16, value: u16) -> Option<u16> {
        let before = self.position.replace(position);
        let to = if self.is_one || takeover == Takeover::Off || passes(before.unwrap_or(position), position, value) {
            position
        } else {
            match (takeover, before) {
                (Takeover::Tolerant { tolerance }, _) if position.abs_diff(value) <= tolerance => position,
                (Takeover::CatchUp, Some(before)) if position.abs_diff(value) > before.abs_diff(value) => {
                    meet_at_end(before, position, value)
                }
                (Takeover::Parallel, Some(before)) if position > before => value.saturating_add(position - before),
                (Takeover::Parallel, Some(before)) => value.saturating_sub(before - position),
                (Takeover::Proportional, Some(before)) => meet_at_end(before, position, value),
                _ => value,
            }
        };
        self.is_one = to == position;
        (to != value).then_some(to)
    }

    /// The value was changed by something else: the knob has to take over again unless it stands there. Real-time.
    pub fn moved(&mut self, value: u16) {
        self.is_one = self.position == Some(value);
    }

    /// The knob stands at `position`, as far as anybody knows, and has to take over unless the value is there too: as when
    /// its bank comes back after it was turned for another. Real-time.
    pub fn found(&mut self, position: Option<u16>, value: u16) {
        self.position = position;
        self.moved(value);
    }

    /// From the knob to the value, 0 once it has taken over; none before the knob was ever turned. Real-time.
    pub fn distance(&self, value: u16) -> Option<i32> {
        self.position.map(|position| if self.is_one { 0 } else { i32::from(value) - i32::from(position) })
    }
}

impl TakeoverState {
    /// Two bits and the position.
    pub(crate) fn pack(&self) -> (u8, u16) {
        (u8::from(self.is_one) | u8::from(self.position.is_some()) << 1, self.position.unwrap_or(0))
    }

    /// What was [packed](Self::pack).
    pub(crate) fn unpack(bits: u8, position: u16) -> Self {
        Self { position: (bits & 2 != 0).then_some(position), is_one: bits & 1 != 0 }
    }
}

/// True when a way from one position to another leads onto or over a value.
fn passes(from: u16, to: u16, value: u16) -> bool {
    (from.min(to)..=from.max(to)).contains(&value)
}

/// The value after it went the same share of its way to the end as the knob of its own. Both ways are as long as u16 at
/// most, so that the product has room.
fn meet_at_end(from: u16, to: u16, value: u16) -> u16 {
    let left = |value: u16, to: u16, from: u16| {
        let from = u32::from(from.max(1));
        ((u32::from(value) * u32::from(to) + from / 2) / from) as u16
    };
    match from.cmp(&to) {
        core::cmp::Ordering::Less => u16::MAX - left(u16::MAX - value, u16::MAX - to, u16::MAX - from),
        core::cmp::Ordering::Equal => value,
        core::cmp::Ordering::Greater => left(value, to, from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Takeover::*;

    const SIX: [Takeover; 6] = [Off, PickUp, Tolerant { tolerance: 100 }, CatchUp, Parallel, Proportional];

    /// The state of a knob that stands at a position, taken over or not.
    fn at(position: Option<u16>, is_one: bool) -> TakeoverState {
        TakeoverState { position, is_one }
    }

    /// A turn, for one way of taking over or for all but `Off`.
    fn check(takeovers: &[Takeover], state: TakeoverState, (position, value): (u16, u16), is_one: bool, to: u16) {
        for &takeover in takeovers {
            let mut after = state;
            let changed = after.turn(takeover, position, value);
            assert_eq!(changed, (to != value).then_some(to), "{takeover:?} {state:?} {position} {value}");
            assert_eq!(after, at(Some(position), is_one), "{takeover:?} {state:?} {position} {value}");
            let distance = if is_one { 0 } else { i32::from(to) - i32::from(position) };
            assert_eq!(after.distance(to), Some(distance));
        }
    }

    #[test]
    fn every_turn_is_as_the_table_says() {
        let all = &SIX[..];
        let gentle = &SIX[1..];
        let unknown = at(None, false);
        let apart = at(Some(20_000), false);
        let one = at(Some(20_000), true);

        check(&[Off], unknown, (5, 60_000), true, 5);
        check(&[Off], apart, (5, 60_000), true, 5);
        check(all, one, (60_000, 20_000), true, 60_000);
        check(all, one, (20_000, 20_000), true, 20_000);

        check(gentle, unknown, (700, 700), true, 700);
        check(&[Tolerant { tolerance: 100 }], unknown, (700, 800), true, 700);
        check(&[Tolerant { tolerance: 100 }], unknown, (700, 801), false, 801);
        check(&[PickUp, CatchUp, Parallel, Proportional], unknown, (700, 701), false, 701);

        check(gentle, apart, (21_000, 21_000), true, 21_000);
        check(gentle, apart, (22_000, 21_000), true, 22_000);
        check(gentle, apart, (18_000, 19_000), true, 18_000);
        check(&[Tolerant { tolerance: 100 }], apart, (20_900, 21_000), true, 20_900);
        check(&[Tolerant { tolerance: 100 }], apart, (20_899, 21_000), false, 21_000);
        check(&[PickUp, Tolerant { tolerance: 100 }], apart, (19_000, 21_000), false, 21_000);

        // Up, towards a value above; down, towards one below.
        check(&[CatchUp], apart, (30_000, 40_000), false, 40_000);
        check(&[CatchUp], apart, (15_000, 10_000), false, 10_000);
        // Away from it: a fourth of the knob's way is a fourth of the value's.
        check(&[CatchUp, Proportional], apart, (15_000, 40_000), false, 30_000);
        check(&[CatchUp, Proportional], apart, (0, 40_000), true, 0);
        check(&[CatchUp, Proportional], at(Some(45_535), false), (50_535, 25_535), false, 35_535);
        check(&[CatchUp, Proportional], at(Some(45_535), false), (65_535, 25_535), true, 65_535);
        // Towards it, slower than the knob.
        check(&[Proportional], at(Some(25_535), false), (35_535, 45_535), false, 50_535);
        check(&[Proportional], at(Some(40_000), false), (30_000, 20_000), false, 15_000);

        check(&[Parallel], apart, (20_500, 40_000), false, 40_500);
        check(&[Parallel], apart, (19_500, 40_000), false, 39_500);
        check(&[Parallel], apart, (30_000, 60_000), false, 65_535);
        check(&[Parallel], at(Some(65_000), false), (65_535, 65_535), true, 65_535);
        check(&[Parallel], apart, (10_000, 4_000), false, 0);
        check(&[Parallel], at(Some(300), false), (0, 0), true, 0);
        // A knob that is said to be where it was moves nothing.
        check(gentle, apart, (20_000, 40_000), false, 40_000);
    }

    #[test]
    fn what_moves_the_value_or_finds_the_knob_is_as_the_table_says() {
        for state in [at(None, false), at(Some(5), false), at(Some(5), true)] {
            let after = |change: fn(&mut TakeoverState)| {
                let mut state = state;
                change(&mut state);
                (state.position, state.is_one)
            };
            assert_eq!(after(|state| state.moved(5)), (state.position, state.position.is_some()));
            assert_eq!(after(|state| state.moved(6)), (state.position, false));
            assert_eq!(after(|state| state.found(Some(9), 9)), (Some(9), true));
            assert_eq!(after(|state| state.found(Some(9), 5)), (Some(9), false));
            assert_eq!(after(|state| state.found(None, 5)), (None, false));
        }
        assert_eq!(TakeoverState::default().distance(5), None);
        assert!(size_of::<TakeoverState>() <= 6);
    }
}
