//! The writing side: stems at the model's rate become outputs at theirs, beside the recording they are taken from.

use super::feed::Feed;
use super::parts::Mixer;
use super::recording::Recording;
use super::state::LaneState;
use crate::JobError;
use ripieno_files::Resampler;
use ripieno_types::SampleRate;

/// Where outputs go, one for each part.
pub trait Sink: Send {
    /// Takes frames, one slice a channel. Worker; blocks.
    ///
    /// # Errors
    /// [`JobError`], mostly with [`ErrorCode::WriteFailed`](crate::ErrorCode::WriteFailed).
    fn write(&mut self, channels: &[&[f32]]) -> Result<(), JobError>;

    /// All that is needed to go on from here after the process is gone; what was written cannot be lost with it any more.
    /// Worker; blocks.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn state(&mut self) -> Result<Vec<u8>, JobError>;

    /// Makes what was written survive the machine too. Worker; blocks, for as long as the disk takes.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn sync(&mut self) -> Result<(), JobError>;
}

/// Frames that are mixed and written at a time.
const BLOCK: usize = 1 << 14;

/// One stem on its way to the output's rate.
struct Lane {
    resampler: Resampler,
    /// Frames at the model's rate that are needed to start the resampler over, from `history_start` on.
    history: Vec<Vec<f32>>,
    history_start: u64,
    /// At the output's rate, not yet written.
    ready: Vec<Vec<f32>>,
}

/// Brings stems to sinks.
pub(crate) struct Delivery<'a, R: Recording, S> {
    mixer: Mixer,
    recording: Option<Feed<'a, R>>,
    sinks: &'a mut [S],
    lanes: Vec<Lane>,
    channels: usize,
    from: SampleRate,
    to: SampleRate,
    total: u64,
    delivered: u64,
    mix: Vec<Vec<f32>>,
    out: Vec<Vec<Vec<f32>>>,
}

impl<'a, R: Recording, S: Sink> Delivery<'a, R, S> {
    /// At the start of a recording of `total` frames at the rate `to`. `recording` is there when the mixer wants it.
    pub(crate) fn new(
        mixer: Mixer,
        recording: Option<Feed<'a, R>>,
        sinks: &'a mut [S],
        channels: usize,
        (from, to): (SampleRate, SampleRate),
        total: u64,
    ) -> Self {
        let lane = |_: &usize| Lane {
            resampler: Resampler::new(from, to, channels),
            history: vec![Vec::new(); channels],
            history_start: 0,
            ready: vec![Vec::new(); channels],
        };
        let lanes = mixer.used().iter().map(lane).collect();
        let out = vec![vec![Vec::new(); sinks.len()]; channels];
        let mix = vec![Vec::new(); channels];
        Self { mixer, recording, sinks, lanes, channels, from, to, total, delivered: 0, mix, out }
    }

    /// Goes on where another left off.
    pub(crate) fn restore(&mut self, delivered: u64, lanes: Vec<LaneState>) -> Result<(), JobError> {
        if let Some(recording) = &mut self.recording {
            recording.seek(delivered)?;
        }
        for (lane, state) in self.lanes.iter_mut().zip(lanes) {
            (lane.resampler, lane.history_start) = Resampler::restart(self.from, self.to, self.channels, delivered);
            let rows: Vec<&[f32]> = state.history.iter().map(Vec::as_slice).collect();
            lane.resampler.push(&rows, &mut lane.ready);
            lane.history = state.history;
        }
        self.delivered = delivered;
        Ok(())
    }

    /// Frames that were given to the sinks.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Takes more of each stem: its channels one after the other, each of `frames`.
    pub(crate) fn accept(&mut self, stems: &[Vec<f32>], frames: usize) -> Result<(), JobError> {
        if frames == 0 {
            return Ok(());
        }
        for (lane, stem) in self.lanes.iter_mut().zip(stems) {
            let rows: Vec<&[f32]> = stem.chunks_exact(frames).collect();
            lane.resampler.push(&rows, &mut lane.ready);
            if self.from != self.to {
                lane.history.iter_mut().zip(rows).for_each(|(history, row)| history.extend_from_slice(row));
            }
        }
        self.write_ready()
    }

    /// Ends all stems: as many frames are given to the sinks as the recording has.
    pub(crate) fn finish(&mut self) -> Result<(), JobError> {
        for lane in &mut self.lanes {
            lane.resampler.finish(self.total, &mut lane.ready);
        }
        self.write_ready()
    }

    /// What the resamplers must be given again to go on from here.
    pub(crate) fn lanes(&mut self) -> Vec<LaneState> {
        let needed = match self.from == self.to {
            true => None,
            false => Some(Resampler::restart(self.from, self.to, 1, self.delivered).1),
        };
        let trimmed = |lane: &mut Lane| {
            if let Some(needed) = needed {
                let past = usize::try_from(needed.saturating_sub(lane.history_start)).unwrap_or(usize::MAX);
                for row in &mut lane.history {
                    row.drain(..past.min(row.len()));
                }
                lane.history_start = lane.history_start.max(needed);
            }
            LaneState { history: lane.history.clone() }
        };
        self.lanes.iter_mut().map(trimmed).collect()
    }

    /// The sinks' states; `synced`, what was written is on the disk then.
    pub(crate) fn sinks(&mut self, synced: bool) -> Result<Vec<Vec<u8>>, JobError> {
        let state = |sink: &mut S| {
            let state = sink.state()?;
            if synced { sink.sync().map(|()| state) } else { Ok(state) }
        };
        self.sinks.iter_mut().map(state).collect()
    }

    fn write_ready(&mut self) -> Result<(), JobError> {
        let ready = self.lanes.first().map_or(0, |lane| lane.ready[0].len());
        // A resampler may give frames beyond the end before it is told where that is.
        let left = usize::try_from(self.total - self.delivered).unwrap_or(usize::MAX);
        let ready = ready.min(left);
        let mut done = 0;
        while done < ready {
            let frames = (ready - done).min(BLOCK);
            self.write_block(done, frames)?;
            done += frames;
        }
        for lane in &mut self.lanes {
            lane.ready.iter_mut().for_each(|row| drop(row.drain(..ready)));
        }
        Ok(())
    }

    fn write_block(&mut self, at: usize, frames: usize) -> Result<(), JobError> {
        self.mix.iter_mut().for_each(Vec::clear);
        if let Some(recording) = &mut self.recording {
            recording.read(frames, &mut self.mix)?;
        }
        for (channel, out) in self.out.iter_mut().enumerate() {
            let mut stems: Vec<&mut [f32]> =
                self.lanes.iter_mut().map(|lane| &mut lane.ready[channel][at..at + frames]).collect();
            self.mixer.mix(&self.mix[channel], &mut stems, out);
        }
        for (part, sink) in self.sinks.iter_mut().enumerate() {
            let rows: Vec<&[f32]> = self.out.iter().map(|parts| parts[part].as_slice()).collect();
            sink.write(&rows)?;
        }
        self.delivered += frames as u64;
        Ok(())
    }
}
