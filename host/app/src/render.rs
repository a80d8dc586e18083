//! `ripieno render`: a MIDI file through an instrument and the effects into a WAV file.

use crate::cli::{Format, RenderOptions};
use crate::clock::SystemClock;
use crate::interrupt::Interrupt;
use crate::offline::{self, Band, Schedule};
use crate::progress::Progress;
use crate::{Failure, Instrument, RenderReport, output};
use ripieno_files::Song;
use ripieno_files::atomic::{AtomicError, AtomicFile, Existing};
use ripieno_files::smf;
use ripieno_files::wav::{Encoding, Levels, WavSpec, WavWriter};
use ripieno_ports::Clock;
use ripieno_rig::RigConfig;
use ripieno_types::{Command, SampleRate, Timed};
use std::path::{Path, PathBuf};

/// Warnings of one kind that are worth a line each; a file of ten thousand broken tracks needs no more.
const MOST_WARNINGS: usize = 20;

/// Carries out the verb.
pub fn run(options: &RenderOptions) -> Result<(), Failure> {
    let rate = SampleRate::new(options.rate).map_err(|error| Failure::Usage(error.to_string()))?;
    guard_inputs(&options.out, [&options.song, &options.instrument].into_iter().chain(&options.sound.synth.tunings))?;
    let before = options.sound.commands()?;
    let instrument = Instrument::open(&options.instrument)?.patient();
    let reading = smf::Options { lenient: options.lenient, max_secs: options.max_minutes * 60.0 };
    let song = Song::open(&options.song, rate, &reading)
        .map_err(|error| Failure::Song { path: options.song.clone(), error })?;

    let mut warnings = shortened(&song.warnings);
    warnings.extend(instrument.warnings());
    let mut config = RigConfig::new(rate);
    config.effects = !options.sound.settings.is_empty();
    config.synth = options.sound.sound().configure(config.synth);
    config.synth.polyphony = options.voices;
    let commands: Vec<Timed<Command>> =
        before.into_iter().map(|value| Timed { at: 0, value }).chain(song.commands()).collect();
    let job = Job {
        schedule: Schedule { rate, frames: song.frames, tail: options.tail(), block: options.block },
        events: song.events.len() as u64,
        encoding: options.format.into(),
        out: &options.out,
        existing: if options.force { Existing::Replace } else { Existing::Refuse },
        shows_progress: !options.json,
    };
    drop(song);
    let mut band = Band::new(instrument, config, &commands);
    let (file, mut report) = job.play(&mut band)?;
    file.commit().map_err(|error| job.failed(error))?;
    warnings.append(&mut report.warnings);
    report.warnings = warnings;
    if options.json {
        return output::json(&report);
    }
    report.warnings.iter().for_each(|line| output::warn(line));
    output::text(&format!("wrote    {}\n{report}", options.out.display()))
}

/// An output must not be one of the inputs, not even with `--force`.
pub(crate) fn guard_inputs<'a>(out: &Path, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    let Ok(out) = out.canonicalize() else { return Ok(()) };
    for input in inputs {
        if input.canonicalize().is_ok_and(|input| input == out) {
            return Err(Failure::Usage(format!(
                "{} is both read and written\nhint: choose another name for the output",
                input.display()
            )));
        }
    }
    Ok(())
}

pub(crate) fn shortened(warnings: &[smf::Warning]) -> Vec<String> {
    let mut lines: Vec<String> = warnings.iter().take(MOST_WARNINGS).map(ToString::to_string).collect();
    if warnings.len() > MOST_WARNINGS {
        lines.push(format!("... and {} more about the song", warnings.len() - MOST_WARNINGS));
    }
    lines
}

/// One piece of music on its way into one file.
pub(crate) struct Job<'a> {
    pub schedule: Schedule,
    /// MIDI events, for the report.
    pub events: u64,
    pub encoding: Encoding,
    pub out: &'a Path,
    pub existing: Existing,
    pub shows_progress: bool,
}

impl Job<'_> {
    /// Plays into an unfinished file. Nothing carries the output's name until the file is committed; an error or an
    /// interrupt leaves nothing behind.
    pub fn play(&self, band: &mut Band<'_, Instrument>) -> Result<(AtomicFile, RenderReport), Failure> {
        // First of all: from here on an interrupt is noticed rather than deadly.
        let interrupt = Interrupt::listen();
        let file = AtomicFile::create(self.out, self.existing).map_err(|error| self.failed(error))?;
        let spec = WavSpec { rate: self.schedule.rate, channels: 2, encoding: self.encoding };
        let mut writer = WavWriter::new(file, spec).map_err(|error| self.failed(error.into()))?;
        let progress = Progress::new(self.schedule.most_frames(), self.shows_progress);
        let clock = SystemClock::default();
        let start = clock.now();
        let length = offline::perform(band, &self.schedule, |channels| {
            if interrupt.is_raised() {
                return Err(Failure::Interrupted);
            }
            writer.write(&channels).map_err(|error| self.failed(error.into()))?;
            progress.reach(writer.frames());
            Ok(())
        })?;
        let (file, levels) = writer.finish().map_err(|error| self.failed(error.into()))?;
        let elapsed = clock.now().secs_since(start);
        drop(progress);
        let mut warnings = self.level_warnings(&levels);
        if length.is_cut {
            warnings.push("something still sounded when the tail ended; --tail SECONDS makes it longer".into());
        }
        let stats = band.stats();
        if stats.dropped > 0 {
            let dropped = stats.dropped;
            warnings
                .push(format!("{dropped} notes had no voice left or no sound in the instrument, and were not played"));
        }
        if stats.late_reads > 0 {
            warnings.push(format!("recordings could not be read {} times; there is silence instead", stats.late_reads));
        }
        let seconds = length.frames as f64 / f64::from(self.schedule.rate.hz());
        let report = RenderReport {
            frames: length.frames,
            seconds,
            rate: self.schedule.rate.hz(),
            peak_dbfs: levels.peak_dbfs(),
            rms_dbfs: levels.rms_dbfs(),
            voices_peak: stats.voices_peak,
            steals: stats.steals,
            events: self.events,
            real_time_factor: seconds / elapsed.max(f64::MIN_POSITIVE),
            warnings,
        };
        Ok((file, report))
    }

    pub fn failed(&self, error: AtomicError) -> Failure {
        Failure::Output { path: self.out.into(), error }
    }

    fn level_warnings(&self, levels: &Levels) -> Vec<String> {
        let mut warnings = Vec::new();
        if levels.over > 0 {
            let fate = if self.encoding == Encoding::F32 { "lie beyond full scale" } else { "were clipped" };
            let lower = (levels.peak_dbfs().unwrap_or(0.0) * 10.0).ceil() / 10.0;
            warnings.push(format!("{} samples {fate}; --gain-db lower by {lower:.1} avoids it", levels.over));
        }
        if levels.invalid > 0 {
            warnings.push(format!("{} samples were no numbers and became silence", levels.invalid));
        }
        warnings
    }
}

impl From<Format> for Encoding {
    fn from(format: Format) -> Self {
        match format {
            Format::F32 => Self::F32,
            Format::I24 => Self::I24,
            Format::I16 => Self::I16,
        }
    }
}
