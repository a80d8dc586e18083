//! Queues and wires against plain models: whatever is refused, nobody ends up misled.

mod support;

use proptest::prelude::*;
use ripieno_firmware::midi::{OutPort, SYSEX, SerialIn, SerialWire, UsbIn, UsbWire, Wire as Coding, WordQueue};
use ripieno_types::midi::{Assembled, MidiWord};
use std::collections::{BTreeMap, BTreeSet};
use support::{Wire, messages, packed, unpacked};

/// A receiver as it stands after a stream.
#[derive(Debug, Default, PartialEq)]
struct Receiver {
    keys: BTreeSet<(u8, u8)>,
    values: BTreeMap<(u8, u8), u16>,
    banks: BTreeMap<u8, [u8; 2]>,
    programs: BTreeMap<u8, ([u8; 2], u8)>,
}

const BEND: u8 = 200;
const PRESSURE: u8 = 201;

impl Receiver {
    fn follow(&mut self, word: MidiWord) {
        let (status, one, two) = match *word.as_bytes() {
            [status, one, two] => (status, one, two),
            [status, one] => (status, one, 0),
            _ => return,
        };
        let channel = status & 0x0F;
        match (status & 0xF0, one) {
            (0x90, _) if two > 0 => _ = self.keys.insert((channel, one)),
            (0x80 | 0x90, _) => _ = self.keys.remove(&(channel, one)),
            (0xB0, 120 | 123..) => self.keys.retain(|key| key.0 != channel),
            (0xB0, 121) => {
                for control in [1, 11, 64, 65, 66, 67, BEND, PRESSURE] {
                    self.values.insert((channel, control), u16::MAX);
                }
            }
            // Parameter numbers have a test of their own.
            (0xB0, 6 | 38 | 96..=101) => {}
            (0xB0, half @ (0 | 32)) => self.banks.entry(channel).or_default()[usize::from(half == 32)] = two,
            (0xB0, _) => _ = self.values.insert((channel, one), two.into()),
            (0xC0, _) => {
                _ = self.programs.insert(channel, (self.banks.get(&channel).copied().unwrap_or_default(), one))
            }
            (0xD0, _) => _ = self.values.insert((channel, PRESSURE), one.into()),
            (0xE0, _) => _ = self.values.insert((channel, BEND), u16::from(one) | u16::from(two) << 7),
            _ => {}
        }
    }
}

