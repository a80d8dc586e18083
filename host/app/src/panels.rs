//! The panel core at the size that a desktop has room for. These are large: keep them in boxes.

use ripieno_panel::{Mapper, Score, Setup};

/// Panels at most.
pub const PANELS: usize = 256;
/// Presets at most, of all kinds together.
pub const PRESETS: usize = 512;
/// Controls of all presets at most.
pub const MAPPINGS: usize = 4_096;
/// Notes of all phrases and layers at most.
pub const NOTES: usize = 4_096;

/// What the live mapper goes by.
pub type HostSetup = Setup<PANELS, PRESETS, MAPPINGS>;
/// The live mapper.
pub type HostMapper = Mapper<HostSetup, MAPPINGS>;
/// What the live sequencer plays.
pub type HostScore = Score<NOTES>;
