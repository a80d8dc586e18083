//! Writes what is played into a WAV file, on a thread of its own. The file appears whole when the recording ends.

use super::order::Tap;
use ripieno_files::atomic::{AtomicError, AtomicFile, Existing};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_ring::spsc::{self, Consumer};
use ripieno_types::SampleRate;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How much may wait for the disk, in seconds.
const RING_SECS: f32 = 4.0;
/// How often the thread looks: far more often than the ring fills.
const LOOK: Duration = Duration::from_millis(50);

/// A recording that goes on until its tap is dropped.
#[derive(Debug)]
pub struct Recorder {
    thread: JoinHandle<Result<u64, AtomicError>>,
    rate: SampleRate,
}

impl Recorder {
    /// Opens the file and gives the end that the engine fills. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError`] when the file cannot be begun.
    pub fn start(path: &Path, existing: Existing, rate: SampleRate) -> Result<(Self, Tap), AtomicError> {
        let file = AtomicFile::create(path, existing)?;
        let spec = WavSpec { rate, channels: 2, encoding: Encoding::F32 };
        let writer = WavWriter::new(file, spec)?;
        let (tap, frames) = spsc::channel(rate.frames(RING_SECS) as usize);
        let thread = thread::Builder::new().name("recorder".into()).spawn(move || write(writer, frames))?;
        Ok((Self { thread, rate }, tap))
    }

    /// The rate that the file has. Any.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Waits for the end, which comes once the tap is dropped; returns the frames in the file. Control; blocks.
    ///
    /// # Errors
    /// [`AtomicError`] when the file could not be written.
    pub fn finish(self) -> Result<u64, AtomicError> {
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn write(mut writer: WavWriter<AtomicFile>, mut frames: Consumer<'static, [f32; 2]>) -> Result<u64, AtomicError> {
    let mut channels = [Vec::new(), Vec::new()];
    loop {
        // Asked before looking: what was pushed before the farewell is then seen.
        let is_last = frames.is_abandoned();
        let grant = frames.grant(usize::MAX);
        let count = grant.len();
        let (first, second) = grant.parts();
        for (channel, samples) in channels.iter_mut().enumerate() {
            samples.clear();
            samples.extend(first.iter().chain(second).map(|frame| frame[channel]));
        }
        grant.commit(count);
        writer.write(&[&channels[0], &channels[1]])?;
        if is_last {
            let frames = writer.frames();
            writer.finish()?.0.commit()?;
            return Ok(frames);
        }
        thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_holds_every_frame_and_appears_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        let (recorder, mut tap) = Recorder::start(&path, Existing::Refuse, SampleRate::STUDIO).unwrap();
        for n in 0..10_000 {
            tap.push([n as f32, -1.0]).unwrap();
        }
        assert!(!path.exists());
        drop(tap);
        assert_eq!(recorder.finish().unwrap(), 10_000);
        let bytes = std::fs::read(&path).unwrap();
        let samples: Vec<f32> = bytes[bytes.len() - 80_000..]
            .chunks_exact(4)
            .map(|sample| f32::from_le_bytes(sample.try_into().unwrap()))
            .collect();
        assert!(samples.chunks(2).enumerate().all(|(n, frame)| frame == [n as f32, -1.0]));
    }

    #[test]
    fn a_file_that_stands_there_is_refused_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take.wav");
        AtomicFile::create(&path, Existing::Refuse).unwrap().commit().unwrap();
        let refused = Recorder::start(&path, Existing::Refuse, SampleRate::STUDIO).map(|_| ()).unwrap_err();
        assert!(matches!(refused, AtomicError::Exists));
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }
}
