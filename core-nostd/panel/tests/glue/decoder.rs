//! Words and what is read from them, and pairs against a model that sees the whole list.

use proptest::prelude::*;
use ripieno_panel::Source::{self, *};
use ripieno_panel::value::{from_7, from_14};
use ripieno_panel::{Decoder, Event, PAIR_WAIT_MICROS, Reading};
use ripieno_types::midi::MidiWord;
use std::collections::HashMap;

/// A word that arrives at a time, or a tick at it.
enum In {
    Word(u64, &'static [u8]),
    Tick(u64),
}

fn word(bytes: &[u8]) -> MidiWord {
    MidiWord::new(bytes).unwrap()
}

fn at(source: Source, value: u16, bits: u8) -> (Source, Option<u8>, Event) {
    (source, Some(0), Event::At { value, bits })
}

fn at_7(source: Source, bits: u8) -> (Source, Option<u8>, Event) {
    at(source, from_7(bits), bits)
}

fn at_14(source: Source, upper: u8, lower: u8) -> (Source, Option<u8>, Event) {
    at(source, from_14(u16::from(upper) << 7 | u16::from(lower)), upper)
}

/// Everything that is said about words and ticks, in order.
fn read(input: &[In]) -> Vec<(Source, Option<u8>, Event)> {
    let mut decoder = Decoder::default();
    let mut said = Vec::new();
    for step in input {
        match *step {
            In::Word(now, bytes) => said.extend(decoder.feed(now, word(bytes)).into_iter().flatten()),
            In::Tick(now) => said.extend(std::iter::from_fn(|| decoder.tick(now))),
        }
    }
    said.into_iter().map(|Reading { source, channel, event }| (source, channel, event)).collect()
}

/// What is said about words that come one after the other, without a pause.
fn check(words: &[&'static [u8]], expected: &[(Source, Option<u8>, Event)]) {
    let input: Vec<_> = words.iter().map(|bytes| In::Word(0, bytes)).collect();
    assert_eq!(read(&input), expected, "{words:02x?}");
}

#[test]
fn every_kind_of_word_is_read() {
    check(&[&[0x93, 60, 64]], &[(Note(60), Some(3), Event::Down(0x8000))]);
    check(&[&[0x93, 60, 1]], &[(Note(60), Some(3), Event::Down(512))]);
    check(&[&[0x93, 60, 0], &[0x8F, 60, 64]], &[(Note(60), Some(3), Event::Up), (Note(60), Some(15), Event::Up)]);
    check(&[&[0xA0, 60, 127]], &[at(PolyPressure(60), 65_535, 127)]);
    check(&[&[0xB0, 64, 64], &[0xB0, 127, 0]], &[at(Control(64), 0x8000, 64), at_7(Control(127), 0)]);
    check(&[&[0xC0, 5]], &[at_7(Program, 5), (ProgramIs(5), Some(0), Event::Trigger)]);
    check(&[&[0xD0, 127]], &[at(ChannelPressure, 65_535, 127)]);
    check(&[&[0xE0, 0, 64]], &[at(PitchBend, 0x8000, 64)]);
    check(&[&[0xE0, 127, 127], &[0xE0, 1, 0]], &[at(PitchBend, 65_535, 127), at(PitchBend, 4, 0)]);
    let trigger = |source| (source, None, Event::Trigger);
    check(&[&[0xF8], &[0xFA], &[0xFB], &[0xFC]], &[Clock, Start, Continue, Stop].map(trigger));
    check(&[&[0xF1, 5], &[0xF2, 5, 6], &[0xF3, 5], &[0xF6], &[0xFE], &[0xFF]], &[]);
}

#[test]
fn pairs_are_as_the_table_says() {
    let (a, b) = (Control14(1), Control(1));
    let fine = Control(33);
    let wait = PAIR_WAIT_MICROS;
    // unknown, second half
    check(&[&[0xB0, 33, 5]], &[at_7(fine, 5)]);
    // waiting, second half; known, second half
    check(
        &[&[0xB0, 1, 100], &[0xB0, 33, 5], &[0xB0, 33, 6]],
        &[at_7(b, 100), at_14(a, 100, 5), at_7(fine, 5), at_14(a, 100, 6), at_7(fine, 6)],
    );
    // waiting, first half
    check(&[&[0xB0, 1, 100], &[0xB0, 1, 127]], &[at_7(b, 100), at_7(a, 100), at_7(b, 127)]);
    // waiting, another channel's or another pair's second half
    check(&[&[0xB0, 1, 100], &[0xB0, 34, 5]], &[at_7(b, 100), at_7(Control(34), 5)]);
    check(&[&[0xB0, 1, 100], &[0xB1, 33, 5]], &[at_7(b, 100), (fine, Some(1), at_7(fine, 5).2)]);
    // waiting, nothing; then known
    let input = [In::Word(7, &[0xB0, 1, 127]), In::Tick(7 + wait - 1), In::Tick(7 + wait), In::Tick(9 * wait)];
    assert_eq!(read(&input), [at_7(b, 127), at(a, 65_535, 127)]);
    let input = [In::Word(0, &[0xB0, 1, 127]), In::Tick(wait), In::Word(wait, &[0xB0, 33, 5])];
    assert_eq!(read(&input), [at_7(b, 127), at_7(a, 127), at_14(a, 127, 5), at_7(fine, 5)]);
    // nobody let the time pass
    let input = [In::Word(0, &[0xB0, 1, 127]), In::Word(wait * 5, &[0xB0, 33, 5]), In::Tick(wait * 9)];
    assert_eq!(read(&input), [at_7(b, 127), at_14(a, 127, 5), at_7(fine, 5)]);
    // waiting, too many
    let mut decoder = Decoder::default();
    let said: Vec<_> =
        (0..32).flat_map(|n| decoder.feed(n.into(), word(&[0xB0, n, n]))).flatten().map(|said| said.source).collect();
    let still = std::iter::from_fn(|| decoder.tick(u64::MAX)).map(|said| said.source);
    let pairs: Vec<_> = said.into_iter().chain(still).filter(|source| matches!(source, Control14(_))).collect();
    assert_eq!(pairs, (0..32).map(Control14).collect::<Vec<_>>(), "in the order in which they came");
}

#[test]
fn parameters_are_as_the_table_says() {
    let quiet = |words: &[&'static [u8]]| -> Vec<_> {
        let input: Vec<_> = words.iter().map(|bytes| In::Word(0, bytes)).chain([In::Tick(PAIR_WAIT_MICROS)]).collect();
        read(&input).into_iter().filter(|(source, ..)| !matches!(source, Control(_))).collect()
    };
    let by = |source, by| (source, Some(0), Event::By(by));
    let n = Nrpn(2 * 128 + 3);
    let r = Rpn(2);
    let choose_n: [&[u8]; 2] = [&[0xB0, 99, 2], &[0xB0, 98, 3]];
    let choose_r: [&[u8]; 2] = [&[0xB0, 100, 2], &[0xB0, 101, 0]];
    let null: [&[u8]; 2] = [&[0xB0, 101, 127], &[0xB0, 100, 127]];
    let data: [&[u8]; 2] = [&[0xB0, 6, 70], &[0xB0, 38, 9]];
    let case =
        |parts: &[&[&'static [u8]]], expected: &[_]| assert_eq!(quiet(&parts.concat()), expected, "{parts:02x?}");

    // nothing or half chosen: 6 and 38 are a pair like any other
    case(&[&data], &[at_14(Control14(6), 70, 9)]);
    case(&[&choose_n[..1], &data], &[at_14(Control14(6), 70, 9)]);
    case(&[&choose_n[1..], &[&[0xB0, 96, 0], &[0xB0, 97, 0]]], &[]);
    // chosen, in either order
    case(&[&choose_n, &data], &[at_14(n, 70, 9)]);
    case(&[&choose_r, &data], &[at_14(r, 70, 9)]);
    // alone, refined, once more
    case(&[&choose_n, &data[..1]], &[at_7(n, 70)]);
    case(&[&choose_n, &data, &data[1..]], &[at_14(n, 70, 9), at_14(n, 70, 9)]);
    case(&[&choose_n, &data[..1], &data[..1]], &[at_7(n, 70), at_7(n, 70)]);
    // one more, one less, whatever their data; what waits comes first
    case(&[&choose_n, &[&[0xB0, 96, 0], &[0xB0, 97, 127]]], &[by(n, 1), by(n, -1)]);
    case(&[&choose_r, &data[..1], &[&[0xB0, 97, 1]]], &[at_7(r, 70), by(r, -1)]);
    // the kind that is chosen last counts, and half of a kind is nothing
    case(&[&choose_n, &choose_r, &data], &[at_14(r, 70, 9)]);
    case(&[&choose_n, &choose_r[..1], &data], &[at_14(Control14(6), 70, 9)]);
    // what waits goes to the parameter before
    case(&[&choose_n, &data[..1], &choose_r, &data], &[at_7(n, 70), at_14(r, 70, 9)]);
    case(&[&choose_n, &data[..1], &null], &[at_7(n, 70)]);
    // after the null there is none; another half of the kind chooses again
    case(&[&choose_r, &null, &data], &[at_14(Control14(6), 70, 9)]);
    case(&[&choose_n, &[&[0xB0, 99, 127], &[0xB0, 98, 127]], &data], &[at_14(Control14(6), 70, 9)]);
    case(&[&choose_n, &[&[0xB0, 98, 4]], &data], &[at_14(Nrpn(2 * 128 + 4), 70, 9)]);
    // a second half alone refines the same parameter, never another
    case(&[&choose_n, &data, &choose_n, &data[1..]], &[at_14(n, 70, 9), at_14(n, 70, 9)]);
    case(&[&choose_n, &data, &[&[0xB0, 98, 4]], &data[1..]], &[at_14(n, 70, 9)]);
    // other pairs are themselves
    case(&[&choose_n, &[&[0xB0, 1, 70], &[0xB0, 33, 9]]], &[at_14(Control14(1), 70, 9)]);
    // channels are apart
    case(&[&choose_n, &[&[0xB5, 6, 70], &[0xB5, 38, 9]]], &[(Control14(6), Some(5), at_14(n, 70, 9).2)]);
}

#[test]
fn a_decoder_is_small() {
    assert!(size_of::<Decoder>() <= 700, "{} bytes", size_of::<Decoder>());
}

/// A word of any kind, more often than not a controller of few.
fn words() -> impl Strategy<Value = MidiWord> {
    let number = prop_oneof![0..3u8, 32..35u8, Just(6), Just(38), 96..102u8, 0..128u8];
    let any = (0x80..=0xFFu8, 0..128u8, 0..128u8).prop_filter_map("undefined", |(status, one, two)| {
        (0..=2).find_map(|n| MidiWord::new(&[status, one, two][..=n]).ok())
    });
    prop_oneof![
        3 => (0..2u8, number, 0..128u8).prop_map(|(channel, number, value)| word(&[0xB0 | channel, number, value])),
        1 => any,
    ]
}

/// What pairs say, by looking ahead in the whole list: `(time, channel, number, value)`.
fn pairs_by_looking_ahead(words: &[(u64, [u8; 3])]) -> Vec<(u64, u8, u8, u16)> {
    let mut said = Vec::new();
    let mut first = HashMap::new();
    for (i, &(now, [status, number, bits])) in words.iter().enumerate() {
        let key = (status & 15, number & 31);
        if number < 32 {
            first.insert(key, bits);
            let next = words[i + 1..].iter().find(|(_, [s, n, _])| (s & 15, n & 31) == key);
            match next {
                Some((then, _)) if *then < now + PAIR_WAIT_MICROS => {
                    if next.unwrap().1[1] < 32 {
                        said.push((*then, key.0, key.1, from_7(bits)));
                    }
                }
                _ => said.push((now + PAIR_WAIT_MICROS, key.0, key.1, from_7(bits))),
            }
        } else if let Some(first) = first.get(&key) {
            said.push((now, key.0, key.1, from_14(u16::from(*first) << 7 | u16::from(bits))));
        }
    }
    said.sort_unstable();
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Nothing that MIDI can say is too much; every note-on is one down, every note-off one up, every controller once itself.
    #[test]
    fn no_edge_is_lost(words in prop::collection::vec((0..12_000u64, words()), 0..120)) {
        let mut decoder = Decoder::default();
        let mut now = 0;
        let mut waiting = 0;
        for (pause, word) in words {
            now += pause;
            while let Some(reading) = decoder.tick(now) {
                let is_at = matches!(reading.event, Event::At { .. });
                prop_assert!(is_at && !reading.source.is_button());
                waiting += 1;
                prop_assert!(waiting < 500, "ticks end");
            }
            prop_assert!(decoder.due().is_none_or(|due| due > now && due <= now + PAIR_WAIT_MICROS));
            let said = decoder.feed(now, word);
            let plain: Vec<_> = said
                .into_iter()
                .flatten()
                .filter(|reading| matches!(reading.source, Note(_) | Control(_)))
                .map(|reading| (reading.source, reading.channel, reading.event))
                .collect();
            let &[status, ref data @ ..] = word.as_bytes() else { unreachable!() };
            let channel = Some(status & 15);
            let expected = match (status >> 4, data) {
                (9, &[note, velocity]) if velocity > 0 => vec![(Note(note), channel, Event::Down(from_7(velocity)))],
                (8 | 9, &[note, _]) => vec![(Note(note), channel, Event::Up)],
                (11, &[number, bits]) => {
                    vec![(Control(number), channel, Event::At { value: from_7(bits), bits })]
                }
                _ => vec![],
            };
            prop_assert_eq!(plain, expected);
        }
    }

    /// Pairs, with time let pass as soon as it is due, say what somebody says who sees the whole list at once.
    #[test]
    fn pairs_say_what_a_plain_model_says(
        words in prop::collection::vec((0..6_000u64, 0xB0..=0xB1u8, prop_oneof![0..3u8, 32..35u8], 0..128u8), 0..80)
    ) {
        let mut now = 0;
        let words: Vec<_> = words.into_iter().map(|(pause, status, number, bits)| {
            now += pause;
            (now, [status, number, bits])
        }).collect();
        let mut decoder = Decoder::default();
        let mut said = Vec::new();
        let mut note = |now, reading: Reading| if let (Control14(n), Event::At { value, .. }) = (reading.source, reading.event) {
            said.push((now, reading.channel.unwrap(), n, value));
        };
        for (now, bytes) in &words {
            while let Some((due, reading)) = decoder.due().and_then(|due| decoder.tick(due.min(*now)).map(|said| (due, said))) {
                note(due, reading);
            }
            decoder.feed(*now, word(bytes)).into_iter().flatten().for_each(|reading| note(*now, reading));
        }
        while let Some((due, reading)) = decoder.due().and_then(|due| decoder.tick(due).map(|said| (due, said))) {
            note(due, reading);
        }
        said.sort_unstable();
        prop_assert_eq!(said, pairs_by_looking_ahead(&words));
    }
}
