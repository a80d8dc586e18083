//! Client and session over a line that loses, repeats, cuts and damages; and a session under hostile bytes.

extern crate std;

use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::vec::Vec;

/// What a controller holds, kept in RAM. Set-ups that begin with 0xFF are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Held {
    slots: [Option<Vec<u8>>; 12],
    active: Option<u8>,
    saves: u32,
}

impl Held {
    fn at(&mut self, slot: u8) -> Result<&mut Option<Vec<u8>>, Code> {
        self.slots.get_mut(usize::from(slot)).ok_or(Code::Slot)
    }
}

impl Presets for Held {
    fn capacities(&mut self) -> Capacities {
        Capacities { slots: 12, active: self.active, longest: 9_999, free: 5_000 }
    }

    fn entry(&mut self, slot: u8) -> Result<Option<Entry>, Code> {
        let bytes = self.at(slot)?.as_deref();
        Ok(bytes.map(|bytes| Entry { slot, length: bytes.len() as u32, crc: crc32(bytes) }))
    }

    fn read(&mut self, slot: u8, offset: usize, into: &mut [u8]) -> Result<usize, Code> {
        let bytes = self.at(slot)?.as_deref().ok_or(Code::Empty)?.get(offset..).ok_or(Code::Range)?;
        let count = bytes.len().min(into.len());
        into[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn check(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if bytes[0] == 0xFF { Err(Refusal::new("mapping 3 is out of range")) } else { Ok(()) }
    }

    fn save(&mut self, slot: u8, bytes: &[u8]) -> Result<(), Code> {
        *self.at(slot)? = Some(bytes.to_vec());
        self.saves += 1;
        Ok(())
    }

    fn delete(&mut self, slot: u8) -> Result<(), Code> {
        *self.at(slot)? = None;
        Ok(())
    }

    fn activate(&mut self, slot: u8) -> Result<(), Code> {
        self.entry(slot)?.ok_or(Code::Empty)?;
        self.active = Some(slot);
        Ok(())
    }

    fn erased(&mut self) -> u32 {
        7
    }
}

const IDENTITY: Identity = Identity::new(300, 2, [1, 4]);

/// A line that keeps the order, and of 256 bodies loses, repeats, cuts and damages so many.
#[derive(Clone, Copy, Debug)]
struct Line {
    dice: u64,
    odds: [u8; 4],
}

const CLEAN: Line = Line { dice: 1, odds: [0; 4] };

impl Line {
    fn roll(&mut self) -> u8 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.dice >> 40) as u8
    }

    /// What comes out at the other end.
    fn carry(&mut self, body: &[u8]) -> Vec<Vec<u8>> {
        let [lose, twice, cut, damage] = self.odds.map(|odds| self.roll() < odds);
        let mut body = body.to_vec();
        if cut {
            body.truncate(usize::from(self.roll()) % body.len());
        }
        if damage && !body.is_empty() {
            // As many as the CRC-16 is sure to see.
            for _ in 0..3 {
                let place = usize::from(self.roll()) % body.len();
                body[place] ^= 1 << (self.roll() % 7);
            }
        }
        if lose { Vec::new() } else { std::vec![body; 1 + usize::from(twice)] }
    }
}

/// Does a job to its end; the line is unplugged between these times. Returns the result and the bodies that were sent.
fn work(
    tag: u8,
    job: Job<'_>,
    session: &mut Session<'_>,
    held: &mut Held,
    line: &mut Line,
    unplugged: core::ops::Range<u64>,
    millis: &mut u64,
) -> (Result<Answer, ClientError>, usize) {
    let mut client = Client::new(tag, job);
    let mut sent = 0;
    let mut out = VecDeque::new();
    loop {
        let wake = match client.poll(*millis, |body| {
            assert!(body.len() <= BODY && body.is_ascii());
            sent += 1;
            out.extend(line.carry(body));
        }) {
            Progress::Over(result) => return (result, sent),
            Progress::Going { wake, done, total } => {
                assert!(done <= total);
                wake
            }
        };
        let Some(body) = out.pop_front() else {
            *millis = wake;
            continue;
        };
        *millis += 1;
        if unplugged.contains(millis) {
            continue;
        }
        let mut back = Vec::new();
        session.receive(*millis, &body, held, |body| {
            assert!(body.len() <= BODY && body.is_ascii());
            back.extend(line.carry(body));
        });
        for body in back {
            client.receive(&body);
        }
    }
}

