//! Packs of samples for pads: a folder with recordings and a `pack.toml` that says which pad plays which of them.
//!
//! A damaged pad loses only itself: it is left out and reported with its line. Names of files are taken below the pack's
//! folder and lead nowhere else.

mod kit;
mod read;
#[cfg(test)]
mod tests;

pub use kit::{Recording, Recordings};

use std::fmt;

/// What a `pack.toml` may be at most, in bytes.
pub const LONGEST_TEXT: usize = 1 << 20;
/// Pads of a pack at most.
pub const MOST_PADS: usize = 1_024;
/// Recordings of a pad at most, over all its layers.
pub const MOST_FILES: usize = 256;

/// A pack as its text describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// What it calls itself; empty without a name.
    pub name: String,
    /// Its pads, in file order.
    pub pads: Vec<Pad>,
}

/// One pad.
#[derive(Clone, Debug, PartialEq)]
pub struct Pad {
    /// The key that plays it, 0..=127.
    pub note: u8,
    /// What stands on the pad; empty without.
    pub label: String,
    /// Decibels.
    pub gain_db: f32,
    /// −100 (left) to 100 (right).
    pub pan: f32,
    /// Cents.
    pub tune_cents: f32,
    /// Pads of one choke group end each other; `None` ends nobody.
    pub choke: Option<String>,
    /// How long it sounds.
    pub mode: Mode,
    /// It starts over at its end, for as long as it sounds.
    pub repeats: bool,
    /// Seconds that it takes to fade once let go.
    pub release_secs: f32,
    /// At most so many of its own voices at once; 0 for any number.
    pub polyphony: u8,
    /// How loud a velocity is.
    pub velocity: Velocity,
    /// Its recordings by velocity: at least one.
    pub layers: Vec<Layer>,
}

/// How long a pad sounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To the end of its recording, whatever the finger does.
    #[default]
    OneShot,
    /// While it is held.
    Gate,
}

/// How loud a velocity is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Velocity {
    /// Gain in proportion to velocity.
    #[default]
    Linear,
    /// Louder early: the square root.
    Soft,
    /// Louder late: the square.
    Hard,
    /// Always in full.
    Fixed,
    /// Gains 0..=1 at evenly spaced velocities from 1 to 127, straight lines between: 2..=128 of them.
    Points(Vec<f32>),
}

impl Velocity {
    /// The gain, 0..=1, of a velocity 0..=127. Any.
    pub fn gain(&self, velocity: u8) -> f32 {
        let x = f32::from(velocity.min(127)) / 127.0;
        match self {
            Self::Linear => x,
            Self::Soft => x.sqrt(),
            Self::Hard => x * x,
            Self::Fixed => 1.0,
            Self::Points(points) => {
                let [.., _] = points[..] else { return x };
                let at = (f32::from(velocity.clamp(1, 127)) - 1.0) / 126.0 * (points.len() - 1) as f32;
                let (first, part) = (at as usize, at.fract());
                let next = points.get(first + 1).copied().unwrap_or(points[first]);
                points[first] + (next - points[first]) * part
            }
        }
    }
}

/// The recordings of a range of velocities.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// First and last velocity, 1..=127.
    pub velocities: [u8; 2],
    /// Files below the pack's folder, `/` between folders; hit by hit one after the other.
    pub files: Vec<String>,
    /// True: any of them by chance, instead of in turn.
    pub is_random: bool,
}

/// Something in a pack that was left out or mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The line of the text, from 1.
    pub line: usize,
    /// What is wrong and what became of it.
    pub message: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Why a text is no pack at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Too long to be one.
    #[error("is longer than {LONGEST_TEXT} bytes, which no pack is")]
    TooLong,
    /// Not TOML.
    #[error("is not TOML: {0}")]
    Syntax(String),
    /// It has no pad that could sound.
    #[error("has no pad that could sound{}", first(.0))]
    Empty(Vec<Issue>),
}

fn first(issues: &[Issue]) -> String {
    issues.first().map(|issue| format!("; {issue}")).unwrap_or_default()
}

impl Pack {
    /// Reads a `pack.toml`; also the older form whose pads are called `samples`. Control.
    ///
    /// # Errors
    /// [`PackError`] if nothing in it could sound. Anything less is an [`Issue`].
    pub fn parse(text: &str) -> Result<(Self, Vec<Issue>), PackError> {
        read::pack(text)
    }
}
