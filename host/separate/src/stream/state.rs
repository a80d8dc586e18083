//! Where a stream stands after a window, so that another process goes on to the same bits.

use crate::JobError;
use serde::{Deserialize, Serialize};

/// The state after a window. It holds no more than what windows share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Windows that are done.
    pub windows: u64,
    /// Frames that left the overlap-add, at the model's rate.
    pub taken: u64,
    /// Frames that were written, at the outputs' rate.
    pub delivered: u64,
    /// What the overlap-add of each stem holds.
    pub sums: Vec<Vec<f32>>,
    /// What the resampler of each stem must be given again.
    pub lanes: Vec<LaneState>,
    /// What the sinks say.
    pub sinks: Vec<Vec<u8>>,
}

/// What a resampler must be given again, one vector a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LaneState {
    pub(crate) history: Vec<Vec<f32>>,
}

/// How much a state is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Not now.
    No,
    /// One that survives the process.
    Process,
    /// One that survives the machine: what sinks wrote is brought to the disk first.
    Machine,
}

/// Keeps states.
pub trait Keeper: Send {
    /// Whether it wants the state of this moment. Worker.
    fn due(&mut self) -> Due;

    /// Keeps a state in place of the one before. Worker; blocks.
    ///
    /// # Errors
    /// [`JobError`]; the one before must still be there.
    fn keep(&mut self, state: &State, due: Due) -> Result<(), JobError>;
}
