//! A fresh board from its controls to its ports.

mod support;

use ripieno_firmware::midi::Port;
use ripieno_firmware::scan::{Edge, Strike, Surface};
use ripieno_firmware::setup::{BoardSetup, SURFACE};
use ripieno_firmware::{Event, Player, defaults};
use ripieno_fx::id;
use ripieno_panel::BankId;
use support::{Board, Mirror, Wire, messages, packed, unpacked};

const PROGRAMS: [[u8; 2]; 3] = [[0xC0, 0], [0xC1, 4], [0xC2, 16]];

#[test]
fn a_pad_sounds_at_once_and_is_sent_by_both_ports() {
    let mut board = Board::new();
    // All lights are sent once, not more of them at once than a wire carries.
    assert_eq!(board.blocks(40), 0.0);
    assert_eq!(board.sent(), [PROGRAMS, PROGRAMS]);
    let mut surface = Surface::<8>::new();
    let (controller, now) = (&mut board.controller, board.now);
    surface.pad(2, Strike::Down(100), |word| controller.input(now, SURFACE, word));
    assert!(board.blocks(4) > 0.001);
    assert_eq!(board.sent(), [[[0x90, 64, 100]], [[0x90, 64, 100]]]);
    let lit: Vec<_> = board
        .events
        .iter()
        .filter(|event| matches!(event, Event::Light(word) if word.as_bytes() == [0x9F, 18, 64]))
        .collect();
    assert!(!lit.is_empty(), "{:?}", board.events);

    let (controller, now) = (&mut board.controller, board.now);
    surface.pad(2, Strike::Up, |word| controller.input(now, SURFACE, word));
    board.blocks(2);
    let [serial, usb] = board.sent();
    assert_eq!((&serial, serial.len()), (&usb, 1));
    assert_eq!(serial[0][..2], [0x80, 64]);
    board.blocks(800);
    assert!(board.blocks(1) < 1e-4);
}

#[test]
fn the_encoder_changes_the_instrument_and_knobs_follow() {
    let mut board = Board::new();
    board.blocks(4);
    board.sent();
    let mut surface = Surface::<8>::new();
    for bank in [1, 2, 0, 1] {
        let (controller, now) = (&mut board.controller, board.now);
        surface.encoder(0, 1, |word| controller.input(now, SURFACE, word));
        board.blocks(2);
        assert_eq!(board.controller.bank(), BankId(bank));
        assert!(board.events.contains(&Event::Bank(BankId(bank))));
    }
    surface.set_bank(board.controller.bank().0);
    let (controller, now) = (&mut board.controller, board.now);
    surface.knob(0, 16_383, |word| controller.input(now, SURFACE, word));
    surface.knob(2, 8_192, |word| controller.input(now, SURFACE, word));
    surface.pad(7, Strike::Down(1), |word| controller.input(now, SURFACE, word));
    board.blocks(2);
    let chain = board.player.rig().chain();
    let values = [id::CHORUS_MIX, id::REVERB_MIX, id::FILTER_CUTOFF].map(|id| chain.value(id));
    assert_eq!(values[..2], [Some(1.0), Some(0.5)]);
    assert_ne!(values[2], Some(0.5));
    // Knobs, halves of their pairs and encoders are nobody's business outside.
    assert_eq!(board.sent(), [[[0x91, 72, 1]], [[0x91, 72, 1]]]);
    // The button.
    let (controller, now) = (&mut board.controller, board.now);
    surface.button(0, Edge::Down, |word| controller.input(now, SURFACE, word));
    board.blocks(2);
    assert_eq!(board.sent(), [[[0x81, 72, 64]], [[0x81, 72, 64]]]);
    assert_eq!(board.player.rig().stats().unknown, 0);
}

#[test]
fn volume_glides_to_nothing_and_back() {
    let mut board = Board::new();
    let surface = Surface::<8>::new();
    board.surface(&[0x9F, 16, 127]);
    let loud = board.blocks(20);
    for (position, expected) in [(0, 0.0..=0.0), (16_383, 0.02..=1.0)] {
        let (controller, now) = (&mut board.controller, board.now);
        surface.knob(3, position, |word| controller.input(now, SURFACE, word));
        board.blocks(20);
        let level = board.blocks(20);
        assert!(expected.contains(&level), "{level} at {position}, {loud} before");
    }
}

