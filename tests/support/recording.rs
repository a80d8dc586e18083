//! Recordings made up for tests, and what came back.

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::path::Path;

/// A frame of something between a tone and a noise, the same everywhere, below full scale.
fn sample(frame: usize, channel: usize, rate_hz: u32) -> f32 {
    let time = frame as f32 / rate_hz as f32;
    let tone = (std::f32::consts::TAU * (220.0 + 110.0 * channel as f32) * time).sin();
    let noise = ((frame * 2 + channel) as u32).wrapping_mul(2_654_435_761) as f32 / u32::MAX as f32 - 0.5;
    let beat = if frame % (rate_hz as usize / 4) < 600 { 0.4 } else { 0.02 };
    0.3 * tone + beat * noise
}

/// Writes a recording as 32-bit float and gives its samples, interleaved.
///
/// # Panics
/// When it cannot be written.
pub fn save(path: &Path, rate_hz: u32, channels: u16, frames: usize) -> Vec<f32> {
    let spec = WavSpec { channels, sample_rate: rate_hz, bits_per_sample: 32, sample_format: SampleFormat::Float };
    let mut writer = WavWriter::create(path, spec).expect("a file for a recording");
    let mut samples = Vec::with_capacity(frames * usize::from(channels));
    for frame in 0..frames {
        for channel in 0..usize::from(channels) {
            // As coarse as 24 bits, which both formats keep.
            let value = (sample(frame, channel, rate_hz) * 8_388_608.0).round() / 8_388_608.0;
            writer.write_sample(value).expect("room for a recording");
            samples.push(value);
        }
    }
    writer.finalize().expect("room for a recording");
    samples
}

/// Reads a WAV file of 32-bit float: rate, channels, samples.
///
/// # Panics
/// When it is not such a file.
pub fn load(path: &Path) -> (u32, u16, Vec<f32>) {
    let mut reader = WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    assert_eq!(spec.sample_format, SampleFormat::Float, "{}", path.display());
    (spec.sample_rate, spec.channels, reader.samples::<f32>().map(|sample| sample.expect("a sample")).collect())
}