/// Words of few channels, keys and controllers, so that they meet.
fn words() -> impl Strategy<Value = MidiWord> {
    let control = prop::sample::select(vec![0, 1, 7, 11, 32, 64, 74, 121, 120, 123, 6, 38, 98, 99, 100, 101]);
    prop_oneof![
        6 => (0x90..0x93_u8, 58..64_u8, 0..128_u8).prop_map(|(a, b, c)| vec![a, b, c]),
        4 => (0x80..0x83_u8, 58..64_u8, 0..128_u8).prop_map(|(a, b, c)| vec![a, b, c]),
        8 => (0xB0..0xB3_u8, control, 0..128_u8).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (0xE0..0xE3_u8, 0..128_u8, 0..128_u8).prop_map(|(a, b, c)| vec![a, b, c]),
        2 => (0xC0..0xC3_u8, 0..128_u8).prop_map(|(a, b)| vec![a, b]),
        1 => (0xD0..0xD3_u8, 0..128_u8).prop_map(|(a, b)| vec![a, b]),
        1 => (0xA0..0xA3_u8, 58..64_u8, 0..128_u8).prop_map(|(a, b, c)| vec![a, b, c]),
        1 => Just(vec![0xF8]),
    ]
    .prop_map(|bytes| MidiWord::new(&bytes).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whenever the queue runs empty the receiver stands where the sender meant it to, but for notes that were refused.
    #[test]
    fn a_receiver_that_pauses_is_never_misled(
        steps in prop::collection::vec((words(), prop_oneof![4 => Just(0_u8), 4 => 1..3_u8, 1 => Just(u8::MAX)]), 1..400),
    ) {
        let mut queue = WordQueue::<12>::new();
        let (mut meant, mut heard) = (Receiver::default(), Receiver::default());
        let mut refused = BTreeSet::new();
        for (word, pops) in steps {
            let is_taken = queue.push(word);
            if !is_taken && word.as_bytes()[0] & 0xF0 == 0x90 {
                refused.insert((word.as_bytes()[0] & 0x0F, word.as_bytes()[1]));
            }
            meant.follow(word);
            for _ in 0..pops {
                let Some(word) = queue.pop() else { break };
                heard.follow(word);
            }
            refused.retain(|key| meant.keys.contains(key));
            if queue.is_empty() {
                prop_assert_eq!(&heard.values, &meant.values);
                // A bank and a program that waited together are the newest of both.
                prop_assert_eq!(heard.programs.keys().collect::<Vec<_>>(), meant.programs.keys().collect::<Vec<_>>());
                prop_assert!(heard.keys.is_subset(&meant.keys), "{:?} never end", heard.keys.difference(&meant.keys));
                prop_assert!(meant.keys.difference(&heard.keys).all(|key| refused.contains(key)));
                prop_assert_eq!(heard.keys.len(), queue.keys_down());
            }
        }
        queue.end_all();
        while let Some(word) = queue.pop() {
            heard.follow(word);
        }
        prop_assert!(heard.keys.is_empty() && queue.keys_down() == 0);
        prop_assert!(queue.is_empty());
    }

    /// What has room is sent as it came.
    #[test]
    fn a_queue_that_is_emptied_changes_nothing(words in prop::collection::vec(words(), 0..200)) {
        // Room for all keys that these words may hold.
        let mut queue = WordQueue::<40>::new();
        let mut down = BTreeSet::new();
        for word in words {
            prop_assert!(queue.push(word));
            let bytes = word.as_bytes();
            let key = (bytes[0] & 15, bytes.get(1).copied());
            let is_passed = match (bytes[0] & 0xF0, bytes) {
                (0x90, [_, _, 1..=127]) => {
                    down.insert(key);
                    true
                }
                (0x80 | 0x90, _) => down.remove(&key),
                (0xB0, [_, 120 | 123, _]) => {
                    down.retain(|key| key.0 != bytes[0] & 15);
                    true
                }
                _ => true,
            };
            prop_assert_eq!(queue.pop(), is_passed.then_some(word));
        }
        prop_assert_eq!(queue.stats().total(), 0);
    }

    /// A value reaches the parameter that it was meant for, or none.
    #[test]
    fn values_never_reach_another_parameter(
        steps in prop::collection::vec((prop::sample::select(vec![6_u8, 98, 99, 100, 101]), 0..4_u8, 0..3_u8), 1..300),
    ) {
        let mut queue = WordQueue::<6>::new();
        let (mut meant, mut heard) = ([[None; 2]; 2], [[None; 2]; 2]);
        let (mut meant_kind, mut heard_kind) = (0, 0);
        let mut legal = BTreeSet::new();
        for (place, (number, value, pops)) in steps.into_iter().enumerate() {
            // Each value is another one.
            let value = if number == 6 { (place % 128) as u8 } else { value };
            queue.push(MidiWord::new(&[0xB0, number, value]).unwrap());
            if number == 6 {
                legal.insert((meant_kind, meant[meant_kind], value));
            } else {
                meant_kind = usize::from(number >= 100);
                meant[meant_kind][usize::from(number & 1)] = Some(value);
            }
            for _ in 0..pops {
                match queue.pop().map(|word| (word.as_bytes()[1], word.as_bytes()[2])) {
                    Some((6, value)) => prop_assert!(legal.contains(&(heard_kind, heard[heard_kind], value))),
                    Some((number, value)) => {
                        heard_kind = usize::from(number >= 100);
                        heard[heard_kind][usize::from(number & 1)] = Some(value);
                    }
                    None => {}
                }
            }
        }
    }

    /// Words and SysEx through both wires, written in pieces of any size.
    #[test]
    fn what_was_taken_arrives_whole_and_in_order(
        steps in prop::collection::vec((words(), prop::option::weighted(0.2, prop::collection::vec(0..128_u8, 0..=SYSEX)), 0..20_usize), 1..100),
        is_running in any::<bool>(),
    ) {
        let mut serial = OutPort::new(if is_running { SerialWire::running() } else { SerialWire::new() });
        let mut usb = OutPort::new(UsbWire::new(0));
        let (mut serial_wire, mut usb_wire) = (Wire::default(), Wire::default());
        let mut sysex = [vec![], vec![]];
        for (word, body, room) in steps {
            serial.word(word);
            usb.word(word);
            if let Some(body) = body {
                let message = [&[0xF0], &body[..], &[0xF7]].concat();
                if serial.sysex(&body) {
                    sysex[0].push(message.clone());
                }
                if usb.sysex(&body) {
                    sysex[1].push(message);
                }
            }
            (serial_wire.room, usb_wire.room) = (room, room);
            (serial_wire.fails, usb_wire.fails) = (room == 7, room == 9);
            assert_eq!(serial.write(&mut serial_wire).is_err(), room == 7 && serial_wire.room > 0 && !serial.is_empty());
            _ = usb.write(&mut usb_wire);
        }
        for wire in [&mut serial_wire, &mut usb_wire] {
            (wire.room, wire.fails) = (usize::MAX, false);
        }
        serial.write(&mut serial_wire).unwrap();
        usb.write(&mut usb_wire).unwrap();
        prop_assert!(serial.is_empty() && usb.is_empty());
        // With running status the lengths do not add up: the parser alone says what is whole.
        let mut found = vec![];
        if is_running {
            let mut parser = SerialIn::new();
            for byte in &serial_wire.bytes {
                if let Some(Assembled::SysEx(body)) = parser.feed(*byte) {
                    found.push([&[0xF0], body, &[0xF7]].concat());
                }
            }
            prop_assert_eq!(parser.stats(), Default::default());
        } else {
            found = messages(&serial_wire.bytes);
            found.retain(|message| message[0] == 0xF0);
        }
        prop_assert_eq!(&found, &sysex[0]);
        let mut found = messages(&unpacked(&usb_wire.bytes));
        found.retain(|message| message[0] == 0xF0);
        prop_assert_eq!(&found, &sysex[1]);
    }

    /// Chaos of any kind leaves the parsers able to hear the next message.
    #[test]
    fn any_bytes_are_got_over(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        cable in 0..16_u8,
    ) {
        let mut serial = SerialIn::new();
        for byte in &bytes {
            if let Some(Assembled::SysEx(body)) = serial.feed(*byte) {
                prop_assert!(body.len() <= SYSEX && body.is_ascii());
            }
        }
        let mut heard = None;
        for byte in [0x91, 60, 100] {
            if let Some(Assembled::Word(word)) = serial.feed(byte) {
                heard = Some(word.as_bytes().to_vec());
            }
        }
        prop_assert_eq!(heard, Some(vec![0x91, 60, 100]));

        let mut usb = UsbIn::new(cable);
        for byte in &bytes {
            usb.feed(*byte, |found| if let Assembled::SysEx(body) = found {
                assert!(body.len() <= SYSEX && body.is_ascii());
            });
        }
        usb.reset();
        let mut heard = vec![];
        for byte in [cable << 4 | 9, 0x91, 60, 100, (cable ^ 1) << 4 | 9, 0x91, 61, 100, cable << 4, 1, 2, 3] {
            usb.feed(byte, |found| if let Assembled::Word(word) = found { heard.push(word.as_bytes().to_vec()) });
        }
        prop_assert_eq!(heard, [[0x91, 60, 100]]);
    }

    #[test]
    fn packets_are_read_as_they_were_written(
        bodies in prop::collection::vec(prop::collection::vec(0..128_u8, 0..=SYSEX), 1..5),
        room in 4..70_usize,
    ) {
        let mut found = vec![];
        let (mut wire, mut usb) = (UsbWire::new(0), UsbIn::new(0));
        for body in &bodies {
            let mut done = 0;
            while done < body.len() + 2 {
                let mut out = vec![0; room];
                let (count, now) = wire.sysex(body, done, &mut out);
                prop_assert!(count > 0 && now > done);
                done = now;
                out[..count].iter().for_each(|byte| usb.feed(*byte, |message| if let Assembled::SysEx(body) = message { found.push(body.to_vec()) }));
            }
        }
        prop_assert_eq!(&found, &bodies);
    }
}

#[test]
fn packets_have_their_code_index_numbers() {
    let check = |bytes: &[u8], expected: [u8; 4]| {
        let word = MidiWord::new(bytes).unwrap();
        assert_eq!(ripieno_firmware::midi::packet(word, 3), expected);
    };
    check(&[0x9F, 1, 2], [0x39, 0x9F, 1, 2]);
    check(&[0xC0, 1], [0x3C, 0xC0, 1, 0]);
    check(&[0xF2, 1, 2], [0x33, 0xF2, 1, 2]);
    check(&[0xF3, 1], [0x32, 0xF3, 1, 0]);
    check(&[0xF6], [0x35, 0xF6, 0, 0]);
    check(&[0xF8], [0x3F, 0xF8, 0, 0]);
    assert_eq!(
        packed(&[0xF0, 0xF7, 0xF0, 1, 0xF7, 0xF0, 1, 2, 0xF7]).chunks(4).map(|p| p[0]).collect::<Vec<_>>(),
        [6, 7, 4, 5]
    );
}
