//! A mapper of 64 pads and 64 knobs in 8 banks, played from bytes: what it costs, and 100,000 random inputs whose every
//! output can be compared.

use crate::dice::Dice;
use ripieno_panel::glue::{Button, Curve, Encoder, Fire, Glue, Mode, Press, Takeover};
use ripieno_panel::wire::WireError;
use ripieno_panel::{
    Action, Address, BankId, DeviceId, Event, FlashSetup, Light, Mapper, Mapping, Output, Panel, PanelId, PanelKind,
    Pattern, Phase, PresetId, Role, Run, Setup, SetupError, Source, TextId, Zone,
};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, EffectId, ParamId};

/// Banks of the surface, and pads and knobs of each.
pub const BANKS: u8 = 8;
/// Pads of a bank, and knobs.
pub const EACH: u8 = 8;
/// Mappings of the surface.
pub const MAPPINGS: usize = 128;
/// Bytes of a surface's set-up at most.
pub const BYTES: usize = 8192;
/// Inputs of the random scene that boards and desks compare.
pub const INPUTS: u32 = 100_000;
/// Its seed.
pub const SEED: u32 = 1;

/// The set-up as it is built.
pub type Surface = Setup<20, 20, MAPPINGS>;
/// The mapper as boards have it: one device, 32 controls down, 64 knobs, 16 of what is rare.
pub type SurfaceMapper<'a> = Mapper<FlashSetup<'a, MAPPINGS>, MAPPINGS, 1, 32, 64, 16>;

/// The first knob's controller. Those of half of all banks are on channel 1, the others on channel 2.
const FIRST_KNOB: u8 = 20;

/// The word of a pad, down with a velocity, or up with 0.
pub fn pad(number: u8, velocity: u8) -> Option<MidiWord> {
    MidiWord::new(&[0x90, number & 63, velocity & 127]).ok()
}

/// The word of a knob.
pub fn knob(number: u8, value: u8) -> Option<MidiWord> {
    MidiWord::new(&[0xB0 | number >> 5 & 1, FIRST_KNOB + (number & 31), value & 127]).ok()
}

fn mapping(at: Address, mode: Mode, action: Action) -> Mapping {
    let glue = Glue { mode, ..Glue::default() };
    Mapping { at, glue, action, value: None, light: Light::Own { off: 1, on: 127 } }
}

/// One pad: each bank fires in its own way.
fn of_pad(bank: u8, place: u8) -> Mapping {
    let number = bank * EACH + place;
    let fire = match bank {
        0 | 1 => Fire::Press,
        2 => Fire::Long { after_ms: 300 },
        3 => Fire::Repeat { after_ms: 200, every_ms: 90, fastest_ms: 20 },
        4 => Fire::Latch { hold_ms: 250 },
        5 => Fire::Double { within_ms: 350 },
        6 => Fire::Short { within_ms: 200 },
        _ => Fire::Press,
    };
    let action = match (bank, place) {
        (0, 7) => Action::NextBank { by: 1 },
        (1, 0..4) => Action::Chord {
            channel: 0,
            notes: [Some(48 + place), Some(52 + place), Some(55 + place), None, None, None, None, None],
            velocity: None,
        },
        (2, 0..4) => Action::Sample(u16::from(place)),
        (2, _) => Action::Layer(u16::from(place)),
        (4, 6) => Action::Phrase(3),
        (4, 7) => Action::Outside(300),
        (7, 1) => Action::Effect(EffectId(2)),
        (5, 1) => Action::NextPanel { kind: PanelKind::Pad, bank: BankId(0), by: 1 },
        (5, 2) => Action::Panel { panel: PanelId(17), on: true },
        (6, 0) => Action::Program { channel: 0, bank: Some(300), program: 7 },
        (6, 1) => Action::Tempo,
        (6, 2) => Action::Panic,
        (6, 3) => Action::Transpose { by: 12 },
        (7, 0) => Action::Control { channel: 0, number: 64 },
        _ => Action::Note { channel: place & 1, note: 36 + number, velocity: (bank == 3).then_some(90) },
    };
    let press = match (bank, place) {
        (0, 4..6) => Press::Toggle,
        (7, 4..8) => Press::Radio(place & 1),
        _ => Press::Momentary,
    };
    let guard_ms = if bank == 6 { 30 } else { 0 };
    let own = mapping(Address::any(Source::Note(number)), Mode::Button(Button { fire, guard_ms }), action);
    Mapping { glue: Glue { press, curve: Curve::Hard, ..own.glue }, ..own }
}

