//! What an opcode is: how its name looks, which values it takes, what it does.

use super::draft::Draft;
use super::report::Place;
use ripieno_synth::sampler::{LfoField, Parameter, PointField};

/// Which SFZ an opcode comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    V1,
    V2,
    Aria,
    Sfizz,
    LinuxSampler,
}

/// Which values an opcode takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// A number from least to greatest, and its unit.
    Number(f64, f64, &'static str),
    /// A whole number.
    Whole(f64, f64, &'static str),
    /// A key by number or name; -1 is none.
    Key,
    /// A key, or this word, which counts as -1000.
    KeyOr(&'static str),
    /// One of these words, each with a number.
    Word(&'static [(&'static str, u8)]),
    /// Anything.
    Text,
}

/// Words of a switch.
pub const SWITCH: Takes = Takes::Word(&[("off", 0), ("on", 1), ("0", 0), ("1", 1)]);

/// A value that was read, and what is needed to take it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The number, the key, the word's number.
    pub number: f64,
    /// The text as it stands.
    pub text: &'a str,
    /// The numbers in the opcode's name.
    pub n: [u16; 3],
    /// `default_path` so far.
    pub path: &'a str,
    /// Which of all headers it stands below.
    pub header: u32,
    pub place: Place,
}

impl Given<'_> {
    pub fn float(&self) -> f32 {
        self.number as f32
    }

    pub fn byte(&self) -> u8 {
        self.number as u8
    }

    /// A key, or none for a negative one.
    pub fn key(&self) -> Option<u8> {
        (self.number >= 0.0).then_some(self.number as u8)
    }

    pub fn is_on(&self) -> bool {
        self.number != 0.0
    }
}

/// What of an LFO an opcode sets.
#[derive(Clone, Copy, Debug)]
pub enum Lfo {
    Field(LfoField),
    Count,
    Wave,
    Offset,
    Ratio,
    Scale,
    Steps,
    Step,
}

/// What of a flex envelope an opcode sets.
#[derive(Clone, Copy, Debug)]
pub enum Envelope {
    Time,
    Level,
    Shape,
    Sustain,
    IsAmplitude,
    IsDynamic,
}

/// What an instrument as a whole is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    DefaultPath,
    NoteOffset,
    OctaveOffset,
    SwitchNoteOffset,
    SwitchOctaveOffset,
    /// On the scale of 127 or of 1.
    Start(f32),
    ControllerName,
    KeyName,
    Image,
}

/// What an opcode does.
#[derive(Clone, Copy)]
pub enum Does {
    /// Sets a number of the part, times a factor; of several the one that the first number of the name says, from 1.
    Set(&'static [Parameter], f32),
    /// Anything else that a part holds.
    Part(fn(&mut Draft, &Given)),
    /// A link from a source that is no controller.
    From(u16, Parameter),
    Lfo(Lfo),
    Envelope(Envelope),
    /// A link from the LFO that the name's first number says; of several parameters the second number chooses.
    LfoMoves(&'static [Parameter], f32),
    /// The same from an envelope.
    EnvelopeMoves(&'static [Parameter], f32),
    Control(Control),
    CurveIndex,
    CurvePoint,
    /// It is kept for the user to see.
    Keep(&'static str),
    /// It is let be, and that is as it should be.
    Leave(&'static str),
    /// It is not played.
    Lacks(&'static str),
}

/// What its `_onccN` and the like move.
#[derive(Clone, Copy, Debug)]
pub enum Moves {
    /// It has none.
    Nothing,
    /// A parameter, times a factor; chosen as by [`Does::Set`].
    Parameter(&'static [Parameter], f32),
    Lfo(LfoField),
    Point(PointField),
    /// The depth of [`Does::LfoMoves`] or [`Does::EnvelopeMoves`].
    Depth,
}

/// One opcode, or several that differ by a number: `N`, `X` and `Y` in its name stand for numbers.
#[derive(Clone, Copy)]
pub struct Opcode {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub since: Since,
    pub takes: Takes,
    pub does: Does,
    pub moves: Moves,
}

/// Where opcodes may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `<global>`, `<master>`, `<group>`, `<region>`.
    Region,
    /// `<control>`.
    Control,
    /// `<curve>`.
    Curve,
    /// `<effect>`, `<midi>`.
    Effect,
}

/// Opcodes of one subject.
#[derive(Clone, Copy)]
pub struct Section {
    pub title: &'static str,
    pub scope: Scope,
    /// The test that reads each of them.
    pub test: &'static str,
    pub opcodes: &'static [Opcode],
}

impl Opcode {
    pub const fn new(name: &'static str, since: Since, takes: Takes, does: Does) -> Self {
        Self { name, aliases: &[], since, takes, does, moves: Moves::Nothing }
    }

    /// A number of the part; `_onccN` moves it too.
    pub const fn number(name: &'static str, since: Since, unit: &'static str, parameter: &'static [Parameter]) -> Self {
        let (least, greatest) = parameter[0].range();
        let takes = Takes::Number(least as f64, greatest as f64, unit);
        Self::new(name, since, takes, Does::Set(parameter, 1.0)).moved(Moves::Parameter(parameter, 1.0))
    }

    /// A number of the part that nothing moves.
    pub const fn fixed(name: &'static str, since: Since, unit: &'static str, parameter: &'static [Parameter]) -> Self {
        Self::number(name, since, unit, parameter).moved(Moves::Nothing)
    }

    /// One that is not played, and why.
    pub const fn lacks(name: &'static str, since: Since, why: &'static str) -> Self {
        Self::new(name, since, Takes::Text, Does::Lacks(why))
    }

    pub const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    pub const fn moved(self, moves: Moves) -> Self {
        Self { moves, ..self }
    }

    /// True if its name stands for every name that begins or ends so.
    pub fn is_family(&self) -> bool {
        self.name.contains('*')
    }
}
