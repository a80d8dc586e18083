//! A set-up that is played from its bytes: checked once, then read where it lies, record by record.

use crate::action::Action;
use crate::glue::Press;
use crate::layout::{Role, Zone};
use crate::panels::{Panel, PanelId, PresetId, check_bank};
use crate::setup::read::{range, sealed};
use crate::setup::{CHORDS, GROUP, Light, Mapping, PATTERNS, Preset, SetupError, SetupRead, ZONES, check};
use crate::source::{Control, Source, Spot};
use crate::wire::{self, WireError, record};
use core::ops::Range;

/// Panels of a set-up in bytes at most: each is compared with each when it is opened.
pub const PANELS: usize = 1024;

/// A borrowed set-up of `MAPPINGS` mappings at most, for boards: it takes a few words of memory, wherever its bytes are.
///
/// ```
/// use ripieno_panel::{FlashSetup, Mapper, Setup, SetupRead};
///
/// let mut bytes = [0; 64];
/// let length = Setup::<1, 1, 1>::new().encode(&mut bytes)?;
/// let setup = FlashSetup::<128>::new(&bytes[..length])?;
/// assert_eq!(setup.mapping_count(), 0);
/// let mapper = Mapper::<_, 128, 1, 32, 64, 16>::with_memory(setup);
/// # let _ = mapper;
/// # Ok::<(), ripieno_panel::wire::WireError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FlashSetup<'a, const MAPPINGS: usize> {
    pub(crate) mappings: &'a [[u8; record::MAPPING]],
    pub(crate) presets: &'a [[u8; record::PRESET]],
    pub(crate) panels: &'a [[u8; record::PANEL]],
    pub(crate) zones: &'a [[u8; record::ZONE]],
    chords: &'a [[u8; record::CHORD]],
    pub(crate) patterns: &'a [[u8; record::PATTERN]],
}

impl<'a, const MAPPINGS: usize> FlashSetup<'a, MAPPINGS> {
    /// Opens exactly the bytes that [`Setup::encode`](crate::Setup::encode) wrote, and checks all that its builders check.
    /// Control: the time is bounded by the length, and by the square of `PANELS`.
    ///
    /// # Errors
    /// [`WireError`], all but [`WireError::Room`].
    pub fn new(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (counts, mut rest) = wire::open(bytes)?;
        let [mappings, presets, panels, zones, chords, patterns] = counts;
        let setup = Self {
            mappings: table(&mut rest, mappings)?,
            presets: table(&mut rest, presets)?,
            panels: table(&mut rest, panels)?,
            zones: table(&mut rest, zones)?,
            chords: table(&mut rest, chords)?,
            patterns: table(&mut rest, patterns)?,
        };
        if !rest.is_empty() {
            return Err(WireError::Body);
        }
        most("mappings", mappings, MAPPINGS)?;
        most("panels", panels, PANELS)?;
        most("layout rules", zones, ZONES)?;
        most("chords of buttons", chords, CHORDS)?;
        most("SysEx patterns", patterns, PATTERNS)?;
        setup.check()?;
        Ok(setup)
    }

    fn check(&self) -> Result<(), WireError> {
        for record in self.zones {
            check::zone(&record::read_zone(record).ok_or(WireError::Body)?).map_err(WireError::Setup)?;
        }
        for record in self.patterns {
            check::pattern(&record::read_pattern(record).ok_or(WireError::Body)?).map_err(WireError::Setup)?;
        }
        let mut chords = self.chords.iter().map(|place| u16::from_le_bytes(*place));
        for (place, record) in (0..).zip(self.mappings) {
            let mapping = record::read_mapping(record).ok_or(WireError::Body)?;
            check::mapping(&mapping).map_err(WireError::Setup)?;
            if mapping.chord().is_some() && chords.next() != Some(place) {
                return Err(disorder("chords of buttons"));
            }
        }
        if chords.next().is_some() {
            return Err(disorder("chords of buttons"));
        }
        self.check_presets()?;
        self.check_panels()
    }

    /// Presets lie one behind the other in order of id, their mappings in order of address.
    fn check_presets(&self) -> Result<(), WireError> {
        let (mut next, mut before) = (0, None);
        for record in self.presets {
            let preset = record::read_preset(record).ok_or(WireError::Body)?;
            let end = usize::from(preset.first) + usize::from(preset.count);
            if usize::from(preset.first) != next || before.is_some_and(|before| before >= preset.id) {
                return Err(disorder("presets"));
            }
            let own = self.mappings.get(next..end).ok_or(disorder("presets"))?;
            if !own.is_sorted_by_key(record::mapping_spot) {
                return Err(disorder("mappings"));
            }
            let spot = |mapping: Option<&[u8; record::MAPPING]>| mapping.map(record::mapping_spot);
            if own.windows(GROUP + 1).any(|run| spot(run.first()) == spot(run.last())) {
                return Err(WireError::Setup(SetupError::Full("mappings of one control", GROUP)));
            }
            (next, before) = (end, Some(preset.id));
        }
        if next == self.mappings.len() { Ok(()) } else { Err(disorder("presets")) }
    }

