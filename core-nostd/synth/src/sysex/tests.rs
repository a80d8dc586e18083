//! Messages byte by byte: what each says, what is cut short, and any bytes at all.

use super::*;
extern crate std;
use proptest::prelude::*;
use std::vec::Vec;

fn read(bytes: &[u8]) -> Vec<Message> {
    let (mut reader, mut found) = (Reader::new(), Vec::new());
    bytes.iter().for_each(|byte| reader.feed(*byte, &mut |message| found.push(message)));
    found
}

fn framed(body: &[u8]) -> Vec<u8> {
    [&[0xF0], body, &[0xF7]].concat()
}

#[test]
fn what_each_message_says() {
    let check = |body: &[u8], expected: Message| assert_eq!(read(&framed(body)), [expected], "{body:02x?}");
    check(&[0x7E, 0x7F, 0x09, 0x01], Message::Reset(None));
    check(&[0x7E, 0x00, 0x09, 0x02], Message::Reset(None));
    check(&[0x7E, 0x7F, 0x09, 0x03], Message::Reset(Some(BankStyle::Gm2)));
    check(&[0x7E, 0x10, 0x09, 0x01], Message::Unknown);
    check(&[0x7F, 0x7F, 0x04, 0x01, 0x7F, 0x3F], Message::MasterVolume(0x1FFF));
    check(&[0x7F, 0x7F, 0x04, 0x03, 0x00, 0x60], Message::MasterFine(50.0));
    check(&[0x7F, 0x7F, 0x04, 0x04, 0x00, 0x3D], Message::MasterCoarse(-3.0));
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41], Message::Reset(Some(BankStyle::Gs)));
    check(&[0x41, 0x10, 0x42, 0x12, 0x00, 0x00, 0x7F, 0x01, 0x00], Message::Reset(Some(BankStyle::Gs)));
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 0x02, 0x0F], Message::Percussion { channel: 10, is_on: true });
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0x00, 0x0F], Message::Percussion { channel: 9, is_on: false });
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x13, 0x00, 0x0F], Message::Mono { channel: 0, is_on: true });
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x00, 0, 3, 0xE, 0x8, 0], Message::MasterFine((1000.0 - 1024.0) * 0.1));
    check(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x04, 0x7F, 0], Message::MasterVolume(0x3FFF));
    check(&[0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00], Message::Reset(Some(BankStyle::Xg)));
    check(&[0x43, 0x1F, 0x4C, 0x08, 0x03, 0x07, 0x02], Message::Percussion { channel: 3, is_on: true });
    check(&[0x43, 0x10, 0x4C, 0x00, 0x00, 0x06, 0x41], Message::MasterCoarse(1.0));
    check(&[], Message::Unknown);
    check(&[0x7D, 1, 2, 3], Message::Unknown);
}

#[test]
fn tunings_of_octaves() {
    let octave = |channels, first, count, values, is_live| Message::Octave { channels, first, count, values, is_live };
    let bytes = [0x40, 0x00, 0x7F, 0x41, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x4A];
    let values = [0, -5243, 5161, 82, 0, 0, 0, 0, 0, 0, 0, 819];
    let body = [&[0x7E, 0x7F, 0x08, 0x08, 0x01, 0x00, 0x41][..], &bytes].concat();
    assert_eq!(read(&framed(&body)), [octave(0x4041, 0, 12, values, false)]);
    let pairs: Vec<u8> = (0..12).flat_map(|key| [0x40, key]).collect();
    let body = [&[0x7F, 0x00, 0x08, 0x09, 0x03, 0x7F, 0x7F][..], &pairs].concat();
    assert_eq!(read(&framed(&body)), [octave(0xFFFF, 0, 12, core::array::from_fn(|key| key as i16), true)]);
    let body = [&[0x41, 0x10, 0x42, 0x12, 0x40, 0x12, 0x42][..], &bytes[..4], &[0]].concat();
    let mut some = [0; 12];
    some[..4].copy_from_slice(&values[..4]);
    assert_eq!(read(&framed(&body)), [octave(2, 2, 4, some, true)]);
    // Too few.
    assert_eq!(read(&framed(&[0x7F, 0x00, 0x08, 0x09, 0x03, 0x7F, 0x7F, 1, 2])), [Message::Unknown]);
}

#[test]
fn tunings_of_keys() {
    let key = |program, key, place| Message::Key { program, key, place, is_live: true };
    let body = [0x7F, 0x7F, 0x08, 0x02, 5, 2, 60, 61, 0, 1, 62, 0x7F, 0x7F, 0x7F];
    // The second one says "no change".
    assert_eq!(read(&framed(&body)), [key((0, 5), 60, 61 << 14 | 1)]);
    let body = [0x7E, 0x7F, 0x08, 0x07, 3, 5, 1, 60, 61, 0x40, 0];
    let expected = Message::Key { program: (3, 5), key: 60, place: 61 << 14 | 1 << 13, is_live: false };
    assert_eq!(read(&framed(&body)), [expected]);
    assert_eq!(read(&framed(&body[..body.len() - 1])), [Message::Unknown]);

    let many: Vec<u8> = (0..20).flat_map(|key| [key, key + 1, 0, 0]).collect();
    let body = [&[0x7F, 0x7F, 0x08, 0x07, 1, 2, 20][..], &many].concat();
    let found = read(&framed(&body));
    assert_eq!(found.len(), 22);
    assert_eq!(found[0], Message::Begin { program: (1, 2) });
    assert_eq!(found[20], Message::Arrive { key: 19, place: 20 << 14 });
    assert_eq!(found[21], Message::Finish { program: (1, 2), is_live: true });
    assert_eq!(read(&framed(&body[..body.len() - 1])).last(), Some(&Message::Abandon));
}

