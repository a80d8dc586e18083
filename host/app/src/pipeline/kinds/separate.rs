//! `separate`: a model on a live stream. Each bound output is the stem of that name; all come as late as windows are long.

mod windows;

use super::sound::{self, Sound, fixed, text};
use ripieno_infer::{EngineChoice, Model, ModelInfo, OpenOptions, Recording};
use ripieno_pipeline::{
    FrameSpec, Kind, KindFault, Needs, Param, ParamType, Port, Ports, Task, TaskError, Wiring, Writer,
};
use ripieno_ports::Separator;
use ripieno_separate::JobModel;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use windows::{Windows, Wish, latency_frames, plan};

/// Takes a stream apart. The model that was looked at last is kept for the task that is made next.
#[derive(Debug, Default)]
pub struct Separate {
    opened: Mutex<Option<(Wanted, Model)>>,
}

const PARAMS: &[Param] = &[
    text("model", "builtin:hpss", "a model's name, folder, manifest or ONNX file, or a built-in one"),
    text("description", "", "what to separate, in words, for models that take them"),
    fixed(
        "window",
        ParamType::Number { default: Some(0.0), min: 0.0, max: 600.0 },
        "s",
        "the longest window: shorter ones are sooner and worse; 0 is the model's own",
    ),
    fixed(
        "overlap",
        ParamType::Number { default: Some(0.0), min: 0.0, max: 600.0 },
        "s",
        "how far windows overlap; 0 is the model's own",
    ),
    fixed("engine", ParamType::Choice { default: "auto", of: &["auto", "tract", "ort"] }, "", "what runs the model"),
];
const INPUTS: &[Port] = &[sound::port("in", "the mix, at the model's rate and channels")];
const OUTPUTS: &[Port] =
    &[Port { many: true, ..sound::port("stem", "a stem of the model: bind it by the stem's name") }];
/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["windows", "latency_secs"];

impl Kind for Separate {
    fn name(&self) -> &'static str {
        "separate"
    }

    fn summary(&self) -> &'static str {
        "takes a stream apart into stems, by a model"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        INPUTS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        let sound = Sound::read(wiring, "in")?;
        self.look(wiring, |model| {
            let geometry = model.geometry();
            if geometry.rate != sound.rate {
                let (wants, has) = (geometry.rate.hz(), sound.rate.hz());
                let fault = KindFault::at("in", format!("the model works at {wants} Hz, and this comes at {has} Hz"));
                return Err(fault.help("put a `resample` task before it"));
            }
            if geometry.channels != sound.channels {
                let message = format!("the model takes {} channels, not {}", geometry.channels, sound.channels);
                return Err(KindFault::at("in", message));
            }
            if geometry.wants_statistics {
                let fault = KindFault::at("model", "the model must know the whole recording before it begins");
                return Err(fault.help("`ripieno separate` runs it on files"));
            }
            stems(wiring, model.info())?;
            plan(&geometry, &wish(wiring, model.info())).map_err(|error| KindFault::at("window", error))?;
            Ok(())
        })?;
        let spec = sound.spec("in")?;
        Ok(wiring.outputs.keys().map(|name| (name.clone(), spec)).collect())
    }

    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let latency = self.look(wiring, |model| {
            let (geometry, sound) = (model.geometry(), Sound::read(wiring, "in")?);
            let plan = plan(&geometry, &wish(wiring, model.info())).map_err(|error| KindFault::at("window", error))?;
            Ok((latency_frames(&plan) + sound.rows as u64) as f64 / f64::from(geometry.rate.hz()))
        });
        Needs { latency_secs: latency.unwrap_or_default(), ..Needs::default() }
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let sound = Sound::read(wiring, "in")?;
        self.produces(wiring)?;
        let model = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        let wanted = Wanted::new(wiring, sound);
        let model = match model {
            Some((known, model)) if known == wanted => model,
            _ => wanted.open()?,
        };
        Ok(Box::new(Separating {
            outputs: stems(wiring, model.info())?,
            wish: wish(wiring, model.info()),
            description: wiring.params.text("description").to_owned(),
            wanted,
            model: Some(model),
            sound,
        }))
    }
}

