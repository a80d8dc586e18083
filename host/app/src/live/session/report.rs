//! The session's account of itself.

use super::{Devices, Session, Stage};
use crate::live::{SongStatus, Status};
use ripieno_ports::MidiIn;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    pub(super) fn status(&mut self) -> Status {
        let shared = &self.shared;
        let rate = f64::from(self.format.rate.hz());
        let (is_running, xruns) = match &self.stage {
            Stage::Running(line) => (true, line.health().xruns),
            _ => (false, 0),
        };
        let setup = self.setup();
        // What waits in the ring delays every frame; the device adds what it reports, and no less than its period.
        let ahead = f64::from(self.format.buffer) * f64::from(self.settings.buffered) / rate;
        let placing = f64::from(setup.placing.latency_frames()) / rate;
        let device = shared.device_latency.load(Relaxed) as f64 * 1e-6;
        Status {
            rate: self.format.rate.hz(),
            buffer: self.format.buffer,
            buffered: self.settings.buffered,
            latency_ms: 1e3 * (device.max(f64::from(self.format.buffer) / rate) + placing.max(ahead)),
            device: self.device.clone(),
            is_running,
            instrument: self.instrument.1.clone(),
            voices: shared.voices.load(Relaxed) as usize,
            polyphony: self.settings.voices,
            master: self.settings.master,
            underruns: self.earlier_xruns + xruns + shared.missed.load(Relaxed),
            overloads: shared.overloads.load(Relaxed),
            blocks: shared.blocks.load(Relaxed),
            late: shared.late.load(Relaxed),
            load: shared.load(),
            peak: shared.take_peaks(),
            notes: [0, 1].map(|word: usize| shared.notes[word].load(Relaxed)),
            values: self.values.to_vec(),
            bypassed: self.bypassed.to_vec(),
            tempo: f64::from(shared.tempo.load(Relaxed)) * 1e-3,
            layers: shared.layers.load(Relaxed),
            inputs: (self.inputs)(),
            song: self.song_secs.map(|length_secs| {
                let has_begun = shared.songs.load(Acquire) == self.songs;
                let frames = if has_begun { shared.song_frames.load(Relaxed) } else { 0 };
                let position_secs = frames as f64 / rate;
                let has_ended = has_begun && shared.song_is_over.load(Relaxed);
                SongStatus { position_secs, length_secs, is_over: has_ended && shared.is_quiet(self.format.rate) }
            }),
            recording_lost: shared.recording_lost.load(Relaxed),
            late_reads: shared.late_reads.load(Relaxed),
            last_error: self.last_error.clone(),
        }
    }
}
