//! What the audio half has to say, kept until the low half has room for it.

use crate::link::Report;
use crate::midi::{Port, WordQueue};
use crate::setup::SURFACE;
use ripieno_panel::{BankId, DeviceId};
use ripieno_ring::spsc::Producer;
use ripieno_types::midi::MidiWord;

/// Words for a port that wait for room.
const WAITING: usize = 64;

/// What found no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutboxStats {
    /// Words refused or overtaken by newer ones.
    pub words: u32,
    /// Lights of other devices, and actions for the outside.
    pub reports: u32,
}

/// The audio half's side of the ring of reports.
#[derive(Debug)]
pub struct Outbox<'a> {
    ring: Producer<'a, Report>,
    words: [WordQueue<WAITING>; 2],
    /// The bank that the low half does not know of yet.
    bank: Option<BankId>,
    lost: u32,
    /// A light of the surface was lost.
    is_dim: bool,
}

impl<'a> Outbox<'a> {
    pub fn new(ring: Producer<'a, Report>) -> Self {
        Self { ring, words: [WordQueue::new(), WordQueue::new()], bank: None, lost: 0, is_dim: false }
    }

    /// Sends a word by the ports that it is for, and a note-off by all.
    pub fn word(&mut self, word: MidiWord, is_for: impl Fn(Port) -> bool) {
        let is_off = matches!(*word.as_bytes(), [0x80..=0x8F, ..] | [0x90..=0x9F, _, 0]);
        for (port, words) in Port::ALL.into_iter().zip(&mut self.words) {
            if is_off || is_for(port) {
                words.push(word);
            }
        }
        self.flush();
    }

    /// Ends all notes that the ports have heard.
    pub fn end_all(&mut self) {
        self.words.iter_mut().for_each(WordQueue::end_all);
        self.flush();
    }

    pub fn light(&mut self, device: DeviceId, word: MidiWord) {
        let is_own = device == SURFACE || device == DeviceId::UNKNOWN;
        if self.ring.push(Report::Light { device, word }).is_err() {
            self.is_dim |= is_own;
            self.lost = self.lost.saturating_add(1);
        }
    }

    pub fn report(&mut self, report: Report) {
        if self.ring.push(report).is_err() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// Tells of a bank, the newest if several wait.
    pub fn bank(&mut self, bank: BankId) {
        self.bank = Some(bank);
        self.flush();
    }

    /// Moves what waits into the ring.
    pub fn flush(&mut self) {
        if let Some(bank) = self.bank
            && self.ring.push(Report::Bank(bank)).is_ok()
        {
            self.bank = None;
        }
        for (port, words) in Port::ALL.into_iter().zip(&mut self.words) {
            while !words.is_empty() && self.ring.free() > 0 {
                let Some(word) = words.pop() else { break };
                // There is room.
                _ = self.ring.push(Report::Word { port, word });
            }
        }
    }

    /// True once after a light of the surface was lost and there is room again.
    pub fn must_refresh(&mut self) -> bool {
        let must = self.is_dim && self.ring.free() > self.ring.capacity() / 2;
        self.is_dim &= !must;
        must
    }

    pub fn stats(&self) -> OutboxStats {
        let words = self.words.iter().map(|words| words.stats().total()).fold(0, u32::saturating_add);
        OutboxStats { words, reports: self.lost }
    }
}
