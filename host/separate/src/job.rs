//! One job from its recording to its files.

use crate::file::FileSink;
use crate::journal::{Complete, Journal, Stage};
use crate::layout::{self, Layout};
use crate::model::{About, JobModel};
use crate::outputs::{self, Place};
use crate::prepare::Prepared;
use crate::progress::Meter;
use crate::stream::{Part, Recording, State};
use crate::wanted::{self, Offer, Wanted};
use crate::{
    AnchorMode, Cancel, ErrorCode, Event, JobError, JobSettings, Outcome, OutputRate, Phase, PlanReport, Stem,
    WarningCode, finish, identity, memory,
};
use ripieno_files::stem::StemSpec;
use ripieno_files::{Resampler, Tags};
use ripieno_ports::{Conditions, Geometry, Statistics};
use std::time::Instant;

mod windows;

#[cfg(test)]
mod tests;

/// Why windows are halved before any was tried.
const SHORT_OF_MEMORY: &str = "less memory is free than longer ones take";

/// The longest window that is tried for an estimate, in seconds of audio.
const LONGEST_TRIED_SECS: f64 = 120.0;

/// A window that took so long is not tried again: what prepared the model for it hardly counts then. In seconds.
const PREPARED_SECS: f64 = 5.0;

/// A job whose recording and model are there.
pub(crate) struct Job<'a, M> {
    settings: &'a JobSettings,
    prepared: Prepared,
    model: &'a mut M,
    about: About,
    geometry: Geometry,
    parts: Vec<Part>,
    pub(crate) places: Vec<Place>,
    spec: StemSpec,
}

/// How the windows of one attempt are to be done.
pub(crate) struct Attempt {
    pub layout: Layout,
    pub report: PlanReport,
}

impl<'a, M: JobModel> Job<'a, M> {
    /// Looks at what the model makes of the settings.
    pub(crate) fn new(settings: &'a JobSettings, prepared: Prepared, model: &'a mut M) -> Result<Self, JobError> {
        let (about, geometry) = (model.about(), model.geometry());
        let channels = (&prepared.recording).channels();
        if geometry.channels != channels {
            let message = format!("{} takes {} channels, the recording has {channels}", about.id, geometry.channels);
            return Err(JobError::new(ErrorCode::BadInput, message));
        }
        let description = settings.description.trim();
        let choice = match description {
            "" => None,
            words => Some(model.choose(words).map_err(|why| JobError::new(ErrorCode::BadSettings, why))?),
        };
        let offer = Offer {
            id: &about.id,
            stems: &about.stems,
            complement: about.complement.as_deref(),
            conditioned: about.conditioned,
        };
        let wanted = wanted::wanted(&offer, choice.as_ref(), settings)?;
        let places = outputs::places(settings, &wanted, &about.id)?;
        let rate = match settings.rate {
            OutputRate::Native => (&prepared.recording).rate(),
            OutputRate::Model => geometry.rate,
        };
        let spec = outputs::spec(settings, channels, rate)?;
        let parts = wanted.into_iter().map(|Wanted { content, .. }| content).collect();
        Ok(Self { settings, prepared, model, about, geometry, parts, places, spec })
    }

    /// Cuts the recording, with windows halved at least so often, and oftener where they take more than `room` bytes.
    pub(crate) fn attempt(&self, mut halvings: u32, room: Option<u64>) -> Result<(Attempt, u32), JobError> {
        let recording = &&self.prepared.recording;
        let total = Resampler::frames(recording.rate(), self.geometry.rate, recording.frames());
        let anchors = &self.prepared.anchors;
        let ratio = outputs::ratio(&self.prepared.recording, self.settings, self.geometry.rate);
        loop {
            let layout = layout::layout(self.settings, &self.about, &self.geometry, anchors, total, halvings)?;
            let bytes = |frames| self.model.memory_bytes(frames);
            let report = layout::report(&layout, anchors, &self.geometry, &self.parts, ratio, bytes)?;
            if room.is_none_or(|room| report.memory_bytes <= room) {
                return Ok((Attempt { layout, report }, halvings));
            }
            halvings += 1;
        }
    }

    /// What the model says of itself, and whether it heeds what the settings say.
    fn tell_about(&self, meter: &mut Meter<'_>) {
        self.about.warnings.iter().for_each(|warning| meter.warn(WarningCode::Other, warning));
        if !self.about.anchors && !self.prepared.anchors.is_empty() {
            let effect = match self.settings.anchor_mode {
                AnchorMode::Strict => "they change nothing",
                _ => "they only choose the sections that are sent along",
            };
            meter.warn(WarningCode::AnchorsIgnored, format!("{} takes no anchors: {effect}", self.about.id));
        }
    }

    /// The plan of the first attempt; whether windows are halved for it is told.
    pub(crate) fn plan(&self, meter: &mut Meter<'_>) -> Result<PlanReport, JobError> {
        self.tell_about(meter);
        let (attempt, halvings) = self.attempt(0, memory::available())?;
        if halvings > 0 {
            self.tell_halved(meter, &attempt, SHORT_OF_MEMORY);
        }
        Ok(attempt.report)
    }

