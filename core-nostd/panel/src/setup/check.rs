//! The ranges of all that a set-up may hold: builders ask here, and so does whatever comes as bytes.

use super::{Light, Mapping, PATTERNS, Pattern, SetupError, SetupRead};
use crate::action::Action;
use crate::glue::{Button, Fire, Mode};
use crate::layout::{Role, Zone};
use crate::mapper::target;
use crate::panels::{BANKS, BankId, PanelKind, PresetId, check_bank};
use crate::score::{LAYERS, PHRASES};
use crate::source::Source;

type Checked = Result<(), SetupError>;

/// Refuses a value above `limit`.
fn most(what: &'static str, value: impl Into<u32>, limit: u32) -> Checked {
    let value = value.into();
    if value <= limit { Ok(()) } else { Err(SetupError::Range(what, value)) }
}

fn bank(bank: BankId) -> Checked {
    most("bank", bank.0, u32::from(BANKS) - 1)
}

fn velocity(velocity: Option<u8>) -> Checked {
    match velocity {
        Some(0) => Err(SetupError::Range("velocity", 0)),
        Some(velocity) => most("velocity", velocity, 127),
        None => Ok(()),
    }
}

fn step(by: i8) -> Checked {
    most("step (1 or -1)", u32::from(by.unsigned_abs()), 1)?;
    if by == 0 { Err(SetupError::Range("step (1 or -1)", 0)) } else { Ok(()) }
}

fn source(source: Source) -> Checked {
    match source {
        Source::Note(n) | Source::PolyPressure(n) => most("note", n, 127),
        Source::Control(n) => most("controller", n, 127),
        Source::Control14(n) => most("pair of controllers", n, 31),
        Source::Nrpn(n) | Source::Rpn(n) => most("parameter number", n, 16_383),
        Source::ProgramIs(n) => most("program", n, 127),
        Source::SysEx(n) => most("SysEx pattern", n, PATTERNS as u32 - 1),
        _ => Ok(()),
    }
}

/// System messages have no channel, so that a rule that names one would never be met.
fn channel(at: Source, channel: Option<u8>) -> Checked {
    match channel {
        Some(channel) if at.is_system() => Err(SetupError::Range("channel of a system message", u32::from(channel))),
        Some(channel) => most("channel", channel, 15),
        None => Ok(()),
    }
}

pub(crate) fn pattern(pattern: &Pattern) -> Checked {
    pattern.bytes.iter().flatten().try_for_each(|byte| most("SysEx byte", *byte, 127))
}

pub(crate) fn zone(zone: &Zone) -> Checked {
    let (first, last) = (zone.run.first, zone.run.last);
    source(first)?;
    source(last)?;
    channel(first, zone.channel)?;
    if core::mem::discriminant(&first) != core::mem::discriminant(&last) || last < first {
        return Err(SetupError::Disorder("the ends of a layout rule"));
    }
    match zone.role {
        Role::Pad(of) | Role::Knob(Some(of)) => bank(of),
        _ => Ok(()),
    }
}

pub(crate) fn mapping(mapping: &Mapping) -> Checked {
    source(mapping.at.source)?;
    channel(mapping.at.source, mapping.at.channel)?;
    if let Mode::Button(Button { fire: Fire::Chord { with, .. }, .. }) = mapping.glue.mode {
        source(with)?;
    }
    mapping.glue.check().map_err(SetupError::Glue)?;
    if let Light::Own { off, on } = mapping.light {
        most("light", off, 127)?;
        most("light", on, 127)?;
    }
    action(&mapping.action)
}

fn action(action: &Action) -> Checked {
    match *action {
        Action::Note { channel, note, velocity: force } => {
            most("channel", channel, 15)?;
            most("note", note, 127)?;
            velocity(force)
        }
        Action::Chord { channel, notes, velocity: force } => {
            most("channel", channel, 15)?;
            notes.iter().flatten().try_for_each(|note| most("note", *note, 127))?;
            velocity(force)
        }
        Action::Control { channel, number } => {
            most("channel", channel, 15)?;
            most("controller", number, 127)
        }
        Action::Program { channel, bank, program } => {
            most("channel", channel, 15)?;
            most("bank of programs", bank.unwrap_or(0), 16_383)?;
            most("program", program, 127)
        }
        Action::PitchBend { channel } => most("channel", channel, 15),
        Action::Parameter(id) => most("parameter", id.0, target::PARAMETERS as u32 - 1),
        Action::Effect(id) => most("effect", id.0, target::EFFECTS as u32 - 1),
        Action::Transpose { by } => most("semitones", by.unsigned_abs(), u32::from(target::SEMITONES)),
        Action::Phrase(place) => most("phrase", place, PHRASES as u32 - 1),
        Action::Layer(place) => most("layer", place, LAYERS as u32 - 1),
        Action::NextPanel { kind, bank, by } => {
            check_bank(kind, bank)?;
            step(by)
        }
        Action::NextBank { by } => step(by),
        Action::Nothing
        | Action::Master
        | Action::Panic
        | Action::Sample(_)
        | Action::Tempo
        | Action::Panel { .. }
        | Action::Outside(_) => Ok(()),
    }
}

/// Checks that a panel's preset is there and of its kind.
pub(crate) fn preset_of(setup: &impl SetupRead, kind: PanelKind, preset: Option<PresetId>) -> Checked {
    let Some(id) = preset else { return Ok(()) };
    match setup.find_preset(id) {
        None => Err(SetupError::Unknown("preset", id.0)),
        Some(preset) if preset.kind != kind => Err(SetupError::OtherKind("preset", id.0)),
        Some(_) => Ok(()),
    }
}
