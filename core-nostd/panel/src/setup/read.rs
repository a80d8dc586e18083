//! What a mapper reads of a set-up, wherever that lies: in memory as values, or in flash as bytes.

use super::{Light, Mapping, Preset, Setup};
use crate::action::Action;
use crate::glue::Press;
use crate::layout::{Role, Zone};
use crate::panels::{Panel, PanelId, PresetId};
use crate::source::{Address, Control, Source, Spot};
use core::ops::Range;

/// A set-up that a [`Mapper`](crate::Mapper) can go by: a [`Setup`], or a [`FlashSetup`](crate::FlashSetup) in its bytes.
/// Everything is found by its place, none past the end; all calls are real-time.
pub trait SetupRead: sealed::Read {
    /// Mappings that any set-up of this type has at most.
    const MAPPINGS: usize;

    /// How many mappings there are.
    fn mapping_count(&self) -> u16;

    /// A mapping, preset by preset; a [`MappingId`](crate::MappingId) is its place.
    fn mapping_at(&self, place: u16) -> Option<Mapping>;

    /// A preset, in order of their ids.
    fn preset_at(&self, place: usize) -> Option<Preset>;

    /// A panel. Whether it is active is as the set-up had it, or as it is now: see [`Mapper::panel`](crate::Mapper::panel).
    fn panel_at(&self, place: usize) -> Option<Panel>;

    /// A layout rule, in the order in which they are asked.
    fn zone_at(&self, place: usize) -> Option<Zone>;

    /// True when the SysEx pattern at a place, which there is, meets a body.
    fn pattern_meets(&self, place: usize, body: &[u8]) -> Option<bool>;

    /// The preset of an id.
    fn find_preset(&self, id: PresetId) -> Option<Preset>;

    /// What a control is for: the role of the first rule that meets it, or what it is for without one.
    fn role(&self, control: &Control) -> Role;
}

pub(crate) mod sealed {
    use super::*;

    /// What is for mappers only.
    pub trait Read {
        fn spot(&self, place: u16) -> Option<Spot>;

        /// Writes a mapping over another; false if there is none.
        fn load(&self, place: u16, own: &mut Mapping) -> bool;

        /// The parts of a mapping that are asked for alone.
        fn action(&self, place: u16) -> Option<Action>;
        fn press(&self, place: u16) -> Option<Press>;
        fn light(&self, place: u16) -> Option<Light>;

        /// The mappings that fire with two buttons, by the other button.
        fn chord(&self, place: usize) -> Option<(Source, u16)>;

        /// The mappings of the preset that a mapping is of.
        fn siblings(&self, place: u16) -> Range<u16>;

        /// Keeps who is active where there is room to keep it.
        fn keep_active(&mut self, panel: PanelId, is_active: bool);

        /// The mappings with exactly this address in a range of mappings, which is a preset's.
        fn group(&self, range: Range<u16>, at: Spot) -> Range<u16> {
            let Range { start: mut low, end: mut high } = range;
            while low < high {
                let middle = low + (high - low) / 2;
                if self.spot(middle).is_some_and(|spot| spot < at) { low = middle + 1 } else { high = middle }
            }
            let mut end = low;
            while end < range.end && self.spot(end) == Some(at) {
                end += 1;
            }
            low..end
        }
    }
}

/// The mappings of a preset; of presets that begin at one place the last has them.
pub(crate) fn range(preset: Option<&Preset>) -> Range<u16> {
    preset.map_or(0..0, |preset| preset.first..preset.first.saturating_add(preset.count))
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> SetupRead for Setup<PANELS, PRESETS, MAPPINGS> {
    const MAPPINGS: usize = MAPPINGS;

    fn mapping_count(&self) -> u16 {
        self.mappings.len() as u16
    }

    fn mapping_at(&self, place: u16) -> Option<Mapping> {
        self.mappings.get(usize::from(place)).copied()
    }

    fn preset_at(&self, place: usize) -> Option<Preset> {
        self.presets.get(place).copied()
    }

    fn panel_at(&self, place: usize) -> Option<Panel> {
        self.panels().get(place).copied()
    }

    fn zone_at(&self, place: usize) -> Option<Zone> {
        self.zones.get(place).copied()
    }

    fn pattern_meets(&self, place: usize, body: &[u8]) -> Option<bool> {
        self.patterns.get(place).map(|pattern| pattern.meets(body))
    }

    fn find_preset(&self, id: PresetId) -> Option<Preset> {
        let place = self.presets.binary_search_by_key(&id, |preset| preset.id).ok()?;
        self.presets.get(place).copied()
    }

    fn role(&self, control: &Control) -> Role {
        Setup::role(self, control)
    }
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> sealed::Read
    for Setup<PANELS, PRESETS, MAPPINGS>
{
    fn spot(&self, place: u16) -> Option<Spot> {
        self.mappings.get(usize::from(place)).map(|mapping| mapping.at.spot())
    }

    fn load(&self, place: u16, own: &mut Mapping) -> bool {
        let found = self.mappings.get(usize::from(place));
        found.map(|found| *own = *found).is_some()
    }

    fn action(&self, place: u16) -> Option<Action> {
        self.mappings.get(usize::from(place)).map(|mapping| mapping.action)
    }

    fn press(&self, place: u16) -> Option<Press> {
        self.mappings.get(usize::from(place)).map(|mapping| mapping.glue.press)
    }

    fn light(&self, place: u16) -> Option<Light> {
        self.mappings.get(usize::from(place)).map(|mapping| mapping.light)
    }

    fn chord(&self, place: usize) -> Option<(Source, u16)> {
        self.chords.get(place).copied()
    }

    fn siblings(&self, place: u16) -> Range<u16> {
        let after = self.presets.partition_point(|preset| preset.first <= place);
        range(self.presets.get(after.wrapping_sub(1)))
    }

    fn keep_active(&mut self, panel: PanelId, is_active: bool) {
        // The mapper asks for panels that it has found: neither refuses.
        if is_active {
            _ = self.panels.activate(panel);
        } else {
            _ = self.panels.deactivate(panel);
        }
    }

    /// Compares addresses where they lie.
    fn group(&self, range: Range<u16>, at: Spot) -> Range<u16> {
        let all = self.mappings.get(usize::from(range.start)..usize::from(range.end)).unwrap_or_default();
        let at: Option<Address> = at.address();
        let first = all.partition_point(|mapping| Some(mapping.at) < at);
        let count = all.iter().skip(first).take_while(|mapping| Some(mapping.at) == at).count();
        let first = range.start + first as u16;
        first..first + count as u16
    }
}
