//! Outlines of sounds: the lowest and highest of each stretch, found in one pass and constant memory, however long it is.

use ripieno_files::{AudioError, AudioFile};
use ripieno_web::shape::Peaks;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Stretches that are kept at most; at least half as many, of a sound that has as many frames.
const FINEST: usize = 1 << 16;
/// Outlines that are kept.
const KEPT: usize = 32;
/// Frames that are read at once.
const BLOCK: usize = 8_192;

/// An outline, as fine as it is kept.
#[derive(Debug)]
pub struct Outline {
    frames: u64,
    rate: f64,
    /// Frames of each stretch but the last.
    span: u64,
    /// The lowest and highest of each.
    stretches: Vec<[f32; 2]>,
}

impl Outline {
    /// Reads a sound through. Blocks.
    fn read(audio: &mut AudioFile) -> Result<Self, AudioError> {
        let rate = f64::from(audio.spec().rate.hz());
        let mut outline = Self { frames: 0, rate, span: 1, stretches: Vec::new() };
        let mut planes = vec![vec![0.0_f32; BLOCK]; audio.spec().channels];
        loop {
            let mut slices: Vec<&mut [f32]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
            let read = audio.read(&mut slices)?;
            for frame in 0..read {
                let sum: f32 = planes.iter().map(|plane| plane[frame]).sum();
                outline.push(sum / planes.len() as f32);
            }
            if read < BLOCK {
                return Ok(outline);
            }
        }
    }

    fn push(&mut self, sample: f32) {
        // What is no number is silent.
        let sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        if self.frames.is_multiple_of(self.span) {
            if self.stretches.len() == FINEST {
                self.halve();
            }
            if self.frames.is_multiple_of(self.span) {
                self.stretches.push([sample; 2]);
            }
        }
        if let Some([low, high]) = self.stretches.last_mut() {
            (*low, *high) = (low.min(sample), high.max(sample));
        }
        self.frames += 1;
    }

    /// Makes one of every two stretches.
    fn halve(&mut self) {
        let pairs = self.stretches.chunks(2).map(|pair| {
            pair.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], one| [low.min(one[0]), high.max(one[1])])
        });
        self.stretches = pairs.collect();
        self.span *= 2;
    }

    /// The outline in so many parts, or in fewer where it is not so fine.
    pub fn peaks(&self, buckets: usize) -> Peaks {
        let count = buckets.min(self.stretches.len());
        let place = |n: usize| n as u64 * self.frames / count as u64;
        let part = |n: usize| {
            let (from, to) = (place(n) / self.span, place(n + 1).div_ceil(self.span));
            let within = &self.stretches[from as usize..(to as usize).min(self.stretches.len())];
            within.iter().fold([1.0_f32, -1.0_f32], |[low, high], one| [low.min(one[0]), high.max(one[1])])
        };
        let short = |value: f32| (value * 1_000.0).round() / 1_000.0;
        let (min, max) = (0..count).map(part).map(|[low, high]| (short(low), short(high))).unzip();
        Peaks { buckets: count, seconds: self.frames as f64 / self.rate, min, max }
    }
}

/// What tells a file from another of its name: its length and when it was changed.
type Mark = (u64, Option<SystemTime>);

/// One that was wanted: of which file, as it was then.
type Kept = (PathBuf, Mark, Arc<Outline>);

/// The outlines that were wanted last. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Outlines(Arc<Mutex<Vec<Kept>>>);

impl Outlines {
    /// The outline of a file, read only if it is not known. Blocks.
    pub fn of(&self, path: &Path) -> Result<Arc<Outline>, AudioError> {
        let about = path.metadata().map_err(AudioError::Read)?;
        let mark = (about.len(), about.modified().ok());
        {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(n) = kept.iter().position(|(known, of, _)| known == path && *of == mark) {
                // The last is the one that was wanted last.
                let found = kept.remove(n);
                kept.push(found.clone());
                return Ok(found.2);
            }
        }
        let outline = Arc::new(Outline::read(&mut AudioFile::open(path)?)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, ..)| known != path);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((path.into(), mark, outline.clone()));
        Ok(outline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
    use ripieno_types::SampleRate;

    fn outline(samples: &[f32]) -> Outline {
        let mut outline = Outline { frames: 0, rate: 1_000.0, span: 1, stretches: Vec::new() };
        samples.iter().for_each(|sample| outline.push(*sample));
        outline
    }

    #[test]
    fn parts_hold_what_is_in_them() {
        let saw: Vec<f32> = (0..1_000).map(|n| n as f32 / 1_000.0).collect();
        let peaks = outline(&saw).peaks(10);
        assert_eq!((peaks.buckets, peaks.seconds), (10, 1.0));
        assert_eq!((peaks.min[3], peaks.max[3]), (0.3, 0.399));
        assert_eq!(serde_json::to_string(&peaks.max[..2]).unwrap(), "[0.099,0.199]");
        // As fine as there is, and no finer.
        assert_eq!(outline(&saw).peaks(5_000).buckets, 1_000);
        let odd = outline(&[f32::NAN, f32::INFINITY, -7.0, 0.5]).peaks(2);
        assert_eq!((odd.min, odd.max), (vec![0.0, -1.0], vec![0.0, 0.5]));
        let nothing = outline(&[]).peaks(10);
        assert_eq!((nothing.buckets, nothing.seconds, nothing.min.len()), (0, 0.0, 0));
    }

    #[test]
    fn memory_does_not_grow_and_nothing_is_missed() {
        for frames in [FINEST, FINEST + 1, 2 * FINEST + 7, 1_000_003] {
            let mut outline = outline(&[]);
            for n in 0..frames {
                outline.push(if n == frames - 1 {
                    -0.75
                } else if n == frames / 3 {
                    0.875
                } else {
                    0.0
                });
            }
            assert!((FINEST / 2..=FINEST).contains(&outline.stretches.len()), "{}", outline.stretches.len());
            for buckets in [1, 7, 2_000, FINEST] {
                let peaks = outline.peaks(buckets);
                assert_eq!((peaks.min.len(), peaks.max.len()), (peaks.buckets, peaks.buckets));
                assert_eq!(peaks.min[peaks.buckets - 1], -0.75, "{frames} in {buckets}");
                let at = peaks.max.iter().position(|high| *high == 0.875).unwrap();
                assert!(at.abs_diff(peaks.buckets / 3) <= 1, "{frames} in {buckets}: {at}");
            }
        }
    }

    #[test]
    fn channels_count_by_their_mean_and_a_changed_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let write = |left: f32, frames: usize| {
            let spec = WavSpec { rate: SampleRate::CD, channels: 2, encoding: Encoding::F32 };
            let mut writer = WavWriter::new(std::fs::File::create(&path).unwrap(), spec).unwrap();
            writer.write(&[&vec![left; frames], &vec![0.25; frames]]).unwrap();
            writer.finish().unwrap();
        };
        let outlines = Outlines::default();
        let peaks = || outlines.of(&path).unwrap().peaks(1);
        write(0.75, 20_000);
        assert_eq!(peaks().max, [0.5]);
        assert!(Arc::ptr_eq(&outlines.of(&path).unwrap(), &outlines.of(&path).unwrap()));
        write(-0.25, 30_000);
        assert_eq!((peaks().max, peaks().seconds), (vec![0.0], 30_000.0 / 44_100.0));
    }
}
