//! A board's low half, whole: what hands touch, what ports bring, what lights show, and which set-up plays. A board looks at
//! its pins and moves bytes; all else is here.

use crate::Setups;
use crate::controller::{Controller, Event};
use crate::defaults;
use crate::lights::Lights;
use crate::link::LowEnd;
use crate::midi::Port;
use crate::protocol::{Identity, Refusal, Session};
use crate::scan::{Debounce, Detents, Encoder, ForceConfig, Forces, Knob, KnobConfig, Surface};
use crate::setup::{BoardSetup, SURFACE};
use crate::store::Store;
use embedded_storage::nor_flash::NorFlash;
use ripieno_types::{Command, SampleRate};

/// Set-ups that are kept at most.
pub const SLOTS: usize = 16;
/// Bytes of a set-up that is sent or kept at most.
pub const PRESET_BYTES: usize = 8 * 1024;
/// A button is left alone for so long after it has closed or opened.
const DEBOUNCE_MICROS: u32 = 5_000;

/// One look at everything that hands touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look<const PADS: usize, const KNOBS: usize> {
    /// Force on each pad, 0..=65535.
    pub pads: [u16; PADS],
    /// Place of each knob, 0..=65535.
    pub knobs: [u16; KNOBS],
    /// Both contacts of the encoder, true is closed.
    pub quadrature: [bool; 2],
    /// The encoder's button.
    pub is_pressed: bool,
}

/// The low half of a board with so many pads and knobs, one encoder and a store in a flash `F`. Nothing here waits but for
/// that flash. Control: all of it runs below the audio half, in one thread.
#[derive(Debug)]
pub struct Desk<'a, 's, F: NorFlash, const PADS: usize, const KNOBS: usize> {
    /// Moves words between panel, ports and audio half.
    pub controller: Controller<'a, 's>,
    /// What the pads' lights show.
    pub lights: Lights<PADS>,
    setups: Option<Setups<'a, F, Check, SLOTS>>,
    scratch: &'a mut [u8; PRESET_BYTES],
    forces: Forces<PADS>,
    knobs: [Knob; KNOBS],
    encoder: Encoder,
    button: Debounce,
    surface: Surface<PADS>,
    /// A set-up's memory that the audio half does not have.
    spare: Option<&'s mut BoardSetup>,
    /// Not all instruments were chosen yet.
    is_fresh: bool,
}

impl<'a, 's, F: NorFlash, const PADS: usize, const KNOBS: usize> Desk<'a, 's, F, PADS, KNOBS> {
    /// The desk of a board. `session` and `scratch` hold a set-up that is sent, and one that is read; `spare` is what the next
    /// set-up is made in. Without a store, as when its flash does not answer, the default plays.
    pub fn new(
        end: LowEnd<'a, 's>,
        rate: SampleRate,
        identity: Identity,
        store: Option<Store<F, SLOTS>>,
        [session, scratch]: [&'a mut [u8; PRESET_BYTES]; 2],
        spare: &'s mut BoardSetup,
    ) -> Self {
        let check: Check = |bytes| BoardSetup::decode(bytes).map(drop).map_err(Refusal::new);
        Self {
            controller: Controller::new(end, rate),
            lights: Lights::new(),
            setups: store.map(|store| Setups::new(Session::new(identity, session), store, check)),
            scratch,
            forces: Forces::new(ForceConfig::default()),
            knobs: [Knob::new(KnobConfig::default()); KNOBS],
            encoder: Encoder::new(Detents::default()),
            button: Debounce::new(DEBOUNCE_MICROS),
            surface: Surface::new(),
            spare: Some(spare),
            is_fresh: true,
        }
    }

    /// Takes a look at the panel, what the audio half has said, and a set-up that is to play; `now` in microseconds. Call it
    /// every 0.5 to 1 ms.
    pub fn scan(&mut self, now: u64, look: &Look<PADS, KNOBS>) {
        let Self { controller, surface, forces, knobs, encoder, button, lights, .. } = self;
        forces.sample(now, &look.pads, |pad, strike| {
            surface.pad(pad, strike, |word| controller.input(now, SURFACE, word));
        });
        for (place, (knob, sample)) in knobs.iter_mut().zip(look.knobs).enumerate() {
            if let Some(position) = knob.sample(sample) {
                surface.knob(place, position, |word| controller.input(now, SURFACE, word));
            }
        }
        let [a, b] = look.quadrature;
        surface.encoder(0, encoder.sample(a, b), |word| controller.input(now, SURFACE, word));
        if let Some(edge) = button.sample(now, look.is_pressed) {
            surface.button(0, edge, |word| controller.input(now, SURFACE, word));
        }
        controller.poll(now, |event| match event {
            Event::Light(word) => lights.word(word),
            Event::Bank(bank) => {
                surface.set_bank(bank.0);
                lights.set_bank(bank.0);
            }
            // Keys, commands and requests are a computer's.
            Event::Do { .. } => {}
        });
        if self.is_fresh {
            // All or none: the ring is empty when a board starts, and takes them.
            self.is_fresh = !defaults::programs().all(|word| controller.direct(now, Command::Midi(word)));
        }
        self.load();
    }

    /// Takes bytes that came by a port: a serial line's, or packets of USB-MIDI.
    pub fn receive(&mut self, now: u64, port: Port, bytes: &[u8]) {
        match port {
            Port::Serial => self.controller.serial_bytes(now, bytes, &mut self.setups),
            Port::Usb => self.controller.usb_bytes(now, bytes, &mut self.setups),
        }
    }

    /// Hands over the set-up that is to play, as soon as there is memory for it.
    fn load(&mut self) {
        self.spare = self.controller.returned().or(self.spare.take());
        let Some(setups) = &mut self.setups else { return };
        let Some(spare) = self.spare.take() else { return };
        if !setups.changed() {
            self.spare = Some(spare);
            return;
        }
        let length = setups.load(&mut self.scratch[..]).unwrap_or(0);
        let found = self.scratch.get(..length).and_then(|bytes| BoardSetup::decode(bytes).ok());
        if let Some(found) = found.or_else(|| defaults::setup().ok()) {
            *spare = found;
            // There is room: the one before is back, or there was none.
            self.spare = self.controller.replace(spare).err();
        }
    }
}

/// What a set-up is checked by before it is kept.
type Check = fn(&[u8]) -> Result<(), Refusal>;
