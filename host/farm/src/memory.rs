//! The queue and the bucket in this process: for tests, for measuring, and for programs that want no server.

use crate::{Bucket, Delivery, FarmError, JobQueue, Versioned};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long equal tasks are one.
const DOUBLES: Duration = Duration::from_secs(120);

/// A queue and a bucket in memory. Clones share them.
#[derive(Clone, Debug)]
pub struct InProcess {
    shared: Arc<Shared>,
    patience: Duration,
    /// Bytes that the bucket may hold.
    room: u64,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    pushed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<String, Versioned>,
    versions: u64,
    line: VecDeque<Entry>,
    recent: HashMap<String, Instant>,
    tickets: u64,
    files: BTreeMap<String, Arc<[u8]>>,
}

#[derive(Debug)]
struct Entry {
    task: String,
    tries: u32,
    /// Nobody gets it before.
    ready: Instant,
    /// The last ticket that was given for it.
    ticket: u64,
}

impl InProcess {
    /// Empty. A task without a sign for `patience` is handed out again; the bucket holds at most `room` bytes.
    pub fn new(patience: Duration, room: u64) -> Self {
        Self { shared: Arc::default(), patience, room }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the task of a ticket, if the ticket is the last that was given for it.
    fn held(&self, ticket: u64, with: impl FnOnce(&mut State, usize)) {
        let mut state = self.state();
        if let Some(place) = state.line.iter().position(|entry| entry.ticket == ticket) {
            with(&mut state, place);
        }
        drop(state);
        self.shared.pushed.notify_all();
    }
}

impl JobQueue for InProcess {
    type Ticket = u64;

    fn create(&self, name: &str, value: &[u8]) -> Result<bool, FarmError> {
        let mut state = self.state();
        if state.records.contains_key(name) {
            return Ok(false);
        }
        state.versions += 1;
        let version = state.versions;
        state.records.insert(name.to_owned(), Versioned { value: value.to_vec(), version });
        Ok(true)
    }

    fn read(&self, name: &str) -> Result<Option<Versioned>, FarmError> {
        Ok(self.state().records.get(name).cloned())
    }

    fn replace(&self, name: &str, value: &[u8], version: u64) -> Result<bool, FarmError> {
        let mut state = self.state();
        state.versions += 1;
        let new = state.versions;
        let Some(record) = state.records.get_mut(name).filter(|record| record.version == version) else {
            return Ok(false);
        };
        *record = Versioned { value: value.to_vec(), version: new };
        Ok(true)
    }

    fn remove(&self, name: &str) -> Result<(), FarmError> {
        self.state().records.remove(name);
        Ok(())
    }

    fn scan(&self, part: &str, each: &mut dyn FnMut(&str, &[u8]) -> ControlFlow<()>) -> Result<(), FarmError> {
        let prefix = format!("{part}.");
        let mut last = prefix.clone();
        loop {
            // Not held while `each` runs: it may ask for more.
            let next = {
                let state = self.state();
                let bound = (std::ops::Bound::Excluded(last.as_str()), std::ops::Bound::Unbounded);
                let next = state.records.range::<str, _>(bound).next();
                next.filter(|(name, _)| name.starts_with(&prefix))
                    .map(|(name, record)| (name.clone(), record.value.clone()))
            };
            let Some((name, value)) = next else { return Ok(()) };
            if each(&name, &value).is_break() {
                return Ok(());
            }
            last = name;
        }
    }

    fn count(&self, part: &str) -> Result<u64, FarmError> {
        let prefix = format!("{part}.");
        let state = self.state();
        let names = state.records.range(prefix.clone()..).map(|(name, _)| name);
        Ok(names.take_while(|name| name.starts_with(&prefix)).count() as u64)
    }

    fn push(&self, task: &str) -> Result<(), FarmError> {
        let mut state = self.state();
        let now = Instant::now();
        state.recent.retain(|_, pushed| now.duration_since(*pushed) < DOUBLES);
        if state.recent.insert(task.to_owned(), now).is_none() {
            state.line.push_back(Entry { task: task.to_owned(), tries: 0, ready: now, ticket: 0 });
        }
        drop(state);
        self.shared.pushed.notify_one();
        Ok(())
    }

    fn claim(&self, wait: Duration) -> Result<Option<Delivery<u64>>, FarmError> {
        let until = Instant::now() + wait;
        let mut state = self.state();
        loop {
            let now = Instant::now();
            state.tickets += 1;
            let ticket = state.tickets;
            if let Some(entry) = state.line.iter_mut().find(|entry| entry.ready <= now) {
                (entry.tries, entry.ticket, entry.ready) = (entry.tries + 1, ticket, now + self.patience);
                return Ok(Some(Delivery { task: entry.task.clone(), tries: entry.tries, ticket }));
            }
            if now >= until {
                return Ok(None);
            }
            let next = state.line.iter().map(|entry| entry.ready).min().map_or(until, |ready| ready.min(until));
            let waited = self.shared.pushed.wait_timeout(state, next.saturating_duration_since(now));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn extend(&self, ticket: &u64) -> Result<(), FarmError> {
        let ready = Instant::now() + self.patience;
        self.held(*ticket, |state, place| state.line[place].ready = ready);
        Ok(())
    }

    fn settle(&self, ticket: &u64) -> Result<(), FarmError> {
        self.held(*ticket, |state, place| drop(state.line.remove(place)));
        Ok(())
    }

    fn give_back(&self, ticket: &u64, after: Duration) -> Result<(), FarmError> {
        let ready = Instant::now() + after;
        self.held(*ticket, |state, place| state.line[place].ready = ready);
        Ok(())
    }
}

impl Bucket for InProcess {
    fn find(&self, name: &str) -> Result<Option<u64>, FarmError> {
        Ok(self.state().files.get(name).map(|file| file.len() as u64))
    }

    fn put(&self, name: &str, bytes: u64, from: &mut (dyn Read + Send)) -> Result<(), FarmError> {
        let held: u64 = self.state().files.values().map(|file| file.len() as u64).sum();
        crate::room::check(name, bytes, self.room.saturating_sub(held))?;
        let mut file = Vec::new();
        from.take(bytes).read_to_end(&mut file).map_err(|error| crate::room::unread(name, &error))?;
        if file.len() as u64 != bytes {
            return Err(crate::room::shortened(name));
        }
        self.state().files.insert(name.to_owned(), file.into());
        Ok(())
    }

    fn get(&self, name: &str, to: &mut (dyn Write + Send)) -> Result<(), FarmError> {
        let file = self.state().files.get(name).cloned();
        let file = file.ok_or_else(|| FarmError::missing(format!("{name} is not in the bucket")))?;
        to.write_all(&file).map_err(|error| crate::room::unwritten(name, &error))
    }

    fn remove(&self, name: &str) -> Result<(), FarmError> {
        self.state().files.remove(name);
        Ok(())
    }
}