fn simply(tag: u8, job: Job<'_>, session: &mut Session<'_>, held: &mut Held) -> Result<Answer, ClientError> {
    work(tag, job, session, held, &mut CLEAN.clone(), 0..0, &mut 0).0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_push_ends_in_all_or_nothing_and_a_pull_in_what_is_held(
        bytes in proptest::collection::vec(any::<u8>(), 1..2_000),
        old in proptest::option::of(proptest::collection::vec(any::<u8>(), 1..300)),
        odds in proptest::array::uniform4(0..40_u8),
        dice in any::<u64>(),
        unplugged in (0..400_u64, 0..9_000_u64),
    ) {
        let (mut line, mut millis) = (Line { dice, odds }, 0);
        let unplugged = unplugged.0..unplugged.0 + unplugged.1;
        let mut held = Held::default();
        held.slots[3] = Some(std::vec![1, 2, 3]);
        held.slots[5] = old.clone();
        let before = held.clone();
        let mut buffer = [0; 1_800];
        let mut session = Session::new(IDENTITY, &mut buffer);
        let job = Job::Push { slot: 5, bytes: &bytes };
        let (result, _) = work(9, job, &mut session, &mut held, &mut line, unplugged, &mut millis);
        prop_assert_eq!(&held.slots[..5], &before.slots[..5]);
        prop_assert_eq!(&held.slots[6..], &before.slots[6..]);
        let is_new = held.slots[5].as_ref() == Some(&bytes);
        prop_assert!(is_new || held.slots[5] == old);
        match &result {
            Ok(answer) => {
                prop_assert_eq!(answer, &Answer::Done);
                prop_assert!(is_new);
            }
            Err(ClientError::Controller(Code::Refused, reason)) => {
                prop_assert_eq!((bytes[0], reason.as_str()), (0xFF, "mapping 3 is out of range"));
            }
            Err(ClientError::Controller(Code::TooLong, _)) => prop_assert!(bytes.len() > 1_800),
            Err(error) => prop_assert!(matches!(error, ClientError::NoAnswer | ClientError::Unsteady), "{error}"),
        }
        let mut into = [0; 2_000];
        let job = Job::Pull { slot: 5, into: &mut into };
        let (result, _) = work(10, job, &mut session, &mut held, &mut line, 0..0, &mut millis);
        match (result, &held.slots[5]) {
            (Ok(Answer::Pulled(length)), Some(bytes)) => prop_assert_eq!(&into[..length], &bytes[..]),
            (Err(ClientError::Controller(Code::Empty, _)), None) => {}
            (Err(ClientError::NoAnswer | ClientError::Unsteady), _) => {}
            (result, _) => prop_assert!(false, "{:?}", result),
        }
    }

    #[test]
    fn every_job_ends_on_a_bad_line(odds in proptest::array::uniform4(0..60_u8), dice in any::<u64>(), which in 0..5) {
        let mut line = Line { dice, odds };
        let mut held = Held::default();
        for slot in 0..12 {
            held.slots[slot] = Some(std::vec![slot as u8 + 1; 10 * (slot + 1)]);
        }
        let before = held.clone();
        let mut buffer = [0; 64];
        let mut session = Session::new(IDENTITY, &mut buffer);
        let mut list = [Entry::default(); 12];
        let job = match which {
            0 => Job::Identify,
            1 => Job::List(&mut list),
            2 => Job::Delete(4),
            3 => Job::Activate(4),
            _ => Job::Counts,
        };
        let (result, _) = work(1, job, &mut session, &mut held, &mut line, 0..0, &mut 0);
        match result {
            Err(ClientError::NoAnswer) => {}
            Ok(Answer::Identified(identity, holds)) => {
                prop_assert_eq!((identity, holds.slots, holds.longest), (IDENTITY, 12, 64));
            }
            Ok(Answer::Listed(count)) => {
                prop_assert_eq!(count, 12);
                for (slot, entry) in list.iter().enumerate() {
                    prop_assert_eq!(before.clone().entry(slot as u8), Ok(Some(*entry)));
                }
            }
            Ok(Answer::Counted(stats)) => prop_assert_eq!(stats.erased, 7),
            Ok(Answer::Done) => {
                let is_done = if which == 2 { held.slots[4].is_none() } else { held.active == Some(4) };
                prop_assert!(is_done);
            }
            result => prop_assert!(false, "{:?}", result),
        }
        prop_assert!(which == 2 || held.slots == before.slots);
    }
}

