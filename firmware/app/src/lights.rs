//! What the surface's lights show: the mapper's feedback, in two halves, so that a driver never sends a frame that is half
//! old and half new.

mod colour;

pub use colour::Rgb;

use crate::scan::{CHANNEL, PAD_NOTES};
use ripieno_types::midi::{MidiMessage, MidiWord};

/// Banks whose lights are remembered.
const BANKS: usize = 16;

/// A light at each pad: of every bank the level is kept, of the present one it is shown. Control.
///
/// A level is 0..=127, as the mapping says: plain lights take it as brightness, coloured ones as [`Rgb::of_level`].
///
/// ```
/// use ripieno_firmware::lights::{Lights, Rgb};
/// use ripieno_types::midi::MidiWord;
///
/// let mut lights = Lights::<8>::new();
/// lights.word(MidiWord::new(&[0x9F, 16, 127])?);
/// assert_eq!(lights.flip().map(|shown| shown[0]), Some(127));
/// assert_eq!(lights.colours()[0], Rgb::WHITE);
/// assert_eq!(lights.flip(), None); // nothing new to send
/// # Ok::<(), ripieno_types::midi::WordError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lights<const PADS: usize> {
    bank: usize,
    /// What is, of each bank.
    levels: [[u8; PADS]; BANKS],
    /// What is being sent.
    shown: [u8; PADS],
    /// Nothing was ever sent: the lights themselves may show anything.
    is_new: bool,
}

impl<const PADS: usize> Lights<PADS> {
    /// All dark.
    pub const fn new() -> Self {
        Self { bank: 0, levels: [[0; PADS]; BANKS], shown: [0; PADS], is_new: true }
    }

    /// Takes feedback: a note of the surface's pads, on its channel. Anything else shows nowhere.
    pub fn word(&mut self, word: MidiWord) {
        let (channel, note, level) = match word.message() {
            MidiMessage::NoteOn(channel, note, level) => (channel, note, u8::from(level)),
            MidiMessage::NoteOff(channel, note, _) => (channel, note, 0),
            _ => return,
        };
        let Some(place) = u8::from(note).checked_sub(PAD_NOTES).filter(|_| channel == CHANNEL && PADS > 0) else {
            return;
        };
        let (bank, pad) = (usize::from(place) / PADS.max(1), usize::from(place) % PADS.max(1));
        if let Some(own) = self.levels.get_mut(bank).and_then(|levels| levels.get_mut(pad)) {
            *own = level;
        }
    }

    /// Shows another bank.
    pub fn set_bank(&mut self, bank: u8) {
        self.bank = usize::from(bank) % BANKS;
    }

    /// Makes what was told what is shown, and gives the levels if there is anything new to send. Until the next call they
    /// stay as they are.
    pub fn flip(&mut self) -> Option<&[u8; PADS]> {
        let levels = self.levels.get(self.bank)?;
        if !core::mem::replace(&mut self.is_new, false) && *levels == self.shown {
            return None;
        }
        self.shown = *levels;
        Some(&self.shown)
    }

    /// The colours of what is shown.
    pub fn colours(&self) -> [Rgb; PADS] {
        self.shown.map(Rgb::of_level)
    }
}

impl<const PADS: usize> Default for Lights<PADS> {
    fn default() -> Self {
        Self::new()
    }
}
