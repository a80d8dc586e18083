//! One place for a voice that reads from disk: the frames that were read ahead for it, and the wish that its reader follows.

use ripieno_ring::spsc::Consumer;
use ripieno_synth::sampler::{NoStream, Waves};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Frames that travel together.
pub(super) const CHUNK: usize = 64;
/// Chunks that a slot has room for: 0.17 s at 48 kHz, a quarter of that two octaves up.
pub(super) const CHUNKS: usize = 128;
/// Frames that stay readable behind the furthest.
pub(super) const HISTORY: u32 = NoStream::HISTORY as u32;

/// Frames on their way, in the order of time.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The wish that they answer.
    pub(super) ticket: u32,
    /// The first frame.
    pub(super) at: u32,
    /// Left and right.
    pub(super) frames: [[f32; CHUNK]; 2],
}

impl Chunk {
    fn end(&self) -> u32 {
        self.at.saturating_add(CHUNK as u32)
    }
}

/// What a voice wants to be read. Both numbers carry the wish's ticket in their upper half, so that a reader who sees the
/// halves of two wishes knows it; nothing else is handed over by them.
#[derive(Debug)]
pub(super) struct Wish {
    wave: AtomicU64,
    at: AtomicU64,
}

/// Of no wave.
const NOTHING: u32 = u32::MAX;

impl Default for Wish {
    fn default() -> Self {
        Self { wave: AtomicU64::new(NOTHING.into()), at: AtomicU64::new(0) }
    }
}

impl Wish {
    fn make(&self, ticket: u32, wave: u32, at: u32) {
        self.wave.store(u64::from(ticket) << 32 | u64::from(wave), Relaxed);
        self.move_to(ticket, at);
    }

    fn move_to(&self, ticket: u32, at: u32) {
        self.at.store(u64::from(ticket) << 32 | u64::from(at), Relaxed);
    }

    /// Ticket, wave if any, and the furthest frame that was asked for; `None` while it changes.
    pub(super) fn read(&self) -> Option<(u32, Option<u32>, u32)> {
        let (wave, at) = (self.wave.load(Relaxed), self.at.load(Relaxed));
        let ticket = (wave >> 32) as u32;
        let wanted = Some(wave as u32).filter(|wave| *wave != NOTHING);
        ((at >> 32) as u32 == ticket).then_some((ticket, wanted, at as u32))
    }
}

/// The voice's side. Every method is real-time.
#[derive(Debug)]
pub(super) struct Slot {
    wish: Arc<Wish>,
    chunks: Consumer<'static, Chunk>,
    ticket: u32,
    wave: u32,
    /// The frame that reading begins at, and the furthest one that was asked for since.
    begin: u32,
    furthest: u32,
}

impl Slot {
    pub(super) fn new(wish: Arc<Wish>, chunks: Consumer<'static, Chunk>) -> Self {
        Self { wish, chunks, ticket: 0, wave: NOTHING, begin: 0, furthest: 0 }
    }

    /// Frames are wanted from `at` on; what was wished for before is of no use any more.
    pub(super) fn start(&mut self, wave: u32, at: u32) {
        self.clear();
        self.wave = wave;
        (self.begin, self.furthest) = (at.saturating_sub(HISTORY), at);
        self.wish.make(self.ticket, wave, at);
    }

    pub(super) fn stop(&mut self) {
        self.clear();
        self.wish.make(self.ticket, NOTHING, 0);
    }

    fn clear(&mut self) {
        self.ticket = self.ticket.wrapping_add(1);
        let all = self.chunks.grant(CHUNKS);
        let count = all.len();
        all.commit(count);
    }

    /// Whether its reader is gone.
    pub(super) fn is_abandoned(&self) -> bool {
        self.chunks.is_abandoned()
    }

    /// Whether frames have arrived. Tells the reader that they are wanted, also if the voice jumped without a word.
    pub(super) fn fetch(&mut self, [from, to]: [u32; 2]) -> bool {
        if from < self.begin || from.saturating_add(HISTORY) < self.furthest {
            self.start(self.wave, from);
        }
        if from > self.furthest {
            self.furthest = from;
            self.wish.move_to(self.ticket, from);
        }
        // What is behind all that may still be asked for makes room.
        let kept_from = self.furthest.saturating_sub(HISTORY);
        let all = self.chunks.grant(CHUNKS);
        let (first, second) = all.parts();
        let is_old = |chunk: &&Chunk| chunk.ticket != self.ticket || chunk.end() <= kept_from;
        let old = first.iter().chain(second).take_while(is_old).count();
        all.commit(old);
        // A reader skips none but those that were dropped just now: the rest is without holes.
        let all = self.chunks.grant(CHUNKS);
        match all.parts() {
            ([first, ..], [.., last]) | ([first, .., last], []) => first.at <= from && to <= last.end(),
            ([only], []) => only.at <= from && to <= only.end(),
            ([], _) => false,
        }
    }

    /// Copies frames that were fetched.
    pub(super) fn copy(&mut self, from: u32, [left, right]: [&mut [f32]; 2]) {
        let all = self.chunks.grant(CHUNKS);
        let (first, second) = all.parts();
        let behind = first.first().map_or(0, |chunk| from.saturating_sub(chunk.at)) as usize;
        let (mut offset, mut done) = (behind % CHUNK, 0);
        for chunk in first.iter().chain(second).skip(behind / CHUNK) {
            if done == left.len() {
                break;
            }
            let count = (CHUNK - offset).min(left.len() - done);
            left[done..done + count].copy_from_slice(&chunk.frames[0][offset..offset + count]);
            if let Some(right) = right.get_mut(done..done + count) {
                right.copy_from_slice(&chunk.frames[1][offset..offset + count]);
            }
            (offset, done) = (0, done + count);
        }
    }
}
