//! Bytes for a MIDI output of the host's.

use crate::problem::{Problem, must};
use crate::value::{MARK, seven_bits};
use serde::{Deserialize, Serialize};

/// Bytes of the longest message, which is a SysEx.
const LONGEST: usize = 4_096;

/// One message and the port it goes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MidiMessage {
    /// Name of the output, as the list of devices shows.
    pub port: String,
    /// The message.
    pub message: MidiBytes,
}

/// One whole MIDI message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MidiBytes {
    /// Hexadecimal, `90 3c 7f`; `$value` for a data byte is the control's value in seven bits.
    Hex(String),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

/// Sends MIDI, given by the host. Control.
pub trait MidiOut: Send {
    /// Sends one whole message to the output of this name.
    ///
    /// # Errors
    /// A sentence for the log.
    fn send(&mut self, port: &str, bytes: &[u8]) -> Result<(), String>;
}

impl MidiMessage {
    pub(crate) fn carries_value(&self) -> bool {
        matches!(&self.message, MidiBytes::Hex(text) if text.contains(MARK))
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        must(!self.port.trim().is_empty(), "port", "it is empty; write the name of a MIDI output")?;
        let bytes = self.bytes(0).map_err(|what| Problem::new("message", what))?;
        must(bytes.len() <= LONGEST, "message", format!("it is longer than {LONGEST} bytes"))?;
        whole(&bytes).map_err(|what| Problem::new("message", what))
    }

    /// The bytes to send, or what cannot be read.
    pub(crate) fn bytes(&self, value: u16) -> Result<Vec<u8>, String> {
        let text = match &self.message {
            MidiBytes::Bytes(bytes) => return Ok(bytes.clone()),
            MidiBytes::Hex(text) => text,
        };
        let mut bytes = Vec::new();
        for token in text.split_whitespace() {
            if token == MARK {
                bytes.push(seven_bits(value));
                continue;
            }
            let wrong = || format!("{token:?} is no pair of hexadecimal digits");
            if !token.is_ascii() || token.len() % 2 != 0 || token.starts_with('+') {
                return Err(wrong());
            }
            for at in (0..token.len()).step_by(2) {
                bytes.push(u8::from_str_radix(&token[at..at + 2], 16).map_err(|_| wrong())?);
            }
        }
        Ok(bytes)
    }
}

/// Whether these bytes are one whole message.
fn whole(bytes: &[u8]) -> Result<(), String> {
    let Some((status, data)) = bytes.split_first() else { return Err("it is empty".to_owned()) };
    let length = match status {
        0x00..0x80 => return Err(format!("it starts with {status:02x}; a status byte is 80 or more")),
        0x80..0xC0 | 0xE0..0xF0 | 0xF2 => 2,
        0xC0..0xE0 | 0xF1 | 0xF3 => 1,
        0xF6 | 0xF8 | 0xFA..=0xFC | 0xFE | 0xFF => 0,
        0xF0 => match data.split_last() {
            Some((0xF7, inner)) => return seven(inner),
            _ => return Err("a SysEx ends with f7".to_owned()),
        },
        0xF4 | 0xF5 | 0xF7 | 0xF9 | 0xFD => return Err(format!("{status:02x} starts no message")),
    };
    if data.len() != length {
        return Err(format!("after {status:02x} come {length} bytes, not {}", data.len()));
    }
    seven(data)
}

fn seven(data: &[u8]) -> Result<(), String> {
    let wrong = data.iter().find(|byte| **byte >= 0x80);
    wrong.map_or(Ok(()), |byte| Err(format!("{byte:02x} is no data byte; they are below 80")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(json: &str, expected: &str) {
        let message: MidiBytes = serde_json::from_str(json).expect("it is well-formed");
        let message = MidiMessage { port: "synth".into(), message };
        let found = match message.check() {
            Ok(()) => format!("{:02x?}", message.bytes(0x8000).expect("it was checked")),
            Err(problem) => problem.what,
        };
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn one_whole_message_passes() {
        check(r#""90 3c 7f""#, "[90, 3c, 7f]");
        check(r#""903C7F""#, "[90, 3c, 7f]");
        check(r#""b0 07 $value""#, "[b0, 07, 40]");
        check("[192, 5]", "[c0, 05]");
        check(r#""f0 7e 00 06 01 f7""#, "[f0, 7e, 00, 06, 01, f7]");
        check(r#""f8""#, "[f8]");
        check(r#""""#, "it is empty");
        check("[]", "it is empty");
        check(r#""3c 7f""#, "it starts with 3c; a status byte is 80 or more");
        check(r#""$value 00""#, "it starts with 00; a status byte is 80 or more");
        check(r#""90 3c""#, "after 90 come 2 bytes, not 1");
        check(r#""90 3c 7f 80 3c 00""#, "after 90 come 2 bytes, not 5");
        check(r#""90 3c 80""#, "80 is no data byte; they are below 80");
        check(r#""f0 01""#, "a SysEx ends with f7");
        check(r#""f0 90 f7""#, "90 is no data byte; they are below 80");
        check(r#""f4""#, "f4 starts no message");
        check(r#""90 3c 7""#, r#""7" is no pair of hexadecimal digits"#);
        check(r#""90 3c +1""#, r#""+1" is no pair of hexadecimal digits"#);
        check(r#""90 3c é""#, r#""é" is no pair of hexadecimal digits"#);
    }

    #[test]
    fn a_port_has_a_name() {
        let message = MidiMessage { port: " ".into(), message: MidiBytes::Bytes(vec![0xF8]) };
        assert_eq!(message.check().map_err(|problem| problem.field), Err("port"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}", value: u16) {
            let message = MidiMessage { port: "synth".into(), message: MidiBytes::Hex(text) };
            if message.check().is_ok() {
                let bytes = message.bytes(value).expect("it was checked");
                prop_assert!(whole(&bytes).is_ok());
            }
        }
    }
}
