//! How much of the picked sections fits beside a window.

use super::pick::span;
use super::{Prompt, PromptSettings};
use ripieno_types::{Anchor, SampleRate};

/// A prompt is not shortened below this, in seconds, but left out.
const SHORTEST_SECS: f64 = 0.2;

/// How many frames prompts take beside any window, at most, when none is shortened: what
/// [`PlanSettings::reserve`](crate::PlanSettings::reserve) could be, if that leaves enough of a window. Any.
pub fn reserve(total: u64, rate: SampleRate, anchors: &[Anchor], settings: &PromptSettings) -> usize {
    let lengths = || anchors.iter().filter_map(|anchor| span(anchor, total, rate)).map(|span| span.end - span.start);
    let each = |frames: u64| usize::try_from(frames).unwrap_or(usize::MAX).saturating_add(settings.gap);
    let all = lengths().fold(0, |sum: usize, frames| sum.saturating_add(each(frames)));
    all.min(lengths().map(each).max().unwrap_or(0).saturating_mul(settings.most()))
}

/// What fits: the prompts that stay, the first of those picked, and how long each may be at most.
pub(super) struct Fit {
    pub prompts: usize,
    pub longest: usize,
}

/// Fits the picked, the most wanted first, into `room` frames: the least wanted are left out until each of the others can
/// be [`SHORTEST_SECS`] long, and then the longest are shortened alike.
pub(super) fn fit(picked: &[Prompt], room: usize, gap: usize, rate: SampleRate) -> Fit {
    let shortest = crate::to_frames(SHORTEST_SECS, rate).unwrap_or(1) as usize;
    let total = |picked: &[Prompt], longest: usize| {
        let each = |prompt: &Prompt| prompt.frames().min(longest).saturating_add(gap);
        picked.iter().map(each).fold(0, usize::saturating_add)
    };
    let mut prompts = 0;
    let mut taken = 0usize;
    for prompt in picked {
        taken = taken.saturating_add(prompt.frames().min(shortest).saturating_add(gap));
        if taken > room {
            break;
        }
        prompts += 1;
    }
    let picked = &picked[..prompts];
    if total(picked, usize::MAX) <= room {
        return Fit { prompts, longest: usize::MAX };
    }
    // The longest length at which all fit lies between one that does and one that does not.
    let (mut fits, mut exceeds) = (shortest, room.saturating_add(1));
    while exceeds - fits > 1 {
        let middle = fits + (exceeds - fits) / 2;
        if total(picked, middle) <= room {
            fits = middle;
        } else {
            exceeds = middle;
        }
    }
    Fit { prompts, longest: fits }
}
