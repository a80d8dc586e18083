//! What a killed job leaves so that another goes on: its identity and the state after its latest window, beside its outputs.
//!
//! `NAME.journal` is replaced after nearly every window, by a file that is written beside it and renamed: whenever the process
//! dies, one of the two is whole. That says nothing of the machine's death, so every few seconds the state goes to
//! `NAME.journal.synced` as well, after all that it speaks of was brought to the disk; after a restart only that one counts.
//! A file begins with a mark and the SHA-256 of the rest.

use crate::stream::{Due, Keeper, State};
use crate::{ErrorCode, JobError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The first bytes of a journal; the last of them is the version.
const MARK: &[u8; 8] = b"RIPJRNL\x01";

/// The longest journal that is read, in bytes.
const LONGEST: u64 = 4 << 30;

/// A state is not kept before so many times as long has passed as keeping the one before took: it costs the writing thread a
/// fifth of its time at most, and windows that take less than that are redone together.
const PATIENCE: u32 = 4;

/// How often states are made to survive the machine.
const SYNCED: Duration = Duration::from_secs(5);

/// What a job left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Of what job it is, as text that is the same for the same job.
    pub identity: String,
    /// How often windows were halved.
    pub halvings: u32,
    /// How far it came.
    pub stage: Stage,
    /// Which start of the machine wrote it.
    boot: String,
    synced: bool,
}

/// How far a job came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Windows are being separated.
    Separating(State),
    /// All parts are complete and on the disk, in the order of the outputs; they get their names.
    Complete(Vec<Complete>),
}

/// A complete output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Complete {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Frames.
    pub frames: u64,
    /// The highest absolute sample.
    pub peak: f32,
}

/// The journal of one job.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    identity: String,
    boot: String,
    /// How often windows were halved.
    pub halvings: u32,
    /// Whether there is a state to go on from.
    pub holds_state: bool,
    /// When the latest state was kept, how long that took, and when the latest was synced.
    kept: Option<(Instant, Duration)>,
    synced: Instant,
}

impl Journal {
    /// The journal beside a job's first output.
    pub(crate) fn new(first_output: &Path, identity: String) -> Self {
        let mut name = first_output.as_os_str().to_owned();
        name.push(".journal");
        let path = PathBuf::from(name);
        Self { path, identity, boot: boot(), halvings: 0, holds_state: false, kept: None, synced: Instant::now() }
    }

