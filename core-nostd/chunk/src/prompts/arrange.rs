//! What is sent for a window, and which anchors go with it.

use super::budget::fit;
use super::pick::pick;
use super::{AnchorMode, Prompt, PromptSettings};
use crate::{Plan, Segment, to_secs};
use core::fmt;
use ripieno_types::Anchor;

/// What is sent for a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// Frames of all that is sent, a length that the model takes: window, prompts, gaps, and silence after them.
    pub sent: usize,
    /// Where the window begins in it; see [`Output::chunk_at`](crate::Output::chunk_at).
    pub chunk_at: usize,
    /// How many prompts go with it: the first of those lent.
    pub prompts: usize,
    /// How many anchors go with it: the first of the local ones lent.
    pub anchors: usize,
    /// How many prompts were shortened to fit.
    pub trimmed: usize,
    /// How many prompts were left out because no room was left.
    pub left_out: usize,
}

/// Arranges what is sent for `segment`. `anchors` are clipped to the recording and in the user's order. `prompts` receives
/// what is sent along, in the order of its places; it never takes more than `anchors.len()` of them. `local` receives the
/// anchors in seconds from the first frame sent, in the order that lets the later one hold; it never takes more than twice
/// `anchors.len()`. Any.
///
/// # Errors
/// [`ArrangeError`] when too few places were lent.
pub fn arrange(
    plan: &Plan,
    segment: &Segment,
    anchors: &[Anchor],
    settings: &PromptSettings,
    prompts: &mut [Prompt],
    local: &mut [Anchor],
) -> Result<Arrangement, ArrangeError> {
    let window = segment.window();
    let inside = || anchors.iter().filter_map(|anchor| within(plan, segment, anchor));
    let needs_none = match settings.mode {
        AnchorMode::Strict => true,
        AnchorMode::StrictOrAppend => inside().next().is_some(),
        _ => false,
    };
    let picked = match needs_none {
        true => 0,
        false => pick(plan, segment, anchors, settings, prompts).map_err(|needed| ArrangeError::Prompts { needed })?,
    };
    let room = plan.sent_most(settings.budgeted).saturating_sub(window);
    let fit = fit(&prompts[..picked], room, settings.gap, plan.rate());
    let prompts = &mut prompts[..fit.prompts];
    if !matches!(settings.mode, AnchorMode::Append | AnchorMode::StrictOrAppend) {
        prompts.sort_unstable_by_key(|prompt| (prompt.source.start, prompt.anchor));
    }
    let prepends = settings.mode == AnchorMode::PrependNearest;
    let mut trimmed = 0;
    let mut at = if prepends { 0 } else { window };
    for prompt in &mut *prompts {
        // The middle of a section is the surest to hold what it is said to hold.
        let excess = prompt.frames().saturating_sub(fit.longest) as u64;
        prompt.source = prompt.source.start + excess / 2..prompt.source.end - excess.div_ceil(2);
        trimmed += usize::from(excess > 0);
        prompt.fade = settings.fade.min(prompt.frames() / 2);
        prompt.at = if prepends { at } else { at + settings.gap };
        at += prompt.frames() + settings.gap;
    }
    let chunk_at = if prepends { at } else { 0 };
    let mut arrangement = Arrangement {
        sent: plan.sent(if prepends { at + window } else { at }),
        chunk_at,
        prompts: prompts.len(),
        anchors: 0,
        trimmed,
        left_out: picked - prompts.len(),
    };
    let secs = |frames: usize| to_secs(frames as u64, plan.rate());
    let shift = secs(chunk_at + segment.before);
    let inside = inside()
        .filter_map(|anchor| Anchor::new(anchor.sign(), anchor.start_secs() + shift, anchor.end_secs() + shift).ok());
    let sections = prompts
        .iter()
        .filter_map(|prompt| Anchor::new(prompt.sign, secs(prompt.at), secs(prompt.at + prompt.frames())).ok());
    let needed = inside.clone().count() + sections.clone().count();
    let local = local.get_mut(..needed).ok_or(ArrangeError::Anchors { needed })?;
    arrangement.anchors = needed;
    if prepends {
        fill(local, sections.chain(inside));
    } else {
        fill(local, inside.chain(sections));
    }
    Ok(arrangement)
}

fn fill(places: &mut [Anchor], anchors: impl Iterator<Item = Anchor>) {
    for (place, anchor) in places.iter_mut().zip(anchors) {
        *place = anchor;
    }
}

/// What of an anchor lies within the real frames of a window, in seconds from the first of them.
fn within(plan: &Plan, segment: &Segment, anchor: &Anchor) -> Option<Anchor> {
    let first = to_secs(segment.start, plan.rate());
    let end = to_secs(segment.start + segment.frames as u64, plan.rate());
    let (start, end) = (anchor.start_secs().max(first) - first, anchor.end_secs().min(end) - first);
    Anchor::new(anchor.sign(), start, end).ok()
}

/// Too few places were lent to [`arrange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArrangeError {
    /// For prompts.
    Prompts {
        /// How many are needed.
        needed: usize,
    },
    /// For local anchors.
    Anchors {
        /// How many are needed.
        needed: usize,
    },
}

impl fmt::Display for ArrangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, needed) = match self {
            Self::Prompts { needed } => ("prompts", needed),
            Self::Anchors { needed } => ("anchors", needed),
        };
        write!(f, "too few places were lent for {what}: {needed} are needed")
    }
}

impl core::error::Error for ArrangeError {}
