//! A walk over the whole file that reports what is wrong. Each record is looked at once, so a file's size bounds it.

use super::SoundFont;
use super::issue::{Fault, Issue};
use super::record::{self, Tables};
use super::riff::{self, Part};
use super::sample::Header;
use super::zone::{self, Level, MAX_GENERATORS, MAX_MODULATORS, Zone};
use crate::Generator;
use crate::generator::Amounts;

impl<D: AsRef<[u8]>> SoundFont<D> {
    /// Calls `each` for everything that is wrong, chunk by chunk. A file that plays as it is written reports nothing.
    /// Control: it reads all tables.
    pub fn validate(&self, mut each: impl FnMut(Issue)) {
        self.chunks(&mut each);
        let tables = self.tables();
        samples(&tables, &mut each);
        let presets = (0..self.presets).filter_map(|n| tables.preset_bags(n));
        level(&tables, &tables.preset_level, PRESET_NAMES, presets, &mut each);
        let instruments = (0..self.instruments).filter_map(|n| tables.instrument_bags(n));
        level(&tables, &tables.instrument_level, INSTRUMENT_NAMES, instruments, &mut each);
    }

    fn chunks(&self, each: &mut impl FnMut(Issue)) {
        riff::walk(self.data.as_ref(), |chunk| {
            let Some(&part) = Part::ALL.iter().find(|part| part.name().as_bytes() == chunk.id) else { return };
            let mut report = |fault| each(Issue { chunk: part.name(), index: 0, fault });
            if self.parts[part as usize] != chunk.body {
                return report(Fault::Duplicate);
            }
            let found = (chunk.body.end - chunk.body.start) as u32;
            if found < chunk.stated {
                report(Fault::CutShort { stated: chunk.stated, found });
            }
            let bytes = found % record_bytes(part);
            if bytes > 0 {
                report(Fault::BrokenRecord { bytes });
            }
            let frames = (self.part(Part::Frames).len() / 2) as u32;
            if part == Part::LowBytes && found < frames {
                report(Fault::LowBytesMismatch { found, frames });
            }
        });
    }
}

const fn record_bytes(part: Part) -> u32 {
    let bytes = match part {
        Part::Frames => 2,
        Part::Presets => record::PRESET,
        Part::Instruments => record::INSTRUMENT,
        Part::Samples => record::SAMPLE,
        Part::PresetBags | Part::InstrumentBags => record::BAG,
        Part::PresetGenerators | Part::InstrumentGenerators => record::GENERATOR,
        Part::PresetModulators | Part::InstrumentModulators => record::MODULATOR,
        _ => 1,
    };
    bytes as u32
}

/// Samples on their own, whoever plays them.
fn samples(tables: &Tables<'_>, each: &mut impl FnMut(Issue)) {
    for index in 0..tables.samples.len() as u16 {
        let mut report = |fault| each(Issue { chunk: Part::Samples.name(), index: index.into(), fault });
        let header = match Header::check(tables.samples, index, tables.frames) {
            Ok(header) => header,
            Err(fault) => {
                report(fault);
                continue;
            }
        };
        if header.rate_hz() != header.stated_rate_hz() {
            report(Fault::BadRate { hz: header.stated_rate_hz() });
        }
        // 255 is the standard's own word for a recording without pitch.
        if (128..255).contains(&header.stated_root()) {
            report(Fault::BadRootKey { key: header.stated_root() });
        }
        if header.claims_pair() && header.pair(tables.samples, index).1 == index {
            report(Fault::OneSidedLink { link: header.stated_link().into() });
        }
    }
}

