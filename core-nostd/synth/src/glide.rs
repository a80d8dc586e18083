//! Portamento: a pitch on its way from one key to another, linear in cents.

/// What a voice's pitch is still away from its key.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glide {
    /// Cents, towards zero.
    cents: f32,
    /// Cents a frame, never negative.
    speed: f32,
}

impl Glide {
    /// On its way from `cents` off the key (either sign), there in `frames`; at once if that is no positive number.
    pub fn new(cents: f32, frames: f32) -> Self {
        if frames > 0.0 { Self { cents, speed: cents.abs() / frames } } else { Self::default() }
    }

    /// The same in so many times as wide steps.
    pub fn scaled(self, factor: f32) -> Self {
        Self { cents: self.cents * factor, speed: (self.speed * factor).abs() }
    }

    /// How far off the key it is, in cents.
    pub fn cents(&self) -> f32 {
        self.cents
    }

    /// True once it has arrived.
    pub fn is_over(&self) -> bool {
        self.cents == 0.0
    }

    /// `frames` later.
    pub fn advance(&mut self, frames: f32) {
        let way = self.speed * frames;
        self.cents = if self.cents > 0.0 { (self.cents - way).max(0.0) } else { (self.cents + way).min(0.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_from_either_side_and_stays() {
        for cents in [1_200.0_f32, -700.0] {
            let mut glide = Glide::new(cents, 64.0);
            let way: [f32; 6] = core::array::from_fn(|_| {
                let now = glide.cents();
                glide.advance(16.0);
                now
            });
            assert_eq!(way, [1.0, 0.75, 0.5, 0.25, 0.0, 0.0].map(|part| part * cents));
            assert!(glide.is_over());
        }
        for frames in [0.0, -1.0, f32::NAN] {
            assert!(Glide::new(100.0, frames).is_over());
        }
        assert_eq!(Glide::new(100.0, 10.0).scaled(-0.5), Glide::new(-50.0, 10.0));
    }
}
