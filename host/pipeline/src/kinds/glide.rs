//! A number that glides to where it is set, row by row, so that nothing clicks.

use crate::frame::FrameSpec;

/// Seconds of a glide.
const GLIDE_SECS: f64 = 0.01;
/// Rows of a glide where the stream states no rate.
const GLIDE_ROWS: usize = 512;

/// A gliding number: the first value is taken at once, each later one is reached in a straight line.
#[derive(Clone, Debug)]
pub(super) struct Glide {
    value: Option<f64>,
    target: f64,
    step: f64,
    left: usize,
    rows: usize,
}

impl Glide {
    pub(super) fn new(spec: &FrameSpec) -> Self {
        Self::at_rate(spec.rate_hz())
    }

    /// As long in time where `next` is asked `rate_hz` times a second.
    pub(super) fn at_rate(rate_hz: Option<f64>) -> Self {
        let rows = rate_hz.map_or(GLIDE_ROWS, |rate| (rate * GLIDE_SECS).ceil() as usize);
        Self { value: None, target: 0.0, step: 0.0, left: 0, rows: rows.max(1) }
    }

    /// Sets where it goes. Once a frame.
    pub(super) fn aim(&mut self, target: f64) {
        match self.value {
            None => (self.value, self.target) = (Some(target), target),
            Some(value) if target != self.target => {
                self.target = target;
                self.left = self.rows;
                self.step = (target - value) / self.rows as f64;
            }
            Some(_) => {}
        }
    }

    /// The value, if it stays as it is.
    pub(super) fn settled(&self) -> Option<f64> {
        if self.left == 0 { Some(self.target) } else { None }
    }

    /// The value for the next row.
    pub(super) fn next(&mut self) -> f64 {
        if self.left > 0 {
            self.left -= 1;
            let value = self.target - self.step * self.left as f64;
            self.value = Some(value);
        }
        self.value.unwrap_or(self.target)
    }
}

/// The factor of a level in decibels.
pub(super) fn from_db(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::DType;

    #[test]
    fn a_glide_ends_exactly_where_it_was_aimed() {
        let spec = FrameSpec::new(DType::F32, &[64, 1]).and_then(|spec| spec.with_rate(1000.0)).expect("legal");
        let mut glide = Glide::new(&spec);
        glide.aim(1.0);
        assert_eq!(glide.settled(), Some(1.0), "the first value is taken at once");
        glide.aim(0.25);
        let values: Vec<f64> = (0..10).map(|_| glide.next()).collect();
        assert!(values.windows(2).all(|pair| pair[0] > pair[1]), "{values:?}");
        assert_eq!((values[9], glide.settled()), (0.25, Some(0.25)));
    }
}
