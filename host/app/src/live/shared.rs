//! What the device callback tells everyone else: counters and meters as plain atomics, written by one thread, read by any.

use super::Load;
use crate::quiet::Quiet;
use ripieno_types::SampleRate;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Steps of the load histogram: each is 1/8 of an octave, from 2^-12 to 2^4 of a period.
const STEPS: usize = 16 * STEPS_AN_OCTAVE;
const STEPS_AN_OCTAVE: usize = 8;
/// The lowest load that is told apart, as a power of two.
const FLOOR: f32 = -12.0;

/// The callback's side writes, every other side reads. All of it is relaxed but `songs`, which is stored after what belongs
/// to the song, with release, and loaded before it, with acquire.
#[derive(Debug)]
pub struct Shared {
    /// Periods rendered.
    pub blocks: AtomicU64,
    /// Messages that came too late for their frame.
    pub late: AtomicU64,
    /// Periods for which the render thread had too few frames.
    pub missed: AtomicU64,
    /// Periods that took longer to render than they last.
    pub overloads: AtomicU64,
    /// Control periods of voices that were silent because their frames had not arrived from a disk.
    pub late_reads: AtomicU64,
    /// Frames that the recorder did not take in time.
    pub recording_lost: AtomicU64,
    /// Voices that sound.
    pub voices: AtomicU32,
    /// Keys down on any channel.
    pub notes: [AtomicU64; 2],
    /// From a period until its first frame is heard, in microseconds, as the driver last said.
    pub device_latency: AtomicU64,
    /// The sequencer's tempo, in thousandths of a quarter note a minute.
    pub tempo: AtomicU32,
    /// Layers that are on, one bit each.
    pub layers: AtomicU32,
    /// Songs and ends of songs obeyed so far.
    pub songs: AtomicU64,
    /// Frames of the song that have passed.
    pub song_frames: AtomicU64,
    /// True once all of the song has been played.
    pub song_is_over: AtomicBool,
    /// Frames since anything was loud enough to hear; 0 while a voice sounds.
    pub quiet_frames: AtomicU64,
    /// True if a render thread was refused real-time priority.
    pub realtime_denied: AtomicBool,
    /// True once a fade-out has reached silence.
    pub faded: AtomicBool,
    /// Peaks since they were read, as bits: positive floats order like their bits.
    peaks: [AtomicU32; 2],
    loads: [AtomicU32; STEPS],
    load_max: AtomicU32,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            blocks: AtomicU64::default(),
            late: AtomicU64::default(),
            missed: AtomicU64::default(),
            overloads: AtomicU64::default(),
            late_reads: AtomicU64::default(),
            recording_lost: AtomicU64::default(),
            voices: AtomicU32::default(),
            notes: Default::default(),
            device_latency: AtomicU64::default(),
            tempo: AtomicU32::new(ripieno_panel::TEMPO),
            layers: AtomicU32::default(),
            songs: AtomicU64::default(),
            song_frames: AtomicU64::default(),
            song_is_over: AtomicBool::default(),
            quiet_frames: AtomicU64::default(),
            realtime_denied: AtomicBool::default(),
            faded: AtomicBool::default(),
            peaks: Default::default(),
            loads: [const { AtomicU32::new(0) }; STEPS],
            load_max: AtomicU32::default(),
        }
    }
}

impl Shared {
    /// Adds one period's load. Real-time.
    pub fn add_load(&self, load: f32) {
        let octave = coarse_log2(load.max(f32::MIN_POSITIVE)) - FLOOR;
        let step = (octave * STEPS_AN_OCTAVE as f32).clamp(0.0, (STEPS - 1) as f32) as usize;
        self.loads[step].fetch_add(1, Relaxed);
        self.load_max.fetch_max(load.max(0.0).to_bits(), Relaxed);
        if load > 1.0 {
            self.overloads.fetch_add(1, Relaxed);
        }
    }

    /// Holds a peak until it is read. Real-time.
    pub fn add_peak(&self, channel: usize, peak: f32) {
        self.peaks[channel].fetch_max(peak.abs().to_bits(), Relaxed);
    }

    /// The peaks since the last call. Any.
    pub fn take_peaks(&self) -> [f32; 2] {
        [0, 1].map(|channel: usize| f32::from_bits(self.peaks[channel].swap(0, Relaxed)))
    }

    /// The load's quantiles since [`forget_load`](Self::forget_load). Any.
    pub fn load(&self) -> Load {
        let counts: Vec<u64> = self.loads.iter().map(|count| u64::from(count.load(Relaxed))).collect();
        let total: u64 = counts.iter().sum();
        let max = f32::from_bits(self.load_max.load(Relaxed));
        let quantile = |share: f64| {
            let wanted = (share * total as f64).ceil().max(1.0) as u64;
            let mut seen = 0;
            let step = counts.iter().position(|count| {
                seen += count;
                seen >= wanted
            });
            // The upper end of the step, but never more than what was seen.
            step.map_or(0.0, |step| (FLOOR + (step + 1) as f32 / STEPS_AN_OCTAVE as f32).exp2()).min(max)
        };
        Load { p50: quantile(0.5), p99: quantile(0.99), max }
    }

    /// True when no voice sounds and all effects have rung out. Any.
    pub fn is_quiet(&self, rate: SampleRate) -> bool {
        self.quiet_frames.load(Relaxed) >= Quiet::rung_out(rate)
    }

    /// Starts the load's statistics anew, as after a change of buffer size. Any.
    pub fn forget_load(&self) {
        self.loads.iter().for_each(|count| count.store(0, Relaxed));
        self.load_max.store(0, Relaxed);
    }
}

/// Binary logarithm of a positive number, within 0.1: the exponent, and the mantissa as a straight line.
fn coarse_log2(x: f32) -> f32 {
    (x.to_bits() as f32) / (1 << 23) as f32 - 127.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_quantiles_are_near_the_truth_and_max_is_exact() {
        let shared = Shared::default();
        assert_eq!(shared.load(), Load::default());
        for n in 1..=1000 {
            shared.add_load(n as f32 / 1000.0);
        }
        let load = shared.load();
        assert!((0.45..=0.58).contains(&load.p50), "{load:?}");
        assert!((0.95..=1.0).contains(&load.p99), "{load:?}");
        assert_eq!(load.max, 1.0);
        shared.forget_load();
        shared.add_load(f32::INFINITY);
        shared.add_load(0.0);
        assert_eq!(shared.load().max, f32::INFINITY);
        assert!(shared.load().p50 < 0.001);
    }

    #[test]
    fn peaks_are_held_until_read() {
        let shared = Shared::default();
        for peak in [0.25, -0.5, 0.1] {
            shared.add_peak(1, peak);
        }
        assert_eq!(shared.take_peaks(), [0.0, 0.5]);
        assert_eq!(shared.take_peaks(), [0.0, 0.0]);
    }
}