/// One knob: each bank takes over in its own way.
fn of_knob(bank: u8, place: u8) -> Mapping {
    let number = bank * EACH + place;
    let source = match (bank, place) {
        (0, 0) => Source::Control14(FIRST_KNOB),
        (7, 6) => Source::PitchBend,
        (7, 7) => Source::Nrpn(257),
        _ => Source::Control(FIRST_KNOB + (number & 31)),
    };
    let mode = match bank {
        0 => Mode::Knob(Takeover::Off),
        1 => Mode::Knob(Takeover::PickUp),
        2 => Mode::Knob(Takeover::CatchUp),
        3 => Mode::Knob(Takeover::Parallel),
        4 => Mode::Knob(Takeover::Proportional),
        5 => Mode::Encoder(Encoder { acceleration: 4, ..Encoder::default() }),
        _ => Mode::Knob(Takeover::Tolerant { tolerance: 2_000 }),
    };
    let action = match (bank, place) {
        (6, 0) => Action::Master,
        (6, 1) => Action::Tempo,
        (6, 2) => Action::Transpose { by: 0 },
        (7, 6) => Action::PitchBend { channel: 0 },
        (_, 7) => Action::Control { channel: 2, number },
        _ => Action::Parameter(ParamId((bank & 3) * EACH + place)),
    };
    let channel = Some(bank / 4).filter(|_| place < 6 || bank < 7);
    let own = mapping(Address { source, device: None, channel }, mode, action);
    let curve = if place == 5 { Curve::Points([0, 9_000, 30_000, 50_000, 65_535]) } else { Curve::S };
    Mapping { glue: Glue { curve, steps: u16::from(place) * 3, ..own.glue }, value: Some(9_000), ..own }
}

/// The whole surface; the `other` one has the same pads in other hands, and knobs that the first has not.
pub fn surface(other: bool) -> Result<Surface, SetupError> {
    let mut setup = Surface::new();
    let shift = u8::from(other);
    for bank in 0..BANKS {
        let zone = |channel, first, last, role| Zone { device: None, channel, run: Run { first, last }, role };
        let pads = bank * EACH;
        let knobs = FIRST_KNOB + (pads & 31);
        let last = EACH - 1;
        setup.zone(zone(None, Source::Note(pads), Source::Note(pads + last), Role::Pad(BankId(bank))))?;
        let [first, last] = [knobs, knobs + last].map(Source::Control);
        setup.zone(zone(Some(bank / 4), first, last, Role::Knob(Some(BankId(bank)))))?;
        let (mut own_pads, mut own_knobs) = ([of_pad(0, 0); EACH as usize], [of_knob(0, 0); EACH as usize]);
        for place in 0..EACH {
            own_pads[usize::from(place)] = of_pad(bank, (place + shift) % EACH);
            own_pads[usize::from(place)].at = Address::any(Source::Note(pads + place));
            own_knobs[usize::from(place)] = of_knob(bank, place);
        }
        let id = u16::from(bank);
        setup.preset(PresetId(2 * id), PanelKind::Pad, &own_pads)?;
        setup.preset(PresetId(2 * id + 1), PanelKind::Knob, &own_knobs[..usize::from(EACH - shift)])?;
        for (id, kind) in [(2 * id, PanelKind::Pad), (2 * id + 1, PanelKind::Knob)] {
            let (preset, title) = (Some(PresetId(id)), TextId(id));
            setup.panel(Panel { id: PanelId(id), kind, bank: BankId(bank), preset, title, is_active: true })?;
        }
    }
    // Another panel for the first pads, and one for keys that play.
    let more = Panel {
        id: PanelId(16),
        kind: PanelKind::Pad,
        bank: BankId(0),
        preset: Some(PresetId(2)),
        title: TextId(16),
        is_active: false,
    };
    setup.panel(more)?;
    let (id, kind, bank) = (PanelId(17), PanelKind::Piano, BankId::PLAY);
    setup.panel(Panel { id, kind, bank, preset: None, title: TextId(17), is_active: !other })?;
    setup.pattern(Pattern { bytes: [Some(0x7D), None, Some(1)].into_iter().collect() })?;
    Ok(setup)
}

