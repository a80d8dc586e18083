//! Makes bad files of good ones: cut short, flipped, filled, shuffled, with lying lengths. Deterministic.

/// A damaged file and how it came about.
#[derive(Clone, Debug)]
pub struct Case {
    /// For the failure message.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Case {
    fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes }
    }
}

/// A small generator of reproducible numbers (xorshift64*).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Seeds the dice; any seed will do.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `limit`, 0 if there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// `count` prefixes, from nothing to all but one byte.
pub fn truncations(good: &[u8], count: usize) -> Vec<Case> {
    (0..count)
        .map(|n| n * good.len() / count)
        .map(|length| Case::new(format!("cut to {length} bytes"), good[..length].to_vec()))
        .collect()
}

/// `count` copies, each with 1, 2, 4 … 128 bits flipped somewhere from `from` on.
pub fn bit_flips(good: &[u8], from: usize, count: usize, seed: u64) -> Vec<Case> {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|n| {
            let mut bytes = good.to_vec();
            for _ in 0..1 << (n % 8) {
                let at = from + dice.below(good.len().saturating_sub(from));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            Case::new(format!("{} bits flipped (#{n})", 1 << (n % 8)), bytes)
        })
        .collect()
}

/// `count` copies with a run of bytes replaced by zeros, ones or noise.
pub fn filled_runs(good: &[u8], from: usize, count: usize, seed: u64) -> Vec<Case> {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|n| {
            let mut bytes = good.to_vec();
            let at = from + dice.below(good.len().saturating_sub(from));
            let length = 1 + dice.below(64);
            for byte in bytes.iter_mut().skip(at).take(length) {
                *byte = match n % 3 {
                    0 => 0,
                    1 => 0xFF,
                    _ => dice.below(256) as u8,
                };
            }
            Case::new(format!("{length} bytes at {at} overwritten (#{n})"), bytes)
        })
        .collect()
}

/// The four-byte length at each of `fields` replaced by every kind of lie, one at a time. `big_endian` for MIDI files.
pub fn length_lies(good: &[u8], fields: &[usize], big_endian: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for &at in fields {
        let Some(field) = good.get(at..at + 4).and_then(|field| <[u8; 4]>::try_from(field).ok()) else { continue };
        let truth = if big_endian { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) };
        let lies = [0, 1, truth / 2, truth.wrapping_sub(1), truth.wrapping_add(1), 0x7FFF_FFFF, 0xFFFF_FFFE, u32::MAX];
        for lie in lies {
            let mut bytes = good.to_vec();
            bytes[at..at + 4].copy_from_slice(&if big_endian { lie.to_be_bytes() } else { lie.to_le_bytes() });
            cases.push(Case::new(format!("length {truth} at {at} said to be {lie}"), bytes));
        }
    }
    cases
}

/// `count` orders of `parts`, some repeated and some lost, each joined by `join`.
pub fn shuffles(parts: &[Vec<u8>], count: usize, seed: u64, join: impl Fn(&[Vec<u8>]) -> Vec<u8>) -> Vec<Case> {
    let mut dice = Dice::new(seed);
    (0..count)
        .map(|n| {
            let mut parts = parts.to_vec();
            for last in (1..parts.len()).rev() {
                parts.swap(last, dice.below(last + 1));
            }
            match n % 3 {
                1 => drop(parts.pop()),
                2 => parts.extend(parts.first().cloned()),
                _ => {}
            }
            Case::new(format!("shuffled parts (#{n})"), join(&parts))
        })
        .collect()
}
