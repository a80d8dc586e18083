//! How a synth is set up.

use crate::Strategy;
use ripieno_types::SampleRate;

/// How frames are read between frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Two points: the least work, for small processors.
    Linear,
    /// Four points, third order (Catmull-Rom).
    #[default]
    Cubic,
    /// [`Interpolation::HQ_POINTS`] points of a windowed sinc, and every voice through its low-pass, open or not.
    Hq,
}

/// Settings of a [`Synth`](crate::Synth).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SynthConfig {
    /// Frames a second.
    pub rate: SampleRate,
    /// How samples are interpolated.
    pub interpolation: Interpolation,
    /// Voices at once, at most (and by default) as many as the synth has.
    pub polyphony: usize,
    /// Who gives way when no voice is free.
    pub strategy: Strategy,
    /// Linear master gain, on the scale of fluidsynth's `-g`: equal figures sound equally loud.
    pub gain: f32,
}

impl SynthConfig {
    /// [`SynthConfig::gain`] unless set: sixteen channels at full swing seldom clip.
    pub const DEFAULT_GAIN: f32 = 0.2;

    /// Cubic interpolation, all voices, default strategy and gain. Any.
    pub const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            interpolation: Interpolation::Cubic,
            polyphony: usize::MAX,
            strategy: Strategy::ReleasingThenQuietestThenOldest,
            gain: Self::DEFAULT_GAIN,
        }
    }
}
