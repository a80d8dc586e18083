//! Looking for devices: all audio interfaces and all MIDI systems, each for itself.

use super::report::{Absent, AudioDevice, MidiPort, Report};
use ripieno_audio::DeviceInfo;
use ripieno_midi::{Direction, Driver, MidiError, PortInfo};
use std::time::Duration;

/// How often to look again.
pub const INTERVAL: Duration = Duration::from_millis(500);
/// How often audio devices are looked for: to be asked what it can do, a device is opened for a moment.
const AUDIO_INTERVAL: Duration = Duration::from_secs(2);

/// Looks again and again.
#[derive(Debug, Default)]
pub struct Lookout {
    /// When the audio devices were last looked for, and what was there.
    audio: Option<(Duration, Report)>,
}

impl Lookout {
    /// What is connected. `now` is the time since any fixed moment. Control; blocks.
    pub fn look(&mut self, now: Duration) -> Report {
        let (since, audio) = match self.audio.take() {
            Some((since, audio)) if now < since + AUDIO_INTERVAL => (since, audio),
            _ => (now, audio_devices()),
        };
        let mut report = audio.clone();
        self.audio = Some((since, audio));
        for driver in [Driver::System, Driver::Jack] {
            add_midi(&mut report, ripieno_midi::ports(driver));
        }
        report
    }
}

fn audio_devices() -> Report {
    let found = ripieno_audio::devices();
    let absent = found
        .absent
        .into_iter()
        .map(|absent| Absent { what: "audio", reason: format!("{}: {}", absent.interface, absent.reason) });
    Report {
        audio_outputs: found.outputs.into_iter().map(device).collect(),
        audio_inputs: found.inputs.into_iter().map(device).collect(),
        absent: absent.collect(),
        ..Report::default()
    }
}

fn device(info: DeviceInfo) -> AudioDevice {
    let DeviceInfo { id, name, is_default, rates_hz, channels, buffer_frames, problem } = info;
    AudioDevice { id, name, is_default, rates_hz, channels, buffer_frames, problem }
}

fn add_midi(report: &mut Report, found: Result<Vec<PortInfo>, MidiError>) {
    match found {
        Ok(ports) => {
            for port in ports {
                let list = match port.direction {
                    Direction::Input => &mut report.midi_inputs,
                    Direction::Output => &mut report.midi_outputs,
                };
                list.push(MidiPort { id: port.id, name: port.name, is_hardware: port.is_hardware });
            }
        }
        Err(error) => report.absent.push(Absent { what: "midi", reason: error.to_string() }),
    }
}
