//! A board's sizes, and the panel's types at those sizes: the one place that knows how large a set-up may be.

use ripieno_panel::{DeviceId, Mapper, Score, Setup};

/// Panels of a set-up at most.
pub const PANELS: usize = 16;
/// Presets of a set-up at most.
pub const PRESETS: usize = 16;
/// Mappings of a set-up at most.
pub const MAPPINGS: usize = 128;
/// Devices: the board's own surface, its serial and its USB port.
pub const DEVICES: usize = 3;
/// Controls that may be down at a time.
pub const HELD: usize = 64;
/// Notes of all phrases and layers at most.
pub const NOTES: usize = 64;

/// What the board's own controls send as.
pub const SURFACE: DeviceId = DeviceId(0);
/// What comes in by the serial port.
pub const SERIAL: DeviceId = DeviceId(1);
/// What comes in by USB.
pub const USB: DeviceId = DeviceId(2);

/// A board's set-up.
pub type BoardSetup = Setup<PANELS, PRESETS, MAPPINGS>;
/// A board's mapper.
pub type BoardMapper = Mapper<BoardSetup, MAPPINGS, DEVICES, HELD, 64, 32>;
/// A board's phrases and layers.
pub type BoardScore = Score<NOTES>;
