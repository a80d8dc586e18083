//! The last messages of all inputs, noted on their way to the panels, for whoever wants to see what comes in.

use super::ports::Port;
use crate::controller::message_text;
use ripieno_firmware::protocol::is_ours;
use ripieno_ports::{Arrived, InputId, Message, Micros, MidiIn};
use ripieno_ring::spsc::{Consumer, Producer, channel};
use ripieno_web::shape::HeardMidi;
use std::collections::VecDeque;

/// Messages that are remembered.
const REMEMBERED: usize = 64;
/// Messages that may wait to be remembered: more than come between two looks.
const WAITING: usize = 1_024;
/// Bytes of a message that are kept.
const KEPT: usize = 16;
/// Clock and active sensing: they would leave no room for anything else.
const BEATS: [u8; 2] = [0xF8, 0xFE];

/// A message as it is noted, without a heap.
#[derive(Clone, Copy, Debug)]
struct Note {
    at: Micros,
    input: InputId,
    length: u8,
    bytes: [u8; KEPT],
}

impl Note {
    fn of(arrived: &Arrived) -> Self {
        let mut note = Self { at: arrived.at, input: arrived.input, length: 0, bytes: [0; KEPT] };
        match &arrived.message {
            Message::Word(word) => note.add(word.as_bytes()),
            Message::SysEx(body) => {
                note.add(&[0xF0]);
                note.add(body.as_bytes());
                note.add(&[0xF7]);
            }
            Message::Part(part) => note.add(part.as_bytes()),
        }
        note
    }

    fn add(&mut self, bytes: &[u8]) {
        let free = self.bytes.iter_mut().skip(usize::from(self.length));
        for (place, byte) in free.zip(bytes) {
            *place = *byte;
            self.length += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// An input whose messages are noted as they are taken.
#[derive(Debug)]
pub struct Noted<M> {
    midi: M,
    notes: Producer<'static, Note>,
}

impl<M: MidiIn> MidiIn for Noted<M> {
    fn poll(&mut self) -> Option<Arrived> {
        let arrived = self.midi.poll()?;
        // What finds no room is not shown; it is played all the same.
        let _ = self.notes.push(Note::of(&arrived));
        Some(arrived)
    }
}

/// What was noted.
#[derive(Debug)]
pub struct Recent {
    notes: Consumer<'static, Note>,
    list: VecDeque<HeardMidi>,
    count: u64,
}

/// An input that passes everything on, and what can be seen of it.
pub fn noting<M: MidiIn>(midi: M) -> (Noted<M>, Recent) {
    let (tell, notes) = channel(WAITING);
    (Noted { midi, notes: tell }, Recent { notes, list: VecDeque::new(), count: 0 })
}

impl Recent {
    /// Takes what came since the last time. `now` is the same moment on the inputs' clock and in seconds since 1970.
    pub fn take(&mut self, ports: &[Port], now: (Micros, f64)) {
        while let Some(note) = self.notes.pop() {
            let bytes = note.bytes();
            let body = bytes.strip_prefix(&[0xF0]).map(|body| body.strip_suffix(&[0xF7]).unwrap_or(body));
            let is_protocol = body.is_some_and(is_ours);
            if is_protocol || matches!(bytes, [beat] if BEATS.contains(beat)) {
                continue;
            }
            let slot = usize::from(note.input.0);
            let device = ports.iter().find(|port| port.slot == Some(slot)).map(|port| port.name.clone());
            self.count += 1;
            self.list.push_back(HeardMidi {
                number: self.count,
                at: now.1 - now.0.0.saturating_sub(note.at.0) as f64 / 1e6,
                device: device.unwrap_or_default(),
                bytes: bytes.into(),
                text: message_text(bytes),
            });
        }
        self.list.drain(..self.list.len().saturating_sub(REMEMBERED));
    }

    /// The last ones, the oldest first.
    pub fn list(&self) -> Vec<HeardMidi> {
        self.list.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_ports::ScriptedMidi;
    use ripieno_types::midi::{MidiWord, SysEx};

    fn word(at: u64, bytes: &[u8]) -> Arrived {
        Arrived { at: Micros(at), input: InputId(2), message: MidiWord::new(bytes).unwrap().into() }
    }

    fn port() -> Port {
        Port { slot: Some(2), name: "MPK".into(), id: "2:0".into(), is_connected: true, trouble: None }
    }

    #[test]
    fn what_passes_is_noted_and_beats_are_not() {
        let general = Message::SysEx(SysEx::new(&[0x7E, 0x7F, 0x09, 0x01]).unwrap());
        let identity = Message::SysEx(SysEx::new(&[0x7E, 0x7F, 0x06, 0x01]).unwrap());
        let script = [
            word(1_000_000, &[0x90, 60, 100]),
            word(1_000_001, &[0xF8]),
            Arrived { message: general, ..word(1_000_002, &[0xFE]) },
            // What programs ask controllers.
            Arrived { message: identity, ..word(1_000_003, &[0xFE]) },
            word(1_500_000, &[0xB0, 48, 7]),
        ];
        let (mut midi, mut recent) = noting(ScriptedMidi::new(&script));
        let passed: Vec<Arrived> = std::iter::from_fn(|| midi.poll()).collect();
        assert_eq!(passed, script);
        recent.take(&[port()], (Micros(2_000_000), 100.0));
        let list = recent.list();
        let told: Vec<_> = list.iter().map(|heard| (heard.number, heard.at, heard.bytes.as_slice())).collect();
        let sysex = [0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
        assert_eq!(told[..1], [(1, 99.0, &[0x90, 60, 100][..])]);
        assert_eq!((told[1].2, told[2].2, told.len()), (&sysex[..], &[0xB0, 48, 7][..], 3));
        assert_eq!((list[0].device.as_str(), list[0].text.as_str()), ("MPK", "note 60 on, velocity 100, channel 1"));
    }

    #[test]
    fn only_the_last_are_remembered_and_a_flood_is_passed_on() {
        let script = [word(0, &[0x90, 60, 100]); 3_000];
        let (mut midi, mut recent) = noting(ScriptedMidi::new(&script));
        assert_eq!(std::iter::from_fn(|| midi.poll()).count(), script.len());
        recent.take(&[], (Micros(0), 0.0));
        let list = recent.list();
        assert_eq!((list.len(), list.last().map(|heard| heard.number)), (REMEMBERED, Some(WAITING as u64)));
        assert_eq!(list[0].device, "");
    }
}
