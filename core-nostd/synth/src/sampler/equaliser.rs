//! A band of SFZ's equaliser as a [section](super::section).

use super::aim::EqAim;
use super::filters::{high_shelf, low_shelf, peak};
use super::part::EqKind;
use super::section::{Terms, share};
use super::senses::bounded;
use core::f32::consts::{LN_2, TAU};
use ripieno_dsp::maths::{gain_from_db, sin_turns};

/// Greatest boost or cut in decibels.
const MOST_DB: f32 = 96.0;

/// Least and greatest bandwidth in octaves.
const NARROWEST: f32 = 0.001;
const WIDEST: f32 = 4.0;

/// A band's section.
pub fn section(kind: EqKind, aim: &EqAim, rate: f32) -> Terms {
    let turns = share(aim.frequency_hz, rate);
    let a = gain_from_db(0.5 * bounded(aim.gain_db, -MOST_DB, MOST_DB));
    // Bandwidth between the half-gain points, as wide after the bilinear warp as asked.
    let bandwidth = bounded(aim.bandwidth, NARROWEST, WIDEST);
    let half = 0.5 * LN_2 * bandwidth * (TAU * turns) / sin_turns(turns);
    let q = 0.5 / libm::sinhf(half.min(10.0));
    match kind {
        EqKind::Peak => peak(turns, a, q),
        EqKind::LowShelf => low_shelf(turns, a, q),
        EqKind::HighShelf => high_shelf(turns, a, q),
    }
}
