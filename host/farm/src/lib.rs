#![doc = include_str!("../README.md")]

mod digest;
mod error;
mod fetch;
#[cfg(feature = "nats")]
pub mod jetstream;
pub mod ledger;
mod memory;
mod port;
mod presence;
pub mod record;
mod room;
mod runner;
mod scratch;
mod status;
mod store;
mod submit;
mod work;

pub use error::{FarmError, FarmErrorKind};
pub use fetch::fetch;
pub use memory::InProcess;
pub use port::{Bucket, Delivery, JobQueue, Versioned};
pub use presence::{GONE_SECS, Presence, Sign, workers};
pub use runner::Runner;
pub use status::{Dead, MOST_SHOWN, Status, Work, status};
pub use submit::{Manner, Submitted, Submitter};
pub use work::{Told, Worker};
