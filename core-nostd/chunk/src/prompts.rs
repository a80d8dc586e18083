//! How anchors reach a window: those within it as they are, and sections of the recording sent along as prompts.
//!
//! The six modes and their order are PATCHBAY's. What is sent is the window with its prompts after it or before it, and
//! whatever lengthens that to a length that the model takes:
//!
//! ```text
//!   append    | window | gap | prompt | gap | prompt | padding |
//!   prepend   | prompt | gap | prompt | gap | window | padding |
//! ```
//!
//! Where anchors contradict each other, the later one in the list holds, as in the models themselves: that is why the order of
//! the local anchors is part of each mode.

mod arrange;
mod budget;
mod pick;

pub use arrange::{ArrangeError, Arrangement, arrange};
pub use budget::reserve;

use core::ops::Range;
use ripieno_types::{SampleRate, Sign};

/// How anchors reach windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnchorMode {
    /// Those within the window, nothing else.
    Strict,
    /// All anchored sections follow the window, in the user's order, even those that lie within it.
    Append,
    /// Only a window without an anchor gets all sections.
    StrictOrAppend,
    /// The sections with the nearest centres follow the window, in the order of time. Usually 2; as near, the earlier one.
    AppendNearest,
    /// The section with the latest centre not after the chunk's follows the window; there being none, the earliest of all.
    /// With a count, so many of the latest, in the order of time.
    AppendPrevious,
    /// The sections with the nearest centres go before the window, in the order of time. Usually 2.
    PrependNearest,
}

impl AnchorMode {
    /// How many prompts the mode sends unless told otherwise; `None`: all. Any.
    pub const fn usual_count(self) -> Option<usize> {
        match self {
            Self::Strict => Some(0),
            Self::Append | Self::StrictOrAppend => None,
            Self::AppendPrevious => Some(1),
            Self::AppendNearest | Self::PrependNearest => Some(2),
        }
    }

    /// Whether the mode picks some of the sections, so that [`PromptSettings::count`] matters.
    const fn picks(self) -> bool {
        matches!(self, Self::AppendNearest | Self::AppendPrevious | Self::PrependNearest)
    }
}

/// How prompts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromptSettings {
    /// How anchors reach windows.
    pub mode: AnchorMode,
    /// How many prompts a mode that picks sends at most. `None`: [`AnchorMode::usual_count`].
    pub count: Option<usize>,
    /// Frames of silence between a prompt and what it is joined to.
    pub gap: usize,
    /// Frames that a prompt fades in and out over; see [`Prompt::fade`].
    pub fade: usize,
    /// Whether window and prompts together stay within the longest window the user asked for. Otherwise only the model
    /// limits them.
    pub budgeted: bool,
}

impl PromptSettings {
    /// How long prompts fade in and out unless told otherwise, in seconds.
    pub const DEFAULT_FADE_SECS: f64 = 0.01;

    /// As it is best: faded and within the budget, no gap. Any.
    pub fn new(mode: AnchorMode, rate: SampleRate) -> Self {
        let fade = crate::to_frames(Self::DEFAULT_FADE_SECS, rate).unwrap_or(0) as usize;
        Self { mode, count: None, gap: 0, fade, budgeted: true }
    }

    /// As PATCHBAY sends them: neither faded nor counted against the window. Any.
    pub const fn reference(mode: AnchorMode) -> Self {
        Self { mode, count: None, gap: 0, fade: 0, budgeted: false }
    }

    fn most(&self) -> usize {
        let usual = self.mode.usual_count().unwrap_or(usize::MAX);
        if self.mode.picks() { self.count.unwrap_or(usual) } else { usual }
    }
}

/// A section of the recording that is sent along with a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Which of the anchors it is, from 0.
    pub anchor: usize,
    /// What its anchor says.
    pub sign: Sign,
    /// What of the recording is sent, in frames.
    pub source: Range<u64>,
    /// Where it goes in what is sent, in frames.
    pub at: usize,
    /// Frames it fades in and out over, at most half its length.
    pub fade: usize,
}

impl Prompt {
    /// A place for one, to be written over.
    pub const EMPTY: Self = Self { anchor: 0, sign: Sign::Present, source: 0..0, at: 0, fade: 0 };

    /// Its length in frames. Any.
    pub fn frames(&self) -> usize {
        self.source.end.saturating_sub(self.source.start) as usize
    }

    /// Fades it in and out, so that it joins its neighbours without a click. `sent` is one channel of what is sent, with the
    /// prompt in its place already. Worker.
    pub fn fade(&self, sent: &mut [f32]) {
        let end = self.at.saturating_add(self.frames()).min(sent.len());
        let prompt = &mut sent[self.at.min(end)..end];
        let fade = self.fade.min(prompt.len() / 2);
        let last = prompt.len().saturating_sub(1);
        for nth in 0..fade {
            let sine = libm::sin(core::f64::consts::FRAC_PI_2 * (nth as f64 + 0.5) / fade as f64);
            let gain = (sine * sine) as f32;
            prompt[nth] *= gain;
            prompt[last - nth] *= gain;
        }
    }
}
