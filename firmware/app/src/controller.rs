//! The low half: what the surface and the ports say goes to the audio half, what that says goes to lights and ports.

use crate::link::{LowEnd, Report};
use crate::log::log;
use crate::midi::{OutPort, Port, PortStats, QueueStats, SerialIn, SerialWire, UsbIn, UsbWire, WordQueue};
use crate::setup::{BoardSetup, SURFACE};
use embedded_io::{Read, ReadReady, Write, WriteReady};
use ripieno_panel::{Action, BankId, DeviceId, Phase};
use ripieno_rig::Input;
use ripieno_types::midi::{Assembled, Held, MidiWord, SysEx};
use ripieno_types::{Command, SampleRate, Timed};

/// Words of a device that wait for room in the ring at most.
const WAITING: usize = 32;
/// Bytes read from a port at once.
const READ: usize = 64;
/// The USB cable that is played and listened to.
const CABLE: u8 = 0;

/// Answers SysEx that is meant for this board: its identity, and all that has to do with its configuration.
pub trait Configure {
    /// Takes a body, without F0 and F7, at a time in microseconds; gives answers to `reply`, each as a body, which says whether there is room for it.
    /// False if the body is not meant for this: then the mapper sees it. Control: it may write to flash.
    fn receive(&mut self, now: u64, port: Port, body: &[u8], reply: &mut dyn FnMut(&[u8]) -> bool) -> bool;
}

/// A board that cannot be configured.
impl Configure for () {
    fn receive(&mut self, _: u64, _: Port, _: &[u8], _: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        false
    }
}

/// What the board has to see to itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// A light of the surface.
    Light(MidiWord),
    /// Pads and knobs of the surface belong to another bank.
    Bank(BankId),
    /// Something outside the rig that a mapping asks for.
    Do {
        /// What.
        action: Action,
        /// Which phase of it.
        phase: Phase,
    },
}

/// What the low half gave up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ControllerStats {
    /// On the way from surface, serial port and USB to the audio half.
    pub inputs: [QueueStats; 3],
    /// SysEx for the mapper that found no room, or was longer than [`SysEx::BYTES`].
    pub sysex: u32,
    /// On the way out by the serial port.
    pub serial: PortStats,
    /// On the way out by USB.
    pub usb: PortStats,
}

/// Never waits: not for a port, not for the audio half, not for a host that does not read.
///
/// Times are those of one clock in microseconds, which the audio half reads too. Control: all of it runs below the audio half.
#[derive(Debug)]
pub struct Controller<'a, 's, S = BoardSetup> {
    end: LowEnd<'a, 's, S>,
    rate: SampleRate,
    /// Words that wait for room, by device.
    waiting: [WordQueue<WAITING>; 3],
    /// What each device holds, as far as it was said.
    held: [Held; 3],
    last: u64,
    serial_in: SerialIn,
    usb_in: UsbIn,
    /// The way out by the serial port, for drivers that are no [`Write`].
    pub serial: OutPort<SerialWire>,
    /// The way out by USB, for drivers that are no [`Write`].
    pub usb: OutPort<UsbWire>,
    /// The set-up that was sent has not come back.
    is_lent: bool,
    bank: BankId,
    sysex_lost: u32,
}

impl<'a, 's, S> Controller<'a, 's, S> {
    /// The low half of a link whose audio half runs at `rate`.
    pub fn new(end: LowEnd<'a, 's, S>, rate: SampleRate) -> Self {
        Self {
            end,
            rate,
            waiting: [const { WordQueue::new() }; 3],
            held: [const { Held::new() }; 3],
            last: 0,
            serial_in: SerialIn::new(),
            usb_in: UsbIn::new(CABLE),
            serial: OutPort::new(SerialWire::new()),
            usb: OutPort::new(UsbWire::new(CABLE)),
            is_lent: false,
            bank: BankId(0),
            sysex_lost: 0,
        }
    }

