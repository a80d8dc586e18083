#![doc = include_str!("../README.md")]
#![no_std]
#![allow(unsafe_code, reason = "the one core that hands memory from thread to thread")]
#![cfg_attr(feature = "loom", allow(clippy::duplicate_mod, reason = "`model` is the same sources over other atomics"))]

#[cfg(any(test, all(feature = "alloc", target_has_atomic = "ptr")))]
extern crate alloc;
#[cfg(any(test, feature = "loom"))]
extern crate std;

pub mod broadcast;
mod layout;
mod plain;
pub mod spsc;
mod sync;

pub use layout::{CapacityError, LINE, RegionError};
pub use plain::Plain;

/// The same rings over loom's atomics: every interleaving and every stale read that the orderings allow can be tried.
#[cfg(feature = "loom")]
#[doc(hidden)]
#[path = "."]
pub mod model {
    #[path = "broadcast/mod.rs"]
    pub mod broadcast;
    #[path = "layout.rs"]
    mod layout;
    pub use layout::{CapacityError, LINE, RegionError};
    #[path = "spsc/mod.rs"]
    pub mod spsc;
    #[path = "sync_loom.rs"]
    mod sync;
}
