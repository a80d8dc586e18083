//! How loud a file is, measured while it is written.

use serde::{Deserialize, Serialize};

/// Levels over all channels. Linear; full scale is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The greatest magnitude.
    pub peak: f32,
    /// Samples beyond full scale: clipped in integer files, kept in float files.
    pub over: u64,
    /// Samples that were no number and were written as 0.
    pub invalid: u64,
    energy: f64,
    samples: u64,
}

impl Levels {
    /// Root mean square; 0 of nothing.
    pub fn rms(&self) -> f64 {
        if self.samples == 0 { 0.0 } else { (self.energy / self.samples as f64).sqrt() }
    }

    /// The peak in decibels of full scale; `None` for silence.
    pub fn peak_dbfs(&self) -> Option<f64> {
        dbfs(self.peak.into())
    }

    /// The root mean square in decibels of full scale; `None` for silence.
    pub fn rms_dbfs(&self) -> Option<f64> {
        dbfs(self.rms())
    }

    /// Counts one sample; returns what to write for it.
    #[inline]
    pub(crate) fn take(&mut self, sample: f32) -> f32 {
        let sound = sample.is_finite();
        let sample = if sound { sample } else { 0.0 };
        self.invalid += u64::from(!sound);
        self.over += u64::from(sample.abs() > 1.0);
        self.peak = self.peak.max(sample.abs());
        self.energy += f64::from(sample) * f64::from(sample);
        self.samples += 1;
        sample
    }
}

fn dbfs(linear: f64) -> Option<f64> {
    (linear > 0.0).then(|| 20.0 * linear.log10())
}
