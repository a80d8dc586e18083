//! `ripieno instrument list`: the built-in instruments, and the SoundFonts in the usual folders.

use super::{ALL, folders};
use crate::cli::ListOptions;
use crate::{Failure, output, report};
use ripieno_synth::{Builtin, Patch};
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, Serialize)]
struct Listing {
    built_in: Vec<Entry>,
    soundfonts: Vec<FileEntry>,
    /// Where SoundFonts were looked for, whether the folders exist or not.
    searched: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    description: &'static str,
}

#[derive(Debug, Serialize)]
struct FileEntry {
    path: String,
    bytes: u64,
}

/// Looks and reports.
pub fn run(options: &ListOptions) -> Result<(), Failure> {
    let folders = folders();
    let listing = Listing {
        built_in: built_in(),
        soundfonts: folders.iter().flat_map(|folder| soundfonts(folder)).collect(),
        searched: folders.iter().map(|folder| folder.display().to_string()).collect(),
    };
    if options.json { output::json(&listing) } else { output::text(&listing.to_string()) }
}

/// A SoundFont that is there to be played, if there is one.
pub fn any_soundfont() -> Option<String> {
    folders().iter().flat_map(|folder| soundfonts(folder)).map(|font| font.path).next()
}

fn built_in() -> Vec<Entry> {
    let describe = |patch| match patch {
        Patch::SinePiano => "four decaying sine partials",
        Patch::ElectricPiano => "two-operator frequency modulation",
        Patch::Organ => "nine drawbars; sustains while a key is held",
    };
    let each = Builtin::PATCHES.into_iter().map(|patch| Entry { name: patch.name(), description: describe(patch) });
    each.chain([Entry { name: ALL, description: "all three, chosen by the song's program changes" }]).collect()
}

/// The SoundFonts of one folder by name; none if it cannot be read.
fn soundfonts(folder: &Path) -> Vec<FileEntry> {
    let entry =
        |path: PathBuf| Some(FileEntry { bytes: path.metadata().ok()?.len(), path: path.display().to_string() });
    soundfont_paths(folder).into_iter().filter_map(entry).collect()
}

/// The same as paths.
pub fn soundfont_paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let path = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.ok()?.path();
        let kind = path.extension()?;
        let is_font = ["sf2", "sf3"].iter().any(|font| kind.eq_ignore_ascii_case(font));
        (is_font && path.is_file()).then_some(path)
    };
    let mut found: Vec<PathBuf> = entries.filter_map(path).collect();
    found.sort();
    found
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "built in")?;
        for entry in &self.built_in {
            writeln!(f, "  {:<16} {}", entry.name, entry.description)?;
        }
        writeln!(f, "SoundFonts")?;
        for font in &self.soundfonts {
            writeln!(f, "  {} ({})", font.path, report::bytes(font.bytes))?;
        }
        if self.soundfonts.is_empty() {
            writeln!(f, "  none; on Debian and Ubuntu, `apt-get install timgm6mb-soundfont` brings one")?;
        }
        writeln!(f, "searched: {}", self.searched.join(", "))
    }
}
