//! What every [`MidiIn`] promises, run on every version of the port, and a listener that keeps the books.

use ripieno_ports::{Arrived, InputId, Message, Micros, MidiIn};
use ripieno_types::midi::{Held, MidiMessage, MidiWord};

/// What a synth would believe, all inputs together.
#[derive(Debug, Default)]
pub struct Listener {
    /// What is down or off centre.
    pub held: Held,
    /// Messages heard.
    pub heard: u64,
    last: [Micros; 16],
}

impl Listener {
    /// Takes what has arrived until `input` has no more to say.
    ///
    /// # Panics
    /// When a word is illegal, or an input's messages run backwards in time.
    pub fn hear(&mut self, name: &str, input: &mut impl MidiIn) {
        while let Some(message) = input.poll() {
            self.take(name, message);
        }
    }

    fn take(&mut self, name: &str, Arrived { at, input: InputId(slot), message }: Arrived) {
        let last = &mut self.last[usize::from(slot)];
        assert!(at >= *last, "{name}: input {slot} runs backwards, from {} to {}", last.0, at.0);
        *last = at;
        self.heard += 1;
        match message {
            Message::Word(word) => {
                assert_eq!(MidiWord::new(word.as_bytes()), Ok(word), "{name}: not a legal word");
                assert!(!matches!(word.message(), MidiMessage::Reserved(_)), "{name}: a reserved word");
                self.held.follow(word);
            }
            Message::SysEx(body) => assert!(body.as_bytes().is_ascii(), "{name}: not a legal body"),
            Message::Part(part) => {
                let is_legal = |byte: &u8| matches!(byte, 0..=0x7F | 0xF0 | 0xF7);
                assert!(part.as_bytes().iter().all(is_legal), "{name}: not a legal part");
            }
        }
    }
}

/// An input to test, with a note on two of its slots and whatever lets them go, all arrived.
///
/// # Panics
/// When words are illegal or out of order, when nothing came, when notes stay held, or when an input that is at its end
/// gives more.
pub fn conforms(name: &str, mut input: impl MidiIn, messages: u64) {
    let mut listener = Listener::default();
    // An input may have nothing to say for once; it must not for long.
    for _ in 0..messages + 3 {
        listener.hear(name, &mut input);
    }
    assert_eq!(listener.heard, messages, "{name}: messages heard");
    assert!(listener.held.is_empty(), "{name}: {:?} stays held", listener.held);
    assert_eq!(input.poll(), None, "{name}: more after the end");
    // A port passes through a reference.
    let through: &mut dyn MidiIn = &mut input;
    assert_eq!(through.poll(), None, "{name}: more through a reference");
}
