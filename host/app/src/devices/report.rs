//! Everything that is connected, for people and for programs.

use serde::Serialize;
use std::fmt;

/// What there is. Printed as JSON by `--json`; keys are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// What can play.
    pub audio_outputs: Vec<AudioDevice>,
    /// What can record.
    pub audio_inputs: Vec<AudioDevice>,
    /// What sends notes.
    pub midi_inputs: Vec<MidiPort>,
    /// What takes notes.
    pub midi_outputs: Vec<MidiPort>,
    /// Systems that have nothing to offer.
    pub absent: Vec<Absent>,
}

/// An audio device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AudioDevice {
    /// What `--device` takes, the same from start to start.
    pub id: String,
    /// What its user calls it.
    pub name: String,
    /// True if it is what plays when nothing is chosen.
    pub is_default: bool,
    /// Lowest and highest of each range of sample rates.
    pub rates_hz: Vec<(u32, u32)>,
    /// The most channels that it has.
    pub channels: u16,
    /// The least and the most frames a period, if it says.
    pub buffer_frames: Option<(u32, u32)>,
    /// Why it cannot be opened now.
    pub problem: Option<String>,
}

/// A MIDI port.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MidiPort {
    /// What tells it from others of its name; `--midi-in` takes it as well as the name.
    pub id: String,
    /// What its user calls it.
    pub name: String,
    /// False for a port of another program.
    pub is_hardware: bool,
}

/// A system without a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Absent {
    /// `audio` or `midi`.
    pub what: &'static str,
    /// The reason, the system's name first, and what to do.
    pub reason: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        audio(f, "audio outputs", &self.audio_outputs)?;
        audio(f, "audio inputs", &self.audio_inputs)?;
        midi(f, "MIDI inputs", &self.midi_inputs)?;
        midi(f, "MIDI outputs", &self.midi_outputs)?;
        if !self.absent.is_empty() {
            writeln!(f, "not there")?;
        }
        self.absent.iter().try_for_each(|absent| writeln!(f, "  {:<5} {}", absent.what, clean(&absent.reason)))
    }
}

fn audio(f: &mut fmt::Formatter<'_>, title: &str, devices: &[AudioDevice]) -> fmt::Result {
    writeln!(f, "{title}{}", if devices.is_empty() { ": none" } else { "" })?;
    let width = widest(devices.iter().map(|device| &device.id));
    for device in devices {
        let mark = if device.is_default { '*' } else { ' ' };
        writeln!(f, "{mark} {:<width$}  {}", clean(&device.id), clean(&device.name))?;
        if let Some(problem) = &device.problem {
            writeln!(f, "    {}", clean(problem))?;
            continue;
        }
        let rates: Vec<_> = device.rates_hz.iter().map(|range| span(*range)).collect();
        write!(f, "    {} Hz, {} channel{}", rates.join(", "), device.channels, plural(device.channels))?;
        match device.buffer_frames {
            Some(frames) => writeln!(f, ", {} frames a period", span(frames))?,
            None => writeln!(f)?,
        }
    }
    Ok(())
}

fn midi(f: &mut fmt::Formatter<'_>, title: &str, ports: &[MidiPort]) -> fmt::Result {
    writeln!(f, "{title}{}", if ports.is_empty() { ": none" } else { "" })?;
    let width = widest(ports.iter().map(|port| &port.id));
    for port in ports {
        let note = if port.is_hardware { "" } else { " (a program)" };
        writeln!(f, "  {:<width$}  {}{note}", clean(&port.id), clean(&port.name))?;
    }
    Ok(())
}

/// Names come from devices and programs: what a terminal would obey is made visible.
pub fn clean(text: &str) -> String {
    text.chars().map(|symbol| if symbol.is_control() { '·' } else { symbol }).collect()
}

fn widest<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0)
}

fn span((low, high): (u32, u32)) -> String {
    if low == high { low.to_string() } else { format!("{low}–{high}") }
}

fn plural(count: u16) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_well() {
        let card = AudioDevice {
            id: "alsa:hw:CARD=PCH".into(),
            name: "HDA Intel PCH".into(),
            is_default: true,
            rates_hz: vec![(44_100, 44_100), (48_000, 192_000)],
            channels: 2,
            buffer_frames: Some((32, 8_192)),
            problem: None,
        };
        let busy = AudioDevice {
            id: "alsa:hw:X".into(),
            name: "evil\u{1b}[2J".into(),
            problem: Some("is used by another program".into()),
            ..AudioDevice::default()
        };
        let mono = AudioDevice { is_default: false, channels: 1, buffer_frames: None, ..card.clone() };
        let port = |id: &str, is_hardware| MidiPort { id: id.into(), name: "Pad".into(), is_hardware };
        let report = Report {
            audio_outputs: vec![card, busy],
            audio_inputs: vec![mono],
            midi_inputs: vec![port("20:0", true), port("128:0", false)],
            midi_outputs: vec![],
            absent: vec![Absent { what: "midi", reason: "JACK: no server runs".into() }],
        };
        let expected = "\
audio outputs
* alsa:hw:CARD=PCH  HDA Intel PCH
    44100, 48000–192000 Hz, 2 channels, 32–8192 frames a period
  alsa:hw:X         evil·[2J
    is used by another program
audio inputs
  alsa:hw:CARD=PCH  HDA Intel PCH
    44100, 48000–192000 Hz, 1 channel
MIDI inputs
  20:0   Pad
  128:0  Pad (a program)
MIDI outputs: none
not there
  midi  JACK: no server runs
";
        assert_eq!(report.to_string(), expected);
    }

    #[test]
    fn nothing_at_all_is_said_too() {
        let expected = "audio outputs: none\naudio inputs: none\nMIDI inputs: none\nMIDI outputs: none\n";
        assert_eq!(Report::default().to_string(), expected);
        let json = serde_json::to_value(Report::default()).unwrap();
        for key in ["audio_outputs", "audio_inputs", "midi_inputs", "midi_outputs", "absent"] {
            assert_eq!(json[key], serde_json::json!([]), "{key}");
        }
    }
}
