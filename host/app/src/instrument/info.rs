//! `ripieno instrument info`: what is in a SoundFont, and what is wrong with it; what is in a bank, an SFZ instrument, a pack.

mod bank;
pub(super) mod kit;

use super::{Opened, open_file};
use crate::cli::InfoOptions;
use crate::{Failure, output, report};
use ripieno_files::sf3::Trouble;
use ripieno_synth::soundfont::{Issue, Severity};
use serde::Serialize;
use std::fmt::{self, Display};

/// The chunk of the samples' headers.
const SAMPLES: &str = "shdr";
/// Issues listed one by one; a damaged file can have millions.
const MOST_ISSUES: usize = 100;
/// Issues that the text report shows.
const SHOWN_ISSUES: usize = 10;

#[derive(Debug, Serialize)]
struct Info {
    path: String,
    name: String,
    author: String,
    copyright: String,
    version: Option<String>,
    file_bytes: usize,
    sample_bytes: usize,
    sample_bits: u8,
    presets: Vec<PresetInfo>,
    instruments: usize,
    samples: Vec<SampleInfo>,
    /// Samples that are compressed (SF3).
    compressed: usize,
    /// Parts that do not sound.
    quarantined: u64,
    /// Parts that sound with a setting left out or brought into range.
    adjusted: u64,
    /// The first of both kinds, the worse ones first.
    issues: Vec<IssueInfo>,
}

#[derive(Debug, Serialize)]
struct PresetInfo {
    bank: u16,
    program: u16,
    name: String,
}

#[derive(Debug, Serialize)]
struct SampleInfo {
    name: String,
    frames: u32,
    rate: u32,
}

#[derive(Debug, Serialize)]
struct IssueInfo {
    place: String,
    quarantined: bool,
    fault: String,
}

/// Reads an instrument's tables, not its samples, and reports.
pub fn run(options: &InfoOptions) -> Result<(), Failure> {
    let (font, report) = match open_file(&options.file)? {
        Opened::SoundFont(font, report) => (font, report),
        Opened::Flash(flash) => return bank::run(options, &flash),
        Opened::FlashKit(flash) => return bank::run_kit(options, &flash),
        Opened::Kit(file) => return kit::run(options, &file),
    };
    let text = |text: &dyn Display| text.to_string();
    let (mut quarantined, mut adjusted) = (0, 0);
    let (mut worse, mut lesser) = (Vec::new(), Vec::new());
    for trouble in &report.troubles {
        let (count, list) = if trouble.lost { (&mut quarantined, &mut worse) } else { (&mut adjusted, &mut lesser) };
        *count += 1;
        if list.len() < MOST_ISSUES {
            let place = format!("{SAMPLES} {}", trouble.sample);
            list.push(IssueInfo { place, quarantined: trouble.lost, fault: trouble.what.clone() });
        }
    }
    let is_told = |issue: &Issue| {
        let told = |trouble: &Trouble| trouble.lost && trouble.sample == issue.index as usize;
        issue.chunk == SAMPLES && report.troubles.iter().any(told)
    };
    font.validate(|issue| {
        // A sample that could not be decoded is empty: why was told above.
        if is_told(&issue) {
            return;
        }
        let is_quarantined = issue.fault.severity() == Severity::Quarantined;
        let (count, list) = if is_quarantined { (&mut quarantined, &mut worse) } else { (&mut adjusted, &mut lesser) };
        *count += 1;
        if list.len() < MOST_ISSUES {
            let place = format!("{} {}", issue.chunk, issue.index);
            list.push(IssueInfo { place, quarantined: is_quarantined, fault: issue.fault.to_string() });
        }
    });
    worse.extend(lesser);
    worse.truncate(MOST_ISSUES);
    let mut presets: Vec<PresetInfo> = font
        .presets()
        .map(|preset| PresetInfo { bank: preset.bank, program: preset.program, name: text(&preset.name) })
        .collect();
    presets.sort_by_key(|preset| (preset.bank, preset.program));
    let mut info = Info {
        path: options.file.display().to_string(),
        name: text(&font.name()),
        author: text(&font.author()),
        copyright: text(&font.copyright()),
        version: font.version().map(|(major, minor)| format!("{major}.{minor:02}")),
        file_bytes: 0,
        sample_bytes: font.sample_bytes(),
        sample_bits: font.sample_bits(),
        presets,
        instruments: font.instruments().len(),
        samples: font
            .recordings()
            .map(|recording| SampleInfo {
                name: text(&recording.name),
                frames: recording.frames,
                rate: recording.rate_hz,
            })
            .collect(),
        compressed: report.compressed,
        quarantined,
        adjusted,
        issues: worse,
    };
    info.file_bytes = match options.file.metadata() {
        Ok(file) if report.compressed > 0 => usize::try_from(file.len()).unwrap_or(usize::MAX),
        _ => font.into_inner().as_ref().len(),
    };
    if options.json { output::json(&info) } else { output::text(&info.to_string()) }
}

impl Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |f: &mut fmt::Formatter<'_>, label: &str, text: &str| match text {
            "" => Ok(()),
            text => writeln!(f, "{label:<10} {text}"),
        };
        named(f, "name", &self.name)?;
        named(f, "author", &self.author)?;
        named(f, "copyright", &self.copyright)?;
        named(f, "version", self.version.as_deref().unwrap_or_default())?;
        let (file, samples) = (report::bytes(self.file_bytes as u64), report::bytes(self.sample_bytes as u64));
        let (bits, compressed) = (self.sample_bits, self.compressed);
        if compressed > 0 {
            writeln!(f, "{:<10} SF3: {compressed} samples are compressed", "format")?;
            writeln!(
                f,
                "{:<10} {file} in the file; {samples} of samples of {bits} bits, decoded as it is opened",
                "memory"
            )?;
        } else {
            let loaded = "loaded as they are played";
            writeln!(f, "{:<10} {file} in the file, {samples} of them samples of {bits} bits, {loaded}", "memory")?;
        }
        writeln!(
            f,
            "{:<10} {} presets, {} instruments, {} samples",
            "contents",
            self.presets.len(),
            self.instruments,
            self.samples.len()
        )?;
        writeln!(f, "{:<10} {} parts quarantined, {} adjusted", "health", self.quarantined, self.adjusted)?;
        for issue in self.issues.iter().take(SHOWN_ISSUES) {
            let fate = if issue.quarantined { "quarantined" } else { "adjusted" };
            writeln!(f, "{:<10} {fate}: {}: {}", "", issue.place, issue.fault)?;
        }
        if self.issues.len() > SHOWN_ISSUES {
            writeln!(f, "{:<10} ... and more; --json lists up to {MOST_ISSUES}", "")?;
        }
        writeln!(f, "presets    bank:program")?;
        self.presets
            .iter()
            .try_for_each(|preset| writeln!(f, "{:>7}:{:<3} {}", preset.bank, preset.program, preset.name))
    }
}
