//! Links, flex envelopes and flex LFOs of a region. The text's numbers become places in the region's runs.

use crate::kit::KitTables;
use crate::sfz::draft::{DELAY, Draft, EnvelopeDraft, FADE, FREQUENCY, LfoDraft, LinkDraft, LinkKey, PHASE, WaveDraft};
use ripieno_synth::sampler::{
    Combination, FlexEnvelope, FlexLfo, LfoPart, LfoWave, Link, Parameter, Point, Run, Source, Target,
};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What was written last: the next region mostly has the same.
#[derive(Debug, Default)]
pub struct Written {
    last: Option<Last>,
    /// Sources of links without a depth, which are not written.
    pub idle: BTreeSet<u16>,
}

#[derive(Debug)]
struct Last {
    links: Rc<BTreeMap<LinkKey, LinkDraft>>,
    envelopes: Rc<BTreeMap<u16, EnvelopeDraft>>,
    lfos: Rc<BTreeMap<u16, LfoDraft>>,
    tracks: [[f32; 2]; 2],
    runs: (Run, Run, Run),
}

impl Written {
    /// The runs of links, envelopes and LFOs.
    pub fn write(&mut self, tables: &mut KitTables, draft: &Draft) -> (Run, Run, Run) {
        if let Some(last) = &self.last
            && Rc::ptr_eq(&last.links, &draft.links)
            && Rc::ptr_eq(&last.envelopes, &draft.envelopes)
            && Rc::ptr_eq(&last.lfos, &draft.lfos)
            && last.tracks == draft.tracks
        {
            return last.runs;
        }
        let envelopes = write_envelopes(tables, &draft.envelopes);
        let lfos = write_lfos(tables, &draft.lfos);
        let idle = draft.links.iter().filter(|(_, link)| link.depth == 0.0);
        self.idle.extend(idle.flat_map(|(&(_, from, by), _)| [from, by]));
        let runs = (write_links(tables, draft), envelopes, lfos);
        let Draft { links, envelopes, lfos, tracks, .. } = draft;
        self.last = Some(Last {
            links: links.clone(),
            envelopes: envelopes.clone(),
            lfos: lfos.clone(),
            tracks: *tracks,
            runs,
        });
        runs
    }
}

/// Where a number of the text stands among those that there are.
fn place<V>(map: &BTreeMap<u16, V>, number: u16) -> Option<u8> {
    map.contains_key(&number).then(|| map.range(..number).count().min(255) as u8)
}

fn write_links(tables: &mut KitTables, draft: &Draft) -> Run {
    let start = tables.links.len() as u32;
    let source = |number: u16| match Source::from_number(number) {
        Some(Source::Lfo(lfo)) => place(&draft.lfos, u16::from(lfo)).map(|place| Source::Lfo(place).number()),
        Some(Source::Envelope(envelope)) => {
            place(&draft.envelopes, u16::from(envelope)).map(|place| Source::Envelope(place).number())
        }
        _ => Some(number),
    };
    let target = |number: u16| match Target::from_number(number)? {
        Target::Lfo(lfo, field) => Some(Target::Lfo(place(&draft.lfos, u16::from(lfo))?, field).number()),
        Target::Envelope(envelope, point, field) => {
            Some(Target::Envelope(place(&draft.envelopes, u16::from(envelope))?, point, field).number())
        }
        Target::Parameter(_) => Some(number),
    };
    for (&(to, from, by), link) in draft.links.iter().filter(|(_, link)| link.depth != 0.0) {
        // What is multiplied has its LFO or envelope once: behind a depth of its own, controllers only scale.
        let is_product = Parameter::from_number(to).is_some_and(|to| to.combination() == Combination::Product);
        let plain = draft.links.get(&(to, from, Source::NONE));
        let is_factor = is_product && by != Source::NONE && plain.is_some_and(|plain| plain.depth != 0.0);
        let (from, by) = if is_factor { (by, Source::NONE) } else { (from, by) };
        let (Some(from), Some(to)) = (source(from), target(to)) else { continue };
        let is_scaled = by != Source::NONE;
        tables.links.push(Link {
            source: from,
            scale: by,
            target: to,
            // What shapes a controller shapes what scales, if that is where it stands.
            curve: if is_scaled { 0 } else { link.curve },
            scale_curve: if is_scaled { link.curve } else { 0 },
            smooth: link.smooth as u16,
            depth: link.depth,
            step: link.step,
        });
    }
    for (parameter, [_, track]) in [Parameter::Pan, Parameter::Position].into_iter().zip(draft.tracks) {
        if track != 0.0 {
            tables.links.push(Link {
                source: Source::Key.number(),
                scale: Source::NONE,
                target: parameter as u16,
                curve: 0,
                scale_curve: 0,
                smooth: 0,
                depth: 127.0 * track,
                step: 0.0,
            });
        }
    }
    Run { start, count: tables.links.len() as u32 - start }
}

fn write_envelopes(tables: &mut KitTables, envelopes: &BTreeMap<u16, EnvelopeDraft>) -> Run {
    let start = tables.envelopes.len() as u32;
    for envelope in envelopes.values() {
        let first = tables.points.len() as u32;
        let last = envelope.points.last_key_value().map_or(0, |(number, _)| *number);
        let none = Point { time: 0.0, level: 0.0, shape: 0.0 };
        tables.points.extend((0..=last).map(|number| envelope.points.get(&number).copied().unwrap_or(none)));
        tables.envelopes.push(FlexEnvelope {
            points: Run { start: first, count: u32::from(last) + 1 },
            // Point 0 is where it begins: to wait there is not to wait at all.
            sustain: if envelope.sustain == 0 { u8::MAX } else { envelope.sustain },
            is_amplitude: u8::from(envelope.is_amplitude),
            flags: u16::from(envelope.is_dynamic),
        });
    }
    Run { start, count: tables.envelopes.len() as u32 - start }
}

fn write_lfos(tables: &mut KitTables, lfos: &BTreeMap<u16, LfoDraft>) -> Run {
    let start = tables.lfos.len() as u32;
    for lfo in lfos.values() {
        let step_count = lfo.step_count.or(lfo.steps.last_key_value().map(|(number, _)| *number)).unwrap_or(0);
        let steps = Run { start: tables.steps.len() as u32, count: u32::from(step_count) };
        tables.steps.extend((1..=step_count).map(|number| lfo.steps.get(&number).copied().unwrap_or(0.0)));
        let first = tables.lfo_parts.len() as u32;
        let one = BTreeMap::from([(1, WaveDraft::default())]);
        let waves = if lfo.waves.is_empty() { &one } else { &lfo.waves };
        for (n, wave) in waves.values().enumerate() {
            // Steps take the place of the first wave.
            let shape = if n == 0 && step_count > 0 { LfoWave::Steps } else { wave.wave };
            tables.lfo_parts.push(LfoPart {
                wave: shape as u8,
                unused: [0; 3],
                offset: wave.offset,
                ratio: wave.ratio,
                scale: wave.scale,
            });
        }
        tables.lfos.push(FlexLfo {
            frequency: lfo.fields[FREQUENCY],
            phase: lfo.fields[PHASE].rem_euclid(1.0),
            delay: lfo.fields[DELAY],
            fade: lfo.fields[FADE],
            count: lfo.count,
            parts: Run { start: first, count: tables.lfo_parts.len() as u32 - first },
            steps,
        });
    }
    Run { start, count: tables.lfos.len() as u32 - start }
}
