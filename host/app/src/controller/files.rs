//! Set-ups as files: the bytes that a controller plays, and studios that are made such bytes of.

use crate::Failure;
use crate::output::warn;
use crate::panels::MAPPINGS;
use crate::studio::{Compiled, Folder, Numbers, Studio, compile};
use ripieno_files::atomic::{AtomicError, AtomicFile, Existing};
use ripieno_panel::FlashSetup;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The longest file that is read: far more than any controller takes.
const MOST_BYTES: u64 = 1 << 20;
/// How files of set-ups end.
pub const EXTENSION: &str = "preset";

/// A set-up that is to be stored in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Where it comes from.
    pub path: PathBuf,
    /// Where it goes.
    pub slot: u8,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a path means: a studio, a file of a set-up, or a folder of them. All of it is read and checked before anything is
/// sent.
pub fn load(path: &Path, slot: Option<u8>) -> Result<Vec<Loaded>, Failure> {
    if path.is_dir() {
        if slot.is_some() {
            let message = format!("{} is a folder: its files say their slots; leave --slot away", path.display());
            return Err(Failure::Usage(message));
        }
        return folder(path);
    }
    let bytes = if path.extension().is_some_and(|extension| extension == "toml") { studio(path)? } else { file(path)? };
    Ok(vec![Loaded { path: path.into(), slot: slot.unwrap_or(0), bytes }])
}

/// The name of a slot's file.
pub fn name(slot: u8) -> String {
    format!("slot-{slot}.{EXTENSION}")
}

fn about(path: &Path, error: impl ToString) -> Failure {
    Failure::Setup { path: path.into(), error: error.to_string() }
}

fn folder(path: &Path) -> Result<Vec<Loaded>, Failure> {
    let mut loaded = Vec::new();
    for slot in 0..=u8::MAX {
        let path = path.join(name(slot));
        if path.exists() {
            loaded.push(Loaded { slot, bytes: file(&path)?, path });
        }
    }
    if loaded.is_empty() {
        return Err(about(
            path,
            format!("has no files of the name {}; `ripieno controller pull` writes them", name(0)),
        ));
    }
    Ok(loaded)
}

/// The set-up of a file, checked.
pub fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = || {
        let length = std::fs::metadata(path)?.len();
        if length > MOST_BYTES { Ok(None) } else { std::fs::read(path).map(Some) }
    };
    let bytes: std::io::Result<Option<Vec<u8>>> = read();
    let bytes = bytes.map_err(|error| about(path, format!("cannot be read: {error}")))?;
    let bytes = bytes.ok_or_else(|| about(path, format!("is longer than {MOST_BYTES} bytes; it is no set-up")))?;
    FlashSetup::<MAPPINGS>::new(&bytes).map_err(|error| about(path, format!("is no set-up: {error}")))?;
    Ok(bytes)
}

/// The set-up that a studio makes. Its devices are numbered as they stand there: the first is the board's own surface, the
/// second its serial port, the third its USB port.
pub fn studio(path: &Path) -> Result<Vec<u8>, Failure> {
    if !path.exists() {
        return Err(about(path, "does not exist"));
    }
    let studio = Studio::open(Folder::at(path)).map_err(|error| Failure::Studio { path: path.into(), error })?;
    let compiled = compile(studio.model(), &mut Numbers::default());
    compiled.warnings.iter().for_each(|warning| warn(&format!("{}: {warning}", path.display())));
    encoded(&compiled).map_err(|error| about(path, error))
}

/// What a controller is sent of a set-up.
pub fn encoded(compiled: &Compiled) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; MOST_BYTES as usize];
    let length = compiled.setup.encode(&mut bytes).map_err(|error| error.to_string())?;
    bytes.truncate(length);
    Ok(bytes)
}

/// Writes a slot's file, whole.
pub fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    let existing = if force { Existing::Replace } else { Existing::Refuse };
    let write = || -> Result<(), AtomicError> {
        let mut file = AtomicFile::create(path, existing)?;
        file.write_all(bytes)?;
        file.commit()
    };
    write().map_err(|error| Failure::Output { path: path.into(), error })
}
