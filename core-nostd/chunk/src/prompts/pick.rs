//! Which sections a mode sends along with a window, the most wanted first.

use super::{AnchorMode, Prompt, PromptSettings};
use crate::{Plan, Segment, to_frames};
use core::ops::Range;
use ripieno_types::Anchor;

/// The frames of a recording that an anchor covers; `None` when that is not even one.
pub(super) fn span(anchor: &Anchor, total: u64, plan_rate: ripieno_types::SampleRate) -> Option<Range<u64>> {
    let start = to_frames(anchor.start_secs().max(0.0), plan_rate)?;
    let end = to_frames(anchor.end_secs().max(0.0), plan_rate).unwrap_or(u64::MAX).min(total);
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
    let wanted = match settings.mode {
        AnchorMode::AppendPrevious => sections().filter(|(_, span)| centre(span) <= here).count(),
        _ => sections().count(),
    };
    let most = wanted.min(settings.most());
    let first_only = settings.mode == AnchorMode::AppendPrevious && wanted == 0 && settings.most() > 0;
    let most = if first_only { sections().count().min(1) } else { most };
    let places = prompts.get_mut(..most).ok_or(most)?;
    // A smaller rank is wanted more; equal ones stay in the order of the anchors.
    let rank = |index: usize, span: &Range<u64>| match settings.mode {
        AnchorMode::Strict | AnchorMode::Append | AnchorMode::StrictOrAppend => (index as u128, 0),
        AnchorMode::AppendNearest | AnchorMode::PrependNearest => (centre(span).abs_diff(here), span.start),
        AnchorMode::AppendPrevious if first_only => (u128::from(span.start), 0),
        AnchorMode::AppendPrevious => (u128::MAX - centre(span), 0),
    };
    let mut picked = 0;
    for (index, span) in sections() {
        if settings.mode == AnchorMode::AppendPrevious && !first_only && centre(&span) > here {
            continue;
        }
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
