//! The sum of several signals.

use super::glide::{Glide, from_db};
use super::real::{Real, by_real, lanes};
use super::table::{SIGNAL, live, many, number, numbers, port};
use super::wiring::{Outputs, alike, out};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::{Live, Ports, Task, TaskError};
use std::marker::PhantomData;

/// Levels of the first inputs that can be changed while it runs.
const LEVELS: [&str; 8] = ["db_1", "db_2", "db_3", "db_4", "db_5", "db_6", "db_7", "db_8"];

const fn level(index: usize) -> Param {
    live(number(LEVELS[index], 0.0, [-200.0, 60.0], "dB", "level of the input of this place, by local names"))
}

/// Adds its inputs, frame by frame. One that ends is silent; it ends when all have.
#[derive(Debug)]
pub(super) struct Mix;

impl Mix {
    fn spec(wiring: &Wiring<'_>) -> Result<FrameSpec, KindFault> {
        let inputs = alike(wiring, SIGNAL)?;
        let (first, spec) = inputs[0];
        for (name, other) in &inputs {
            if other.shape() != spec.shape() || other.rate_hz() != spec.rate_hz() {
                return Err(KindFault::at(
                    *name,
                    format!("'{name}' carries {other}, but '{first}' {spec}: only the same adds up"),
                ));
            }
        }
        if wiring.params.numbers("gains").len() > inputs.len() {
            let gains = wiring.params.numbers("gains").len();
            return Err(KindFault::at("gains", format!("{gains} gains for {} inputs", inputs.len())));
        }
        Ok(spec)
    }
}

impl Kind for Mix {
    fn name(&self) -> &'static str {
        "mix"
    }
    fn summary(&self) -> &'static str {
        "adds signals frame by frame, each at its level; changes glide"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                live(number("db", 0.0, [-200.0, 60.0], "dB", "level of the sum")),
                numbers(
                    "gains",
                    "",
                    "factors of the inputs by local names, on top of their levels; 1 where none is given",
                ),
                level(0),
                level(1),
                level(2),
                level(3),
                level(4),
                level(5),
                level(6),
                level(7),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[many(port("in", SIGNAL, "signals of one type, shape and rate"))] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "their sum, with the time of the oldest")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Self::spec(wiring).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = Self::spec(wiring)?;
        Ok(by_real!(spec.dtype(), T => Sum::<T>::new(&spec, wiring)))
    }
}

struct Sum<T> {
    lanes: usize,
    inputs: Vec<Voice>,
    of: PhantomData<T>,
}

struct Voice {
    name: String,
    gain: f64,
    level: Option<&'static str>,
    glide: Glide,
}

impl<T: Real> Sum<T> {
    fn new(spec: &FrameSpec, wiring: &Wiring<'_>) -> Self {
        let voice = |(index, name): (usize, &String)| Voice {
            name: name.clone(),
            gain: wiring.params.numbers("gains").get(index).copied().unwrap_or(1.0),
            level: LEVELS.get(index).copied(),
            glide: Glide::new(spec),
        };
        Self { lanes: lanes(spec), inputs: wiring.inputs.keys().enumerate().map(voice).collect(), of: PhantomData }
    }

    fn add(lanes: usize, glide: &mut Glide, input: &[T], sum: &mut [T]) {
        if let Some(gain) = glide.settled() {
            let gain = T::of(gain);
            return sum.iter_mut().zip(input).for_each(|(sum, input)| *sum += *input * gain);
        }
        for (sum, input) in sum.chunks_exact_mut(lanes).zip(input.chunks_exact(lanes)) {
            let gain = T::of(glide.next());
            sum.iter_mut().zip(input).for_each(|(sum, input)| *sum += *input * gain);
        }
    }
}

impl<T: Real> Task for Sum<T> {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let all: Live = ports.live("db");
        let mut readers = Vec::with_capacity(self.inputs.len());
        for voice in &self.inputs {
            readers.push((ports.any_reader(&voice.name)?, voice.level.map(|level| ports.live(level))));
        }
        let mut writer = ports.any_writer("out")?;
        loop {
            let mut output = writer.look()?;
            let sum: &mut [T] = bytemuck::cast_slice_mut(&mut output);
            sum.fill(T::of(0.0));
            let mut oldest = u64::MAX;
            for ((reader, level), voice) in readers.iter_mut().zip(&mut self.inputs) {
                let Some(input) = reader.look()? else { continue };
                let level = level.as_ref().map_or(0.0, Live::get);
                voice.glide.aim(voice.gain * from_db(all.get() + level));
                Self::add(self.lanes, &mut voice.glide, bytemuck::cast_slice(&input), sum);
                oldest = oldest.min(input.stamp().nanos);
                input.increment();
            }
            if oldest == u64::MAX {
                return Ok(());
            }
            output.set_nanos(oldest);
            output.increment();
        }
    }
}
