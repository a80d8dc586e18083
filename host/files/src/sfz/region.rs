//! A region that is read, but whose recording has not been looked at yet.

use ripieno_synth::sampler::{Part, Repeat, WaveKind};

/// What a region plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    /// A recording, by its place in [`Sfz::files`](super::Sfz::files).
    Recording(u32),
    /// A generator.
    Generator(WaveKind),
}

/// A region of an instrument, all but what its recording's header decides.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// Its runs lie in the instrument's tables.
    pub(super) part: Part,
    pub(super) sound: Sound,
    /// `loop_mode`; without it the recording decides.
    pub(super) repeat: Option<Repeat>,
    /// Frames from the recording's beginning; the second one past the last.
    pub(super) loop_start: Option<u32>,
    pub(super) loop_end: Option<u32>,
    /// Seconds.
    pub(super) loop_crossfade: f32,
    /// `offset_mode=percent`: how much of the recording is passed over.
    pub(super) offset_percent: Option<f32>,
    /// The row of the tables' values that takes the recording's own key (`pitch_keycenter=sample`).
    pub(super) root_row: Option<u32>,
}
