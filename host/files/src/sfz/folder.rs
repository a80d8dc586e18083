//! Where the text of an instrument lies: a folder on disk, or files in memory for tests and fuzzing.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many folders above the instrument's own a sample may lie: `../Samples` is as common as it is harmless.
pub const CLIMB: usize = 2;

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path from the instrument's folder, `/` between the parts, as the files are really called.
    pub path: String,
    /// False if letters' case had to be overlooked.
    pub is_exact: bool,
}

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no such file.
    Absent,
    /// It begins at the root of a disk.
    Absolute,
    /// It leads out of the folder, by `..` or by a link.
    Outside,
}

/// A folder that an instrument is read from. Paths are relative to it, with `/` between their parts.
pub trait Folder {
    /// Finds a file, if need be by overlooking the case of letters. `climb`: so many folders above it are allowed too.
    ///
    /// # Errors
    /// [`Missing`], for the user's eyes; another path may do.
    fn find(&self, path: &str, climb: usize) -> Result<Found, Missing>;

    /// Reads a file that was found, at most `limit` bytes and one more, by which a longer file shows.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>>;
}

/// Splits a path into its parts without `.`, `..` taken back as far as they go; how many lead out of the folder comes first.
fn parts(path: &str) -> Result<(usize, Vec<&str>), Missing> {
    let is_drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') || is_drive {
        return Err(Missing::Absolute);
    }
    let (mut above, mut parts) = (0, Vec::new());
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    above += 1;
                }
            }
            _ if part.contains('\0') => return Err(Missing::Absent),
            _ => parts.push(part),
        }
    }
    Ok((above, parts))
}

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
    /// Names by their letters in lower case, of folders that were looked through.
    names: RefCell<HashMap<PathBuf, HashMap<String, String>>>,
}

impl Disk {
    /// The folder at `folder`. Control.
    pub fn new(folder: &Path) -> Self {
        // The folder of a bare file name is the present one.
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        Self { folder: folder.into(), names: RefCell::default() }
    }

    /// The first name of a folder, in order, that differs by the case of its letters alone. Each folder is read once.
    fn other_case(&self, folder: &Path, name: &str) -> Option<String> {
        let mut names = self.names.borrow_mut();
        let known = names.entry(folder.into()).or_insert_with(|| {
            let entries = fs::read_dir(folder).into_iter().flatten();
            let mut names: Vec<String> =
                entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
            // Of several the last one stays.
            names.sort_unstable_by(|a, b| b.cmp(a));
            names.into_iter().map(|name| (name.to_lowercase(), name)).collect()
        });
        known.get(&name.to_lowercase()).cloned()
    }

    /// Where a path that was found lies. Any.
    pub fn place(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }
}

impl Folder for Disk {
    fn find(&self, path: &str, climb: usize) -> Result<Found, Missing> {
        let (above, parts) = parts(path)?;
        if above > climb {
            return Err(Missing::Outside);
        }
        let mut found = "../".repeat(above);
        let mut is_exact = true;
        for (n, part) in parts.iter().enumerate() {
            if n > 0 {
                found.push('/');
            }
            let folder = self.folder.join(&found);
            if fs::symlink_metadata(folder.join(part)).is_ok() {
                found.push_str(part);
            } else {
                is_exact = false;
                found.push_str(&self.other_case(&folder, part).ok_or(Missing::Absent)?);
            }
        }
        // What is no file (a device, a pipe) is not opened at all: reading it may never end.
        if !fs::metadata(self.folder.join(&found)).is_ok_and(|data| data.is_file()) {
            return Err(Missing::Absent);
        }
        if climb == 0 {
            // Text may not be had from elsewhere by a link in an archive either.
            let real = |path: &Path| fs::canonicalize(path).map_err(|_| Missing::Absent);
            if !real(&self.folder.join(&found))?.starts_with(real(&self.folder)?) {
                return Err(Missing::Outside);
            }
        }
        Ok(Found { path: found, is_exact })
    }

    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(self.folder.join(path))?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// A file more. Any.
    pub fn with(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), bytes.as_ref().to_vec());
        self
    }
}

impl Folder for Memory {
    fn find(&self, path: &str, climb: usize) -> Result<Found, Missing> {
        let (above, parts) = parts(path)?;
        if above > climb {
            return Err(Missing::Outside);
        }
        let path = "../".repeat(above) + &parts.join("/");
        if self.files.contains_key(&path) {
            return Ok(Found { path, is_exact: true });
        }
        let wanted = path.to_lowercase();
        let other = self.files.keys().find(|name| name.to_lowercase() == wanted);
        other.map(|name| Found { path: name.clone(), is_exact: false }).ok_or(Missing::Absent)
    }

    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let bytes = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes[..bytes.len().min(limit + 1)].to_vec())
    }
}
