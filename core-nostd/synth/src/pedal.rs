//! A damper pedal as a continuum: how much of a note's release it takes away at each of its places.
//!
//! From [`DOWN`] on the pedal holds in full, as the standard's switch does, and up to [`UP`] it is up, however it trembles.
//! In between, at `x` of the way, a released note comes down at `(1 - x)²` of the speed of its release and at `1 - (1 - x)²`
//! of the speed at which it would fall if it were held. A pedal that sends nothing but 0 and 127 never gets there.

/// Up to this place of the pedal the dampers lie on the strings.
pub const UP: u8 = ripieno_types::midi::DAMPER_UP;

/// From this place on they are off them: where the standard's switch is on.
pub const DOWN: u8 = 64;

/// How far a pedal at `value` (0..=127) holds what was let go: 0 not at all, 1 in full.
pub fn damper(value: u8) -> f32 {
    let left = f32::from(DOWN.saturating_sub(value)) * (1.0 / (DOWN - UP) as f32);
    if left >= 1.0 { 0.0 } else { 1.0 - left * left }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_damper_lifts_smoothly_between_its_ends() {
        for value in 0..=127 {
            let here = damper(value);
            assert_eq!(here == 0.0, value <= UP, "{value}");
            assert_eq!(here == 1.0, value >= DOWN, "{value}");
            assert!(value == 0 || (0.0..0.05).contains(&(here - damper(value - 1))), "{value}");
        }
    }
}