/// Writes a surface's set-up to a buffer of [`BYTES`]; returns how many it takes.
///
/// # Errors
/// As the builder and the writer have them.
pub fn write(other: bool, bytes: &mut [u8]) -> Result<usize, WireError> {
    surface(other).map_err(WireError::Setup)?.encode(bytes)
}

/// Random inputs for a mapper.
#[derive(Debug)]
pub struct Session<'a> {
    mapper: SurfaceMapper<'a>,
    other: FlashSetup<'a, MAPPINGS>,
    dice: Dice,
    now: u64,
    hash: u64,
}

impl<'a> Session<'a> {
    /// A mapper that goes by the first set-up, and is given the second from time to time.
    ///
    /// # Errors
    /// As the reader of set-ups has them.
    pub fn new(setups: [&'a [u8]; 2], seed: u32) -> Result<Self, WireError> {
        let [setup, other] = setups;
        let mapper = SurfaceMapper::with_memory(FlashSetup::new(setup)?);
        Ok(Self { mapper, other: FlashSetup::new(other)?, dice: Dice::new(seed), now: 0, hash: 0xCBF2_9CE4_8422_2325 })
    }

    /// One more input, somewhat later. Every output goes to `each` as bytes.
    pub fn step(&mut self, each: &mut dyn FnMut(&[u8])) {
        let Self { mapper, other, dice, now, hash } = self;
        *now += u64::from(if dice.below(8) == 0 { dice.below(400_000) } else { dice.below(4_000) });
        let mut told = |output: Output| {
            let (bytes, length) = bytes(&output);
            let bytes = bytes.get(..length).unwrap_or_default();
            for byte in bytes {
                *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
            }
            each(bytes);
        };
        let device = DeviceId(dice.below(3) as u8);
        let (kind, data, value) = (dice.below(64), dice.data(), dice.data());
        let channel = dice.below(3) as u8;
        let word = match kind {
            0..20 => pad(data, if dice.below(2) == 0 { 0 } else { value }),
            20..34 => knob(data, value),
            34..38 => MidiWord::new(&[0x80 | (dice.below(2) as u8 * 0x10) | channel, data, value]).ok(),
            38..44 => MidiWord::new(&[0xB0 | channel, dice.below(64) as u8, value]).ok(),
            44..48 => MidiWord::new(&[0xB0 | channel, 96 + dice.below(6) as u8, dice.below(4) as u8]).ok(),
            48 | 49 => MidiWord::new(&[0xB0 | channel, [6, 38][dice.below(2) as usize], value]).ok(),
            50 => MidiWord::new(&[0xE0 | channel, data, value]).ok(),
            51 => MidiWord::new(&[0xC0 | channel, data]).ok(),
            52 => MidiWord::new(&[0xD0 | channel, data]).ok(),
            53 => MidiWord::new(&[0xA0 | channel, data, value]).ok(),
            54 => MidiWord::new(&[[0xF8, 0xFA, 0xFB, 0xFC][dice.below(4) as usize]]).ok(),
            _ => None,
        };
        match (word, kind) {
            (Some(word), _) => mapper.map(*now, device, word, &mut told),
            (None, 55) => mapper.sysex(*now, device, &[0x7D, data, dice.below(2) as u8], &mut told),
            (None, 56) => _ = mapper.activate(PanelId(dice.below(19) as u16), dice.below(3) > 0, *now, &mut told),
            (None, 57) => {
                mapper.moved(Action::Parameter(ParamId(dice.below(32) as u8)), dice.below(65_536) as u16, &mut told)
            }
            (None, 58) if dice.below(8) == 0 => mapper.replace(other, *now, &mut told),
            (None, 59) if dice.below(16) == 0 => mapper.release_all(*now, &mut told),
            (None, 60) if dice.below(16) == 0 => mapper.refresh(device),
            _ => mapper.tick(*now, &mut told),
        }
        if dice.below(2) == 0 {
            mapper.tick(*now, &mut told);
        }
    }

    /// All outputs so far as one number (FNV-1a).
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// The mapper, to read its counters.
    pub fn mapper(&self) -> &SurfaceMapper<'a> {
        &self.mapper
    }
}

