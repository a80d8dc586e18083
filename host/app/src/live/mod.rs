//! Playing live: the rig behind a device, steered from other threads.

mod buffered;
mod engine;
mod fader;
mod hardware;
mod line;
mod order;
mod panels;
mod placing;
mod recorder;
mod request;
mod samples;
mod session;
mod settings;
mod setup;
mod shared;
mod slots;
mod song;
mod source;
mod staged;
mod status;

pub use hardware::Hardware;
pub use panels::{HostFront, Listener, Outcome};
pub use request::{Handle, SessionError};
pub use samples::{Sample, Samples};
pub use session::{Devices, Inputs, Opening, Parts, Running, Save, start};
pub use settings::{Change, Latency, OutOfRange, Settings};
pub use setup::Sound;
pub use song::SongPart;
pub use status::{Input, Load, SongStatus, Status};

use engine::{Engine, LiveRig};
use placing::Placing;
use setup::Setup;
