//! Hours of everything at once, in a time of the test's own.

mod support;

use ripieno_firmware::midi::Port;
use ripieno_firmware::scan::{Edge, Strike, Surface};
use ripieno_firmware::setup::SURFACE;
use ripieno_firmware::{Event, defaults};
use ripieno_synth::Builtin;
use ripieno_types::midi::{Assembled, Assembler};
use support::{Board, Heard, Mirror, Silence, Wire, messages, packed, unpacked};

/// Knuth's generator, its upper half.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) % below
    }

    fn bits(&mut self) -> u8 {
        self.roll(128) as u8
    }
}

const HOUR: u64 = 3_600_000_000;

#[test]
fn a_host_that_does_not_read_for_a_day_stalls_nothing_and_finds_everything_in_order() {
    let (mut board, mut surface, mut dice) = (Board::with(Silence, false), Surface::<8>::new(), Dice(1));
    let (mut serial, mut usb) = (Heard::default(), Heard::default());
    let (mut host, mut down) = (Wire::default(), [false; 8]);
    let mut obeyed = 0;
    while board.now < 24 * HOUR {
        // Eight blocks of the many that this half second has: time passes for the board, not for the synth.
        for _ in 0..8 {
            let pad = dice.roll(8) as usize;
            let (controller, now) = (&mut board.controller, board.now);
            let mut send = |word| controller.input(now, SURFACE, word);
            match dice.roll(6) {
                0..3 => {
                    down[pad] = !down[pad];
                    let velocity = 1 + dice.roll(127) as u8;
                    surface.pad(pad, if down[pad] { Strike::Down(velocity) } else { Strike::Up }, &mut send);
                }
                3 => surface.knob(dice.roll(4) as usize, dice.roll(16_384) as u16, &mut send),
                4 => surface.encoder(0, if dice.roll(2) == 0 { 1 } else { -1 }, &mut send),
                // A controller or a wheel that nobody maps.
                _ => board.surface(&match dice.roll(8) {
                    0 => [0xE0 | dice.roll(15) as u8, dice.bits(), dice.bits()],
                    _ => {
                        [0xB0 | dice.roll(15) as u8, [1, 7, 10, 11, 64, 74, 91, 93][dice.roll(8) as usize], dice.bits()]
                    }
                }),
            }
            board.block();
            surface.set_bank(board.controller.bank().0);
            board.now += 62_500 - support::BLOCK;
        }
        board.events.clear();
        board.controller.write_usb(&mut host).unwrap();
        let mut line = Wire::open();
        board.controller.write_serial(&mut line).unwrap();
        messages(&line.bytes).iter().for_each(|message| serial.follow(message));
        // Scan and sound go on.
        if board.now.is_multiple_of(HOUR) {
            let commands = board.player.rig().stats().commands;
            assert!(commands > obeyed + 5_000, "{commands}, an hour ago {obeyed}");
            obeyed = commands;
        }
    }
    assert!(host.bytes.is_empty());
    assert!(obeyed > 500_000, "{obeyed}");
    let stats = board.controller.stats();
    assert!(stats.usb.words.notes > 50_000 && stats.usb.words.overtaken > 50_000, "{stats:?}");
    assert_eq!((stats.serial.words.notes, stats.inputs[0].notes, board.player.stats().words), (0, 0, 0));

    // Pads that are still down are let go; then the host reads, a packet now and then.
    for pad in 0..8 {
        let (controller, now) = (&mut board.controller, board.now);
        surface.pad(pad, Strike::Up, |word| controller.input(now, SURFACE, word));
    }
    board.blocks(4);
    while !board.controller.usb.is_empty() {
        host.room = 64;
        board.controller.write_usb(&mut host).unwrap();
    }
    let mut line = Wire::open();
    board.controller.write_serial(&mut line).unwrap();
    messages(&line.bytes).iter().for_each(|message| serial.follow(message));
    messages(&unpacked(&host.bytes)).iter().for_each(|message| usb.follow(message));
    assert_eq!((serial.keys.len(), usb.keys.len()), (0, 0));
    assert_eq!(serial, usb);
    assert!(usb.controls.len() > 100);
    // And it plays on.
    board.surface(&[0x9F, 16, 99]);
    board.blocks(2);
    assert_eq!(board.sent()[1].len(), 1);
}

/// A receiver that may be unplugged in the middle of anything.
struct Receiver {
    parser: Assembler<128>,
    heard: Heard,
    notes: u64,
}

impl Receiver {
    fn new() -> Self {
        Self { parser: Assembler::new(), heard: Heard::default(), notes: 0 }
    }

    fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(Assembled::Word(word)) = self.parser.feed(*byte) {
                self.notes += u64::from(matches!(word.as_bytes(), [0x90..=0x9F, _, 1..=127]));
                self.heard.follow(word.as_bytes());
            }
        }
        assert_eq!(self.parser.stats(), Default::default());
    }
}

/// A message that another device might send, or something that none would.
fn message(dice: &mut Dice) -> Vec<u8> {
    let channel = dice.roll(16) as u8;
    match dice.roll(12) {
        0..4 => vec![0x90 | channel, 40 + dice.roll(30) as u8, dice.bits()],
        4..6 => vec![0x80 | channel, 40 + dice.roll(30) as u8, dice.bits()],
        6 | 7 => vec![0xB0 | channel, dice.bits(), dice.bits()],
        8 => vec![0xE0 | channel, dice.bits(), dice.bits()],
        9 => vec![0xC0 | channel, dice.bits()],
        10 => vec![0xF8 + [0, 2, 3, 4, 6][dice.roll(5) as usize]],
        _ => {
            let body: Vec<_> = (0..dice.roll(80)).map(|_| dice.bits()).collect();
            let head = if dice.roll(2) == 0 { 0x7D } else { 0x43 };
            [&[0xF0, head], &body[..], &[0xF7]].concat()
        }
    }
}

