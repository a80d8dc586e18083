//! A value that follows another one at leisure (`_smoothccN`, `bend_smooth`).

/// On its way to where it is told, in a straight line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoother {
    value: f32,
    target: f32,
    /// Frames until it is there.
    left: f32,
}

impl Smoother {
    /// Is there at once.
    pub fn jump(&mut self, target: f32) {
        *self = Self { value: target, target, left: 0.0 };
    }

    /// `frames` later; every new target takes `length` frames from wherever it is.
    pub fn follow(&mut self, target: f32, length: f32, frames: f32) -> f32 {
        if target != self.target {
            (self.target, self.left) = (target, length);
        }
        if self.left <= frames {
            self.jump(self.target);
        } else {
            self.value += (self.target - self.value) * (frames / self.left);
            self.left -= frames;
        }
        self.value
    }

    /// Where it is.
    pub fn value(&self) -> f32 {
        self.value
    }

    /// True until it is there.
    pub fn is_moving(&self) -> bool {
        self.left > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_takes_the_same_time() {
        // As sfizz: 100 ms up, called back half way, 100 ms down.
        let mut smoother = Smoother::default();
        for (frames, target, value) in [
            (1200.0, 1.0, 0.25),
            (1200.0, 1.0, 0.5),
            (2400.0, 0.0, 0.25),
            (2300.0, 0.0, 0.010_416_7),
            (100.0, 0.0, 0.0),
        ] {
            assert!((smoother.follow(target, 4800.0, frames) - value).abs() < 1e-5, "{frames} {target}");
        }
        assert!(!smoother.is_moving());
        assert_eq!(smoother.follow(1.0, 0.0, 64.0), 1.0);
    }
}
