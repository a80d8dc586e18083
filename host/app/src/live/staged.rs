//! Inputs that wait for their frame, in order of time.

use ripieno_rig::{Input, Inputs};
use ripieno_types::{Command, Timed};

/// A short queue in fixed memory.
#[derive(Debug)]
pub struct Staged {
    /// The inputs `from..until`; `from` moves on as they are taken.
    slots: Box<[Timed<Input>]>,
    from: usize,
    until: usize,
}

impl Staged {
    /// Room for so many. Control: allocates.
    pub fn new(capacity: usize) -> Self {
        let empty = Timed { at: 0, value: Input::Direct(Command::Panic) };
        Self { slots: vec![empty; capacity].into_boxed_slice(), from: 0, until: 0 }
    }

    /// True while there is room for another. Real-time.
    pub fn has_room(&self) -> bool {
        self.until - self.from < self.slots.len()
    }

    /// Lets all that waits be due at a frame, in its order. Real-time.
    pub fn hasten(&mut self, at: u64) {
        self.slots[self.from..self.until].iter_mut().for_each(|input| input.at = at);
    }

    /// The frame of the last that waits. Real-time.
    pub fn last_at(&self) -> Option<u64> {
        self.slots[self.from..self.until].last().map(|input| input.at)
    }

    /// Queues an input behind all that are due no later. False when there is no room. Real-time: moves what is due
    /// later.
    pub fn insert(&mut self, input: Timed<Input>) -> bool {
        if !self.has_room() {
            return false;
        }
        if self.until == self.slots.len() {
            self.slots.copy_within(self.from..self.until, 0);
            (self.from, self.until) = (0, self.until - self.from);
        }
        let waiting = &self.slots[self.from..self.until];
        let place = self.from + waiting.partition_point(|other| other.at <= input.at);
        self.slots.copy_within(place..self.until, place + 1);
        self.slots[place] = input;
        self.until += 1;
        true
    }
}

impl Inputs for Staged {
    fn next_at(&mut self) -> Option<u64> {
        self.slots[self.from..self.until].first().map(|input| input.at)
    }

    fn take(&mut self) -> Option<Timed<Input>> {
        let input = *self.slots[self.from..self.until].first()?;
        self.from += 1;
        if self.from == self.until {
            (self.from, self.until) = (0, 0);
        }
        Some(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_panel::DeviceId;

    fn input(at: u64, number: u8) -> Timed<Input> {
        Timed { at, value: Input::Refresh(DeviceId(number)) }
    }

    #[test]
    fn order_is_by_time_and_then_by_arrival() {
        // Beside a plain model: a stable sort.
        let mut staged = Staged::new(8);
        let mut model: Vec<Timed<Input>> = Vec::new();
        let mut seed = 1_u32;
        for step in 0..10_000_u32 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if seed >> 31 == 0 {
                let new = input(u64::from(seed >> 8 & 7), step as u8);
                assert_eq!(staged.has_room(), model.len() < 8);
                if staged.insert(new) {
                    model.push(new);
                    model.sort_by_key(|input| input.at);
                }
            } else {
                let expected = (!model.is_empty()).then(|| model.remove(0));
                assert_eq!(staged.next_at(), expected.map(|input| input.at));
                assert_eq!(staged.take(), expected);
            }
        }
    }
}
