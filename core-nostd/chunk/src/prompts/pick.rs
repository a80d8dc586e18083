//! Which sections a mode sends along with a window, the most wanted first.

use super::{AnchorMode, Prompt, PromptSettings};
use crate::{Plan, Segment, to_frames};
use core::ops::Range;
use ripieno_types::{Anchor, SampleRate};

/// The frames of a recording that an anchor covers; `None` when that is not even one.
pub(super) fn span(anchor: &Anchor, total: u64, rate: SampleRate) -> Option<Range<u64>> {
    let start = to_frames(anchor.start_secs().max(0.0), rate)?;
    let end = to_frames(anchor.end_secs().max(0.0), rate).unwrap_or(u64::MAX).min(total);
    (start < end).then_some(start..end)
}

/// Twice the centre, which may lie between two frames.
fn centre(span: &Range<u64>) -> u128 {
    u128::from(span.start) + u128::from(span.end)
}

/// Writes the picked sections to the start of `prompts`, the most wanted first, and returns how many there are; `Err`
/// holds how many places are needed where `prompts` has too few.
pub(super) fn pick(
    plan: &Plan,
    segment: &Segment,
    anchors: &[Anchor],
    settings: &PromptSettings,
    prompts: &mut [Prompt],
) -> Result<usize, usize> {
    let sections = || {
        let span = |(index, anchor)| Some((index, span(anchor, plan.total(), plan.rate())?));
        anchors.iter().enumerate().filter_map(span)
    };
    let here = centre(&segment.kept_span());
    let is_previous = settings.mode == AnchorMode::AppendPrevious;
    // With nothing before the chunk, the earliest section of all stands in for what precedes it.
    let earliest = is_previous && sections().all(|(_, span)| centre(&span) > here);
    let candidates = || sections().filter(|(_, span)| !is_previous || earliest || centre(span) <= here);
    let most = settings.most().min(if earliest { 1 } else { usize::MAX }).min(candidates().count());
    let places = prompts.get_mut(..most).ok_or(most)?;
    // A smaller rank is wanted more; equal ones stay in the order of the anchors.
    let rank = |index: usize, span: &Range<u64>| match settings.mode {
        AnchorMode::Strict | AnchorMode::Append | AnchorMode::StrictOrAppend => (index as u128, 0),
        AnchorMode::AppendNearest | AnchorMode::PrependNearest => (centre(span).abs_diff(here), span.start),
        AnchorMode::AppendPrevious if earliest => (u128::from(span.start), 0),
        AnchorMode::AppendPrevious => (u128::MAX - centre(span), 0),
    };
    let mut picked = 0;
    for (index, span) in candidates() {
        let rank_here = rank(index, &span);
        let place = places[..picked].partition_point(|prompt| rank(prompt.anchor, &prompt.source) <= rank_here);
        if place == most {
            continue;
        }
        picked = (picked + 1).min(most);
        places[place..picked].rotate_right(1);
        places[place] = Prompt { anchor: index, sign: anchors[index].sign(), source: span, at: 0, fade: 0 };
    }
    Ok(picked)
}
