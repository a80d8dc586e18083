//! A whole low half: hands and SysEx in, words, lights and set-ups out.

use ripieno_firmware::midi::Port;
use ripieno_firmware::protocol::{BODY, Identity};
use ripieno_firmware::setup::{BoardMapper, BoardSetup};
use ripieno_firmware::store::{MemoryFlash, Settings, Store};
use ripieno_firmware::{Desk, Instrument, Link, Look, PRESET_BYTES, Player, defaults};
use ripieno_fx::ChainMemory;
use ripieno_rig::RigConfig;
use ripieno_types::{Block, SampleRate};

const REST: Look<8, 4> =
    Look { pads: [0; 8], knobs: [65_520, 0, 0, 65_520], quadrature: [false; 2], is_pressed: false };

/// Plays the third pad for 50 ms on a board whose store holds `kept` in its active slot; returns what is sent.
fn sent_with(kept: &[u8]) -> Vec<u8> {
    let rate = SampleRate::STUDIO;
    let mut setup = Box::new(BoardSetup::new());
    let mut link = Link::new();
    let (audio, low) = link.split();
    let mut mapper = Box::new(BoardMapper::with_memory(defaults::setup().expect("legal")));
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames]);
    let mut player = Player::<_, _, 8>::new(Instrument::open(&[]), memory, RigConfig::new(rate), &mut mapper, audio);
    let mut flash = vec![0xFF; 64 << 10];
    let mut store = Store::open(MemoryFlash::<4, 4096>::new(&mut flash), 0..64 << 10).expect("a region that is whole");
    store.save(2, kept).expect("room");
    store.keep(Settings { active: Some(2), ..Settings::default() }).expect("room");
    let (mut session, mut scratch) = ([0; PRESET_BYTES], [0; PRESET_BYTES]);
    let identity = Identity::new(1, 1, [0, 1]);
    let mut desk = Desk::new(low, rate, identity, Some(store), [&mut session, &mut scratch], &mut setup);
    let mut sent = vec![];
    for millis in 0..100 {
        let pads = if millis < 50 { [0; 8] } else { [0, 0, 40_000, 0, 0, 0, 0, 0] };
        desk.scan(millis * 1_000, &Look { pads, ..REST });
        let (mut left, mut right) = ([0.0; 48], [0.0; 48]);
        player.render(millis * 1_000, Block::new(&mut left, &mut right));
        let mut bytes = [0; 64];
        let count = desk.controller.serial.take(&mut bytes);
        sent.extend_from_slice(&bytes[..count]);
    }
    sent
}

#[test]
fn the_set_up_in_the_active_slot_plays_and_one_that_is_none_leaves_the_default() {
    let is_e = |sent: &[u8]| sent.windows(2).any(|pair| pair == [0x90, 64]);
    let mut bytes = [0; PRESET_BYTES];
    let length = BoardSetup::new().encode(&mut bytes).expect("room");
    assert!(!is_e(&sent_with(&bytes[..length])), "nothing is mapped");
    assert!(is_e(&sent_with(b"of another firmware")));
}

#[test]
fn a_pad_sounds_lights_up_and_is_sent_and_the_board_says_who_it_is() {
    let rate = SampleRate::STUDIO;
    let mut setup = Box::new(BoardSetup::new());
    let mut link = Link::new();
    let (audio, low) = link.split();
    let mut mapper = Box::new(BoardMapper::with_memory(defaults::setup().expect("legal")));
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames]);
    let mut player = Player::<_, _, 8>::new(Instrument::open(&[]), memory, RigConfig::new(rate), &mut mapper, audio);

    let mut flash = vec![0xFF; 64 << 10];
    let store = Store::open(MemoryFlash::<4, 4096>::new(&mut flash), 0..64 << 10).expect("a region that is whole");
    let (mut session, mut scratch) = ([0; PRESET_BYTES], [0; PRESET_BYTES]);
    let identity = Identity::new(1, 1, [0, 1]);
    let mut desk = Desk::new(low, rate, identity, Some(store), [&mut session, &mut scratch], &mut setup);

    let (mut now, mut loudest, mut sent, mut levels) = (0, 0.0_f32, vec![], [0; 8]);
    let mut run = |desk: &mut Desk<'_, '_, _, 8, 4>, look: &Look<8, 4>, millis: u32| {
        for _ in 0..millis {
            desk.scan(now, look);
            let (mut left, mut right) = ([0.0; 48], [0.0; 48]);
            player.render(now, Block::new(&mut left, &mut right));
            loudest = left.iter().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
            let mut bytes = [0; 64];
            let count = desk.controller.serial.take(&mut bytes);
            sent.extend_from_slice(&bytes[..count]);
            levels = desk.lights.flip().copied().unwrap_or(levels);
            now += 1_000;
        }
        (loudest, sent.clone(), levels)
    };
    let (silence, ..) = run(&mut desk, &REST, 50);
    assert_eq!(silence, 0.0);
    let (sound, sent, levels) = run(&mut desk, &Look { pads: [0, 0, 40_000, 0, 0, 0, 0, 0], ..REST }, 50);
    assert!(sound > 0.01, "{sound}");
    assert!(levels[2] > 0, "{levels:?}");
    assert!(sent.windows(2).any(|pair| pair == [0x90, 64]), "the third pad is E: {sent:x?}");

    let mut asked = vec![0xF0];
    asked.extend(Identity::REQUEST);
    asked.push(0xF7);
    desk.receive(100_000, Port::Serial, &asked);
    let (_, sent, _) = run(&mut desk, &REST, 50);
    let reply = identity.reply();
    assert!(reply.len() <= BODY && sent.windows(reply.len()).any(|part| part == reply), "{sent:x?}");
}
