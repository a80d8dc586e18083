//! Open Sound Control 1.0 messages over UDP.

use crate::backends::Fault;
use crate::problem::{Problem, must};
use crate::value::{MARK, unit};
use rosc::address::{verify_address, verify_address_pattern};
use rosc::{OscPacket, OscType};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

const MOST_ARGS: usize = 32;

/// Bytes of a message, below what UDP carries everywhere on a local network.
const LARGEST: usize = 8_192;

/// A message and where it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OscMessage {
    /// `host:port`; an IPv6 address in brackets.
    pub to: String,
    /// `/mixer/1/gain`.
    pub address: String,
    /// At most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<OscArg>,
}

/// An argument: an integer is sent as `i`, or as `h` when it needs 64 bits, a decimal number as `f`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OscArg {
    /// `T` or `F`.
    Bool(bool),
    /// `i` or `h`.
    Int(i64),
    /// `f`; kept as it is written, sent in 32 bits.
    Float(f64),
    /// `s`; the text `$value` is the control's value as `f` in 0..=1.
    Text(String),
}

impl OscArg {
    fn encoded(&self, value: u16) -> OscType {
        match self {
            Self::Bool(on) => OscType::Bool(*on),
            Self::Int(number) => i32::try_from(*number).map_or(OscType::Long(*number), OscType::Int),
            Self::Float(number) => OscType::Float(*number as f32),
            Self::Text(text) if text == MARK => OscType::Float(unit(value)),
            Self::Text(text) => OscType::String(text.clone()),
        }
    }
}

impl OscMessage {
    pub(crate) fn carries_value(&self) -> bool {
        self.args.iter().any(|arg| matches!(arg, OscArg::Text(text) if text == MARK))
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        check_target("to", &self.to)?;
        check_address("address", &self.address)?;
        must(self.args.len() <= MOST_ARGS, "args", format!("there are more than {MOST_ARGS}"))?;
        let finite = self.args.iter().all(|arg| !matches!(arg, OscArg::Float(number) if !(*number as f32).is_finite()));
        must(finite, "args", "a number is too large for 32 bits")?;
        let text = |arg: &OscArg| matches!(arg, OscArg::Text(text) if text.contains('\0'));
        must(!self.args.iter().any(text), "args", "OSC has no texts with a zero byte")?;
        must(self.encoded(0).len() <= LARGEST, "args", format!("the message is larger than {LARGEST} bytes"))
    }

    pub(crate) fn encoded(&self, value: u16) -> Vec<u8> {
        encode(&self.address, self.args.iter().map(|arg| arg.encoded(value)).collect())
    }
}

pub(crate) fn encode(address: &str, args: Vec<OscType>) -> Vec<u8> {
    let message = rosc::OscMessage { addr: address.to_owned(), args };
    // Writing into memory does not fail.
    rosc::encoder::encode(&OscPacket::Message(message)).unwrap_or_default()
}

pub(crate) fn check_address(field: &'static str, address: &str) -> Result<(), Problem> {
    let right = verify_address(address).is_ok() || verify_address_pattern(address).is_ok();
    must(right, field, format!("{address:?} is no OSC address; they look like /mixer/1/gain"))
}

