//! What a run reports, for people and for programs.

use serde::Serialize;
use std::fmt;

/// What a render did. Printed as JSON by `--json`; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct RenderReport {
    /// Frames in the file.
    pub frames: u64,
    /// The file's length in seconds.
    pub seconds: f64,
    /// Frames a second.
    pub rate: u32,
    /// The greatest sample in decibels of full scale; null for silence.
    pub peak_dbfs: Option<f64>,
    /// Root mean square of all samples in decibels of full scale; null for silence.
    pub rms_dbfs: Option<f64>,
    /// The most voices that sounded at once.
    pub voices_peak: usize,
    /// Notes that gave way to others because no voice was free.
    pub steals: u64,
    /// MIDI events played.
    pub events: u64,
    /// Seconds of sound made in a second of work.
    pub real_time_factor: f64,
    /// What was not as it should be; empty if all was well.
    pub warnings: Vec<String>,
}

impl fmt::Display for RenderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let db = |level: Option<f64>| level.map_or("silence".into(), |db| format!("{db:.1} dBFS"));
        writeln!(f, "length   {:.2} s, {} frames at {} Hz", self.seconds, self.frames, self.rate)?;
        writeln!(f, "level    peak {}, RMS {}", db(self.peak_dbfs), db(self.rms_dbfs))?;
        writeln!(f, "voices   {} at most, {} stolen, {} events", self.voices_peak, self.steals, self.events)?;
        let digits = if self.real_time_factor < 10.0 { 1 } else { 0 };
        writeln!(f, "speed    {:.digits$} times real time", self.real_time_factor)
    }
}

/// A size as people read it.
pub fn bytes(count: u64) -> String {
    const KIB: f64 = 1024.0;
    let count = count as f64;
    match count {
        ..KIB => format!("{count} B"),
        _ if count < KIB * KIB => format!("{:.1} KiB", count / KIB),
        _ if count < KIB * KIB * KIB => format!("{:.1} MiB", count / (KIB * KIB)),
        _ => format!("{:.2} GiB", count / (KIB * KIB * KIB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_valid_json() {
        let report = RenderReport {
            frames: 0,
            seconds: 0.0,
            rate: 48_000,
            peak_dbfs: None,
            rms_dbfs: None,
            voices_peak: 0,
            steals: 0,
            events: 0,
            real_time_factor: 0.0,
            warnings: Vec::new(),
        };
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains("\"peak_dbfs\":null") && text.contains("\"warnings\":[]"), "{text}");
        assert!(report.to_string().contains("peak silence"));
    }

    #[test]
    fn sizes_read_well() {
        for (count, text) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (6 << 20, "6.0 MiB"), (3 << 30, "3.00 GiB")]
        {
            assert_eq!(bytes(count), text);
        }
    }
}
