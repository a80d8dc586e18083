//! How a synth is set up.

use crate::{BankStyle, Sf2Profile, Strategy};
use ripieno_types::SampleRate;

/// How frames are read between frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Two points: the least work, for small processors.
    Linear,
    /// Four points, third order (Catmull-Rom).
    Cubic,
    /// Eight points: images below −80 dB up to a fifth of the recording's rate.
    #[default]
    Fine,
    /// Twenty-four points: images below −100 dB up to 0.35 of the recording's rate; and every voice through its low-pass,
    /// open or not.
    Hq,
}

impl Interpolation {
    /// What an SFZ `sample_quality` asks for, `None` for 0.
    pub(crate) fn of_quality(quality: u8) -> Option<Self> {
        match quality {
            0 => None,
            1 => Some(Self::Linear),
            2 => Some(Self::Cubic),
            3 | 4 => Some(Self::Fine),
            5.. => Some(Self::Hq),
        }
    }
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
    /// The sustain pedal is a continuum: between its ends it damps what was let go the more, the higher it is. Otherwise it
    /// is the standard's switch. Most senders know nothing but the ends and sound the same either way.
    pub half_pedal: bool,
    /// Linear master gain, on the scale of fluidsynth's `-g`: equal figures sound equally loud.
    pub gain: f32,
    /// How literally SoundFonts are taken.
    pub profile: Sf2Profile,
    /// What bank select means, until a message says for which kind of module a song was written.
    pub bank_style: BankStyle,
    /// Begins, and begins again after each reset, with an MPE zone of all channels: for controllers that do not send its
    /// configuration.
    pub mpe: bool,
}

impl SynthConfig {
    /// [`SynthConfig::gain`] unless set: sixteen channels at full swing seldom clip.
    pub const DEFAULT_GAIN: f32 = 0.2;

    /// Fine interpolation, all voices, default strategy and gain, half pedal. Any.
    pub const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            interpolation: Interpolation::Fine,
            polyphony: usize::MAX,
            strategy: Strategy::ReleasingThenQuietestThenOldest,
            half_pedal: true,
            gain: Self::DEFAULT_GAIN,
            profile: Sf2Profile::V2_04,
            bank_style: BankStyle::Gs,
            mpe: false,
        }
    }
}
