//! `ripieno serve`: the state, its one owner, and the doors to it.

mod actions;
mod arrangement;
mod controllers;
mod controls;
mod effects;
mod heard;
mod inbox;
mod learn;
mod lights;
mod log;
mod ops;
mod owner;
mod panels;
mod pipeline;
mod pool;
mod ports;
mod preview;
mod recent;
mod recordings;
mod requests;
mod samples;
mod served;
mod settings;
mod slice;
mod sound;
mod stems;
mod tasks;
mod telemetry;
mod telling;
mod units;
mod values;
mod verb;
mod work;

pub use owner::Owner;
pub use verb::run;

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A number that nobody foresees, for ids; without a source of randomness the clock has to do.
fn random() -> u32 {
    getrandom::u32().unwrap_or_else(|_| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos())
}
