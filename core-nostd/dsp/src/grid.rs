//! The control grid: every effect works in segments of [`GRID`] frames counted from its own first frame, never from the
//! start of a block. What changes, changes at a grid point, so a render does not depend on how it is cut into blocks.

/// Frames between two control updates. A multiple of every SIMD width in use, and 0.7 ms at 44.1 kHz.
pub const GRID: usize = 32;

/// The place of each frame inside its segment, as the ramps want it.
pub const PLACES: [f32; GRID] = {
    let mut places = [0.0; GRID];
    let mut i = 0;
    while i < GRID {
        places[i] = i as f32;
        i += 1;
    }
    places
};

/// Where an effect stands on its grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    offset: usize,
}

impl Grid {
    /// Frames since the last grid point, below [`GRID`]. Real-time.
    #[inline(always)]
    pub fn offset(self) -> usize {
        self.offset
    }

    /// True at a grid point: control values are due. Real-time.
    #[inline(always)]
    pub fn is_due(self) -> bool {
        self.offset == 0
    }

    /// How many of the next `frames` frames lie in the present segment. Real-time.
    #[inline(always)]
    pub fn run(self, frames: usize) -> usize {
        frames.min(GRID - self.offset)
    }

    /// Moves on by any number of frames. Real-time.
    #[inline(always)]
    pub fn advance(&mut self, frames: usize) {
        self.offset = (self.offset + frames) % GRID;
    }

    /// The ramp places of the next `frames` frames, which must lie in one segment. Real-time.
    #[inline(always)]
    pub fn places(self, frames: usize) -> &'static [f32] {
        // They do; said so that an audio interrupt has no panic to reach.
        PLACES.get(self.offset..self.offset + frames).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_at_grid_points() {
        let mut grid = Grid::default();
        let mut runs = [0; 4];
        let mut left = 70;
        for run in &mut runs {
            *run = grid.run(left);
            grid.advance(*run);
            left -= *run;
        }
        assert_eq!(runs, [32, 32, 6, 0]);
        assert_eq!((grid.run(100), grid.is_due(), grid.places(2)), (26, false, &[6.0, 7.0][..]));
    }
}
