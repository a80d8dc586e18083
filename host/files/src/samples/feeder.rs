//! The reader's side of a slot: follows its wish and keeps its ring full.

use super::memory::Open;
use super::slot::{CHUNK, CHUNKS, Chunk, HISTORY, Wish};
use crate::AudioFile;
use ripieno_ring::spsc::Producer;
use std::sync::Arc;

/// Frames that are read at once.
const READ: usize = 2048;
/// Open files that are kept for the next voice.
const MOST_IDLE: usize = 16;

/// What feeders of one thread share.
pub(super) struct Shelf {
    open: Open,
    /// Frames of each wave.
    frames: Arc<[u32]>,
    /// Files that nobody reads, last used last.
    idle: Vec<(u32, AudioFile)>,
    /// Room for a piece, a vector a channel.
    planes: Vec<Vec<f32>>,
}

impl Shelf {
    pub(super) fn new(open: Open, frames: Arc<[u32]>) -> Self {
        Self { open, frames, idle: Vec::new(), planes: Vec::new() }
    }

    fn take(&mut self, wave: u32) -> Option<AudioFile> {
        match self.idle.iter().rposition(|(other, _)| *other == wave) {
            Some(place) => Some(self.idle.remove(place).1),
            None => (self.open)(wave).ok(),
        }
    }

    fn put(&mut self, wave: u32, audio: AudioFile) {
        if self.idle.len() == MOST_IDLE {
            self.idle.remove(0);
        }
        self.idle.push((wave, audio));
    }
}

/// One slot as its reader sees it.
#[derive(Debug)]
pub(super) struct Feeder {
    wish: Arc<Wish>,
    chunks: Producer<'static, Chunk>,
    ticket: u32,
    /// The wave, if one is wanted, and the frame that is sent next.
    wave: Option<u32>,
    next: u32,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Not opened yet.
    Closed,
    Open(Box<AudioFile>),
    /// Nothing more can be read: the rest is silence.
    Silent,
}

impl Feeder {
    pub(super) fn new(wish: Arc<Wish>, chunks: Producer<'static, Chunk>) -> Self {
        Self { wish, chunks, ticket: 0, wave: None, next: 0, state: State::Closed }
    }

    /// Whether nobody reads any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.chunks.is_abandoned()
    }

    /// Whether a voice reads.
    pub(super) fn is_active(&self) -> bool {
        self.wave.is_some()
    }

    /// Follows the wish. How many chunks are on their way, if more are wanted and there is room for a piece or for all
    /// that a ring holds.
    pub(super) fn lack(&mut self, shelf: &mut Shelf) -> Option<usize> {
        let (ticket, wave, furthest) = self.wish.read()?;
        if ticket != self.ticket {
            self.close(shelf);
            (self.ticket, self.wave, self.next) = (ticket, wave, furthest.saturating_sub(HISTORY));
        }
        self.wave?;
        // What the voice has passed meanwhile need not be read.
        self.next = self.next.max(furthest.saturating_sub(HISTORY));
        let free = self.chunks.free();
        (free >= READ / CHUNK).then_some(CHUNKS - free)
    }

    fn close(&mut self, shelf: &mut Shelf) {
        if let (Some(wave), State::Open(audio)) = (self.wave, std::mem::replace(&mut self.state, State::Closed)) {
            shelf.put(wave, *audio);
        }
    }

    /// Reads and sends one piece.
    pub(super) fn feed(&mut self, shelf: &mut Shelf) {
        let Some(wave) = self.wave else { return };
        if let State::Closed = self.state {
            self.state = shelf.take(wave).map_or(State::Silent, |audio| State::Open(Box::new(audio)));
        }
        let end = shelf.frames.get(wave as usize).copied().unwrap_or(0);
        if let State::Open(audio) = &mut self.state {
            let wanted = READ.min(end.saturating_sub(self.next) as usize);
            let channels = audio.spec().channels;
            if shelf.planes.len() < channels {
                shelf.planes.resize_with(channels, || vec![0.0; READ]);
            }
            let mut out: Vec<&mut [f32]> =
                shelf.planes.iter_mut().take(channels).map(|plane| &mut plane[..wanted]).collect();
            let read = audio.seek(self.next.into()).and_then(|()| audio.read(&mut out)).unwrap_or(0);
            let mono = channels == 1;
            for at in (0..READ).step_by(CHUNK) {
                let mut frames = [[0.0; CHUNK]; 2];
                let count = read.saturating_sub(at).min(CHUNK);
                for (side, out) in frames.iter_mut().enumerate() {
                    let plane = &shelf.planes[if mono { 0 } else { side }];
                    let there = out.iter_mut().zip(&plane[at..at + count]);
                    there.for_each(|(out, frame)| *out = if frame.is_finite() { *frame } else { 0.0 });
                }
                self.send(frames);
            }
            if read < READ {
                self.close(shelf);
                self.state = State::Silent;
            }
        } else {
            for _ in (0..READ).step_by(CHUNK) {
                self.send([[0.0; CHUNK]; 2]);
            }
        }
    }

    fn send(&mut self, frames: [[f32; CHUNK]; 2]) {
        // There is room: that is why it was read.
        let _ = self.chunks.push(Chunk { ticket: self.ticket, at: self.next, frames });
        self.next = self.next.saturating_add(CHUNK as u32);
    }
}