#[test]
fn what_comes_in_by_a_port_sounds_and_leaves_by_the_other() {
    let mut board = Board::new();
    board.blocks(2);
    board.sent();
    let mut wire = Wire { to_read: [0x90, 60, 0xF8, 100, 64, 100].into(), ..Wire::default() };
    board.controller.read_serial(board.now, &mut wire, &mut ()).unwrap();
    assert!(board.blocks(3) > 0.0);
    assert_eq!(board.sent(), [vec![], vec![vec![0x90, 60, 100], vec![0x90, 64, 100]]]);
    // Cut in the middle of a packet.
    let mut wire = Wire { to_read: packed(&[0x91, 60, 100, 0xB1, 7, 90]).into(), read_at_once: 3, ..Wire::default() };
    board.controller.read_usb(board.now, &mut wire, &mut ()).unwrap();
    board.blocks(3);
    assert_eq!(board.sent(), [vec![vec![0x91, 60, 100], vec![0xB1, 7, 90]], vec![]]);
    // The cable is pulled: what it held ends, here and there.
    board.controller.unplug(board.now, Port::Serial);
    board.blocks(3);
    let [serial, usb] = board.sent();
    assert_eq!(serial, [[0u8; 0]; 0]);
    assert_eq!(usb, [[0x80, 60, 64], [0x80, 64, 64]]);
    assert!(!board.player.rig().is_silent());
}

#[test]
fn sysex_of_ours_is_answered_on_its_own_port() {
    let (mut board, mut config) = (Board::new(), Mirror::default());
    board.blocks(2);
    board.sent();
    let question = [0xF0, 0x7D, 1, 2, 3, 4, 0xF7];
    let mut wire = Wire { to_read: packed(&question).into(), ..Wire::open() };
    board.controller.read_usb(board.now, &mut wire, &mut config).unwrap();
    assert_eq!(board.sent(), [vec![], vec![vec![0xF0, 0x7D, 4, 3, 2, 1, 0xF7]]]);
    board.controller.serial_bytes(board.now, &question, &mut config);
    assert_eq!(board.sent(), [vec![vec![0xF0, 0x7D, 4, 3, 2, 1, 0xF7]], vec![]]);
    assert_eq!((config.asked, config.answered), (2, 2));
    // What is too long is dropped as a whole.
    let long = [&[0xF0, 0x7D], &[1; 100][..], &[0xF7, 0x90, 1, 1]].concat();
    board.controller.serial_bytes(board.now, &long, &mut config);
    board.blocks(2);
    assert_eq!((config.asked, board.sent()), (2, [vec![], vec![vec![0x90, 1, 1]]]));
    let mut wire = Wire::open();
    board.controller.usb.sysex(&[0x7E, 0, 6, 1]);
    board.controller.write_usb(&mut wire).unwrap();
    assert_eq!(wire.bytes, [4, 0xF0, 0x7E, 0, 7, 6, 1, 0xF7]);
    assert_eq!(messages(&unpacked(&wire.bytes)).len(), 1);
}

#[test]
fn another_set_up_is_played_and_the_old_one_comes_back() {
    let mut board = Board::new();
    board.blocks(2);
    board.sent();
    let new = Box::leak(Box::new(BoardSetup::new()));
    assert!(board.controller.replace(new).is_ok());
    let refused = board.controller.replace(Box::leak(Box::new(BoardSetup::new())));
    assert!(refused.is_err());
    assert!(board.controller.returned().is_none());
    board.block();
    assert_eq!(board.controller.returned().map(|old| &*old), Some(&defaults::setup().unwrap()));
    board.surface(&[0x9F, 16, 100]);
    board.blocks(2);
    // Nothing is mapped and no panel plays keys.
    assert_eq!(board.sent(), [[[0u8; 0]; 0], [[0u8; 0]; 0]]);
    assert!(board.controller.replace(refused.unwrap_err()).is_ok());
}

#[test]
fn an_input_is_heard_one_block_later_to_the_frame() {
    for micros in [0, 300, 999, 1_250] {
        // The chain has a latency of its own.
        let mut board = Board::with(ripieno_synth::Builtin::default(), false);
        board.blocks(3);
        board.controller.input(board.now - support::BLOCK + micros, SURFACE, word(&[0x9F, 16, 127]));
        board.block();
        let first = board.left.iter().position(|sample| *sample != 0.0).unwrap();
        // The first frame of a sine is 0.
        let due = micros * 48_000 / 1_000_000;
        assert!((due as usize..=due as usize + 2).contains(&first), "{first} at {micros}");
    }
}

#[test]
fn both_halves_take_the_memory_that_the_readme_says() {
    let player = size_of::<Player<'static, 'static, ripieno_synth::Builtin, &'static mut [f32], 8>>();
    println!(
        "player {player}, controller {}, link {}",
        size_of::<ripieno_firmware::Controller>(),
        size_of::<ripieno_firmware::Link>()
    );
}

fn word(bytes: &[u8]) -> ripieno_types::midi::MidiWord {
    ripieno_types::midi::MidiWord::new(bytes).unwrap()
}
