//! A recording divided into spans of windows, so that many machines share one: what a model makes of each window is kept as it
//! is, and whoever has all of it adds it up as if the model had just run. So the outputs are those of one machine, bit for bit,
//! whoever did which span and when.

mod format;
mod replay;

#[cfg(test)]
mod tests;

use crate::job::Job;
use crate::model::JobModel;
use crate::prepare::{Prepared, prepare};
use crate::progress::Meter;
use crate::stream::Raw;
use crate::{Cancel, ErrorCode, JobError, JobSettings, Observer, Outcome};
use replay::Replay;
use ripieno_ports::Statistics;
use std::io::{Read, Write};
use std::ops::Range;
use std::time::Instant;

/// How a recording is divided. Whoever does a part of it must get the same windows, which is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Windows of the recording.
    pub windows: u64,
    /// Windows of a span; the last span may have fewer. At least 1.
    pub span: u64,
    /// Mean and deviation of the recording, for a model that wants them.
    pub statistics: Option<(f32, f32)>,
}

impl Division {
    /// Spans of the recording. Any.
    pub const fn spans(&self) -> u64 {
        self.windows.div_ceil(self.span)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.statistics.map(|(mean, deviation)| Statistics { mean, deviation })
    }

    /// The windows of a span; empty for one that is none. Any.
    pub fn of(&self, span: u64) -> Range<u64> {
        let edge = |span: u64| span.saturating_mul(self.span).min(self.windows);
        edge(span)..edge(span.saturating_add(1))
    }
}

/// Opens a span that [`separate_with`] wrote, when a recording is put together; called once for each, in order.
pub type Open<'a> = &'a mut dyn FnMut(u64) -> Result<Box<dyn Read>, JobError>;

/// Divides a recording into spans of so many windows, with a separator of one's own. Worker; blocks, reads the recording where
/// the model wants to know of all of it.
///
/// # Errors
/// [`JobError`] by code.
pub fn divide_with<M: JobModel>(
    model: &mut M,
    settings: &JobSettings,
    span: u64,
    cancel: &Cancel,
) -> Result<Division, JobError> {
    let mut listen = |_| ();
    let mut meter = Meter::new(&mut listen, Instant::now());
    settings.check()?;
    let prepared = prepare(settings, &mut meter, cancel)?;
    divide(Job::new(settings, prepared, model)?, span, &mut meter, cancel)
}

/// Does one span with a separator of one's own and writes what it made. Worker; blocks until it is done.
///
/// # Errors
/// [`JobError`] by code; what was written is worth nothing then.
pub fn separate_with<M: JobModel>(
    model: &mut M,
    settings: &JobSettings,
    (division, span): (&Division, u64),
    out: &mut dyn Write,
    observer: &mut dyn Observer,
    cancel: &Cancel,
) -> Result<(), JobError> {
    let mut meter = Meter::new(observer, Instant::now());
    settings.check()?;
    let prepared = prepare(settings, &mut meter, cancel)?;
    separate(Job::new(settings, prepared, model)?, (division, span), out, &mut meter, cancel)
}

/// Puts spans together: the job itself, but what the model made comes from `open`. The separator is only asked what it is.
/// Worker; blocks until it is done.
///
/// # Errors
/// [`JobError`] by code, also where a span is damaged or of another job.
pub fn join_with<M: JobModel>(
    model: &mut M,
    settings: &JobSettings,
    division: &Division,
    open: Open<'_>,
    observer: &mut dyn Observer,
    cancel: &Cancel,
) -> Result<Outcome, JobError> {
    let mut meter = Meter::new(observer, Instant::now());
    settings.check()?;
    let prepared = prepare(settings, &mut meter, cancel)?;
    join((model, prepared), settings, division, open, &mut meter, cancel)
}

/// As [`divide_with`]. Windows are as long as the model likes, however little memory is free: they must be the same everywhere.
pub(crate) fn divide<M: JobModel>(
    mut job: Job<'_, M>,
    span: u64,
    meter: &mut Meter<'_>,
    cancel: &Cancel,
) -> Result<Division, JobError> {
    job.measure(meter, cancel)?;
    let windows = job.attempt(0, None)?.0.report.chunks;
    let statistics = job.statistics().map(|known| (known.mean, known.deviation));
    Ok(Division { windows, span: span.max(1), statistics })
}

/// As [`separate_with`].
pub(crate) fn separate<M: JobModel>(
    mut job: Job<'_, M>,
    (division, span): (&Division, u64),
    out: &mut dyn Write,
    meter: &mut Meter<'_>,
    cancel: &Cancel,
) -> Result<(), JobError> {
    job.know(division.statistics());
    let attempt = job.attempt(0, None)?.0;
    agree(attempt.report.chunks, division)?;
    let channels = job.channels();
    let mut each = |raw: Raw<'_>| {
        format::write(out, &raw, channels).map_err(|error| {
            JobError::new(ErrorCode::WriteFailed, format!("what the model made cannot be kept: {error}"))
        })
    };
    job.raw(&attempt, division.of(span), &mut each, meter, cancel)?;
    meter.finish();
    Ok(())
}

/// As [`join_with`].
pub(crate) fn join<M: JobModel>(
    (model, prepared): (&mut M, Prepared),
    settings: &JobSettings,
    division: &Division,
    open: Open<'_>,
    meter: &mut Meter<'_>,
    cancel: &Cancel,
) -> Result<Outcome, JobError> {
    let mut replay = Replay::new(model, *division, open);
    let mut job = Job::new(settings, prepared, &mut replay)?;
    job.know(division.statistics());
    agree(job.attempt(0, None)?.0.report.chunks, division)?;
    job.run(meter, cancel)
}

fn agree(windows: u64, division: &Division) -> Result<(), JobError> {
    if windows == division.windows {
        return Ok(());
    }
    let message = format!(
        "the recording has {windows} windows here and {} where it was divided: it, the model or the version differs",
        division.windows
    );
    Err(JobError::new(ErrorCode::BadInput, message))
}
