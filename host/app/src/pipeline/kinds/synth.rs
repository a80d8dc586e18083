//! `synth`: an instrument that plays a MIDI file, a MIDI input, or both, block by block.

use super::sound::{self, BLOCK, PACED, RATE, Sound, fixed, text};
use crate::Instrument;
use crate::offline::MAX_VOICES;
use crate::roomy::boxed;
use ripieno_files::{Song, smf};
use ripieno_fx::ChainMemory;
use ripieno_midi::{Driver, Hub, Inputs, Wanted};
use ripieno_pipeline::{
    FrameSpec, Kind, KindFault, Param, ParamType, Params, Port, Ports, Task, TaskError, Wiring, monotonic_nanos,
};
use ripieno_ports::MidiIn;
use ripieno_rig::{Merge, Rig, RigConfig};
use ripieno_types::{Block, Command, SampleRate, Timed};
use std::collections::BTreeMap;
use std::path::Path;

/// Plays MIDI.
#[derive(Debug)]
pub struct Synth;

const PARAMS: &[Param] = &[
    text("instrument", crate::instrument::ALL, "a built-in instrument's name, or the path of a .sf2 or .bank file"),
    text("song", "", "a MIDI file to play; with it the stream ends"),
    text("midi", "", "a MIDI input by name, or \"any\" device that is plugged in"),
    BLOCK,
    RATE,
    PACED,
    fixed(
        "voices",
        ParamType::Integer { default: Some(256), min: 1, max: MAX_VOICES as i64 },
        "",
        "the most voices that sound at once",
    ),
    fixed(
        "gain_db",
        ParamType::Number { default: Some(0.0), min: -96.0, max: 24.0 },
        "dB",
        "on top of the instrument's level",
    ),
    fixed(
        "tail",
        ParamType::Number { default: Some(10.0), min: 0.0, max: 600.0 },
        "s",
        "how long notes may ring on after the song, at most",
    ),
];
const OUTPUTS: &[Port] = &[sound::port("out", "what sounds, in two channels")];
/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["voices", "steals", "dropped"];
/// The name that means every device.
const ANY: &str = "any";

impl Kind for Synth {
    fn name(&self) -> &'static str {
        "synth"
    }

    fn summary(&self) -> &'static str {
        "an instrument that plays a MIDI file or a MIDI input"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        let (song, midi) = (wiring.params.text("song"), wiring.params.text("midi"));
        if song.is_empty() && midi.is_empty() {
            let fault = KindFault::at("song", "there is nothing to play");
            return Err(fault.help("name a MIDI file with `song`, or an input with `midi`: \"any\" takes all devices"));
        }
        written(wiring)?.only("out")
    }

    fn is_paced(&self, params: &Params) -> bool {
        params.bool("paced")
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let (params, sound) = (wiring.params, written(wiring)?);
        let instrument = Instrument::open(params.text("instrument").as_ref())
            .map_err(|failure| KindFault::at("instrument", failure.to_string()))?;
        // Where nobody waits for the sound, the sound may wait for a disk.
        let is_timely = params.bool("paced") || !params.text("midi").is_empty();
        let instrument = if is_timely { instrument } else { instrument.patient() };
        let mut config = RigConfig::new(sound.rate);
        config.effects = false;
        config.synth.polyphony = params.usize("voices");
        config.synth.gain *= 10_f32.powf(params.f64("gain_db") as f32 / 20.0);
        let song = Some(params.text("song")).filter(|song| !song.is_empty());
        Ok(Box::new(Playing {
            instrument,
            config,
            sound,
            song: song.map(|song| read(song.as_ref(), sound.rate)).transpose()?,
            midi: Some(params.text("midi").to_owned()).filter(|midi| !midi.is_empty()),
            is_paced: params.bool("paced"),
            tail: (params.f64("tail") * f64::from(sound.rate.hz())) as u64,
        }))
    }
}

