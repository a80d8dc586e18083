//! What lies between a control and its action: how a button fires, how a knob takes over, and what becomes of the value.
//!
//! Each part is a plain value (what a mapping says) and, where it has one, a small state beside it. The state machines are
//! written at the head of their files: buttons in `button.rs`, knobs in `takeover.rs`, encoders in `encoder.rs`.
//!
//! The force of a press, the position of a knob and the place of an encoder all go the same way through [`Glue::shape`]:
//!
//! 1. `invert` turns the way round;
//! 2. `curve` bends it;
//! 3. `steps` divides it into that many parts of equal width, of which the first becomes the bottom and the last the top;
//! 4. `min` and `max` lay it between them.
//!
//! So steps are evenly spaced between `min` and `max` and reach both exactly, whatever the curve, and a curve decides where on
//! the knob's way they lie. [`Glue::unshape`] goes back.

mod button;
mod curve;
mod encoder;
mod takeover;

pub use button::{Button, ButtonState, Edge, Fire, Fired};
pub use curve::Curve;
pub use encoder::{Coding, Encoder, EncoderState, FAST_MICROS, SLOW_MICROS};
pub use takeover::{Takeover, TakeoverState};

use core::fmt;
use curve::share;
use serde::{Deserialize, Serialize};

/// One mapping's glue. The default passes everything on as it is.
///
/// ```
/// use ripieno_panel::glue::Glue;
///
/// let glue = Glue { steps: 3, min: 1_000, max: 2_000, ..Glue::default() };
/// assert_eq!([0, 30_000, 65_535].map(|position| glue.shape(position)), [1_000, 1_500, 2_000]);
/// assert_eq!(glue.unshape(2_000), 65_535);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
// Whole words, which boards copy four times as quickly.
#[repr(align(4))]
pub struct Glue {
    /// How the control behaves.
    pub mode: Mode,
    /// Bends the way from bottom to top.
    pub curve: Curve,
    /// What the bottom becomes, 0..=65535.
    pub min: u16,
    /// What the top becomes, 0..=65535, at least `min`.
    pub max: u16,
    /// Turns the way round.
    pub invert: bool,
    /// Values that are told apart, evenly spaced with both ends; 0 or 1 keeps them all.
    pub steps: u16,
    /// What a button does to its action's value.
    pub press: Press,
}

impl Default for Glue {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Glue {
    /// The default.
    pub(crate) const PLAIN: Self = Self {
        mode: Mode::Button(Button { fire: Fire::Press, guard_ms: 0 }),
        curve: Curve::Linear,
        min: 0,
        max: u16::MAX,
        invert: false,
        steps: 0,
        press: Press::Momentary,
    };

    /// The value at a position, `min..=max`. Monotone, for a glue that passes its [`check`](Self::check). Real-time.
    pub fn shape(&self, position: u16) -> u16 {
        self.shape_upright(if self.invert { u16::MAX - position } else { position })
    }

    /// The position whose value is nearest to a value: an end of the way if one of them is that near, else the middle of the
    /// positions that share it. Real-time; with a curve some thirty times the work of [`shape`](Self::shape).
    pub fn unshape(&self, value: u16) -> u16 {
        let first = |at_least: u16| self.first_position(at_least);
        let nearest = match first(value) {
            None => self.shape_upright(u16::MAX),
            Some(0) => self.shape_upright(0),
            Some(above) => {
                let (below, above) = (self.shape_upright(above - 1), self.shape_upright(above));
                if value.abs_diff(below) <= value.abs_diff(above) { below } else { above }
            }
        };
        let lowest = first(nearest).unwrap_or(u16::MAX);
        let highest = match nearest.checked_add(1).and_then(first) {
            None => u16::MAX,
            Some(next) => next.saturating_sub(1),
        };
        let position = match (lowest, highest) {
            (0, _) => 0,
            (_, u16::MAX) => u16::MAX,
            (lowest, highest) => u16::midpoint(lowest, highest),
        };
        if self.invert { u16::MAX - position } else { position }
    }

