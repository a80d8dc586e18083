//! What can be undone and redone, across restarts: steps as differences of text, remembered in a journal beside the document.
//!
//! The journal is never trusted: what it leads to is compared with the document when the studio is opened. A last step that
//! the document does not know (a crash came between) is dropped; a document that the journal does not know was edited by hand,
//! and that is one more step.

mod journal;
mod patch;

use super::files::{Files, Part};
use journal::{Record, Replayed};
use patch::Patch;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Steps that can be taken back at least, for as long as they are small.
pub const FEWEST_STEPS: usize = 1_000;
/// Steps that are kept at most.
pub const MOST_STEPS: usize = 2_000;
/// Records of a journal before it is written anew.
const MOST_RECORDS: usize = 6_000;
/// Bytes of a journal before it is written anew.
const MOST_BYTES: u64 = 16 << 20;
/// What the oldest steps have to make room for then.
const KEPT_BYTES: usize = 8 << 20;
/// The label of what the program has not done.
const OUTSIDE: &str = "edited outside";

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    label: String,
    /// Milliseconds since 1970.
    millis: u64,
    patch: Patch,
}

/// All steps, and where among them the document is. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: Vec<Arc<Step>>,
    /// Steps that are done; those behind can be redone.
    done: usize,
    /// The journal's bytes and records that hold.
    length: u64,
    records: usize,
    /// True when the journal does not say what is here and has to be written anew.
    is_stale: bool,
}

impl Steps {
    /// Reads the journal of a document. Nothing is written before the next step.
    pub fn open(files: &mut impl Files, text: &[u8]) -> Self {
        let stale = Self { is_stale: true, ..Self::default() };
        // Twice what it can become: more is not ours.
        let Ok(Some(bytes)) = files.load(Part::History, 2 * MOST_BYTES as usize) else { return stale };
        let Some(replayed) = journal::replay(&bytes) else { return stale };
        let Replayed { steps, done, tip, before_last, length, records } = replayed;
        let mut all = Self { steps, done, length, records, is_stale: (length as usize) < bytes.len() };
        if tip != text {
            match before_last.filter(|(_, _, before)| before == text) {
                Some((steps, done, _)) => all = Self { steps, done, is_stale: true, ..all },
                None => all.outside(&tip, text),
            }
        }
        all
    }

    /// Steps back and forth.
    pub fn counts(&self) -> (usize, usize) {
        (self.done, self.steps.len() - self.done)
    }

    /// The labels of the next step back and forth.
    pub fn labels(&self) -> (Option<&str>, Option<&str>) {
        let label = |at: usize| self.steps.get(at).map(|step| step.label.as_str());
        (self.done.checked_sub(1).and_then(label), label(self.done))
    }

    /// The text one step back.
    pub fn back(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.steps.get(self.done.checked_sub(1)?)?.patch.undo(text)
    }

    /// The text one step forth.
    pub fn forth(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.steps.get(self.done)?.patch.apply(text)
    }

    /// Remembers a step from `old` to `new`; what could be redone cannot any more.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn step(&mut self, files: &mut impl Files, label: &str, old: &[u8], new: &[u8]) -> Result<(), String> {
        // Labels are short words of the program; a longer one would not fit its record.
        let label = label.chars().take(200).collect();
        let step = Step { label, millis: now(), patch: Patch::between(old, new) };
        self.record(files, &Record::Step(step.clone()), old)?;
        self.steps.truncate(self.done);
        self.steps.push(Arc::new(step));
        self.done += 1;
        Ok(())
    }

    /// Remembers that somebody else made `new` of `old`. It is written with the next step.
    pub fn outside(&mut self, old: &[u8], new: &[u8]) {
        self.steps.truncate(self.done);
        self.steps.push(Arc::new(Step { label: OUTSIDE.into(), millis: now(), patch: Patch::between(old, new) }));
        self.done += 1;
        self.is_stale = true;
    }

    /// Remembers a step back from the text `old`.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn went_back(&mut self, files: &mut impl Files, old: &[u8]) -> Result<(), String> {
        self.record(files, &Record::Back, old)?;
        self.done = self.done.saturating_sub(1);
        Ok(())
    }

    /// Remembers a step forth from the text `old`.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn went_forth(&mut self, files: &mut impl Files, old: &[u8]) -> Result<(), String> {
        self.record(files, &Record::Forth, old)?;
        self.done = (self.done + 1).min(self.steps.len());
        Ok(())
    }

    /// The journal may say more than there is: it has to be written anew.
    pub fn doubt(&mut self) {
        self.is_stale = true;
    }

    /// Writes what is about to happen to the text `old`.
    fn record(&mut self, files: &mut impl Files, record: &Record, old: &[u8]) -> Result<(), String> {
        let bytes = record.bytes();
        let is_full = self.length + bytes.len() as u64 > MOST_BYTES || self.records >= MOST_RECORDS;
        let are_too_many = matches!(record, Record::Step(_)) && self.done >= MOST_STEPS;
        if self.is_stale || is_full || are_too_many {
            return self.write_anew(files, old, &bytes);
        }
        files.append(self.length, &bytes)?;
        self.length += bytes.len() as u64;
        self.records += 1;
        Ok(())
    }

    /// Writes a journal of what is here, without the oldest steps if they are too many, and one record more. So the journal
    /// also knows how it was before that one, if the document never learns of it.
    fn write_anew(&mut self, files: &mut impl Files, text: &[u8], record: &[u8]) -> Result<(), String> {
        let mut first = if self.done >= MOST_STEPS { self.done - FEWEST_STEPS } else { 0 };
        let mut size: usize = self.steps[first..].iter().map(|step| step.patch.size()).sum();
        while size > KEPT_BYTES && first < self.done {
            size -= self.steps[first].patch.size();
            first += 1;
        }
        // Back to the oldest text that is kept, from the one that is there.
        let mut base = text.to_vec();
        for at in (first..self.done).rev() {
            match self.steps[at].patch.undo(&base) {
                Some(older) => base = older,
                None => {
                    // Steps that do not fit each other are worth nothing.
                    first = at + 1;
                    break;
                }
            }
        }
        self.steps.drain(..first);
        self.done -= first;
        let mut bytes = journal::MAGIC.to_vec();
        bytes.extend(Record::Base(base).bytes());
        for step in &self.steps {
            bytes.extend(Record::Step(Step::clone(step)).bytes());
        }
        for _ in self.done..self.steps.len() {
            bytes.extend(Record::Back.bytes());
        }
        bytes.extend_from_slice(record);
        files.store(Part::History, &bytes)?;
        self.length = bytes.len() as u64;
        self.records = 2 + self.steps.len() + (self.steps.len() - self.done);
        self.is_stale = false;
        Ok(())
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

#[cfg(test)]
mod tests;