/// The chunks of one level: headers, bags, generators, modulators.
type Names = [&'static str; 4];

const PRESET_NAMES: Names =
    [Part::Presets.name(), Part::PresetBags.name(), Part::PresetGenerators.name(), Part::PresetModulators.name()];
const INSTRUMENT_NAMES: Names = [
    Part::Instruments.name(),
    Part::InstrumentBags.name(),
    Part::InstrumentGenerators.name(),
    Part::InstrumentModulators.name(),
];

fn level(
    tables: &Tables<'_>,
    level: &Level<'_>,
    names: Names,
    headers: impl Iterator<Item = (usize, Option<usize>)>,
    each: &mut impl FnMut(Issue),
) {
    // Lists of zones may overlap in a hostile file; a zone is looked at with the first list that holds it.
    let mut walked = 0;
    for (index, (first, end)) in headers.enumerate() {
        let count = level.bags.len();
        let stated_end = end.unwrap_or(count.saturating_sub(1));
        if first > stated_end || stated_end > count {
            let fault = Fault::BadZones { first: first as u32, end: stated_end as u32, count: count as u32 };
            each(Issue { chunk: names[0], index: index as u32, fault });
        }
        let bags = level.bag_range((first, end));
        let (global, local) = level.split_global(bags.clone());
        for bag in bags.start.max(walked)..bags.end {
            let is_global = !local.contains(&bag);
            records(level, names, bag, each);
            zone(tables, level, names, bag, if is_global { None } else { Some(global) }, each);
        }
        walked = walked.max(bags.end);
    }
}

/// The limits and the records of one bag.
fn records(level: &Level<'_>, names: Names, bag: usize, each: &mut impl FnMut(Issue)) {
    let mut report = |fault| each(Issue { chunk: names[1], index: bag as u32, fault });
    let [(first, end), (modulators_first, modulators_end)] = level.limits(bag);
    let count = level.generators.len();
    if first > end || end > count {
        report(Fault::BadGenerators { first: first as u32, end: end as u32, count: count as u32 });
    } else if end - first > MAX_GENERATORS {
        report(Fault::CrowdedZone { records: (end - first) as u32, limit: MAX_GENERATORS as u32 });
    }
    let (first_modulator, end, count) = (modulators_first, modulators_end, level.modulators.len());
    if count > 0 && (first_modulator > end || end > count) {
        report(Fault::BadModulators { first: first_modulator as u32, end: end as u32, count: count as u32 });
    } else if end.saturating_sub(first_modulator) > MAX_MODULATORS {
        report(Fault::CrowdedZone { records: (end - first_modulator) as u32, limit: MAX_MODULATORS as u32 });
    }
    let zone = level.zone(bag);
    for (n, (number, _)) in zone.amounts(level.terminal).enumerate() {
        let is_range = number == Generator::KeyRange as u16 || number == Generator::VelocityRange as u16;
        if !is_range && !zone::is_settable(number, level.terminal) {
            each(Issue { chunk: names[2], index: (first + n) as u32, fault: Fault::MisplacedGenerator { number } });
        }
    }
    for (n, record) in zone.modulators.iter().enumerate() {
        if let Err(fault) = zone::modulator(record) {
            each(Issue { chunk: names[3], index: (modulators_first + n) as u32, fault });
        }
    }
}

/// What a zone means: its ranges, what it plays, and for an instrument's zone how its sample comes out. `global` is
/// `None` for the global zone itself.
fn zone(
    tables: &Tables<'_>,
    level: &Level<'_>,
    names: Names,
    bag: usize,
    global: Option<Zone<'_>>,
    each: &mut impl FnMut(Issue),
) {
    let mut report = |fault| each(Issue { chunk: names[1], index: bag as u32, fault });
    let zone = level.zone(bag);
    let ranges = zone.ranges(level.terminal);
    for [low, high] in [ranges.keys, ranges.velocities].into_iter().flatten() {
        if low > high {
            report(Fault::EmptyRange { low, high });
        }
    }
    let Some(global) = global else { return };
    let Some(index) = zone.terminal(level.terminal) else { return report(Fault::NoTerminal) };
    let plays_samples = level.terminal == Generator::SampleId;
    let count = if plays_samples { tables.samples.len() } else { tables.instruments.len() };
    if usize::from(index) >= count {
        return report(Fault::IndexPastEnd { index: index.into(), count: count as u32 });
    }
    // A bad header was reported with the headers.
    if let (true, Ok(header)) = (plays_samples, Header::check(tables.samples, index, tables.frames)) {
        let mut amounts = Amounts::DEFAULT;
        global.apply(level.terminal, &mut amounts);
        zone.apply(level.terminal, &mut amounts);
        if let Err(fault) = header.resolve(tables.samples, index, &amounts, &mut report) {
            report(fault);
        }
    }
}
