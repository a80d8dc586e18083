//! A board that is none: both halves on one thread, in a time that the test says, with ports that it plays.
#![allow(dead_code, reason = "each test binary uses its part")]

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use ripieno_firmware::setup::{BoardMapper, BoardSetup, SURFACE};
use ripieno_firmware::{Configure, Controller, Event, Link, Player};
use ripieno_fx::ChainMemory;
use ripieno_panel::SetupRead;
use ripieno_rig::RigConfig;
use ripieno_synth::{Bank, Builtin, PresetIndex, Region, SamplePool};
use ripieno_types::midi::{Assembled, Assembler, MidiWord};
use ripieno_types::{Block, Command, SampleRate};
use std::collections::{BTreeMap, VecDeque};

pub const RATE: SampleRate = SampleRate::STUDIO;
pub const FRAMES: usize = 64;
/// Microseconds of a block.
pub const BLOCK: u64 = FRAMES as u64 * 1_000_000 / 48_000;

pub struct Board<B: Bank = Builtin, S: SetupRead + 'static = BoardSetup> {
    pub player: Player<'static, 'static, B, Box<[f32]>, 8, S>,
    pub controller: Controller<'static, 'static, S>,
    pub events: Vec<Event>,
    pub left: [f32; FRAMES],
    pub now: u64,
}

/// A bank without instruments, for tests that run for days.
#[derive(Debug)]
pub struct Silence;

impl Bank for Silence {
    type Player<const VOICES: usize> = ripieno_synth::sampler::NoSampler;

    fn find(&self, _: u16, _: u8) -> Option<PresetIndex> {
        None
    }

    fn regions(&self, _: PresetIndex, _: u8, _: u8, _: impl FnMut(&Region)) {}

    fn pool(&self) -> SamplePool<'_> {
        SamplePool::default()
    }
}

impl Board {
    /// With the default set-up. The memory of a test's board is never given back, as on a board.
    pub fn new() -> Self {
        Self::with(Builtin::default(), true)
    }
}

impl<B: Bank> Board<B> {
    pub fn with(bank: B, effects: bool) -> Self {
        Self::with_setup(bank, effects, ripieno_firmware::defaults::setup().unwrap())
    }
}

impl<B: Bank, S: SetupRead> Board<B, S> {
    pub fn with_setup(bank: B, effects: bool, setup: S) -> Self {
        let link = Box::leak(Box::new(Link::new()));
        let (audio, low) = link.split();
        let memory = ChainMemory::with(RATE, |frames| vec![0.0; frames].into_boxed_slice());
        let mapper = Box::leak(Box::new(BoardMapper::with_memory(setup)));
        let mut config = RigConfig::new(RATE);
        config.effects = effects;
        let player = Player::new(bank, memory, config, mapper, audio);
        let controller = Controller::new(low, RATE);
        let mut board = Self { player, controller, events: vec![], left: [0.0; FRAMES], now: 0 };
        for word in ripieno_firmware::defaults::programs() {
            assert!(board.controller.direct(0, Command::Midi(word)));
        }
        board
    }

    /// Renders a block; returns its highest sample.
    pub fn block(&mut self) -> f32 {
        let mut right = [0.0; FRAMES];
        self.player.render(self.now, Block::new(&mut self.left, &mut right));
        self.now += BLOCK;
        let events = &mut self.events;
        self.controller.poll(self.now, |event| events.push(event));
        self.left.iter().chain(&right).fold(0.0, |most, sample| sample.abs().max(most))
    }

    pub fn blocks(&mut self, count: usize) -> f32 {
        (0..count).map(|_| self.block()).fold(0.0, f32::max)
    }

    /// A word of the surface.
    pub fn surface(&mut self, bytes: &[u8]) {
        self.controller.input(self.now, SURFACE, MidiWord::new(bytes).unwrap());
    }

    /// Everything that waits for the ports: serial, USB.
    pub fn sent(&mut self) -> [Vec<Vec<u8>>; 2] {
        let (mut serial, mut usb) = (Wire::open(), Wire::open());
        self.controller.write_serial(&mut serial).unwrap();
        self.controller.write_usb(&mut usb).unwrap();
        [messages(&serial.bytes), messages(&unpacked(&usb.bytes))]
    }
}

/// A port that gives what it is given, and takes as much as it is told.
#[derive(Default)]
pub struct Wire {
    pub bytes: Vec<u8>,
    pub room: usize,
    pub fails: bool,
    pub to_read: VecDeque<u8>,
    /// Bytes given by one read at most; 0 is all.
    pub read_at_once: usize,
}

impl Wire {
    pub fn open() -> Self {
        Self { room: usize::MAX, ..Self::default() }
    }
}

impl ErrorType for Wire {
    type Error = ErrorKind;
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        assert!(self.room > 0, "would block");
        if self.fails {
            return Err(ErrorKind::Other);
        }
        let count = bytes.len().min(self.room);
        self.room -= count;
        self.bytes.extend(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        panic!("a flush waits");
    }
}