#[test]
fn hostile_bodies_neither_panic_nor_write() {
    let mut dice = Line { dice: 77, odds: [0; 4] };
    let before = Held { slots: core::array::from_fn(|slot| Some(std::vec![7; slot * 30 + 1])), ..Held::default() };
    let mut held = before.clone();
    let mut buffer = [0; 500];
    let mut session = Session::new(IDENTITY, &mut buffer);
    for round in 0..50_000_u64 {
        let mut body = [0; BODY + 8];
        let mut length = usize::from(dice.roll()) % body.len();
        body.fill_with(|| dice.roll());
        if round % 2 == 0 {
            // Ours, then damaged, the CRC not made anew.
            let payload: Vec<u8> = (0..length % 48).map(|_| dice.roll()).collect();
            let mut whole = [0; BODY];
            length = Packet::new(dice.roll(), 3).with(&payload).write(&mut whole);
            body[..BODY].copy_from_slice(&whole);
            body[3 + usize::from(dice.roll()) % (length - 3)] ^= 1 << (dice.roll() % 8);
        }
        session.receive(round, &body[..length], &mut held, |body| assert!(body.len() <= BODY && body.is_ascii()));
        let mut client = Client::new(3, Job::Counts);
        client.receive(&body[..length]);
    }
    assert_eq!(held, before);
    // With a CRC that is right, anything may be asked, but nothing is stored that did not arrive whole.
    for round in 0..50_000_u64 {
        let command = if round % 3 == 0 { dice.roll() } else { [4, 5, 5, 5, 8][usize::from(dice.roll()) % 5] };
        let mut payload: Vec<u8> = (0..dice.roll() % 50).map(|_| dice.roll() & 0x0F).collect();
        if command == 4 {
            payload = [&[dice.roll() % 14, dice.roll(), dice.roll() & 3, 0, 0][..], &[0; 4]].concat();
        }
        let mut body = [0; BODY];
        let length = Packet::new(command, dice.roll() & 1).with(&payload).write(&mut body);
        session.receive(round, &body[..length], &mut held, |body| assert!(body.len() <= BODY && body.is_ascii()));
    }
    assert_eq!(held.saves, 0);
}

#[test]
fn one_flipped_bit_is_never_taken() {
    let mut body = [0; BODY];
    let data: Vec<u8> = (0..CHUNK as u8).map(|byte| byte.wrapping_mul(37)).collect();
    let length = Message::Chunk { sequence: 300, data: &data }.packet(5).write(&mut body);
    assert_eq!(length, BODY);
    for bit in 0..length * 8 {
        let mut flipped = body;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Packet::parse(&flipped[..length]).is_err(), "bit {bit}");
    }
}

#[test]
fn a_transfer_that_was_broken_off_goes_on_where_it_was() {
    let (mut held, mut buffer) = (Held::default(), [0; 4_096]);
    let mut session = Session::new(IDENTITY, &mut buffer);
    let bytes: Vec<u8> = (0..4_000_u32).map(|number| (number * 7 % 251) as u8).collect();
    let whole = chunks(bytes.len());
    let push = || Job::Push { slot: 2, bytes: &bytes };
    let mut millis = 0;
    // Unplugged for good once sixty messages have passed.
    let (result, _) = work(1, push(), &mut session, &mut held, &mut CLEAN.clone(), 60..u64::MAX, &mut millis);
    assert_eq!(result, Err(ClientError::NoAnswer));
    assert_eq!(held, Held::default());
    let (result, sent) = work(2, push(), &mut session, &mut held, &mut CLEAN.clone(), 0..0, &mut millis);
    assert_eq!((result, held.slots[2].as_ref()), (Ok(Answer::Done), Some(&bytes)));
    assert!(sent < whole - 50, "{sent} of {whole}");
    // And what was stored can be sent again as a whole.
    assert_eq!(simply(3, push(), &mut session, &mut held), Ok(Answer::Done));
    assert_eq!(held.saves, 2);
}