    /// The first position whose value is at least this, upright, if there is one: back through the parts of the shape.
    fn first_position(&self, at_least: u16) -> Option<u16> {
        let Some(above) = at_least.checked_sub(self.min).filter(|above| *above > 0) else { return Some(0) };
        let span = u32::from(self.max.saturating_sub(self.min));
        if u32::from(above) > span {
            return None;
        }
        let share = (u32::from(above) * u32::from(u16::MAX) - u32::from(u16::MAX / 2)).div_ceil(span.max(1));
        self.curve.first(first_in_steps(share, self.steps)?)
    }

    /// All but the inversion.
    fn shape_upright(&self, position: u16) -> u16 {
        let value = step(self.curve.bend(position), self.steps);
        let span = self.max.saturating_sub(self.min);
        self.min.saturating_add(share(value, span))
    }

    /// What makes no sense about it. Any.
    ///
    /// # Errors
    /// [`GlueError`] names the first fault, with what to do instead.
    pub fn check(&self) -> Result<(), GlueError> {
        if self.min > self.max {
            return Err(GlueError::Range { min: self.min, max: self.max });
        }
        if let Curve::Points(points) = self.curve
            && let Some(point) = points.windows(2).position(|pair| pair[0] > pair[1])
        {
            return Err(GlueError::Points(point + 1));
        }
        let zero = match self.mode {
            Mode::Button(button) => match button.fire {
                Fire::Short { within_ms: 0 }
                | Fire::Double { within_ms: 0 }
                | Fire::Triple { within_ms: 0 }
                | Fire::Chord { within_ms: 0, .. } => Some("within_ms"),
                Fire::Repeat { every_ms: 0, .. } => Some("every_ms"),
                _ => None,
            },
            Mode::Knob(_) => None,
            Mode::Encoder(Encoder { step: 0, .. }) => Some("step"),
            Mode::Encoder(Encoder { acceleration: 0, .. }) => Some("acceleration"),
            Mode::Encoder(_) => None,
        };
        zero.map_or(Ok(()), |what| Err(GlueError::Zero(what)))
    }
}

/// Why a glue makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GlueError {
    /// `min` is above `max`.
    Range {
        /// As given.
        min: u16,
        /// As given.
        max: u16,
    },
    /// A point of the curve, 1..=4, lies below the one before.
    Points(usize),
    /// What must be at least 1, by name, is 0.
    Zero(&'static str),
}

impl fmt::Display for GlueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range { min, max } => write!(f, "min {min} is above max {max}; swap them and set invert"),
            Self::Points(point) => {
                write!(f, "point {point} of the curve lies below the one before; let points rise and set invert")
            }
            Self::Zero(what) => write!(f, "{what} is 0, which does nothing; it must be at least 1"),
        }
    }
}

impl core::error::Error for GlueError {}

/// The value of the part of the way that a value lies in.
fn step(value: u16, steps: u16) -> u16 {
    if steps < 2 {
        return value;
    }
    let (value, steps) = (u32::from(value), u32::from(steps));
    // Both products are less than 65536 · 65536.
    let part = (value * steps) >> 16;
    ((part * u32::from(u16::MAX) + (steps - 1) / 2) / (steps - 1)) as u16
}

/// The first value that [`step`] makes at least this of, if there is one.
fn first_in_steps(at_least: u32, steps: u16) -> Option<u16> {
    if steps < 2 {
        return u16::try_from(at_least).ok();
    }
    let (steps, gaps) = (u32::from(steps), u32::from(steps) - 1);
    // Both products are less than 65536 · 65536.
    let part = (at_least * gaps).saturating_sub(gaps / 2).div_ceil(u32::from(u16::MAX));
    if part < steps { u16::try_from((part << 16).div_ceil(steps)).ok() } else { None }
}

/// How a control behaves. Buttons are sources that go down and up; a continuous source in button mode is down above half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Fires.
    Button(Button),
    /// Stands somewhere.
    Knob(Takeover),
    /// Turns without end, and says by how much.
    Encoder(Encoder),
}

/// What a button does to its action's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Press {
    /// On while it fires, off afterwards.
    #[default]
    Momentary,
    /// On, and off again with the next.
    Toggle,
    /// On, and every other button of the group in the same preset off.
    Radio(u8),
}
