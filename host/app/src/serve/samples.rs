//! Sounds of sample pads: WAV files of the studio, read whole at the desk.

use super::Owner;
use crate::live::{Sample, Samples};
use ripieno_types::SampleRate;
use std::path::Path;
use std::sync::Arc;

/// Seconds of a sample at most: it is held in memory whole.
const LONGEST: u32 = 600;

impl Owner {
    /// Reads the studio's samples and plays them from then on. One that cannot be read is silent.
    pub(super) fn load_samples(&mut self) {
        let (specs, folder) = (self.studio.model().samples.clone(), self.folder.clone());
        let (session, post) = (self.session.clone(), self.post.clone());
        self.desk.run(move || {
            let mut troubles = Vec::new();
            let samples = specs.iter().map(|spec| {
                read(&folder.join(&spec.path)).unwrap_or_else(|error| {
                    troubles.push(format!("the sample {} is silent: {error}", spec.name));
                    silence()
                })
            });
            session.samples(Samples(samples.collect()));
            post.then(move |owner| troubles.into_iter().for_each(|trouble| owner.warn("samples", trouble)));
        });
    }
}

fn silence() -> Sample {
    let none: Arc<[f32]> = Arc::default();
    Sample { channels: [none.clone(), none], rate: SampleRate::STUDIO, gain: 1.0, is_gated: false }
}

/// Reads a WAV file of one channel or more, of which the first two are taken.
fn read(path: &Path) -> Result<Sample, String> {
    let reader = hound::WavReader::open(path).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    let rate = SampleRate::new(spec.sample_rate).map_err(|error| error.to_string())?;
    if reader.duration() / spec.sample_rate.max(1) >= LONGEST {
        return Err(format!("it is longer than {LONGEST} seconds"));
    }
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.into_samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            let scale = (1_i64 << (spec.bits_per_sample.max(1) - 1)) as f32;
            reader.into_samples::<i32>().map(|sample| sample.map(|sample| sample as f32 / scale)).collect()
        }
    };
    let samples = samples.map_err(|error| error.to_string())?;
    if samples.iter().any(|sample| !sample.is_finite()) {
        return Err("it has values that are no numbers".into());
    }
    let count = usize::from(spec.channels.max(1));
    let channel = |n: usize| -> Arc<[f32]> { samples.iter().skip(n).step_by(count).copied().collect() };
    let left = channel(0);
    let right = if count > 1 { channel(1) } else { left.clone() };
    Ok(Sample { channels: [left, right], rate, gain: 1.0, is_gated: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(channels: u16, bits: u16, samples: &[i32]) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        let spec = hound::WavSpec {
            channels,
            sample_rate: 48_000,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(file.path(), spec).unwrap();
        samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
        writer.finalize().unwrap();
        file
    }

    #[test]
    fn one_and_two_channels_are_read_and_others_left_out() {
        let check = |channels, bits, samples: &[i32], left: &[f32], right: &[f32]| {
            let sample = read(wav(channels, bits, samples).path()).unwrap();
            assert_eq!([&*sample.channels[0], &*sample.channels[1]], [left, right]);
        };
        check(1, 16, &[16_384, -32_768], &[0.5, -1.0], &[0.5, -1.0]);
        check(2, 24, &[4_194_304, 0, 0, -4_194_304], &[0.5, 0.0], &[0.0, -0.5]);
        check(3, 16, &[16_384, 0, 99, 0, 16_384, 99], &[0.5, 0.0], &[0.0, 0.5]);
        check(1, 16, &[], &[], &[]);
    }

    #[test]
    fn what_is_no_sound_is_refused_without_its_path() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            folder.path().join("nothing.wav"),
            folder.path().into(),
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into(),
        ] {
            let error = read(&path).map(drop).unwrap_err();
            assert!(!error.contains(path.to_str().unwrap()), "{error}");
        }
    }
}