#[test]
fn a_controller_belongs_to_one_transfer_at_a_time() {
    let (mut held, mut buffer) = (Held::default(), [0; 200]);
    let mut session = Session::new(IDENTITY, &mut buffer);
    let mut ask = |session: &mut Session<'_>, millis, tag, message: Message<'_>| {
        let (mut body, mut said) = ([0; BODY], Vec::new());
        let length = message.packet(tag).write(&mut body);
        session.receive(millis, &body[..length], &mut held, |body| said.push(Packet::parse(body).unwrap()));
        said.pop()
    };
    let open = |crc| Message::Open(Entry { slot: 0, length: 100, crc });
    let want = |packet: &Packet| matches!(Message::read(packet), Some(Message::Want { sequence: 0 }));
    let busy = |packet: &Packet| matches!(Message::read(packet), Some(Message::Error { code: Code::Busy, .. }));
    assert!(want(&ask(&mut session, 0, 1, open(1)).unwrap()));
    assert!(busy(&ask(&mut session, 10, 2, open(2)).unwrap()));
    assert!(want(&ask(&mut session, 20, 1, open(3)).unwrap()), "its own may be replaced");
    assert!(busy(&ask(&mut session, IDLE_MILLIS + 19, 2, open(2)).unwrap()));
    assert!(want(&ask(&mut session, IDLE_MILLIS + 20, 2, open(2)).unwrap()), "nobody carries it on");
    ask(&mut session, IDLE_MILLIS + 21, 2, Message::Abort);
    assert!(want(&ask(&mut session, IDLE_MILLIS + 22, 1, open(1)).unwrap()));
    // An answer is not answered.
    assert_eq!(ask(&mut session, 0, 1, Message::Want { sequence: 0 }), None);
    let other = Message::Hello { oldest: PROTOCOL + 1, newest: PROTOCOL + 2 };
    let said = ask(&mut session, 0, 1, other).unwrap();
    assert!(matches!(Message::read(&said), Some(Message::Error { code: Code::Version, .. })));
}

#[test]
fn what_is_wrong_is_named() {
    let (mut held, mut buffer) = (Held::default(), [0; 200]);
    let mut session = Session::new(IDENTITY, &mut buffer);
    let mut check = |job, expected: &str| {
        let error = simply(1, job, &mut session, &mut held).unwrap_err();
        assert_eq!(std::string::ToString::to_string(&error), expected);
    };
    check(Job::Push { slot: 12, bytes: b"x" }, "the controller has no such slot; choose one that it lists");
    check(
        Job::Push { slot: 1, bytes: &[1; 201] },
        "the set-up is longer than the controller takes; remove mappings or presets",
    );
    check(Job::Push { slot: 1, bytes: &[0xFF] }, "the controller cannot play this set-up: mapping 3 is out of range");
    check(Job::Pull { slot: 1, into: &mut [] }, "nothing is stored in this slot; choose one that is listed");
    check(Job::Activate(1), "nothing is stored in this slot; choose one that is listed");
}

#[test]
fn the_identity_is_the_universal_one() {
    let reply = IDENTITY.reply();
    assert_eq!(reply, [0x7E, 0, 6, 2, 0x7D, 0x52, 0x70, 44, 2, PROTOCOL, 2, 1, 4]);
    assert_eq!(Identity::parse(&reply), Some(IDENTITY));
    assert_eq!(Identity::parse(&[0x7E, 0, 6, 2, 0x41, 0x52, 0x70, 44, 2, 1, 2, 1, 4]), None);
    assert!(Identity::is_asked(&Identity::REQUEST) && !Identity::is_asked(&reply));
}

#[test]
fn eight_set_ups_of_four_kilobytes_take_few_messages() {
    let (mut held, mut buffer) = (Held::default(), [0; 4_096]);
    let mut session = Session::new(IDENTITY, &mut buffer);
    let mut messages = 0;
    for slot in 0..8 {
        let bytes = [slot + 1; 4_096];
        let push = Job::Push { slot, bytes: &bytes };
        messages += work(slot, push, &mut session, &mut held, &mut CLEAN.clone(), 0..0, &mut 0).1;
        let mut into = [0; 4_096];
        let pull = Job::Pull { slot, into: &mut into };
        messages += work(slot + 8, pull, &mut session, &mut held, &mut CLEAN.clone(), 0..0, &mut 0).1;
        assert_eq!(into, bytes);
    }
    // 88 chunks and a question to send it; a question for every eight chunks and another to read it.
    assert_eq!(messages, 8 * (88 + 1 + 11 + 1));
}
