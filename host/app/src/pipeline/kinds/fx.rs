//! `fx`: the chain of seven effects. Each of its parameters is one of the task's, glides, and can be turned while it runs.

use super::sound::{self, Sound, fixed};
use ripieno_fx::{Chain, ChainMemory, PARAMS as KNOBS};
use ripieno_pipeline::{
    FrameSpec, Kind, KindFault, Live, Needs, Param, ParamType, Params, Port, Ports, Task, TaskError, Wiring,
};
use ripieno_types::{Block, ParamId, SampleRate};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Volume, filter, pitch, chorus, delay, reverb and pan.
#[derive(Debug)]
pub struct Fx;

/// The knobs by their own names, then what is the task's.
static PARAMS: LazyLock<Vec<Param>> = LazyLock::new(|| {
    let knob = |info: &ripieno_fx::ParamInfo| Param {
        name: info.name,
        of: ParamType::Number { default: Some(info.default.into()), min: 0.0, max: 1.0 },
        unit: "",
        live: true,
        summary: info.label,
    };
    let tail = fixed(
        "tail",
        ParamType::Number { default: Some(0.0), min: 0.0, max: 60.0 },
        "s",
        "how long effects may ring on after the end of what comes in",
    );
    KNOBS.iter().map(knob).chain([tail]).collect()
});
const INPUTS: &[Port] = &[sound::port("in", "two channels")];
const OUTPUTS: &[Port] = &[sound::port("out", "the same with effects")];

impl Kind for Fx {
    fn name(&self) -> &'static str {
        "fx"
    }

    fn summary(&self) -> &'static str {
        "volume, filter, pitch, chorus, delay, reverb and pan"
    }

    fn params(&self) -> &'static [Param] {
        &PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        INPUTS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        Sound::read(wiring, "in")?.with_channels("in", 2)?.only("out")
    }

    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let latency_secs = Sound::read(wiring, "in").map_or(0.0, |sound| {
            let chain = chain(sound.rate, |name| wiring.params.f64(name) as f32);
            chain.latency_frames() as f64 / f64::from(sound.rate.hz())
        });
        Needs { latency_secs, ..Needs::default() }
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let sound = Sound::read(wiring, "in")?.with_channels("in", 2)?;
        Ok(Box::new(Effects { sound, params: wiring.params.clone() }))
    }
}

/// A chain that stands where it is set.
fn chain(rate: SampleRate, value: impl Fn(&str) -> f32) -> Chain<Box<[f32]>> {
    let memory = ChainMemory::with(rate, |samples| vec![0.0; samples].into_boxed_slice());
    let mut chain = Chain::new(memory, rate);
    for knob in &KNOBS {
        chain.set(knob.id, value(knob.name));
    }
    chain.reset();
    chain
}

struct Effects {
    sound: Sound,
    params: Params,
}

impl Task for Effects {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let (mut input, mut out) = (ports.reader::<f32>("in")?, ports.writer::<f32>("out")?);
        let Sound { rows, rate, .. } = self.sound;
        let mut knobs: Vec<(ParamId, Live, f64)> =
            KNOBS.iter().map(|knob| (knob.id, ports.live(knob.name), f64::NAN)).collect();
        let mut chain = chain(rate, |name| ports.live(name).get() as f32);
        let mut planes: [_; 2] = std::array::from_fn(|_| Vec::with_capacity(rows));
        let mut process = |planes: &mut [Vec<f32>]| {
            for (id, live, last) in &mut knobs {
                let value = live.get();
                if value.total_cmp(last).is_ne() {
                    chain.set(*id, value as f32);
                    *last = value;
                }
            }
            if let [left, right] = planes {
                chain.process(Block::new(left, right), None);
            }
        };
        while let Some(block) = input.look()? {
            sound::split(&block, &mut planes);
            block.increment();
            process(&mut planes);
            let mut block = out.look()?;
            sound::join(planes.iter().map(Vec::as_slice), &mut block, 2);
            block.increment();
        }
        let tail = self.params.f64("tail") * f64::from(rate.hz());
        for _ in 0..(tail / rows as f64).ceil() as usize {
            if ports.is_stopping() {
                break;
            }
            planes.iter_mut().for_each(|plane| plane.fill(0.0));
            process(&mut planes);
            let mut block = out.look()?;
            sound::join(planes.iter().map(Vec::as_slice), &mut block, 2);
            block.increment();
        }
        Ok(())
    }
}
