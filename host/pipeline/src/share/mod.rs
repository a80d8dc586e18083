//! Streams beyond their pipeline: exported by name for guests of this machine, imported from another pipeline, written by a guest,
//! or carried to another host.
//!
//! What a graph says | what happens
//! --- | ---
//! `export = "mix"` | the ring lies in shared memory under that name; guests ([`open`], Python) take its spare seats
//! `import = "mix"` | a task of the pipeline's own fills the stream from the exported one, and comes back to it when that was started anew
//! `import = "guest:mix"` | the ring lies in shared memory under that name, and a guest writes it
//! `export`, `import = "zenoh:studio/mix"` | the same between hosts (feature `zenoh`)
//!
//! A stream whose `overflow` is `block` loses nothing on its way: an import holds the exporting writer back. With `drop-newest` an
//! import holds nobody back, and what it missed is counted.

mod import;
mod plan;
#[cfg_attr(not(feature = "zenoh"), path = "absent.rs")]
#[cfg_attr(feature = "zenoh", path = "zenoh/mod.rs")]
mod remote;

pub(crate) use plan::{collapse, expand, place, register};

use crate::declare::{ReaderPolicy, Wait};
use crate::frame::FrameSpec;
use crate::memory::{self, MemoryError};
use crate::origin::Origin;
use crate::stream::{AnyReader, AnyWriter, Stream, StreamError};
use std::path::Path;

/// Why a stream of another process cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// There is none of that name, or it is not what it should be.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// All places for guests are taken.
    #[error("'{0}' has no seat left for another guest: close one")]
    Full(String),
    /// Its frames are others than the stream's that they are meant for.
    #[error("'{name}' has frames of {found}, and {expected} were expected")]
    Frames {
        /// The name.
        name: String,
        /// What was expected.
        expected: Box<FrameSpec>,
        /// What there is.
        found: Box<FrameSpec>,
    },
    /// A task of its pipeline writes it.
    #[error("'{0}' is written by its own pipeline: a guest writes what a graph declares with import = \"guest:NAME\"")]
    NotForGuests(String),
    /// The place of its writer is taken.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// A stream of another process, found by name. Its endpoints outlive it.
#[derive(Clone, Debug)]
pub struct Shared {
    name: String,
    stream: Stream,
}

/// An exported stream as [`list`] finds it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Exported {
    /// Its name.
    pub name: String,
    /// What its frames are.
    pub spec: FrameSpec,
    /// Frames that its ring holds.
    pub capacity: usize,
    /// Frames published so far.
    pub published: u64,
    /// The process that writes it now, if any.
    pub writer_pid: Option<u32>,
    /// Processes that read it now.
    pub reader_pids: Vec<u32>,
    /// Whether its writer is gone for good.
    pub ended: bool,
}

/// The stream that is exported under `name` on this machine by a pipeline of this user. Control.
///
/// # Errors
/// [`ShareError::Memory`]: nothing is, or it is of another version.
pub fn open(name: &str) -> Result<Shared, ShareError> {
    Ok(Shared { name: name.into(), stream: Stream::open_named(name)? })
}

/// All streams that pipelines of this user export on this machine, by name. What cannot be read is left out. Control.
pub fn list() -> Vec<Exported> {
    let mut names = memory::exported_names();
    names.sort();
    names.iter().filter_map(|name| Some(open(name).ok()?.figures())).collect()
}

impl Shared {
    /// Its name. Any.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its frames are. Any.
    pub fn spec(&self) -> FrameSpec {
        self.stream.spec()
    }

    /// A guest's reader, from the next frame on. A lossless one holds the writer back until it is dropped, or its process is gone.
    /// Control.
    ///
    /// # Errors
    /// [`ShareError::Full`].
    pub fn reader(&self, policy: ReaderPolicy) -> Result<AnyReader, ShareError> {
        self.stream.spare_reader(policy).ok_or_else(|| ShareError::Full(self.name.clone()))
    }

    /// The writing end of a stream that a guest is to write. Dropping it ends the stream; when its process is gone without that,
    /// another guest may go on. Control.
    ///
    /// # Errors
    /// [`ShareError::NotForGuests`]; [`ShareError::Stream`]: another guest writes it.
    pub fn writer(&self) -> Result<AnyWriter, ShareError> {
        if !self.stream.is_written_by_guest() {
            return Err(ShareError::NotForGuests(self.name.clone()));
        }
        Ok(self.stream.writer(&Origin::new(), Wait::Park)?)
    }

    /// Its figures now. Any.
    pub fn figures(&self) -> Exported {
        let gauge = self.stream.gauge();
        let alive = |pid: u32| (pid != 0 && Path::new(&format!("/proc/{pid}")).exists()).then_some(pid);
        Exported {
            name: self.name.clone(),
            spec: self.stream.spec(),
            capacity: gauge.capacity,
            published: gauge.published,
            writer_pid: alive(gauge.writer_pid),
            reader_pids: gauge.readers.iter().filter_map(|seat| alive(seat.pid)).collect(),
            ended: gauge.ended || gauge.stopped,
        }
    }

    /// Which memory it is: another one lies under the name once the pipeline was started anew.
    fn identity(&self) -> Option<(u64, u64)> {
        identity(&self.stream.path()?)
    }

    /// Whether its name leads to other memory by now, or to none.
    fn is_gone(&self) -> bool {
        let named = memory::named_path(&self.name).ok().and_then(|path| identity(&path));
        named.is_none() || named != self.identity()
    }
}

/// Device and number of a file.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