pub(crate) fn check_target(field: &'static str, to: &str) -> Result<(), Problem> {
    let wrong = || Problem::new(field, format!("{to:?} is not host:port, as 127.0.0.1:9000"));
    let (host, port) = to.rsplit_once(':').ok_or_else(wrong)?;
    let port = port.parse::<u16>().is_ok_and(|port| port != 0);
    // Colons inside mean IPv6, which needs brackets to tell the port.
    let named = host.parse::<Ipv4Addr>().is_ok() || is_name(host);
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if port && (named || bracketed.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())) {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn is_name(host: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    !host.is_empty() && host.len() <= 253 && host.chars().all(letter)
}

/// Whether sending there needs no look-up of a name, which may take seconds.
pub(crate) fn is_near(to: &str) -> bool {
    to.parse::<SocketAddr>().is_ok() || to.rsplit_once(':').is_some_and(|(host, _)| host == "localhost")
}

/// Sends packets. Control; a name is looked up, which may take seconds.
pub trait Osc: Send + Sync {
    /// Sends an encoded packet to `host:port`.
    ///
    /// # Errors
    /// The name is unknown or the packet was refused here. That nobody listens is not noticed: it is UDP.
    fn send(&self, to: &str, packet: &[u8]) -> Result<(), Fault>;
}

/// A UDP socket for each packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct OscSocket;

impl Osc for OscSocket {
    fn send(&self, to: &str, packet: &[u8]) -> Result<(), Fault> {
        let failed = |e: std::io::Error| Fault::Failed(format!("nothing can be sent to {to}: {e}"));
        let target = to.to_socket_addrs().map_err(failed)?.next();
        let target = target.ok_or_else(|| Fault::Failed(format!("{to} has no address")))?;
        let any = match target.ip() {
            IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        UdpSocket::bind(any).and_then(|socket| socket.send_to(packet, target)).map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn message(json: &str) -> OscMessage {
        serde_json::from_str(json).expect("it is well-formed")
    }

    fn arrives(json: &str, value: u16, expected: &str) {
        let listener = UdpSocket::bind("127.0.0.1:0").expect("loopback is there");
        listener.set_read_timeout(Some(Duration::from_secs(10))).expect("sockets have timeouts");
        let mut message = message(json);
        message.to = listener.local_addr().expect("it is bound").to_string();
        OscSocket.send(&message.to, &message.encoded(value)).expect("loopback takes packets");
        let mut bytes = [0; LARGEST];
        let size = listener.recv(&mut bytes).expect("the packet is there");
        let (_, packet) = rosc::decoder::decode_udp(&bytes[..size]).expect("it is OSC");
        let OscPacket::Message(found) = packet else { panic!("it is a bundle") };
        assert_eq!(format!("{} {:?}", found.addr, found.args), expected);
    }

    #[test]
    fn every_type_arrives() {
        arrives(r#"{"to": "", "address": "/play"}"#, 0, "/play []");
        arrives(
            r#"{"to": "", "address": "/a/b", "args": [1, 1.5, true, "x", 5000000000, "$value", "$value!"]}"#,
            u16::MAX,
            r#"/a/b [Int(1), Float(1.5), Bool(true), String("x"), Long(5000000000), Float(1.0), String("$value!")]"#,
        );
    }

    #[test]
    fn targets_are_checked() {
        let check = |to: &str, right: bool| assert_eq!(check_target("to", to).is_ok(), right, "{to}");
        check("127.0.0.1:9000", true);
        check("localhost:1", true);
        check("desk.local:65535", true);
        check("[::1]:9000", true);
        check("::1:9000", false);
        check("127.0.0.1", false);
        check("127.0.0.1:0", false);
        check("127.0.0.1:70000", false);
        check(":9000", false);
        check("a b:9000", false);
        check("[localhost]:9000", false);
        assert!(is_near("127.0.0.1:1") && is_near("[::1]:1") && is_near("localhost:1") && !is_near("desk.local:1"));
    }

    #[test]
    fn messages_are_checked() {
        let check = |json: &str, expected: &str| {
            let found = message(json).check().map_or_else(|problem| problem.field, |()| "");
            assert_eq!(found, expected, "{json}");
        };
        check(r#"{"to": "a:1", "address": "/a", "args": [1, "$value"]}"#, "");
        check(r#"{"to": "a:1", "address": "/track/*/mute"}"#, "");
        check(r#"{"to": "a", "address": "/a"}"#, "to");
        check(r#"{"to": "a:1", "address": "a"}"#, "address");
        check(r#"{"to": "a:1", "address": "/a b"}"#, "address");
        check(r#"{"to": "a:1", "address": "/a", "args": ["a\u0000b"]}"#, "args");
        check(r#"{"to": "a:1", "address": "/a", "args": [1e300]}"#, "args");
        let many = serde_json::json!({"to": "a:1", "address": "/a", "args": vec![0; 33]});
        check(&many.to_string(), "args");
        let large = serde_json::json!({"to": "a:1", "address": "/a", "args": ["x".repeat(9_000)]});
        check(&large.to_string(), "args");
    }

    #[test]
    fn a_failure_names_the_target() {
        let fault = OscSocket.send("nowhere.invalid:9000", b"").expect_err("the name is reserved to not exist");
        assert!(fault.to_string().contains("nowhere.invalid:9000"), "{fault}");
    }
}
