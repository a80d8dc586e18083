//! What is in an SFZ instrument or a pack of samples, and what of its text or its files does not sound.

use crate::cli::InfoOptions;
use crate::{Failure, output, report};
use ripieno_files::kit::{KitFile, KitText};
use ripieno_files::samples::{BUDGET, Trouble};
use ripieno_files::sfz::NoteKind;
use serde::Serialize;
use std::fmt::{self, Display};

/// Missing files that a warning names.
const NAMED: usize = 3;

#[derive(Debug, Serialize)]
struct KitInfo {
    path: String,
    kind: &'static str,
    name: String,
    /// Regions that play, and those that were left out.
    regions: usize,
    left_out: usize,
    recordings: usize,
    /// What all recordings would take in memory.
    sample_bytes: u64,
    /// True if they do not fit there and are read while they play.
    is_streamed: bool,
    /// Recordings that cannot be had.
    missing: Vec<MissingInfo>,
    /// What the text says that is unknown, not played or wrong, in the order of the text.
    notes: Vec<NoteInfo>,
    /// Notes beyond those.
    further: u64,
    /// Names of keys.
    keys: Vec<KeyInfo>,
}

#[derive(Debug, Serialize)]
struct MissingInfo {
    file: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct NoteInfo {
    file: String,
    line: u32,
    column: u32,
    kind: &'static str,
    message: String,
    /// How often the same is said.
    count: u32,
}

#[derive(Debug, Serialize)]
struct KeyInfo {
    key: u8,
    label: String,
}

/// Reports on an instrument whose text and headers were read.
pub(super) fn run(options: &InfoOptions, file: &KitFile) -> Result<(), Failure> {
    let missing = file.recordings.missing.iter().cloned().map(|(file, why)| MissingInfo { file, why }).collect();
    let mut info = KitInfo {
        path: options.file.display().to_string(),
        kind: "SFZ",
        name: file.name.clone(),
        regions: file.tables.parts.len(),
        left_out: 0,
        recordings: file.recordings.found.len(),
        sample_bytes: file.whole_bytes(),
        is_streamed: file.whole_bytes() > BUDGET,
        missing,
        notes: Vec::new(),
        further: 0,
        keys: Vec::new(),
    };
    match &file.text {
        KitText::Sfz(sfz) => {
            let found = &sfz.report;
            info.left_out = found.regions.saturating_sub(info.regions).max(found.dropped);
            info.further = found.further;
            info.notes.extend(found.notes.iter().map(|note| NoteInfo {
                file: found.files.get(note.place.file as usize).cloned().unwrap_or_default(),
                line: note.place.line,
                column: note.place.column,
                kind: kind(note.kind),
                message: note.message.clone(),
                count: note.count,
            }));
            info.keys.extend(sfz.labels.keys.iter().map(|(key, label)| KeyInfo { key: *key, label: label.clone() }));
        }
        KitText::Pack(pack, issues) => {
            info.kind = "pack";
            let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
            info.notes.extend(issues.iter().map(|issue| NoteInfo {
                file: ripieno_files::kit::PACK_TEXT.into(),
                line: line(issue.line),
                column: 1,
                kind: kind(NoteKind::Value),
                message: issue.message.clone(),
                count: 1,
            }));
            let labelled = pack.pads.iter().filter(|pad| !pad.label.is_empty());
            info.keys.extend(labelled.map(|pad| KeyInfo { key: pad.note, label: pad.label.clone() }));
        }
    }
    if options.json { output::json(&info) } else { output::text(&info.to_string()) }
}

fn kind(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Unknown => "unknown",
        NoteKind::Unsupported => "unsupported",
        NoteKind::Adjusted => "adjusted",
        NoteKind::Sample => "sample",
        NoteKind::Path => "path",
        NoteKind::Structure => "structure",
        NoteKind::Limit => "limit",
        _ => "value",
    }
}