#[test]
fn everything_at_once_leaves_no_note_behind_and_no_byte_broken() {
    for seed in 0..3 {
        let mut dice = Dice(seed);
        let (mut board, mut surface, mut config) =
            (Board::with(Builtin::default(), false), Surface::<8>::new(), Mirror::default());
        let mut receivers = [Receiver::new(), Receiver::new()];
        let mut spare = Some(&mut *Box::leak(Box::new(defaults::setup().unwrap())));
        let mut usb_left = vec![];
        for _ in 0..10_000 {
            let (controller, now) = (&mut board.controller, board.now);
            let mut send = |word| controller.input(now, SURFACE, word);
            match dice.roll(16) {
                0..4 => surface.pad(dice.roll(8) as usize, Strike::Down(1 + dice.roll(127) as u8), &mut send),
                4..7 => surface.pad(dice.roll(8) as usize, Strike::Up, &mut send),
                7 => surface.knob(dice.roll(4) as usize, dice.roll(16_384) as u16, &mut send),
                8 => surface.encoder(0, dice.roll(5) as i8 - 2, &mut send),
                9 if dice.roll(50) == 0 => surface.button(0, Edge::Down, &mut send),
                10 => {
                    // Many at once, or chaos.
                    let mut bytes: Vec<u8> = (0..dice.roll(20)).flat_map(|_| message(&mut dice)).collect();
                    if dice.roll(4) == 0 {
                        bytes.iter_mut().for_each(|byte| *byte ^= dice.roll(2) as u8 * dice.roll(256) as u8);
                    }
                    let mut line =
                        Wire { to_read: bytes.into(), read_at_once: 1 + dice.roll(40) as usize, ..Wire::default() };
                    board.controller.read_serial(now, &mut line, &mut config).unwrap();
                }
                11 => {
                    let mut bytes: Vec<u8> = (0..dice.roll(60)).flat_map(|_| packed(&message(&mut dice))).collect();
                    if dice.roll(4) == 0 {
                        bytes.iter_mut().for_each(|byte| *byte ^= dice.roll(2) as u8 * dice.roll(256) as u8);
                    }
                    let mut line = Wire { to_read: bytes.into(), ..Wire::default() };
                    board.controller.read_usb(now, &mut line, &mut config).unwrap();
                }
                12 if dice.roll(100) == 0 => {
                    let port = Port::ALL[dice.roll(2) as usize];
                    board.controller.unplug(now, port);
                    receivers[port as usize] = Receiver { notes: receivers[port as usize].notes, ..Receiver::new() };
                    if port == Port::Usb {
                        usb_left.clear();
                    }
                }
                13 => {
                    spare = spare.take().and_then(|setup| board.controller.replace(setup).err());
                    spare = spare.or(board.controller.returned());
                }
                _ => _ = board.blocks(dice.roll(4) as usize),
            }
            board.events.drain(..).for_each(|event| {
                if let Event::Bank(bank) = event {
                    surface.set_bank(bank.0)
                }
            });
            let mut line = Wire { room: dice.roll(40) as usize, fails: dice.roll(30) == 0, ..Wire::default() };
            _ = board.controller.write_serial(&mut line);
            receivers[0].hear(&line.bytes);
            // Silent for long, then in haste.
            let room = if dice.roll(200) == 0 { 4_000 } else { dice.roll(6) as usize };
            let mut line = Wire { room, fails: dice.roll(30) == 0, ..Wire::default() };
            _ = board.controller.write_usb(&mut line);
            usb_left.extend(line.bytes);
            let whole = usb_left.len() / 4 * 4;
            receivers[1].hear(&unpacked(&usb_left.drain(..whole).collect::<Vec<_>>()));
        }
        // All is let go: pads by their players, the rest by their devices.
        for pad in 0..8 {
            let (controller, now) = (&mut board.controller, board.now);
            surface.pad(pad, Strike::Up, |word| controller.input(now, SURFACE, word));
        }
        let mut lines = [Wire::open(), Wire::open()];
        for channel in 0..16 {
            for first in (0..128).step_by(16) {
                let bytes: Vec<u8> = (first..first + 16).flat_map(|key| [0x80 | channel, key, 64]).collect();
                board.controller.serial_bytes(board.now, &bytes, &mut config);
                board.controller.usb_bytes(board.now, &packed(&bytes), &mut config);
                board.blocks(2);
                board.controller.write_serial(&mut lines[0]).unwrap();
                board.controller.write_usb(&mut lines[1]).unwrap();
            }
        }
        usb_left.append(&mut lines[1].bytes);
        receivers[0].hear(&lines[0].bytes);
        receivers[1].hear(&unpacked(&usb_left));
        let [serial, usb] = receivers.map(|receiver| (receiver.notes, receiver.heard.keys));
        assert!(serial.0.min(usb.0) > 200 && serial.1.is_empty() && usb.1.is_empty(), "{serial:?} {usb:?}");
        // Pedals that chaos left down.
        Port::ALL.into_iter().for_each(|port| board.controller.unplug(board.now, port));
        board.blocks(2_000);
        assert!(board.player.rig().is_silent(), "{} voices", board.player.rig().active_voices());
        assert!(config.asked > 10 && config.answered > 10);
    }
}
