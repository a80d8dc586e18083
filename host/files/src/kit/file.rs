//! An SFZ instrument or a pack from its folder to what a synth plays.

use super::{KitBank, KitTables};
use crate::pack::{self, Issue, Pack, PackError, Recordings};
use crate::samples::{Header, Samples, Streams, Trouble, needs, probe_all};
use crate::sfz::{self, Disk, Folder, Limits, Missing, Sfz, SfzError};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What the text of a pack is called.
pub const PACK_TEXT: &str = "pack.toml";

/// An instrument whose text and whose recordings' headers were read. Nothing of it is in memory yet.
#[derive(Clone, Debug)]
pub struct KitFile {
    /// What it calls itself, or else what its file or folder is called.
    pub name: String,
    /// What its text says.
    pub text: KitText,
    /// What the synth plays.
    pub tables: KitTables,
    /// The recordings it plays, and those that are missing.
    pub recordings: Recordings,
    /// Path and header of each of the kit's waves; `None` for a generator.
    pub(super) waves: Vec<Option<(PathBuf, Header)>>,
}

/// The text of an instrument.
#[derive(Clone, Debug)]
pub enum KitText {
    /// SFZ.
    Sfz(Box<Sfz>),
    /// A pack, and what was left out of it.
    Pack(Pack, Vec<Issue>),
}

/// Why there is no instrument.
#[derive(Debug, thiserror::Error)]
pub enum KitFileError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(io::Error),
    /// It is no SFZ text that could sound.
    #[error("{0}")]
    Sfz(SfzError),
    /// It is no pack that could sound.
    #[error("{0}")]
    Pack(PackError),
    /// It is a folder without a pack.
    #[error("is a folder without a {PACK_TEXT}; name a .sfz file in it")]
    NoPack,
    /// None of its recordings can be had: the first one, and why.
    #[error("has no recording that could sound; {0}: {1}")]
    Silent(String, String),
}

impl KitFile {
    /// Whether a path names one: a `.sfz` file, a [`PACK_TEXT`], or a folder. Control; asks the disk.
    pub fn is_meant(path: &Path) -> bool {
        let is_kind = |kind: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(kind));
        is_kind("sfz") || path.file_name().is_some_and(|name| name == PACK_TEXT) || path.is_dir()
    }

    /// Reads the text of an instrument and its recordings' headers. What is wrong with parts of it is told by
    /// [`KitFile::text`] and [`KitFile::recordings`]; the rest plays. Control; blocks.
    ///
    /// # Errors
    /// [`KitFileError`] if nothing in it could sound.
    pub fn read(path: &Path) -> Result<Self, KitFileError> {
        if path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("sfz")) {
            let sfz = sfz::read(path, &Limits::default()).map_err(|error| match error {
                SfzError::Read(error) => KitFileError::Read(error),
                other => KitFileError::Sfz(other),
            })?;
            let disk = Disk::new(path.parent().unwrap_or(Path::new(".")));
            let places: Vec<_> = sfz.files.iter().map(|file| Ok(disk.place(file))).collect();
            let probed = probe(&sfz.files, places);
            let (tables, recordings) = sfz.kit(|file| probed.info(file));
            return probed.into_file(called(path.file_stem()), KitText::Sfz(Box::new(sfz)), tables, recordings);
        }
        let text = if path.is_dir() { path.join(PACK_TEXT) } else { path.into() };
        if !text.is_file() && path.is_dir() {
            return Err(KitFileError::NoPack);
        }
        let folder = text.parent().unwrap_or(Path::new("."));
        let (pack, issues) = Pack::parse(&read_text(&text).map_err(KitFileError::Read)?).map_err(KitFileError::Pack)?;
        let mut files: Vec<String> =
            pack.pads.iter().flat_map(|pad| &pad.layers).flat_map(|layer| &layer.files).cloned().collect();
        files.sort_unstable();
        files.dedup();
        let disk = Disk::new(folder);
        let place = |file: &String| match disk.find(file, 0) {
            Ok(found) => Ok(disk.place(&found.path)),
            Err(Missing::Absent) => Err("there is no such file".to_owned()),
            Err(Missing::Absolute) => Err("is not below the pack's folder: the path begins at the root".to_owned()),
            Err(Missing::Outside) => Err("is not below the pack's folder".to_owned()),
        };
        let probed = probe(&files, files.iter().map(place).collect());
        let (tables, recordings) = pack.kit(|file| probed.info(file));
        let name = if pack.name.is_empty() { called(folder.file_name()) } else { pack.name.clone() };
        probed.into_file(name, KitText::Pack(pack, issues), tables, recordings)
    }

    /// Takes what voices need at once into memory, at most `budget` bytes ([`BUDGET`](crate::samples::BUDGET)), for synths of
    /// so many voices. Recordings that now turn out to be broken are silent, and told. Control; blocks.
    pub fn load(&self, budget: u64, voices: usize) -> (KitBank, Vec<Trouble>) {
        let samples = Samples::load(self.waves.clone(), &needs(&self.tables), budget);
        let troubles = samples.troubles().to_vec();
        (KitBank::new(self.tables.image(), Streams::new(&samples, voices)), troubles)
    }

    /// Bytes that all recordings would take in memory. Any.
    pub fn whole_bytes(&self) -> u64 {
        self.waves.iter().flatten().map(|(_, header)| header.whole_bytes()).sum()
    }
}

fn called(name: Option<&OsStr>) -> String {
    name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A text of bounded length; bytes that are no text are replaced.
fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    // One more shows that it is too long.
    File::open(path)?.take(pack::LONGEST_TEXT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Files of an instrument with what their headers say.
struct Probed(HashMap<String, Result<(PathBuf, Header), String>>);

fn probe(files: &[String], places: Vec<Result<PathBuf, String>>) -> Probed {
    let paths: Vec<&PathBuf> = places.iter().flatten().collect();
    let mut headers = probe_all(&paths).into_iter();
    let entry = |(file, place): (&String, Result<PathBuf, String>)| {
        let header = place.and_then(|path| match headers.next() {
            Some(Ok(header)) => Ok((path, header)),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("was not read".to_owned()),
        });
        (file.clone(), header)
    };
    Probed(files.iter().zip(places.clone()).map(entry).collect())
}

impl Probed {
    fn info(&self, file: &str) -> Result<super::WaveInfo, String> {
        match self.0.get(file) {
            Some(Ok((_, header))) => Ok(header.info),
            Some(Err(why)) => Err(why.clone()),
            None => Err("there is no such file".into()),
        }
    }

    fn into_file(
        mut self,
        name: String,
        text: KitText,
        tables: KitTables,
        recordings: Recordings,
    ) -> Result<KitFile, KitFileError> {
        if let ([], Some((file, why))) = (&tables.parts[..], recordings.missing.first()) {
            return Err(KitFileError::Silent(file.clone(), why.clone()));
        }
        // Waves are the recordings in their order, then generators.
        let found = recordings.found.iter().map(|recording| self.0.remove(&recording.file).and_then(Result::ok));
        let mut waves: Vec<_> = found.collect();
        waves.resize_with(tables.waves.len(), || None);
        Ok(KitFile { name, text, tables, recordings, waves })
    }
}
