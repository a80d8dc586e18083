//! The journal's format: a first line, then records of length, checksum and body, little-endian. What a crash tore off, or a
//! disk spoiled, ends the journal there.

use super::Step;
use super::patch::Patch;
use std::sync::Arc;

/// The first line.
pub const MAGIC: &[u8] = b"ripieno studio history 1\n";

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The text that all begins with.
    Base(Vec<u8>),
    /// A step; what could be redone is forgotten.
    Step(Step),
    /// A step back.
    Back,
    /// A step forth.
    Forth,
}

/// What a journal leads to.
#[derive(Debug)]
pub struct Replayed {
    /// All steps.
    pub steps: Vec<Arc<Step>>,
    /// Those that are done.
    pub done: usize,
    /// The text.
    pub tip: Vec<u8>,
    /// Steps, done ones and text before the last record.
    pub before_last: Option<(Vec<Arc<Step>>, usize, Vec<u8>)>,
    /// Bytes that hold.
    pub length: u64,
    /// Records that hold.
    pub records: usize,
}

impl Record {
    /// The record as it is written.
    pub fn bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        match self {
            Self::Base(text) => {
                body.push(0);
                body.extend_from_slice(text);
            }
            Self::Step(Step { label, millis, patch }) => {
                body.push(1);
                body.extend_from_slice(&millis.to_le_bytes());
                body.extend_from_slice(&(label.len() as u32).to_le_bytes());
                body.extend_from_slice(label.as_bytes());
                body.extend_from_slice(&(patch.at as u32).to_le_bytes());
                body.extend_from_slice(&(patch.removed.len() as u32).to_le_bytes());
                body.extend_from_slice(&patch.removed);
                body.extend_from_slice(&patch.inserted);
            }
            Self::Back => body.push(2),
            Self::Forth => body.push(3),
        }
        let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(&checksum(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    fn read(body: &[u8]) -> Option<Self> {
        let (kind, rest) = body.split_first()?;
        match kind {
            0 => Some(Self::Base(rest.to_vec())),
            1 => {
                let (millis, rest) = rest.split_first_chunk()?;
                let (label, rest) = sized(rest)?;
                let (at, rest) = rest.split_first_chunk()?;
                let (removed, inserted) = sized(rest)?;
                let label = String::from_utf8(label.to_vec()).ok()?;
                let at = u32::from_le_bytes(*at) as usize;
                let patch = Patch { at, removed: removed.to_vec(), inserted: inserted.to_vec() };
                Some(Self::Step(Step { label, millis: u64::from_le_bytes(*millis), patch }))
            }
            2 if rest.is_empty() => Some(Self::Back),
            3 if rest.is_empty() => Some(Self::Forth),
            _ => None,
        }
    }
}

/// Bytes behind their length, and the rest.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// The next record's body, and the rest; nothing where none is whole.
fn next(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    (checksum(body) == u64::from_le_bytes(*sum)).then_some((body, rest))
}

/// Does again what a journal says, for as long as it holds; nothing if it does not even begin.
pub fn replay(bytes: &[u8]) -> Option<Replayed> {
    let (body, mut rest) = next(bytes.strip_prefix(MAGIC)?)?;
    let Record::Base(base) = Record::read(body)? else { return None };
    let (mut steps, mut done, mut tip): (Vec<Arc<Step>>, usize, Vec<u8>) = (Vec::new(), 0, base);
    let (mut before_last, mut records) = (None, 1);
    while let Some((body, later)) = next(rest) {
        let Some(record) = Record::read(body) else { break };
        let is_last = next(later).is_none();
        // Only the last may have to be taken back: the texts before the others are not worth copying.
        let before = is_last.then(|| (steps.clone(), done, tip.clone()));
        let changed = match &record {
            Record::Base(_) => None,
            Record::Step(step) => step.patch.apply(&tip),
            Record::Back => done.checked_sub(1).and_then(|at| steps[at].patch.undo(&tip)),
            Record::Forth => steps.get(done).and_then(|step| step.patch.apply(&tip)),
        };
        let Some(text) = changed else { break };
        match record {
            Record::Step(step) => {
                steps.truncate(done);
                steps.push(Arc::new(step));
                done += 1;
            }
            Record::Back => done -= 1,
            _ => done += 1,
        }
        (tip, before_last, rest) = (text, before, later);
        records += 1;
    }
    Some(Replayed { steps, done, tip, before_last, length: (bytes.len() - rest.len()) as u64, records })
}

/// FNV-1a of 64 bits: against accidents, not against people.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
