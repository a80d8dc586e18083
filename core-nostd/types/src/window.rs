//! How much of a recording is taken at a time.

/// How long a window a separator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowFrames {
    /// Exactly so many frames, at least 1: shorter audio is padded.
    Fixed(usize),
    /// Any multiple of `align` up to `most`. One length for a whole recording is the cheapest.
    Flexible {
        /// What the length must be a multiple of, in frames, at least 1.
        align: usize,
        /// The longest window, in frames, a multiple of `align`; `usize::MAX` where nothing limits it.
        most: usize,
        /// The length where the user asks for none, in frames, a multiple of `align`. `None`: the whole recording.
        preferred: Option<usize>,
    },
}
