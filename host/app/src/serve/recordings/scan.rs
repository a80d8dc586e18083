//! What lies in the folder of recordings. What is known and has not changed is not opened again.

use super::Recordings;
use super::place::{id, is_sound, stems_folder};
use ripieno_files::{AudioError, AudioFile};
use ripieno_web::shape::{Recording, Stem};
use std::fs::{self, Metadata};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Looks through the folder. What cannot be decoded is no recording. Blocks.
pub fn look(folder: &Path, known: &Recordings) -> Recordings {
    sounds(folder).filter_map(|(name, path, about)| recording(folder, name, &path, &about, known)).collect()
}

/// Sound files in a folder: name, path, and what the system says of them.
fn sounds(folder: &Path) -> impl Iterator<Item = (String, PathBuf, Metadata)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok().filter(|name| is_sound(name))?;
        let path = entry.path();
        let about = path.metadata().ok().filter(Metadata::is_file)?;
        Some((name, path, about))
    })
}

fn recording(
    folder: &Path,
    name: String,
    path: &Path,
    about: &Metadata,
    known: &Recordings,
) -> Option<(String, Recording)> {
    let id = id(&name);
    let changed = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let (bytes, created_at) = (about.len(), changed.as_secs_f64());
    let before = known.get(&id).filter(|known| (known.bytes, known.created_at) == (bytes, created_at));
    let stems = stems(&stems_folder(folder, &name), before.map(|known| known.stems.as_slice()).unwrap_or_default());
    let recording = match before {
        Some(known) => Recording { stems, ..known.clone() },
        None => {
            let (seconds, rate, channels) = opened(path).ok()?;
            Recording { id: id.clone(), name, seconds, rate, channels, bytes, created_at, stems }
        }
    };
    Some((id, recording))
}

/// The stems in a folder, by name; of two with one name but for the ending, the first.
fn stems(folder: &Path, known: &[Stem]) -> Vec<Stem> {
    let stem = |(file, path, about): (String, PathBuf, Metadata)| {
        let bytes = about.len();
        if let Some(known) = known.iter().find(|known| (&known.file, known.bytes) == (&file, bytes)) {
            return Some(known.clone());
        }
        let (seconds, ..) = opened(&path).ok()?;
        let name = Path::new(&file).file_stem()?.to_str()?.to_owned();
        Some(Stem { name, file, seconds, bytes })
    };
    let mut stems: Vec<Stem> = sounds(folder).filter_map(stem).collect();
    stems.sort_by(|one, other| (&one.name, &one.file).cmp(&(&other.name, &other.file)));
    stems.dedup_by(|later, earlier| later.name == earlier.name);
    stems
}

/// Length in seconds, rate and channels.
fn opened(path: &Path) -> Result<(f64, u32, usize), AudioError> {
    let mut audio = AudioFile::open(path)?;
    let frames = frames(&mut audio)?;
    let spec = audio.spec();
    Ok((frames as f64 / f64::from(spec.rate.hz()), spec.rate.hz(), spec.channels))
}

/// Frames of a recording; one that does not say is read through.
pub fn frames(audio: &mut AudioFile) -> Result<u64, AudioError> {
    match audio.spec().frames {
        Some(frames) => Ok(frames),
        None => Ok(audio.measure(&mut |_| ControlFlow::Continue(()))?.frames),
    }
}
