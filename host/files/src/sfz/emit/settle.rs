//! What only the whole text decides: the numbers of curves, and controllers that nobody can move.

use super::Emitter;
use crate::kit::USUAL_LINKS;
use crate::sfz::curve;
use crate::sfz::region::{Region, Sound};
use crate::sfz::report::{NoteKind, Place, Report};
use ripieno_synth::sampler::{CURVE_POINTS, ControlRange, ControlStart, FadeBy, Link, Run, Source};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A controller beyond those that MIDI and SFZ define: it stays where the text puts it.
fn is_still(number: u16) -> bool {
    number < Source::LFOS && Source::from_number(number).is_none()
}

impl Emitter {
    /// Lets volume, expression and pan of the channel move every region, but for those of these controllers that the text
    /// uses itself, for whatever and wherever.
    pub fn settle_usual(&mut self) {
        let tables = &mut self.tables;
        let mut used = std::mem::take(&mut self.moved.idle);
        used.extend(tables.links.iter().flat_map(|link| [link.source, link.scale]));
        used.extend(tables.ranges.iter().map(|range| range.control));
        used.extend(tables.fades.iter().filter(|fade| fade.by == FadeBy::Control as u8).map(|fade| fade.control));
        let usual: Vec<Link> = USUAL_LINKS.into_iter().filter(|link| !used.contains(&link.source)).collect();
        if usual.is_empty() {
            return;
        }
        let own = std::mem::take(&mut tables.links);
        let mut places = HashMap::new();
        for region in &mut self.regions {
            let Run { start, count } = region.part.links;
            let known = (if count == 0 { 0 } else { start }, count);
            region.part.links = *places.entry(known).or_insert_with(|| {
                let place = tables.links.len() as u32;
                tables.links.extend(&usual);
                tables.links.extend(&own[start as usize..][..count as usize]);
                Run { start: place, count: usual.len() as u32 + count }
            });
        }
    }

    /// Puts the text's curves behind SFZ's own, and lets links follow them.
    pub fn settle_curves(&mut self, curves: &BTreeMap<u16, BTreeMap<u16, f32>>, report: &mut Report) {
        let places: BTreeMap<u16, u16> = curves
            .iter()
            .map(|(number, points)| {
                self.tables.curves.push(curve::through(points));
                (*number, (self.tables.curves.len() - 1) as u16)
            })
            .collect();
        let mut missing = HashSet::new();
        for link in &mut self.tables.links {
            for curve in [&mut link.curve, &mut link.scale_curve] {
                match places.get(curve) {
                    Some(place) => *curve = *place,
                    None if *curve < OWN_CURVES => {}
                    None => {
                        missing.insert(*curve);
                        *curve = 0;
                    }
                }
            }
        }
        let mut missing: Vec<u16> = missing.into_iter().collect();
        missing.sort_unstable();
        for number in missing {
            let message = format!("there is no curve {number}: what uses it follows a straight line");
            report.note(Place::default(), NoteKind::Value, message);
        }
    }

    /// Turns controllers that nobody can move into what they stand for, and tells the others where they begin.
    pub fn settle_controls(&mut self, starts: &BTreeMap<u16, f32>, report: &mut Report) {
        let value = |number: u16| starts.get(&number).copied().unwrap_or(0.0);
        let tables = &mut self.tables;
        for link in &mut tables.links {
            for (source, curve) in [(&mut link.source, &mut link.curve), (&mut link.scale, &mut link.scale_curve)] {
                if is_still(*source) {
                    let curve = tables.curves.get(usize::from(std::mem::take(curve)));
                    link.depth *= curve.map_or(0.0, |curve| along(curve, value(*source)));
                    *source = Source::NONE;
                }
            }
        }
        let holds = |range: &ControlRange| !is_still(range.control) || range.contains(value(range.control));
        let before = self.regions.len();
        let ranges = &tables.ranges;
        self.regions.retain(|region: &Region| {
            let run = region.part.conditions;
            ranges[run.start as usize..][..run.count as usize].iter().all(holds)
        });
        report.dropped += before - self.regions.len();
        for range in tables.ranges.iter_mut().filter(|range| is_still(range.control)) {
            // It holds, for all who are left.
            *range = ControlRange { control: 0, unused: 0, low: -2.0, high: 2.0 };
        }
        tables.controls = starts
            .iter()
            .filter(|(number, _)| **number < 128)
            .map(|(number, value)| ControlStart { control: *number, unused: 0, value: *value })
            .collect();
    }

    /// Keeps only the recordings that were found: for each of those wanted its place among them.
    pub fn settle_samples(&mut self, found: &[Option<u32>], report: &mut Report) {
        let before = self.regions.len();
        self.regions.retain_mut(|region| match &mut region.sound {
            Sound::Generator(_) => true,
            Sound::Recording(number) => found.get(*number as usize).copied().flatten().is_some_and(|place| {
                *number = place;
                true
            }),
        });
        report.dropped += before - self.regions.len();
    }
}

/// Curves that SFZ has of its own.
const OWN_CURVES: u16 = 7;

/// A curve at 0..=1.
fn along(curve: &[f32; CURVE_POINTS], at: f32) -> f32 {
    let at = at.clamp(0.0, 1.0) * (CURVE_POINTS - 1) as f32;
    let from = curve[at as usize];
    let to = curve.get(at as usize + 1).copied().unwrap_or(from);
    from + (to - from) * at.fract()
}
