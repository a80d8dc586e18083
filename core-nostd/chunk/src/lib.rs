#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod anchors;
mod error;
mod lengths;
mod overlap_add;
mod pad;
mod plan;
mod prompts;
mod seconds;
mod segment;
mod window;

pub use anchors::{ClipWarning, clip};
pub use error::PlanError;
pub use overlap_add::{AddError, Output, OverlapAdd, OverlapAddError};
pub use pad::{Edge, pad};
pub use plan::{Plan, PlanSettings, Tail};
pub use prompts::{AnchorMode, ArrangeError, Arrangement, Prompt, PromptSettings, arrange, reserve};
pub use seconds::{to_frames, to_secs};
pub use segment::{Segment, Segments};
pub use window::{Window, WindowError};