    /// Takes a word of a device: what the [`Surface`](crate::scan::Surface) says is of [`SURFACE`].
    pub fn input(&mut self, now: u64, device: DeviceId, word: MidiWord) {
        let place = usize::from(device.0);
        if let (Some(waiting), Some(held)) = (self.waiting.get_mut(place), self.held.get_mut(place)) {
            held.follow(word);
            if let [status @ 0xB0..=0xBF, 120 | 123..=127, _] = *word.as_bytes() {
                // Who knows whether a mapping lets it through: keys end one by one as well.
                waiting.end_channel(status & 0x0F);
            }
            waiting.push(word);
        }
        self.flush(now);
    }

    /// Takes a command past the mapper, such as an effect's setting or a panic; false if there is no room for it now.
    pub fn direct(&mut self, now: u64, command: Command) -> bool {
        self.send(now, Input::Direct(command))
    }

    /// Reads what has come by the serial port, without waiting.
    ///
    /// # Errors
    /// The port's own. What it gave until then was taken.
    pub fn read_serial<P: Read + ReadReady>(
        &mut self,
        now: u64,
        port: &mut P,
        config: &mut impl Configure,
    ) -> Result<(), P::Error> {
        let mut bytes = [0; READ];
        while port.read_ready()? {
            match port.read(&mut bytes)? {
                0 => break,
                count => self.serial_bytes(now, bytes.get(..count).unwrap_or(&bytes), config),
            }
        }
        Ok(())
    }

    /// Reads what has come by USB, packet by packet, without waiting.
    ///
    /// # Errors
    /// The port's own. What it gave until then was taken.
    pub fn read_usb<P: Read + ReadReady>(
        &mut self,
        now: u64,
        port: &mut P,
        config: &mut impl Configure,
    ) -> Result<(), P::Error> {
        let mut bytes = [0; READ];
        while port.read_ready()? {
            match port.read(&mut bytes)? {
                0 => break,
                count => self.usb_bytes(now, bytes.get(..count).unwrap_or(&bytes), config),
            }
        }
        Ok(())
    }

    /// Takes bytes of the serial line.
    pub fn serial_bytes(&mut self, now: u64, bytes: &[u8], config: &mut impl Configure) {
        for &byte in bytes {
            let mut word = None;
            match self.serial_in.feed(byte) {
                Some(Assembled::Word(found)) => word = Some(found),
                Some(Assembled::SysEx(body)) => {
                    if !config.receive(now, Port::Serial, body, &mut |reply| self.serial.sysex(reply)) {
                        let body = SysEx::new(body);
                        self.pass_sysex(now, Port::Serial, body);
                    }
                }
                None => {}
            }
            if let Some(word) = word {
                self.input(now, Port::Serial.device(), word);
            }
        }
    }

    /// Takes bytes of USB-MIDI packets.
    pub fn usb_bytes(&mut self, now: u64, bytes: &[u8], config: &mut impl Configure) {
        for &byte in bytes {
            // A packet has three bytes for messages: real-time ones complete one each.
            let (mut words, mut other) = ([None; 3], None);
            let mut free = words.iter_mut();
            let usb = &mut self.usb;
            self.usb_in.feed(byte, |found| match found {
                Assembled::Word(word) => _ = free.next().map(|place| *place = Some(word)),
                Assembled::SysEx(body) => {
                    if !config.receive(now, Port::Usb, body, &mut |reply| usb.sysex(reply)) {
                        other = Some(SysEx::new(body));
                    }
                }
            });
            if let Some(body) = other {
                self.pass_sysex(now, Port::Usb, body);
            }
            for word in words.into_iter().flatten() {
                self.input(now, Port::Usb.device(), word);
            }
        }
    }

