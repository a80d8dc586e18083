//! `wav-sink`: a stream as a WAV or FLAC file that appears whole or not at all.

use super::sound::{self, Sound, fixed};
use ripieno_files::stem::{self, StemFormat, StemSpec, StemWriter};
use ripieno_files::wav::Encoding;
use ripieno_files::{Existing, Tags};
use ripieno_pipeline::{FrameSpec, Kind, KindFault, Param, ParamType, Port, Ports, Task, TaskError, Wiring};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Records to a file.
#[derive(Debug)]
pub struct WavSink;

const PARAMS: &[Param] = &[
    fixed("file", ParamType::Text { default: None }, "", "the file; .flac makes it FLAC, all else WAV"),
    fixed(
        "format",
        ParamType::Choice { default: "f32", of: &["f32", "i24", "i16"] },
        "",
        "how samples are stored; FLAC has i24 or i16",
    ),
    fixed("overwrite", ParamType::Bool { default: false }, "", "replace a file of that name"),
];
const INPUTS: &[Port] = &[sound::port("in", "what is recorded")];

/// Gauges, in the order they are set.
const GAUGES: &[&str] = &["seconds", "peak_db"];
/// What silence counts as, in decibels: JSON has no infinities.
const FLOOR_DB: f64 = -200.0;

impl Kind for WavSink {
    fn name(&self) -> &'static str {
        "wav-sink"
    }

    fn summary(&self) -> &'static str {
        "writes a WAV or FLAC file, which appears once it is complete"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn inputs(&self) -> &'static [Port] {
        INPUTS
    }

    fn gauges(&self) -> &'static [&'static str] {
        GAUGES
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        Recording::new(wiring)?;
        Ok(BTreeMap::new())
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let recording = Recording::new(wiring)?;
        recording.refuse_existing()?;
        Ok(Box::new(recording))
    }
}

struct Recording {
    path: PathBuf,
    existing: Existing,
    spec: StemSpec,
    sound: Sound,
}

impl Recording {
    fn new(wiring: &Wiring<'_>) -> Result<Self, KindFault> {
        let sound = Sound::read(wiring, "in")?;
        let path = PathBuf::from(wiring.params.text("file"));
        let is_flac = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("flac"));
        let format = match (is_flac, wiring.params.text("format")) {
            (true, "i16") => StemFormat::Flac { bits: 16 },
            (true, _) => StemFormat::Flac { bits: 24 },
            (false, "i16") => StemFormat::Wav(Encoding::I16),
            (false, "i24") => StemFormat::Wav(Encoding::I24),
            (false, _) => StemFormat::Wav(Encoding::F32),
        };
        let most = if is_flac { 8 } else { 256 };
        let Some(channels) = u16::try_from(sound.channels).ok().filter(|channels| *channels <= most) else {
            let message = format!("such a file has at most {most} channels, not {}", sound.channels);
            return Err(KindFault::at("in", message));
        };
        let existing = if wiring.params.bool("overwrite") { Existing::Replace } else { Existing::Refuse };
        Ok(Self { path, existing, spec: StemSpec { rate: sound.rate, channels, format }, sound })
    }

    /// Before hours are recorded for nothing.
    fn refuse_existing(&self) -> Result<(), KindFault> {
        if self.existing == Existing::Refuse && self.path.symlink_metadata().is_ok() {
            let fault = KindFault::at("file", format!("{} exists already", self.path.display()));
            return Err(fault.help("choose another name, or set `overwrite`"));
        }
        Ok(())
    }
}

impl Task for Recording {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let failed = |error: &dyn std::fmt::Display| TaskError::failed(format!("{} {error}", self.path.display()));
        let mut input = ports.reader::<f32>("in")?;
        let [seconds, peak] = [ports.gauge(GAUGES[0]), ports.gauge(GAUGES[1])];
        let part = Part::beside(&self.path);
        let mut writer = StemWriter::create(&part.0, self.spec, &Tags::default()).map_err(|error| failed(&error))?;
        let mut rows = vec![Vec::new(); self.sound.channels];
        let mut loudest = 0.0_f32;
        while let Some(block) = input.look()? {
            sound::split(&block, &mut rows);
            block.increment();
            loudest = rows.iter().flatten().fold(loudest, |loudest, sample| loudest.max(sample.abs()));
            let planes: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
            writer.write(&planes).map_err(|error| failed(&error))?;
            seconds.set(writer.frames() as f64 / f64::from(self.sound.rate.hz()));
            peak.set(decibels(loudest));
        }
        writer.finish().map_err(|error| failed(&error))?;
        stem::publish(&part.0, &self.path, self.existing).map_err(|error| failed(&error))
    }
}

fn decibels(peak: f32) -> f64 {
    (20.0 * f64::from(peak).log10()).max(FLOOR_DB)
}

/// A file on its way, which goes if it does not get there.
struct Part(PathBuf);

impl Part {
    fn beside(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        Self(name.into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Published, it is not there any more.
        let _ = fs::remove_file(&self.0);
    }
}
