//! SFZ instruments: text and what it includes, read into the tables that the synth plays.
//!
//! Nothing in a text rejects it. What is unknown, not played, out of range or missing is left out alone and told in the
//! [`Report`] with file, line and column; what remains plays. Which opcodes are played stands in one table, from which
//! the documentation is made too: [`opcodes`].

mod curve;
mod define;
mod docs;
mod draft;
mod emit;
mod folder;
mod kit;
mod limits;
mod opcode;
mod reader;
mod region;
mod report;
mod table;
mod take;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub use docs::opcodes;

pub use folder::{CLIMB, Disk, Folder, Found, Memory, Missing};
pub use limits::Limits;
pub use region::Region;
pub use report::{Kept, Note, NoteKind, Place, Report};

use crate::kit::KitTables;
use std::path::Path;

/// An instrument as its text describes it. What its recordings' headers say is added by [`Sfz::kit`].
#[derive(Clone, Debug)]
pub struct Sfz {
    /// What is worth telling about the text.
    pub report: Report,
    /// What keys and controllers are called.
    pub labels: Labels,
    /// The recordings that its regions play: paths from the instrument's folder, `/` between their parts, as the files are
    /// really called. They begin with `../` if they lie above.
    pub files: Vec<String>,
    /// Everything but what depends on the recordings.
    pub(crate) tables: KitTables,
    pub(crate) regions: Vec<Region>,
}

/// What an instrument calls its controls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `label_ccN`: controllers 0..=127 and their names.
    pub controls: Vec<(u8, String)>,
    /// `label_keyN`: keys 0..=127 and their names.
    pub keys: Vec<(u8, String)>,
    /// `sw_label`: switches, by key.
    pub switches: Vec<(u8, String)>,
    /// `image`: a picture for its panel, from the instrument's folder; not looked for.
    pub image: Option<String>,
}

/// Why there is no instrument.
#[derive(Debug, thiserror::Error)]
pub enum SfzError {
    /// The file cannot be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
    /// It holds no region that could sound; the report says what happened to those that there are.
    #[error("has no region that could sound{}", first(.0))]
    Empty(Box<Report>),
}

fn first(report: &Report) -> String {
    report.notes.first().map(|note| format!("; {}", report.line(note))).unwrap_or_default()
}

/// Reads an instrument from disk. Its text comes from the folder it lies in and from folders below, its recordings from
/// up to [`CLIMB`] folders above as well. Control; reads files.
///
/// # Errors
/// [`SfzError`] if nothing in it could sound. Anything less is in the [`Report`].
pub fn read(path: &Path, limits: &Limits) -> Result<Sfz, SfzError> {
    let folder = Disk::new(path.parent().unwrap_or(Path::new(".")));
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidInput, "the name is no text"))?;
    read_from(&folder, name, limits)
}

/// Reads an instrument from any folder. Control.
///
/// # Errors
/// As [`read`].
pub fn read_from(folder: &dyn Folder, name: &str, limits: &Limits) -> Result<Sfz, SfzError> {
    reader::Reader::new(folder, limits).read(name)
}
