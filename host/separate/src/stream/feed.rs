//! A recording at another rate, from any place on, always as many frames as it should have.

use super::recording::{Reader, Recording};
use crate::{Cancel, JobError};
use ripieno_files::Resampler;
use ripieno_types::SampleRate;

/// Frames that are read at a time.
pub(crate) const BLOCK: usize = 1 << 13;

/// Reads a recording at a rate. The same frames come whatever the place it starts at. What is no number is silence, and so is
/// what is missing at the end.
pub(crate) struct Feed<'a, R: Recording> {
    recording: &'a R,
    reader: R::Reader,
    cancel: &'a Cancel,
    rate: SampleRate,
    total: u64,
    resampler: Resampler,
    /// The next frame that is read, at the recording's rate.
    source_at: u64,
    /// The next frame that is given, at `rate`.
    at: u64,
    raw: Vec<Vec<f32>>,
    /// Resampled and not yet given.
    ready: Vec<Vec<f32>>,
}

impl<'a, R: Recording> Feed<'a, R> {
    /// From the first frame on.
    pub(crate) fn open(recording: &'a R, rate: SampleRate, cancel: &'a Cancel) -> Result<Self, JobError> {
        let channels = recording.channels();
        Ok(Self {
            recording,
            reader: recording.reader()?,
            cancel,
            rate,
            total: Resampler::frames(recording.rate(), rate, recording.frames()),
            resampler: Resampler::new(recording.rate(), rate, channels),
            source_at: 0,
            at: 0,
            raw: vec![vec![0.0; BLOCK]; channels],
            ready: vec![Vec::new(); channels],
        })
    }

    /// Goes to a frame of the feed's rate.
    pub(crate) fn seek(&mut self, frame: u64) -> Result<(), JobError> {
        if frame == self.at {
            return Ok(());
        }
        let (resampler, source) = Resampler::restart(self.recording.rate(), self.rate, self.raw.len(), frame);
        self.reader.seek(source.min(self.recording.frames()))?;
        self.ready.iter_mut().for_each(Vec::clear);
        (self.resampler, self.source_at, self.at) = (resampler, source, frame);
        Ok(())
    }

    /// Appends the next `frames` to `out`, one vector a channel; fewer only at the end.
    pub(crate) fn read(&mut self, frames: usize, out: &mut [Vec<f32>]) -> Result<usize, JobError> {
        let left = usize::try_from(self.total.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let frames = frames.min(left);
        while self.ready[0].len() < frames {
            if self.cancel.is_requested() {
                return Err(JobError::cancelled());
            }
            self.advance()?;
        }
        for (out, ready) in out.iter_mut().zip(&mut self.ready) {
            out.extend(ready.drain(..frames));
        }
        self.at += frames as u64;
        Ok(frames)
    }

    /// Makes more frames ready: of a block of the recording, or of its end.
    fn advance(&mut self) -> Result<(), JobError> {
        let left = self.recording.frames().saturating_sub(self.source_at);
        let frames = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
        if frames == 0 {
            self.resampler.finish(self.total, &mut self.ready);
            let left = usize::try_from(self.total - self.at).unwrap_or(usize::MAX);
            self.ready.iter_mut().for_each(|row| row.resize(left, 0.0));
            return Ok(());
        }
        let mut rows: Vec<&mut [f32]> = self.raw.iter_mut().map(|row| &mut row[..frames]).collect();
        let read = self.reader.read(&mut rows)?;
        for row in &mut rows {
            row[read..].fill(0.0);
            row.iter_mut().filter(|sample| !sample.is_finite()).for_each(|sample| *sample = 0.0);
        }
        let rows: Vec<&[f32]> = self.raw.iter().map(|row| &row[..frames]).collect();
        self.resampler.push(&rows, &mut self.ready);
        self.source_at += frames as u64;
        Ok(())
    }
}
