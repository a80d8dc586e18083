//! Anchors as a network sees them: a list of tokens, and for every latent frame the place in that list.
//!
//! The list is `[null, pad, one for each anchor]`. Frames point to `null` where nothing is said, to `pad` beyond the end, and
//! to an anchor within it; where anchors overlap, the later one holds.

use ripieno_types::{Anchor, Sign};
use serde::Deserialize;

/// Ends of anchors this close above a frame's edge, in frames, are on it: chunk-local times are differences of rounded ones.
const ON_EDGE: f64 = 1e-6;

/// What stands for which sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct AnchorTokens {
    /// For frames of which nothing is said.
    pub null: i64,
    /// For frames that hold the sound.
    #[serde(rename = "+")]
    pub present: i64,
    /// For frames that do not.
    #[serde(rename = "-")]
    pub absent: i64,
    /// For frames beyond the end.
    pub pad: i64,
}

impl Default for AnchorTokens {
    fn default() -> Self {
        Self { null: 0, present: 1, absent: 2, pad: 3 }
    }
}

/// Where an anchor's ends fall between two frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrameRound {
    /// On the later one.
    #[default]
    Ceil,
    /// On the nearer one.
    Nearest,
    /// On the earlier one.
    Floor,
}

/// Tokens, and which of them each latent frame points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorTable {
    /// `[null, pad, one for each anchor]`.
    pub ids: Vec<i64>,
    /// A place in `ids` for every frame.
    pub alignment: Vec<i64>,
}

impl AnchorTable {
    /// Lays anchors, in seconds from the first frame, over `frames` frames of `rate / hop` a second, followed by `padding`
    /// frames beyond the end. An anchor shorter than a frame takes the frame that it begins in; one outside is left out.
    /// Worker.
    pub fn new(
        anchors: &[Anchor],
        tokens: &AnchorTokens,
        round: FrameRound,
        (rate_hz, hop): (u32, usize),
        (frames, padding): (usize, usize),
    ) -> Self {
        let mut ids = vec![tokens.null, tokens.pad];
        let mut alignment = vec![0; frames];
        for anchor in anchors {
            let place = |secs: f64| secs * f64::from(rate_hz) / hop as f64;
            let (start, end) = (place(anchor.start_secs()), place(anchor.end_secs()));
            if end <= 0.0 || start >= frames as f64 {
                continue;
            }
            let rounded = |place: f64| match round {
                FrameRound::Ceil => (place - ON_EDGE).ceil(),
                FrameRound::Nearest => place.round(),
                FrameRound::Floor => (place + ON_EDGE).floor(),
            };
            let index = |place: f64| (rounded(place).max(0.0) as usize).min(frames);
            let (mut first, mut last) = (index(start), index(end));
            if first >= last {
                first = (start.max(0.0) as usize).min(frames - 1);
                last = first + 1;
            }
            alignment[first..last].fill(ids.len() as i64);
            ids.push(match anchor.sign() {
                Sign::Present => tokens.present,
                Sign::Absent => tokens.absent,
            });
        }
        alignment.resize(frames + padding, 1);
        Self { ids, alignment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn anchor((sign, start, end): (&str, f64, f64)) -> Anchor {
        let sign = if sign == "+" { Sign::Present } else { Sign::Absent };
        Anchor::new(sign, start, end).expect("a span")
    }

    fn table(anchors: &[(&str, f64, f64)], round: FrameRound, frames: usize, padding: usize) -> AnchorTable {
        let anchors: Vec<Anchor> = anchors.iter().copied().map(anchor).collect();
        AnchorTable::new(&anchors, &AnchorTokens::default(), round, (48_000, 1920), (frames, padding))
    }

    #[test]
    fn tables_are_those_of_the_models() {
        let check = |anchors: &[(&str, f64, f64)], ids: &[i64], alignment: &[i64]| {
            let table = table(anchors, FrameRound::Ceil, 8, alignment.len() - 8);
            assert_eq!((&table.ids[..], &table.alignment[..]), (ids, alignment), "{anchors:?}");
        };
        check(&[], &[0, 3], &[0; 8]);
        check(&[], &[0, 3], &[0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        // 25 frames a second: 0.04 s each, both ends rounded up.
        check(&[("+", 0.08, 0.16)], &[0, 3, 1], &[0, 0, 2, 2, 0, 0, 0, 0]);
        check(&[("-", 0.05, 0.13)], &[0, 3, 2], &[0, 0, 2, 2, 0, 0, 0, 0]);
        check(&[("+", 0.0, 0.32)], &[0, 3, 1], &[2; 8]);
        check(&[("+", -1.0, 9.0)], &[0, 3, 1], &[2, 2, 2, 2, 2, 2, 2, 2, 1]);
        // The later one holds.
        check(&[("+", 0.0, 0.2), ("-", 0.08, 0.12)], &[0, 3, 1, 2], &[2, 2, 3, 2, 2, 0, 0, 0]);
        check(&[("-", 0.08, 0.12), ("+", 0.0, 0.2)], &[0, 3, 2, 1], &[3, 3, 3, 3, 3, 0, 0, 0]);
        // Shorter than a frame: the frame that it begins in.
        check(&[("+", 0.045, 0.05)], &[0, 3, 1], &[0, 2, 0, 0, 0, 0, 0, 0]);
        check(&[("+", 0.315, 0.319)], &[0, 3, 1], &[0, 0, 0, 0, 0, 0, 0, 2]);
        check(&[("+", 0.31, 5.0)], &[0, 3, 1], &[0, 0, 0, 0, 0, 0, 0, 2]);
        // Outside.
        check(&[("+", 0.32, 0.4), ("-", -2.0, 0.0), ("+", 0.0, 0.04)], &[0, 3, 1], &[2, 0, 0, 0, 0, 0, 0, 0]);
        // A difference of rounded times is on the edge that it means.
        check(&[("+", 1.2 - 1.12, 2.28 - 2.12)], &[0, 3, 1], &[0, 0, 2, 2, 0, 0, 0, 0]);
    }

    #[test]
    fn other_models_round_otherwise() {
        let check = |round, alignment: [i64; 4]| {
            assert_eq!(table(&[("+", 0.05, 0.11)], round, 4, 0).alignment, alignment, "{round:?}");
        };
        check(FrameRound::Ceil, [0, 0, 2, 0]);
        check(FrameRound::Nearest, [0, 2, 2, 0]);
        check(FrameRound::Floor, [0, 2, 0, 0]);
    }

    proptest! {
        #[test]
        fn every_anchor_inside_leaves_a_mark(start in -2.0f64..2.0, length in 1e-9f64..3.0, frames in 1usize..60) {
            let table = table(&[("+", start, start + length)], FrameRound::Ceil, frames, 3);
            let inside = start + length > 0.0 && start * 25.0 < frames as f64;
            prop_assert_eq!(table.ids.len(), if inside { 3 } else { 2 });
            prop_assert_eq!(table.alignment.contains(&2), inside);
            prop_assert_eq!(table.alignment.len(), frames + 3);
            prop_assert_eq!(&table.alignment[frames..], &[1, 1, 1]);
        }
    }
}
