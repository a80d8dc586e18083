//! Uploads kept in memory, for a test to look at.

use ripieno_web::shape::Recording;
use ripieno_web::{Intake, Refusal};
use std::sync::{Arc, Mutex};

/// What came of uploads, in order: the name, and the bytes of those that were finished.
pub type Kept = Arc<Mutex<Vec<(String, Option<Vec<u8>>)>>>;

/// An upload that comes in.
#[derive(Debug)]
pub struct Taking {
    kept: Kept,
    name: String,
    bytes: Vec<u8>,
    finished: bool,
}

impl Taking {
    /// One of this name; `full.wav` is refused at once.
    pub fn begin(kept: &Kept, name: String) -> Result<Box<dyn Intake>, Refusal> {
        if name == "full.wav" {
            return Err(Refusal::Unavailable("no room".into()));
        }
        Ok(Box::new(Self { kept: kept.clone(), name, bytes: Vec::new(), finished: false }))
    }
}

impl Intake for Taking {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        assert_ne!(self.name, "panic.wav", "a keeper with a fault");
        self.bytes.extend_from_slice(bytes);
        if self.name == "stop.wav" { Err(Refusal::Failed("the disk is full".into())) } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Recording, Refusal> {
        if self.bytes.is_empty() {
            return Err(Refusal::Invalid("the file is empty".into()));
        }
        self.finished = true;
        Ok(Recording { name: self.name.clone(), bytes: self.bytes.len() as u64, ..Recording::default() })
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        let bytes = self.finished.then(|| std::mem::take(&mut self.bytes));
        self.kept.lock().expect("a lock").push((std::mem::take(&mut self.name), bytes));
    }
}
