//! What a sample asks of a ring, and ours.

use ripieno_ring::spsc;

/// Slots of every ring.
pub const SLOTS: usize = 2048;

/// The writing end of a ring.
pub trait Push<T: Copy>: Send {
    /// Pushes one item; false if there was no room.
    fn push(&mut self, item: T) -> bool;

    /// Pushes items one by one as long as there is room; returns how many.
    #[inline]
    fn push_each(&mut self, items: &[T]) -> usize {
        items.iter().take_while(|item| self.push(**item)).count()
    }

    /// Pushes as many items as there is room for, as a slice if the ring takes slices; returns how many.
    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.push_each(items)
    }
}

/// The reading end of a ring.
pub trait Pop<T: Copy>: Send {
    /// Pops one item.
    fn pop(&mut self) -> Option<T>;

    /// Pops items one by one as long as there are any; returns how many.
    #[inline]
    fn pop_each(&mut self, items: &mut [T]) -> usize {
        let mut count = 0;
        for slot in items {
            let Some(item) = self.pop() else { break };
            *slot = item;
            count += 1;
        }
        count
    }

    /// Pops as many items as there are, as a slice if the ring gives slices; returns how many.
    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.pop_each(items)
    }
}

/// Our ends; `BURSTS` says whether items one by one are shown at the end of a burst.
pub struct Ours<E, const BURSTS: bool>(E);

impl<T: Copy + Send, const BURSTS: bool> Push<T> for Ours<spsc::Producer<'static, T>, BURSTS> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.0.push(item).is_ok()
    }

    #[inline]
    fn push_each(&mut self, items: &[T]) -> usize {
        if BURSTS {
            let mut burst = self.0.burst();
            items.iter().take_while(|item| burst.push(**item).is_ok()).count()
        } else {
            items.iter().take_while(|item| self.push(**item)).count()
        }
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.0.push_slice(items)
    }
}

impl<T: Copy + Send, const BURSTS: bool> Pop<T> for Ours<spsc::Consumer<'static, T>, BURSTS> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    #[inline]
    fn pop_each(&mut self, items: &mut [T]) -> usize {
        if BURSTS {
            let burst = self.0.burst();
            items.iter_mut().zip(burst).map(|(slot, item)| *slot = item).count()
        } else {
            let mut count = 0;
            for slot in items {
                let Some(item) = self.0.pop() else { break };
                *slot = item;
                count += 1;
            }
            count
        }
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.0.pop_slice(items)
    }
}

/// Our ring, each single item shown at once.
pub fn single<T: Copy + Send + 'static>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = spsc::channel(SLOTS);
    (Ours::<_, false>(producer), Ours::<_, false>(consumer))
}

/// Our ring, single items shown by the burst.
pub fn burst<T: Copy + Send + 'static>() -> (impl Push<T>, impl Pop<T>) {
    let (producer, consumer) = spsc::channel(SLOTS);
    (Ours::<_, true>(producer), Ours::<_, true>(consumer))
}
