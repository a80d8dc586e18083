//! Anchors against the recording's ends: clipped with a warning, never a reason to give a job up.

use core::fmt;
use ripieno_types::Anchor;

/// What [`clip`] did to an anchor.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClipWarning {
    /// It reached over an end of the recording.
    Clipped {
        /// Which one, from 0.
        index: usize,
        /// As it was.
        from: Anchor,
        /// As it is now.
        to: Anchor,
    },
    /// It lies wholly outside the recording and is left out.
    Dropped {
        /// Which one, from 0.
        index: usize,
        /// As it was.
        anchor: Anchor,
        /// The recording's length in seconds.
        duration_secs: f64,
    },
}

impl fmt::Display for ClipWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clipped { index, from, to } => {
                write!(f, "anchor {} ({} {}..{} s) ", index + 1, from.sign(), from.start_secs(), from.end_secs())?;
                write!(f, "reaches over the recording and is clipped to {}..{} s", to.start_secs(), to.end_secs())
            }
            Self::Dropped { index, anchor, duration_secs } => {
                write!(
                    f,
                    "anchor {} ({} {}..{} s) ",
                    index + 1,
                    anchor.sign(),
                    anchor.start_secs(),
                    anchor.end_secs()
                )?;
                write!(f, "lies outside the recording of {duration_secs} s and is left out")
            }
        }
    }
}

/// Clips anchors to `0..duration_secs` into `out`, in order, and returns how many are left. `out` takes as many as it
/// has places; lend it `anchors.len()`. What was changed or left out is told to `warn`. Any.
pub fn clip(anchors: &[Anchor], duration_secs: f64, out: &mut [Anchor], mut warn: impl FnMut(ClipWarning)) -> usize {
    let mut kept = 0;
    for (index, &anchor) in anchors.iter().enumerate() {
        let (start, end) = (anchor.start_secs().max(0.0), anchor.end_secs().min(duration_secs));
        let place = out.get_mut(kept);
        match (Anchor::new(anchor.sign(), start, end), place) {
            (Ok(clipped), Some(place)) => {
                if clipped != anchor {
                    warn(ClipWarning::Clipped { index, from: anchor, to: clipped });
                }
                *place = clipped;
                kept += 1;
            }
            (Ok(_), None) => break,
            (Err(_), _) => warn(ClipWarning::Dropped { index, anchor, duration_secs }),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_types::Sign;

    /// Start and end in seconds.
    type Span = (f64, f64);

    /// Each anchor, and what is left of it; `None`: nothing.
    #[track_caller]
    fn check(duration_secs: f64, cases: &[(Span, Option<Span>)]) {
        for &((start, end), expected) in cases {
            let anchor = Anchor::new(Sign::Absent, start, end).unwrap();
            let mut out = [Anchor::new(Sign::Present, 0.0, 1.0).unwrap()];
            let mut warned = false;
            let kept = clip(&[anchor], duration_secs, &mut out, |_| warned = true);
            let left = (kept == 1).then(|| (out[0].start_secs(), out[0].end_secs()));
            assert_eq!(left, expected, "{start} {end} in {duration_secs}");
            assert_eq!(warned, expected != Some((start, end)), "{start} {end}");
            assert!(kept == 0 || out[0].sign() == Sign::Absent);
        }
    }

    #[test]
    fn clips() {
        check(
            10.0,
            &[
                ((1.0, 2.0), Some((1.0, 2.0))),
                ((0.0, 10.0), Some((0.0, 10.0))),
                ((-1.0, 2.0), Some((0.0, 2.0))),
                ((9.0, 12.0), Some((9.0, 10.0))),
                ((-1.0, 12.0), Some((0.0, 10.0))),
                ((10.0, 12.0), None),
                ((-3.0, 0.0), None),
                ((11.0, 12.0), None),
            ],
        );
        check(0.0, &[((0.0, 1.0), None)]);
        check(-1.0, &[((0.0, 1.0), None)]);
    }

    #[test]
    fn keeps_order_and_its_bounds() {
        let anchors = [3.0, 99.0, 1.0, 2.0].map(|start| Anchor::new(Sign::Present, start, start + 1.0).unwrap());
        let mut out = [anchors[0]; 2];
        assert_eq!(clip(&anchors, 10.0, &mut out, |_| {}), 2);
        assert_eq!(out, [anchors[0], anchors[2]]);
    }
}
