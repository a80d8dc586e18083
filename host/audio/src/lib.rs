#![doc = include_str!("../README.md")]

mod absence;
mod agree;
mod auto_buffer;
mod back;
mod card;
mod choice;
mod clock;
mod device;
mod dll;
mod edge;
mod error;
mod follow;
mod health;
#[cfg(feature = "jack")]
mod jack;
mod keeper;
mod lease;
mod list;
mod manual;
mod null;
mod priority;
mod quiet;
mod sample;
mod stream;

pub use absence::{Absence, STABLE_MICROS};
pub use auto_buffer::{AutoBuffer, LARGEST_AUTO};
pub use clock::now;
pub use device::{Input, Output};
pub use error::AudioError;
pub use follow::Follow;
pub use keeper::{ErrorOf, Keeper, Kept, NotKept, Opener};
pub use list::{Absent, DeviceInfo, Devices, devices};
pub use manual::{LONGEST_CALLBACK, Manual, ManualDriver, ManualStream};
pub use null::{Null, NullStream};
pub use priority::promote;
pub use stream::{DeviceStream, LastError};

#[cfg(test)]
#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
