//! Links: a source, shaped and scaled, moves a parameter. Everything `_onccN`, every flex envelope and LFO is one.

use super::parameter::Parameter;
use super::record::record;

/// What a link reads. Numbers below 128 are controllers of MIDI, those from there on SFZ's extended ones and what moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A controller 0..=127, as 0..=1.
    Control(u8),
    /// The pitch wheel, −1..=1 (extended controller 128).
    Bend,
    /// Channel pressure, 0..=1 (129).
    ChannelPressure,
    /// Key pressure, 0..=1 (130).
    KeyPressure,
    /// Note-on velocity, 0..=1 (131).
    Velocity,
    /// Note-off velocity, 0..=1 (132).
    ReleaseVelocity,
    /// Key number over 127 (133).
    Key,
    /// Key gate: 1 if another key was down when the note began (134).
    Gate,
    /// The note's random number 0..1 (135).
    Random,
    /// The note's random number −1..1 (136).
    RandomBipolar,
    /// 0 and 1 in turn, note by note (137).
    Alternate,
    /// Keys from the note before to this one, signed (140): not on the scale of 0..=1.
    KeyDelta,
    /// As above, absolute (141).
    KeyDeltaAbsolute,
    /// The part's flex LFO by place in its run, −1..=1 as its waves have it.
    Lfo(u8),
    /// The part's flex envelope by place in its run.
    Envelope(u8),
}

impl Source {
    /// From here on numbers name LFOs.
    pub const LFOS: u16 = 0x200;
    /// From here on numbers name envelopes.
    pub const ENVELOPES: u16 = 0x300;
    /// No source: always 1.
    pub const NONE: u16 = 0xFFFF;

    /// The source with this number. Any.
    pub fn from_number(number: u16) -> Option<Self> {
        Some(match number {
            0..=127 => Self::Control(number as u8),
            128 => Self::Bend,
            129 => Self::ChannelPressure,
            130 => Self::KeyPressure,
            131 => Self::Velocity,
            132 => Self::ReleaseVelocity,
            133 => Self::Key,
            134 => Self::Gate,
            135 => Self::Random,
            136 => Self::RandomBipolar,
            137 => Self::Alternate,
            140 => Self::KeyDelta,
            141 => Self::KeyDeltaAbsolute,
            0x200..=0x2FF => Self::Lfo(number as u8),
            0x300..=0x3FF => Self::Envelope(number as u8),
            _ => return None,
        })
    }

    /// Its number, as a [`Link`] holds it. Any.
    pub fn number(self) -> u16 {
        match self {
            Self::Control(control) => u16::from(control & 0x7F),
            Self::Bend => 128,
            Self::ChannelPressure => 129,
            Self::KeyPressure => 130,
            Self::Velocity => 131,
            Self::ReleaseVelocity => 132,
            Self::Key => 133,
            Self::Gate => 134,
            Self::Random => 135,
            Self::RandomBipolar => 136,
            Self::Alternate => 137,
            Self::KeyDelta => 140,
            Self::KeyDeltaAbsolute => 141,
            Self::Lfo(n) => Self::LFOS | u16::from(n),
            Self::Envelope(n) => Self::ENVELOPES | u16::from(n),
        }
    }
}

/// What a link moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A number of the part.
    Parameter(Parameter),
    /// A number of a flex LFO, by place in the part's run.
    Lfo(u8, LfoField),
    /// A point of a flex envelope: envelope by place in the part's run, point, and which of its numbers.
    Envelope(u8, u8, PointField),
}

/// Numbers of a flex LFO that links may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum LfoField {
    /// Hertz, added.
    Frequency,
    /// Turns, added.
    Phase,
    /// Seconds, added.
    Delay,
    /// Seconds, added.
    Fade,
}

/// Numbers of a point that links may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PointField {
    /// Seconds, added.
    Time,
    /// Level, added.
    Level,
}

impl Target {
    /// The target with this number. Any.
    pub fn from_number(number: u16) -> Option<Self> {
        let field = number & 3;
        match number >> 14 {
            0 => Parameter::from_number(number).map(Self::Parameter),
            1 => {
                let fields = [LfoField::Frequency, LfoField::Phase, LfoField::Delay, LfoField::Fade];
                fields.get(usize::from(field)).map(|field| Self::Lfo((number >> 2) as u8, *field))
            }
            2 => {
                let fields = [PointField::Time, PointField::Level];
                let (envelope, point) = ((number >> 8 & 0x3F) as u8, (number >> 2 & 0x3F) as u8);
                fields.get(usize::from(field)).map(|field| Self::Envelope(envelope, point, *field))
            }
            _ => None,
        }
    }

    /// Its number, as a [`Link`] holds it: envelopes and points below 64. Any.
    pub fn number(self) -> u16 {
        match self {
            Self::Parameter(parameter) => parameter as u16,
            Self::Lfo(lfo, field) => 1 << 14 | u16::from(lfo) << 2 | field as u16,
            Self::Envelope(envelope, point, field) => {
                2 << 14 | u16::from(envelope & 0x3F) << 8 | u16::from(point & 0x3F) << 2 | field as u16
            }
        }
    }
}

record! {
    /// `depth · curve(source) · scale_curve(scale)` onto a target.
    pub struct Link {
        /// A [`Source`]'s number.
        pub source: u16,
        /// Another source that scales the depth, or [`Source::NONE`].
        pub scale: u16,
        /// A [`Target`]'s number.
        pub target: u16,
        /// A curve's number: 0 to 6 are SFZ's own, see [`Kit::curves`](super::Kit::curves).
        pub curve: u16,
        /// The curve of the scale.
        pub scale_curve: u16,
        /// Milliseconds in which the source is followed (`_smoothccN`).
        pub smooth: u16,
        /// In the target's unit; of [`Combination::Product`](super::Combination) a factor at full source.
        pub depth: f32,
        /// The contribution moves in such steps; 0: freely (`_stepccN`).
        pub step: f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_what_they_came_from() {
        for number in 0..=u16::MAX {
            if let Some(source) = Source::from_number(number) {
                assert_eq!(source.number(), number);
            }
            if let Some(target) = Target::from_number(number) {
                // Unused bits of the number may differ, the target not.
                assert_eq!(Target::from_number(target.number()), Some(target));
            }
        }
        assert_eq!(Source::from_number(Source::NONE), None);
    }
}
