//! Frames that were copied out of the ring and not passed yet, oldest first: what a reader that holds nobody back looks at.

/// A queue of slots that lie one behind the other.
#[derive(Debug)]
pub(super) struct Stash {
    words: Vec<u64>,
    width: usize,
    first: usize,
    len: usize,
}

impl Stash {
    pub fn new(width: usize) -> Self {
        Self { words: Vec::new(), width, first: 0, len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Slot `index`, the oldest first.
    pub fn item(&self, index: usize) -> &[u64] {
        assert!(index < self.len, "frame {index} of {}", self.len);
        &self.words[(self.first + index) * self.width..][..self.width]
    }

    /// Room for one more, which `keep` then keeps.
    pub fn room(&mut self) -> &mut [u64] {
        let width = self.width;
        if (self.first + self.len + 1) * width > self.words.len() {
            self.words.copy_within(self.first * width..(self.first + self.len) * width, 0);
            self.first = 0;
            // Twice as many as there are, so that most calls move nothing.
            let needed = if self.len == 0 { 1 } else { 2 * (self.len + 1) };
            self.words.resize(self.words.len().max(needed * width), 0);
        }
        &mut self.words[(self.first + self.len) * width..][..width]
    }

    pub fn keep(&mut self) {
        self.len += 1;
    }

    /// Passes the oldest `count`, at most all; returns how many.
    pub fn pass(&mut self, count: usize) -> usize {
        let count = count.min(self.len);
        self.len -= count;
        self.first = if self.len == 0 { 0 } else { self.first + count };
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    proptest! {
        #[test]
        fn behaves_as_a_queue(steps in prop::collection::vec((any::<bool>(), 0..4_usize), 0..100)) {
            let mut stash = Stash::new(3);
            let mut model = VecDeque::new();
            for (number, (push, count)) in (0_u64..).zip(steps) {
                if push {
                    stash.room().fill(number);
                    stash.keep();
                    model.push_back(number);
                } else {
                    prop_assert_eq!(stash.pass(count), count.min(model.len()));
                    model.drain(..count.min(model.len()));
                }
                prop_assert_eq!(stash.len(), model.len());
                for (index, number) in model.iter().enumerate() {
                    prop_assert_eq!(stash.item(index), &[*number; 3]);
                }
            }
        }
    }
}