    /// Panels are told apart, no two are active for one slot, and their presets are there and of their kind.
    fn check_panels(&self) -> Result<(), WireError> {
        for (place, record) in self.panels.iter().enumerate() {
            let panel = record::read_panel(record).ok_or(WireError::Body)?;
            check_bank(panel.kind, panel.bank).map_err(WireError::Setup)?;
            for earlier in self.panels.iter().take(place).filter_map(record::read_panel) {
                if earlier.id == panel.id {
                    return Err(WireError::Setup(SetupError::Taken("panel", panel.id.0)));
                }
                let is_rival = earlier.kind == panel.kind && earlier.bank == panel.bank;
                if is_rival && earlier.is_active && panel.is_active {
                    return Err(WireError::Setup(SetupError::Taken("active slot", u16::from(panel.bank.0))));
                }
            }
            check::preset_of(self, panel.kind, panel.preset).map_err(WireError::Setup)?;
        }
        Ok(())
    }
}

fn disorder(what: &'static str) -> WireError {
    WireError::Setup(SetupError::Disorder(what))
}

fn most(what: &'static str, count: usize, limit: usize) -> Result<(), WireError> {
    if count <= limit { Ok(()) } else { Err(WireError::Setup(SetupError::Full(what, limit))) }
}

/// Takes a table of so many records from the front.
fn table<'a, const N: usize>(rest: &mut &'a [u8], count: usize) -> Result<&'a [[u8; N]], WireError> {
    // 16 bits of records of some bytes are far from what 32 bits hold.
    let (own, behind) = rest.split_at_checked(count * N).ok_or(WireError::Body)?;
    *rest = behind;
    Ok(own.as_chunks().0)
}

impl<const MAPPINGS: usize> SetupRead for FlashSetup<'_, MAPPINGS> {
    const MAPPINGS: usize = MAPPINGS;

    fn mapping_count(&self) -> u16 {
        self.mappings.len() as u16
    }

    fn mapping_at(&self, place: u16) -> Option<Mapping> {
        record::read_mapping(self.mappings.get(usize::from(place))?)
    }

    fn preset_at(&self, place: usize) -> Option<Preset> {
        record::read_preset(self.presets.get(place)?)
    }

    fn panel_at(&self, place: usize) -> Option<Panel> {
        record::read_panel(self.panels.get(place)?)
    }

    fn zone_at(&self, place: usize) -> Option<Zone> {
        record::read_zone(self.zones.get(place)?)
    }

    fn pattern_meets(&self, place: usize, body: &[u8]) -> Option<bool> {
        let record = self.patterns.get(place)?;
        let is_meant = |(own, byte): (Option<u8>, &u8)| own.is_none_or(|own| own == *byte);
        Some(usize::from(record[0]) == body.len() && record::pattern_bytes(record).zip(body).all(is_meant))
    }

    fn find_preset(&self, id: PresetId) -> Option<Preset> {
        let record_id = |[low, high, ..]: &[u8; record::PRESET]| PresetId(u16::from_le_bytes([*low, *high]));
        let place = self.presets.binary_search_by_key(&id, record_id).ok()?;
        self.preset_at(place)
    }

    fn role(&self, control: &Control) -> Role {
        let spot = control.spot();
        let zone = self.zones.iter().find(|record| record::zone_meets(record, spot));
        zone.and_then(record::read_zone).map_or_else(|| Role::without_rule(control.source), |zone| zone.role)
    }
}

impl<const MAPPINGS: usize> sealed::Read for FlashSetup<'_, MAPPINGS> {
    fn spot(&self, place: u16) -> Option<Spot> {
        self.mappings.get(usize::from(place)).map(record::mapping_spot)
    }

    fn load(&self, place: u16, own: &mut Mapping) -> bool {
        self.mappings.get(usize::from(place)).is_some_and(|record| record::load_mapping(record, own))
    }

    fn action(&self, place: u16) -> Option<Action> {
        self.mappings.get(usize::from(place)).and_then(record::mapping_action)
    }

    fn press(&self, place: u16) -> Option<Press> {
        self.mappings.get(usize::from(place)).and_then(record::mapping_press)
    }

    fn light(&self, place: u16) -> Option<Light> {
        self.mappings.get(usize::from(place)).map(record::mapping_light)
    }

    fn chord(&self, place: usize) -> Option<(Source, u16)> {
        let mapping = u16::from_le_bytes(*self.chords.get(place)?);
        Some((self.mapping_at(mapping)?.chord()?, mapping))
    }

    fn siblings(&self, place: u16) -> Range<u16> {
        let first = |[_, _, low, high, ..]: &[u8; record::PRESET]| u16::from_le_bytes([*low, *high]);
        let after = self.presets.partition_point(|preset| first(preset) <= place);
        range(self.preset_at(after.wrapping_sub(1)).as_ref())
    }

    /// The bytes stay as they are: the mapper knows who is active.
    fn keep_active(&mut self, _: PanelId, _: bool) {}
}
