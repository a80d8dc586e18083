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

/// What a modulator costs beside a generator: it is compared with a whole list.
const MODULATOR_COST: usize = 16;

/// What it costs to open an instrument: its first zone is read and a region's worth of settings prepared.
const INSTRUMENT_COST: usize = 64;

/// What is left of a note's work.
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

    /// The next zone that sounds, with its instrument or sample index.
    fn next(&mut self, key: u8, velocity: u8, budget: &mut Budget) -> Option<(Zone<'a>, u16)> {
        loop {
            // Most zones leave the key out: one tight look at as many as may be paid for.
            let affordable = self.rest.start..self.rest.end.min(self.rest.start.saturating_add(budget.0));
            let (level, first) = (self.level, affordable.start);
            let bag = affordable.into_iter().find(|&bag| level.may_sound(bag, key))?;
            self.rest.start = bag + 1;
            if !budget.spend(1 + bag - first) {
                return None;
            }
            let zone = self.level.zone(bag);
            if !budget.spend(zone.generators.len() + MODULATOR_COST * zone.modulators.len()) {
                return None;
            }
            if let (ranges, Some(index)) = zone.scan(self.level.terminal)
                && ranges.or(self.global_ranges).contain(key, velocity)
            {
                return Some((zone, index));
            }
        }
    }
}

/// Calls `each` for every region that sounds, in file order.
pub(super) fn regions(
    tables: &Tables<'_>,
    PresetIndex(preset): PresetIndex,
    key: u8,
    velocity: u8,
    mut each: impl FnMut(&Region),
) {
    let mut budget = Budget(RECORDS_PER_NOTE);
    let mut layers_left = MAX_LAYERS;
    let Some(bags) = tables.preset_bags(preset) else { return };
    let mut preset_zones = Zones::new(tables.preset_level, bags);
    let terminal = preset_zones.level.terminal;
    let mut offsets_of_all = Amounts::ZERO;
    preset_zones.global.apply(terminal, &mut offsets_of_all);
    while let Some((preset_zone, instrument)) = preset_zones.next(key, velocity, &mut budget) {
        let Some(bags) = tables.instrument_bags(instrument) else { continue };
        let mut offsets = offsets_of_all.clone();
        preset_zone.apply(terminal, &mut offsets);
        let mut zones = Zones::new(tables.instrument_level, bags);
        if !budget.spend(INSTRUMENT_COST + MODULATOR_COST * zones.global.modulators.len()) {
            return;
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
        while let Some((zone, index)) = zones.next(key, velocity, &mut budget) {
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
            each(&region);
            layers_left -= 1;
            if layers_left == 0 {
                return;
            }
        }
    }
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