    /// How long the windows will take, by one that is tried; `None` where one would take too long.
    pub(crate) fn estimate(&mut self, report: &PlanReport) -> Option<f64> {
        let sent = usize::try_from(report.segments.first()?.sent_frames).ok()?;
        if sent as f64 > LONGEST_TRIED_SECS * f64::from(self.geometry.rate.hz()) {
            return None;
        }
        // What it holds makes no difference, but for silence, which some models skip.
        let mix: Vec<f32> = (0..sent * self.geometry.channels).map(|n| (n as f32 * 0.1).sin() * 0.1).collect();
        let mut stems = vec![0.0; mix.len() * self.geometry.stems];
        let statistics = self.geometry.wants_statistics.then_some(Statistics { mean: 0.0, deviation: 0.1 });
        let conditions =
            Conditions { description: self.settings.description.trim(), statistics, ..Conditions::default() };
        let mut took = 0.0;
        // The first run of a length prepares the model for it.
        for _ in 0..2 {
            let start = Instant::now();
            self.model.separate(&mix, &conditions, &mut stems).ok()?;
            took = start.elapsed().as_secs_f64();
            if took > PREPARED_SECS {
                break;
            }
        }
        Some(took * report.chunks as f64)
    }

    /// Does it.
    pub(crate) fn run(mut self, meter: &mut Meter<'_>, cancel: &Cancel) -> Result<Outcome, JobError> {
        self.tell_about(meter);
        self.measure(meter, cancel)?;
        let outputs: Vec<_> = self.places.iter().map(|place| place.path.clone()).collect();
        let model = (self.about.hash.as_str(), self.about.engine.as_str());
        let identity = identity::of(identity::recording(&self.settings.audio)?, model, self.settings, &outputs);
        let number = identity::short(&identity);
        let mut journal = Journal::new(&outputs[0], identity);

        let found = self.left(&journal, meter);
        let stage = found.map(|(halvings, stage)| {
            (journal.halvings, journal.holds_state) = (halvings, true);
            stage
        });
        let existing = finish::existing(self.settings.force);
        let mut state = match stage {
            Some(Stage::Complete(complete)) => {
                let windows = self.attempt(journal.halvings, None)?.0.report.chunks;
                let stems = finish::publish(&self.places, &complete, existing, &mut journal)?;
                return Ok(self.outcome(stems, complete[0].frames, windows, meter));
            }
            Some(Stage::Separating(state)) => Some(state),
            None => None,
        };
        if self.settings.resume
            && state.is_none()
            && let Some((stems, frames)) = finish::made_before(&self.places, &number)
        {
            let windows = self.attempt(0, None)?.0.report.chunks;
            return Ok(self.outcome(stems, frames, windows, meter));
        }
        if !self.settings.force {
            outputs::check_free(&self.places)?;
        }
        // Where an earlier run had the room, this one is to have the same windows.
        let room = if state.is_some() { None } else { memory::available() };
        let (mut attempt, halvings) = self.attempt(journal.halvings, room)?;
        if halvings > journal.halvings {
            self.tell_halved(meter, &attempt, SHORT_OF_MEMORY);
        }
        meter.event(Event::Plan(attempt.report.clone()));
        outputs::make_folders(&self.places)?;

        journal.halvings = halvings;
        loop {
            let (mut sinks, from) = self.open(&number, state.take(), &mut journal, meter)?;
            let resumed = from.as_ref().map_or(0, |state| state.windows);
            let ended = self.windows(&attempt, &mut sinks, &mut journal, from, meter, cancel);
            let ended = ended.and_then(|()| finish::complete(sinks, &self.places, meter, cancel));
            match ended {
                Ok(complete) => {
                    let frames = complete[0].frames;
                    self.tell_clipped(&complete, meter);
                    let stems = finish::publish(&self.places, &complete, existing, &mut journal)?;
                    self.tell_damage(meter);
                    return Ok(self.outcome(stems, frames, resumed, meter));
                }
                Err(error) if error.code == ErrorCode::OutOfMemory => {
                    // Smaller windows give other bytes: nothing of this attempt can be used.
                    let smaller = self.attempt(journal.halvings + 1, memory::available());
                    journal.remove();
                    let (next, halvings) = smaller.map_err(|none| {
                        let told = JobError::new(error.code, format!("{}; {}", error.message, none.message));
                        finish::leave(told, &self.places, &mut journal)
                    })?;
                    (attempt, journal.halvings) = (next, halvings);
                    self.tell_halved(meter, &attempt, &error.message);
                }
                Err(error) => return Err(finish::leave(error, &self.places, &mut journal)),
            }
        }
    }

