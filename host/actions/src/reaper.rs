//! REAPER through its OSC surface: actions by number or name, and any address of its pattern file.

use crate::osc::{check_address, encode};
use crate::problem::{Problem, must};
use crate::value::unit;
use rosc::OscType;
use serde::{Deserialize, Serialize};

/// What REAPER is to do. It listens at `[actions] reaper`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reaper {
    /// Which action.
    pub action: ReaperAction,
}

/// An action of REAPER's list, or an address of its OSC patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReaperAction {
    /// A command's number, as `40044` for play and stop.
    Number(u32),
    /// A command's name, as `_SWS_SAVESEL`; a number; or an address, as `/track/1/volume`, which is sent the control's
    /// value as a decimal number in 0..=1.
    Text(String),
}

impl Reaper {
    pub(crate) fn carries_value(&self) -> bool {
        matches!(&self.action, ReaperAction::Text(text) if text.starts_with('/'))
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        match &self.action {
            ReaperAction::Text(text) if text.starts_with('/') => check_address("action", text),
            action => {
                must(command(action).is_some(), "action", "write a number, a name as _SWS_SAVESEL, or an /address")
            }
        }
    }

    pub(crate) fn encoded(&self, value: u16) -> Vec<u8> {
        match &self.action {
            ReaperAction::Text(address) if self.carries_value() => encode(address, vec![OscType::Float(unit(value))]),
            action => match command(action) {
                Some(Command::Number(number)) => encode("/action", vec![OscType::Int(number)]),
                Some(Command::Name(name)) => encode("/action/str", vec![OscType::String(name.to_owned())]),
                None => Vec::new(),
            },
        }
    }
}

enum Command<'a> {
    Number(i32),
    Name(&'a str),
}

fn command(action: &ReaperAction) -> Option<Command<'_>> {
    let number = |number: u32| i32::try_from(number).ok().filter(|number| *number > 0).map(Command::Number);
    match action {
        ReaperAction::Number(given) => number(*given),
        ReaperAction::Text(text) if text.chars().all(|c| c.is_ascii_digit()) => text.parse().ok().and_then(number),
        ReaperAction::Text(text) => {
            let word = text.len() <= 128 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            word.then_some(Command::Name(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosc::OscPacket;

    fn check(json: &str, expected: &str) {
        let reaper: Reaper = serde_json::from_str(&format!(r#"{{"action": {json}}}"#)).expect("it is well-formed");
        let found = match reaper.check() {
            Err(problem) => format!("wrong {}", problem.field),
            Ok(()) => match rosc::decoder::decode_udp(&reaper.encoded(u16::MAX)).expect("it is OSC").1 {
                OscPacket::Message(message) => format!("{} {:?}", message.addr, message.args),
                OscPacket::Bundle(_) => "a bundle".to_owned(),
            },
        };
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn numbers_names_and_addresses_are_told_apart() {
        check("40044", "/action [Int(40044)]");
        check(r#""40044""#, "/action [Int(40044)]");
        check(r#""_SWS_SAVESEL""#, r#"/action/str [String("_SWS_SAVESEL")]"#);
        check(r#""/track/1/volume""#, "/track/1/volume [Float(1.0)]");
        check(r#""""#, "wrong action");
        check("0", "wrong action");
        check("4000000000", "wrong action");
        check(r#""play now""#, "wrong action");
        check(r#""/a b""#, "wrong action");
    }
}