    /// Takes what the audio half has said; `each` is told what concerns the board. Call it once a scan.
    pub fn poll(&mut self, now: u64, mut each: impl FnMut(Event)) {
        self.flush(now);
        while let Some(report) = self.end.reports.pop() {
            match report {
                Report::Word { port: Port::Serial, word } => _ = self.serial.word(word),
                Report::Word { port: Port::Usb, word } => _ = self.usb.word(word),
                Report::Light { device, word } if device == Port::Serial.device() => _ = self.serial.word(word),
                Report::Light { device, word } if device == Port::Usb.device() => _ = self.usb.word(word),
                Report::Light { word, .. } => each(Event::Light(word)),
                Report::Bank(bank) => {
                    log!("bank {}", bank.0);
                    self.bank = bank;
                    each(Event::Bank(bank));
                }
                Report::Do { action, phase } => each(Event::Do { action, phase }),
            }
        }
    }

    /// Writes what the serial port takes now.
    ///
    /// # Errors
    /// The port's own; nothing is lost.
    pub fn write_serial<P: Write + WriteReady>(&mut self, port: &mut P) -> Result<(), P::Error> {
        self.serial.write(port)
    }

    /// Writes what USB takes now.
    ///
    /// # Errors
    /// The port's own; nothing is lost.
    pub fn write_usb<P: Write + WriteReady>(&mut self, port: &mut P) -> Result<(), P::Error> {
        self.usb.write(port)
    }

    /// A port was unplugged: what came by it is let go, what waits for it is forgotten.
    pub fn unplug(&mut self, now: u64, port: Port) {
        log!("port {} unplugged", port as u8);
        match port {
            Port::Serial => {
                self.serial_in.reset();
                self.serial.clear();
            }
            Port::Usb => {
                self.usb_in.reset();
                self.usb.clear();
            }
        }
        let device = port.device();
        if let Some(held) = self.held.get_mut(usize::from(device.0)) {
            let held = core::mem::take(held);
            held.release(|word| self.input(now, device, word));
        }
    }

    /// Gives the audio half another set-up, which it takes with its next block; the one before comes back by
    /// [`returned`](Self::returned).
    ///
    /// # Errors
    /// The set-up, while the one before is on its way: try again later.
    pub fn replace(&mut self, setup: &'s mut S) -> Result<(), &'s mut S> {
        if self.is_lent {
            return Err(setup);
        }
        self.end.setups.push(setup).map_err(|full| full.0)?;
        log!("set-up on its way");
        self.is_lent = true;
        Ok(())
    }

    /// The set-up before the present one, to be written over.
    pub fn returned(&mut self) -> Option<&'s mut S> {
        let setup = self.end.used.pop()?;
        self.is_lent = false;
        Some(setup)
    }

    /// The bank that pads and knobs of the surface belong to.
    pub const fn bank(&self) -> BankId {
        self.bank
    }

    /// What was given up so far.
    pub fn stats(&self) -> ControllerStats {
        let [surface, serial, usb] = &self.waiting;
        ControllerStats {
            inputs: [surface.stats(), serial.stats(), usb.stats()],
            sysex: self.sysex_lost,
            serial: self.serial.stats(),
            usb: self.usb.stats(),
        }
    }

    /// A SysEx body that is the mapper's.
    fn pass_sysex(&mut self, now: u64, port: Port, body: Option<SysEx>) {
        let is_sent = body.is_some_and(|body| self.send(now, Input::SysEx { device: port.device(), body }));
        self.sysex_lost = self.sysex_lost.saturating_add(u32::from(!is_sent));
    }

    /// Moves words that wait into the ring, each device's in turn.
    fn flush(&mut self, now: u64) {
        while self.end.inputs.free() > 0 && self.waiting.iter().any(|waiting| !waiting.is_empty()) {
            for device in [SURFACE, Port::Serial.device(), Port::Usb.device()] {
                if self.end.inputs.free() > 0
                    && let Some(word) = self.waiting.get_mut(usize::from(device.0)).and_then(WordQueue::pop)
                {
                    self.send(now, Input::Midi { device, word });
                }
            }
        }
    }

    fn send(&mut self, now: u64, value: Input) -> bool {
        // In order, whatever the clock does: a ring is read from its front.
        self.last = self.end.clock.due(now, self.rate).max(self.last);
        self.end.inputs.push(Timed { at: self.last, value }).is_ok()
    }
}
