//! MIDI inputs without a driver: the port's promises on every version, chaos, and no allocation.

use assert_no_alloc::{assert_no_alloc, reset_violation_count, violation_count};
use ripieno_midi::{Feed, Inputs, LONGEST_SYSEX, SLOTS, WAITING};
use ripieno_ports::{
    Arrived, Fault, FaultKind, FaultyMidi, InputId, MemoryOut, MemoryOutError, Message, Micros, MidiIn, MidiOut,
    ScriptedMidi, TracedMidi,
};
use ripieno_tests::hostile::Dice;
use ripieno_tests::midi_in::{Listener, conforms};
use ripieno_types::midi::{MidiWord, SysEx};

/// Two inputs play a note each.
fn script() -> Vec<Arrived> {
    let words: [(u64, u8, &[u8]); 5] = [
        (0, 0, &[0x90, 60, 100]),
        (5, 3, &[0x91, 64, 1]),
        (5, 0, &[0xC0, 7]),
        (9, 0, &[0x80, 60, 0]),
        (9, 3, &[0x91, 64, 0]),
    ];
    words
        .map(|(at, input, bytes)| Arrived {
            at: Micros(at),
            input: InputId(input),
            message: MidiWord::new(bytes).expect("a legal word").into(),
        })
        .to_vec()
}

/// A driver's callback with one message.
fn give(feeds: &mut [Feed], message: &Arrived) {
    let word = message.word().expect("the script has no SysEx");
    feeds[usize::from(message.input.0)].take(message.at, word.as_bytes());
}

#[test]
fn sysex_comes_whole_and_in_its_place_or_not_at_all() {
    let (mut inputs, mut feeds) = Inputs::new();
    let long = [&[0xF0][..], &[1; LONGEST_SYSEX + 1], &[0xF7]].concat();
    feeds[0].take(Micros(1), &[0x90, 60, 1, 0xF0, 0x7E]);
    feeds[0].take(Micros(2), &long);
    feeds[0].take(Micros(3), &[0xF0, 0x7E, 0xF8, 5]);
    feeds[0].take(Micros(4), &[0xF7, 0x80, 60, 0]);
    let heard: Vec<_> = std::iter::from_fn(|| inputs.poll()).map(|arrived| (arrived.at.0, arrived.message)).collect();
    let word = |bytes: &[u8]| Message::Word(MidiWord::new(bytes).expect("a legal word"));
    let body = Message::SysEx(SysEx::new(&[0x7E, 5]).expect("a short body"));
    assert_eq!(heard, [(1, word(&[0x90, 60, 1])), (3, word(&[0xF8])), (4, body), (4, word(&[0x80, 60, 0]))]);
    assert_eq!((feeds[0].stats().arrived, feeds[0].stats().sysex), (4, 3));
}

