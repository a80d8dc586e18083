//! A song in the engine's hands: its commands, moved to where it began, and what it has left sounding.

use ripieno_rig::Commands;
use ripieno_types::midi::Held;
use ripieno_types::{Command, SampleRate, Timed};

/// A song, prepared. Its times count from its own start.
#[derive(Debug)]
pub struct SongPart {
    commands: Box<[Timed<Command>]>,
    frames: u64,
    next: usize,
    start: u64,
    /// Frames of it that passed before `start`.
    passed: u64,
    held: Held,
}

impl SongPart {
    /// Commands in order of time, and the length of the whole. Control.
    pub fn new(commands: Vec<Timed<Command>>, frames: u64) -> Self {
        Self { commands: commands.into_boxed_slice(), frames, next: 0, start: 0, passed: 0, held: Held::default() }
    }

    /// Its length in frames. Any.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Begins at a frame of the rig's count. Real-time.
    pub fn start_at(&mut self, frame: u64) {
        self.start = frame;
    }

    /// The same song from frame 0 of a rig with another rate, at the place where it is when this rig is at `now`. What
    /// it holds down is not. Control: allocates.
    pub fn moved(&self, now: u64, old: SampleRate, new: SampleRate) -> Self {
        let scaled = |frames: u64| {
            let scaled = u128::from(frames) * u128::from(new.hz()) / u128::from(old.hz());
            u64::try_from(scaled).unwrap_or(u64::MAX)
        };
        let commands = self.commands.iter().map(|command| Timed { at: scaled(command.at), ..*command }).collect();
        let (frames, passed) = (scaled(self.frames), scaled(self.position(now)));
        Self { commands, frames, next: self.next, start: 0, passed, held: Held::default() }
    }

    /// Frames of the song that have passed when the rig is at `now`. Real-time.
    pub fn position(&self, now: u64) -> u64 {
        self.passed.saturating_add(now.saturating_sub(self.start)).min(self.frames)
    }

    /// True once all of it has been played. Real-time.
    pub fn is_over(&self, now: u64) -> bool {
        self.next == self.commands.len() && self.position(now) == self.frames
    }

    /// The rig's frame at which a frame of the song is due.
    fn frame_of(&self, at: u64) -> u64 {
        self.start.saturating_add(at.saturating_sub(self.passed))
    }

    /// What it holds down. Real-time.
    pub fn held(&self) -> &Held {
        &self.held
    }
}

impl Commands for SongPart {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        while let Some(command) = self.commands.get(self.next) {
            let (at, value) = (self.frame_of(command.at), command.value);
            if at > now {
                return Some(at);
            }
            self.next += 1;
            if let Command::Midi(word) = value {
                self.held.follow(word);
            }
            each(Timed { at, value });
        }
        None
    }
}
