//! Colours for lights that have them.

/// Red, green and blue, 0..=255 each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Rgb {
    /// Dark.
    pub const DARK: Self = Self { red: 0, green: 0, blue: 0 };
    /// White, at what three lamps together may draw.
    pub const WHITE: Self = Self { red: LAMP, green: LAMP, blue: LAMP };

    /// The colour of a level: 0 is dark, 127 is white, and from 1 to 126 it goes once round from red by yellow, green,
    /// cyan and blue to magenta. Any.
    pub const fn of_level(level: u8) -> Self {
        match level {
            0 => Self::DARK,
            127.. => Self::WHITE,
            _ => {
                // Six ways of 21 levels, on each of which one lamp goes up or down.
                let (way, step) = ((level - 1) / 21, (level - 1) % 21);
                let up = (step as u16 * LAMP as u16 / 21) as u8;
                let down = LAMP - up;
                let (red, green, blue) = match way {
                    0 => (LAMP, up, 0),
                    1 => (down, LAMP, 0),
                    2 => (0, LAMP, up),
                    3 => (0, down, LAMP),
                    4 => (up, 0, LAMP),
                    _ => (LAMP, 0, down),
                };
                Self { red, green, blue }
            }
        }
    }

    /// As a WS2812 takes it: green first.
    pub const fn grb(self) -> [u8; 3] {
        [self.green, self.red, self.blue]
    }
}

/// The brightest that one lamp gets: eight pads in white stay below 150 mA.
const LAMP: u8 = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_go_round_the_colours() {
        let check = |level, (red, green, blue)| assert_eq!(Rgb::of_level(level), Rgb { red, green, blue }, "{level}");
        check(0, (0, 0, 0));
        check(1, (80, 0, 0));
        check(22, (80, 80, 0));
        check(43, (0, 80, 0));
        check(64, (0, 80, 80));
        check(85, (0, 0, 80));
        check(106, (80, 0, 80));
        check(127, (80, 80, 80));
        check(255, (80, 80, 80));
        let all = (1..127).map(Rgb::of_level);
        assert!(all.clone().zip(all.skip(1)).all(|(one, next)| one != next));
        assert_eq!(Rgb::of_level(43).grb(), [80, 0, 0]);
    }
}
