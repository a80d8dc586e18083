//! The two ports of the farm: a queue that many take work from, and a bucket of files that all can reach.

use crate::FarmError;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::time::Duration;

/// A record and which of its versions it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// What was written.
    pub value: Vec<u8>,
    /// For [`JobQueue::replace`].
    pub version: u64,
}

/// A task that was taken from the line.
#[derive(Debug)]
pub struct Delivery<T> {
    /// What was pushed.
    pub task: String,
    /// The how manieth time it is handed out, from 1.
    pub tries: u32,
    /// For whoever has it.
    pub ticket: T,
}

/// A line of tasks, each handed out until somebody settles it, and records that tell how they stand. Clones share both.
///
/// A task that is neither settled nor extended for the queue's time to wait is handed out again: it is given at least once,
/// and whoever does it must be ready to find it done. Records change by comparison: who writes over a version that is no
/// longer the newest learns of it.
///
/// Names are of letters, digits, `-`, `_`, with `.` between parts. All calls are for workers and may block; where the queue is
/// elsewhere they wait for it to come back for some time before they fail.
pub trait JobQueue: Clone + Send + Sync {
    /// What a task is settled by.
    type Ticket: Send + Sync;

    /// Writes a record unless there is one of that name. Whether it did.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn create(&self, name: &str, value: &[u8]) -> Result<bool, FarmError>;

    /// A record, if it is there.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn read(&self, name: &str) -> Result<Option<Versioned>, FarmError>;

    /// Writes over this version of a record. Whether it did: not when somebody else was first.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn replace(&self, name: &str, value: &[u8], version: u64) -> Result<bool, FarmError>;

    /// Removes a record, if it is there.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn remove(&self, name: &str) -> Result<(), FarmError>;

    /// Shows all records whose names begin with `part` and a dot, in no order, one at a time, in memory that does not grow
    /// with their number.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn scan(&self, part: &str, each: &mut dyn FnMut(&str, &[u8]) -> ControlFlow<()>) -> Result<(), FarmError>;

    /// How many records there are whose names begin with `part` and a dot.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn count(&self, part: &str) -> Result<u64, FarmError>;

    /// Puts a task in line. The same task within two minutes is one.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn push(&self, task: &str) -> Result<(), FarmError>;

    /// Takes the next task; waits for one as long as this.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn claim(&self, wait: Duration) -> Result<Option<Delivery<Self::Ticket>>, FarmError>;

    /// How long a task may go without a sign before somebody else gets it.
    fn patience(&self) -> Duration;

    /// Says that work on it goes on.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn extend(&self, ticket: &Self::Ticket) -> Result<(), FarmError>;

    /// Says that it is done with: nobody gets it again, unless the word gets lost with a connection. What is done twice must
    /// therefore be the same as what is done once.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn settle(&self, ticket: &Self::Ticket) -> Result<(), FarmError>;

    /// Gives it back to the line for somebody else, after a while.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn give_back(&self, ticket: &Self::Ticket, after: Duration) -> Result<(), FarmError>;
}

/// Files by their names. Clones share them. What is put appears whole or not at all.
///
/// Names are of letters, digits, `-`, `_`, `.` and `/`. All calls are for workers and block.
pub trait Bucket: Clone + Send + Sync {
    /// How many bytes a file has, if it is there.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn find(&self, name: &str) -> Result<Option<u64>, FarmError>;

    /// Stores so many bytes, over what is there.
    ///
    /// # Errors
    /// [`FarmError`] by kind: [`Full`](crate::FarmErrorKind::Full) before anything is sent where there is no room, and what
    /// `from` said.
    fn put(&self, name: &str, bytes: u64, from: &mut (dyn Read + Send)) -> Result<(), FarmError>;

    /// Writes a file to `to`.
    ///
    /// # Errors
    /// [`FarmError`] by kind: [`Missing`](crate::FarmErrorKind::Missing), [`Corrupt`](crate::FarmErrorKind::Corrupt) after
    /// what was wrong went to `to`, and what `to` said.
    fn get(&self, name: &str, to: &mut (dyn Write + Send)) -> Result<(), FarmError>;

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// [`FarmError`] by kind.
    fn remove(&self, name: &str) -> Result<(), FarmError>;
}
