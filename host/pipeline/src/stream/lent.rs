//! Frames lent to a reader: in the ring itself while it holds the writer back, else a private copy that was checked.

use super::book::Book;
use super::ring::Ring;
use super::stash::Stash;
use super::{elements, stamp};
use crate::{Element, Stamp};
use ripieno_ring::broadcast::{ReadGrant, Wide};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

pub(super) enum Held<'r> {
    Lent(ReadGrant<'r, u64, Wide>),
    Own(&'r mut Stash),
}

/// The oldest frames, lent together. Dropped without [`increment`](Self::increment) they will be seen again.
pub struct Window<'r, T: Element> {
    pub(super) held: Held<'r>,
    pub(super) ring: &'r Ring,
    pub(super) book: &'r mut Book,
    pub(super) frames: usize,
    pub(super) _type: PhantomData<T>,
}

#[expect(clippy::len_without_is_empty, reason = "a window is never empty")]
impl<T: Element> Window<'_, T> {
    /// Frames in it: as many as were asked for. Any.
    pub fn len(&self) -> usize {
        self.frames
    }

    /// Frame `index`, the oldest first. Any.
    ///
    /// # Panics
    /// If there is no such frame.
    #[inline]
    pub fn frame(&self, index: usize) -> &[T] {
        elements(self.slot(index), self.book.bytes)
    }

    /// Number and time of frame `index`. Any.
    ///
    /// # Panics
    /// If there is no such frame.
    #[inline]
    pub fn stamp(&self, index: usize) -> Stamp {
        stamp(self.slot(index))
    }

    #[inline]
    fn slot(&self, index: usize) -> &[u64] {
        assert!(index < self.frames, "frame {index} of a window of {}", self.frames);
        match &self.held {
            Held::Lent(grant) => grant.item(index),
            Held::Own(stash) => stash.item(index),
        }
    }

    /// Passes the first `count` frames, at most all. Any.
    #[inline]
    pub fn increment(self, count: usize) {
        let count = count.min(self.frames);
        match self.held {
            Held::Lent(grant) => {
                grant.commit(count);
                self.ring.room_bell().ring();
            }
            Held::Own(stash) => _ = stash.pass(count),
        }
        self.book.passed(self.ring, count);
    }
}

impl<T: Element> fmt::Debug for Window<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("frames", &self.frames).field("first", &self.stamp(0)).finish_non_exhaustive()
    }
}

/// The next frame, lent. Dropped without [`increment`](Self::increment) it will be seen again.
pub struct Look<'r, T: Element>(pub(super) Window<'r, T>);

impl<T: Element> Look<'_, T> {
    /// Its number and time. Any.
    #[inline]
    pub fn stamp(&self) -> Stamp {
        self.0.stamp(0)
    }

    /// Passes the frame. Any.
    #[inline]
    pub fn increment(self) {
        self.0.increment(1);
    }
}

impl<T: Element> Deref for Look<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.0.frame(0)
    }
}

impl<T: Element> fmt::Debug for Look<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Look").field(&self.stamp()).finish()
    }
}