impl Separate {
    /// Looks at the model that is wanted; opens it unless it was looked at last.
    fn look<T>(&self, wiring: &Wiring<'_>, look: impl FnOnce(&Model) -> Result<T, KindFault>) -> Result<T, KindFault> {
        let wanted = Wanted::new(wiring, Sound::read(wiring, "in")?);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let model = match opened.take() {
            Some((known, model)) if known == wanted => model,
            _ => wanted.open()?,
        };
        let (_, model) = opened.insert((wanted, model));
        look(model)
    }
}

/// Which model, for what.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    model: String,
    engine: EngineChoice,
    recording: Recording,
}

impl Wanted {
    fn new(wiring: &Wiring<'_>, sound: Sound) -> Self {
        let engine = match wiring.params.text("engine") {
            "tract" => EngineChoice::Tract,
            "ort" => EngineChoice::Ort,
            _ => EngineChoice::Auto,
        };
        let recording = Recording { rate: sound.rate, channels: sound.channels };
        Self { model: wiring.params.text("model").to_owned(), engine, recording }
    }

    fn open(&self) -> Result<Model, KindFault> {
        let mut options = OpenOptions::default();
        options.engine = self.engine;
        options.recording = Some(self.recording);
        Model::open(&self.model, &options).map_err(|error| KindFault::at("model", error.to_string()))
    }
}

fn wish(wiring: &Wiring<'_>, info: &ModelInfo) -> Wish {
    let (window_secs, overlap_secs) = (wiring.params.f64("window"), wiring.params.f64("overlap"));
    Wish { window_secs, overlap_secs, model_overlap: info.overlap }
}

/// The bound outputs, each with its stem's place.
fn stems(wiring: &Wiring<'_>, info: &ModelInfo) -> Result<Vec<(String, usize)>, KindFault> {
    let stem = |name: &String| {
        let place = info.stems.iter().position(|stem| stem == name);
        place.map(|place| (name.clone(), place)).ok_or_else(|| {
            let fault = KindFault::at(name.clone(), format!("the model has no stem of the name `{name}`"));
            fault.help(format!("it has {}", info.stems.join(", ")))
        })
    };
    wiring.outputs.keys().map(stem).collect()
}

struct Separating {
    wanted: Wanted,
    /// For the first run; another after a failure opens it anew.
    model: Option<Model>,
    outputs: Vec<(String, usize)>,
    wish: Wish,
    description: String,
    sound: Sound,
}

impl Task for Separating {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut input = ports.reader::<f32>("in")?;
        let mut outputs = Vec::new();
        for (name, stem) in &self.outputs {
            outputs.push((ports.any_writer(name)?.typed()?, *stem));
        }
        let [done, latency] = [ports.gauge(GAUGES[0]), ports.gauge(GAUGES[1])];
        let model = self.model.take().map_or_else(|| self.wanted.open(), Ok)?;
        let about = JobModel::about(&model);
        let plan = plan(&model.geometry(), &self.wish).map_err(TaskError::failed)?;
        latency.set((latency_frames(&plan) + self.sound.rows as u64) as f64 / f64::from(self.sound.rate.hz()));
        let mut windows =
            Windows::new(model, plan, about.window, about.edge, self.description.clone()).map_err(TaskError::failed)?;
        let mut rows = vec![Vec::new(); self.sound.channels];
        // When each block came that was not given on: its stems are as old as it is.
        let mut times = VecDeque::new();
        while let Some(block) = input.look()? {
            sound::split(&block, &mut rows);
            times.push_back(block.stamp().nanos);
            block.increment();
            windows.push(&rows).map_err(TaskError::failed)?;
            self.give(&mut windows, &mut times, &mut outputs)?;
            done.set(windows.windows() as f64);
        }
        windows.finish().map_err(TaskError::failed)?;
        self.give(&mut windows, &mut times, &mut outputs)
    }
}

impl Separating {
    /// Gives on every whole block that is ready.
    fn give(
        &self,
        windows: &mut Windows<Model>,
        times: &mut VecDeque<u64>,
        outputs: &mut [(Writer<f32>, usize)],
    ) -> Result<(), TaskError> {
        let Sound { rows, channels, .. } = self.sound;
        while windows.ready() >= rows {
            let Some(nanos) = times.pop_front() else { break };
            for (output, stem) in outputs.iter_mut() {
                let mut block = output.look()?;
                sound::join(windows.stem(*stem).iter().map(|row| &row[..rows]), &mut block, channels);
                block.set_nanos(nanos);
                block.increment();
            }
            windows.forget(rows);
        }
        Ok(())
    }
}
