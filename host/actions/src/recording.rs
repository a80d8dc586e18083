//! Backends that write down what would have been done.

use crate::backends::Fault;
use crate::cancel::Cancel;
use crate::config::ObsConfig;
use crate::front::{Application, Front};
use crate::http::{Http, HttpRequest};
use crate::keyboard::Keys;
use crate::keys::Key;
use crate::launch::{Launch, Program, Programs, Stop};
use crate::midi::MidiOut;
use crate::obs::{Obs, ObsRequest};
use crate::osc::Osc;
use crate::value::fill;
use crate::volume::Volume;
use rosc::OscPacket;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What recording backends were asked for, line by line. Any.
#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    lines: Vec<String>,
    front: Option<Application>,
}

impl Record {
    /// All that was asked for so far.
    pub fn lines(&self) -> Vec<String> {
        self.recorded().lines.clone()
    }

    /// Puts an application in front, as far as the recording backends tell.
    pub fn set_front(&self, application: Option<Application>) {
        self.recorded().front = application;
    }

    fn add(&self, line: String) {
        self.recorded().lines.push(line);
    }

    fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Recorder(pub Record);

impl Keys for Recorder {
    fn press(&mut self, key: Key) -> Result<(), String> {
        self.0.add(format!("press {key}"));
        Ok(())
    }

    fn release(&mut self, key: Key) -> Result<(), String> {
        self.0.add(format!("release {key}"));
        Ok(())
    }

    fn scroll(&mut self, notches: i32, horizontal: bool) -> Result<(), String> {
        self.0.add(format!("scroll {notches} {}", if horizontal { "sideways" } else { "down" }));
        Ok(())
    }
}

impl Front for Recorder {
    fn application(&mut self) -> Result<Option<Application>, String> {
        Ok(self.0.recorded().front.clone())
    }
}

impl Programs for Recorder {
    fn start(&mut self, launch: &Launch) -> Result<Box<dyn Program>, Fault> {
        self.0.add(format!("launch {launch:?}"));
        Ok(Box::new(Ended))
    }
}

/// A program that was never there.
struct Ended;

impl Program for Ended {
    fn id(&self) -> u32 {
        0
    }

    fn ended(&mut self) -> Option<Result<String, Fault>> {
        Some(Ok("exit code 0".to_owned()))
    }

    fn stop(&mut self, _: Stop) {}
}

impl Http for Recorder {
    fn send(&self, request: &HttpRequest, value: u16, _: &Cancel) -> Result<String, Fault> {
        self.0.add(format!("http {} {}", request.method, fill(&request.url, value)));
        Ok("200 OK".to_owned())
    }
}

impl Osc for Recorder {
    fn send(&self, to: &str, packet: &[u8]) -> Result<(), Fault> {
        let decoded = rosc::decoder::decode_udp(packet).map_err(|e| Fault::Failed(e.to_string()))?;
        if let OscPacket::Message(message) = decoded.1 {
            self.0.add(format!("osc {to} {} {:?}", message.addr, message.args));
        }
        Ok(())
    }
}

impl MidiOut for Recorder {
    fn send(&mut self, port: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.add(format!("midi {port} {bytes:02x?}"));
        Ok(())
    }
}

impl Volume for Recorder {
    fn set(&mut self, target: &str, level: f32) -> Result<String, Fault> {
        self.0.add(format!("volume {target} {level:.3}"));
        Ok(target.to_owned())
    }
}

impl Obs for Recorder {
    fn ask(&mut self, _: &ObsConfig, request: &ObsRequest, _: &Cancel) -> Result<String, Fault> {
        self.0.add(format!("obs {request:?}"));
        Ok("done".to_owned())
    }
}