#[test]
fn every_midi_input_conforms() {
    let script = script();
    conforms("none", None::<ScriptedMidi<'_>>, 0);
    conforms("scripted", ScriptedMidi::new(&script), 5);
    conforms("traced", TracedMidi::new(ScriptedMidi::new(&script)), 5);
    for period in [0, 2, 3] {
        conforms("faulty", FaultyMidi::new(ScriptedMidi::new(&script), period), 5);
    }
    let (inputs, mut feeds) = Inputs::new();
    for message in &script {
        give(&mut feeds, message);
    }
    conforms("inputs", inputs, 5);
    // Unplugged in the middle, once by word and once by leaving without one.
    let (inputs, mut feeds) = Inputs::new();
    for message in &script[..3] {
        give(&mut feeds, message);
    }
    feeds[0].let_go(Micros(7));
    drop(feeds);
    conforms("inputs unplugged", inputs, 5);
}

#[test]
fn a_script_waits_for_its_time_and_a_trace_counts() {
    let script = script();
    let mut input = ScriptedMidi::new(&script);
    input.set_now(Micros(4));
    assert_eq!(input.poll(), Some(script[0]));
    assert_eq!((input.poll(), input.remaining()), (None, 4));
    let mut traced = TracedMidi::new(input);
    assert_eq!(traced.poll(), None);
    let mut traced = TracedMidi::new({
        let mut input = traced.into_inner();
        input.set_now(Micros(9));
        input
    });
    while traced.poll().is_some() {}
    let trace = traced.trace();
    assert_eq!((trace.polls, trace.messages, trace.notes, trace.last), (5, 4, 1, Some(Micros(9))));
}

#[test]
fn a_remembering_output_takes_whole_messages_or_none() {
    let mut memory = [0; 5];
    let mut output = MemoryOut::new(&mut memory);
    assert_eq!(output.send(&[0x90, 60, 1]), Ok(()));
    assert_eq!(output.send(&[0x80, 60, 1]), Err(MemoryOutError::Full(3)));
    output.refuse(Some(FaultKind::Gone));
    assert_eq!(output.send(&[0xC0, 1]).map_err(|error| error.kind()), Err(FaultKind::Gone));
    output.refuse(None);
    assert_eq!(output.send(&[0xC0, 1]), Ok(()));
    assert_eq!(output.sent(), [0x90, 60, 1, 0xC0, 1]);
}

/// Bytes as no device sends them, but more often than not with something to find in them.
fn noise(dice: &mut Dice, bytes: &mut [u8]) {
    for byte in bytes {
        *byte = match dice.below(8) {
            0..=2 => dice.below(128) as u8,
            3 => 0x90 | dice.below(16) as u8,
            4 => [0xB0, 0x80, 0xE0, 0xF0, 0xF7, 0xF8][dice.below(6)],
            5 => [64, 66, 1, 120, 123][dice.below(5)],
            _ => dice.below(256) as u8,
        };
    }
}

#[test]
fn ten_million_bytes_of_chaos_leave_no_note() {
    const BYTES: usize = 10_000_000;
    let (mut inputs, mut feeds) = Inputs::new();
    let mut listener = Listener::default();
    let mut dice = Dice::new(0x5EED);
    let mut bytes = [0; 64];
    let (mut sent, mut now, mut disconnects) = (0, 0, 0_u32);
    while sent < BYTES {
        now += dice.below(2_000) as u64;
        let feed = &mut feeds[dice.below(SLOTS)];
        let lot = &mut bytes[..1 + dice.below(63)];
        noise(&mut dice, lot);
        // Stamps jitter backwards, too.
        feed.take(Micros(now - dice.below(500).min(now as usize) as u64), lot);
        sent += lot.len();
        // The listener stalls now and then, for longer than the rings hold.
        if dice.below(4) == 0 && !(sent / 400_000).is_multiple_of(5) {
            listener.hear("chaos", &mut inputs);
        }
        if dice.below(500) == 0 {
            feeds[dice.below(SLOTS)].let_go(Micros(now));
            disconnects += 1;
        }
        if dice.below(5_000) == 0 {
            everybody_leaves(&mut feeds, &mut inputs, &mut listener, now);
        }
        if dice.below(1_000) == 0 {
            recovers(&mut feeds[dice.below(SLOTS)], &mut inputs, &mut listener, now);
        }
    }
    everybody_leaves(&mut feeds, &mut inputs, &mut listener, now);
    let lost: u64 = feeds.iter().map(|feed| feed.stats().lost).sum();
    assert!(disconnects > 500, "{disconnects} disconnects are too few to tell");
    assert!(listener.heard > 1_000_000 && lost > 10_000, "{} heard, {lost} lost", listener.heard);
}

fn everybody_leaves(feeds: &mut [Feed], inputs: &mut Inputs, listener: &mut Listener, now: u64) {
    for feed in feeds {
        feed.let_go(Micros(now));
    }
    listener.hear("chaos", inputs);
    assert!(listener.held.is_empty(), "{:?} stays held", listener.held);
}

/// After any garbage the next status byte starts a message.
fn recovers(feed: &mut Feed, inputs: &mut Inputs, listener: &mut Listener, now: u64) {
    listener.hear("chaos", inputs);
    feed.take(Micros(now), &[0x9A, 60, 100]);
    let id = feed.id();
    // A mark of words lost may come first.
    let word = std::iter::from_fn(|| inputs.poll()).last().map(|message| (message.input, message.word()));
    assert_eq!(word, Some((id, MidiWord::new(&[0x9A, 60, 100]).ok())));
    feed.take(Micros(now), &[0x8A, 60, 0]);
}

#[test]
fn feeds_and_inputs_never_allocate() {
    let (mut inputs, mut feeds) = Inputs::new();
    let mut dice = Dice::new(7);
    let mut bytes = [0; 64];
    let (mut now, mut heard) = (0, 0_u64);
    reset_violation_count();
    assert_no_alloc(|| {
        for round in 0..200_000_u64 {
            now += 100;
            let feed = &mut feeds[dice.below(SLOTS)];
            noise(&mut dice, &mut bytes);
            feed.take(Micros(now), &bytes[..1 + dice.below(63)]);
            if round % 1_000 == 0 {
                feed.let_go(Micros(now));
            }
            // Often enough, then not at all for a while.
            if round % 64 == 0 && round / 20_000 % 2 == 0 {
                while inputs.poll().is_some() {
                    heard += 1;
                }
            }
        }
        // The longest farewell there is.
        for channel in 0..16 {
            for key in 0..128 {
                feeds[0].take(Micros(now), &[0x90 | channel, key, 1]);
                let _ = inputs.poll();
            }
        }
        while inputs.poll().is_some() {}
        feeds[0].let_go(Micros(now));
        while inputs.poll().is_some() {
            heard += 1;
        }
    });
    assert_eq!(violation_count(), 0);
    assert!(heard > 100_000 && feeds.iter().any(|feed| feed.stats().lost > WAITING as u64), "{heard} heard");
}
