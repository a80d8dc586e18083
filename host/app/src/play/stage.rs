//! A session as the terminal shows and plays it.

use super::keys::Action;
use super::terminal::Performance;
use crate::interrupt::Interrupt;
use crate::live::{Change, Handle, Status};
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;
use std::time::Instant;

/// A session, and when it ends.
#[derive(Debug)]
pub struct Stage {
    handle: Handle,
    interrupt: Interrupt,
    ends: Option<Instant>,
    ends_with_song: bool,
    has_quit: bool,
    /// The last status: shown again if the session gives none any more.
    status: Status,
    /// What went wrong with an action, or is worth knowing from the start.
    remark: Option<String>,
}

impl Stage {
    /// Ends on an interrupt, at a time, or with the song.
    pub fn new(handle: Handle, interrupt: Interrupt, ends: Option<Instant>, ends_with_song: bool) -> Self {
        Self { handle, interrupt, ends, ends_with_song, has_quit: false, status: Status::default(), remark: None }
    }

    /// Something to show until there is something more important.
    pub fn remark(&mut self, lines: Vec<String>) {
        self.remark = (!lines.is_empty()).then(|| lines.join("; "));
    }

    /// True when the session should end. Asks the session.
    pub fn has_ended(&mut self) -> bool {
        self.look();
        self.is_over()
    }

    fn look(&mut self) {
        match self.handle.status() {
            Ok(status) => self.status = status,
            Err(_) => self.has_quit = true,
        }
    }
}

impl Performance for Stage {
    fn status(&mut self) -> Status {
        self.look();
        let mut status = self.status.clone();
        status.last_error = status.last_error.or_else(|| self.remark.clone());
        status
    }

    fn act(&mut self, action: Action) {
        // Typed notes play on the first channel, like most controllers.
        let midi = |bytes: [u8; 3]| MidiWord::new(&bytes).map(Command::Midi).ok();
        let command = match action {
            Action::NoteOn { key, velocity } => midi([0x90, key, velocity]),
            Action::NoteOff { key } => midi([0x80, key, 64]),
            Action::Parameter { id, value } => Some(Command::Parameter { id, value }),
            Action::Bypass { effect, bypassed } => Some(Command::Bypass { effect, bypassed }),
            Action::Panic => Some(Command::Panic),
            Action::Master(master) => {
                let change = Change { master: Some(master), ..Change::default() };
                self.remark = self.handle.reconfigure(change).err().map(|error| error.to_string());
                None
            }
            Action::Quit => {
                self.has_quit = true;
                None
            }
        };
        if let Some(command) = command {
            self.handle.command(command);
        }
    }

    fn is_over(&mut self) -> bool {
        let song_is_over = self.status.song.is_some_and(|song| song.is_over);
        self.has_quit
            || self.interrupt.is_raised()
            || self.ends.is_some_and(|ends| Instant::now() >= ends)
            || (self.ends_with_song && song_is_over)
    }
}
