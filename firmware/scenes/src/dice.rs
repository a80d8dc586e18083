//! Numbers that look random and are the same everywhere.

/// A xorshift generator.
#[derive(Clone, Debug)]
pub struct Dice(u32);

impl Dice {
    /// A sequence of its own for each seed. Any.
    pub const fn new(seed: u32) -> Self {
        Self(seed ^ 0x9E37_79B9 | 1)
    }

    /// The next number, 0..`sides`; `sides` is at least 1. Any.
    pub fn below(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        // The upper bits, without a division.
        ((u64::from(self.0) * u64::from(sides)) >> 32) as u32
    }

    /// A data byte of a MIDI message. Any.
    pub fn data(&mut self) -> u8 {
        self.below(128) as u8
    }

    /// 0..=1. Any.
    pub fn unit(&mut self) -> f32 {
        self.below(65_536) as f32 * (1.0 / 65_535.0)
    }
}
