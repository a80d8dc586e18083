//! What a board's own controls send to the mapper: always on [`CHANNEL`], from device [`SURFACE`](crate::setup::SURFACE).
//!
//! | control | message |
//! |---|---|
//! | button i | note i |
//! | pad i of bank b | note 16 + b · pads + i; pressure as that key's |
//! | knob i | controllers 16 + i and 48 + i, 14 bits in two halves |
//! | encoder i | controller 80 + i, one message a detent: 1 is up, 127 is down |

use super::{Edge, Strike};
use ripieno_types::midi::{Channel, ControlFunction, MidiWord, Note, U7};

/// The channel of the surface.
pub const CHANNEL: Channel = Channel::Ch16;
/// The first button's note.
pub const BUTTON_NOTES: u8 = 0;
/// The first pad's note in the first bank.
pub const PAD_NOTES: u8 = 16;
/// The first knob's controller; 16 knobs at most.
pub const KNOB_CONTROLS: u8 = 16;
/// The first encoder's controller; 16 encoders at most.
pub const ENCODER_CONTROLS: u8 = 80;

/// From the second half of a knob's pair to the first.
const LOWER: u8 = 32;
/// Knobs and encoders, each.
const MOST: usize = 16;

/// Numbers controls, and remembers under which note a pad went down. Real-time.
///
/// ```
/// use ripieno_firmware::scan::{Strike, Surface};
///
/// let (mut surface, mut words) = (Surface::<8>::new(), vec![]);
/// let mut take = |word: ripieno_types::midi::MidiWord| words.push(word.as_bytes().to_vec());
/// surface.pad(3, Strike::Down(100), &mut take);
/// surface.set_bank(1);
/// surface.pad(3, Strike::Up, &mut take);
/// surface.knob(0, 8_193, &mut take);
/// assert_eq!(words, [[0x9F, 19, 100], [0x8F, 19, 64], [0xBF, 16, 64], [0xBF, 48, 1]]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Surface<const PADS: usize> {
    bank: u8,
    /// The notes under which pads are down.
    down: [Option<Note>; PADS],
}

impl<const PADS: usize> Surface<PADS> {
    /// Banks of pads that have notes.
    pub const BANKS: u8 = {
        assert!(PADS >= 1 && PADS <= 112, "from 1 to 112 pads");
        let banks = (128 - PAD_NOTES as usize) / PADS;
        if banks > 16 { 16 } else { banks as u8 }
    };

    /// All up, in the first bank.
    pub const fn new() -> Self {
        Self { bank: 0, down: [None; PADS] }
    }

    /// Pads that go down from now on are of this bank; of one that has no notes, of the first.
    pub const fn set_bank(&mut self, bank: u8) {
        self.bank = if bank < Self::BANKS { bank } else { 0 };
    }

    /// The note of a pad in the present bank.
    pub fn note(&self, pad: usize) -> Option<Note> {
        let note = usize::from(PAD_NOTES) + usize::from(self.bank) * PADS + pad;
        (pad < PADS).then(|| Note::from_u8_lossy(note as u8))
    }

    /// A pad was struck, pressed or let go. Pads that are not there say nothing.
    pub fn pad(&mut self, pad: usize, strike: Strike, mut each: impl FnMut(MidiWord)) {
        let new = self.note(pad);
        let Some(down) = self.down.get_mut(pad) else { return };
        match (strike, *down) {
            (Strike::Down(velocity), None) => {
                let Some(note) = new else { return };
                *down = Some(note);
                each(MidiWord::note_on(CHANNEL, note, U7::from_u8_lossy(velocity.clamp(1, 127))));
            }
            (Strike::Pressure(pressure), Some(note)) => {
                let bytes = [0xA0 | CHANNEL.index(), u8::from(note), pressure.min(127)];
                MidiWord::new(&bytes).into_iter().for_each(each);
            }
            (Strike::Up, Some(note)) => {
                *down = None;
                each(MidiWord::note_off(CHANNEL, note, U7::from_u8_lossy(64)));
            }
            _ => {}
        }
    }

    /// A button, 0..=15, was pressed or let go.
    pub fn button(&self, button: usize, edge: Edge, mut each: impl FnMut(MidiWord)) {
        if button < usize::from(PAD_NOTES - BUTTON_NOTES) {
            let note = Note::from_u8_lossy(BUTTON_NOTES + button as u8);
            each(match edge {
                Edge::Down => MidiWord::note_on(CHANNEL, note, U7::MAX),
                Edge::Up => MidiWord::note_off(CHANNEL, note, U7::from_u8_lossy(64)),
            });
        }
    }

    /// A knob, 0..=15, stands at another position, 0..=16383.
    pub fn knob(&self, knob: usize, position: u16, mut each: impl FnMut(MidiWord)) {
        if knob < MOST {
            let first = KNOB_CONTROLS + knob as u8;
            each(control(first, (position.min(16_383) >> 7) as u8));
            each(control(first + LOWER, (position & 0x7F) as u8));
        }
    }

    /// An encoder, 0..=15, was turned by so many detents.
    pub fn encoder(&self, encoder: usize, detents: i8, mut each: impl FnMut(MidiWord)) {
        if encoder < MOST {
            for _ in 0..detents.unsigned_abs() {
                each(control(ENCODER_CONTROLS + encoder as u8, if detents > 0 { 1 } else { 127 }));
            }
        }
    }
}

impl<const PADS: usize> Default for Surface<PADS> {
    fn default() -> Self {
        Self::new()
    }
}

fn control(number: u8, value: u8) -> MidiWord {
    MidiWord::control_change(CHANNEL, ControlFunction(U7::from_u8_lossy(number)), U7::from_u8_lossy(value))
}