    /// Reads all of the recording where the model wants to know of it.
    pub(crate) fn measure(&mut self, meter: &mut Meter<'_>, cancel: &Cancel) -> Result<(), JobError> {
        if self.geometry.wants_statistics {
            let frames = (&self.prepared.recording).frames();
            self.prepared.measure(self.settings, frames, meter, cancel)?;
        }
        Ok(())
    }

    /// Takes the recording's statistics as known, so that it is not read for them.
    pub(crate) fn know(&mut self, statistics: Option<Statistics>) {
        self.prepared.statistics = statistics.or(self.prepared.statistics);
    }

    /// The recording's statistics, where the model wants them and they are known.
    pub(crate) fn statistics(&self) -> Option<Statistics> {
        self.prepared.statistics.filter(|_| self.geometry.wants_statistics)
    }

    /// Channels of the recording.
    pub(crate) fn channels(&self) -> usize {
        self.geometry.channels
    }

    /// What an earlier run left of this job, if it is wanted.
    fn left(&self, journal: &Journal, meter: &mut Meter<'_>) -> Option<(u32, Stage)> {
        let impossible = |meter: &mut Meter<'_>, why: &str| {
            meter.warn(
                WarningCode::ResumeImpossible,
                format!("the unfinished run cannot be continued, it starts anew: {why}"),
            );
        };
        if !journal.exists() {
            return None;
        }
        if !self.settings.resume {
            meter.warn(WarningCode::Other, "an unfinished run is given up; --resume would have gone on with it");
            return None;
        }
        let Some(record) = journal.find() else {
            impossible(meter, "what it noted is damaged");
            return None;
        };
        if record.identity != journal.identity() {
            impossible(meter, &format!("it had {}", identity::difference(&record.identity, journal.identity())));
            return None;
        }
        Some((record.halvings, record.stage))
    }

    /// Opens the part files, as they were left or anew.
    fn open(
        &self,
        number: &str,
        state: Option<State>,
        journal: &mut Journal,
        meter: &mut Meter<'_>,
    ) -> Result<(Vec<FileSink>, Option<State>), JobError> {
        let stem = outputs::stem_of(&self.settings.audio);
        let tags: Vec<Tags> = (self.places.iter())
            .map(|place| outputs::tags(&self.prepared.tags, &stem, &place.part, &self.about, number))
            .collect();
        if let Some(state) = state.filter(|state| state.sinks.len() == self.places.len()) {
            let resume = |((place, tags), state): ((&Place, &Tags), &Vec<u8>)| {
                FileSink::resume(&place.unfinished, self.spec, tags, state)
            };
            let sinks: Result<Vec<_>, _> = self.places.iter().zip(&tags).zip(&state.sinks).map(resume).collect();
            match sinks {
                Ok(sinks) => return Ok((sinks, Some(state))),
                Err(error) if error.code == ErrorCode::OutputExists => return Err(error),
                Err(error) => meter.warn(
                    WarningCode::ResumeImpossible,
                    format!("the unfinished run cannot be continued, it starts anew: {error}"),
                ),
            }
        }
        let mut sinks = Vec::new();
        for (place, tags) in self.places.iter().zip(&tags) {
            match FileSink::create(&place.unfinished, self.spec, tags) {
                Ok(sink) => sinks.push(sink),
                // Those before it are empty now, whatever they were.
                Err(error) => return Err(finish::leave_none(error, &self.places[..sinks.len()], journal)),
            }
        }
        journal.remove();
        Ok((sinks, None))
    }

    fn tell_halved(&self, meter: &mut Meter<'_>, attempt: &Attempt, why: &str) {
        let seconds = attempt.report.chunk_frames as f64 / f64::from(self.geometry.rate.hz());
        meter.warn(WarningCode::WindowsHalved, format!("windows are shortened to {seconds:.1} s: {why}"));
    }

    fn tell_clipped(&self, complete: &[Complete], meter: &mut Meter<'_>) {
        if !outputs::integers(self.spec.format).0 {
            return;
        }
        for (place, complete) in self.places.iter().zip(complete).filter(|(_, complete)| complete.peak > 1.0) {
            let decibels = 20.0 * f64::from(complete.peak).log10();
            meter.warn(
                WarningCode::OutputClipped,
                format!(
                    "{} is clipped: its peak is {decibels:.1} dB above full scale; wav with f32 keeps it",
                    place.part
                ),
            );
        }
    }

    fn tell_damage(&self, meter: &mut Meter<'_>) {
        if let Some(damage) = self.prepared.recording.damage() {
            meter.warn(WarningCode::InputDamaged, format!("{}: {damage}", self.settings.audio.display()));
        }
    }

    fn outcome(self, stems: Vec<Stem>, frames: u64, resumed: u64, meter: &mut Meter<'_>) -> Outcome {
        meter.phase(Phase::Writing, 1.0, Instant::now(), "written");
        meter.finish();
        Outcome { stems, engine: self.about.engine, frames, seconds: meter.seconds(), resumed }
    }
}
