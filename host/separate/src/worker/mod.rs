//! Separation in a process of its own: a model that crashes, hangs or eats all memory takes nobody along.
//!
//! [`serve()`] is the child, [`Supervisor`] the host; `PROTOCOL.md` beside the crate says what goes between them.
//!
//! ```no_run
//! use ripieno_separate::worker::{Launch, Supervisor};
//! use ripieno_separate::{Cancel, Event, JobSettings};
//!
//! let mut worker = Supervisor::new(Launch::program("ripieno"));
//! for song in ["a.flac", "b.flac"] {
//!     let mut observer = |event: Event| println!("{event:?}");
//!     let outcome = worker.run(&JobSettings::new("builtin:hpss", song), &mut observer, &Cancel::default())?;
//!     println!("{} stems on {}", outcome.stems.len(), outcome.engine);
//! }
//! # Ok::<(), ripieno_separate::JobError>(())
//! ```

mod channel;
mod line;
mod message;
mod order;
mod outbox;
mod process;
mod serve;
mod supervise;

pub use channel::{die_with_parent, private_stdout};
pub use line::MAX_LINE;
pub use message::{JobId, PROTOCOL};
pub use serve::{Serving, Work, serve};
pub use supervise::{Launch, Supervisor};

use std::time::Duration;

/// How often a worker that works says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a job has to obey a wish to stop before its process ends.
pub const CANCEL_GRACE: Duration = Duration::from_millis(1_500);

/// Why a job that did not stop by itself has no outputs.
const STOPPED: &str =
    "cancelled within the model, so its process was ended; what was done before is kept: --resume goes on";
