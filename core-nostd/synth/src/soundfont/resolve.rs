//! From a key and a velocity to regions: preset zones, their instruments' zones, both levels merged.

use super::record::Tables;
use super::sample::Header;
use super::zone::{Level, Ranges, Zone};
use crate::generator::Amounts;
use crate::{Generators, Modulator, Modulators, PresetIndex, Region, Wave};
use core::ops::Range;

/// Table records that one note may read before it does without the rest; the largest real instruments need a few
/// thousand. Bounds the time of a note-on.
pub const RECORDS_PER_NOTE: usize = 65_536;

/// Regions that one note may sound; more are left out.
pub const MAX_LAYERS: usize = 64;

/// Table records that a look at a whole preset may read: a hostile file can name one zone billions of times.
pub const RECORDS_PER_PRESET: usize = 1 << 24;

/// Regions that a look at a whole preset delivers.
pub const MAX_REGIONS: usize = u16::MAX as usize;

/// What a modulator costs beside a generator: it is compared with a whole list.
const MODULATOR_COST: usize = 16;

/// What it costs to open an instrument: its first zone is read and a region's worth of settings prepared.
const INSTRUMENT_COST: usize = 64;

/// Which zones are looked for.
pub(super) trait Wish: Copy {
    /// False if a bag need not be looked into.
    fn may_be_in(self, level: Level<'_>, bag: usize) -> bool;
    /// True for the ranges of a zone that is meant.
    fn is_met_by(self, ranges: Ranges) -> bool;
}

/// What one note sounds.
#[derive(Clone, Copy)]
pub(super) struct Note {
    pub(super) key: u8,
    pub(super) velocity: u8,
}

impl Wish for Note {
    #[inline]
    fn may_be_in(self, level: Level<'_>, bag: usize) -> bool {
        level.may_sound(bag, self.key)
    }

    #[inline]
    fn is_met_by(self, ranges: Ranges) -> bool {
        ranges.contain(self.key, self.velocity)
    }
}

/// What any note sounds.
#[derive(Clone, Copy)]
pub(super) struct Any;

impl Wish for Any {
    fn may_be_in(self, _: Level<'_>, _: usize) -> bool {
        true
    }

    fn is_met_by(self, ranges: Ranges) -> bool {
        ranges.narrowed(Ranges::default()).is_some()
    }
}

/// How much may be read and delivered.
pub(super) struct Limits {
    pub(super) records: usize,
    pub(super) regions: usize,
}

impl Limits {
    pub(super) const NOTE: Self = Self { records: RECORDS_PER_NOTE, regions: MAX_LAYERS };
    pub(super) const PRESET: Self = Self { records: RECORDS_PER_PRESET, regions: MAX_REGIONS };
}

/// What is left of the work.
struct Budget(usize);

impl Budget {
    #[inline]
    fn spend(&mut self, records: usize) -> bool {
        self.0 = self.0.saturating_sub(records);
        self.0 > 0
    }
}

/// One level's zones: a header's list, its global zone, and what to look for.
struct Zones<'a> {
    level: Level<'a>,
    global: Zone<'a>,
    global_ranges: Ranges,
    rest: Range<usize>,
}

impl<'a> Zones<'a> {
    fn new(level: Level<'a>, bags: (usize, Option<usize>)) -> Self {
        let (global, rest) = level.split_global(level.bag_range(bags));
        let global_ranges = global.scan(level.terminal).0;
        Self { level, global, global_ranges, rest }
    }

    /// The next zone that is meant, with its ranges and its instrument or sample index.
    #[inline]
    fn next(&mut self, wish: impl Wish, budget: &mut Budget) -> Option<(Zone<'a>, Ranges, u16)> {
        loop {
            // Most zones leave the key out: one tight look at as many as may be paid for.
            let affordable = self.rest.start..self.rest.end.min(self.rest.start.saturating_add(budget.0));
            let (level, first) = (self.level, affordable.start);
            let bag = affordable.into_iter().find(|&bag| wish.may_be_in(level, bag))?;
            self.rest.start = bag + 1;
            if !budget.spend(1 + bag - first) {
                return None;
            }
            let zone = self.level.zone(bag);
            if !budget.spend(zone.generators.len() + MODULATOR_COST * zone.modulators.len()) {
                return None;
            }
            if let (ranges, Some(index)) = zone.scan(self.level.terminal) {
                let ranges = ranges.or(self.global_ranges);
                if wish.is_met_by(ranges) {
                    return Some((zone, ranges, index));
                }
            }
        }
    }
}

/// Calls `each` for every region that is meant, in file order, with the preset zone's and the instrument zone's ranges.
/// False when a limit ended it.
#[inline]
pub(super) fn regions<W: Wish>(
    tables: &Tables<'_>,
    PresetIndex(preset): PresetIndex,
    wish: W,
    limits: Limits,
    mut each: impl FnMut([Ranges; 2], &Region),
) -> bool {
    let mut budget = Budget(limits.records);
    let mut regions_left = limits.regions;
    let Some(bags) = tables.preset_bags(preset) else { return true };
    let mut preset_zones = Zones::new(tables.preset_level, bags);
    let terminal = preset_zones.level.terminal;
    let mut offsets_of_all = Amounts::ZERO;
    preset_zones.global.apply(terminal, &mut offsets_of_all);
    while let Some((preset_zone, preset_ranges, instrument)) = preset_zones.next(wish, &mut budget) {
        let Some(bags) = tables.instrument_bags(instrument) else { continue };
        let mut offsets = offsets_of_all.clone();
        preset_zone.apply(terminal, &mut offsets);
        let mut zones = Zones::new(tables.instrument_level, bags);
        if !budget.spend(INSTRUMENT_COST + MODULATOR_COST * zones.global.modulators.len()) {
            return false;
        }
        let mut amounts_of_all = Amounts::DEFAULT;
        zones.global.apply(zones.level.terminal, &mut amounts_of_all);
        // Copied only where an instrument has modulators of its own.
        let mut own;
        let modulators_of_all = if zones.global.modulators.is_empty() {
            tables.defaults
        } else {
            own = tables.defaults.clone();
            zones.global.modulators().for_each(|modulator| own.replace(modulator));
            &own
        };
        while let Some((zone, ranges, index)) = zones.next(wish, &mut budget) {
            let Ok(header) = Header::check(tables.samples, index, tables.frames) else { continue };
            let mut amounts = amounts_of_all.clone();
            zone.apply(zones.level.terminal, &mut amounts);
            let Ok(sample) = header.resolve(tables.samples, index, &amounts, |_| {}) else { continue };
            let mut region = Region {
                generators: Generators::merged(&amounts, &offsets),
                modulators: modulators_of_all.clone(),
                wave: Wave::Sample(sample),
            };
            zone.modulators().for_each(|modulator| region.modulators.replace(modulator));
            add_preset_modulators(preset_zones.global, preset_zone, &mut region.modulators);
            each([preset_ranges, ranges], &region);
            regions_left -= 1;
            if regions_left == 0 {
                return false;
            }
        }
    }
    budget.0 > 0
}

/// A preset's modulators add to the instrument's; among themselves the local zone, and the later, replaces.
fn add_preset_modulators(global: Zone<'_>, local: Zone<'_>, onto: &mut Modulators) {
    if global.modulators.is_empty() && local.modulators.is_empty() {
        return;
    }
    let mut both = global.modulators().chain(local.modulators());
    while let Some(modulator) = both.next() {
        let is_replaced = both.clone().any(|later: Modulator| later.same_connection(&modulator));
        if !is_replaced {
            onto.add(modulator);
        }
    }
}