/// An output as bytes, and how many.
fn bytes(output: &Output) -> ([u8; 16], usize) {
    let mut bytes = [0; 16];
    let mut length = 0;
    let mut put = |more: &[u8]| {
        for byte in more {
            if let Some(place) = bytes.get_mut(length) {
                *place = *byte;
                length += 1;
            }
        }
    };
    let panel = |id: Option<PanelId>| id.map_or(u32::MAX, |id| u32::from(id.0)).to_le_bytes();
    match *output {
        Output::Rig(Command::Midi(word)) => {
            put(&[0]);
            put(word.as_bytes());
        }
        Output::Rig(Command::Parameter { id, value }) => {
            put(&[1, id.0]);
            put(&value.to_bits().to_le_bytes());
        }
        Output::Rig(Command::Bypass { effect, bypassed }) => put(&[2, effect.0, u8::from(bypassed)]),
        Output::Rig(_) => put(&[3]),
        Output::Do { action, phase, by } => {
            let (kind, number) = match action {
                Action::Master => (0, 0),
                Action::Sample(place) => (1, place),
                Action::Phrase(place) => (2, place),
                Action::Layer(place) => (3, place),
                Action::Tempo => (4, 0),
                Action::Outside(number) => (5, number),
                _ => (6, 0),
            };
            let (phase, value) = match phase {
                Phase::On(value) => (0, value),
                Phase::Off => (1, 0),
                Phase::Set(value) => (2, value),
            };
            put(&[4, kind, phase]);
            for number in [number, value, by.map_or(u16::MAX, |by| by.0)] {
                put(&number.to_le_bytes());
            }
        }
        Output::Heard { control, event, kind, bank, panel: active, by } => {
            let (event, value) = match event {
                Event::Down(force) => (0, force),
                Event::Up => (1, 0),
                Event::At { value, .. } => (2, value),
                Event::By(by) => (3, by as u16),
                Event::Trigger => (4, 0),
            };
            put(&[5, control.device.0, control.channel.unwrap_or(u8::MAX), event, kind as u8, bank.0]);
            put(&value.to_le_bytes());
            put(&panel(active));
            put(&by.map_or(u16::MAX, |by| by.0).to_le_bytes());
        }
        Output::Value { by, value, distance } => {
            put(&[6, u8::from(distance.is_some())]);
            put(&by.0.to_le_bytes());
            put(&value.to_le_bytes());
            put(&distance.unwrap_or(0).to_le_bytes());
        }
        Output::Activated { kind, bank, panel: active, previous } => {
            put(&[7, kind as u8, bank.0]);
            put(&panel(active));
            put(&panel(previous));
        }
        Output::Bank(bank) => put(&[8, bank.0]),
        Output::Light { device, word } => {
            put(&[9, device.0]);
            put(word.as_bytes());
        }
        _ => put(&[u8::MAX]),
    }
    (bytes, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_inputs_make_the_same_bytes_and_all_kinds_of_them() {
        let (mut first, mut second) = ([0; BYTES], [0; BYTES]);
        let lengths = [write(false, &mut first).unwrap(), write(true, &mut second).unwrap()];
        let setups = [&first[..lengths[0]], &second[..lengths[1]]];
        let run = |steps| {
            let mut session = Session::new(setups, 1).unwrap();
            let mut kinds = [0; 10];
            for _ in 0..steps {
                session.step(&mut |bytes| kinds[usize::from(bytes[0])] += 1);
            }
            (session.hash(), kinds)
        };
        let (hash, kinds) = run(20_000);
        assert_eq!(run(20_000).0, hash);
        assert!(kinds.iter().enumerate().all(|(kind, count)| *count > 0 || kind == 3), "{kinds:?}");
        assert!(lengths[0] < BYTES, "{lengths:?}");
    }
}