fn dump(has_bank: bool) -> Vec<u8> {
    let head: &[u8] = if has_bank { &[0x7E, 0x7F, 0x08, 0x04, 9, 7] } else { &[0x7E, 0x7F, 0x08, 0x01, 7] };
    let keys: Vec<u8> = (0..128).flat_map(|key| [key, 0, 5]).collect();
    [head, b"sixteen letters.", &keys, &[0x55]].concat()
}

#[test]
fn dumps_of_all_keys() {
    for (has_bank, program) in [(false, (0, 7)), (true, (9, 7))] {
        let body = dump(has_bank);
        let found = read(&framed(&body));
        assert_eq!((found.len(), found[0]), (130, Message::Begin { program }));
        assert!(
            (0..128).all(|key| found[1 + usize::from(key)] == Message::Arrive { key, place: u32::from(key) << 14 | 5 })
        );
        assert_eq!(found[129], Message::Finish { program, is_live: false });
        // Without its checksum it is whole; cut shorter, or by another message, it is not.
        let last = |bytes: &[u8]| read(bytes).last().copied();
        assert_eq!(last(&framed(&body[..body.len() - 1])), Some(Message::Finish { program, is_live: false }));
        assert_eq!(last(&framed(&body[..body.len() - 2])), Some(Message::Abandon));
        assert_eq!(last(&[&[0xF0], &body[..300], &[0x90]].concat()), Some(Message::Abandon));
        assert_eq!(
            read(&[&[0xF0], &body[..300], &framed(&[0x7E, 0, 9, 1])[..]].concat()).last(),
            Some(&Message::Reset(None))
        );
    }
    let octave = [&[0x7E, 0x7F, 0x08, 0x05, 1, 2][..], b"sixteen letters.", &[0x41; 12], &[0]].concat();
    let found = read(&framed(&octave));
    assert_eq!((found.len(), found[61]), (130, Message::Arrive { key: 60, place: (60 << 14) + 164 }));
    let octave = [&[0x7E, 0x7F, 0x08, 0x06, 1, 2][..], b"sixteen letters.", &[0x40; 24], &[0]].concat();
    assert_eq!(read(&framed(&octave))[61], Message::Arrive { key: 60, place: (60 << 14) + 128 });
}

proptest! {
    #[test]
    fn any_bytes_leave_the_reader_sound(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0..407_usize) {
        let (mut reader, mut open) = (Reader::new(), false);
        let mut follow = |reader: &mut Reader, bytes: &[u8]| {
            let mut last = None;
            for byte in bytes {
                reader.feed(*byte, &mut |message| {
                    // What begins ends before anything else happens.
                    match message {
                        Message::Begin { .. } => assert!(!core::mem::replace(&mut open, true)),
                        Message::Arrive { key, place } => assert!(open && key < 128 && place < 1 << 22),
                        Message::Finish { .. } | Message::Abandon => assert!(core::mem::take(&mut open)),
                        _ => assert!(!open),
                    }
                    last = Some(message);
                });
            }
            last
        };
        follow(&mut reader, &bytes);
        // Torn at any place, and with bytes in it that do not belong there.
        let torn = dump(true);
        follow(&mut reader, &[&[0xF0], &torn[..at.min(torn.len())], &bytes].concat());
        prop_assert_eq!(follow(&mut reader, &framed(&[0x7E, 0, 9, 1])), Some(Message::Reset(None)));
    }

    #[test]
    fn dump_heads_with_any_rest(head in 0..6_usize, rest in proptest::collection::vec(0..0x80_u8, 0..600)) {
        let heads: [&[u8]; 6] = [&[0x7E, 0, 8, 1], &[0x7E, 0, 8, 4], &[0x7F, 0, 8, 2], &[0x7E, 0, 8, 7], &[0x7E, 0, 8, 5], &[0x7E, 0, 8, 6]];
        let found = read(&framed(&[heads[head], &rest].concat()));
        prop_assert!(found.len() <= 130);
    }
}

#[test]
fn an_endless_message_is_passed_over() {
    let mut reader = Reader::new();
    reader.feed(0xF0, &mut |_| {});
    for n in 0..200_000_u32 {
        reader.feed((n % 128) as u8, &mut |message| panic!("{message:?}"));
    }
    let mut count = 0;
    for byte in dump(false) {
        reader.feed(byte, &mut |_| count += 1);
    }
    assert_eq!(count, 0);
    reader.feed(0xF7, &mut |message| assert_eq!(message, Message::Unknown));
}
