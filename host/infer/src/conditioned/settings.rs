//! The `[text]`, `[codec]`, `[sampler]` and `[anchors]` tables of a manifest.

use super::anchors::{AnchorTokens, FrameRound};
use super::sampler::Method;
use crate::driver::DriverError;
use serde::Deserialize;

/// The order of latent frames in a graph's tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `[1, latents, frames]`.
    ChannelsFirst,
    /// `[1, frames, latents]`.
    ChannelsLast,
}

impl Order {
    /// The axes of latents and frames.
    pub(crate) const fn axes(self) -> (usize, usize) {
        match self {
            Self::ChannelsFirst => (1, 2),
            Self::ChannelsLast => (2, 1),
        }
    }
}

/// How words become what a network understands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TextSettings {
    /// The graph that encodes tokens; `text` unless said.
    #[serde(default = "text")]
    pub graph: String,
    /// The file that says how words become tokens, such as `tokenizer.json`.
    pub tokenizer: String,
    /// The most tokens of a description, the end of it included, 1 to 65536; 512 unless said.
    #[serde(default = "max_tokens")]
    pub max_tokens: usize,
    /// The token that must end every description, if there is one.
    pub eos: Option<u32>,
    /// What fills up a graph that takes a fixed number of tokens; 0 unless said.
    #[serde(default)]
    pub pad: u32,
}

/// How waveforms become latent frames and back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CodecSettings {
    /// The graph that encodes; `encoder` unless said.
    #[serde(default = "encoder")]
    pub encoder: String,
    /// The graph that decodes; `decoder` unless said.
    #[serde(default = "decoder")]
    pub decoder: String,
    /// Samples of a latent frame, 1 to 65536.
    pub hop: usize,
    /// Numbers of a latent frame, 1 to 65536; as the decoder or the encoder fixes them unless said.
    pub latents: Option<usize>,
    /// Latent frames that are decoded at a time; all of a window unless said or fixed by the graph.
    pub block_frames: Option<usize>,
    /// Latent frames at either end of a block that are decoded for their neighbours' sake alone; 0 unless said.
    #[serde(default)]
    pub decode_context: usize,
    /// The order of latent frames; `channels_first` unless said.
    #[serde(default = "channels_first")]
    pub order: Order,
}

/// How noise becomes stems.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SamplerSettings {
    /// The graph that gives the velocity; `main` unless said.
    #[serde(default = "main")]
    pub graph: String,
    /// How a step is made; `midpoint` unless said.
    #[serde(default)]
    pub method: Method,
    /// Steps from noise to stems, 1 to 1000; 16 unless said.
    #[serde(default = "steps")]
    pub steps: usize,
    /// The order of the state and the velocity; `channels_last` unless said.
    #[serde(default = "channels_last")]
    pub order: Order,
}

/// How anchors are told to a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct AnchorSettings {
    /// What stands for which sign.
    #[serde(default)]
    pub tokens: AnchorTokens,
    /// Where an anchor's ends fall between two frames.
    #[serde(default)]
    pub frame_round: FrameRound,
}

impl Default for SamplerSettings {
    fn default() -> Self {
        Self { graph: main(), method: Method::default(), steps: steps(), order: channels_last() }
    }
}

fn text() -> String {
    "text".into()
}

fn encoder() -> String {
    "encoder".into()
}

fn decoder() -> String {
    "decoder".into()
}

fn main() -> String {
    "main".into()
}

const fn max_tokens() -> usize {
    512
}

const fn steps() -> usize {
    16
}

const fn channels_first() -> Order {
    Order::ChannelsFirst
}

const fn channels_last() -> Order {
    Order::ChannelsLast
}

fn within(table: &str, field: &str, value: usize, most: usize) -> Result<(), DriverError> {
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(DriverError::setting(table, field, value, format!("must be 1 to {most}")))
}

impl TextSettings {
    /// Checks what does not depend on a graph.
    pub(crate) fn check(&self) -> Result<(), DriverError> {
        within("text", "max_tokens", self.max_tokens, 1 << 16)
    }
}

impl CodecSettings {
    /// Checks what does not depend on a graph.
    pub(crate) fn check(&self) -> Result<(), DriverError> {
        within("codec", "hop", self.hop, 1 << 16)?;
        within("codec", "latents", self.latents.unwrap_or(1), 1 << 16)?;
        within("codec", "block_frames", self.block_frames.unwrap_or(1), 1 << 16)
    }
}

impl SamplerSettings {
    /// Checks what does not depend on a graph.
    pub(crate) fn check(&self) -> Result<(), DriverError> {
        within("sampler", "steps", self.steps, 1000)
    }
}
