//! Curves: points that are given, straight lines between them.

use ripieno_synth::sampler::CURVE_POINTS;
use std::collections::BTreeMap;

/// All points of a curve; where nothing is said it begins at 0 and ends at 1.
pub fn through(points: &BTreeMap<u16, f32>) -> [f32; CURVE_POINTS] {
    let last = CURVE_POINTS - 1;
    let mut all = points.clone();
    all.entry(0).or_insert(0.0);
    all.entry(last as u16).or_insert(1.0);
    let mut curve = [0.0; CURVE_POINTS];
    let mut before = (0_usize, 0.0_f32);
    for (at, value) in all.into_iter().map(|(at, value)| (usize::from(at).min(last), value)) {
        let (from, start) = before;
        let length = (at - from).max(1) as f32;
        for (n, point) in curve[from..=at].iter_mut().enumerate() {
            *point = start + (value - start) * (n as f32 / length);
        }
        curve[at] = value;
        before = (at, value);
    }
    curve
}
