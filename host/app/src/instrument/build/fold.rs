//! `--mono`: both sides of a stereo pair become one sample in their middle.

use super::draft::{Blend, Draft, DraftRegion};
use ripieno_synth::{Generator, Sample, Side};
use std::f64::consts::FRAC_PI_2;

/// One, in a blend's gain.
pub const UNITY: f64 = 65_536.0;

/// Folds what can be folded without a change of tune or time: pairs of the same length, loop and rate that differ in nothing
/// but their place between the speakers. What both sides have in common sounds as loud as before.
pub fn fold(draft: &mut Draft) {
    let mut counts = [0; 2];
    for preset in &mut draft.presets {
        let mut at = 0;
        while at < preset.regions.len() {
            let left = &preset.regions[at];
            if left.wave.side == Side::Left {
                let partner = preset.regions.iter().position(|right| are_sides(left, right));
                let blend = partner.and_then(|other| blend(left, &preset.regions[other]).map(|blend| (other, blend)));
                match blend {
                    Some((other, (blend, pan))) => {
                        let middle = &mut preset.regions[at];
                        middle.blend = Some(blend);
                        middle.generators.retain(|(generator, _)| *generator != Generator::Pan);
                        if pan != 0 {
                            middle.generators.push((Generator::Pan, pan));
                            middle.generators.sort_by_key(|(generator, _)| *generator as u8);
                        }
                        // The right half's pitch leads a pair.
                        let lead = preset.regions[other].wave;
                        let middle = &mut preset.regions[at].wave;
                        (middle.rate_hz, middle.root_key) = (lead.rate_hz, lead.root_key);
                        middle.correction_cents = lead.correction_cents;
                        (middle.side, middle.link) = (Side::Mono, middle.index);
                        preset.regions.remove(other);
                        at -= usize::from(other < at);
                        counts[0] += 1;
                    }
                    None => counts[1] += usize::from(partner.is_some()),
                }
            }
            at += 1;
        }
    }
    draft.folded = counts;
}

fn are_sides(left: &DraftRegion, right: &DraftRegion) -> bool {
    right.wave.side == Side::Right
        && (right.wave.index, right.wave.link) == (left.wave.link, left.wave.index)
        && (right.keys, right.velocities) == (left.keys, left.velocities)
}

/// How a pair is added up, and where its middle is.
fn blend(left: &DraftRegion, right: &DraftRegion) -> Option<(Blend, i16)> {
    let shape = |wave: &Sample| {
        let from_start = [wave.end, wave.loop_start, wave.loop_end].map(|place| place - wave.start);
        (from_start, wave.mode, wave.rate_hz)
    };
    let others = |region: &DraftRegion| {
        let others = region.generators.iter().filter(|(generator, _)| *generator != Generator::Pan);
        others.copied().collect::<Vec<_>>()
    };
    let is_alike = shape(&left.wave) == shape(&right.wave)
        && others(left) == others(right)
        && left.modulators == right.modulators
        && left.blend.is_none()
        && right.blend.is_none();
    if !is_alike {
        return None;
    }
    let pan = |region: &DraftRegion| {
        let found = region.generators.iter().find(|(generator, _)| *generator == Generator::Pan);
        found.map_or(0, |(_, pan)| pan.clamp(&-500, &500).to_owned())
    };
    let (pan_left, pan_right) = (pan(left), pan(right));
    let middle = (pan_left + pan_right) / 2;
    // The louder side of the middle decides, so that a pair far to one side keeps its level there.
    let side = if middle > 0 { 1.0 } else { -1.0 };
    let level = |pan: i16| ((f64::from(pan) * side + 500.0) / 1_000.0 * FRAC_PI_2).sin();
    let gain = (level(pan_left) + level(pan_right)) / (2.0 * level(middle));
    let shift = i64::from(right.wave.start) - i64::from(left.wave.start);
    Some((Blend { shift, gain: (gain * UNITY) as u32 }, middle))
}
