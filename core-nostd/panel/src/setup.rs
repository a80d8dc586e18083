//! All that a mapper goes by, as one value of fixed size: layout, panels, presets and their mappings.

pub(crate) mod check;
pub(crate) mod read;

pub use read::SetupRead;

use crate::action::Action;
use crate::glue::{Button, Fire, Glue, GlueError, Mode};
use crate::layout::{Role, Zone};
use crate::panels::{Panel, PanelKind, Panels, PresetId};
use crate::source::{Address, Control, Source};
use core::fmt;
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// Layout rules at most.
pub const ZONES: usize = 64;
/// SysEx patterns at most, and their bytes.
pub const PATTERNS: usize = 16;
/// Bytes of a SysEx pattern at most.
pub const PATTERN_BYTES: usize = 32;

/// Mappings of one address in one preset at most.
pub const GROUP: usize = 8;
/// Mappings that fire with two buttons pressed together at most.
pub const CHORDS: usize = 32;

/// One control's part in a preset. A control may have several, as for a short and a long press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(align(4))]
pub struct Mapping {
    /// Where it listens.
    pub at: Address,
    /// What becomes of what it hears.
    pub glue: Glue,
    /// What it does.
    pub action: Action,
    /// What it was set to when the set-up was made, if that is known.
    pub value: Option<u16>,
    /// What lights the control: nothing, or a message on its own address or another.
    pub light: Light,
}

/// How a control shows its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Light {
    /// It cannot, or need not.
    #[default]
    None,
    /// By its own message, sent back: note on with a velocity, or the controller with its value.
    Own {
        /// What off is on the wire, 0..=127.
        off: u8,
        /// What on, or the top, is on the wire, 0..=127.
        on: u8,
    },
}

/// A preset's place among the mappings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// Its number.
    pub id: PresetId,
    /// The kind of panel it is for.
    pub kind: PanelKind,
    /// The first of its mappings.
    pub first: u16,
    /// How many it has.
    pub count: u16,
}

/// A SysEx body (without F0 and F7) that fires something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The bytes; `None` is any byte.
    pub bytes: Vec<Option<u8>, PATTERN_BYTES>,
}

impl Pattern {
    /// True when a body is as long as the pattern and has its bytes. Real-time.
    pub fn meets(&self, body: &[u8]) -> bool {
        self.bytes.len() == body.len()
            && self.bytes.iter().zip(body).all(|(own, byte)| own.is_none_or(|own| own == *byte))
    }
}

/// The whole. Presets are in order of their id; a preset's mappings are in order of their [`Address`], those of equal
/// address in the order of the preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> {
    pub(crate) zones: Vec<Zone, ZONES>,
    pub(crate) panels: Panels<PANELS>,
    pub(crate) presets: Vec<Preset, PRESETS>,
    pub(crate) mappings: Vec<Mapping, MAPPINGS>,
    pub(crate) patterns: Vec<Pattern, PATTERNS>,
    /// Mappings that fire with two buttons, by the other button: what the mappings say.
    pub(crate) chords: Vec<(Source, u16), CHORDS>,
}

