//! From pads to the parts that the synth plays.

use super::{Layer, Mode, Pack, Pad, Velocity};
use crate::kit::{KitTables, USUAL_LINKS, WaveInfo};
use ripieno_synth::sampler::{CURVE_POINTS, Kit, OffMode, Parameter, Part, Repeat, Run, Wave, WaveKind};
use std::collections::HashMap;

/// A file that a pack plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Below the pack's folder.
    pub file: String,
    /// What its header says.
    pub info: WaveInfo,
}

/// A pack's files, in the order of its kit's waves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recordings {
    /// What could be read.
    pub found: Vec<Recording>,
    /// What could not, and why.
    pub missing: Vec<(String, String)>,
}

impl Pack {
    /// The parts that play this pack, and the recordings that they need. `probe` reads a file's header; a file that it
    /// refuses is left out. Control.
    pub fn kit(&self, probe: impl FnMut(&str) -> Result<WaveInfo, String>) -> (KitTables, Recordings) {
        let mut maker =
            Maker { probe, tables: KitTables::default(), recordings: Recordings::default(), known: HashMap::new() };
        maker.tables.links.extend(USUAL_LINKS);
        let mut chokes: Vec<&str> = Vec::new();
        for pad in &self.pads {
            let choke = pad.choke.as_deref().map_or(0, |name| {
                let known = chokes.iter().position(|known| *known == name);
                known.unwrap_or_else(|| {
                    chokes.push(name);
                    chokes.len() - 1
                }) as u32
                    + 1
            });
            maker.pad(pad, choke);
        }
        (maker.tables, maker.recordings)
    }
}

struct Maker<P> {
    probe: P,
    tables: KitTables,
    recordings: Recordings,
    /// Each file's wave, if it has one.
    known: HashMap<String, Option<u32>>,
}

impl<P: FnMut(&str) -> Result<WaveInfo, String>> Maker<P> {
    fn pad(&mut self, pad: &Pad, choke: u32) {
        let curve = self.curve(&pad.velocity);
        for layer in &pad.layers {
            let waves: Vec<u32> = layer.files.iter().filter_map(|file| self.wave(file)).collect();
            // In turn as far as there are counters; a kit with more of them takes turns by chance.
            let is_random = layer.is_random || self.tables.next_sequence() + 1 == Kit::MAX_SEQUENCES;
            let sequence = self.tables.next_sequence();
            for (n, wave) in (0_u8..).zip(&waves) {
                self.part(pad, layer, choke, curve, Turn { n, of: waves.len() as u8, is_random, sequence }, *wave);
            }
        }
    }

    fn part(&mut self, pad: &Pad, layer: &Layer, choke: u32, curve: u16, turn: Turn, wave: u32) {
        let frames = self.tables.waves.get(wave as usize).map_or(0, |wave| wave.frames);
        let share = |n: u8| f32::from(n) / f32::from(turn.of);
        let repeat = match (pad.mode, pad.repeats) {
            (Mode::OneShot, false) => Repeat::OneShot,
            (Mode::Gate, false) => Repeat::None,
            (_, true) => Repeat::Continuous,
        };
        let mut part = Part {
            keys: [pad.note; 2],
            velocities: layer.velocities,
            random: if turn.is_random { [share(turn.n), share(turn.n + 1)] } else { Part::WHOLE.random },
            sequence_length: if turn.is_random { 1 } else { turn.of },
            sequence_position: if turn.is_random { 1 } else { turn.n + 1 },
            sequence: if turn.is_random { 0 } else { turn.sequence },
            repeat: repeat as u8,
            group: choke,
            off_by: choke,
            off_mode: OffMode::Fast as u8,
            note_polyphony: pad.polyphony,
            // Pads are no piano: pedals let them be.
            flags: 0,
            wave,
            loop_end: if pad.repeats { frames } else { 0 },
            velocity_curve: curve,
            links: Run { start: 0, count: USUAL_LINKS.len() as u32 },
            ..Part::WHOLE
        };
        for (parameter, value) in [
            (Parameter::PitchKeytrack, 0.0),
            (Parameter::Volume, pad.gain_db),
            (Parameter::Pan, pad.pan),
            (Parameter::Tune, pad.tune_cents),
            (Parameter::AmpRelease, pad.release_secs.max(Parameter::AmpRelease.default())),
        ] {
            if value != parameter.default() {
                self.tables.set(&mut part, parameter, value);
            }
        }
        self.tables.parts.push(part);
    }

    fn wave(&mut self, file: &str) -> Option<u32> {
        if let Some(known) = self.known.get(file) {
            return *known;
        }
        let wave = match (self.probe)(file) {
            Ok(info) => {
                let number = self.tables.waves.len() as u32;
                self.tables.waves.push(Wave {
                    kind: WaveKind::Recording as u8,
                    channels: info.channels.min(2) as u8,
                    unused: 0,
                    rate_hz: info.rate_hz.max(1),
                    frames: info.frames,
                    left: 0,
                    right: 0,
                });
                self.recordings.found.push(Recording { file: file.into(), info });
                Some(number)
            }
            Err(why) => {
                self.recordings.missing.push((file.into(), why));
                None
            }
        };
        self.known.insert(file.into(), wave);
        wave
    }

    /// The number of the curve, which is made once.
    fn curve(&mut self, velocity: &Velocity) -> u16 {
        let curve: [f32; CURVE_POINTS] = std::array::from_fn(|n| velocity.gain(n as u8));
        let known = self.tables.curves.iter().position(|known| *known == curve);
        known.unwrap_or_else(|| {
            self.tables.curves.push(curve);
            self.tables.curves.len() - 1
        }) as u16
    }
}

/// Which of a layer's recordings plays.
#[derive(Clone, Copy)]
struct Turn {
    n: u8,
    of: u8,
    is_random: bool,
    sequence: u16,
}