impl Display for KitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {}", "name", self.name)?;
        writeln!(f, "{:<10} {}", "kind", if self.kind == "SFZ" { "SFZ instrument" } else { "pack of samples" })?;
        let fate = if self.is_streamed { "read from disk as they are played" } else { "kept in memory" };
        writeln!(f, "{:<10} {} of samples, {fate}", "memory", report::bytes(self.sample_bytes))?;
        writeln!(f, "{:<10} {} regions, {} recordings", "contents", self.regions, self.recordings)?;
        let missing = self.missing.len();
        writeln!(f, "{:<10} {} regions left out, {missing} recordings missing", "health", self.left_out)?;
        for note in &self.notes {
            let times = if note.count > 1 { format!(" ({} times)", note.count) } else { String::new() };
            writeln!(f, "{}:{}:{}: {}{times}", note.file, note.line, note.column, note.message)?;
        }
        if self.further > 0 {
            writeln!(f, "and {} more", self.further)?;
        }
        for missing in &self.missing {
            writeln!(f, "{}: {}", missing.file, missing.why)?;
        }
        for key in &self.keys {
            writeln!(f, "{:<10} {:>3} {}", "key", key.key, key.label)?;
        }
        Ok(())
    }
}

/// What a listener should know before trusting the sound.
pub(in crate::instrument) fn warnings(file: &KitFile, troubles: &[Trouble]) -> Vec<String> {
    let mut warnings = Vec::new();
    let broken = troubles.iter().filter_map(|trouble| {
        let recording = file.recordings.found.get(trouble.wave as usize)?;
        Some((recording.file.as_str(), trouble.what.as_str()))
    });
    let missing = file.recordings.missing.iter().map(|(file, why)| (file.as_str(), why.as_str()));
    let mut silent: Vec<String> =
        missing.chain(broken).map(|(file, why)| format!("{file} does not sound: {why}")).collect();
    let said = match &file.text {
        KitText::Sfz(sfz) => {
            // Samples that the text names and nobody has are regions left out, not recordings.
            silent.extend(sfz.report.of(NoteKind::Sample).map(|note| sfz.report.line(note).to_string()));
            let lost = [NoteKind::Unknown, NoteKind::Unsupported, NoteKind::Value, NoteKind::Structure];
            lost.map(|kind| sfz.report.of(kind).count()).iter().sum::<usize>()
        }
        KitText::Pack(_, issues) => issues.len(),
    };
    let further = silent.len().saturating_sub(NAMED);
    warnings.extend(silent.into_iter().take(NAMED));
    if further > 0 {
        warnings.push(format!("{further} more do not sound; see `ripieno instrument info`"));
    }
    match said {
        0 => {}
        1 => warnings.push("one thing in the text is not played; see `ripieno instrument info`".into()),
        said => warnings.push(format!("{said} things in the text are not played; see `ripieno instrument info`")),
    }
    warnings
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test's own scratch files, in a folder of its own")]
mod tests {
    use crate::Instrument;
    use ripieno_synth::Bank;
    use std::path::Path;

    fn write(folder: &Path, name: &str) {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(folder.join(name), spec).unwrap();
        (0..4_800).for_each(|n| writer.write_sample((n % 100 * 200) as i16).unwrap());
        writer.finalize().unwrap();
    }

    #[test]
    fn an_sfz_instrument_and_a_pack_open_with_what_is_wrong_with_them() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "tone.wav");
        let sfz = folder.path().join("tone.sfz");
        let text = "<region> sample=tone.wav key=60 nonsense=1\n<region> sample=gone.wav key=61\n";
        std::fs::write(&sfz, text).unwrap();
        let instrument = Instrument::open(&sfz).unwrap();
        assert!(instrument.kit().is_some_and(|kit| kit.parts_of_key(60).count() == 1));
        let warnings = instrument.warnings().join("\n");
        assert!(
            warnings.contains("tone.sfz:2:10: no recording `gone.wav`") && warnings.contains("not played"),
            "{warnings}"
        );

        let pads = "[[pads]]\nnote = 36\nfile = \"tone.wav\"\n[[pads]]\nnote = 37\nfile = \"gone.wav\"\n";
        std::fs::write(folder.path().join("pack.toml"), pads).unwrap();
        for choice in [folder.path().to_owned(), folder.path().join("pack.toml")] {
            let instrument = Instrument::open(&choice).unwrap();
            assert!(instrument.kit().is_some_and(|kit| kit.parts_of_key(36).count() == 1));
            assert_eq!(instrument.warnings(), ["gone.wav does not sound: there is no such file"]);
        }
        std::fs::remove_file(folder.path().join("tone.wav")).unwrap();
        let failure = Instrument::open(folder.path()).unwrap_err();
        assert_eq!(failure.code(), 3);
        assert!(failure.to_string().contains("there is no such file"), "{failure}");
    }
}
