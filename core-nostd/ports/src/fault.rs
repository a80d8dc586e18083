//! What an adapter's error means for whoever has to go on.

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// Somebody else has it: try again later.
    Busy,
    /// It is not there, or no longer: wait until it is back and build anew.
    Gone,
    /// It cannot do that: ask for something else.
    Unsupported,
    /// There is not enough memory: ask for less at once.
    OutOfMemory,
    /// The system forbids it: tell the user.
    Denied,
    /// Nothing better is known: give up and tell the user.
    Failed,
}

/// An error that knows what should happen next.
pub trait Fault: core::error::Error {
    /// What to do next. Any.
    fn kind(&self) -> FaultKind;
}

impl Fault for core::convert::Infallible {
    fn kind(&self) -> FaultKind {
        match *self {}
    }
}
