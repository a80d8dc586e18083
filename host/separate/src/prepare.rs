//! What is known of a job before its model is: the recording, its length, and the anchors within it.

use crate::file::{FileRecording, unreadable};
use crate::progress::Meter;
use crate::{Cancel, JobError, JobSettings, Phase, WarningCode};
use ripieno_chunk::{ClipWarning, clip};
use ripieno_files::audio::AudioError;
use ripieno_files::{AudioFile, Tags};
use ripieno_ports::Statistics;
use ripieno_types::Anchor;
use std::ops::ControlFlow;
use std::time::Instant;

/// A recording that was looked at.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub recording: FileRecording,
    /// What the recording says of itself.
    pub tags: Tags,
    /// Within the recording.
    pub anchors: Vec<Anchor>,
    /// Of the whole recording, where a pass was needed anyway.
    pub statistics: Option<Statistics>,
}

/// Looks at a job's recording. It is read once where it does not tell its length.
pub(crate) fn prepare(job: &JobSettings, meter: &mut Meter<'_>, cancel: &Cancel) -> Result<Prepared, JobError> {
    meter.phase(Phase::Reading, 0.0, Instant::now(), "opening the recording");
    let mut file = AudioFile::open(&job.audio).map_err(|error| unreadable(&job.audio, &error))?;
    let (frames, statistics) = match file.spec().frames {
        Some(frames) => (frames, None),
        None => {
            let (frames, statistics) = measure(job, &mut file, None, meter, cancel)?;
            (frames, Some(statistics))
        }
    };
    let recording = FileRecording::new(&job.audio, &file, frames);
    let seconds = frames as f64 / f64::from(file.spec().rate.hz());
    Ok(Prepared { recording, tags: file.tags().clone(), anchors: clipped(&job.anchors, seconds, meter), statistics })
}

impl Prepared {
    /// The statistics of the whole recording, which is read for them.
    pub(crate) fn measure(
        &mut self,
        job: &JobSettings,
        frames: u64,
        meter: &mut Meter<'_>,
        cancel: &Cancel,
    ) -> Result<Statistics, JobError> {
        if let Some(known) = self.statistics {
            return Ok(known);
        }
        let mut file = AudioFile::open(&job.audio).map_err(|error| unreadable(&job.audio, &error))?;
        let (_, statistics) = measure(job, &mut file, Some(frames), meter, cancel)?;
        self.statistics = Some(statistics);
        Ok(statistics)
    }
}

/// Reads all of a recording. Where its length is not known, progress stands still rather than guess.
fn measure(
    job: &JobSettings,
    file: &mut AudioFile,
    frames: Option<u64>,
    meter: &mut Meter<'_>,
    cancel: &Cancel,
) -> Result<(u64, Statistics), JobError> {
    let mut on_progress = |read: u64| {
        let part = frames.map_or(0.0, |frames| read as f64 / frames.max(1) as f64);
        meter.phase(Phase::Reading, part, Instant::now(), "measuring the recording");
        if cancel.is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let measured = file.measure(&mut on_progress).map_err(|error| match error {
        AudioError::Interrupted => JobError::cancelled(),
        error => unreadable(&job.audio, &error),
    })?;
    Ok((measured.frames, measured.statistics))
}

/// The anchors within the recording; what was clipped or left out is told.
fn clipped(anchors: &[Anchor], seconds: f64, meter: &mut Meter<'_>) -> Vec<Anchor> {
    let mut clipped = anchors.to_vec();
    let kept = clip(anchors, seconds, &mut clipped, |warning| {
        let code = match warning {
            ClipWarning::Dropped { .. } => WarningCode::AnchorDropped,
            _ => WarningCode::AnchorClipped,
        };
        meter.warn(code, warning.to_string());
    });
    clipped.truncate(kept);
    clipped
}
