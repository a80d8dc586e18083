//! The windows of a job: all of them into its outputs, or a span of them as the model made them.

use super::{Attempt, Job};
use crate::file::{FileRecording, FileSink};
use crate::journal::Journal;
use crate::layout::Layout;
use crate::model::JobModel;
use crate::outputs;
use crate::prepare::Prepared;
use crate::progress::Meter;
use crate::stream::{Part, Raw, State, Stream, Told};
use crate::{Cancel, JobError, JobSettings, WarningCode};
use ripieno_files::stem::StemSpec;
use ripieno_ports::Statistics;
use std::ops::Range;
use std::time::Instant;

/// Warnings of one kind about windows are told so often; the rest is counted.
const TOLD_WINDOWS: usize = 3;

/// A job without its model, which the windows go through while all else is looked at.
struct Asked<'s> {
    settings: &'s JobSettings,
    prepared: &'s Prepared,
    statistics: Option<Statistics>,
    parts: &'s [Part],
    spec: StemSpec,
}

impl<'s> Asked<'s> {
    fn stream(
        &self,
        recording: &'s &'s FileRecording,
        attempt: &Attempt,
        cancel: &'s Cancel,
    ) -> Stream<'s, &'s FileRecording> {
        let Layout { plan, prompts, window, edge } = attempt.layout.clone();
        Stream {
            recording,
            plan,
            window,
            edge,
            anchors: &self.prepared.anchors,
            prompts,
            description: self.settings.description.trim(),
            seed: self.settings.seed,
            statistics: self.statistics,
            parts: self.parts,
            rate: self.spec.rate,
            integers: outputs::integers(self.spec.format).1,
            cancel,
        }
    }
}

/// Tells what windows tell.
struct Teller {
    repaired: usize,
    trimmed: usize,
}

impl Teller {
    const fn new() -> Self {
        Self { repaired: 0, trimmed: 0 }
    }

    /// Tells one thing; `first` windows are not this run's.
    fn tell(&mut self, told: Told, first: u64, meter: &mut Meter<'_>) {
        match told {
            Told::Done(windows) => meter.windows(windows.saturating_sub(first), Instant::now()),
            Told::Repaired { window, missing, samples } => {
                self.repaired += 1;
                if self.repaired <= TOLD_WINDOWS {
                    meter.warn(WarningCode::OutputRepaired, repaired_text(window, missing, samples));
                }
            }
            Told::Trimmed { window, shortened, left_out } => {
                self.trimmed += 1;
                if self.trimmed <= TOLD_WINDOWS {
                    let text =
                        format!("window {}: {shortened} prompts were shortened, {left_out} left out", window + 1);
                    meter.warn(WarningCode::PromptTrimmed, text);
                }
            }
        }
    }

    /// Counts what was not told.
    fn finish(&self, meter: &mut Meter<'_>) {
        let told = [(self.repaired, WarningCode::OutputRepaired), (self.trimmed, WarningCode::PromptTrimmed)];
        for (count, code) in told.into_iter().filter(|(count, _)| *count > TOLD_WINDOWS) {
            meter.warn(code, format!("the same in {} more windows", count - TOLD_WINDOWS));
        }
    }
}

impl<M: JobModel> Job<'_, M> {
    /// All windows, from the first or where an earlier run left off.
    pub(super) fn windows(
        &mut self,
        attempt: &Attempt,
        sinks: &mut [FileSink],
        journal: &mut Journal,
        from: Option<State>,
        meter: &mut Meter<'_>,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        let (asked, model) = self.asked();
        let recording = &asked.prepared.recording;
        let stream = asked.stream(&recording, attempt, cancel);
        meter.begin(from.as_ref().map_or(0, |state| state.windows), attempt.report.chunks, Instant::now());
        let mut teller = Teller::new();
        let ended = stream.run(model, sinks, Some(journal), from, &mut |told| teller.tell(told, 0, meter));
        teller.finish(meter);
        ended
    }

    /// A span of windows, each as the model made it.
    pub(crate) fn raw(
        &mut self,
        attempt: &Attempt,
        windows: Range<u64>,
        each: &mut dyn FnMut(Raw<'_>) -> Result<(), JobError>,
        meter: &mut Meter<'_>,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        let (asked, model) = self.asked();
        let recording = &asked.prepared.recording;
        let stream = asked.stream(&recording, attempt, cancel);
        let first = windows.start;
        meter.begin(0, windows.end.saturating_sub(first), Instant::now());
        let mut teller = Teller::new();
        let ended = stream.raw(model, windows, each, &mut |told| teller.tell(told, first, meter));
        teller.finish(meter);
        ended
    }

    fn asked(&mut self) -> (Asked<'_>, &mut M) {
        let statistics = self.statistics();
        let Self { settings, prepared, parts, spec, model, .. } = self;
        (Asked { settings, prepared, statistics, parts, spec: *spec }, model)
    }
}

fn repaired_text(window: u64, missing: usize, samples: u64) -> String {
    let window = window + 1;
    match (missing, samples) {
        (0, samples) => {
            format!("window {window}: {samples} samples of the model's output were no number and are silent")
        }
        (missing, 0) => {
            format!("window {window}: {missing} frames are missing at the end of the model's output and are silent")
        }
        (missing, samples) => {
            format!(
                "window {window}: the model's output lacks {missing} frames and holds {samples} samples that are no number"
            )
        }
    }
}
