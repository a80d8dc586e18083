//! Who works: each worker keeps a record of itself for as long as it runs.

use crate::record::now;
use crate::{FarmError, JobQueue};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The part of the names under which workers' records lie.
const WORKERS: &str = "worker";

/// How often a worker says that it is there, in seconds.
const EVERY_SECS: f64 = 2.0;

/// How long it keeps to itself what is new, in seconds: short tasks need not be told of one by one.
const NEWS_SECS: f64 = 0.9;

/// A worker that was silent for so long is gone, in seconds. The clocks of machines may differ by some of them.
pub const GONE_SECS: f64 = 15.0;

/// A worker's record is removed by whoever sees that it was silent for so long, in seconds.
const FORGOTTEN_SECS: f64 = 600.0;

/// What a worker says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sign {
    /// Its name.
    pub name: String,
    /// Since when it works, in seconds since 1970.
    pub since: f64,
    /// When it said so last.
    pub seen: f64,
    /// Jobs that it brought to their end.
    pub done: u64,
    /// What it does now.
    pub doing: Option<String>,
}

/// A worker's own record.
#[derive(Debug)]
pub struct Presence {
    sign: Mutex<Sign>,
    name: String,
    has_news: AtomicBool,
}

impl Presence {
    /// Of a worker of this name. Nothing is written yet.
    pub(crate) fn new(name: &str) -> Self {
        let sign = Sign { name: name.to_owned(), since: now(), seen: 0.0, done: 0, doing: None };
        Self { sign: Mutex::new(sign), name: name.to_owned(), has_news: AtomicBool::new(true) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Says what the worker does.
    pub(crate) fn show(&self, queue: &impl JobQueue, doing: Option<&str>) -> Result<(), FarmError> {
        {
            let mut sign = self.sign();
            if sign.doing.as_deref() != doing {
                sign.doing = doing.map(str::to_owned);
                self.has_news.store(true, Ordering::Relaxed);
            }
        }
        self.refresh(queue)
    }

    /// Says that the worker is still there, and what it does, where it did not for a while.
    pub(crate) fn refresh(&self, queue: &impl JobQueue) -> Result<(), FarmError> {
        let wait = if self.has_news.load(Ordering::Relaxed) { NEWS_SECS } else { EVERY_SECS };
        let due = now() - self.sign().seen >= wait;
        if due { self.write(queue) } else { Ok(()) }
    }

    /// Counts a job that came to its end.
    pub(crate) fn count(&self, whole: bool) {
        self.sign().done += u64::from(whole);
    }

    /// Says that the worker goes.
    pub(crate) fn leave(&self, queue: &impl JobQueue) -> Result<(), FarmError> {
        queue.remove(&self.record())
    }

    fn sign(&self) -> MutexGuard<'_, Sign> {
        self.sign.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> String {
        format!("{WORKERS}.{}", self.name)
    }

    fn write(&self, queue: &impl JobQueue) -> Result<(), FarmError> {
        self.has_news.store(false, Ordering::Relaxed);
        let bytes = {
            let mut sign = self.sign();
            sign.seen = now();
            serde_json::to_vec(&*sign).unwrap_or_default()
        };
        // Nobody else writes it: a version that is no longer the newest was our own, and the next sign comes soon.
        match queue.read(&self.record())? {
            Some(known) => queue.replace(&self.record(), &bytes, known.version)?,
            None => queue.create(&self.record(), &bytes)?,
        };
        Ok(())
    }
}

/// The workers that are there. Records of those that were killed long ago are removed.
///
/// # Errors
/// [`FarmError`] by kind.
pub fn workers(queue: &impl JobQueue) -> Result<Vec<Sign>, FarmError> {
    let (mut found, mut stale) = (Vec::new(), Vec::new());
    queue.scan(WORKERS, &mut |name, value| {
        match serde_json::from_slice::<Sign>(value) {
            Ok(sign) if now() - sign.seen < GONE_SECS => found.push(sign),
            Ok(sign) if now() - sign.seen < FORGOTTEN_SECS => {}
            _ => stale.push(name.to_owned()),
        }
        ControlFlow::Continue(())
    })?;
    stale.iter().try_for_each(|name| queue.remove(name))?;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