fn written(wiring: &Wiring<'_>) -> Result<Sound, KindFault> {
    let usual = || {
        let rate = SampleRate::new(wiring.params.usize("rate") as u32);
        let rate = rate.map_err(|error| KindFault::at("rate", error.to_string()))?;
        Ok(Sound { rows: wiring.params.usize("block"), channels: 2, rate, is_flat: false })
    };
    Sound::written(wiring, "out", usual)?.with_channels("out", 2)
}

/// What a song plays, and its length in frames.
type Part = (Vec<Timed<Command>>, u64);

fn read(path: &Path, rate: SampleRate) -> Result<Part, KindFault> {
    let song = Song::open(path, rate, &smf::Options::default())
        .map_err(|error| KindFault::at("song", format!("{} {error}", path.display())))?;
    Ok((song.commands().collect(), song.frames))
}

struct Playing {
    instrument: Instrument,
    config: RigConfig,
    sound: Sound,
    song: Option<Part>,
    midi: Option<String>,
    is_paced: bool,
    /// Frames after the song, at most.
    tail: u64,
}

impl Task for Playing {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut out = ports.writer::<f32>("out")?;
        let [voices, steals, dropped] = [0, 1, 2].map(|nth| ports.gauge(GAUGES[nth]));
        let mut live = self.midi.as_deref().map(Live::open).transpose()?;
        let Sound { rows, rate, .. } = self.sound;
        // Of the chain only its address is needed.
        let memory = ChainMemory::with(rate, |samples| vec![0.0; samples].into_boxed_slice());
        let (instrument, config) = (self.instrument.clone(), self.config);
        let mut rig: Box<Rig<Instrument, Box<[f32]>, MAX_VOICES>> = boxed(|| Rig::new(instrument, memory, config));
        self.instrument.make_resident();
        let (song, frames) = self.song.as_ref().map_or((&[][..], 0), |(song, frames)| (song, *frames));
        let mut song = song;
        let (mut left, mut right) = (vec![0.0; rows], vec![0.0; rows]);
        let (begin, mut arrived) = (monotonic_nanos(), Vec::new());
        while !ports.is_stopping() {
            let now = rig.now();
            let is_played = live.is_none() && song.is_empty() && now >= frames;
            if is_played && (rig.is_silent() || now >= frames.saturating_add(self.tail)) {
                break;
            }
            if self.is_paced {
                ports.wait_until(begin.saturating_add(self.sound.nanos(now)))?;
            }
            arrived.clear();
            if let Some(live) = &mut live {
                live.take(now, self.sound, &mut arrived);
            }
            let mut played = arrived.as_slice();
            rig.render(Block::new(&mut left, &mut right), &mut Merge::new(&mut song, &mut played));
            let mut block = out.look()?;
            sound::join([left.as_slice(), &right].into_iter(), &mut block, 2);
            block.increment();
            let stats = rig.stats();
            voices.set(rig.active_voices() as f64);
            steals.set(stats.steals as f64);
            dropped.set(stats.dropped as f64);
        }
        Ok(())
    }
}

/// MIDI inputs.
struct Live {
    inputs: Inputs,
    _hub: Hub,
}

impl Live {
    fn open(name: &str) -> Result<Self, TaskError> {
        let wanted = if name == ANY { Wanted::Hardware } else { Wanted::Named(vec![name.into()]) };
        let (hub, inputs) = Hub::open(Driver::Auto, wanted).map_err(TaskError::failed)?;
        Ok(Self { inputs, _hub: hub })
    }

    /// What came while the block before sounded, each as far into this block as it was into that one: a block late, and
    /// never uneven.
    fn take(&mut self, begin: u64, sound: Sound, arrived: &mut Vec<Timed<Command>>) {
        let now = ripieno_midi::now().0;
        let micros = sound.nanos(sound.rows as u64) / 1_000;
        while let Some(message) = self.inputs.poll() {
            let Some(word) = message.word() else { continue };
            let into = micros.saturating_sub(now.saturating_sub(message.at.0));
            let frame = (into * u64::from(sound.rate.hz()) / 1_000_000).min(sound.rows as u64 - 1);
            arrived.push(Timed { at: begin + frame, value: Command::Midi(word) });
        }
        arrived.sort_by_key(|command| command.at);
    }
}