    /// Of what job it is.
    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }

    /// What an earlier run left: the furthest of its whole records that can be relied on.
    pub(crate) fn find(&self) -> Option<Record> {
        let both = [self.path.clone(), self.synced_path()].map(|path| load(&path).ok().flatten());
        let sound = both.into_iter().flatten().filter(|record| record.synced || record.boot == self.boot);
        sound.max_by_key(|record| match &record.stage {
            Stage::Separating(state) => state.windows,
            Stage::Complete(_) => u64::MAX,
        })
    }

    /// Whether an earlier run left anything.
    pub(crate) fn exists(&self) -> bool {
        self.path.exists() || self.synced_path().exists()
    }

    /// Notes that all parts are complete; survives the machine.
    pub(crate) fn complete(&mut self, outputs: Vec<Complete>) -> Result<(), JobError> {
        self.write(Stage::Complete(outputs), true)?;
        // It is behind now; should it stay, the furthest is found all the same.
        let _ = fs::remove_file(&self.path);
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn remove(&mut self) {
        for path in [&self.path, &self.synced_path(), &self.new_path()] {
            // What is not there, or cannot be removed, is found and refused by its contents.
            let _ = fs::remove_file(path);
        }
        (self.holds_state, self.kept) = (false, None);
    }

    fn synced_path(&self) -> PathBuf {
        self.path.with_added_extension("synced")
    }

    fn new_path(&self) -> PathBuf {
        self.path.with_added_extension("new")
    }

    fn write(&mut self, stage: Stage, synced: bool) -> Result<(), JobError> {
        let (identity, boot) = (self.identity.clone(), self.boot.clone());
        let record = Record { identity, halvings: self.halvings, stage, boot, synced };
        let path = if synced { self.synced_path() } else { self.path.clone() };
        self.replace(&path, &record, synced).map_err(|error| {
            JobError::new(ErrorCode::WriteFailed, format!("{} cannot be written: {error}", path.display()))
        })?;
        self.holds_state = true;
        Ok(())
    }

    fn replace(&self, path: &Path, record: &Record, synced: bool) -> io::Result<()> {
        let body = postcard::to_allocvec(record).map_err(io::Error::other)?;
        let new = self.new_path();
        let mut file = File::create(&new)?;
        file.write_all(MARK)?;
        file.write_all(&Sha256::digest(&body))?;
        file.write_all(&body)?;
        if synced {
            file.sync_all()?;
        }
        fs::rename(&new, path)?;
        if synced && let Some(folder) = path.parent() {
            // Some file systems cannot flush a folder; the file is whole anyway.
            let _ = File::open(if folder == Path::new("") { Path::new(".") } else { folder })
                .and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Keeper for Journal {
    fn due(&mut self) -> Due {
        if self.kept.is_some_and(|(at, took)| at.elapsed() < took * PATIENCE) {
            return Due::No;
        }
        if self.synced.elapsed() < SYNCED { Due::Process } else { Due::Machine }
    }

    fn keep(&mut self, state: &State, due: Due) -> Result<(), JobError> {
        let start = Instant::now();
        self.write(Stage::Separating(state.clone()), due == Due::Machine)?;
        let now = Instant::now();
        if due == Due::Machine {
            self.synced = now;
        } else {
            self.kept = Some((now, now - start));
        }
        Ok(())
    }
}

/// Reads a journal; `None` where there is none, or none that is whole.
fn load(path: &Path) -> io::Result<Option<Record>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?.take(LONGEST),
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let Some(rest) = bytes.strip_prefix(MARK) else { return Ok(None) };
    let Some((digest, body)) = rest.split_at_checked(32) else { return Ok(None) };
    if Sha256::digest(body).as_slice() != digest {
        return Ok(None);
    }
    Ok(postcard::from_bytes(body).ok())
}

/// Which start of the machine this is; empty where the system does not tell.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(windows: u64) -> State {
        State { windows, sums: vec![vec![0.5; 100]], sinks: vec![vec![7; 9]], ..State::default() }
    }

    fn windows(record: Option<Record>) -> Option<u64> {
        record.map(|record| match record.stage {
            Stage::Separating(state) => state.windows,
            Stage::Complete(_) => u64::MAX,
        })
    }

    #[test]
    fn the_furthest_state_that_can_be_relied_on_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::new(&folder.path().join("a.wav"), "job".to_owned());
        assert!(!journal.exists() && journal.find().is_none());
        journal.keep(&state(3), Due::Machine).unwrap();
        journal.keep(&state(4), Due::Process).unwrap();
        journal.halvings = 1;
        journal.keep(&state(5), Due::Process).unwrap();
        assert_eq!(windows(journal.find()), Some(5));
        assert_eq!(journal.find().map(|record| (record.identity, record.halvings)), Some(("job".to_owned(), 1)));
        // The machine was started anew: only what was synced counts.
        let later = Journal { boot: "another".to_owned(), ..Journal::new(&folder.path().join("a.wav"), String::new()) };
        assert_eq!(windows(later.find()), Some(3));
        journal.complete(vec![Complete { sha256: "00".to_owned(), frames: 7, peak: 0.5 }]).unwrap();
        assert_eq!(windows(later.find()), Some(u64::MAX));
        journal.remove();
        assert!(!journal.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_not_whole_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::new(&folder.path().join("a.wav"), "job".to_owned());
        journal.keep(&state(1), Due::Process).unwrap();
        let whole = fs::read(&journal.path).unwrap();
        let check = |bytes: &[u8]| {
            File::create(&journal.path).unwrap().write_all(bytes).unwrap();
            assert_eq!(journal.find(), None, "{} bytes", bytes.len());
        };
        for length in 0..whole.len() {
            check(&whole[..length]);
        }
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            check(&damaged);
        }
        // Whole, but of another version, or claiming more than there is.
        let mut other = whole.clone();
        other[7] += 1;
        check(&other);
        let body = [0xff; 20];
        check(&[MARK.as_slice(), &Sha256::digest(body), &body].concat());
        File::create(&journal.path).unwrap().write_all(&whole).unwrap();
        assert_eq!(windows(journal.find()), Some(1));
    }

    #[test]
    fn states_are_kept_as_often_as_they_are_cheap() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::new(&folder.path().join("a.wav"), String::new());
        assert_eq!(journal.due(), Due::Process);
        journal.kept = Some((Instant::now(), Duration::from_secs(60)));
        assert_eq!(journal.due(), Due::No);
        journal.kept = Some((Instant::now(), Duration::ZERO));
        journal.synced = Instant::now().checked_sub(SYNCED).unwrap();
        assert_eq!(journal.due(), Due::Machine);
    }
}
