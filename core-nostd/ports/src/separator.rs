//! What takes a mix apart: a model, an algorithm, or a stand-in for one.

use crate::Fault;
use ripieno_types::{Anchor, SampleRate, WindowFrames};

/// What a separator takes and gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// The rate of what goes in and comes out.
    pub rate: SampleRate,
    /// Channels in and, for each stem, out; at least 1.
    pub channels: usize,
    /// Stems out, at least 1.
    pub stems: usize,
    /// How many frames go in at a time; as many come out.
    pub window: WindowFrames,
    /// Frames at either end of a window that only serve as context and are better taken from the neighbouring window.
    pub context: usize,
    /// Whether [`Conditions::statistics`] must be there.
    pub wants_statistics: bool,
}

/// Mean and deviation of a whole recording, of the mean of its channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// The mean sample.
    pub mean: f32,
    /// The standard deviation of the samples, at least 0.
    pub deviation: f32,
}

/// What is wanted of one window, besides its samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions<'a> {
    /// What to separate, in words; empty where the stems are fixed.
    pub description: &'a str,
    /// Anchors in seconds from the window's first frame. Where two overlap, the later one holds.
    pub anchors: &'a [Anchor],
    /// Where what is sent begins in the recording, in frames at the separator's rate; below 0 where padding or prompts come
    /// before it. Noise is drawn by this place, so that windows which overlap share it.
    pub start_frame: i64,
    /// What noise is drawn from, together with the place.
    pub seed: u64,
    /// Of the whole recording; there when [`Geometry::wants_statistics`] says so.
    pub statistics: Option<Statistics>,
}

/// Takes a mix apart, a window at a time.
pub trait Separator {
    /// Why it cannot.
    type Error: Fault;

    /// What it takes and gives; the same for its whole life. Any.
    fn geometry(&self) -> Geometry;

    /// Separates one window. `mix` holds its channels one after the other, each of the window's length. `stems` has room
    /// for the stems one after the other, each like `mix`. Returns the frames that were written from the start of every
    /// channel: fewer than the window has when the separator came short. Worker; blocks for as long as it takes.
    ///
    /// # Errors
    /// By kind; `stems` may hold anything then.
    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error>;
}

impl<T: Separator + ?Sized> Separator for &mut T {
    type Error = T::Error;

    fn geometry(&self) -> Geometry {
        (**self).geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        (**self).separate(mix, conditions, stems)
    }
}
