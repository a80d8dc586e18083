//! SFZ instruments and sample pads: a [`Kit`] of parts, and what plays it.
//!
//! A parser elsewhere turns text into a kit's image; the image is played where it lies. Where a SoundFont's region is
//! found by key and velocity alone, a part may depend on anything that happened on the channel before, so a kit has a
//! player of its own beside the voices of SoundFonts. Both share the channels, the allocator and the control grid.

mod aim;
mod base;
mod choose;
mod cycle;
mod cycles;
mod equaliser;
mod filters;
mod flex;
mod frames;
mod gap;
mod generator;
mod groups;
mod keys;
mod kit;
mod link;
mod loudness;
mod luck;
mod mix;
mod mover;
mod numbers;
mod parameter;
mod part;
mod play;
mod player;
mod record;
mod residue;
mod section;
mod senses;
mod shapes;
mod slots;
mod smoother;
mod stages;
mod tone;
mod voice;
mod walk;
mod waves;

pub use cycle::{oscillator_table, oscillator_table_frames};
pub use kit::{CURVE_POINTS, Kit, KitDraft, KitError};
pub use link::{LfoField, Link, PointField, Source, Target};
pub use parameter::{Combination, Parameter, Value};
pub use part::{EqKind, FilterKind, OffMode, Part, Repeat, Trigger};
pub use play::Sampler;
pub use player::{NoSampler, PartPlayer, Room};
pub use record::{Record, Run, Table};
pub use shapes::{
    ControlRange, ControlStart, Crossfade, FadeBy, FlexEnvelope, FlexLfo, LfoPart, LfoWave, Point, Wave, WaveKind,
};
pub use waves::{Frames, NoStream, Waves};
