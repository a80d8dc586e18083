//! Models that are told what to separate: the mix becomes latent frames, a network moves noise towards the stems' latent
//! frames step by step, guided by words and anchors, and these are decoded.

mod anchors;
mod bind;
mod codec;
mod driver;
mod noise;
mod sampler;
mod settings;
mod text;

pub use anchors::{AnchorTable, AnchorTokens, FrameRound};
pub use bind::{Axis, Source};
pub use driver::{ConditionedDriver, ConditionedSettings};
pub use noise::Noise;
pub use sampler::Method;
pub use settings::{AnchorSettings, CodecSettings, Order, SamplerSettings, TextSettings};
pub use text::{Encoded, TextEncoder};
