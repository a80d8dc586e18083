//! Playing live: the rig behind a device, steered from other threads.

mod status;

pub use status::{Input, Load, SongStatus, Status};
