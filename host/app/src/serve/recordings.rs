//! The recordings beside the studio: takes, what was brought, and the stems of both. Their folder is the truth; this is what
//! was found there when it was last looked at.

mod intake;
mod outline;
mod place;
mod scan;

pub use outline::Outlines;
pub use place::{FOLDER, free_names, harmless, id, stems_folder, told};

use super::Owner;
use super::inbox::Post;
use super::served::Section;
use intake::Taking;
use ripieno_files::atomic;
use ripieno_web::shape::{OperationStatus, Peaks, Recording, Stem, Ticket, TicketWish};
use ripieno_web::{Event, Intake, Refusal, Reply};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// Recordings by id.
pub type Recordings = BTreeMap<String, Recording>;

/// Kinds of operation that work with the recording their parameters name.
const AT_WORK: [&str; 2] = ["separate", "slice"];

impl Owner {
    /// Where recordings lie.
    pub(super) fn recordings_folder(&self) -> PathBuf {
        self.folder.join(FOLDER)
    }

    /// Looks through the folder, and does something once what is found is known. Looks come one after the other.
    pub(super) fn look_for_recordings(&mut self, then: impl FnOnce(&mut Self) + Send + 'static) {
        let (folder, known, post) = (self.recordings_folder(), self.recordings.clone(), self.post.clone());
        self.shelf.run(move || {
            let found = scan::look(&folder, &known);
            post.then(move |owner| {
                owner.recordings_are(found);
                then(owner);
            });
        });
    }

    fn recordings_are(&mut self, found: Recordings) {
        if self.recordings != found {
            self.recordings = found;
            self.publish(&Event::RecordingsChanged {}, &[Section::Recordings]);
        }
    }

    /// Takes away what a program that was killed left unfinished, and looks.
    pub(super) fn open_shelf(&mut self) {
        let folder = self.recordings_folder();
        self.shelf.run(move || _ = atomic::sweep(&folder));
        self.look_for_recordings(|_| {});
    }

    /// The recordings, looked for anew.
    pub(super) fn list_recordings(&mut self, reply: Reply<Recordings>) {
        self.look_for_recordings(|owner| _ = reply.send(Ok(owner.recordings.clone())));
    }

    /// Somewhere for the bytes of a recording.
    pub(super) fn begin_upload(&self, name: &str, reply: Reply<Box<dyn Intake>>) {
        let name = match place::checked(name) {
            Ok(name) => name,
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let (folder, post) = (self.recordings_folder(), self.post.clone());
        self.pool.run(move || _ = reply.send(Taking::begin(&folder, name, post)));
    }

    /// Takes a recording away, its stems first: without them it is whole, without it they would be nobody's.
    pub(super) fn delete_recording(&mut self, id: &str, reply: Reply<()>) {
        let name = match self.idle_recording(id) {
            Ok(recording) => recording.name.clone(),
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let folder = self.recordings_folder();
        let (tell, told) = mpsc::sync_channel(1);
        self.shelf.run(move || {
            let gone = |done: io::Result<()>| match done {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
            let done = gone(fs::remove_dir_all(stems_folder(&folder, &name)))
                .and_then(|()| gone(fs::remove_file(folder.join(&name))));
            let _ = tell.send(done.map_err(|error| Refusal::Failed(format!("{name} cannot be taken away: {error}"))));
        });
        // Whatever became of it, what is there now is told.
        self.look_for_recordings(move |_| {
            let over = || Err(Refusal::Unavailable("the studio is closing".into()));
            let _ = reply.send(told.try_recv().unwrap_or_else(|_| over()));
        });
    }

    /// A recording that nothing works with.
    fn idle_recording(&self, id: &str) -> Result<&Recording, Refusal> {
        let recording = self.recording(id)?;
        let busy = self.operations.all().find(|op| {
            matches!(op.status, OperationStatus::Pending | OperationStatus::Running)
                && AT_WORK.contains(&op.op_type.as_str())
                && op.params["recording"] == id
        });
        match busy {
            Some(op) => {
                Err(Refusal::Conflict(format!("{}: {} works with it; cancel that first", recording.name, op.op_type)))
            }
            None => Ok(recording),
        }
    }

    /// A recording.
    pub(super) fn recording(&self, id: &str) -> Result<&Recording, Refusal> {
        self.recordings.get(id).ok_or_else(|| Refusal::Unknown(format!("there is no recording `{id}`")))
    }

    /// The file of a recording or of its stem, and what it is called for people.
    pub(super) fn sound_file(&self, id: &str, stem: Option<&str>) -> Result<(PathBuf, String), Refusal> {
        let recording = self.recording(id)?;
        let folder = self.recordings_folder();
        match stem {
            None => Ok((folder.join(&recording.name), recording.name.clone())),
            Some(stem) => {
                let Stem { file, .. } = recording.stems.iter().find(|known| known.name == stem).ok_or_else(|| {
                    let names: Vec<&str> = recording.stems.iter().map(|stem| stem.name.as_str()).collect();
                    let has = if names.is_empty() { "none".into() } else { names.join(", ") };
                    Refusal::Unknown(format!("{} has no stem `{stem}`; it has {has}", recording.name))
                })?;
                let song = Path::new(&recording.name).file_stem().unwrap_or_default().to_string_lossy();
                Ok((stems_folder(&folder, &recording.name).join(file), format!("{song} {file}")))
            }
        }
    }

    /// An address of a recording or of its stem.
    pub(super) fn ticket(&self, id: &str, wish: &TicketWish) -> Result<Ticket, Refusal> {
        let (path, name) = self.sound_file(id, wish.stem.as_deref())?;
        self.tickets.file(path, &name)
    }

    /// The outline of a recording or of its stem, made once.
    pub(super) fn outline(&self, id: &str, stem: Option<&str>, buckets: usize, reply: Reply<Peaks>) {
        let (path, name) = match self.sound_file(id, stem) {
            Ok(file) => file,
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let outlines = self.outlines.clone();
        self.tracer.run(move || {
            let outline = outlines.of(&path);
            let outline = outline.map_err(|error| Refusal::Failed(format!("{name}: {error}")));
            let _ = reply.send(outline.map(|outline| outline.peaks(buckets)));
        });
    }
}

/// Waits until the folder was looked through, from any thread but the owner's; what is there is known then.
pub fn looked(post: &Post) {
    let (tell, told) = mpsc::sync_channel::<()>(1);
    post.then(move |owner| owner.look_for_recordings(move |_| _ = tell.send(())));
    // An owner that is no more knows nothing any more.
    let _ = told.recv();
}
