//! Jobs one after the other, with the model kept between them.

use crate::job::Job;
use crate::model::{JobModel, options};
use crate::outputs::{self, check_free};
use crate::prepare::{Prepared, prepare};
use crate::progress::Meter;
use crate::span::{self, Division, Open};
use crate::stream::{Part, Recording};
use crate::wanted::{RESIDUAL, TARGET, Wanted};
use crate::{Cancel, Engine, Event, JobError, JobSettings, Observer, Outcome, Phase, PlanReport};
use ripieno_infer::Model;
use ripieno_infer::builtin::PREFIX;
use ripieno_types::SampleRate;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

/// Runs jobs; a model that the next job wants too stays loaded.
#[derive(Debug, Default)]
pub struct Session {
    loaded: Option<(Key, Model)>,
}

/// What a loaded model was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    model: String,
    engine: Engine,
    threads: Option<usize>,
    ort_lib: Option<PathBuf>,
    /// Built-in models take the recording's; all others have their own.
    rate: Option<SampleRate>,
    channels: usize,
}

impl Session {
    /// Without a model yet. Any.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does a job: every output appears whole, or none does. Events come on this thread. Worker; blocks until it is done.
    ///
    /// # Errors
    /// [`JobError`] by code. What was done is kept for [`JobSettings::resume`] when its message says so.
    pub fn run(
        &mut self,
        settings: &JobSettings,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        let mut meter = Meter::new(observer, Instant::now());
        settings.check()?;
        check_early(settings)?;
        let (prepared, model) = self.ready(settings, &mut meter, cancel)?;
        Job::new(settings, prepared, model)?.run(&mut meter, cancel)
    }

    /// Says what a job would do; nothing is written. Worker; blocks.
    ///
    /// # Errors
    /// As [`run`](Self::run), as far as it can be known before.
    pub fn plan(&mut self, settings: &JobSettings) -> Result<PlanReport, JobError> {
        let mut warnings = Vec::new();
        let mut listen = |event| {
            if let Event::Warning(warning) = event {
                warnings.push(warning);
            }
        };
        let mut meter = Meter::new(&mut listen, Instant::now());
        settings.check()?;
        let prepared = prepare(settings, &mut meter, &Cancel::default())?;
        let model = self.model(settings, &prepared)?;
        let mut job = Job::new(settings, prepared, model)?;
        if !(settings.force || settings.resume) {
            check_free(&job.places)?;
        }
        let mut report = job.plan(&mut meter)?;
        report.estimate_secs = job.estimate(&report);
        report.warnings = warnings;
        Ok(report)
    }

