//! What a fresh board plays: three instruments on eight pads, four knobs and an encoder, and whatever comes in by its ports.
//!
//! | control | bank A | bank B | bank C |
//! |---|---|---|---|
//! | pads | C major from middle C, channel 1 | channel 2 | channel 3 |
//! | instrument | sine piano | electric piano | organ |
//! | knob 1 | filter cutoff | chorus mix | delay mix |
//! | knob 2 | filter resonance | chorus depth | delay time |
//! | knob 3 | reverb mix | reverb mix | reverb mix |
//! | knob 4 | volume | volume | volume |
//!
//! The encoder turns from bank to bank, round and round; its button (button 1) silences everything. Keys and controllers of
//! the serial and the USB port go to the instrument of their channel.

use crate::scan::{BUTTON_NOTES, CHANNEL, ENCODER_CONTROLS, KNOB_CONTROLS, PAD_NOTES};
use crate::setup::{BoardSetup, SURFACE};
use ripieno_fx::id;
use ripieno_panel::glue::{Encoder, Glue, Mode, Takeover};
use ripieno_panel::{
    Action, Address, BankId, Light, Mapping, Panel, PanelId, PanelKind, PresetId, Role, Run, SetupError, Source,
    TextId, Zone,
};
use ripieno_types::midi::{Channel, MidiWord, U7};

/// Pads of a bank.
pub const PADS: u8 = 8;
/// Knobs.
pub const KNOBS: u8 = 4;
/// What pads play, from the first on.
const SCALE: [u8; PADS as usize] = [60, 62, 64, 65, 67, 69, 71, 72];

/// A bank: the program of its channel, the level of its lights, and what its knobs do.
struct Bank {
    program: u8,
    light: u8,
    knobs: [Action; KNOBS as usize],
}

const REVERB: Action = Action::Parameter(id::REVERB_MIX);
const BANKS: [Bank; 3] = [
    Bank {
        program: 0,
        light: 64,
        knobs: [Action::Parameter(id::FILTER_CUTOFF), Action::Parameter(id::FILTER_RESONANCE), REVERB, Action::Master],
    },
    Bank {
        program: 4,
        light: 22,
        knobs: [Action::Parameter(id::CHORUS_MIX), Action::Parameter(id::CHORUS_DEPTH), REVERB, Action::Master],
    },
    Bank {
        program: 16,
        light: 106,
        knobs: [Action::Parameter(id::DELAY_MIX), Action::Parameter(id::DELAY_TIME), REVERB, Action::Master],
    },
];

/// The words that choose the instruments, for [`Controller::direct`](crate::Controller::direct) once after the start. Any.
pub fn programs() -> impl Iterator<Item = MidiWord> {
    let channels = (0..).map_while(|channel| Channel::from_index(channel).ok());
    channels.zip(&BANKS).map(|(channel, bank)| MidiWord::program_change(channel, U7::from_u8_lossy(bank.program)))
}

/// The set-up that the table above describes. Control: it takes the stack that a [`BoardSetup`] takes.
///
/// # Errors
/// None: the set-up is legal, which the tests prove.
pub fn setup() -> Result<BoardSetup, SetupError> {
    let mut setup = BoardSetup::new();
    let mut zone = |first, last, role| {
        let (device, channel) = (Some(SURFACE), Some(CHANNEL.index()));
        setup.zone(Zone { device, channel, run: Run { first, last }, role })
    };
    let last_knob = KNOB_CONTROLS + KNOBS - 1;
    zone(Source::Control14(KNOB_CONTROLS), Source::Control14(last_knob), Role::Knob(None))?;
    // Halves of pairs mean nothing alone, and are not for the synth.
    zone(Source::Control(KNOB_CONTROLS), Source::Control(last_knob), Role::Ignored)?;
    zone(Source::Control(KNOB_CONTROLS + 32), Source::Control(last_knob + 32), Role::Ignored)?;
    zone(Source::Note(BUTTON_NOTES), Source::Note(PAD_NOTES - 1), Role::Key { is_mappable: true })?;
    for bank in 0..BANKS.len() as u8 {
        let first = PAD_NOTES + bank * PADS;
        zone(Source::Note(first), Source::Note(first + PADS - 1), Role::Pad(BankId(bank)))?;
    }

    let encoder = Glue { mode: Mode::Encoder(Encoder::default()), ..Glue::default() };
    let knob = Glue { mode: Mode::Knob(Takeover::PickUp), ..Glue::default() };
    for (place, bank) in (0_u8..).zip(&BANKS) {
        let pads = (0_u8..).zip(SCALE).map(|(pad, note)| {
            let at = Source::Note(PAD_NOTES + place * PADS + pad);
            let action = Action::Note { channel: place, note, velocity: None };
            Mapping { light: Light::Own { off: 0, on: bank.light }, ..mapping(at, Glue::default(), action) }
        });
        preset(&mut setup, PanelKind::Pad, place, &heapless::Vec::<_, { PADS as usize }>::from_iter(pads))?;
        let knobs = (0_u8..)
            .zip(bank.knobs)
            .map(|(knob_place, action)| mapping(Source::Control14(KNOB_CONTROLS + knob_place), knob, action));
        let turn = mapping(Source::Control(ENCODER_CONTROLS), encoder, Action::NextBank { by: 1 });
        let knobs = heapless::Vec::<_, { KNOBS as usize + 1 }>::from_iter(knobs.chain([turn]));
        preset(&mut setup, PanelKind::Knob, place, &knobs)?;
    }
    let silence = mapping(Source::Note(BUTTON_NOTES), Glue::default(), Action::Panic);
    preset(&mut setup, PanelKind::Piano, BankId::MAP.0, &[silence])?;
    let (id, kind, bank) = (PanelId(0x300), PanelKind::Piano, BankId::PLAY);
    setup.panel(Panel { id, kind, bank, preset: None, title: TextId(0), is_active: true })?;
    Ok(setup)
}

fn mapping(source: Source, glue: Glue, action: Action) -> Mapping {
    let at = Address { source, device: Some(SURFACE), channel: Some(CHANNEL.index()) };
    Mapping { at, glue, action, value: None, light: Light::None }
}

/// An active panel of a bank, with a preset of its own.
fn preset(setup: &mut BoardSetup, kind: PanelKind, bank: u8, mappings: &[Mapping]) -> Result<(), SetupError> {
    let number = (kind as u16) << 8 | u16::from(bank);
    setup.preset(PresetId(number), kind, mappings)?;
    let (id, preset) = (PanelId(number), Some(PresetId(number)));
    setup.panel(Panel { id, kind, bank: BankId(bank), preset, title: TextId(0), is_active: true })
}
