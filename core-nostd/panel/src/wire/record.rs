//! The records of a set-up's bytes: what each part is as bytes of a fixed number, little-endian, and back.
//!
//! Reading takes any bytes: a kind that there is not makes none, and what a number may be is checked elsewhere.

use crate::action::{Action, CHORD_NOTES};
use crate::glue::{Button, Coding, Curve, Encoder, Fire, Mode, Press, Takeover};
use crate::layout::{Role, Run, Zone};
use crate::panels::{BankId, Panel, PanelId, PanelKind, PresetId, TextId};
use crate::setup::{Light, Mapping, PATTERN_BYTES, Pattern, Preset};
use crate::source::{DeviceId, Source, Spot};
use ripieno_types::{EffectId, ParamId};

pub const ZONE: usize = 12;
pub const PANEL: usize = 10;
pub const PRESET: usize = 8;
pub const MAPPING: usize = 52;
pub const CHORD: usize = 2;
pub const PATTERN: usize = 1 + PATTERN_BYTES + PATTERN_BYTES / 8;
/// An action, which is a mapping's last.
pub const ACTION: usize = 12;

/// No note of a chord.
const NO_NOTE: u8 = u8::MAX;

/// Flags of records.
const HAS_DEVICE: u8 = 1;
const HAS_CHANNEL: u8 = 2;
const IS_ACTIVE: u8 = 1;
const HAS_PRESET: u8 = 2;
const INVERT: u8 = 1;
const HAS_VALUE: u8 = 2;
const HAS_LIGHT: u8 = 4;

fn flag(is_set: bool, flag: u8) -> u8 {
    if is_set { flag } else { 0 }
}

