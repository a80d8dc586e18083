//! How many values an item is.

/// How many values an item is: [`One`], known when it is compiled, or [`Wide`], chosen at run time.
pub trait Width: sealed::Sealed + Copy + core::fmt::Debug + Send + Sync + 'static {
    /// Values of an item, at least 1. Real-time.
    fn values(self) -> usize;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::One {}
    impl Sealed for super::Wide {}
}

/// An item is one value. Takes no room and costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct One;

impl Width for One {
    #[inline(always)]
    fn values(self) -> usize {
        1
    }
}

/// An item is so many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide(
    /// Invariant: at least 1.
    usize,
);

impl Wide {
    /// Items of `values` values; `None` for none. Any.
    pub const fn new(values: usize) -> Option<Self> {
        if values == 0 { None } else { Some(Self(values)) }
    }
}

impl Width for Wide {
    #[inline(always)]
    fn values(self) -> usize {
        self.0
    }
}