impl WriteReady for Wire {
    fn write_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(self.room > 0)
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ErrorKind> {
        assert!(!self.to_read.is_empty(), "would block");
        let most = if self.read_at_once > 0 { self.read_at_once } else { usize::MAX };
        let count = bytes.len().min(self.to_read.len()).min(most);
        for (place, byte) in bytes.iter_mut().zip(self.to_read.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }
}

impl ReadReady for Wire {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(!self.to_read.is_empty())
    }
}

/// The bytes in packets of cable 0, as a host that trusts code index numbers reads them.
pub fn unpacked(packets: &[u8]) -> Vec<u8> {
    assert_eq!(packets.len() % 4, 0);
    let mut bytes = vec![];
    for packet in packets.chunks(4) {
        let count = match packet[0] {
            0x5 | 0xF => 1,
            0x2 | 0x6 | 0xC | 0xD => 2,
            0x3 | 0x4 | 0x7 | 0x8..=0xB | 0xE => 3,
            head => panic!("head {head:#x}"),
        };
        assert!(packet[1 + count..].iter().all(|byte| *byte == 0));
        if (0x8..=0xE).contains(&packet[0]) {
            assert_eq!(packet[0], packet[1] >> 4);
        }
        bytes.extend(&packet[1..=count]);
    }
    bytes
}

/// The packets of a stream of bytes, as a host makes them.
pub fn packed(messages: &[u8]) -> Vec<u8> {
    let mut packets = vec![];
    let mut rest = messages;
    while let Some(&status) = rest.first() {
        let count = match status {
            0xF0 => rest.iter().position(|byte| *byte == 0xF7).unwrap() + 1,
            0xC0..=0xDF => 2,
            0xF1.. => 1,
            _ => 3,
        };
        let (message, after) = rest.split_at(count);
        rest = after;
        let mut chunks = message.chunks(3).peekable();
        while let Some(chunk) = chunks.next() {
            let code = match (status, chunks.peek(), chunk.len()) {
                (0xF0, Some(_), _) => 4,
                (0xF0, None, count) => 4 + count as u8,
                (0xF1.., ..) => 0xF,
                _ => status >> 4,
            };
            let mut packet = [code, 0, 0, 0];
            packet[1..=chunk.len()].copy_from_slice(chunk);
            packets.extend(packet);
        }
    }
    packets
}

/// Whole messages; nothing may be lost or left over.
pub fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut assembler, mut found, mut length) = (Assembler::<1_024>::new(), vec![], 0);
    for &byte in bytes {
        match assembler.feed(byte) {
            Some(Assembled::Word(word)) => found.push(word.as_bytes().to_vec()),
            Some(Assembled::SysEx(body)) => found.push([&[0xF0], body, &[0xF7]].concat()),
            None => continue,
        }
        length += found.last().unwrap().len();
    }
    assert_eq!(assembler.stats(), Default::default(), "bytes were lost in {bytes:02x?}");
    assert_eq!(length, bytes.len(), "something hangs over in {bytes:02x?}");
    found
}

/// What a receiver ends up with.
#[derive(Debug, Default, PartialEq)]
pub struct Heard {
    pub keys: BTreeMap<(u8, u8), u32>,
    pub controls: BTreeMap<(u8, u8), u8>,
    pub wheels: BTreeMap<u8, (u8, u8)>,
}

impl Heard {
    pub fn follow(&mut self, message: &[u8]) {
        match *message {
            [status @ 0x90..=0x9F, key, 1..=127] => *self.keys.entry((status & 15, key)).or_default() += 1,
            [status @ 0x80..=0x9F, key, _] => _ = self.keys.remove(&(status & 15, key)),
            [status @ 0xB0..=0xBF, 120 | 123..=127, _] => self.keys.retain(|key, _| key.0 != status & 15),
            [status @ 0xB0..=0xBF, number, value] => _ = self.controls.insert((status & 15, number), value),
            [status @ 0xE0..=0xEF, lower, upper] => _ = self.wheels.insert(status & 15, (lower, upper)),
            _ => {}
        }
    }
}

/// A configuration that answers each body of a manufacturer 7D with the same, reversed.
#[derive(Default)]
pub struct Mirror {
    pub asked: u32,
    pub answered: u32,
}

impl Configure for Mirror {
    fn receive(
        &mut self,
        _: u64,
        _: ripieno_firmware::midi::Port,
        body: &[u8],
        reply: &mut dyn FnMut(&[u8]) -> bool,
    ) -> bool {
        let Some((0x7D, rest)) = body.split_first() else { return false };
        let answer: Vec<_> = [0x7D].into_iter().chain(rest.iter().rev().copied()).collect();
        self.asked += 1;
        self.answered += u32::from(reply(&answer));
        true
    }
}