/// Two bytes of a record. Places are constant, so that nothing is checked; records are read where they lie, as a copy of one
/// goes byte by byte.
#[inline(always)]
const fn word<const N: usize>(record: &[u8; N], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// Four bytes of a record.
#[inline(always)]
const fn long<const N: usize>(record: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
}

/// Three bytes of a record: a source's code.
const CODE: u32 = 0xFF_FFFF;

fn kind(number: u8) -> Option<PanelKind> {
    PanelKind::ALL.get(usize::from(number)).copied()
}

pub fn zone(zone: &Zone) -> [u8; ZONE] {
    let [[a, b, c, _], [d, e, f, _]] = [zone.run.first, zone.run.last].map(|end| end.code().to_le_bytes());
    let (role, bank) = match zone.role {
        Role::Pad(bank) => (0, bank.0),
        Role::Knob(Some(bank)) => (1, bank.0),
        Role::Knob(None) => (2, 0),
        Role::Key { is_mappable: false } => (3, 0),
        Role::Key { is_mappable: true } => (4, 0),
        Role::Ignored => (5, 0),
    };
    let flags = flag(zone.device.is_some(), HAS_DEVICE) | flag(zone.channel.is_some(), HAS_CHANNEL);
    let device = zone.device.map_or(0, |device| device.0);
    [a, b, c, flags, d, e, f, device, zone.channel.unwrap_or(0), role, bank, 0]
}

pub fn read_zone(record: &[u8; ZONE]) -> Option<Zone> {
    let (flags, bank) = (record[3], BankId(record[10]));
    let role = match record[9] {
        0 => Role::Pad(bank),
        1 => Role::Knob(Some(bank)),
        2 => Role::Knob(None),
        3 => Role::Key { is_mappable: false },
        4 => Role::Key { is_mappable: true },
        5 => Role::Ignored,
        _ => return None,
    };
    Some(Zone {
        device: (flags & HAS_DEVICE != 0).then_some(DeviceId(record[7])),
        channel: (flags & HAS_CHANNEL != 0).then_some(record[8]),
        run: Run {
            first: Source::from_code(long(record, 0) & CODE)?,
            last: Source::from_code(long(record, 4) & CODE)?,
        },
        role,
    })
}

/// True when a control lies in the zone of a record.
pub fn zone_meets(record: &[u8; ZONE], spot: Spot) -> bool {
    let (first, last, flags) = (long(record, 0) & CODE, long(record, 4) & CODE, record[3]);
    (first..=last).contains(&spot.code())
        && (flags & HAS_DEVICE == 0 || spot.device() == u32::from(record[7]) + 1)
        && (flags & HAS_CHANNEL == 0 || spot.channel() == u32::from(record[8]) + 1)
}

pub fn panel(panel: &Panel) -> [u8; PANEL] {
    let [[a, b], [c, d], [e, f]] =
        [panel.id.0, panel.preset.map_or(0, |id| id.0), panel.title.0].map(|number| number.to_le_bytes());
    let flags = flag(panel.is_active, IS_ACTIVE) | flag(panel.preset.is_some(), HAS_PRESET);
    [a, b, c, d, e, f, panel.kind as u8, panel.bank.0, flags, 0]
}

pub fn read_panel(record: &[u8; PANEL]) -> Option<Panel> {
    let flags = record[8];
    Some(Panel {
        id: PanelId(word(record, 0)),
        kind: kind(record[6])?,
        bank: BankId(record[7]),
        preset: (flags & HAS_PRESET != 0).then_some(PresetId(word(record, 2))),
        title: TextId(word(record, 4)),
        is_active: flags & IS_ACTIVE != 0,
    })
}

pub fn preset(preset: &Preset) -> [u8; PRESET] {
    let [[a, b], [c, d], [e, f]] = [preset.id.0, preset.first, preset.count].map(|number| number.to_le_bytes());
    [a, b, c, d, e, f, preset.kind as u8, 0]
}

pub fn read_preset(record: &[u8; PRESET]) -> Option<Preset> {
    let id = PresetId(word(record, 0));
    Some(Preset { id, kind: kind(record[6])?, first: word(record, 2), count: word(record, 4) })
}

pub fn pattern(pattern: &Pattern) -> [u8; PATTERN] {
    let mut record = [0; PATTERN];
    let [length, rest @ ..] = &mut record;
    *length = pattern.bytes.len() as u8;
    let (bytes, known) = rest.split_at_mut(PATTERN_BYTES);
    for (place, byte) in pattern.bytes.iter().enumerate() {
        if let (Some(byte), Some(to), Some(known)) = (*byte, bytes.get_mut(place), known.get_mut(place / 8)) {
            *to = byte;
            *known |= 1 << (place % 8);
        }
    }
    record
}

/// The bytes of a pattern's record, none for any.
pub fn pattern_bytes(record: &[u8; PATTERN]) -> impl Iterator<Item = Option<u8>> {
    let [length, rest @ ..] = record;
    let (bytes, known) = rest.split_at(PATTERN_BYTES);
    let known = known.iter().flat_map(|bits| (0..8).map(move |place| bits >> place & 1 == 1));
    bytes.iter().zip(known).map(|(byte, is_known)| is_known.then_some(*byte)).take(usize::from(*length))
}

pub fn read_pattern(record: &[u8; PATTERN]) -> Option<Pattern> {
    let [length, ..] = *record;
    (usize::from(length) <= PATTERN_BYTES).then(|| Pattern { bytes: pattern_bytes(record).collect() })
}

pub fn mapping(mapping: &Mapping) -> [u8; MAPPING] {
    let glue = &mapping.glue;
    let [guard, first, second, third];
    let (mode, how) = match glue.mode {
        Mode::Button(Button { fire, guard_ms }) => {
            guard = guard_ms;
            let how;
            (how, first, second, third) = match fire {
                Fire::Press => (0, 0, 0, 0),
                Fire::Release => (1, 0, 0, 0),
                Fire::Short { within_ms } => (2, within_ms, 0, 0),
                Fire::Long { after_ms } => (3, after_ms, 0, 0),
                Fire::Double { within_ms } => (4, within_ms, 0, 0),
                Fire::Triple { within_ms } => (5, within_ms, 0, 0),
                Fire::Repeat { after_ms, every_ms, fastest_ms } => (6, after_ms, every_ms, fastest_ms),
                Fire::Latch { hold_ms } => (7, hold_ms, 0, 0),
                Fire::Chord { with, within_ms } => {
                    let code = with.code();
                    (8, within_ms, code as u16, (code >> 16) as u16)
                }
            };
            (0, how)
        }
        Mode::Knob(takeover) => {
            (guard, second, third) = (0, 0, 0);
            let how;
            (how, first) = match takeover {
                Takeover::Off => (0, 0),
                Takeover::PickUp => (1, 0),
                Takeover::Tolerant { tolerance } => (2, tolerance),
                Takeover::CatchUp => (3, 0),
                Takeover::Parallel => (4, 0),
                Takeover::Proportional => (5, 0),
            };
            (1, how)
        }
        Mode::Encoder(Encoder { coding, step, acceleration }) => {
            (guard, first, second, third) = (0, step, u16::from(acceleration), 0);
            let how = match coding {
                Coding::TwosComplement => 0,
                Coding::BinaryOffset => 1,
                Coding::SignBit => 2,
                Coding::SignBitInverted => 3,
            };
            (2, how)
        }
    };
    let (curve, points) = match glue.curve {
        Curve::Linear => (0, [0; 5]),
        Curve::Soft => (1, [0; 5]),
        Curve::Softer => (2, [0; 5]),
        Curve::Hard => (3, [0; 5]),
        Curve::Harder => (4, [0; 5]),
        Curve::S => (5, [0; 5]),
        Curve::Fixed => (6, [0; 5]),
        Curve::Points(points) => (7, points),
    };
    let (press, group) = match glue.press {
        Press::Momentary => (0, 0),
        Press::Toggle => (1, 0),
        Press::Radio(group) => (2, group),
    };
    let (has_light, off, on) = match mapping.light {
        Light::None => (false, 0, 0),
        Light::Own { off, on } => (true, off, on),
    };
    let flags = flag(glue.invert, INVERT) | flag(mapping.value.is_some(), HAS_VALUE) | flag(has_light, HAS_LIGHT);
    let [k0, k1, k2, k3] = mapping.at.spot().0.to_le_bytes();
    let [[g0, g1], [a0, a1], [b0, b1], [c0, c1], [l0, l1], [h0, h1], [s0, s1], [v0, v1]] =
        [guard, first, second, third, glue.min, glue.max, glue.steps, mapping.value.unwrap_or(0)]
            .map(|number| number.to_le_bytes());
    let [[p0, p1], [q0, q1], [r0, r1], [t0, t1], [u0, u1]] = points.map(|number| number.to_le_bytes());
    let [n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11] = action(&mapping.action);
    [
        k0, k1, k2, k3, mode, how, g0, g1, a0, a1, b0, b1, c0, c1, curve, press, l0, l1, h0, h1, s0, s1, group, flags,
        p0, p1, q0, q1, r0, r1, t0, t1, u0, u1, v0, v1, off, on, 0, 0, n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10,
        n11,
    ]
}

/// Where a mapping listens.
pub fn mapping_spot(record: &[u8; MAPPING]) -> Spot {
    Spot(long(record, 0))
}

pub fn mapping_press(record: &[u8; MAPPING]) -> Option<Press> {
    let (press, group) = (record[15], record[22]);
    Some(match press {
        0 => Press::Momentary,
        1 => Press::Toggle,
        2 => Press::Radio(group),
        _ => return None,
    })
}

pub fn mapping_light(record: &[u8; MAPPING]) -> Light {
    // The places are those of `mapping`; they are constant, so that nothing is checked.
    let (flags, off, on) = (record[23], record[36], record[37]);
    if flags & HAS_LIGHT != 0 { Light::Own { off, on } } else { Light::None }
}

pub fn mapping_action(record: &[u8; MAPPING]) -> Option<Action> {
    record.last_chunk().and_then(read_action)
}

pub fn read_mapping(record: &[u8; MAPPING]) -> Option<Mapping> {
    let mut own = Mapping::NOTHING;
    load_mapping(record, &mut own).then_some(own)
}

/// Writes what a record says over a mapping, part by part: a mapping is large, and costs more to move than to read. False, and
/// the mapping is of no use, if the record is none.
pub fn load_mapping(record: &[u8; MAPPING], own: &mut Mapping) -> bool {
    let (Some(at), Some(mode), Some(curve), Some(press)) =
        (mapping_spot(record).address(), mapping_mode(record), mapping_curve(record), mapping_press(record))
    else {
        return false;
    };
    let flags = record[23];
    own.at = at;
    own.glue.mode = mode;
    own.glue.curve = curve;
    own.glue.min = word(record, 16);
    own.glue.max = word(record, 18);
    own.glue.invert = flags & INVERT != 0;
    own.glue.steps = word(record, 20);
    own.glue.press = press;
    own.value = (flags & HAS_VALUE != 0).then_some(word(record, 34));
    own.light = mapping_light(record);
    let Some(action) = mapping_action(record) else { return false };
    own.action = action;
    true
}

fn mapping_mode(record: &[u8; MAPPING]) -> Option<Mode> {
    let (mode, how) = (record[4], record[5]);
    let (first, second, third) = (word(record, 8), word(record, 10), word(record, 12));
    Some(match (mode, how) {
        (0, _) => Mode::Button(Button {
            fire: match how {
                0 => Fire::Press,
                1 => Fire::Release,
                2 => Fire::Short { within_ms: first },
                3 => Fire::Long { after_ms: first },
                4 => Fire::Double { within_ms: first },
                5 => Fire::Triple { within_ms: first },
                6 => Fire::Repeat { after_ms: first, every_ms: second, fastest_ms: third },
                7 => Fire::Latch { hold_ms: first },
                8 => {
                    let with = Source::from_code(u32::from(third) << 16 | u32::from(second))?;
                    Fire::Chord { with, within_ms: first }
                }
                _ => return None,
            },
            guard_ms: word(record, 6),
        }),
        (1, 0) => Mode::Knob(Takeover::Off),
        (1, 1) => Mode::Knob(Takeover::PickUp),
        (1, 2) => Mode::Knob(Takeover::Tolerant { tolerance: first }),
        (1, 3) => Mode::Knob(Takeover::CatchUp),
        (1, 4) => Mode::Knob(Takeover::Parallel),
        (1, 5) => Mode::Knob(Takeover::Proportional),
        (2, _) => {
            let coding = match how {
                0 => Coding::TwosComplement,
                1 => Coding::BinaryOffset,
                2 => Coding::SignBit,
                3 => Coding::SignBitInverted,
                _ => return None,
            };
            Mode::Encoder(Encoder { coding, step: first, acceleration: second as u8 })
        }
        _ => return None,
    })
}

fn mapping_curve(record: &[u8; MAPPING]) -> Option<Curve> {
    Some(match record[14] {
        0 => Curve::Linear,
        1 => Curve::Soft,
        2 => Curve::Softer,
        3 => Curve::Hard,
        4 => Curve::Harder,
        5 => Curve::S,
        6 => Curve::Fixed,
        7 => Curve::Points([word(record, 24), word(record, 26), word(record, 28), word(record, 30), word(record, 32)]),
        _ => return None,
    })
}

/// An action as bytes: its kind, then its numbers.
pub fn action(action: &Action) -> [u8; ACTION] {
    let small = |numbers: [u8; 4]| {
        let [kind, a, b, c] = numbers;
        [kind, a, b, c, 0, 0, 0, 0, 0, 0, 0, 0]
    };
    let wide = |kind, number: u16| {
        let [low, high] = number.to_le_bytes();
        small([kind, 0, low, high])
    };
    match *action {
        Action::Nothing => small([0, 0, 0, 0]),
        Action::Note { channel, note, velocity } => small([1, channel, note, velocity.unwrap_or(0)]),
        Action::Chord { channel, notes, velocity } => {
            let [a, b, c, d, e, f, g, h] = notes.map(|note| note.unwrap_or(NO_NOTE));
            [2, channel, a, b, c, d, e, f, g, h, velocity.unwrap_or(0), 0]
        }
        Action::Control { channel, number } => small([3, channel, number, 0]),
        Action::Program { channel, bank, program } => {
            let [low, high] = bank.unwrap_or(0).to_le_bytes();
            [4, channel, program, u8::from(bank.is_some()), low, high, 0, 0, 0, 0, 0, 0]
        }
        Action::PitchBend { channel } => small([5, channel, 0, 0]),
        Action::Parameter(id) => small([6, id.0, 0, 0]),
        Action::Effect(id) => small([7, id.0, 0, 0]),
        Action::Master => small([8, 0, 0, 0]),
        Action::Transpose { by } => small([9, by as u8, 0, 0]),
        Action::Panic => small([10, 0, 0, 0]),
        Action::Sample(place) => wide(11, place),
        Action::Phrase(place) => wide(12, place),
        Action::Layer(place) => wide(13, place),
        Action::Tempo => small([14, 0, 0, 0]),
        Action::Panel { panel, on } => {
            let [low, high] = panel.0.to_le_bytes();
            small([15, u8::from(on), low, high])
        }
        Action::NextPanel { kind, bank, by } => small([16, kind as u8, bank.0, by as u8]),
        Action::NextBank { by } => small([17, by as u8, 0, 0]),
        Action::Outside(number) => wide(18, number),
    }
}

pub fn read_action(record: &[u8; ACTION]) -> Option<Action> {
    const { assert!(CHORD_NOTES == 8, "the record has room for so many") }
    let [of, a, b, c] = [record[0], record[1], record[2], record[3]];
    let force = |velocity: u8| (velocity != 0).then_some(velocity);
    let number = word(record, 2);
    Some(match of {
        0 => Action::Nothing,
        1 => Action::Note { channel: a, note: b, velocity: force(c) },
        2 => {
            let mut notes = [None; CHORD_NOTES];
            for (note, byte) in notes.iter_mut().zip(&record[2..10]) {
                *note = (*byte != NO_NOTE).then_some(*byte);
            }
            Action::Chord { channel: a, notes, velocity: force(record[10]) }
        }
        3 => Action::Control { channel: a, number: b },
        4 => Action::Program { channel: a, bank: (c != 0).then_some(word(record, 4)), program: b },
        5 => Action::PitchBend { channel: a },
        6 => Action::Parameter(ParamId(a)),
        7 => Action::Effect(EffectId(a)),
        8 => Action::Master,
        9 => Action::Transpose { by: a as i8 },
        10 => Action::Panic,
        11 => Action::Sample(number),
        12 => Action::Phrase(number),
        13 => Action::Layer(number),
        14 => Action::Tempo,
        15 => Action::Panel { panel: PanelId(number), on: a != 0 },
        16 => Action::NextPanel { kind: kind(a)?, bank: BankId(b), by: c as i8 },
        17 => Action::NextBank { by: a as i8 },
        18 => Action::Outside(number),
        _ => return None,
    })
}