/// Why a set-up refuses. It is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupError {
    /// No room for another of these; the number is how many there is room for.
    Full(&'static str, usize),
    /// A number that is taken already.
    Taken(&'static str, u16),
    /// A number that is not there.
    Unknown(&'static str, u16),
    /// A value out of its range.
    Range(&'static str, u32),
    /// A panel's preset that is for another kind of panel.
    OtherKind(&'static str, u16),
    /// A mapping's glue that makes no sense.
    Glue(GlueError),
    /// Bytes whose parts do not lie one behind the other in order.
    Disorder(&'static str),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(what, limit) => write!(f, "there is room for {limit} {what}; remove one"),
            Self::Taken(what, number) => write!(f, "{what} {number} is there already; choose another number"),
            Self::Unknown(what, number) => write!(f, "there is no {what} {number}; add it first"),
            Self::Range(what, value) => write!(f, "{what} {value} is out of range"),
            Self::OtherKind(what, number) => write!(f, "{what} {number} is for another kind of panel"),
            Self::Glue(error) => error.fmt(f),
            Self::Disorder(what) => write!(f, "{what} are not in order"),
        }
    }
}

impl core::error::Error for SetupError {}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Setup<PANELS, PRESETS, MAPPINGS> {
    /// No controls, no panels. Any.
    pub const fn new() -> Self {
        Self {
            zones: Vec::new(),
            panels: Panels::new(),
            presets: Vec::new(),
            mappings: Vec::new(),
            patterns: Vec::new(),
            chords: Vec::new(),
        }
    }

    /// Empties it, for another to be built in its place. Control.
    pub fn clear(&mut self) {
        self.zones.clear();
        self.panels = Panels::new();
        self.presets.clear();
        self.mappings.clear();
        self.patterns.clear();
        self.chords.clear();
    }

    /// Adds a layout rule behind those that are there. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Range`].
    pub fn zone(&mut self, zone: Zone) -> Result<(), SetupError> {
        check::zone(&zone)?;
        self.zones.push(zone).map_err(|_| SetupError::Full("layout rules", ZONES))
    }

    /// Adds a SysEx pattern; returns its place, which is [`Source::SysEx`](crate::Source::SysEx)'s number. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Range`] for a byte above 127.
    pub fn pattern(&mut self, pattern: Pattern) -> Result<u8, SetupError> {
        check::pattern(&pattern)?;
        self.patterns.push(pattern).map_err(|_| SetupError::Full("SysEx patterns", PATTERNS))?;
        Ok((self.patterns.len() - 1) as u8)
    }

    /// Adds a preset with its mappings, in any order. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Taken`], [`SetupError::Range`].
    pub fn preset(&mut self, id: PresetId, kind: PanelKind, mappings: &[Mapping]) -> Result<(), SetupError> {
        let place = match self.presets.binary_search_by_key(&id, |preset| preset.id) {
            Ok(_) => return Err(SetupError::Taken("preset", id.0)),
            Err(place) => place,
        };
        if self.presets.is_full() {
            return Err(SetupError::Full("presets", PRESETS));
        }
        if mappings.len() > MAPPINGS - self.mappings.len() {
            return Err(SetupError::Full("mappings", MAPPINGS));
        }
        for mapping in mappings {
            check::mapping(mapping)?;
        }
        let chords = mappings.iter().filter(|mapping| mapping.chord().is_some()).count();
        if chords > CHORDS - self.chords.len() {
            return Err(SetupError::Full("chords of buttons", CHORDS));
        }
        let first = self.presets.iter().take(place).map(|preset| usize::from(preset.count)).sum::<usize>();
        // Appended, then sorted in by address behind their equals, then turned to where the preset's place is.
        let start = self.mappings.len();
        for mapping in mappings {
            let sorted = self.mappings.get(start..).unwrap_or_default();
            let at = start + sorted.partition_point(|other| other.at <= mapping.at);
            if self.mappings.insert(at, *mapping).is_err() {
                self.mappings.truncate(start);
                return Err(SetupError::Full("mappings", MAPPINGS));
            }
        }
        let new = self.mappings.get(start..).unwrap_or_default();
        if new.windows(GROUP + 1).any(|run| run.first().map(|m| m.at) == run.last().map(|m| m.at)) {
            self.mappings.truncate(start);
            return Err(SetupError::Full("mappings of one control", GROUP));
        }
        let count = self.mappings.len() - start;
        if let Some(tail) = self.mappings.get_mut(first..) {
            tail.rotate_right(count);
        }
        for later in self.presets.iter_mut().skip(place) {
            later.first += count as u16;
        }
        if chords > 0 || !self.chords.is_empty() {
            self.find_chords();
        }
        let preset = Preset { id, kind, first: first as u16, count: count as u16 };
        self.presets.insert(place, preset).map_err(|_| SetupError::Full("presets", PRESETS))
    }

    /// Adds a panel. One that is active displaces nobody: of two for one slot the first is kept active. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Taken`], [`SetupError::Unknown`] preset, [`SetupError::OtherKind`],
    /// [`SetupError::Range`] bank.
    pub fn panel(&mut self, panel: Panel) -> Result<(), SetupError> {
        check::preset_of(self, panel.kind, panel.preset)?;
        self.panels.create(panel)
    }

    /// The layout rules, in the order in which they are asked. Any.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The panels. Any.
    pub fn panels(&self) -> &[Panel] {
        self.panels.as_slice()
    }

    /// The presets, by id. Any.
    pub fn presets(&self) -> &[Preset] {
        &self.presets
    }

    /// The mappings, preset by preset; a [`MappingId`](crate::MappingId) is a place among them. Any.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// The SysEx patterns. Any.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// What a control is for: the role of the first rule that meets it, or what it is for without one. Real-time.
    pub fn role(&self, control: &Control) -> Role {
        let zone = self.zones.iter().find(|zone| zone.meets(control));
        zone.map_or_else(|| Role::without_rule(control.source), |zone| zone.role)
    }

    /// Gathers the chords anew.
    pub(crate) fn find_chords(&mut self) {
        self.chords.clear();
        let chords = self.mappings.iter().enumerate().filter_map(|(place, own)| Some((own.chord()?, place as u16)));
        // Builders and readers see to it that there are no more than it has room for.
        self.chords.extend(chords.take(CHORDS));
    }
}

impl Mapping {
    /// One that does nothing, to be written over.
    pub(crate) const NOTHING: Self = Self {
        at: Address::any(Source::Note(0)),
        glue: Glue::PLAIN,
        action: Action::Nothing,
        value: None,
        light: Light::None,
    };

    /// The other button, if the mapping fires with two.
    pub(crate) fn chord(&self) -> Option<Source> {
        match self.glue.mode {
            Mode::Button(Button { fire: Fire::Chord { with, .. }, .. }) => Some(with),
            _ => None,
        }
    }
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Default for Setup<PANELS, PRESETS, MAPPINGS> {
    fn default() -> Self {
        Self::new()
    }
}
