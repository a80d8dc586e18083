//! Which parts of the view get how many rows, and where: what matters most is served first.

/// The parts of the view from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Header,
    Song,
    GapBelowHeader,
    Meters,
    Scale,
    GapBelowMeters,
    Strip,
    Octaves,
    Names,
    Numbers,
    GapBelowNumbers,
    Effects,
    /// What nobody asked for.
    Rest,
    Inputs,
    Error,
    Help,
}

impl Part {
    const ALL: [Self; 16] = [
        Self::Header,
        Self::Song,
        Self::GapBelowHeader,
        Self::Meters,
        Self::Scale,
        Self::GapBelowMeters,
        Self::Strip,
        Self::Octaves,
        Self::Names,
        Self::Numbers,
        Self::GapBelowNumbers,
        Self::Effects,
        Self::Rest,
        Self::Inputs,
        Self::Error,
        Self::Help,
    ];
}

/// Rows by part.
#[derive(Debug)]
pub struct Plan([u16; Part::ALL.len()]);

impl Plan {
    /// Grants rows out of `height` claim by claim; a claim that no longer fits whole gets what is left. Meters come as a
    /// pair or not at all.
    pub fn new(height: u16, claims: &[(Part, usize)]) -> Self {
        let mut granted = [0; Part::ALL.len()];
        let mut left = height;
        for (part, rows) in claims {
            let rows = u16::try_from(*rows).unwrap_or(u16::MAX);
            if *part != Part::Meters || rows <= left {
                granted[*part as usize] += rows.min(left);
                left -= rows.min(left);
            }
        }
        Self(granted)
    }

    /// Every part that has rows, its first row and how many there are.
    pub fn placed(&self) -> impl Iterator<Item = (Part, u16, u16)> {
        let mut top = 0;
        Part::ALL.into_iter().zip(self.0).filter(|(_, rows)| *rows > 0).map(move |(part, rows)| {
            top += rows;
            (part, top - rows, rows)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIMS: [(Part, usize); 6] = [
        (Part::Header, 1),
        (Part::Meters, 2),
        (Part::Help, 1),
        (Part::Effects, 9),
        (Part::Header, 1),
        (Part::Rest, usize::MAX),
    ];

    fn check(height: u16, expected: &[(Part, u16, u16)]) {
        assert_eq!(Plan::new(height, &CLAIMS).placed().collect::<Vec<_>>(), expected, "{height} rows");
    }

    #[test]
    fn what_matters_most_is_served_first() {
        check(0, &[]);
        check(1, &[(Part::Header, 0, 1)]);
        check(2, &[(Part::Header, 0, 1), (Part::Help, 1, 1)]);
        check(3, &[(Part::Header, 0, 1), (Part::Meters, 1, 2)]);
        check(6, &[(Part::Header, 0, 1), (Part::Meters, 1, 2), (Part::Effects, 3, 2), (Part::Help, 5, 1)]);
        check(
            20,
            &[
                (Part::Header, 0, 2),
                (Part::Meters, 2, 2),
                (Part::Effects, 4, 9),
                (Part::Rest, 13, 6),
                (Part::Help, 19, 1),
            ],
        );
    }

    #[test]
    fn parts_stand_in_their_order() {
        assert!(Part::ALL.into_iter().enumerate().all(|(index, part)| part as usize == index));
    }
}