    /// The parts that a job would write and where, in the order of its outcome. Worker; blocks.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn outputs(&mut self, settings: &JobSettings) -> Result<Vec<(String, PathBuf)>, JobError> {
        settings.check()?;
        let mut listen = |_| ();
        let prepared = prepare(settings, &mut Meter::new(&mut listen, Instant::now()), &Cancel::default())?;
        let model = self.model(settings, &prepared)?;
        let job = Job::new(settings, prepared, model)?;
        Ok(job.places.iter().map(|place| (place.part.clone(), place.path.clone())).collect())
    }

    /// Divides a recording into spans of so many windows. Worker; blocks, reads the recording where the model wants to know of
    /// all of it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn divide(&mut self, settings: &JobSettings, span: u64, cancel: &Cancel) -> Result<Division, JobError> {
        let mut listen = |_| ();
        let mut meter = Meter::new(&mut listen, Instant::now());
        let (prepared, model) = self.ready(settings, &mut meter, cancel)?;
        span::divide(Job::new(settings, prepared, model)?, span, &mut meter, cancel)
    }

    /// Does one span and writes what the model made of it. Worker; blocks until it is done.
    ///
    /// # Errors
    /// As [`run`](Self::run); what was written is worth nothing then.
    pub fn separate_span(
        &mut self,
        settings: &JobSettings,
        span: (&Division, u64),
        out: &mut dyn Write,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        let mut meter = Meter::new(observer, Instant::now());
        let (prepared, model) = self.ready(settings, &mut meter, cancel)?;
        span::separate(Job::new(settings, prepared, model)?, span, out, &mut meter, cancel)
    }

    /// Puts spans together to the outputs that [`run`](Self::run) gives. Worker; blocks until it is done.
    ///
    /// # Errors
    /// As [`run`](Self::run), also where a span is damaged or of another job.
    pub fn join(
        &mut self,
        settings: &JobSettings,
        division: &Division,
        open: Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        let mut meter = Meter::new(observer, Instant::now());
        let (prepared, model) = self.ready(settings, &mut meter, cancel)?;
        span::join((model, prepared), settings, division, open, &mut meter, cancel)
    }

    /// A job's recording and model.
    fn ready(
        &mut self,
        settings: &JobSettings,
        meter: &mut Meter<'_>,
        cancel: &Cancel,
    ) -> Result<(Prepared, &mut Model), JobError> {
        settings.check()?;
        let prepared = prepare(settings, meter, cancel)?;
        meter.phase(Phase::Loading, 0.0, Instant::now(), "loading the model");
        let model = self.model(settings, &prepared)?;
        meter.phase(Phase::Loading, 1.0, Instant::now(), "the model is loaded");
        if cancel.is_requested() {
            return Err(JobError::cancelled());
        }
        Ok((prepared, model))
    }

    /// The model of a job, loaded if it is not.
    fn model(&mut self, settings: &JobSettings, prepared: &Prepared) -> Result<&mut Model, JobError> {
        let recording = &&prepared.recording;
        let taken = ripieno_infer::Recording { rate: recording.rate(), channels: recording.channels() };
        let key = Key {
            model: settings.model.clone(),
            engine: settings.engine,
            threads: settings.threads,
            ort_lib: settings.ort_lib.clone(),
            rate: settings.model.starts_with(PREFIX).then_some(taken.rate),
            channels: taken.channels,
        };
        let loaded = match self.loaded.take() {
            Some(loaded) if loaded.0 == key => loaded,
            other => {
                // Two models may be too much for memory.
                drop(other);
                let model = Model::open(&settings.model, &options(settings, taken))?;
                (key, model)
            }
        };
        Ok(&mut self.loaded.insert(loaded).1)
    }
}

/// What is in the way of outputs whose names are known without the model.
fn check_early(settings: &JobSettings) -> Result<(), JobError> {
    if settings.description.trim().is_empty() || settings.force || settings.resume || settings.name.contains("{model}")
    {
        return Ok(());
    }
    let asked =
        |part: &&str| settings.stems.is_empty() || settings.stems.iter().any(|stem| crate::names::same(stem, part));
    let wanted = [TARGET, RESIDUAL].into_iter().filter(asked);
    let wanted: Vec<Wanted> =
        wanted.map(|part| Wanted { part: part.to_owned(), content: Part::Sum(Vec::new()) }).collect();
    check_free(&outputs::places(settings, &wanted, "")?)
}

/// Does a single job; see [`Session::run`]. Worker; blocks until it is done.
///
/// # Errors
/// As [`Session::run`].
pub fn run(settings: &JobSettings, observer: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
    Session::new().run(settings, observer, cancel)
}

/// Does a job with a separator of one's own, whatever [`JobSettings::model`] says. Worker; blocks until it is done.
///
/// # Errors
/// As [`Session::run`].
pub fn run_with<M: JobModel>(
    model: &mut M,
    settings: &JobSettings,
    observer: &mut dyn Observer,
    cancel: &Cancel,
) -> Result<Outcome, JobError> {
    let mut meter = Meter::new(observer, Instant::now());
    settings.check()?;
    let prepared = prepare(settings, &mut meter, cancel)?;
    Job::new(settings, prepared, model)?.run(&mut meter, cancel)
}

/// Says what a single job would do; see [`Session::plan`]. Worker; blocks.
///
/// # Errors
/// As [`Session::plan`].
pub fn plan(settings: &JobSettings) -> Result<PlanReport, JobError> {
    Session::new().plan(settings)
}
