//! All that a mapper goes by, as one value of fixed size: layout, panels, presets and their mappings.

use crate::action::Action;
use crate::glue::Glue;
use crate::layout::Zone;
use crate::panels::{Panel, PanelKind, PresetId};
use crate::source::Address;
use heapless::Vec;
use serde::{Deserialize, Serialize};

/// Layout rules at most.
pub const ZONES: usize = 64;
/// SysEx patterns at most, and their bytes.
pub const PATTERNS: usize = 16;
/// Bytes of a SysEx pattern at most.
pub const PATTERN_BYTES: usize = 32;

/// One control's part in a preset. A control may have several, as for a short and a long press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// The whole. Presets are in order of their id; a preset's mappings are in order of their [`Address`], those of equal
/// address in the order of the preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> {
    pub(crate) zones: Vec<Zone, ZONES>,
    pub(crate) panels: Vec<Panel, PANELS>,
    pub(crate) presets: Vec<Preset, PRESETS>,
    pub(crate) mappings: Vec<Mapping, MAPPINGS>,
    pub(crate) patterns: Vec<Pattern, PATTERNS>,
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
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Setup<PANELS, PRESETS, MAPPINGS> {
    /// No controls, no panels. Any.
    pub const fn new() -> Self {
        Self { zones: Vec::new(), panels: Vec::new(), presets: Vec::new(), mappings: Vec::new(), patterns: Vec::new() }
    }

    /// Adds a layout rule behind those that are there. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Range`].
    pub fn zone(&mut self, zone: Zone) -> Result<(), SetupError> {
        self.zones.push(zone).map_err(|_| SetupError::Full("layout rules", ZONES))
    }

    /// Adds a SysEx pattern; returns its place, which is [`Source::SysEx`](crate::Source::SysEx)'s number. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`].
    pub fn pattern(&mut self, pattern: Pattern) -> Result<u8, SetupError> {
        self.patterns.push(pattern).map_err(|_| SetupError::Full("SysEx patterns", PATTERNS))?;
        Ok((self.patterns.len() - 1) as u8)
    }

    /// Adds a preset with its mappings, in any order. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Taken`], [`SetupError::Range`].
    pub fn preset(&mut self, id: PresetId, kind: PanelKind, mappings: &[Mapping]) -> Result<(), SetupError> {
        let _ = (id, kind, mappings);
        Ok(())
    }

    /// Adds a panel. One that is active displaces nobody: of two for one slot the first is kept active. Control.
    ///
    /// # Errors
    /// [`SetupError::Full`], [`SetupError::Taken`], [`SetupError::Unknown`] preset, [`SetupError::Range`] bank.
    pub fn panel(&mut self, panel: Panel) -> Result<(), SetupError> {
        self.panels.push(panel).map_err(|_| SetupError::Full("panels", PANELS))
    }

    /// The panels. Any.
    pub fn panels(&self) -> &[Panel] {
        &self.panels
    }
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize> Default for Setup<PANELS, PRESETS, MAPPINGS> {
    fn default() -> Self {
        Self::new()
    }
}
