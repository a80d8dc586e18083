//! A recording that somebody brings: kept under no name until it is whole, on the disk, and found to be one.

use super::place::{FOLDER, free_names, id, told};
use super::{looked, scan};
use crate::serve::inbox::Post;
use ripieno_files::{AtomicFile, AudioFile, Existing};
use ripieno_web::shape::Recording;
use ripieno_web::{Intake, Refusal};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;

/// What an unfinished one is begun for; it takes its name at the end.
const UNNAMED: &str = "upload";

/// One that comes in. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct Taking {
    file: AtomicFile,
    name: String,
    post: Post,
}

impl Taking {
    /// One that is to have this name, or the name with a number. Blocks.
    pub fn begin(folder: &Path, name: String, post: Post) -> Result<Box<dyn Intake>, Refusal> {
        fs::create_dir_all(folder)
            .map_err(|error| failed(&name, format!("there can be no folder {FOLDER}: {error}")))?;
        let file = AtomicFile::create(&folder.join(UNNAMED), Existing::Replace);
        let file = file.map_err(|error| failed(&name, told(&error.to_string(), folder)))?;
        Ok(Box::new(Self { file, name, post }))
    }
}

impl Intake for Taking {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.file.write_all(bytes).map_err(|error| failed(&self.name, error))
    }

    fn finish(mut self: Box<Self>) -> Result<Recording, Refusal> {
        let name = &self.name;
        let read = self.file.read_back().map_err(|error| failed(name, error))?;
        decoded(read).map_err(|error| Refusal::Invalid(format!("{name} {error}")))?;
        let path = self.file.commit_as(free_names(name)).map_err(|error| failed(name, error))?;
        let given = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        looked(&self.post);
        let (tell, answer) = mpsc::sync_channel(1);
        self.post.then(move |owner| _ = tell.send(owner.recording(&id(&given)).cloned()));
        answer.recv().unwrap_or_else(|_| Err(Refusal::Unavailable("the studio is closing".into())))
    }
}

fn failed(name: &str, error: impl std::fmt::Display) -> Refusal {
    Refusal::Failed(format!("{name} cannot be taken in: {error}"))
}

/// Whether a file is a recording with a sound in it.
fn decoded(file: fs::File) -> Result<(), String> {
    let mut audio = AudioFile::new(file).map_err(|error| error.to_string())?;
    let mut block = vec![[0.0_f32; 1_024]; audio.spec().channels];
    let mut slices: Vec<&mut [f32]> = block.iter_mut().map(|channel| channel.as_mut_slice()).collect();
    let read = audio.read(&mut slices).map_err(|error| error.to_string())?;
    if read == 0 || scan::frames(&mut audio).map_err(|error| error.to_string())? == 0 {
        return Err("holds no sound".into());
    }
    Ok(())
}
